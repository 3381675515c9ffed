/* Checkpoints: what is written is read back, and any other file is refused. */
#include "check_file.h"
#include "sample_model.h"
#include "sizes.h"

#include "support/checksum.h"
#include "train/checkpoint.h"
#include "train/recipe.h"

#include <jansson.h>
#include <math.h>

static struct model *model;
static float state[MODEL_STATE_MAX], velocity[MODEL_STATE_MAX], loaded[MODEL_STATE_MAX];
static float loaded_velocity[MODEL_STATE_MAX];
static const struct settings settings = {"basic", 20, 64, 0.01, 0.9, 1, true, SETTINGS_OLD};
static const struct dataset data = {.train = {.count = 60000}, .checksum = 0xFEDCBA9876543210};
static struct progress read_progress;
static char directory[PATH_MAX], path[PATH_MAX + 32];
static const struct checkpoint_group momentum = {"momentum", velocity};
static struct checkpoint checkpoint = {NULL, &settings, "baseline", state, &momentum, 1};
static const struct checkpoint_group loaded_momentum = {"momentum", loaded_velocity};
static struct directory run;
static struct error error;

static int set_up(void **unused)
{
    struct progress progress = {.epoch = 3,
                                .batch = 17,
                                .step = 2831,
                                .lr = 0.0125,
                                .loss_sum = 12.5,
                                .correct = 900,
                                .data_checksum = 0xFEDCBA9876543210};
    struct rng rng;
    (void)unused;

    check_scratch(directory);
    check_open_directory(&run, directory);
    snprintf(path, sizeof path, "%s/last.safetensors", directory);
    assert_non_null(model = sample_model_again(model, "basic"));
    checkpoint.model = model;
    rng_init(&rng, 5, 0);
    progress.generator = rng;
    model_initialize(model, state, &rng);
    for (size_t i = 0; i < model->parameter_count; i++)
        velocity[i] = rng_uniform(&rng, -1.0F, 1.0F);
    assert_true(checkpoint_save(&run, "last.safetensors", &checkpoint, &progress, &error));
    return 0;
}

static int tear_down(void **unused)
{
    (void)unused;
    directory_close(&run);
    check_scratch_remove(directory);
    return 0;
}

/* Replaces the checkpoint's bytes. */
static void put(const void *bytes, size_t size)
{
    assert_true(file_replace(&run, "last.safetensors", bytes, size, &error));
}

static unsigned char *get(size_t *size)
{
    unsigned char *bytes = file_read(path, 1 << 20, size, ERROR_CHECKPOINT, &error);

    assert_non_null(bytes);
    return bytes;
}

static void assert_refused(void)
{
    memset(&error, 0, sizeof error);
    assert_false(checkpoint_load(path, model, loaded, &error));
    assert_int_equal(error.kind, ERROR_CHECKPOINT);
    assert_non_null(strstr(error.text, path));
}

/* A safetensors file of another program: the given header, then `size` bytes of zeros. */
static void put_foreign(const char *header, size_t size)
{
    size_t length = strlen(header);
    unsigned char *bytes = calloc(1, 8 + length + size);

    assert_non_null(bytes);
    for (int i = 0; i < 8; i++)
        bytes[i] = (unsigned char)((uint64_t)length >> 8 * i);
    memcpy(bytes + 8, header, length);
    put(bytes, 8 + length + size);
    free(bytes);
}

static void weights_come_back_bit_for_bit(void **unused)
{
    (void)unused;
    assert_true(checkpoint_load(path, model, loaded, &error));
    assert_memory_equal(loaded, state, model->state_count * sizeof(float));
}

static void the_file_is_safetensors_with_metadata_for_resuming(void **unused)
{
    static const char *const parts[] = {
        "\"__metadata__\":{\"format\":\"mnist-tui\",\"format_version\":\"1\",\"model\":\"basic\"",
        "\"lr\":\"0.01\"",
        "\"momentum\":\"0.9\"",
        "\"epoch\":\"3\",\"batch\":\"17\"",
        "\"data_checksum\":\"fedcba9876543210\"",
        "\"layer1.1.num_batches_tracked\":{\"dtype\":\"I64\"",
        "\"optimizer.momentum.classifier.1.bias\":{\"dtype\":\"F32\",\"shape\":[10]",
    };
    size_t size;
    unsigned char *bytes = get(&size);
    uint64_t length = 0;
    (void)unused;

    for (int i = 0; i < 8; i++)
        length |= (uint64_t)bytes[i] << 8 * i;
    assert_int_equal(length % 8, 0);
    assert_int_equal(size, 8 + length + 4 * 8 +
                               (model->state_count + model->parameter_count) * sizeof(float));
    char *header = strndup((char *)bytes + 8, (size_t)length);
    for (int i = 0; i < CHECK_COUNT(parts); i++)
        assert_non_null(strstr(header, parts[i]));
    free(header);
    free(bytes);
}

