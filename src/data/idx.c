#include "data/idx.h"

#include "support/file.h"
#include "support/memory.h"
#include "support/signals.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#define ZLIB_CONST
#include <zlib.h>

enum {
    INPUT_SIZE = 64 * 1024,
    OUTPUT_SIZE = 16 * 1024,
    STEP = 1024 * 1024,    /* bytes that are compressed between two looks for a signal */
    GZIP_WINDOW = 15 + 16, /* for zlib: the largest window, gzip framing only */
    DEFLATE_RATIO = 1032,  /* the highest possible of a deflate stream (zlib's technical notes) */
    TYPE_UNSIGNED_BYTE = 0x08,
    TYPE_INT = 0x0C,
};

/* The bytes of a file, inflated if they are gzip'd. */
struct stream {
    const char *path;
    int descriptor;
    size_t file_size;
    bool gzip;
    size_t bytes_read;
    bool at_end; /* of the file */
    bool inside; /* a gzip member has begun and has not ended */
    z_stream z;  /* next_in and avail_in are the unread input in either case */
    unsigned char input[INPUT_SIZE];
};

/* Refills the empty input buffer: at least `least` bytes, fewer only at the end of the file. */
static bool refill(struct stream *stream, size_t least, struct error *error)
{
    size_t got = 0;

    while (got < least) {
        ssize_t count = read(stream->descriptor, stream->input + got, sizeof stream->input - got);
        if (count < 0 && errno != EINTR)
            return error_set(error, ERROR_SYSTEM, "%s: cannot be read: %s", stream->path,
                             strerror(errno));
        if (count == 0)
            break;
        if (count > 0)
            got += (size_t)count;
    }
    stream->at_end = got == 0;
    stream->bytes_read += got;
    stream->z.next_in = stream->input;
    stream->z.avail_in = (uInt)got;
    return true;
}

static bool has_gzip_magic(const struct stream *stream)
{
    return stream->z.avail_in >= 2 && stream->input[0] == 0x1F && stream->input[1] == 0x8B;
}

static bool stream_open(struct stream *stream, const char *path, struct error *error)
{
    memset(stream, 0, sizeof *stream);
    stream->path = path;
    stream->descriptor = file_open(path, &stream->file_size, ERROR_DATA, error);
    if (stream->descriptor < 0)
        return false;
    bool ready = refill(stream, 2, error); /* gzip's magic number has 2 bytes */
    if (ready && stream->at_end)
        ready = error_set(error, ERROR_DATA,
                          "%s: empty (expected an IDX file, gzip'd or plain, got 0 bytes)", path);
    stream->gzip = ready && has_gzip_magic(stream);
    if (stream->gzip && inflateInit2(&stream->z, GZIP_WINDOW) != Z_OK)
        ready = error_set(error, ERROR_SYSTEM, "%s: not enough memory to inflate it", path);
#ifdef FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION /* no mutated input would pass the checksum */
    if (stream->gzip && ready)
        inflateValidate(&stream->z, 0);
#endif
    if (!ready)
        close(stream->descriptor);
    return ready;
}

static void stream_close(struct stream *stream)
{
    if (stream->gzip)
        inflateEnd(&stream->z);
    close(stream->descriptor);
}

static void copy_plain(struct stream *stream)
{
    uInt count =
        stream->z.avail_in < stream->z.avail_out ? stream->z.avail_in : stream->z.avail_out;

    memcpy(stream->z.next_out, stream->z.next_in, count);
    stream->z.next_in += count;
    stream->z.avail_in -= count;
    stream->z.next_out += count;
    stream->z.avail_out -= count;
}

static bool inflate_some(struct stream *stream, struct error *error)
{
    if (!stream->inside) { /* between members: the next one must begin here */
        if (*stream->z.next_in != 0x1F)
            return error_set(error, ERROR_DATA,
                             "%s: bytes after the end of the gzip data (expected the end of the "
                             "file, got 0x%02X)",
                             stream->path, *stream->z.next_in);
        inflateReset(&stream->z);
        stream->inside = true;
    }
    switch (inflate(&stream->z, Z_NO_FLUSH)) {
    case Z_STREAM_END: stream->inside = false; return true;
    case Z_OK:
    case Z_BUF_ERROR: /* no output space or no input; not an error, see zlib's manual */
        return true;
    case Z_MEM_ERROR:
        return error_set(error, ERROR_SYSTEM, "%s: not enough memory to inflate it", stream->path);
    default:
        return error_set(error, ERROR_DATA,
                         "%s: corrupt gzip data (expected a valid stream, got %s)", stream->path,
                         stream->z.msg != NULL ? stream->z.msg : "a preset dictionary");
    }
}

