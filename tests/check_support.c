/* What everything else stands on: errors, random numbers, checksums, memory, clocks, whole
 * files. */
#include "check_file.h"

#include "support/checksum.h"
#include "support/clock.h"
#include "support/error.h"
#include "support/memory.h"
#include "support/number.h"
#include "support/rng.h"
#include "support/words.h"

#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <math.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>

/* ---- faults: read, write, fsync, renameat and close stand in for the C library's ---- */

static struct {
    size_t at_most;       /* bytes a call; 0: as many as asked for */
    bool interrupt;       /* every other call fails with EINTR */
    bool ended;           /* reads find the end of the file */
    int fail_at, failure; /* that call, counted from 1 over the first three, fails so */
    int calls;
    int rename_failure, close_failure; /* 0: none */
    int die_at, passed;                /* the process ends at that call, counted from 1 over all */
} fault;

static void pass(void)
{
    if (++fault.passed == fault.die_at)
        _exit(EXIT_SUCCESS);
}

static bool call_fails(void)
{
    pass();
    fault.calls++;
    if (fault.interrupt && fault.calls % 2 == 1) {
        errno = EINTR;
        return true;
    }
    if (fault.calls == fault.fail_at) {
        errno = fault.failure;
        return true;
    }
    return false;
}

static struct iovec limited(const void *data, size_t size)
{
    bool cut = fault.at_most > 0 && fault.at_most < size;

    return (struct iovec){.iov_base = (void *)(uintptr_t)data,
                          .iov_len = cut ? fault.at_most : size};
}

ssize_t read(int descriptor, void *to, size_t size)
{
    struct iovec vector = limited(to, size);

    if (fault.ended)
        return 0;
    return call_fails() ? -1 : readv(descriptor, &vector, 1);
}

/* What glibc's headers make of read where a build asks for checks of buffers. */
ssize_t __read_chk(int descriptor, void *to, size_t size, size_t room);
ssize_t __read_chk(int descriptor, void *to, size_t size, size_t room)
{
    assert_true(size <= room);
    return read(descriptor, to, size);
}

ssize_t write(int descriptor, const void *from, size_t size)
{
    struct iovec vector = limited(from, size);

    return call_fails() ? -1 : writev(descriptor, &vector, 1);
}

int fsync(int descriptor)
{
    struct stat status;

    /* Nothing here survives the test: whether it could be synced is all that matters. */
    return call_fails() ? -1 : fstat(descriptor, &status);
}

int renameat(int from_directory, const char *from, int directory, const char *to)
{
    pass();
    errno = fault.rename_failure;
    return fault.rename_failure != 0
               ? -1
               : (int)syscall(SYS_renameat2, from_directory, from, directory, to, 0);
}

/* As the system's: the descriptor is gone, whatever is said of its data. */
int close(int descriptor)
{
    pass();
    int closed = (int)syscall(SYS_close, descriptor);

    if (closed != 0 || fault.close_failure == 0)
        return closed;
    errno = fault.close_failure;
    return -1;
}

/* More memory than there is must be refused by malloc, where a sanitizer would end the program. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "allocator_may_return_null=1";
}

const char *__tsan_default_options(void);
const char *__tsan_default_options(void)
{
    return "allocator_may_return_null=1";
}

/* ---- scratch files ---- */

static char scratch[PATH_MAX];
static struct directory here; /* the same */

static int set_up(void **unused)
{
    (void)unused;
    memset(&fault, 0, sizeof fault);
    check_scratch(scratch);
    check_open_directory(&here, scratch);
    return 0;
}

static int tear_down(void **unused)
{
    (void)unused;
    memset(&fault, 0, sizeof fault);
    chmod(scratch, 0700);
    directory_close(&here);
    check_scratch_remove(scratch);
    return 0;
}

#define FILE_TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

static const char *scratch_path(const char *name)
{
    static char paths[4][2 * PATH_MAX];
    static int next;
    char *path = paths[next++ % CHECK_COUNT(paths)];

    snprintf(path, sizeof paths[0], "%s/%s", scratch, name);
    return path;
}

static void put_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static void assert_file(const char *path, const char *text)
{
    char contents[256];
    FILE *file = fopen(path, "r");

    assert_non_null(file);
    contents[fread(contents, 1, sizeof contents - 1, file)] = '\0';
    fclose(file);
    assert_string_equal(contents, text);
}

static void assert_missing(const char *path)
{
    struct stat status;

    if (lstat(path, &status) == 0)
        fail_msg("%s exists", path);
}

static void assert_says(const struct error *error, enum error_kind kind, const char *path,
                        const char *words)
{
    if (error->kind != kind || strncmp(error->text, path, strlen(path)) != 0 ||
        strncmp(error->text + strlen(path), ": ", 2) != 0 || strstr(error->text, words) == NULL)
        fail_msg("expected kind %d, '%s: ...%s...', got kind %d, '%s'", kind, path, words,
                 error->kind, error->text);
}

/* Not cmocka's skip(): up to version 1.1.5 it prints "not ok", which counts as a failure. */
static void cannot_be_tested(const char *why)
{
    printf("# cannot be tested here: %s\n", why);
}

/* ---- errors ---- */

static void assert_escaped(const char *from, const char *to)
{
    char text[ERROR_TEXT_SIZE];

    error_escape(text, sizeof text, from);
    assert_string_equal(text, to);
}

static void printable_text_is_kept(void **unused)
{
    (void)unused;
    assert_escaped("", "");
    assert_escaped("data/train (1).gz: 100% ~\\x", "data/train (1).gz: 100% ~\\x");
}

static void control_bytes_are_escaped(void **unused)
{
    (void)unused;
    assert_escaped("a\033[2Jb", "a\\x1B[2Jb");
    assert_escaped("one\ntwo\r\t", "one\\x0Atwo\\x0D\\x09");
    assert_escaped("\a\b\177", "\\x07\\x08\\x7F");
    for (int byte = 1; byte < 256; byte++) {
        char from[2] = {(char)byte, '\0'}, to[8];
        snprintf(to, sizeof to, byte >= ' ' && byte < 127 ? "%c" : "\\x%02X", byte);
        assert_escaped(from, to);
    }
}