static void pytorchs_files_load(void **unused)
{
    char reference[PATH_MAX];
    (void)unused;

    assert_true(checkpoint_load(check_source(reference, "tests/reference/init.safetensors"), model,
                                loaded, &error));
    assert_true(loaded[model_offset(model, &model->layers[1], "running_var")] == 1.0F);
}

static void row_31_a_missing_file_is_named(void **unused)
{
    (void)unused;
    unlink(path);
    assert_refused();
}

static void row_32_an_empty_file_is_refused(void **unused)
{
    (void)unused;
    put("", 0);
    assert_refused();
}

/* Whether every case is to be tested, which takes minutes. */
static bool all_cases(void)
{
    const char *samples = getenv("FAULTS_SAMPLES");

    return samples != NULL && strcmp(samples, "all") == 0;
}

static void row_33_truncated_at_every_offset_is_refused(void **unused)
{
    size_t size;
    unsigned char *bytes = get(&size);
    (void)unused;

    for (size_t length = 1; length < size; length += length < 9000 || all_cases() ? 1 : 37) {
        FILE *file = fopen(path, "w");
        assert_non_null(file);
        assert_int_equal(fwrite(bytes, 1, length, file), length);
        fclose(file);
        assert_refused();
    }
    free(bytes);
}

/* Every bit of the header, but only every 997th bit of the tensors: to the checksum they are all
 * alike. */
static void row_34_any_flipped_bit_is_refused(void **unused)
{
    size_t size;
    unsigned char *bytes = get(&size);
    FILE *file = fopen(path, "r+");
    (void)unused;

    assert_non_null(file);
    for (size_t bit = 0; bit < size * 8; bit += bit < 64000 || all_cases() ? 1 : 997) {
        unsigned char flipped = (unsigned char)(bytes[bit / 8] ^ 1U << bit % 8);
        fseek(file, (long)(bit / 8), SEEK_SET);
        fputc(flipped, file);
        fflush(file);
        assert_refused();
        fseek(file, (long)(bit / 8), SEEK_SET);
        fputc(bytes[bit / 8], file);
        fflush(file);
    }
    fclose(file);
    assert_true(checkpoint_load(path, model, loaded, &error));
    free(bytes);
}

static void row_35_a_file_that_is_not_safetensors_is_refused(void **unused)
{
    (void)unused;
    put("PK\003\004 surely a zip file, as torch.save writes", 44);
    assert_refused();
    put_foreign("[1, 2, 3]", 0);
    assert_refused();
    put_foreign("{\"a\":", 0);
    assert_refused();
}

/* Replaces a text in the checkpoint's header by another of the same length, and corrects the
 * checksum. */
static void forge(const char *from, const char *to)
{
    size_t size;
    unsigned char *bytes = get(&size);
    char *at = memmem(bytes, size, from, strlen(from)), digits[17];
    char *sum = memmem(bytes, size, "\"checksum\":\"", 12);

    assert_non_null(at);
    assert_non_null(sum);
    memcpy(at, to, strlen(to));
    memcpy(sum + 12, "0000000000000000", 16);
    snprintf(digits, sizeof digits, "%016llx", (unsigned long long)checksum_add(0, bytes, size));
    memcpy(sum + 12, digits, 16);
    put(bytes, size);
    free(bytes);
}

static void row_36_a_newer_format_version_is_refused(void **unused)
{
    (void)unused;
    forge("\"format_version\":\"1\"", "\"format_version\":\"3\"");
    assert_refused();
    assert_non_null(strstr(error.text, "version"));
}

static void row_38_wild_lengths_and_offsets_are_refused(void **unused)
{
    size_t size;
    unsigned char *bytes = get(&size);
    (void)unused;

    memset(bytes, 0xFF, 8); /* a header of 2^64 - 1 bytes */
    put(bytes, size);
    free(bytes);
    assert_refused();
    put_foreign("{\"layer1.0.weight\":{\"dtype\":\"F32\",\"shape\":[4,1,3,3],"
                "\"data_offsets\":[0,9223372036854775807]}}",
                144);
    assert_refused();
    put_foreign("{\"layer1.0.weight\":{\"dtype\":\"F32\",\"shape\":[4,1,3,3],"
                "\"data_offsets\":[-144,0]}}",
                144);
    assert_refused();
    put_foreign("{\"layer1.0.weight\":{\"dtype\":\"F32\",\"shape\":[4,1,3,3],"
                "\"data_offsets\":[144,0]}}",
                144);
    assert_refused();
}