/* Reads `size` bytes; *got is smaller only at the end of the stream. */
static bool stream_read(struct stream *stream, uint8_t *to, size_t size, size_t *got,
                        struct error *error)
{
    *got = 0;
    while (*got < size) {
        if (stream->z.avail_in == 0 && !stream->at_end && !refill(stream, 1, error))
            return false;
        if (stream->at_end)
            break;
        size_t want = size - *got < INT32_MAX ? size - *got : INT32_MAX;
        stream->z.next_out = to + *got;
        stream->z.avail_out = (uInt)want;
        if (!stream->gzip)
            copy_plain(stream);
        else if (!inflate_some(stream, error))
            return false;
        *got += want - stream->z.avail_out;
    }
    if (*got < size && stream->inside)
        return error_set(
            error, ERROR_DATA,
            "%s: truncated (expected the end of the gzip data, got the end of the file "
            "after %zu bytes)",
            stream->path, stream->bytes_read);
    return true;
}

/* Reads exactly `size` bytes of the IDX header. */
static bool read_header(struct stream *stream, uint8_t *to, size_t size, struct error *error)
{
    size_t got;

    if (!stream_read(stream, to, size, &got, error))
        return false;
    if (got < size)
        return error_set(error, ERROR_DATA,
                         "%s: the IDX header is cut short (expected %zu more bytes, got %zu)",
                         stream->path, size, got);
    return true;
}

/* Takes the element type and the dimensions, if the kind has them. */
static bool read_form(const struct stream *stream, struct idx *idx, enum idx_kind kind, int type,
                      int dimensions, struct error *error)
{
    const bool labels = kind == IDX_LABELS, numbers = type == TYPE_INT;
    const int expected = labels ? (numbers ? 2 : 1) : 3;

    if (type != TYPE_UNSIGNED_BYTE && !(labels && numbers))
        return error_set(error, ERROR_DATA,
                         "%s: wrong element type (expected 0x08, unsigned bytes%s, got 0x%02X)",
                         stream->path, labels ? ", or 0x0C, integers" : "", (unsigned int)type);
    if (dimensions != expected)
        return error_set(error, ERROR_DATA,
                         "%s: wrong number of dimensions (expected %d, as %s have, got %d)",
                         stream->path, expected, labels ? "labels" : "images", dimensions);
    idx->dimensions = dimensions;
    idx->element_size = numbers ? 4 : 1;
    return true;
}

static bool read_magic(struct stream *stream, struct idx *idx, enum idx_kind kind,
                       struct error *error)
{
    uint8_t magic[4];

    if (!read_header(stream, magic, sizeof magic, error))
        return false;
    if (magic[0] != 0 || magic[1] != 0)
        return error_set(error, ERROR_DATA,
                         "%s: neither a gzip nor an IDX file (expected magic number 0x00000803 or "
                         "0x00000801, got 0x%02X%02X%02X%02X)",
                         stream->path, magic[0], magic[1], magic[2], magic[3]);
    return read_form(stream, idx, kind, magic[2], magic[3], error);
}

static bool read_sizes(struct stream *stream, struct idx *idx, struct error *error)
{
    size_t bytes = (size_t)idx->element_size;

    idx->count = 1;
    for (int d = 0; d < idx->dimensions; d++) {
        uint8_t raw[4];
        if (!read_header(stream, raw, sizeof raw, error))
            return false;
        idx->size[d] =
            (uint32_t)raw[0] << 24 | (uint32_t)raw[1] << 16 | (uint32_t)raw[2] << 8 | raw[3];
        if (idx->size[d] == 0)
            return error_set(error, ERROR_DATA,
                             "%s: dimension %d is zero (expected at least 1, got 0)", stream->path,
                             d + 1);
        if (__builtin_mul_overflow(bytes, (size_t)idx->size[d], &bytes))
            return error_set(error, ERROR_DATA,
                             "%s: the dimensions' product overflows (expected at most %zu bytes, "
                             "got more)",
                             stream->path, SIZE_MAX);
        idx->count *= idx->size[d];
    }
    return true;
}

/* Bytes of the elements. */
static size_t byte_count(const struct idx *idx)
{
    return idx->count * (size_t)idx->element_size;
}

/* Refuses sizes that the file or the machine's memory cannot hold, or that the caller refuses. */
static bool check_sizes(const struct stream *stream, const struct idx *idx, idx_check *check,
                        void *argument, struct error *error)
{
    const size_t memory = memory_of_machine(), bytes = byte_count(idx);
    size_t most = stream->file_size;

    if (stream->gzip && __builtin_mul_overflow(most, (size_t)DEFLATE_RATIO, &most))
        most = SIZE_MAX;
    if (bytes > most)
        return error_set(error, ERROR_DATA,
                         "%s: shorter than its header says (expected %zu bytes, got at most %zu)",
                         stream->path, bytes, most);
    if (check != NULL && !check(argument, idx, stream->path, error))
        return false;
    return bytes <= memory ||
           error_set(error, ERROR_SYSTEM,
                     "%s: larger than the memory of this machine (expected at most %zu bytes, got "
                     "%zu)",
                     stream->path, memory, bytes);
}