/* U+009B starts a control sequence as ESC [ does, as one byte in Latin-1 and as two in UTF-8. */
static void c1_bytes_are_escaped_in_any_locale(void **unused)
{
    static const char *const names[] = {"C.UTF-8", "en_US.UTF-8"};
    bool utf8 = false;
    (void)unused;

    assert_escaped("a\x9B"
                   "2Jb",
                   "a\\x9B2Jb");
    assert_escaped("\xC2\x9B", "\\xC2\\x9B");
    for (int i = 0; i < CHECK_COUNT(names) && !utf8; i++)
        utf8 = setlocale(LC_CTYPE, names[i]) != NULL;
    if (!utf8) {
        cannot_be_tested("there is no UTF-8 locale");
        return;
    }
    assert_escaped("\xC2\x9B"
                   "2J\xC2\x80\xC2\x9F",
                   "\\xC2\\x9B2J\\xC2\\x80\\xC2\\x9F");
    assert_escaped("\x9B"
                   "2J",
                   "\\x9B2J");
    assert_escaped("d\xC3\xA9j\xC3\xA0 \xE2\x82\xAC", "d\xC3\xA9j\xC3\xA0 \xE2\x82\xAC");
    assert_escaped("cut \xE2\x82", "cut \\xE2\\x82");  /* the end of a character is missing */
    assert_escaped("\xC3(\xA9", "\\xC3(\\xA9");        /* not UTF-8 */
    assert_escaped("\xED\xA0\x80", "\\xED\\xA0\\x80"); /* half a surrogate pair */
    setlocale(LC_CTYPE, "C");
}

static void escaping_cuts_and_ends_what_does_not_fit(void **unused)
{
    char text[64];
    (void)unused;

    for (size_t size = 1; size < sizeof text; size++) {
        memset(text, '#', sizeof text);
        error_escape(text, size, "abc\033def\001\002ghijklmnop");
        assert_true(strlen(text) < size);
        assert_int_equal(strncmp("abc\\x1Bdef\\x01\\x02ghijklmnop", text, strlen(text)), 0);
        for (size_t i = size; i < sizeof text; i++)
            assert_int_equal(text[i], '#');
    }
    error_escape(text, 7, "abc\033def");
    assert_string_equal(text, "abc"); /* an escape is whole or not there */
}

static void error_set_fills_kind_and_text_and_returns_false(void **unused)
{
    struct error error = {0};
    (void)unused;

    assert_false(error_set(&error, ERROR_DATA, "%s: wrong (expected %d, got %d)", "a\nb", 1, 2));
    assert_int_equal(error.kind, ERROR_DATA);
    assert_string_equal(error.text, "a\\x0Ab: wrong (expected 1, got 2)");
}

static void error_set_cuts_a_long_text(void **unused)
{
    static char plain[3 * ERROR_TEXT_SIZE], control[3 * ERROR_TEXT_SIZE];
    struct error error;
    (void)unused;

    memset(plain, 'x', sizeof plain - 1);
    error_set(&error, ERROR_USAGE, "%s", plain);
    assert_int_equal(strlen(error.text), ERROR_TEXT_SIZE - 1);
    memset(control, '\033', sizeof control - 1);
    error_set(&error, ERROR_SYSTEM, "%s", control);
    assert_true(strlen(error.text) < ERROR_TEXT_SIZE && strlen(error.text) > ERROR_TEXT_SIZE - 8);
    assert_int_equal(strspn(error.text, "\\x1B"), strlen(error.text));
}

/* ---- random numbers ---- */

/* The first numbers from this state are in the test vectors of several implementations. */
static void rng_next_is_xoshiro256_star_star(void **unused)
{
    static const uint64_t expected[] = {
        UINT64_C(11520),
        UINT64_C(0),
        UINT64_C(1509978240),
        UINT64_C(1215971899390074240),
        UINT64_C(1216172134540287360),
        UINT64_C(607988272756665600),
        UINT64_C(16172922978634559625),
        UINT64_C(8476171486693032832),
        UINT64_C(10595114339597558777),
        UINT64_C(2904607092377533576),
    };
    struct rng rng = {.state = {1, 2, 3, 4}};
    (void)unused;

    for (int i = 0; i < CHECK_COUNT(expected); i++)
        assert_true(rng_next(&rng) == expected[i]);
}

static void assert_starts(uint64_t seed, uint64_t stream, const uint64_t expected[4])
{
    struct rng rng;

    rng_init(&rng, seed, stream);
    for (int i = 0; i < 4; i++)
        assert_true(rng_next(&rng) == expected[i]);
}

/* Computed apart, from the published splitmix64 and xoshiro256** in unbounded integers. */
static void rng_init_gives_known_numbers(void **unused)
{
    static const uint64_t one[] = {UINT64_C(0xEE127FE613436E33), UINT64_C(0xD6DAD8D34A1874EA),
                                   UINT64_C(0x2A52C16CEC1116A9), UINT64_C(0x9AF9091D9F77D551)};
    static const uint64_t two[] = {UINT64_C(0x309714EC38D33B4C), UINT64_C(0x1BC11473D28024A0),
                                   UINT64_C(0xAA4F7BBEF2A5A194), UINT64_C(0xE418B571CCC48341)};
    static const uint64_t zero[] = {UINT64_C(0xFB5405F7BD79C540), UINT64_C(0x780C98E26CEA5883),
                                    UINT64_C(0x2A146E0980FEBC66), UINT64_C(0x4851477DB8791FCA)};
    static const uint64_t last[] = {UINT64_C(0x5A24625849AEF5FA), UINT64_C(0x0177BF4162305FAC),
                                    UINT64_C(0x97359F05BC75E24D), UINT64_C(0x390CADC886FDDF32)};
    (void)unused;

    assert_starts(1, 0, one);
    assert_starts(1, 1, two);
    assert_starts(0, 0, zero);
    assert_starts(UINT64_MAX, UINT64_MAX, last);
}

