/*
 * safetensors.h -- named tensors in a file of the safetensors format.
 *
 * The format (huggingface/safetensors, README): an 8-byte little-endian length, that many bytes of
 * JSON, then the tensors' bytes, little-endian and without gaps. The JSON names each tensor with
 * its type, its shape and its place in the data; "__metadata__" holds texts. Known here are the
 * types F32 and I64, the latter for single numbers.
 *
 * A file of our own has a last text "checksum": CRC-64/XZ of the whole file with these 16 digits as
 * zeros.
 *
 * Files go through a buffer of fixed size, in both directions, so that the tensors take no memory
 * but the caller's. Reading trusts nothing: opening a file holds its header against its size, and
 * its tensors cover the data exactly and once. Errors are ERROR_CHECKPOINT for the contents,
 * ERROR_SYSTEM for input, output and memory.
 *
 * Threads: no shared state.
 */
#ifndef SUPPORT_SAFETENSORS_H
#define SUPPORT_SAFETENSORS_H

#include "support/file.h"

#include <jansson.h>
#include <stdint.h>

enum { SAFETENSORS_DIGITS = 16 /* of the checksum */ };

/* ---- writing ---- */

/* A tensor to be written. */
struct safetensors_item {
    const float *values; /* [count], the caller's; NULL: `integer` */
    size_t count;
    int64_t integer;
};

/* A file in the making. */
struct safetensors_writer {
    json_t *header;
    struct safetensors_item *items;
    size_t count, room;
    uint64_t size; /* bytes of the tensors so far */
    bool failed;   /* memory was short */
};

/* Begins a file with these texts, which it takes over; NULL stands for memory that was not to be
 * had. Release it with safetensors_end(). */
void safetensors_begin(struct safetensors_writer *writer, json_t *metadata);
void safetensors_end(struct safetensors_writer *writer);

/* Add the next tensor: floats of the shape size[dimensions], which must stay until they are
 * written, or a number. */
void safetensors_add_floats(struct safetensors_writer *writer, const char *name, const int *size,
                            int dimensions, const float *values);
void safetensors_add_integer(struct safetensors_writer *writer, const char *name, int64_t integer);

/* Writes a directory's file, replacing an older one safely (see file_replace_with()). */
bool safetensors_write(struct safetensors_writer *writer, const struct directory *directory,
                       const char *name, struct error *error);

/* ---- reading ---- */

enum safetensors_type { SAFETENSORS_F32, SAFETENSORS_I64 };

/* A file that is being read. */
struct safetensors {
    char path[FILE_PATH_SIZE]; /* for messages */
    int descriptor;
    json_t *header;
    json_t *metadata;                    /* the texts, the header's; NULL when there are none */
    size_t count;                        /* tensors */
    uint64_t data_start, data_size;      /* bytes */
    uint64_t digits_at;                  /* place of the checksum's digits; 0: there are none */
    char digits[SAFETENSORS_DIGITS + 1]; /* themselves */
};

/* Opens a directory's file. Whether it succeeds or fails, release it with safetensors_close(). */
bool safetensors_open(struct safetensors *file, const struct directory *directory, const char *name,
                      struct error *error);
void safetensors_close(struct safetensors *file);

/* The metadata's text under a key; "" when there is none. */
const char *safetensors_text(const struct safetensors *file, const char *key);

/* Reads the whole file: whether its checksum is right. */
bool safetensors_check_sum(const struct safetensors *file, struct error *error);

/* Whether there is a tensor of that name. */
bool safetensors_has(const struct safetensors *file, const char *name);

/* Whether a tensor that is there is of this type and this shape, size[dimensions]. */
bool safetensors_check(const struct safetensors *file, const char *name, enum safetensors_type type,
                       const int *size, int dimensions, struct error *error);

/* Reads an F32 tensor of `count` floats that has been checked. */
bool safetensors_read(const struct safetensors *file, const char *name, float *values, size_t count,
                      struct error *error);

#endif
