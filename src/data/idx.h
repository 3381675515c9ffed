/*
 * idx.h -- reads and checks an IDX file, gzip'd or not, into one array; writes such a file.
 *
 * The format (Yann LeCun's MNIST page): two zero bytes, the element type (0x08: unsigned byte,
 * 0x0C: 32-bit integer), the number of dimensions, each dimension as a big-endian 32-bit number,
 * then the elements in row-major order (the last dimension varies fastest). gzip is RFC 1952;
 * several members are one stream.
 *
 * The file is inflated straight into the array, so its contents are in memory only once. Nothing in
 * the file is trusted: before memory is allocated, the header is checked against what the caller
 * expects, against what a file of that size can hold, and against the machine's memory. The
 * contents must end exactly where the header says.
 *
 * Errors: one sentence that names the file, what was expected and what was found. ERROR_DATA for
 * the contents, ERROR_SYSTEM if reading itself fails. Ownership: idx_read allocates, idx_fini
 * releases. Threads: no shared state. This is the only module that uses zlib.
 */
#ifndef DATA_IDX_H
#define DATA_IDX_H

#include "support/error.h"

#include <stddef.h>
#include <stdint.h>

enum { IDX_DIMENSIONS_MAX = 3 };

/* What a file has: bytes in three dimensions, or bytes in one or QMNIST's 32-bit numbers in two. */
enum idx_kind { IDX_IMAGES, IDX_LABELS };

struct idx {
    int dimensions;
    int element_size;                  /* bytes: 1, or 4, the highest first */
    uint32_t size[IDX_DIMENSIONS_MAX]; /* each at least 1 */
    size_t count;                      /* elements: the product of the sizes */
    uint8_t *elements;                 /* [size[0]][size[1]][size[2]][element_size] */
    uint32_t crc;                      /* CRC-32 of the elements */
};

/* The caller's check of the header of the file at `path`: returns false with ERROR_DATA to refuse
 * it. Dimensions, sizes and count are set; no memory has been allocated yet. */
typedef bool idx_check(void *argument, const struct idx *idx, const char *path,
                       struct error *error);

/* Reads the file at `path`. It must be of the kind and pass check(argument, ...); check may be
 * NULL. On failure *idx needs no idx_fini. */
bool idx_read(struct idx *idx, const char *path, enum idx_kind kind, idx_check *check,
              void *argument, struct error *error);

/* Writes the array as a gzip'd IDX file; the CRC is not used. The same array always gives the same
 * bytes. False with errno: ENOMEM if memory is short, EINTR if a signal has told the program to
 * end. */
bool idx_write(const struct idx *idx, int descriptor);

/* Releases the elements. */
void idx_fini(struct idx *idx);

#endif