static void seeds_and_streams_differ(void **unused)
{
    enum { SEEDS = 32, STREAMS = 8, COUNT = SEEDS * STREAMS };
    uint64_t first[COUNT];
    (void)unused;

    for (int i = 0; i < COUNT; i++) {
        struct rng rng;
        rng_init(&rng, (uint64_t)(i / STREAMS), (uint64_t)(i % STREAMS));
        first[i] = rng_next(&rng);
        for (int other = 0; other < i; other++)
            assert_true(first[i] != first[other]);
    }
}

static void a_copied_state_replays(void **unused)
{
    uint64_t numbers[100];
    struct rng rng, copy;
    (void)unused;

    rng_init(&rng, 7, 3);
    for (int i = 0; i < 10; i++)
        rng_next(&rng);
    memcpy(&copy, &rng, sizeof copy);
    for (int i = 0; i < CHECK_COUNT(numbers); i++)
        numbers[i] = rng_next(&rng);
    for (int i = 0; i < CHECK_COUNT(numbers); i++)
        assert_true(rng_next(&copy) == numbers[i]);
    assert_memory_equal(&copy, &rng, sizeof copy);
}

static void rng_below_stays_below(void **unused)
{
    static const uint32_t bounds[] = {1, 2, 3, 10, 255, 60000, 0x80000000, 0x80000001, UINT32_MAX};
    struct rng rng;
    (void)unused;

    rng_init(&rng, 1, 0);
    for (int b = 0; b < CHECK_COUNT(bounds); b++)
        for (int i = 0; i < 2000; i++)
            assert_true(rng_below(&rng, bounds[b]) < bounds[b]);
}

static void rng_below_reaches_each_number_equally_often(void **unused)
{
    enum { BOUND = 10, DRAWS = 100000, DEVIATION = 95 }; /* sqrt(100000 x 0.1 x 0.9) */
    int seen[BOUND] = {0};
    struct rng rng;
    (void)unused;

    rng_init(&rng, 1, 0);
    for (int i = 0; i < DRAWS; i++)
        seen[rng_below(&rng, BOUND)]++;
    for (int i = 0; i < BOUND; i++)
        assert_in_range(seen[i], DRAWS / BOUND - 5 * DEVIATION, DRAWS / BOUND + 5 * DEVIATION);
}

/* Three quarters of 2^32: without rejection, every third number would come up twice as often as the
 * others, by a remainder and by a product alike. */
static void rng_below_is_unbiased_where_it_would_show(void **unused)
{
    enum { DRAWS = 30000, DEVIATION = 82 };
    const uint32_t bound = UINT32_C(3) << 30;
    int thirds[3] = {0}, remainders[3] = {0};
    struct rng rng;
    (void)unused;

    rng_init(&rng, 2, 0);
    for (int i = 0; i < DRAWS; i++) {
        uint32_t number = rng_below(&rng, bound);
        thirds[number / (UINT32_C(1) << 30)]++;
        remainders[number % 3]++;
    }
    for (int i = 0; i < 3; i++) {
        assert_in_range(thirds[i], DRAWS / 3 - 5 * DEVIATION, DRAWS / 3 + 5 * DEVIATION);
        assert_in_range(remainders[i], DRAWS / 3 - 5 * DEVIATION, DRAWS / 3 + 5 * DEVIATION);
    }
}

static void rng_uniform_stays_in_its_range(void **unused)
{
    static const float ranges[][2] = {{0.0F, 1.0F},
                                      {-1.0F, 1.0F},
                                      {-1.0F / 3.0F, 1.0F / 3.0F},
                                      {-0.2041F, 0.2041F},
                                      {5.0F, 6.5F}};
    struct rng rng;
    (void)unused;

    rng_init(&rng, 1, 0);
    for (int r = 0; r < CHECK_COUNT(ranges); r++) {
        float low = ranges[r][0], high = ranges[r][1];
        double sum = 0.0;
        for (int i = 0; i < 10000; i++) {
            float number = rng_uniform(&rng, low, high);
            assert_true(number >= low && number < high);
            sum += (double)(number - low) / (double)(high - low);
        }
        assert_true(fabs(sum / 10000.0 - 0.5) < 5.0 * 0.2887 / 100.0);
    }
}

/* Rounded once, from the exact value: whoever fuses operations gets the same numbers, and every
 * machine the same weights. */
static void rng_uniform_gives_the_same_floats_everywhere(void **unused)
{
    static const float expected[] = {0x1.2586A8p-2F,  0x1.CF39D6p-3F, -0x1.C8F150p-3F,
                                     0x1.1FB5B6p-4F,  0x1.7B8650p-3F, -0x1.425C30p-2F,
                                     -0x1.951700p-6F, 0x1.08DD68p-2F};
    struct rng rng;
    (void)unused;

    rng_init(&rng, 1, 0);
    for (int i = 0; i < CHECK_COUNT(expected); i++)
        assert_true(rng_uniform(&rng, -1.0F / 3.0F, 1.0F / 3.0F) == expected[i]);
}

/* From this state the next 64 bits are all ones: the largest number there is. */
static void rng_uniform_never_reaches_the_end_of_its_range(void **unused)
{
    static const struct rng ones = {.state = {1, UINT64_C(0x4FC71C71C71C71C7), 3, 4}};
    static const float ranges[][2] = {{0.0F, 1.0F},  {-1.0F, 1.0F}, {-0.2041F, 0.2041F},
                                      {-0.7F, 0.7F}, {1.0F, 2.0F},  {5.0F, 6.5F},
                                      {-2.0F, -1.0F}};
    struct rng rng = ones;
    (void)unused;

    assert_true(rng_next(&rng) == UINT64_MAX);
    for (int r = 0; r < CHECK_COUNT(ranges); r++) {
        rng = ones;
        float number = rng_uniform(&rng, ranges[r][0], ranges[r][1]);
        if (!(number >= ranges[r][0] && number < ranges[r][1]))
            fail_msg("%a is not in [%a, %a)", (double)number, (double)ranges[r][0],
                     (double)ranges[r][1]);
    }
}