static bool read_elements(struct stream *stream, struct idx *idx, struct error *error)
{
    const size_t bytes = byte_count(idx);
    uint8_t beyond;
    size_t got, extra;

    idx->elements = malloc(bytes);
    if (idx->elements == NULL)
        return error_set(error, ERROR_SYSTEM, "%s: not enough memory for its %zu bytes",
                         stream->path, bytes);
    if (!stream_read(stream, idx->elements, bytes, &got, error))
        return false;
    if (got < bytes)
        return error_set(error, ERROR_DATA,
                         "%s: shorter than its header says (expected %zu bytes, got %zu)",
                         stream->path, bytes, got);
    /* Reading one byte more makes zlib check the trailer; a decompression bomb gets no further. */
    if (!stream_read(stream, &beyond, 1, &extra, error))
        return false;
    if (extra > 0)
        return error_set(error, ERROR_DATA,
                         "%s: longer than its header says (expected %zu bytes, got more)",
                         stream->path, bytes);
    idx->crc = (uint32_t)crc32_z(0, idx->elements, bytes);
    return true;
}

bool idx_read(struct idx *idx, const char *path, enum idx_kind kind, idx_check *check,
              void *argument, struct error *error)
{
    struct stream *stream = malloc(sizeof *stream);

    *idx = (struct idx){0};
    if (stream == NULL)
        return error_set(error, ERROR_SYSTEM, "%s: not enough memory to read it", path);
    bool opened = stream_open(stream, path, error);
    bool read = opened && read_magic(stream, idx, kind, error) && read_sizes(stream, idx, error) &&
                check_sizes(stream, idx, check, argument, error) &&
                read_elements(stream, idx, error);
    if (opened)
        stream_close(stream);
    free(stream);
    if (!read)
        idx_fini(idx);
    return read;
}

/* ---- writing ---- */

/* Compresses `size` bytes, at most STEP, and writes what comes out. */
static bool write_some(z_stream *z, const uint8_t *bytes, size_t size, int flush, int descriptor)
{
    uint8_t output[OUTPUT_SIZE];

    z->next_in = bytes;
    z->avail_in = (uInt)size;
    do {
        z->next_out = output;
        z->avail_out = sizeof output;
        deflate(z, flush); /* fails only if there is nothing to do, see zlib's manual */
        if (!file_write_all(descriptor, output, sizeof output - z->avail_out))
            return false;
    } while (z->avail_out == 0);
    return true;
}

static bool write_header(z_stream *z, const struct idx *idx, int descriptor)
{
    uint8_t header[4 + 4 * IDX_DIMENSIONS_MAX] = {0, 0, TYPE_UNSIGNED_BYTE,
                                                  (uint8_t)idx->dimensions};

    for (int d = 0; d < idx->dimensions; d++)
        for (int i = 0; i < 4; i++)
            header[4 + 4 * d + i] = (uint8_t)(idx->size[d] >> (24 - 8 * i));
    return write_some(z, header, 4 + 4 * (size_t)idx->dimensions, Z_NO_FLUSH, descriptor);
}

static bool write_elements(z_stream *z, const struct idx *idx, int descriptor)
{
    for (size_t at = 0; at < idx->count; at += STEP) {
        const size_t left = idx->count - at;
        if (signals_ending() != 0) {
            errno = EINTR;
            return false;
        }
        if (!write_some(z, idx->elements + at, left < STEP ? left : STEP,
                        left <= STEP ? Z_FINISH : Z_NO_FLUSH, descriptor))
            return false;
    }
    return true;
}

bool idx_write(const struct idx *idx, int descriptor)
{
    z_stream z = {0};

    assert(idx->count > 0);
    if (deflateInit2(&z, Z_DEFAULT_COMPRESSION, Z_DEFLATED, GZIP_WINDOW, 8, Z_DEFAULT_STRATEGY) !=
        Z_OK) {
        errno = ENOMEM;
        return false;
    }
    const bool written = write_header(&z, idx, descriptor) && write_elements(&z, idx, descriptor);
    const int saved = errno;
    deflateEnd(&z);
    errno = saved;
    return written;
}

void idx_fini(struct idx *idx)
{
    free(idx->elements);
    *idx = (struct idx){0};
}