static void row_38_every_field_of_a_tensor_is_checked(void **unused)
{
    static const char *const entries[] = {
        "{\"shape\":[4,1,3,3],\"data_offsets\":[0,144]}",
        "{\"dtype\":\"F16\",\"shape\":[4,1,3,3],\"data_offsets\":[0,144]}",
        "{\"dtype\":\"F32\",\"data_offsets\":[0,144]}",
        "{\"dtype\":\"F32\",\"shape\":[4,1,9],\"data_offsets\":[0,144]}",
        "{\"dtype\":\"F32\",\"shape\":[4,1,3,3]}",
        "{\"dtype\":\"F32\",\"shape\":[4,1,3,3],\"data_offsets\":[0,144,144]}",
        "{\"dtype\":\"F32\",\"shape\":[4,1,3,3],\"data_offsets\":[\"0\",144]}",
        "{\"dtype\":\"F32\",\"shape\":[4,1,3,3],\"data_offsets\":[0,144.0]}",
        "{\"dtype\":\"F32\",\"shape\":[4,1,3,3],\"data_offsets\":[0,140]}",
    };
    char header[256];
    (void)unused;

    for (int i = 0; i < CHECK_COUNT(entries); i++) {
        snprintf(header, sizeof header, "{\"layer1.0.weight\":%s}", entries[i]);
        put_foreign(header, 144);
        assert_refused();
        assert_non_null(strstr(error.text, "layer1.0.weight: "));
    }
}

static void row_38_overlapping_tensors_are_refused(void **unused)
{
    char reference[PATH_MAX];
    size_t size;
    unsigned char *bytes = file_read(check_source(reference, "tests/reference/init.safetensors"),
                                     1 << 20, &size, ERROR_CHECKPOINT, &error);
    (void)unused;

    assert_non_null(bytes);
    put(bytes, size);
    assert_true(checkpoint_load(path, model, loaded, &error));
    /* Two tensors of the same size: give the second one the offset of the first. */
    char *first = memmem(bytes, size, "\"layer1.1.weight\"", 17);
    char *second = memmem(bytes, size, "\"layer1.1.bias\"", 15);
    assert_non_null(first);
    assert_non_null(second);
    first = strstr(first, "[4]");
    second = strstr(second, "[4]");
    memcpy(strchr(second + 3, '['), strchr(first + 3, '['),
           (size_t)(strchr(strchr(first + 3, '['), ']') - strchr(first + 3, '[')));
    put(bytes, size);
    free(bytes);
    assert_refused();
}

static void row_39_weights_that_are_not_finite_are_refused(void **unused)
{
    struct progress progress = {0};
    (void)unused;

    state[100] = NAN;
    assert_true(checkpoint_save(&run, "last.safetensors", &checkpoint, &progress, &error));
    assert_refused();
    assert_non_null(strstr(error.text, "finite"));
}

static void row_39_variances_below_0_are_refused(void **unused)
{
    struct progress progress = {0};
    (void)unused;

    state[model_offset(model, &model->layers[1], "running_var")] = -0.5F;
    assert_true(checkpoint_save(&run, "last.safetensors", &checkpoint, &progress, &error));
    assert_refused();
    assert_non_null(strstr(error.text, "layer1.1.running_var: not a variance"));
}

static void row_40_trailing_bytes_are_refused(void **unused)
{
    FILE *file = fopen(path, "a");
    (void)unused;

    assert_non_null(file);
    fputc('x', file);
    fclose(file);
    assert_refused();
}

/* Resumes a run of these settings that trains with these kernels. */
static bool resume_on(const struct settings *own, const char *kernels)
{
    const struct checkpoint expected = {model, own, kernels, loaded, &loaded_momentum, 1};

    memset(&error, 0, sizeof error);
    return checkpoint_resume(&FILE_HERE, path, &expected, &data, &read_progress, &error);
}

static bool resume_with(const struct settings *own)
{
    return resume_on(own, "baseline");
}