/* ---- checksums ---- */

static void the_checksum_is_crc_64_xz(void **unused)
{
    unsigned char bytes[256];
    (void)unused;

    for (int i = 0; i < CHECK_COUNT(bytes); i++)
        bytes[i] = (unsigned char)i;
    assert_true(checksum_add(0, "123456789", 9) == UINT64_C(0x995DC9BBDF1939FA));
    assert_true(checksum_add(0, bytes, sizeof bytes) == UINT64_C(0x72414B2F65DB3AB0));
    memset(bytes, 0, sizeof bytes);
    assert_true(checksum_add(0, bytes, 32) == UINT64_C(0xC95AF8617CD5330C));
    assert_true(checksum_add(0, "", 0) == 0);
}

static void splitting_does_not_change_the_checksum(void **unused)
{
    static const char text[] = "splitting the bytes does not matter to the sum of them";
    const size_t size = sizeof text - 1;
    const uint64_t whole = checksum_add(0, text, size);
    uint64_t single = 0;
    (void)unused;

    for (size_t at = 0; at <= size; at++)
        assert_true(checksum_add(checksum_add(0, text, at), text + at, size - at) == whole);
    for (size_t at = 0; at < size; at++)
        single = checksum_add(single, text + at, 1);
    assert_true(single == whole);
}

static void every_bit_flip_changes_the_checksum(void **unused)
{
    unsigned char bytes[64];
    uint64_t sums[sizeof bytes * 8];
    (void)unused;

    for (int i = 0; i < CHECK_COUNT(bytes); i++)
        bytes[i] = (unsigned char)(i * 37);
    const uint64_t unchanged = checksum_add(0, bytes, sizeof bytes);
    for (int bit = 0; bit < CHECK_COUNT(sums); bit++) {
        bytes[bit / 8] ^= (unsigned char)(1U << bit % 8);
        sums[bit] = checksum_add(0, bytes, sizeof bytes);
        bytes[bit / 8] ^= (unsigned char)(1U << bit % 8);
        assert_true(sums[bit] != unchanged);
        for (int other = 0; other < bit; other++) /* nor do two flips cancel out */
            assert_true(sums[bit] != sums[other]);
    }
}

/* ---- memory ---- */

static void memory_is_zero_and_aligned(void **unused)
{
    struct error error;
    (void)unused;

    for (size_t size = 0; size < 300; size++) {
        unsigned char *memory = memory_new(size, 1, &error);
        assert_non_null(memory);
        assert_int_equal((uintptr_t)memory % MEMORY_ALIGNMENT, 0);
        for (size_t i = 0; i < size; i++) {
            assert_int_equal(memory[i], 0);
            memory[i] = 0xFF; /* for whoever gets it next */
        }
        free(memory);
    }
}

static void too_much_memory_is_a_system_error(void **unused)
{
    static const size_t sizes[][2] = {{SIZE_MAX, 2},
                                      {SIZE_MAX / 2 + 1, 2},
                                      {SIZE_MAX / 4 + 2, 4},
                                      {SIZE_MAX, 1},
                                      {SIZE_MAX - 1, 1},
                                      {1, SIZE_MAX - MEMORY_ALIGNMENT + 1},
                                      {1, SIZE_MAX - MEMORY_ALIGNMENT},
                                      {SIZE_MAX / 4, 2}};
    (void)unused;

    for (int i = 0; i < CHECK_COUNT(sizes); i++) {
        struct error error = {0};
        assert_null(memory_new(sizes[i][0], sizes[i][1], &error));
        assert_int_equal(error.kind, ERROR_SYSTEM);
        assert_non_null(strstr(error.text, "not enough memory"));
    }
}

/* ---- clocks ---- */

static void clock_text_is_iso_8601(void **unused)
{
    static const char form[] = "dddd-dd-ddTdd:dd:dd.dddZ";
    char text[CLOCK_TEXT_SIZE];
    (void)unused;

    clock_text(text);
    assert_int_equal(strlen(text), strlen(form));
    for (int i = 0; form[i] != '\0'; i++) {
        if (form[i] == 'd')
            assert_in_range(text[i], '0', '9');
        else
            assert_int_equal(text[i], form[i]);
    }
    assert_true(strncmp(text, "2020", 4) > 0);
}

static void clock_seconds_goes_forward(void **unused)
{
    double before = clock_seconds();
    (void)unused;

    for (int i = 0; i < 1000; i++) {
        double now = clock_seconds();
        assert_true(now >= before);
        before = now;
    }
}

/* ---- reading files ---- */

static void file_read_gives_the_contents(void **unused)
{
    struct error error;
    size_t size = 99;
    (void)unused;

    put_file(scratch_path("file"), "contents");
    unsigned char *data = file_read(scratch_path("file"), 100, &size, ERROR_CHECKPOINT, &error);
    assert_non_null(data);
    assert_int_equal(size, 8);
    assert_memory_equal(data, "contents", 8);
    free(data);
    put_file(scratch_path("empty"), "");
    data = file_read(scratch_path("empty"), 100, &size, ERROR_CHECKPOINT, &error);
    assert_non_null(data);
    assert_int_equal(size, 0);
    free(data);
}

static void file_read_keeps_to_its_limit(void **unused)
{
    struct error error;
    size_t size;
    (void)unused;

    put_file(scratch_path("file"), "contents");
    unsigned char *data = file_read(scratch_path("file"), 8, &size, ERROR_CHECKPOINT, &error);
    assert_non_null(data);
    free(data);
    assert_null(file_read(scratch_path("file"), 7, &size, ERROR_CHECKPOINT, &error));
    assert_says(&error, ERROR_CHECKPOINT, scratch_path("file"),
                "(expected at most 7 bytes, got 8)");
}

