/*
 * safetensors.h -- named tensors in a file of the safetensors format.
 *
 * The format (huggingface/safetensors, README): an 8-byte little-endian length, that many bytes of
 * JSON, then the tensors' bytes, little-endian and without gaps. The JSON gives each tensor's name,
 * type, shape and offsets in the data; "__metadata__" holds texts. This module supports the types
 * F32 and I64, the latter for single numbers.
 *
 * Files that we write end their metadata with a text "checksum": CRC-64/XZ of the whole file, in
 * which these 16 digits count as zeros.
 *
 * Files are read and written through a buffer of fixed size, so the tensors take no memory except
 * the caller's. Reading trusts nothing: opening a file checks the header against the file's size,
 * and that the tensors cover the data exactly and once. Errors are ERROR_CHECKPOINT for the
 * contents, ERROR_SYSTEM for input, output and memory.
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
    const float *values; /* [count], the caller's; NULL: the item is `integer` */
    size_t count;
    int64_t integer;
};

/* A file that is being written. */
struct safetensors_writer {
    json_t *header;
    struct safetensors_item *items;
    size_t count, room;
    uint64_t size; /* bytes of the tensors so far */
    bool failed;   /* memory was short */
};

/* Begins a file with this metadata and takes ownership of it. NULL means that the caller had no
 * memory; writing then fails. Release the writer with safetensors_end(). */
void safetensors_begin(struct safetensors_writer *writer, json_t *metadata);
void safetensors_end(struct safetensors_writer *writer);

/* Add the next tensor: floats of the shape size[dimensions], which must stay valid until they are
 * written, or a single number. */
void safetensors_add_floats(struct safetensors_writer *writer, const char *name, const int *size,
                            int dimensions, const float *values);
void safetensors_add_integer(struct safetensors_writer *writer, const char *name, int64_t integer);

/* Writes a directory's file; replaces an older one safely (see file_replace_with()). */
bool safetensors_write(struct safetensors_writer *writer, const struct directory *directory,
                       const char *name, struct error *error);

/* ---- reading ---- */

enum safetensors_type { SAFETENSORS_F32, SAFETENSORS_I64 };

/* A file that is being read. */
struct safetensors {
    char path[FILE_PATH_SIZE]; /* for messages */
    int descriptor;
    json_t *header;
    json_t *metadata;                    /* belongs to the header; NULL: there is none */
    size_t count;                        /* tensors */
    uint64_t data_start, data_size;      /* bytes */
    uint64_t digits_at;                  /* offset of the checksum's digits; 0: there are none */
    char digits[SAFETENSORS_DIGITS + 1]; /* the checksum's digits */
};

/* Opens a directory's file. Whether it succeeds or fails, release it with safetensors_close(). */
bool safetensors_open(struct safetensors *file, const struct directory *directory, const char *name,
                      struct error *error);
void safetensors_close(struct safetensors *file);

/* The metadata's text for a key; "" if there is none. */
const char *safetensors_text(const struct safetensors *file, const char *key);

/* Reads the whole file and checks its checksum. */
bool safetensors_check_sum(const struct safetensors *file, struct error *error);

/* Whether the file has a tensor of that name. */
bool safetensors_has(const struct safetensors *file, const char *name);

/* Checks that a tensor of the file has this type and this shape, size[dimensions]. */
bool safetensors_check(const struct safetensors *file, const char *name, enum safetensors_type type,
                       const int *size, int dimensions, struct error *error);

/* Reads an F32 tensor of `count` floats; safetensors_check() must have accepted it. */
bool safetensors_read(const struct safetensors *file, const char *name, float *values, size_t count,
                      struct error *error);

#endif