static void everything_that_resuming_needs_comes_back(void **unused)
{
    struct rng rng;
    (void)unused;

    memset(loaded_velocity, 0, sizeof loaded_velocity);
    assert_true(resume_with(&settings));
    assert_memory_equal(loaded, state, model->state_count * sizeof(float));
    assert_memory_equal(loaded_velocity, velocity, model->parameter_count * sizeof(float));
    assert_int_equal(read_progress.epoch, 3);
    assert_int_equal(read_progress.batch, 17);
    assert_int_equal(read_progress.step, 2831);
    assert_int_equal(read_progress.correct, 900);
    assert_true(read_progress.loss_sum == 12.5);
    assert_true(read_progress.lr == 0.0125);
    rng_init(&rng, 5, 0);
    assert_memory_equal(&read_progress.generator, &rng, sizeof rng);
}

static void row_37_shapes_and_names_of_another_model_are_refused(void **unused)
{
    (void)unused;
    forge("\"model\":\"basic\"", "\"model\":\"other\"");
    assert_false(resume_with(&settings));
    assert_int_equal(error.kind, ERROR_CHECKPOINT);
    assert_non_null(strstr(error.text, "other"));
    forge("\"model\":\"other\"", "\"model\":\"basic\"");
    forge("[4,1,3,3]", "[1,4,3,3]");
    assert_refused();
    assert_non_null(strstr(error.text, "layer1.0.weight"));
    forge("[1,4,3,3]", "[4,1,3,3]");
    forge("\"layer2.0.weight\"", "\"layer9.0.weight\"");
    assert_refused();
}

static void row_41_other_settings_or_data_are_named(void **unused)
{
    const struct {
        struct settings own;
        const char *names;
    } cases[] = {
        {{"basic", 20, 32, 0.01, 0.9, 1, true, SETTINGS_OLD}, "--batch-size differs"},
        {{"basic", 20, 64, 0.02, 0.9, 1, true, SETTINGS_OLD}, "--lr differs"},
        {{"basic", 20, 64, 0.01, 0.5, 1, true, SETTINGS_OLD}, "--momentum differs"},
        {{"basic", 20, 64, 0.01, 0.9, 2, true, SETTINGS_OLD}, "(expected 2, got 1)"},
        {{"basic", 20, 64, 0.01, 0.9, 1, false, SETTINGS_OLD}, "shuffle differs"},
    };
    const struct settings longer = {"basic", 40, 64, 0.01, 0.9, 1, true, SETTINGS_OLD};
    (void)unused;

    for (int i = 0; i < CHECK_COUNT(cases); i++) {
        assert_false(resume_with(&cases[i].own));
        assert_int_equal(error.kind, ERROR_CHECKPOINT);
        assert_non_null(strstr(error.text, cases[i].names));
    }
    assert_true(resume_with(&longer));
    forge("\"data_checksum\":\"f", "\"data_checksum\":\"0");
    assert_false(resume_with(&settings));
    assert_non_null(strstr(error.text, "--data differs"));
}

/* Rewrites the checkpoint with a header that `edit` changes, and with data of this size, cut off or
 * padded with zeros. */
static void rewrite_header(void edit(json_t *header), size_t data_size)
{
    size_t size, length = 0;
    unsigned char *bytes = get(&size), *forged;

    for (int i = 0; i < 8; i++)
        length |= (size_t)bytes[i] << 8 * i;
    json_t *header = json_loadb((char *)bytes + 8, length, 0, NULL);
    assert_non_null(header);
    edit(header);
    char *text = json_dumps(header, JSON_COMPACT);
    size_t text_size = strlen(text), kept = size - 8 - length;
    assert_non_null(forged = calloc(1, 8 + text_size + data_size));
    forged[0] = (unsigned char)text_size;
    forged[1] = (unsigned char)(text_size >> 8);
    forged[2] = (unsigned char)(text_size >> 16);
    memcpy(forged + 8, text, text_size);
    memcpy(forged + 8 + text_size, bytes + 8 + length, kept < data_size ? kept : data_size);
    put(forged, 8 + text_size + data_size);
    json_decref(header);
    free(forged);
    free(text);
    free(bytes);
}

/* The same with a correct checksum. */
static void forge_header(void edit(json_t *header), size_t data_size)
{
    rewrite_header(edit, data_size);
    forge("\"format\"", "\"format\"");
}

/* The size of the model's own tensors. */
static size_t data_size(bool velocities)
{
    return 4 * 8 + (model->state_count + (velocities ? model->parameter_count : 0)) * sizeof(float);
}

static void remove_velocities(json_t *header)
{
    char name[128];

    for (int t = 0; t < model->tensor_count; t++) {
        snprintf(name, sizeof name, "optimizer.momentum.%s", model->tensors[t].name);
        json_object_del(header, name);
    }
}

