#include "support/safetensors.h"

#include "support/checksum.h"
#include "support/json_memory.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    LENGTH_SIZE = 8,
    ALIGNMENT = 8,
    HEADER_MAX = 4 << 20, /* enough for 20,000 tensors */
    BUFFER_SIZE = 64 * 1024,
};

static const char METADATA[] = "__metadata__";
static const char CHECKSUM[] = "checksum";
static const char CHECKSUM_PREFIX[] = "\"checksum\":\""; /* in the header, before the digits */
static const char CHECKSUM_ZERO[] = "0000000000000000";

static const struct {
    const char *name;
    size_t size; /* bytes of an element */
} types[] = {[SAFETENSORS_F32] = {"F32", 4}, [SAFETENSORS_I64] = {"I64", 8}};

/* ---- little-endian numbers, on any machine ---- */

static void put_little(unsigned char *to, uint64_t value, int bytes)
{
    for (int i = 0; i < bytes; i++)
        to[i] = (unsigned char)(value >> 8 * i);
}

static uint64_t get_little(const unsigned char *from, int bytes)
{
    uint64_t value = 0;

    for (int i = 0; i < bytes; i++)
        value |= (uint64_t)from[i] << 8 * i;
    return value;
}

/* ---- collecting the tensors ---- */

void safetensors_begin(struct safetensors_writer *writer, json_t *metadata)
{
    *writer = (struct safetensors_writer){.header = json_object()};
    writer->failed = metadata == NULL ||
                     json_object_set_new(metadata, CHECKSUM, json_string(CHECKSUM_ZERO)) != 0;
    json_object_set_new(writer->header, METADATA, metadata);
}

void safetensors_end(struct safetensors_writer *writer)
{
    json_decref(writer->header);
    free(writer->items);
}

static void add(struct safetensors_writer *writer, const char *name, enum safetensors_type type,
                const int *size, int dimensions, struct safetensors_item item)
{
    const uint64_t end = writer->size + item.count * types[type].size;
    json_t *sizes = json_array();

    for (int d = 0; d < dimensions; d++)
        json_array_append_new(sizes, json_integer(size[d]));
    json_object_set_new(writer->header, name,
                        json_pack("{s:s, s:o, s:[I, I]}", "dtype", types[type].name, "shape", sizes,
                                  "data_offsets", (json_int_t)writer->size, (json_int_t)end));
    writer->size = end;
    if (writer->count == writer->room) {
        const size_t room = writer->room > 0 ? 2 * writer->room : 64;
        struct safetensors_item *items = realloc(writer->items, room * sizeof *items);
        writer->failed = writer->failed || items == NULL;
        if (items == NULL)
            return;
        writer->items = items;
        writer->room = room;
    }
    writer->items[writer->count++] = item;
}

void safetensors_add_floats(struct safetensors_writer *writer, const char *name, const int *size,
                            int dimensions, const float *values)
{
    size_t count = 1;

    for (int d = 0; d < dimensions; d++)
        count *= (size_t)size[d];
    add(writer, name, SAFETENSORS_F32, size, dimensions,
        (struct safetensors_item){.values = values, .count = count});
}

void safetensors_add_integer(struct safetensors_writer *writer, const char *name, int64_t integer)
{
    add(writer, name, SAFETENSORS_I64, NULL, 0,
        (struct safetensors_item){.count = 1, .integer = integer});
}

/* ---- writing the file ---- */

/* The state of a buffered write. */
struct sink {
    const struct safetensors_writer *writer;
    const char *header;
    int descriptor;
    uint64_t sum; /* checksum of the bytes written so far */
    size_t used;
    unsigned char buffer[BUFFER_SIZE];
};

static bool flush(struct sink *sink)
{
    const size_t size = sink->used;

    sink->sum = checksum_add(sink->sum, sink->buffer, size);
    sink->used = 0;
    return file_write_all(sink->descriptor, sink->buffer, size);
}

static bool put_number(struct sink *sink, uint64_t value, int bytes)
{
    if (sink->used + (size_t)bytes > BUFFER_SIZE && !flush(sink))
        return false;
    put_little(sink->buffer + sink->used, value, bytes);
    sink->used += (size_t)bytes;
    return true;
}

