/*
 * idx.h -- reads an IDX file, gzip'd or not, into one checked array of bytes.
 *
 * The format (Yann LeCun's MNIST page): two zero bytes, the element type (0x08: unsigned byte), the
 * number of dimensions, each dimension as a big-endian 32-bit number, then the elements with the
 * last dimension running fastest. gzip is RFC 1952; several members in a row are one stream.
 *
 * The file is inflated as a stream straight into the array, so it is in memory once. Nothing in it
 * is trusted: before memory is taken, the header is checked against what the caller expects,
 * against how much a file of that size can hold and against the machine's memory. The contents must
 * end exactly where the header says.
 *
 * Errors: one sentence that names the file, what was expected and what was found; ERROR_DATA for
 * the contents, ERROR_SYSTEM when reading itself fails. Ownership: idx_read allocates, idx_fini
 * releases. Threads: no shared state. This is the only module that uses zlib.
 */
#ifndef DATA_IDX_H
#define DATA_IDX_H

#include "support/error.h"

#include <stddef.h>
#include <stdint.h>

enum { IDX_DIMENSIONS_MAX = 3 };

struct idx {
    int dimensions;
    uint32_t size[IDX_DIMENSIONS_MAX]; /* each at least 1 */
    size_t count;                      /* elements: the product of the sizes */
    uint8_t *elements;                 /* [size[0]][size[1]][size[2]] */
    uint32_t crc;                      /* CRC-32 of the elements */
};

/* Whether the caller takes what the header of the file at `path` declares; ERROR_DATA if not.
 * Dimensions, sizes and count are known, and no memory has been taken yet. */
typedef bool idx_check(void *argument, const struct idx *idx, const char *path,
                       struct error *error);

/* Reads the file at `path`, which must hold unsigned bytes in exactly `dimensions` dimensions
 * (1 to IDX_DIMENSIONS_MAX) and pass check(argument, ...), unless that is NULL. On failure *idx
 * needs no idx_fini. */
bool idx_read(struct idx *idx, const char *path, int dimensions, idx_check *check, void *argument,
              struct error *error);

/* Releases the elements. */
void idx_fini(struct idx *idx);

#endif