enum { MANY = 192 };

static void add_counters(json_t *header)
{
    json_int_t end = (json_int_t)data_size(true);
    char name[64];

    for (int i = 0; i < MANY; i++) {
        snprintf(name, sizeof name, "more%d.num_batches_tracked", i);
        json_object_set_new(header, name,
                            json_pack("{s:s, s:[], s:[I, I]}", "dtype", "I64", "shape",
                                      "data_offsets", end + 8 * i, end + 8 * (i + 1)));
    }
}

static void row_38_more_tensors_than_any_model_has_are_refused(void **unused)
{
    (void)unused;
    forge_header(add_counters, data_size(true) + MANY * 8);
    assert_refused();
    assert_non_null(strstr(error.text, "tensors that the model does not have"));
}

static void row_42_a_checkpoint_without_velocities_is_not_resumed(void **unused)
{
    (void)unused;
    forge_header(remove_velocities, data_size(false));
    assert_true(checkpoint_load(path, model, loaded, &error)); /* this needs only the weights */
    assert_false(resume_with(&settings));
    assert_non_null(strstr(error.text, "optimizer.momentum.layer1.0.weight is missing"));
}

static void assert_not_resumed(const char *from, const char *to, const char *names)
{
    forge(from, to);
    assert_false(resume_with(&settings));
    assert_int_equal(error.kind, ERROR_CHECKPOINT);
    assert_non_null(strstr(error.text, names));
    forge(to, from);
    assert_true(resume_with(&settings));
}

static void row_42_a_checkpoint_without_the_generators_state_is_not_resumed(void **unused)
{
    struct progress progress = {.lr = 0.01, .data_checksum = data.checksum};
    (void)unused;

    assert_not_resumed("\"generator\"", "\"generatos\"", "its generator is missing");
    assert_true(checkpoint_save(&run, "last.safetensors", &checkpoint, &progress, &error));
    assert_false(resume_with(&settings)); /* all zero, which would generate only zeros */
    assert_non_null(strstr(error.text, "its generator is impossible"));
}

static void row_43_impossible_epochs_and_batches_are_refused(void **unused)
{
    (void)unused;
    assert_not_resumed("\"epoch\":\"3\"", "\"epoch\":\"4\"", "its step");
    assert_not_resumed("\"epoch\":\"3\"", "\"epoch\":\"x\"", "its epoch");
    assert_not_resumed("\"batch\":\"17\"", "\"batch\":\"-7\"", "its batch");
    assert_not_resumed("\"batch\":\"17\"", "\"batch\":\"99\"", "its step");
    assert_not_resumed("\"step\":\"2831\"", "\"step\":\"2830\"", "its step");
    assert_not_resumed("\"correct\":\"900\"", "\"correct\":\"9e9\"", "its correct");
    assert_not_resumed("\"loss_sum\":\"12.5\"", "\"loss_sum\":\"-2.5\"", "its loss_sum");
    assert_not_resumed("\"loss_sum\":\"12.5\"", "\"loss_sum\":\"nan \"", "its loss_sum");
    assert_not_resumed("\"lr_now\":\"0.0125\"", "\"lr_now\":\"0.0000\"", "its lr_now");
    assert_not_resumed("\"batch\":\"17\",\"step\":\"2831\"", "\"batch\":\"1799\",\"step\":\"31\"",
                       "its batch");
    assert_not_resumed("\"epoch\":\"3\",\"batch\":\"17\",\"step\":\"2831\"",
                       "\"epoch\":\"3333333333333333333333333333\"", "its epoch");
    assert_not_resumed("\"step\":\"2831\"", "\"stop\":\"2831\"", "its step");
    assert_not_resumed("\"correct\":\"900\"", "\"correct\":\"9e9\"", "its correct");
    assert_not_resumed("\"loss_sum\":\"12.5\",\"correct\":\"900\"",
                       "\"loss_sum\":\"12.\",\"correct\":\"9000\"", "its correct");
    assert_not_resumed("\"loss_sum\":\"12.5\"", "\"loss_sum\":\"12.x\"", "its loss_sum");
    assert_not_resumed("\"lr_now\":\"0.0125\"", "\"lr_nou\":\"0.0125\"", "its lr_now");
    assert_not_resumed("\"data_checksum\":\"f", "\"data_checksum\":\"g", "its data_checksum");
    const struct settings over = {"basic", 3, 64, 0.01, 0.9, 1, true, SETTINGS_OLD};
    assert_false(resume_with(&over));
    assert_non_null(strstr(error.text, "its batch is impossible"));
    const struct settings shorter = {"basic", 2, 64, 0.01, 0.9, 1, true, SETTINGS_OLD};
    assert_false(resume_with(&shorter));
    assert_non_null(strstr(error.text, "its epoch is impossible"));
}

