#include "support/checksum.h"

#include <pthread.h>

static uint64_t table[256];
static pthread_once_t table_once = PTHREAD_ONCE_INIT;

static void fill_table(void)
{
    for (unsigned byte = 0; byte < 256; byte++) {
        uint64_t crc = byte;
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (crc & 1 ? UINT64_C(0xC96C5795D7870F42) : 0);
        table[byte] = crc;
    }
}

uint64_t checksum_add(uint64_t so_far, const void *data, size_t size)
{
    const unsigned char *bytes = data;
    uint64_t crc = ~so_far;

    pthread_once(&table_once, fill_table);
    for (size_t i = 0; i < size; i++)
        crc = crc >> 8 ^ table[(crc ^ bytes[i]) & 0xFF];
    return ~crc;
}
