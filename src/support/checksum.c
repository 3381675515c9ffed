#include "support/checksum.h"

#include <pthread.h>

enum { SLICES = 8 }; /* bytes per step */

/* tables[k][byte]: the remainder of a byte followed by k zero bytes. */
static uint64_t tables[SLICES][256];
static pthread_once_t tables_once = PTHREAD_ONCE_INIT;

static void fill_tables(void)
{
    for (unsigned byte = 0; byte < 256; byte++) {
        uint64_t crc = byte;
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (crc & 1 ? UINT64_C(0xC96C5795D7870F42) : 0);
        tables[0][byte] = crc;
    }
    for (int k = 1; k < SLICES; k++)
        for (unsigned byte = 0; byte < 256; byte++) {
            const uint64_t before = tables[k - 1][byte];
            tables[k][byte] = before >> 8 ^ tables[0][before & 0xFF];
        }
}

/* "Slicing by 8" (Kounavis and Berry, 2005): looks up the remainder of each of eight bytes at its
 * position and adds them up. The eight look-ups are independent; byte by byte, each would have to
 * wait for the one before. */
uint64_t checksum_add(uint64_t so_far, const void *data, size_t size)
{
    const unsigned char *bytes = data;
    uint64_t crc = ~so_far;

    pthread_once(&tables_once, fill_tables);
    for (; size >= SLICES; size -= SLICES, bytes += SLICES) {
        uint64_t next = 0;
        for (int k = 0; k < SLICES; k++)
            next ^= tables[SLICES - 1 - k][(crc >> 8 * k ^ bytes[k]) & 0xFF];
        crc = next;
    }
    for (; size > 0; size--)
        crc = crc >> 8 ^ tables[0][(crc ^ *bytes++) & 0xFF];
    return ~crc;
}