static bool put_header(struct sink *sink)
{
    const size_t length = strlen(sink->header);
    const size_t padded = (length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    bool put = put_number(sink, padded, LENGTH_SIZE);

    for (size_t i = 0; put && i < padded; i++)
        put = put_number(sink, (unsigned char)(i < length ? sink->header[i] : ' '), 1);
    return put;
}

static bool put_item(struct sink *sink, const struct safetensors_item *item)
{
    bool put = item->values != NULL || put_number(sink, (uint64_t)item->integer, 8);

    for (size_t i = 0; put && item->values != NULL && i < item->count; i++) {
        uint32_t bits;
        memcpy(&bits, &item->values[i], sizeof bits);
        put = put_number(sink, bits, sizeof bits);
    }
    return put;
}

/* Writes the checksum over the zeros in the header; it is known only after everything else. */
static bool put_checksum(struct sink *sink)
{
    const char *digits = strstr(sink->header, CHECKSUM_PREFIX) + strlen(CHECKSUM_PREFIX);
    char text[SAFETENSORS_DIGITS + 1];

    snprintf(text, sizeof text, "%016" PRIx64, sink->sum);
    return lseek(sink->descriptor, LENGTH_SIZE + (digits - sink->header), SEEK_SET) >= 0 &&
           file_write_all(sink->descriptor, text, SAFETENSORS_DIGITS);
}

/* The file_writer. */
static bool write_file(void *argument, int descriptor)
{
    struct sink *sink = argument;
    bool put;

    sink->descriptor = descriptor;
    put = put_header(sink);
    for (size_t i = 0; put && i < sink->writer->count; i++)
        put = put_item(sink, &sink->writer->items[i]);
    return put && flush(sink) && put_checksum(sink);
}

bool safetensors_write(struct safetensors_writer *writer, const struct directory *directory,
                       const char *name, struct error *error)
{
    char path[FILE_PATH_SIZE], *header = json_dumps(writer->header, JSON_COMPACT);
    struct sink *sink = calloc(1, sizeof *sink);
    bool written;

    /* If jansson had no memory, entries may be missing. */
    if (json_memory_failed() || writer->failed || header == NULL || sink == NULL) {
        file_path(path, directory, name);
        written = error_set(error, ERROR_SYSTEM, "%s: not enough memory to write it", path);
    } else {
        sink->writer = writer;
        sink->header = header;
        written = file_replace_with(directory, name, write_file, sink, error);
    }
    free(sink);
    free(header);
    return written;
}

/* ---- reading ---- */

/* Reads `size` bytes at an offset. An early end of the file is an error of the contents: the file
 * was cut after it was opened. */
static bool read_at(const struct safetensors *file, uint64_t from, void *to, size_t size,
                    struct error *error)
{
    size_t got;

    if (lseek(file->descriptor, (off_t)from, SEEK_SET) < 0 ||
        !file_read_all(file->descriptor, to, size, &got))
        return error_set(error, ERROR_SYSTEM, "%s: cannot be read: %s", file->path,
                         strerror(errno));
    if (got < size)
        return error_set(error, ERROR_CHECKPOINT,
                         "%s: truncated (expected %zu bytes at %" PRIu64 ", got %zu)", file->path,
                         size, from, got);
    return true;
}

static void find_digits(struct safetensors *file, const char *text, size_t length)
{
    const size_t prefix = strlen(CHECKSUM_PREFIX), whole = prefix + SAFETENSORS_DIGITS;

    for (size_t i = 0; i + whole <= length; i++)
        if (memcmp(text + i, CHECKSUM_PREFIX, prefix) == 0) {
            file->digits_at = LENGTH_SIZE + i + prefix;
            memcpy(file->digits, text + i + prefix, SAFETENSORS_DIGITS);
            return;
        }
}

/* Reads and parses the header, which is `length` bytes long. */
static bool read_header(struct safetensors *file, size_t length, struct error *error)
{
    json_error_t problem;
    char *text = malloc(length + 1);

    if (text == NULL)
        return error_set(error, ERROR_SYSTEM, "%s: not enough memory to read it (%zu bytes)",
                         file->path, length);
    bool read = read_at(file, LENGTH_SIZE, text, length, error);
    if (read) {
        file->header = json_memory_load(text, length, JSON_REJECT_DUPLICATES, &problem);
        find_digits(file, text, length);
    }
    free(text);
    if (!read)
        return false;
    if (json_memory_failed())
        return error_set(error, ERROR_SYSTEM, "%s: not enough memory to read it", file->path);
    if (!json_is_object(file->header))
        return error_set(error, ERROR_CHECKPOINT,
                         "%s: not a safetensors file (expected a JSON object as its header, got: "
                         "%s)",
                         file->path, file->header == NULL ? problem.text : "another type");
    file->metadata = json_object_get(file->header, METADATA);
    file->count = json_object_size(file->header) - (file->metadata != NULL ? 1 : 0);
    return true;
}

/* A tensor's offsets in the data. */
struct span {
    uint64_t from, to;
};

static struct span span_of(const json_t *entry)
{
    const json_t *offsets = json_object_get(entry, "data_offsets");

    return (struct span){(uint64_t)json_integer_value(json_array_get(offsets, 0)),
                         (uint64_t)json_integer_value(json_array_get(offsets, 1))};
}

/* Computes an entry's size in bytes from its type and shape. */
static bool measure(const struct safetensors *file, const char *name, const json_t *entry,
                    uint64_t *bytes, struct error *error)
{
    const char *type = json_string_value(json_object_get(entry, "dtype"));
    const json_t *shape = json_object_get(entry, "shape");
    const bool f32 = type != NULL && strcmp(type, types[SAFETENSORS_F32].name) == 0;

    if (!f32 && (type == NULL || strcmp(type, types[SAFETENSORS_I64].name) != 0))
        return error_set(error, ERROR_CHECKPOINT,
                         "%s: %s: wrong type (expected F32, or I64 for a number, got %s)",
                         file->path, name, type != NULL ? type : "none");
    bool sizes = json_is_array(shape);
    *bytes = types[f32 ? SAFETENSORS_F32 : SAFETENSORS_I64].size;
    for (size_t d = 0; sizes && d < json_array_size(shape); d++) {
        const json_t *size = json_array_get(shape, d);
        sizes = json_is_integer(size) && json_integer_value(size) >= 0 &&
                !__builtin_mul_overflow(*bytes, (uint64_t)json_integer_value(size), bytes);
    }
    if (!sizes)
        return error_set(error, ERROR_CHECKPOINT, "%s: %s: no shape (expected a list of sizes)",
                         file->path, name);
    return true;
}

static bool check_entry(const struct safetensors *file, const char *name, const json_t *entry,
                        struct error *error)
{
    const json_t *offsets = json_object_get(entry, "data_offsets");
    const json_t *from = json_array_get(offsets, 0), *to = json_array_get(offsets, 1);
    uint64_t bytes = 0;

    if (!measure(file, name, entry, &bytes, error))
        return false;
    const struct span span = span_of(entry);
    if (json_array_size(offsets) != 2 || !json_is_integer(from) || !json_is_integer(to) ||
        json_integer_value(from) < 0 || span.to < span.from || span.to > file->data_size ||
        span.to - span.from != bytes)
        return error_set(error, ERROR_CHECKPOINT,
                         "%s: %s: offsets out of range (expected %" PRIu64 " bytes within %" PRIu64
                         ")",
                         file->path, name, bytes, file->data_size);
    return true;
}

static int compare_spans(const void *a, const void *b)
{
    const struct span *left = a, *right = b;

    if (left->from != right->from)
        return left->from > right->from ? 1 : -1;
    return (left->to > right->to) - (left->to < right->to);
}

static bool check_coverage(const struct safetensors *file, struct span *spans, struct error *error)
{
    uint64_t at = 0;

    qsort(spans, file->count, sizeof *spans, compare_spans);
    for (size_t i = 0; i < file->count; i++) {
        if (spans[i].from != at)
            return error_set(error, ERROR_CHECKPOINT,
                             "%s: its tensors overlap or leave gaps (expected one at byte %" PRIu64
                             ", got %" PRIu64 ")",
                             file->path, at, spans[i].from);
        at = spans[i].to;
    }
    if (at != file->data_size)
        return error_set(error, ERROR_CHECKPOINT,
                         "%s: bytes after the last tensor (expected %" PRIu64 ", got %" PRIu64 ")",
                         file->path, at, file->data_size);
    return true;
}

static bool check_entries(const struct safetensors *file, struct error *error)
{
    struct span *spans = malloc((file->count + 1) * sizeof *spans);
    size_t count = 0;
    const char *name;
    json_t *entry;
    bool good = spans != NULL ||
                error_set(error, ERROR_SYSTEM, "%s: not enough memory to read it", file->path);

    json_object_foreach (file->header, name, entry)
        if (good && entry != file->metadata) {
            good = check_entry(file, name, entry, error);
            spans[count++] = span_of(entry);
        }
    good = good && check_coverage(file, spans, error);
    free(spans);
    return good;
}

bool safetensors_open(struct safetensors *file, const struct directory *directory, const char *name,
                      struct error *error)
{
    unsigned char bytes[LENGTH_SIZE];
    size_t size;

    memset(file, 0, sizeof *file);
    file_path(file->path, directory, name);
    file->descriptor = file_open_in(directory, name, &size, ERROR_CHECKPOINT, error);
    if (file->descriptor < 0)
        return false;
    if (size < LENGTH_SIZE)
        return error_set(error, ERROR_CHECKPOINT,
                         "%s: not a safetensors file (expected at least %d bytes, got %zu)",
                         file->path, LENGTH_SIZE, size);
    if (!read_at(file, 0, bytes, LENGTH_SIZE, error))
        return false;
    const uint64_t length = get_little(bytes, LENGTH_SIZE), left = size - LENGTH_SIZE;
    if (length > HEADER_MAX || length > left)
        return error_set(error, ERROR_CHECKPOINT,
                         "%s: truncated, or not a safetensors file (expected a header of at most "
                         "%" PRIu64 " bytes, got %" PRIu64 ")",
                         file->path, left < HEADER_MAX ? left : (uint64_t)HEADER_MAX, length);
    file->data_start = LENGTH_SIZE + length;
    file->data_size = left - length;
    return read_header(file, (size_t)length, error) && check_entries(file, error);
}

void safetensors_close(struct safetensors *file)
{
    json_decref(file->header);
    if (file->descriptor >= 0)
        close(file->descriptor);
}

const char *safetensors_text(const struct safetensors *file, const char *key)
{
    const char *text = json_string_value(json_object_get(file->metadata, key));

    return text != NULL ? text : "";
}

/* Adds the file's bytes [from, to) to a checksum. */
static bool add_bytes(const struct safetensors *file, uint64_t from, uint64_t to,
                      unsigned char *buffer, uint64_t *sum, struct error *error)
{
    while (from < to) {
        const size_t size = to - from < BUFFER_SIZE ? (size_t)(to - from) : BUFFER_SIZE;
        if (!read_at(file, from, buffer, size, error))
            return false;
        *sum = checksum_add(*sum, buffer, size);
        from += size;
    }
    return true;
}

static bool add_file(const struct safetensors *file, unsigned char *buffer, uint64_t *sum,
                     struct error *error)
{
    if (!add_bytes(file, 0, file->digits_at, buffer, sum, error))
        return false;
    *sum = checksum_add(*sum, CHECKSUM_ZERO, SAFETENSORS_DIGITS);
    return add_bytes(file, file->digits_at + SAFETENSORS_DIGITS, file->data_start + file->data_size,
                     buffer, sum, error);
}

bool safetensors_check_sum(const struct safetensors *file, struct error *error)
{
    char expected[SAFETENSORS_DIGITS + 1];
    uint64_t sum = 0;

    if (file->digits_at == 0)
        return error_set(error, ERROR_CHECKPOINT, "%s: its checksum is missing", file->path);
    unsigned char *buffer = malloc(BUFFER_SIZE);
    if (buffer == NULL)
        return error_set(error, ERROR_SYSTEM, "%s: not enough memory to read it", file->path);
    bool added = add_file(file, buffer, &sum, error);
    free(buffer);
    snprintf(expected, sizeof expected, "%016" PRIx64, sum);
#ifndef FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION /* no mutated input would pass this check */
    if (added && strcmp(file->digits, expected) != 0)
        return error_set(error, ERROR_CHECKPOINT, "%s: damaged (expected checksum %s, got %s)",
                         file->path, file->digits, expected);
#endif
    return added;
}

bool safetensors_has(const struct safetensors *file, const char *name)
{
    return json_object_get(file->header, name) != NULL;
}

bool safetensors_check(const struct safetensors *file, const char *name, enum safetensors_type type,
                       const int *size, int dimensions, struct error *error)
{
    const json_t *entry = json_object_get(file->header, name);
    const char *got = json_string_value(json_object_get(entry, "dtype"));
    const json_t *shape = json_object_get(entry, "shape");
    bool same = json_array_size(shape) == (size_t)dimensions;

    if (strcmp(got, types[type].name) != 0)
        return error_set(error, ERROR_CHECKPOINT, "%s: %s: wrong type (expected %s, got %s)",
                         file->path, name, types[type].name, got);
    for (int d = 0; same && d < dimensions; d++)
        same = json_integer_value(json_array_get(shape, (size_t)d)) == size[d];
    if (!same)
        return error_set(error, ERROR_CHECKPOINT,
                         "%s: %s: of another shape than the model's (see --model)", file->path,
                         name);
    return true;
}

bool safetensors_read(const struct safetensors *file, const char *name, float *values, size_t count,
                      struct error *error)
{
    const struct span span = span_of(json_object_get(file->header, name));

    if (!read_at(file, file->data_start + span.from, values, count * sizeof *values, error))
        return false;
    for (size_t i = 0; i < count; i++) { /* changes nothing on a little-endian machine */
        unsigned char bytes[sizeof *values];
        memcpy(bytes, &values[i], sizeof bytes);
        const uint32_t bits = (uint32_t)get_little(bytes, sizeof bits);
        memcpy(&values[i], &bits, sizeof bits);
    }
    return true;
}