static void file_read_refuses_what_is_no_file(void **unused)
{
    struct error error;
    size_t size;
    (void)unused;

    assert_null(file_read(scratch_path("none"), 9, &size, ERROR_CHECKPOINT, &error));
    assert_says(&error, ERROR_CHECKPOINT, scratch_path("none"), strerror(ENOENT));
    assert_null(file_read(scratch, 9, &size, ERROR_DATA, &error));
    assert_says(&error, ERROR_DATA, scratch, "(expected a regular file, got a directory)");
    assert_null(file_read("/dev/null", 9, &size, ERROR_DATA, &error));
    assert_says(&error, ERROR_DATA, "/dev/null", "(expected a regular file, got a device)");
    assert_int_equal(symlink("dangling", scratch_path("link")), 0);
    assert_null(file_read(scratch_path("link"), 9, &size, ERROR_DATA, &error));
    assert_says(&error, ERROR_DATA, scratch_path("link"), strerror(ENOENT));
}

static void file_read_does_not_hang_on_a_fifo(void **unused)
{
    struct error error;
    size_t size;
    (void)unused;

    assert_int_equal(mkfifo(scratch_path("fifo"), 0600), 0);
    alarm(20);
    assert_null(file_read(scratch_path("fifo"), 9, &size, ERROR_CHECKPOINT, &error));
    alarm(0);
    assert_says(&error, ERROR_CHECKPOINT, scratch_path("fifo"),
                "(expected a regular file, got a FIFO)");
}

static void file_read_goes_on_after_short_and_interrupted_reads(void **unused)
{
    struct error error;
    size_t size;
    (void)unused;

    put_file(scratch_path("file"), "contents");
    fault.at_most = 3;
    fault.interrupt = true;
    unsigned char *data = file_read(scratch_path("file"), 100, &size, ERROR_DATA, &error);
    assert_non_null(data);
    assert_int_equal(size, 8);
    assert_memory_equal(data, "contents", 8);
    free(data);
}

static void file_read_reports_a_read_error(void **unused)
{
    struct error error;
    size_t size;
    (void)unused;

    put_file(scratch_path("file"), "contents");
    fault.at_most = 3;
    fault.fail_at = 2;
    fault.failure = EIO;
    assert_null(file_read(scratch_path("file"), 100, &size, ERROR_CHECKPOINT, &error));
    assert_says(&error, ERROR_SYSTEM, scratch_path("file"), strerror(EIO));
}

static void file_read_gives_what_is_left_of_a_file_that_shrank(void **unused)
{
    struct error error;
    size_t size = 9;
    (void)unused;

    put_file(scratch_path("file"), "contents");
    fault.ended = true;
    unsigned char *data = file_read(scratch_path("file"), 100, &size, ERROR_CHECKPOINT, &error);
    assert_non_null(data);
    assert_int_equal(size, 0);
    free(data);
}

/* ---- replacing files ---- */

static void a_file_is_the_same_through_links(void **unused)
{
    static const struct {
        const char *a, *b;
        bool same;
    } cases[] = {
        {"same_a", "same_a", true},
        {"same_a", "./same_a", true},
        {"same_a", "same_hard", true},
        {"same_a", "same_soft", true},
        {"same_a", "same_b", false},
        {"same_a", "nothing", false},
        {"nothing", "same_a", false},
        {"nothing", "./nothing", true},
        {"nothing", "no_such", false},
        {"nothing", "no_such/nothing", false},
        {"nothing", "same_self/nothing", true},
    };
    char before[PATH_MAX];
    (void)unused;

    assert_non_null(getcwd(before, sizeof before));
    assert_int_equal(chdir(scratch), 0);
    put_file("same_a", "x");
    put_file("same_b", "x");
    assert_int_equal(link("same_a", "same_hard"), 0);
    assert_int_equal(symlink("same_a", "same_soft"), 0);
    assert_int_equal(symlink(".", "same_self"), 0);
    for (int i = 0; i < CHECK_COUNT(cases); i++)
        if (file_same(cases[i].a, cases[i].b) != cases[i].same)
            fail_msg("%s and %s", cases[i].a, cases[i].b);
    assert_int_equal(chdir(before), 0);
}

static void file_replace_writes_a_new_file(void **unused)
{
    struct error error;
    (void)unused;

    assert_true(file_replace(&here, "file", "contents", 8, &error));
    assert_file(scratch_path("file"), "contents");
    assert_missing(scratch_path("file.tmp"));
    assert_true(file_replace(&here, "file", "", 0, &error));
    assert_file(scratch_path("file"), "");
}

/* Whoever has the old file goes on seeing all of it: it was replaced, not written over. */
static void file_replace_replaces_in_one_step(void **unused)
{
    struct error error;
    char seen[16] = "";
    (void)unused;

    put_file(scratch_path("file"), "old contents");
    assert_int_equal(link(scratch_path("file"), scratch_path("second name")), 0);
    FILE *old = fopen(scratch_path("file"), "r");
    assert_non_null(old);
    assert_true(file_replace(&here, "file", "new", 3, &error));
    assert_file(scratch_path("file"), "new");
    assert_file(scratch_path("second name"), "old contents");
    assert_int_equal(fread(seen, 1, sizeof seen, old), 12);
    assert_string_equal(seen, "old contents");
    fclose(old);
    assert_missing(scratch_path("file.tmp"));
}

