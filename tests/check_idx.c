/*
 * check_idx.c -- writing IDX files, and reading them: good ones, and every kind of bad one.
 * row_NN_... is row NN of the table of faults. The rows that need a whole data set are in
 * check_dataset.c and data_faults.sh.
 */
#include "check.h"

#include "data/idx.h"
#include "support/memory.h"
#include "support/signals.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/un.h>

#define ZLIB_CONST
#include <zlib.h>

enum {
    IMAGES = 3,
    SIDE = 14,
    ELEMENTS = IMAGES * SIDE * SIDE,
    HEADER_3 = 16, /* bytes of an IDX header with three dimensions and with one */
    HEADER_1 = 8,
    BYTES_MAX = 2 << 20,
};

/* ---- read(2) with injected faults; readv is the same call by another name ---- */

static struct {
    size_t at_most;        /* bytes a call; 0: as many as asked for */
    bool interrupt;        /* every other call fails with EINTR */
    int fail_at;           /* that call, counted from 1, fails with EIO */
    int shorten_at;        /* before this call ... */
    const char *shortened; /* ... this file is cut ... */
    off_t shortened_to;    /* ... to this size */
    int calls;
    size_t bytes;
} fault;

ssize_t read(int descriptor, void *to, size_t size)
{
    bool cut = fault.at_most > 0 && fault.at_most < size;
    struct iovec vector = {.iov_base = to, .iov_len = cut ? fault.at_most : size};

    fault.calls++;
    if (fault.interrupt && fault.calls % 2 == 1) {
        errno = EINTR;
        return -1;
    }
    if (fault.calls == fault.fail_at) {
        errno = EIO;
        return -1;
    }
    if (fault.calls == fault.shorten_at)
        assert_int_equal(truncate(fault.shortened, fault.shortened_to), 0);
    ssize_t count = readv(descriptor, &vector, 1);
    if (count > 0)
        fault.bytes += (size_t)count;
    return count;
}

/* glibc's headers turn read into this if a build checks buffer sizes. */
ssize_t __read_chk(int descriptor, void *to, size_t size, size_t room);
ssize_t __read_chk(int descriptor, void *to, size_t size, size_t room)
{
    assert_true(size <= room);
    return read(descriptor, to, size);
}

/* ---- making files ---- */

static char scratch[PATH_MAX], file[2 * PATH_MAX];

struct bytes {
    size_t size;
    uint8_t at[BYTES_MAX];
};

static struct bytes plain,
    zipped;               /* the start of each test: the same images, plain and compressed */
static struct bytes made; /* the file that a test makes of them */

static void put(struct bytes *bytes, const void *data, size_t size)
{
    assert_true(size <= BYTES_MAX - bytes->size);
    if (size > 0)
        memcpy(bytes->at + bytes->size, data, size);
    bytes->size += size;
}

static void put_header(struct bytes *bytes, uint8_t type, int dimensions, const uint32_t size[])
{
    put(bytes, (uint8_t[]){0, 0, type, (uint8_t)dimensions}, 4);
    for (int d = 0; d < dimensions; d++)
        put(bytes,
            (uint8_t[]){(uint8_t)(size[d] >> 24), (uint8_t)(size[d] >> 16), (uint8_t)(size[d] >> 8),
                        (uint8_t)size[d]},
            4);
}