static void a_file_tells_of_its_network_and_settings(void **unused)
{
    struct settings own = *recipe_settings(0);
    struct model *told;
    (void)unused;

    assert_true(checkpoint_describe(path, &told, &own, &error));
    assert_string_equal(told->name, "basic");
    assert_string_equal(own.model, "basic");
    assert_int_equal(own.batch_size, 64);
    model_free(told);
    forge("\"model\":\"basic\"", "\"model\":\"other\"");
    assert_false(checkpoint_describe(path, &told, &own, &error));
    assert_int_equal(error.kind, ERROR_CHECKPOINT);
    put_foreign("{}", 0);
    assert_true(checkpoint_describe(path, &told, &own, &error));
    assert_null(told);
}

/* Everything that format 2 has, and format 1 has not. */
static void format_2_comes_back_with_its_average(void **unused)
{
    static const char text[] = "Conv2d(4, 5, stride=2) GELU Dropout(0.1) Linear(10)";
    struct settings rich = settings, own;
    struct model *other = sample_model(text), *told;
    struct trained written, read;
    struct checkpoint_group groups[2][CHECKPOINT_GROUPS_MAX];
    struct checkpoint both = {.model = other, .settings = &rich, .kernels = "baseline"};
    const struct progress progress = {
        .lr = 0.5, .generator = {{1, 2, 3, 4}}, .data_checksum = 0xFEDCBA9876543210};
    struct rng rng;
    (void)unused;

    rich.model = other->name;
    rich.optimizer = OPTIMIZER_ADAM;
    rich.ema = 0.99;
    rich.normalize = (struct normalization){0.25, 0.5};
    rng_init(&rng, 7, 0);
    assert_true(trained_init(&written, other, &rich, &error));
    assert_true(trained_init(&read, other, &rich, &error));
    for (size_t i = 0; i < other->parameter_count; i++) {
        written.state[i] = rng_uniform(&rng, -1.0F, 1.0F);
        written.average[i] = rng_uniform(&rng, -1.0F, 1.0F);
        written.buffers[0][i] = rng_uniform(&rng, -1.0F, 1.0F);
        written.buffers[1][i] = rng_uniform(&rng, 0.0F, 1.0F);
    }
    both.state = trained_shown(&written);
    both.groups = groups[0];
    both.group_count = checkpoint_list(&written, &rich, groups[0]);
    assert_int_equal(both.group_count, 3);
    assert_true(checkpoint_save(&run, "last.safetensors", &both, &progress, &error));
    both.state = trained_shown(&read);
    both.groups = groups[1];
    checkpoint_list(&read, &rich, groups[1]);
    if (!checkpoint_resume(&run, "last.safetensors", &both, &data, &read_progress, &error))
        fail_msg("%s", error.text);
    const size_t size = other->parameter_count * sizeof(float);
    assert_memory_equal(read.state, written.state, size);
    assert_memory_equal(read.average, written.average, size);
    assert_memory_equal(read.buffers[0], written.buffers[0], size);
    assert_memory_equal(read.buffers[1], written.buffers[1], size);

    assert_true(checkpoint_describe(path, &told, &own, &error));
    assert_string_equal(told->name, other->name);
    assert_true(settings_same(&rich, &own, "", &error));
    model_free(told);
    memset(read.state, 0, size);
    assert_true(checkpoint_load(path, other, read.state, &error)); /* what is kept is the average */
    assert_memory_equal(read.state, written.average, size);

    rich.optimizer = OPTIMIZER_RMSPROP; /* each difference is refused */
    assert_false(checkpoint_resume(&run, "last.safetensors", &both, &data, &read_progress, &error));
    assert_non_null(strstr(error.text, "--optimizer"));
    rich.optimizer = OPTIMIZER_ADAM;
    rich.normalize.mean = 0.0;
    assert_false(checkpoint_resume(&run, "last.safetensors", &both, &data, &read_progress, &error));
    assert_non_null(strstr(error.text, "--normalize"));
    rich.normalize.mean = 0.25;
    forge("optimizer.raw.0.bias", "optimizer.row.0.bias");
    assert_false(checkpoint_resume(&run, "last.safetensors", &both, &data, &read_progress, &error));
    assert_non_null(strstr(error.text, "optimizer.raw.0.bias is missing"));
    trained_fini(&written);
    trained_fini(&read);
    model_free(other);
}