static void file_replace_goes_on_after_short_and_interrupted_writes(void **unused)
{
    struct error error;
    (void)unused;

    for (size_t at_most = 1; at_most < 10; at_most++) {
        fault.at_most = at_most;
        fault.interrupt = true;
        fault.calls = 0;
        unlink(scratch_path("file"));
        int descriptor = open(scratch_path("file"), O_WRONLY | O_CREAT, 0600);
        assert_true(descriptor >= 0);
        assert_true(file_write_all(descriptor, "contents", 8));
        close(descriptor);
        assert_int_equal(fault.calls, 2 * ((8 + at_most - 1) / at_most));
        assert_file(scratch_path("file"), "contents");
    }
    memset(&fault, 0, sizeof fault);
    fault.at_most = 3;
    assert_true(file_replace(&here, "file", "replaced", 8, &error));
    assert_file(scratch_path("file"), "replaced");
}

static void assert_not_replaced(const char *name, const char *words)
{
    struct error error = {0};

    assert_false(file_replace(&here, name, "new", 3, &error));
    assert_says(&error, ERROR_SYSTEM, scratch_path(name), words);
}

static void file_replace_refuses_what_is_no_file(void **unused)
{
    struct stat status;
    (void)unused;

    put_file(scratch_path("victim"), "untouched");
    assert_int_equal(mkdir(scratch_path("directory"), 0700), 0);
    assert_int_equal(symlink("victim", scratch_path("link")), 0);
    assert_int_equal(symlink("nothing", scratch_path("dangling")), 0);
    assert_int_equal(mkfifo(scratch_path("fifo"), 0600), 0);
    assert_int_equal(mknod(scratch_path("socket"), S_IFSOCK | 0600, 0), 0);
    alarm(20);
    assert_not_replaced("directory", "(expected a regular file, got a directory)");
    assert_not_replaced("link", "(expected a regular file, got a symbolic link)");
    assert_not_replaced("dangling", "(expected a regular file, got a symbolic link)");
    assert_not_replaced("fifo", "(expected a regular file, got a FIFO)");
    assert_not_replaced("socket", "(expected a regular file, got a socket)");
    alarm(0);
    assert_file(scratch_path("victim"), "untouched");
    assert_true(lstat(scratch_path("link"), &status) == 0 && S_ISLNK(status.st_mode));
    assert_true(lstat(scratch_path("fifo"), &status) == 0 && S_ISFIFO(status.st_mode));
    assert_missing(scratch_path("nothing"));
    assert_missing(scratch_path("link.tmp"));
}

static void file_replace_ignores_a_stale_temporary_file(void **unused)
{
    struct error error;
    (void)unused;

    put_file(scratch_path("file"), "old");
    put_file(scratch_path("file.tmp"), "half of something longer than what comes next");
    assert_int_equal(chmod(scratch_path("file.tmp"), 0), 0);
    assert_true(file_replace(&here, "file", "new", 3, &error));
    assert_file(scratch_path("file"), "new");
    assert_missing(scratch_path("file.tmp"));
}

/* A link left in the temporary file's place must not lead the write elsewhere. */
static void file_replace_does_not_follow_a_stale_link(void **unused)
{
    struct error error;
    struct stat status;
    (void)unused;

    put_file(scratch_path("victim"), "untouched");
    assert_int_equal(symlink("victim", scratch_path("file.tmp")), 0);
    assert_true(file_replace(&here, "file", "new", 3, &error));
    assert_file(scratch_path("victim"), "untouched");
    assert_file(scratch_path("file"), "new");
    assert_true(lstat(scratch_path("file"), &status) == 0 && S_ISREG(status.st_mode));
    alarm(20);
    assert_int_equal(mkfifo(scratch_path("file.tmp"), 0600), 0);
    assert_true(file_replace(&here, "file", "newer", 5, &error));
    alarm(0);
    assert_file(scratch_path("file"), "newer");
}