/* Adds one gzip member. `head` may be NULL. */
static void put_member(struct bytes *bytes, const void *data, size_t size, int level,
                       gz_header *head)
{
    z_stream z = {0};

    assert_int_equal(deflateInit2(&z, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    if (head != NULL)
        assert_int_equal(deflateSetHeader(&z, head), Z_OK);
    z.next_in = data;
    z.avail_in = (uInt)size;
    z.next_out = bytes->at + bytes->size;
    z.avail_out = (uInt)(BYTES_MAX - bytes->size);
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    bytes->size += z.total_out;
    deflateEnd(&z);
}

/* Bytes that cannot be compressed. */
static void put_noise(struct bytes *bytes, size_t size)
{
    uint32_t state = 1;

    for (size_t i = 0; i < size; i++) {
        state = state * 1664525 + 1013904223;
        put(bytes, &(uint8_t){(uint8_t)(state >> 24)}, 1);
    }
}

static void write_bytes(const uint8_t *at, size_t size)
{
    unlink(file); /* some file systems sync a file that is overwritten */
    FILE *stream = fopen(file, "wb");
    assert_non_null(stream);
    assert_int_equal(fwrite(at, 1, size, stream), size);
    assert_int_equal(fclose(stream), 0);
}

static void write_file(const struct bytes *bytes)
{
    write_bytes(bytes->at, bytes->size);
}

/* Writes `made`, compressed first if `gzip` is set. */
static void write_made(bool gzip)
{
    static struct bytes member;

    member.size = 0;
    if (gzip)
        put_member(&member, made.at, made.size, 6, NULL);
    write_file(gzip ? &member : &made);
}

/* Puts a header and `elements` bytes in `made`. */
static void make_idx(uint8_t type, int dimensions, const uint32_t size[], size_t elements)
{
    made.size = 0;
    put_header(&made, type, dimensions, size);
    for (size_t i = 0; i < elements; i++)
        put(&made, &(uint8_t){(uint8_t)(i % 10)}, 1);
}

/* Puts `plain` in one gzip member whose header has all optional fields, and a checksum if asked
 * for. */
static void zip_images(bool header_checksum)
{
    gz_header head = {.name = (Bytef[]){"images"},
                      .comment = (Bytef[]){"a comment"},
                      .extra = (Bytef[]){"xy\4\0abcd"},
                      .extra_len = 8,
                      .time = 1,
                      .hcrc = header_checksum};

    zipped.size = 0;
    put_member(&zipped, plain.at, plain.size, 9, &head);
}

static int set_up(void **unused)
{
    (void)unused;
    memset(&fault, 0, sizeof fault);
    check_scratch(scratch);
    snprintf(file, sizeof file, "%s/images.gz", scratch);
    plain.size = made.size = 0;
    put_header(&plain, 0x08, 3, (uint32_t[]){IMAGES, SIDE, SIDE});
    for (int i = 0; i < ELEMENTS; i++) /* dark with some structure, like MNIST's images */
        put(&plain, &(uint8_t){(uint8_t)(i % 7 < 4 ? 0 : i * i / 5)}, 1);
    zip_images(true);
    return 0;
}

static int tear_down(void **unused)
{
    (void)unused;
    memset(&fault, 0, sizeof fault);
    check_scratch_remove(scratch);
    return 0;
}

/* ---- expected results ---- */

static int lowest_free_descriptor(void)
{
    int descriptor = open("/dev/null", O_RDONLY);

    close(descriptor);
    return descriptor;
}

/* Reads `path`, and checks that a failure leaves nothing behind. */
static bool read_idx(struct idx *idx, const char *path, int dimensions, struct error *error)
{
    int descriptor = lowest_free_descriptor();

    *error = (struct error){0};
    alarm(60); /* it must not hang */
    bool read = idx_read(idx, path, dimensions == 3 ? IDX_IMAGES : IDX_LABELS, NULL, NULL, error);
    alarm(0);
    assert_int_equal(lowest_free_descriptor(), descriptor);
    assert_int_equal(read, error->kind == ERROR_NONE);
    if (!read)
        assert_null(idx->elements);
    return read;
}

static struct error refusal; /* the last expected error */

/* Expects "PATH: problem" with `words` in the problem. */
static void expect_error(const char *path, int dimensions, enum error_kind kind, const char *words)
{
    size_t length = strlen(path);
    struct idx idx;

    if (read_idx(&idx, path, dimensions, &refusal))
        fail_msg("read instead of refused with '%s'", words);
    if (refusal.kind != kind || strncmp(refusal.text, path, length) != 0 ||
        strncmp(refusal.text + length, ": ", 2) != 0 || strstr(refusal.text, words) == NULL)
        fail_msg("expected kind %d, '...%s...', got kind %d, '%s'", kind, words, refusal.kind,
                 refusal.text);
}

/* Expects ERROR_DATA for this file of three dimensions: "PATH: problem (expected X, got Y)". */
static void expect_refused(const char *words)
{
    expect_error(file, 3, ERROR_DATA, words);
    const char *expected = strstr(refusal.text, " (expected ");
    if (expected == NULL || strstr(expected, ", got") == NULL ||
        refusal.text[strlen(refusal.text) - 1] != ')')
        fail_msg("'%s' does not say '(expected X, got Y)'", refusal.text);
}

static bool same_images(const struct idx *idx)
{
    return idx->dimensions == 3 && idx->size[0] == IMAGES && idx->size[1] == SIDE &&
           idx->size[2] == SIDE && idx->count == ELEMENTS &&
           memcmp(idx->elements, plain.at + HEADER_3, ELEMENTS) == 0 &&
           idx->crc == (uint32_t)crc32(0, plain.at + HEADER_3, ELEMENTS);
}

/* Expects the images that set_up made. */
static void expect_images(void)
{
    struct error error;
    struct idx idx;

    if (!read_idx(&idx, file, 3, &error))
        fail_msg("not read: %s", error.text);
    assert_true(same_images(&idx));
    idx_fini(&idx);
    assert_null(idx.elements);
}

/* ---- good files ---- */

static void a_gzip_file_is_read(void **unused)
{
    (void)unused;
    for (int level = 0; level <= 9; level++) {
        made.size = 0;
        put_member(&made, plain.at, plain.size, level, NULL);
        write_file(&made);
        expect_images();
    }
    write_file(&zipped);
    expect_images();
}

static void labels_have_one_dimension(void **unused)
{
    struct error error;
    struct idx idx;
    (void)unused;

    make_idx(0x08, 1, (uint32_t[]){25}, 25);
    for (int gzip = 0; gzip < 2; gzip++) {
        write_made(gzip);
        assert_true(read_idx(&idx, file, 1, &error));
        assert_int_equal(idx.dimensions, 1);
        assert_int_equal(idx.size[0], 25);
        assert_int_equal(idx.count, 25);
        assert_memory_equal(idx.elements, made.at + HEADER_1, 25);
        idx_fini(&idx);
    }
}

/* ---- writing ---- */

/* Writes an array of noise to `file`. */
static void write_noise(struct idx *idx, int dimensions, uint32_t first, uint32_t other)
{
    static struct bytes noise;

    *idx = (struct idx){.dimensions = dimensions, .size = {first, other, other}, .count = first};
    for (int d = 1; d < dimensions; d++)
        idx->count *= other;
    noise.size = 0;
    put_noise(&noise, idx->count);
    idx->elements = noise.at;
    int descriptor = open(file, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    assert_true(descriptor >= 0 && idx_write(idx, descriptor) && close(descriptor) == 0);
}

static size_t file_size(void)
{
    struct stat status;

    assert_int_equal(stat(file, &status), 0);
    return (size_t)status.st_size;
}

static void what_is_written_is_read_back(void **unused)
{
    static const struct {
        int dimensions;
        uint32_t first, other;
    } cases[] = {{1, 1, 0}, {1, 25, 0}, {3, 3, 14}, {3, 1, 1024}, {3, 17, 256}, {1, 2 << 20, 0}};
    struct error error;
    struct idx written, idx;
    (void)unused;

    for (int i = 0; i < CHECK_COUNT(cases); i++) {
        write_noise(&written, cases[i].dimensions, cases[i].first, cases[i].other);
        if (!read_idx(&idx, file, cases[i].dimensions, &error))
            fail_msg("case %d: %s", i, error.text);
        assert_int_equal(idx.count, written.count);
        assert_memory_equal(idx.size, written.size, (size_t)idx.dimensions * sizeof idx.size[0]);
        assert_memory_equal(idx.elements, written.elements, idx.count);
        idx_fini(&idx);
    }
}

static void what_is_written_is_compressed_and_always_the_same(void **unused)
{
    static struct bytes zeros;
    const struct idx idx = {
        .dimensions = 3, .size = {100, 28, 28}, .count = 78400, .elements = zeros.at};
    uint8_t first[4096], second[4096];
    (void)unused;

    for (int i = 0; i < 2; i++) {
        int descriptor = open(file, O_RDWR | O_CREAT | O_TRUNC, 0600);
        assert_true(descriptor >= 0 && idx_write(&idx, descriptor));
        assert_in_range(file_size(), 20, sizeof first);
        assert_int_equal(pread(descriptor, i == 0 ? first : second, file_size(), 0), file_size());
        close(descriptor);
    }
    assert_memory_equal(first, second, file_size());
}

static void a_full_disk_is_reported(void **unused)
{
    static struct bytes zeros;
    const struct idx idx = {.dimensions = 1, .size = {25}, .count = 25, .elements = zeros.at};
    const int descriptor = open("/dev/full", O_WRONLY);
    (void)unused;

    if (descriptor < 0)
        skip();
    assert_false(idx_write(&idx, descriptor));
    assert_int_equal(errno, ENOSPC);
    close(descriptor);
}

static void a_signal_ends_writing(void **unused)
{
    static struct bytes zeros;
    const struct idx idx = {.dimensions = 1, .size = {25}, .count = 25, .elements = zeros.at};
    const int descriptor = open(file, O_WRONLY | O_CREAT, 0600);
    (void)unused;

    signals_end(SIGTERM);
    assert_false(idx_write(&idx, descriptor));
    assert_int_equal(errno, EINTR);
    signals_end(0);
    assert_true(idx_write(&idx, descriptor));
    close(descriptor);
}

/* ---- rows 1 to 4: not a regular file ---- */

static void row_01_a_missing_file_is_refused(void **unused)
{
    char below[3 * PATH_MAX];
    (void)unused;

    expect_error(file, 3, ERROR_DATA, strerror(ENOENT));
    write_file(&zipped);
    snprintf(below, sizeof below, "%s/below", file);
    expect_error(below, 3, ERROR_DATA, strerror(ENOTDIR));
}

static void row_01_an_unreadable_file_is_refused(void **unused)
{
    enum { NOBODY = 65534 };
    const uid_t user = geteuid();
    struct error error;
    struct idx idx;
    (void)unused;

    write_file(&zipped);
    assert_int_equal(chmod(file, 0), 0);
    /* root can read every file, so the test runs as another user. */
    if (user == 0 && (chown(scratch, NOBODY, (gid_t)-1) != 0 || seteuid(NOBODY) != 0)) {
        printf("# cannot be tested here: root cannot change its user\n");
        return;
    }
    bool read = idx_read(&idx, file, IDX_IMAGES, NULL, NULL, &error);
    assert_int_equal(seteuid(user), 0);
    assert_false(read);
    assert_int_equal(error.kind, ERROR_DATA);
    assert_int_equal(strncmp(error.text, file, strlen(file)), 0);
    assert_non_null(strstr(error.text, strerror(EACCES)));
}

static void row_02_a_directory_is_refused(void **unused)
{
    (void)unused;
    assert_int_equal(mkdir(file, 0700), 0);
    expect_refused("(expected a regular file, got a directory)");
}

static void row_03_a_fifo_is_refused(void **unused)
{
    (void)unused;
    assert_int_equal(mkfifo(file, 0600), 0);
    expect_refused("(expected a regular file, got a FIFO)");
}

static void row_03_a_device_is_refused(void **unused)
{
    (void)unused;
    assert_int_equal(symlink("/dev/zero", file), 0);
    expect_refused("(expected a regular file, got a device)");
}

static void row_03_a_socket_is_refused(void **unused)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int made_socket = socket(AF_UNIX, SOCK_STREAM, 0);
    (void)unused;

    assert_true(made_socket >= 0);
    if (strlen(file) < sizeof address.sun_path) {
        memcpy(address.sun_path, file, strlen(file) + 1);
        assert_int_equal(bind(made_socket, (struct sockaddr *)&address, sizeof address), 0);
        expect_refused("(expected a regular file, got a socket)");
    } else {
        printf("# cannot be tested here: the scratch directory's name is too long\n");
    }
    close(made_socket);
}

static void row_04_a_dangling_link_is_refused(void **unused)
{
    (void)unused;
    assert_int_equal(symlink("nowhere", file), 0);
    expect_error(file, 3, ERROR_DATA, strerror(ENOENT));
}

static void row_04_a_looping_link_is_refused(void **unused)
{
    (void)unused;
    assert_int_equal(symlink("images.gz", file), 0);
    expect_error(file, 3, ERROR_DATA, strerror(ELOOP));
}

static void row_04_a_link_to_a_regular_file_is_read(void **unused)
{
    char target[3 * PATH_MAX];
    (void)unused;

    write_file(&zipped);
    snprintf(target, sizeof target, "%s.target", file);
    assert_int_equal(rename(file, target), 0);
    assert_int_equal(symlink("images.gz.target", file), 0);
    expect_images();
}

/* ---- rows 5 to 16: faults in gzip data ---- */

static void row_05_an_empty_file_is_refused(void **unused)
{
    (void)unused;
    write_file(&made);
    expect_refused("empty (expected an IDX file, gzip'd or plain, got 0 bytes)");
}

static void row_06_a_file_shorter_than_a_gzip_header_is_refused(void **unused)
{
    (void)unused;
    for (size_t size = 1; size <= 10; size++) {
        write_bytes(zipped.at, size);
        expect_refused("");
    }
}

static void row_07_html_saved_as_gz_is_refused(void **unused)
{
    static const char page[] = "<!DOCTYPE html>\n<html><head><title>404 Not Found</title>";
    (void)unused;

    write_bytes((const uint8_t *)page, sizeof page - 1);
    expect_refused("neither a gzip nor an IDX file");
    expect_refused("got 0x3C21444F)");
}

static void row_08_an_uncompressed_file_is_read(void **unused)
{
    (void)unused;
    write_file(&plain);
    expect_images();
}

static void row_09_truncation_at_any_offset_is_refused(void **unused)
{
    (void)unused;
    for (size_t size = 0; size < zipped.size; size++) {
        write_bytes(zipped.at, size);
        expect_refused("");
    }
    write_bytes(zipped.at, zipped.size - 1);
    expect_refused("truncated (expected the end of the gzip data");
}

static void row_09_truncation_of_an_uncompressed_file_is_refused(void **unused)
{
    (void)unused;
    for (size_t size = 0; size < plain.size; size++) {
        write_bytes(plain.at, size);
        expect_refused("");
    }
    write_bytes(plain.at, HEADER_3 - 1);
    expect_refused("the IDX header is cut short (expected 4 more bytes, got 3)");
}

static void row_10_a_checksum_mismatch_is_refused(void **unused)
{
    (void)unused;
    for (size_t byte = 1; byte <= 4; byte++) {
        zipped.at[zipped.size - 4 - byte] ^= 0x10;
        write_file(&zipped);
        expect_refused("corrupt gzip data");
        zipped.at[zipped.size - 4 - byte] ^= 0x10;
    }
}

static void row_11_a_length_mismatch_is_refused(void **unused)
{
    (void)unused;
    for (size_t byte = 1; byte <= 4; byte++) {
        zipped.at[zipped.size - byte] ^= 0x01;
        write_file(&zipped);
        expect_refused("corrupt gzip data");
        zipped.at[zipped.size - byte] ^= 0x01;
    }
}

static void row_12_bytes_after_the_end_are_refused(void **unused)
{
    static const struct {
        const char *bytes;
        size_t size;
    } ends[] = {{"\0", 1},   {"\n", 1},       {"garbage", 7},
                {"\x1F", 1}, {"\x1F\x8B", 2}, {"\x1F\x1F", 2}};
    (void)unused;

    for (int i = 0; i < CHECK_COUNT(ends); i++) {
        made.size = 0;
        put(&made, zipped.at, zipped.size);
        put(&made, ends[i].bytes, ends[i].size);
        write_file(&made);
        expect_refused("");
    }
    made.size = zipped.size;
    put(&made, "garbage", 7);
    write_file(&made);
    expect_refused("bytes after the end of the gzip data (expected the end of the file, got 0x67)");
}

/* The trailer ends exactly where a read of the file ends, so that the garbage comes with the next
 * read. */
static void row_12_bytes_after_the_end_in_another_read_are_refused(void **unused)
{
    (void)unused;
    put(&made, zipped.at, zipped.size);
    put(&made, "garbage", 7);
    write_file(&made);
    fault.at_most = zipped.size;
    expect_refused("bytes after the end of the gzip data");
}

/* One member ends and the next begins at `at`. Empty members lie between them and at the end. */
static void put_members(size_t at)
{
    made.size = 0;
    put_member(&made, plain.at, at, 6, NULL);
    put_member(&made, "", 0, 6, NULL);
    put_member(&made, plain.at + at, plain.size - at, 6, NULL);
    put_member(&made, "", 0, 6, NULL);
}

static void row_13_several_members_are_one_file(void **unused)
{
    (void)unused;
    for (size_t at = 0; at <= plain.size; at += at < 2 * HEADER_3 ? 1 : 37) {
        put_members(at);
        write_file(&made);
        expect_images();
    }
    made.size = 0;
    for (size_t at = 0; at < plain.size; at++)
        put_member(&made, plain.at + at, 1, 6, NULL);
    write_file(&made);
    expect_images();
}

static void row_14_a_corrupt_later_member_is_refused(void **unused)
{
    (void)unused;
    put_member(&made, plain.at, plain.size / 2, 6, NULL);
    size_t first = made.size;
    put_member(&made, plain.at + plain.size / 2, plain.size - plain.size / 2, 6, NULL);
    for (size_t size = first; size < made.size; size++) {
        write_bytes(made.at, size);
        expect_refused("");
    }
    for (size_t trailer = 1; trailer <= 8; trailer++) {
        made.at[made.size - trailer] ^= 0x80;
        write_file(&made);
        expect_refused("corrupt gzip data");
        made.at[made.size - trailer] ^= 0x80;
    }
    made.at[first + 1] = 0x8C;
    write_file(&made);
    expect_refused("corrupt gzip data");
}

/* All images come from the first member; the last one is checked anyway. */
static void row_14_a_corrupt_empty_last_member_is_refused(void **unused)
{
    (void)unused;
    put(&made, zipped.at, zipped.size);
    put_member(&made, "", 0, 6, NULL);
    made.at[made.size - 8] ^= 1;
    write_file(&made);
    expect_refused("corrupt gzip data");
}

/* Each field is longer than the input buffer, which is allowed. */
static void row_15_long_header_fields_are_skipped(void **unused)
{
    static Bytef text[100001], extra[65535];
    gz_header head = {.name = text, .comment = text, .extra = extra, .extra_len = sizeof extra};
    (void)unused;

    memset(text, 'n', sizeof text - 1);
    for (int checksum = 0; checksum < 2; checksum++) {
        head.hcrc = checksum;
        made.size = 0;
        put_member(&made, plain.at, plain.size, 6, &head);
        write_file(&made);
        expect_images();
    }
    made.at[20] ^= 1; /* inside the extra field: the header's checksum detects it */
    write_file(&made);
    expect_refused("corrupt gzip data");
}

static void row_15_header_fields_that_never_end_are_refused(void **unused)
{
    static const uint8_t name[] = {0x1F, 0x8B, 8, 0x08, 0, 0, 0, 0, 0, 3};
    static const uint8_t extra[] = {0x1F, 0x8B, 8, 0x04, 0, 0, 0, 0, 0, 3, 0xFF, 0xFF};
    (void)unused;

    put(&made, name, sizeof name);
    for (int i = 0; i < 200000; i++)
        put(&made, "n", 1);
    write_file(&made);
    expect_refused("truncated");
    made.size = 0;
    put(&made, extra, sizeof extra);
    put(&made, zipped.at, zipped.size);
    write_file(&made);
    expect_refused("truncated");
}

static void row_15_reserved_flags_are_refused(void **unused)
{
    (void)unused;
    for (int bit = 5; bit < 8; bit++) {
        zipped.at[3] ^= (uint8_t)(1U << bit);
        write_file(&zipped);
        expect_refused("corrupt gzip data");
        zipped.at[3] ^= (uint8_t)(1U << bit);
    }
}

static void row_15_a_method_other_than_deflate_is_refused(void **unused)
{
    (void)unused;
    for (unsigned method = 0; method < 256; method++) {
        zipped.at[2] = (uint8_t)method;
        write_file(&zipped);
        if (method == 8)
            expect_images();
        else
            expect_refused("corrupt gzip data");
    }
}

/* Zeros that decompress to a thousand times their size: the reader must stop early. */
static void row_16_a_bomb_of_zeros_is_refused(void **unused)
{
    enum { BOMB = 64 << 20 };
    uint8_t *zeros = calloc(1, BOMB);
    (void)unused;

    assert_non_null(zeros);
    memcpy(zeros, plain.at, plain.size);
    put_member(&made, zeros, BOMB, 1, NULL);
    free(zeros);
    write_file(&made);
    assert_true(made.size > 2 * 65536);
    expect_error(file, 3, ERROR_DATA, "longer than its header says (expected 588 bytes, got more)");
    assert_true(fault.bytes <= 65536);
}

static void row_16_stops_a_byte_after_the_declared_end(void **unused)
{
    static struct bytes long_one;
    (void)unused;

    long_one.size = 0;
    put(&long_one, plain.at, plain.size);
    put_noise(&long_one, BYTES_MAX / 2);
    write_file(&long_one);
    expect_error(file, 3, ERROR_DATA, "longer than its header says (expected 588 bytes, got more)");
    assert_true(fault.bytes <= 65536);
    put_member(&made, long_one.at, long_one.size, 0, NULL);
    write_file(&made);
    fault.bytes = 0;
    expect_error(file, 3, ERROR_DATA, "longer than its header says (expected 588 bytes, got more)");
    assert_true(fault.bytes <= 65536);
}

/* ---- rows 17 to 23: faults in the IDX header, each plain and compressed ---- */

static void expect_made_refused(const char *words)
{
    for (int gzip = 0; gzip < 2; gzip++) {
        write_made(gzip);
        expect_refused(words);
    }
}

static void row_17_a_wrong_magic_number_is_refused(void **unused)
{
    (void)unused;
    for (int byte = 0; byte < 2; byte++) {
        make_idx(0x08, 3, (uint32_t[]){1, 2, 3}, 6);
        made.at[byte] = 0x01;
        expect_made_refused("neither a gzip nor an IDX file (expected magic number 0x00000803 or "
                            "0x00000801, got 0x0");
    }
    made.size = 0;
    put(&made, "\x03\x08\0\0\x03\0\0\0", 8); /* little-endian */
    expect_made_refused("got 0x03080000)");
}

static void row_17_swapped_images_and_labels_are_refused(void **unused)
{
    (void)unused;
    make_idx(0x08, 1, (uint32_t[]){10}, 10);
    expect_made_refused("wrong number of dimensions (expected 3, as images have, got 1)");
    write_file(&zipped);
    expect_error(file, 1, ERROR_DATA,
                 "wrong number of dimensions (expected 1, as labels have, got 3)");
}

static void row_18_an_element_type_other_than_unsigned_byte_is_refused(void **unused)
{
    static const uint8_t types[] = {0x00, 0x07, 0x09, 0x0B, 0x0C, 0x0D, 0x0E, 0xFF};
    (void)unused;

    for (int i = 0; i < CHECK_COUNT(types); i++) {
        make_idx(types[i], 3, (uint32_t[]){1, 2, 3}, 6);
        expect_made_refused("wrong element type (expected 0x08, unsigned bytes, got 0x");
    }
}

static void row_19_0_2_or_255_dimensions_are_refused(void **unused)
{
    static const int wrong[] = {0, 2, 4, 255};
    uint32_t size[255];
    char words[64];
    (void)unused;

    for (int d = 0; d < CHECK_COUNT(size); d++)
        size[d] = 1;
    for (int i = 0; i < CHECK_COUNT(wrong); i++) {
        make_idx(0x08, wrong[i], size, 1);
        snprintf(words, sizeof words, "(expected 3, as images have, got %d)", wrong[i]);
        expect_made_refused(words);
    }
}

static void row_20_a_dimension_of_0_is_refused(void **unused)
{
    char words[64];
    (void)unused;

    for (int d = 0; d < 3; d++) {
        uint32_t size[3] = {2, 2, 2};
        size[d] = 0;
        make_idx(0x08, 3, size, 0);
        snprintf(words, sizeof words, "dimension %d is zero (expected at least 1, got 0)", d + 1);
        expect_made_refused(words);
    }
}

/* The second product is 2^64 + 21, so a careless product expects just the 21 bytes. */
static void row_21_a_product_that_overflows_is_refused(void **unused)
{
    static const uint32_t sizes[][3] = {{UINT32_MAX, UINT32_MAX, UINT32_MAX},
                                        {252871, 1179713, 61836419},
                                        {UINT32_C(1) << 22, UINT32_C(1) << 21, UINT32_C(1) << 21}};
    (void)unused;

    for (int i = 0; i < CHECK_COUNT(sizes); i++) {
        make_idx(0x08, 3, sizes[i], 21);
        expect_made_refused("the dimensions' product overflows");
    }
}

/* No memory is allocated for more than a file of this size can hold. */
static void row_21_a_product_beyond_the_file_is_refused(void **unused)
{
    (void)unused;
    make_idx(0x08, 3, (uint32_t[]){65535, 256, 200}, 21);
    expect_made_refused("shorter than its header says (expected 3355392000 bytes, got at most ");
    make_idx(0x08, 3, (uint32_t[]){UINT32_MAX, 28, 28}, 21);
    expect_made_refused("");
    make_idx(0x08, 3, (uint32_t[]){UINT32_MAX, 65536, 65535}, 21);
    expect_made_refused("");
}

/* A sparse file that is as large as its header declares and takes no room on the disk. */
static void row_105_more_than_the_machines_memory_is_refused(void **unused)
{
    const uint32_t size[] = {1 << 12, 1 << 15, 1 << 15}; /* 4 TiB */
    (void)unused;

    make_idx(0x08, 3, size, 0);
    write_made(false);
    if (truncate(file, HEADER_3 + ((off_t)1 << 42)) != 0 || memory_of_machine() >> 42 != 0)
        skip(); /* not possible on this file system or machine */
    expect_error(file, 3, ERROR_SYSTEM, "larger than the memory of this machine (expected at most");
    assert_true(fault.bytes <= 65536);
}

static bool refuse_all(void *argument, const struct idx *idx, const char *path, struct error *error)
{
    *(size_t *)argument = idx->count;
    assert_null(idx->elements);
    return error_set(error, ERROR_DATA, "%s: not taken", path);
}

static void row_105_the_caller_is_asked_before_memory_is_taken(void **unused)
{
    struct error error = {0};
    struct idx idx;
    size_t count = 0;
    (void)unused;

    make_idx(0x08, 3, (uint32_t[]){3, 2, 2}, 1);
    write_made(true);
    assert_false(idx_read(&idx, file, IDX_IMAGES, refuse_all, &count, &error));
    assert_int_equal(count, 12);
    assert_non_null(strstr(error.text, "not taken"));
    assert_null(idx.elements);
}

static void row_23_a_file_shorter_than_the_header_says_is_refused(void **unused)
{
    (void)unused;
    for (size_t elements = 0; elements < 12; elements++) {
        make_idx(0x08, 3, (uint32_t[]){3, 2, 2}, elements);
        expect_made_refused("shorter than its header says (expected 12 bytes, got ");
    }
}

static void row_23_a_file_longer_than_the_header_says_is_refused(void **unused)
{
    (void)unused;
    for (size_t elements = 13; elements < 40; elements += 13) {
        make_idx(0x08, 3, (uint32_t[]){3, 2, 2}, elements);
        expect_made_refused("longer than its header says (expected 12 bytes, got more)");
    }
}

/* ---- rows 28 to 30: faults while reading ---- */

/* A file that takes several reads: 200 images of noise. */
static void write_large(bool gzip)
{
    made.size = 0;
    put_header(&made, 0x08, 3, (uint32_t[]){200, 28, 28});
    put_noise(&made, 200 * 28 * 28);
    write_made(gzip);
}

static void row_28_truncation_during_a_read_is_reported(void **unused)
{
    static const off_t sizes[] = {0, 100, 65536, 70000};
    (void)unused;

    for (int gzip = 0; gzip < 2; gzip++) {
        for (int i = 0; i < CHECK_COUNT(sizes); i++) {
            write_large(gzip);
            memset(&fault, 0, sizeof fault);
            fault.shorten_at = 2;
            fault.shortened = file;
            fault.shortened_to = sizes[i];
            expect_error(file, 3, ERROR_DATA,
                         gzip ? "truncated (expected the end of the gzip data"
                              : "shorter than its header says");
        }
    }
}

static void row_28_truncation_before_the_first_read_is_reported(void **unused)
{
    (void)unused;
    write_large(true);
    fault.shorten_at = 1;
    fault.shortened = file;
    expect_error(file, 3, ERROR_DATA, "empty");
}

/* The file no longer has the size that it had when it was opened. */
static void row_28_the_message_does_not_count_bytes_that_are_gone(void **unused)
{
    struct stat status;
    char gone[32];
    (void)unused;

    write_large(true);
    fault.shorten_at = 2;
    fault.shortened = file;
    assert_int_equal(stat(file, &status), 0);
    snprintf(gone, sizeof gone, " %lld bytes", (long long)status.st_size);
    expect_error(file, 3, ERROR_DATA, "truncated");
    if (strstr(refusal.text, gone) != NULL)
        fail_msg("'%s'", refusal.text);
}

static void row_29_a_read_error_midway_is_reported(void **unused)
{
    (void)unused;
    for (int gzip = 0; gzip < 2; gzip++) {
        write_large(gzip);
        for (int call = 1; call <= 4; call++) { /* the last one is at the end of the file */
            memset(&fault, 0, sizeof fault);
            fault.fail_at = call;
            expect_error(file, 3, ERROR_SYSTEM, strerror(EIO));
            assert_int_equal(fault.calls, call);
        }
    }
}

static void row_30_interrupted_reads_are_invisible(void **unused)
{
    (void)unused;
    fault.interrupt = true;
    write_file(&plain);
    expect_images();
    write_file(&zipped);
    expect_images();
    assert_true(fault.calls >= 2 * 2 * 2);
}

static void row_30_short_reads_are_invisible(void **unused)
{
    static const size_t sizes[] = {100, 17, 16, 10, 7, 3, 2};
    (void)unused;

    for (int i = 0; i < CHECK_COUNT(sizes); i++) {
        fault.at_most = sizes[i];
        write_file(&plain);
        expect_images();
        write_file(&zipped);
        expect_images();
        put_members(plain.size / 2);
        write_file(&made);
        expect_images();
    }
}

/* Including the first read, which then returns half of gzip's magic number. */
static void row_30_reads_of_one_byte_are_invisible(void **unused)
{
    (void)unused;
    fault.at_most = 1;
    write_file(&plain);
    expect_images();
    write_file(&zipped);
    expect_images();
}

/* ---- every single bit ---- */

static void flip(struct bytes *bytes, size_t bit)
{
    bytes->at[bit / 8] ^= (uint8_t)(1U << bit % 8);
}

/* Whether the file with this bit flipped is refused; if it is read, the images must be the same. */
static bool refused_with_flipped(size_t bit)
{
    struct error error;
    struct idx idx;

    flip(&zipped, bit);
    write_file(&zipped);
    flip(&zipped, bit);
    if (!read_idx(&idx, file, 3, &error)) {
        if (error.kind != ERROR_DATA || strncmp(error.text, file, strlen(file)) != 0)
            fail_msg("bit %zu: kind %d, '%s'", bit, error.kind, error.text);
        return true;
    }
    if (!same_images(&idx))
        fail_msg("bit %zu decodes to other images", bit);
    idx_fini(&idx);
    return false;
}

/* Time, name and similar fields may change if the header has no checksum. */
static void every_single_bit_flip_errors_or_decodes_identically(void **unused)
{
    (void)unused;
    for (int header_checksum = 0; header_checksum < 2; header_checksum++) {
        size_t identical = 0;
        zip_images(header_checksum);
        for (size_t bit = 0; bit < 8 * zipped.size; bit++)
            identical += !refused_with_flipped(bit);
        /* Changes without effect: padding bits in the last byte, and copies of zeros from another
         * place. */
        assert_in_range(identical, header_checksum ? 0 : 8 * 20, header_checksum ? 24 : 8 * 40);
    }
}

static void every_single_bit_flip_of_a_plain_header_errors(void **unused)
{
    (void)unused;
    for (size_t bit = 0; bit < 8 * HEADER_3; bit++) {
        flip(&plain, bit);
        write_file(&plain);
        flip(&plain, bit);
        expect_refused("");
    }
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

static const struct CMUnitTest tests[] = {
    TEST(a_gzip_file_is_read),
    TEST(labels_have_one_dimension),
    TEST(what_is_written_is_read_back),
    TEST(what_is_written_is_compressed_and_always_the_same),
    TEST(a_full_disk_is_reported),
    TEST(a_signal_ends_writing),
    TEST(row_01_a_missing_file_is_refused),
    TEST(row_01_an_unreadable_file_is_refused),
    TEST(row_02_a_directory_is_refused),
    TEST(row_03_a_fifo_is_refused),
    TEST(row_03_a_device_is_refused),
    TEST(row_03_a_socket_is_refused),
    TEST(row_04_a_dangling_link_is_refused),
    TEST(row_04_a_looping_link_is_refused),
    TEST(row_04_a_link_to_a_regular_file_is_read),
    TEST(row_05_an_empty_file_is_refused),
    TEST(row_06_a_file_shorter_than_a_gzip_header_is_refused),
    TEST(row_07_html_saved_as_gz_is_refused),
    TEST(row_08_an_uncompressed_file_is_read),
    TEST(row_09_truncation_at_any_offset_is_refused),
    TEST(row_09_truncation_of_an_uncompressed_file_is_refused),
    TEST(row_10_a_checksum_mismatch_is_refused),
    TEST(row_11_a_length_mismatch_is_refused),
    TEST(row_12_bytes_after_the_end_are_refused),
    TEST(row_12_bytes_after_the_end_in_another_read_are_refused),
    TEST(row_13_several_members_are_one_file),
    TEST(row_14_a_corrupt_later_member_is_refused),
    TEST(row_14_a_corrupt_empty_last_member_is_refused),
    TEST(row_15_long_header_fields_are_skipped),
    TEST(row_15_header_fields_that_never_end_are_refused),
    TEST(row_15_reserved_flags_are_refused),
    TEST(row_15_a_method_other_than_deflate_is_refused),
    TEST(row_16_a_bomb_of_zeros_is_refused),
    TEST(row_16_stops_a_byte_after_the_declared_end),
    TEST(row_17_a_wrong_magic_number_is_refused),
    TEST(row_17_swapped_images_and_labels_are_refused),
    TEST(row_18_an_element_type_other_than_unsigned_byte_is_refused),
    TEST(row_19_0_2_or_255_dimensions_are_refused),
    TEST(row_20_a_dimension_of_0_is_refused),
    TEST(row_21_a_product_that_overflows_is_refused),
    TEST(row_21_a_product_beyond_the_file_is_refused),
    TEST(row_105_more_than_the_machines_memory_is_refused),
    TEST(row_105_the_caller_is_asked_before_memory_is_taken),
    TEST(row_23_a_file_shorter_than_the_header_says_is_refused),
    TEST(row_23_a_file_longer_than_the_header_says_is_refused),
    TEST(row_28_truncation_during_a_read_is_reported),
    TEST(row_28_truncation_before_the_first_read_is_reported),
    TEST(row_28_the_message_does_not_count_bytes_that_are_gone),
    TEST(row_29_a_read_error_midway_is_reported),
    TEST(row_30_interrupted_reads_are_invisible),
    TEST(row_30_short_reads_are_invisible),
    TEST(row_30_reads_of_one_byte_are_invisible),
    TEST(every_single_bit_flip_errors_or_decodes_identically),
    TEST(every_single_bit_flip_of_a_plain_header_errors),
};

CHECK_MAIN(tests)