static void row_41_invalid_settings_are_refused(void **unused)
{
    (void)unused;
    assert_not_resumed("\"batch_size\":\"64\"", "\"batch_size\":\"6x\"", "its batch_size");
    assert_not_resumed("\"seed\":\"1\"", "\"seed\":\"x\"", "its seed");
    assert_not_resumed("\"lr\":\"0.01\"", "\"lr\":\"0.0x\"", "its lr");
    assert_not_resumed("\"momentum\":\"0.9\"", "\"momentum\":\"0.x\"", "its momentum");
    assert_not_resumed("\"momentum\":\"0.9\"", "\"momentun\":\"0.9\"", "its momentum");
}

/* Other faults in the tensors of a file that claims to be ours. */
static void row_37_velocities_and_counters_must_match_the_model(void **unused)
{
    (void)unused;
    assert_not_resumed("\"optimizer.momentum.layer1.0.weight\"",
                       "\"optimizer.momentum.layer9.0.weight\"",
                       "momentum.layer1.0.weight is missing");
    assert_not_resumed("\"layer1.1.num_batches_tracked\":{\"dtype\":\"I64\"",
                       "\"layer1.1.num_batches_tracked\":{\"dtype\":\"I32\"", "wrong type");
    assert_not_resumed("\"layer1.1.num_batches_tracked\":{\"dtype\":\"I64\",\"shape\":[]",
                       "\"layer1.1.num_batches_tracked\":{\"dtype\":\"I64\",\"shape\":{}",
                       "no shape");
}

/* Metadata as another program might write them. */
static void claim_other(json_t *header)
{
    json_t *metadata = json_object_get(header, "__metadata__");

    json_object_set_new(metadata, "format", json_string("pt"));
    json_object_set_new(metadata, "model", json_string("another"));
    json_object_set_new(metadata, "format_version", json_string("7"));
    json_object_set_new(metadata, "checksum", json_string("of something else"));
}

static void claim_little(json_t *header)
{
    json_object_set_new(header, "__metadata__", json_pack("{s:s}", "checksum", "0123456789abcdef"));
}

static void claim_numbers(json_t *header)
{
    json_object_set_new(header, "__metadata__", json_pack("{s:i, s:[]}", "checksum", 1, "format"));
}

static void claim_nothing(json_t *header)
{
    json_object_set_new(header, "__metadata__", json_null());
}

static void row_109_another_programs_file_may_have_any_metadata(void **unused)
{
    static void (*const edits[])(json_t *) = {claim_other, claim_little, claim_numbers,
                                              claim_nothing};
    (void)unused;

    for (int i = 0; i < CHECK_COUNT(edits); i++) {
        rewrite_header(edits[i], data_size(true));
        memset(loaded, 0, sizeof loaded);
        if (!checkpoint_load(path, model, loaded, &error))
            fail_msg("%s", error.text);
        assert_memory_equal(loaded, state, model->state_count * sizeof(float));
        assert_false(resume_with(&settings));
        assert_non_null(strstr(error.text, "weights, but not what resuming needs"));
    }
}

/* A damaged byte in our own metadata does not make the file another program's. */
static void row_109_a_damaged_file_of_our_own_is_refused(void **unused)
{
    static const char *const damages[][2] = {{"mnist-tui", "mnist-tuj"}, {"format\"", "formaz\""}};
    size_t size;
    (void)unused;

    for (int i = 0; i < CHECK_COUNT(damages); i++) {
        unsigned char *bytes = get(&size);
        char *at = memmem(bytes, size, damages[i][0], strlen(damages[i][0]));
        assert_non_null(at);
        memcpy(at, damages[i][1], strlen(damages[i][1]));
        bytes[size - 1] ^= 1;
        put(bytes, size);
        assert_refused();
        assert_non_null(strstr(error.text, "damaged"));
        memcpy(at, damages[i][0], strlen(damages[i][0]));
        bytes[size - 1] ^= 1;
        put(bytes, size);
        free(bytes);
    }
}

static void forget_kernels(json_t *header)
{
    json_object_del(json_object_get(header, "__metadata__"), "kernels");
}

static void row_111_a_run_resumes_only_with_its_own_kernels(void **unused)
{
    (void)unused;
    assert_true(resume_on(&settings, "baseline"));
    assert_false(resume_on(&settings, "avx2"));
    assert_int_equal(error.kind, ERROR_CHECKPOINT);
    assert_non_null(strstr(error.text, "its kernels differ"));
    assert_non_null(strstr(error.text, "(expected avx2, got baseline)"));
    forge_header(forget_kernels, data_size(true)); /* as older versions write it */
    assert_true(resume_on(&settings, "avx2"));
}