static void file_replace_cannot_without_a_directory(void **unused)
{
    char longest[NAME_MAX + 1];
    struct directory gone;
    struct error error;
    (void)unused;

    assert_int_equal(mkdir(scratch_path("gone"), 0700), 0);
    check_open_directory(&gone, scratch_path("gone"));
    assert_int_equal(rmdir(scratch_path("gone")), 0);
    assert_false(file_replace(&gone, "file", "new", 3, &error));
    assert_says(&error, ERROR_SYSTEM, scratch_path("gone/file"), strerror(ENOENT));
    directory_close(&gone);
    memset(longest, 'd', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    assert_false(file_replace(&here, longest, "new", 3, &error)); /* with .tmp it is too long */
    assert_int_equal(error.kind, ERROR_SYSTEM);
    /* What stands in the temporary file's place and cannot be removed is in the way. */
    put_file(scratch_path("file"), "old");
    assert_int_equal(mkdir(scratch_path("file.tmp"), 0700), 0);
    assert_not_replaced("file", "cannot be written");
    assert_file(scratch_path("file"), "old");
}

/* The directory that was opened, not the one that has its name by now. */
static void row_91_files_follow_a_directory_that_is_moved(void **unused)
{
    struct directory moved;
    struct error error;
    size_t size;
    (void)unused;

    assert_int_equal(mkdir(scratch_path("run"), 0700), 0);
    check_open_directory(&moved, scratch_path("run"));
    assert_int_equal(rename(scratch_path("run"), scratch_path("moved")), 0);
    assert_int_equal(mkdir(scratch_path("run"), 0700), 0);
    put_file(scratch_path("run/file"), "another's");
    put_file(scratch_path("run/file.tmp"), "another's");
    assert_true(file_replace(&moved, "file", "own", 3, &error));
    assert_file(scratch_path("moved/file"), "own");
    assert_file(scratch_path("run/file"), "another's");
    assert_file(scratch_path("run/file.tmp"), "another's");
    unsigned char *data = file_read_in(&moved, "file", 9, &size, ERROR_CHECKPOINT, &error);
    assert_non_null(data);
    assert_int_equal(size, 3);
    free(data);
    directory_close(&moved);
}

static void file_replace_leaves_a_read_only_directory_alone(void **unused)
{
    enum { NOBODY = 65534 };
    const uid_t user = geteuid();
    (void)unused;

    put_file(scratch_path("file"), "old");
    assert_int_equal(chmod(scratch, 0500), 0);
    /* Nothing is read-only to root, who can be somebody else for a while. */
    if (user == 0 && (chown(scratch, NOBODY, (gid_t)-1) != 0 || seteuid(NOBODY) != 0)) {
        cannot_be_tested("root cannot change its user");
        return;
    }
    struct error error = {0};
    bool replaced = file_replace(&here, "file", "new", 3, &error);
    assert_int_equal(seteuid(user), 0);
    assert_false(replaced);
    assert_says(&error, ERROR_SYSTEM, scratch_path("file"), strerror(EACCES));
    assert_file(scratch_path("file"), "old");
    assert_missing(scratch_path("file.tmp"));
}

/* The calls are a write, a second one, and the file's fsync. */
static void row_78_file_replace_keeps_the_old_file_when_a_write_fails(void **unused)
{
    (void)unused;
    put_file(scratch_path("file"), "old");
    for (int call = 1; call <= 3; call++) {
        fault.at_most = 2;
        fault.calls = 0;
        fault.fail_at = call;
        fault.failure = call == 3 ? EIO : ENOSPC;
        assert_not_replaced("file", strerror(fault.failure));
        assert_int_equal(fault.calls, call);
        assert_file(scratch_path("file"), "old");
        assert_missing(scratch_path("file.tmp"));
    }
}

static void row_78_a_rename_or_a_close_that_fails_is_reported(void **unused)
{
    (void)unused;
    put_file(scratch_path("file"), "old");
    fault.rename_failure = EIO;
    assert_not_replaced("file", strerror(EIO));
    fault.rename_failure = 0;
    fault.close_failure = EDQUOT;
    assert_not_replaced("file", strerror(EDQUOT));
    fault.close_failure = 0;
    assert_file(scratch_path("file"), "old");
    assert_missing(scratch_path("file.tmp"));
}

static void row_78_file_replace_reports_that_the_directory_was_not_synced(void **unused)
{
    struct error error;
    (void)unused;

    put_file(scratch_path("file"), "old");
    fault.fail_at = 3; /* after one write and the file's fsync */
    fault.failure = EIO;
    assert_false(file_replace(&here, "file", "new", 3, &error));
    assert_says(&error, ERROR_SYSTEM, scratch, strerror(EIO));
    assert_missing(scratch_path("file.tmp"));
}

/* ---- numbers ---- */

static void number_text_is_the_shortest_that_reads_back(void **unused)
{
    static const struct {
        double value;
        const char *text;
    } cases[] = {{0.0, "0"},     {0.1, "0.1"},      {0.01, "0.01"},
                 {64.0, "64"},   {1e-30, "1e-30"},  {0.1 + 0.2, "0.30000000000000004"},
                 {-2.5, "-2.5"}, {1e300, "1e+300"}, {0.0125, "0.0125"}};
    (void)unused;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[NUMBER_TEXT_SIZE];
        number_text(text, cases[i].value);
        assert_string_equal(text, cases[i].text);
        assert_true(strtod(text, NULL) == cases[i].value);
    }
    assert_int_equal(number_digits(0.01), 1);
    assert_int_equal(number_digits(0.1 + 0.2), 17);
}

static void numbers_are_read_whole_or_not_at_all(void **unused)
{
    static const char *const no_whole[] = {"",   " 7",  "+7", "-7", "7x",
                                           "7 ", "0x7", "4",  "10", "99999999999999999999"};
    static const char *const no_real[] = {"", " 1", "1x", "1 ", "nan", "inf", "1e999", "0,5"};
    uint64_t whole;
    double real;
    (void)unused;

    assert_true(number_read_whole("5", 5, 9, &whole) && whole == 5);
    assert_true(number_read_whole("9", 5, 9, &whole) && whole == 9);
    for (int i = 0; i < CHECK_COUNT(no_whole); i++)
        assert_false(number_read_whole(no_whole[i], 5, 9, &whole));
    assert_true(number_read("-0.5", &real) && real == -0.5);
    assert_true(number_read("-0", &real) && !signbit(real));
    for (int i = 0; i < CHECK_COUNT(no_real); i++)
        assert_false(number_read(no_real[i], &real));
}

static const char *fruit(int i)
{
    static const char *const words[] = {"apple", "pear", "plum", NULL};

    return words[i];
}

static void words_are_found_and_listed(void **unused)
{
    char text[32], narrow[8];
    (void)unused;

    assert_int_equal(words_find(fruit, "apple"), 0);
    assert_int_equal(words_find(fruit, "plum"), 2);
    assert_int_equal(words_find(fruit, "pea"), -1);
    assert_int_equal(words_find(fruit, ""), -1);
    words_list(fruit, text, sizeof text);
    assert_string_equal(text, "apple, pear, plum");
    words_list(fruit, narrow, sizeof narrow);
    assert_string_equal(narrow, "apple, ");
}

static void near_words_are_told_from_far_ones(void **unused)
{
    static const struct {
        const char *text, *word;
        int distance;
    } cases[] = {
        {"relu", "ReLU", 0},
        {"Sigmoyd", "Sigmoid", 1},
        {"Liner", "Linear", 1},
        {"Conv", "Conv2d", 1},
        {"kernal", "kernel_size", 2},
        {"Softmax", "LogSoftmax", 3},
        {"m", "M", 0},
        {"MM", "M", WORDS_FAR},
        {"x", "ReLU", WORDS_FAR},
        {"Dense", "Linear", WORDS_FAR},
        {"", "M", WORDS_FAR},
        {"a-text-that-is-longer-than-any-word-that-there-is-here", "M", WORDS_FAR},
    };
    (void)unused;

    for (int i = 0; i < CHECK_COUNT(cases); i++)
        assert_int_equal(words_distance(cases[i].text, cases[i].word), cases[i].distance);
}

