/* The safetensors container: any number of tensors, with no memory beyond their own. */
#include "check_file.h"

#include "support/safetensors.h"

#include <sys/resource.h>

static char scratch[PATH_MAX];
static struct directory here;
static struct safetensors file;
static struct error error;

static int set_up(void **unused)
{
    (void)unused;
    check_scratch(scratch);
    check_open_directory(&here, scratch);
    return 0;
}

static int tear_down(void **unused)
{
    (void)unused;
    directory_close(&here);
    check_scratch_remove(scratch);
    return 0;
}

/* More than 256 layers have with an optimizer of two values a parameter. */
static void thousands_of_tensors_come_back(void **unused)
{
    enum { COUNT = 3000, SIZE = 7 };
    static float values[COUNT][SIZE];
    struct safetensors_writer writer;
    float got[SIZE];
    char name[64];
    (void)unused;

    safetensors_begin(&writer, json_pack("{s:s}", "format", "test"));
    safetensors_add_integer(&writer, "number", -5);
    for (int i = 0; i < COUNT; i++) {
        for (int j = 0; j < SIZE; j++)
            values[i][j] = (float)(i * SIZE + j) / 3.0F;
        snprintf(name, sizeof name, "optimizer.exp_avg_sq.features.%d.conv.weight", i);
        safetensors_add_floats(&writer, name, &(int){SIZE}, 1, values[i]);
    }
    assert_true(safetensors_write(&writer, &here, "file", &error));
    safetensors_end(&writer);
    assert_true(safetensors_open(&file, &here, "file", &error));
    assert_int_equal(file.count, COUNT + 1);
    assert_string_equal(safetensors_text(&file, "format"), "test");
    assert_string_equal(safetensors_text(&file, "nothing"), "");
    assert_true(safetensors_check_sum(&file, &error));
    assert_true(safetensors_check(&file, "number", SAFETENSORS_I64, NULL, 0, &error));
    for (int i = COUNT - 1; i >= 0; i--) {
        snprintf(name, sizeof name, "optimizer.exp_avg_sq.features.%d.conv.weight", i);
        assert_true(safetensors_check(&file, name, SAFETENSORS_F32, &(int){SIZE}, 1, &error));
        assert_true(safetensors_read(&file, name, got, SIZE, &error));
        assert_memory_equal(got, values[i], sizeof got);
    }
    safetensors_close(&file);
}

/* The largest networks have 32 million parameters: no copy of them may be made. */
static void a_large_tensor_is_not_copied(void **unused)
{
    enum { COUNT = 8 << 20, ALLOWED = 8 << 10 /* kilobytes */ };
    float *values = malloc(COUNT * sizeof *values);
    struct safetensors_writer writer;
    struct rusage before, after;
    (void)unused;

    assert_non_null(values);
    for (int i = 0; i < COUNT; i++)
        values[i] = (float)i;
    getrusage(RUSAGE_SELF, &before);
    safetensors_begin(&writer, json_object());
    safetensors_add_floats(&writer, "weight", &(int){COUNT}, 1, values);
    assert_true(safetensors_write(&writer, &here, "file", &error));
    safetensors_end(&writer);
    memset(values, 0, COUNT * sizeof *values);
    assert_true(safetensors_open(&file, &here, "file", &error));
    assert_true(safetensors_check_sum(&file, &error));
    assert_true(safetensors_read(&file, "weight", values, COUNT, &error));
    safetensors_close(&file);
    getrusage(RUSAGE_SELF, &after);
    assert_true(after.ru_maxrss - before.ru_maxrss < ALLOWED);
    for (int i = 0; i < COUNT; i++)
        assert_true(values[i] == (float)i);
    free(values);
}

/* A header's sizes are checked against the file's size before anything is allocated. */
static void row_105_a_small_file_that_declares_large_sizes_is_refused(void **unused)
{
    static const char *const headers[] = {
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[4294967296,4294967296],\"data_offsets\":[0,0]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1000000000],\"data_offsets\":[0,4000000000]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,0]}}",
        "{\"a\":{\"dtype\":\"I64\",\"shape\":[],\"data_offsets\":[0,4]}}",
        "{\"a\":1}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[4,4]}}",
    };
    char bytes[256] = {0};
    (void)unused;

    for (int i = 0; i < CHECK_COUNT(headers); i++) {
        const size_t length = strlen(headers[i]);
        bytes[0] = (char)length;
        memcpy(bytes + 8, headers[i], length);
        assert_true(file_replace(&here, "file", bytes, 8 + length, &error));
        memset(&error, 0, sizeof error);
        assert_false(safetensors_open(&file, &here, "file", &error));
        assert_int_equal(error.kind, ERROR_CHECKPOINT);
        safetensors_close(&file);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

static const struct CMUnitTest tests[] = {
    TEST(thousands_of_tensors_come_back),
    TEST(a_large_tensor_is_not_copied),
    TEST(row_105_a_small_file_that_declares_large_sizes_is_refused),
};

CHECK_MAIN(tests)