/* The state of other optimizers. */
static void the_state_of_any_optimizer_comes_back(void **unused)
{
    static float squares[MODEL_STATE_MAX], loaded_squares[MODEL_STATE_MAX];
    const struct checkpoint_group groups[] = {{"exp_avg", velocity}, {"exp_avg_sq", squares}};
    const struct checkpoint_group wanted[] = {{"exp_avg_sq", loaded_squares},
                                              {"exp_avg", loaded_velocity}};
    const struct checkpoint adam = {model, &settings, "baseline", state, groups, 2};
    struct checkpoint expected = {model, &settings, "baseline", loaded, wanted, 2};
    (void)unused;

    for (size_t i = 0; i < model->parameter_count; i++)
        squares[i] = velocity[i] * velocity[i];
    assert_true(resume_with(&settings)); /* for the progress */
    assert_true(checkpoint_save(&run, "last.safetensors", &adam, &read_progress, &error));
    assert_true(
        checkpoint_resume(&run, "last.safetensors", &expected, &data, &read_progress, &error));
    assert_memory_equal(loaded_squares, squares, model->parameter_count * sizeof(float));
    assert_memory_equal(loaded_velocity, velocity, model->parameter_count * sizeof(float));
    assert_true(checkpoint_load(path, model, loaded, &error));
    assert_false(resume_with(&settings));
    assert_non_null(strstr(error.text, "optimizer.momentum.layer1.0.weight is missing"));
    expected.group_count = 1;
    assert_false(
        checkpoint_resume(&run, "last.safetensors", &expected, &data, &read_progress, &error));
    assert_non_null(strstr(error.text, "tensors that the model does not have"));
}

static void row_46_a_destination_that_is_not_a_file_is_refused(void **unused)
{
    struct progress progress = {0};
    char name[PATH_MAX + 64];
    (void)unused;

    snprintf(name, sizeof name, "%s/link.safetensors", directory);
    assert_int_equal(symlink(path, name), 0);
    assert_false(checkpoint_save(&run, "link.safetensors", &checkpoint, &progress, &error));
    assert_int_equal(error.kind, ERROR_SYSTEM);
    assert_true(checkpoint_load(path, model, loaded, &error));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

static const struct CMUnitTest tests[] = {
    TEST(weights_come_back_bit_for_bit),
    TEST(the_file_is_safetensors_with_metadata_for_resuming),
    TEST(pytorchs_files_load),
    TEST(row_31_a_missing_file_is_named),
    TEST(row_32_an_empty_file_is_refused),
    TEST(row_33_truncated_at_every_offset_is_refused),
    TEST(row_34_any_flipped_bit_is_refused),
    TEST(row_35_a_file_that_is_not_safetensors_is_refused),
    TEST(row_36_a_newer_format_version_is_refused),
    TEST(row_37_shapes_and_names_of_another_model_are_refused),
    TEST(row_38_wild_lengths_and_offsets_are_refused),
    TEST(row_37_velocities_and_counters_must_match_the_model),
    TEST(row_38_every_field_of_a_tensor_is_checked),
    TEST(row_38_more_tensors_than_any_model_has_are_refused),
    TEST(row_38_overlapping_tensors_are_refused),
    TEST(row_39_weights_that_are_not_finite_are_refused),
    TEST(row_39_variances_below_0_are_refused),
    TEST(row_40_trailing_bytes_are_refused),
    TEST(everything_that_resuming_needs_comes_back),
    TEST(a_file_tells_of_its_network_and_settings),
    TEST(format_2_comes_back_with_its_average),
    TEST(row_41_other_settings_or_data_are_named),
    TEST(row_41_invalid_settings_are_refused),
    TEST(row_42_a_checkpoint_without_velocities_is_not_resumed),
    TEST(row_42_a_checkpoint_without_the_generators_state_is_not_resumed),
    TEST(row_43_impossible_epochs_and_batches_are_refused),
    TEST(row_46_a_destination_that_is_not_a_file_is_refused),
    TEST(row_109_another_programs_file_may_have_any_metadata),
    TEST(row_109_a_damaged_file_of_our_own_is_refused),
    TEST(row_111_a_run_resumes_only_with_its_own_kernels),
    TEST(the_state_of_any_optimizer_comes_back),
};

CHECK_MAIN(tests)