/* As CPython 3.11's repr. */
static void numbers_are_written_as_in_python(void **unused)
{
    static const struct {
        double value;
        const char *text;
    } cases[] = {
        {0.0, "0.0"},
        {1.0, "1.0"},
        {-0.5, "-0.5"},
        {0.1, "0.1"},
        {1e-5, "1e-05"},
        {3.25e-5, "3.25e-05"},
        {1e-4, "0.0001"},
        {123456.0, "123456.0"},
        {100.0, "100.0"},
        {1234.5, "1234.5"},
        {1e15, "1000000000000000.0"},
        {1e16, "1e+16"},
        {1e22, "1e+22"},
        {1.5e300, "1.5e+300"},
        {0.1 + 0.2, "0.30000000000000004"},
        {1.0 / 3.0, "0.3333333333333333"},
        {2.0 / 3.0 * 100.0, "66.66666666666666"},
        {-1234567890123456.0, "-1234567890123456.0"},
    };
    char text[NUMBER_TEXT_SIZE];
    (void)unused;

    for (int i = 0; i < CHECK_COUNT(cases); i++) {
        number_python(text, cases[i].value);
        assert_string_equal(text, cases[i].text);
    }
}

/* Each child dies one call later, until one lives; a small write takes several. */
static void killed_at_any_call_a_replaced_file_is_the_old_one_or_the_new(void **unused)
{
    bool replaced = false;
    int status = 0, deaths = 0;
    (void)unused;

    put_file(scratch_path("file"), "old contents");
    do {
        pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0) {
            struct error error;
            fault.at_most = 3;
            fault.passed = 0;
            fault.die_at = deaths + 1;
            file_replace(&here, "file", "new contents", 12, &error);
            _exit(EXIT_FAILURE); /* alive */
        }
        assert_int_equal(waitpid(child, &status, 0), child);
        if (WEXITSTATUS(status) == EXIT_SUCCESS)
            deaths++;
        char contents[16] = "";
        FILE *file = fopen(scratch_path("file"), "r");
        assert_non_null(file);
        assert_int_equal(fread(contents, 1, sizeof contents, file), 12);
        fclose(file);
        replaced = strcmp(contents, "new contents") == 0;
        assert_true(replaced || strcmp(contents, "old contents") == 0);
    } while (WEXITSTATUS(status) == EXIT_SUCCESS);
    assert_true(replaced);
    assert_true(deaths >= 9); /* four writes, two fsyncs, two closes, the rename */
    assert_missing(scratch_path("file.tmp"));
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(printable_text_is_kept),
    cmocka_unit_test(control_bytes_are_escaped),
    cmocka_unit_test(c1_bytes_are_escaped_in_any_locale),
    cmocka_unit_test(escaping_cuts_and_ends_what_does_not_fit),
    cmocka_unit_test(error_set_fills_kind_and_text_and_returns_false),
    cmocka_unit_test(error_set_cuts_a_long_text),
    cmocka_unit_test(rng_next_is_xoshiro256_star_star),
    cmocka_unit_test(rng_init_gives_known_numbers),
    cmocka_unit_test(seeds_and_streams_differ),
    cmocka_unit_test(a_copied_state_replays),
    cmocka_unit_test(rng_below_stays_below),
    cmocka_unit_test(rng_below_reaches_each_number_equally_often),
    cmocka_unit_test(rng_below_is_unbiased_where_it_would_show),
    cmocka_unit_test(rng_uniform_stays_in_its_range),
    cmocka_unit_test(rng_uniform_gives_the_same_floats_everywhere),
    cmocka_unit_test(rng_uniform_never_reaches_the_end_of_its_range),
    cmocka_unit_test(the_checksum_is_crc_64_xz),
    cmocka_unit_test(splitting_does_not_change_the_checksum),
    cmocka_unit_test(every_bit_flip_changes_the_checksum),
    cmocka_unit_test(memory_is_zero_and_aligned),
    cmocka_unit_test(too_much_memory_is_a_system_error),
    cmocka_unit_test(clock_text_is_iso_8601),
    cmocka_unit_test(clock_seconds_goes_forward),
    cmocka_unit_test(number_text_is_the_shortest_that_reads_back),
    cmocka_unit_test(numbers_are_read_whole_or_not_at_all),
    cmocka_unit_test(words_are_found_and_listed),
    cmocka_unit_test(near_words_are_told_from_far_ones),
    cmocka_unit_test(numbers_are_written_as_in_python),
    FILE_TEST(file_read_gives_the_contents),
    FILE_TEST(file_read_keeps_to_its_limit),
    FILE_TEST(file_read_refuses_what_is_no_file),
    FILE_TEST(file_read_does_not_hang_on_a_fifo),
    FILE_TEST(file_read_goes_on_after_short_and_interrupted_reads),
    FILE_TEST(file_read_reports_a_read_error),
    FILE_TEST(file_read_gives_what_is_left_of_a_file_that_shrank),
    FILE_TEST(a_file_is_the_same_through_links),
    FILE_TEST(file_replace_writes_a_new_file),
    FILE_TEST(file_replace_replaces_in_one_step),
    FILE_TEST(file_replace_goes_on_after_short_and_interrupted_writes),
    FILE_TEST(file_replace_refuses_what_is_no_file),
    FILE_TEST(file_replace_ignores_a_stale_temporary_file),
    FILE_TEST(file_replace_does_not_follow_a_stale_link),
    FILE_TEST(file_replace_cannot_without_a_directory),
    FILE_TEST(row_91_files_follow_a_directory_that_is_moved),
    FILE_TEST(file_replace_leaves_a_read_only_directory_alone),
    FILE_TEST(row_78_file_replace_keeps_the_old_file_when_a_write_fails),
    FILE_TEST(killed_at_any_call_a_replaced_file_is_the_old_one_or_the_new),
    FILE_TEST(row_78_a_rename_or_a_close_that_fails_is_reported),
    FILE_TEST(row_78_file_replace_reports_that_the_directory_was_not_synced),
};

CHECK_MAIN(tests)
