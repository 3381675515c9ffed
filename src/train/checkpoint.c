#include "train/checkpoint.h"

#include "support/checksum.h"
#include "support/file.h"
#include "support/json_memory.h"
#include "support/memory.h"
#include "support/number.h"

#include <inttypes.h>
#include <jansson.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    FORMAT_VERSION = 1,
    LENGTH_SIZE = 8,
    HEADER_MAX = 1 << 20,
    FILE_MAX = 16 << 20,
    CHECKSUM_DIGITS = 16,
    TENSORS_MAX = 3 * MODEL_TENSORS_MAX, /* parameters, velocities, counters */
};

static const char FORMAT[] = "mnist-tui";
static const char VELOCITY_PREFIX[] = "optimizer.momentum.";
static const char COUNTER_SUFFIX[] = ".num_batches_tracked";
static const char CHECKSUM_KEY[] = "\"checksum\":\"";
static const char CHECKSUM_ZERO[] = "0000000000000000";

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

static void put_floats(unsigned char *to, const float *values, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        uint32_t bits;
        memcpy(&bits, &values[i], sizeof bits);
        put_little(to + i * sizeof bits, bits, sizeof bits);
    }
}

static void get_floats(float *values, const unsigned char *from, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        uint32_t bits = (uint32_t)get_little(from + i * sizeof bits, sizeof bits);
        memcpy(&values[i], &bits, sizeof bits);
    }
}

/* ---- writing ---- */

/* The file being made: the JSON header and, growing with it, the tensors' bytes. */
struct writer {
    json_t *header;
    unsigned char *data;
    size_t size;
};

/* Adds a tensor to the header; returns where its bytes go. */
static unsigned char *add_tensor(struct writer *writer, const char *name, const char *type,
                                 const int *shape, int dimensions, size_t bytes)
{
    json_t *sizes = json_array();

    for (int d = 0; d < dimensions; d++)
        json_array_append_new(sizes, json_integer(shape[d]));
    json_object_set_new(writer->header, name,
                        json_pack("{s:s, s:o, s:[I, I]}", "dtype", type, "shape", sizes,
                                  "data_offsets", (json_int_t)writer->size,
                                  (json_int_t)(writer->size + bytes)));
    writer->size += bytes;
    return writer->data + writer->size - bytes;
}

static void add_counters(struct writer *writer, const struct model *model, long step)
{
    for (int l = 0; l < model->layer_count; l++) {
        char name[2 * MODEL_NAME_SIZE];
        if (model->layers[l].kind != LAYER_BATCH_NORM2D)
            continue;
        snprintf(name, sizeof name, "%s%s", model->layers[l].name, COUNTER_SUFFIX);
        put_little(add_tensor(writer, name, "I64", NULL, 0, 8), (uint64_t)step, 8);
    }
}

static void add_floats(struct writer *writer, const struct tensor *tensor, const char *prefix,
                       const float *values)
{
    char name[2 * MODEL_NAME_SIZE];

    snprintf(name, sizeof name, "%s%s", prefix, tensor->name);
    put_floats(add_tensor(writer, name, "F32", tensor->size, tensor->dimensions,
                          tensor->count * sizeof(float)),
               values + tensor->offset, tensor->count);
}

static void set_text(json_t *object, const char *key, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void set_text(json_t *object, const char *key, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    json_object_set_new(object, key, json_vsprintf(format, arguments));
    va_end(arguments);
}

static void set_real(json_t *object, const char *key, double value)
{
    char text[NUMBER_TEXT_SIZE];

    number_text(text, value);
    json_object_set_new(object, key, json_string(text));
}

static json_t *make_metadata(const struct settings *settings, const struct progress *progress)
{
    json_t *object = json_object();
    const uint64_t *generator = progress->generator.state;
    const struct setting *setting;

    set_text(object, "format", "%s", FORMAT);
    set_text(object, "format_version", "%d", FORMAT_VERSION);
    for (int i = 0; (setting = settings_at(i)) != NULL; i++) {
        char text[SETTING_TEXT_SIZE];
        setting_write(setting, settings, text);
        set_text(object, setting_key(setting), "%s", text);
    }
    set_text(object, "epoch", "%d", progress->epoch);
    set_text(object, "batch", "%d", progress->batch);
    set_text(object, "step", "%ld", progress->step);
    set_real(object, "lr_now", progress->lr);
    set_text(object, "generator", "%016" PRIx64 "%016" PRIx64 "%016" PRIx64 "%016" PRIx64,
             generator[0], generator[1], generator[2], generator[3]);
    set_real(object, "loss_sum", progress->loss_sum);
    set_text(object, "correct", "%ld", progress->correct);
    set_text(object, "data_checksum", "%016" PRIx64, progress->data_checksum);
    set_text(object, "checksum", "%s", CHECKSUM_ZERO);
    return object;
}

/* Puts the parts together: length, header padded to 8 bytes, data; fills in the checksum. */
static unsigned char *assemble(const struct writer *writer, const char *header, size_t *size)
{
    size_t length = strlen(header), padded = (length + 7) / 8 * 8;
    unsigned char *file = malloc(LENGTH_SIZE + padded + writer->size);

    if (file != NULL) {
        char digits[CHECKSUM_DIGITS + 1];
        put_little(file, padded, LENGTH_SIZE);
        memcpy(file + LENGTH_SIZE, header, length);
        memset(file + LENGTH_SIZE + length, ' ', padded - length);
        memcpy(file + LENGTH_SIZE + padded, writer->data, writer->size);
        *size = LENGTH_SIZE + padded + writer->size;
        snprintf(digits, sizeof digits, "%016" PRIx64, checksum_add(0, file, *size));
        const char *key = strstr(header, CHECKSUM_KEY);
        memcpy(file + LENGTH_SIZE + (key - header) + strlen(CHECKSUM_KEY), digits, CHECKSUM_DIGITS);
    }
    return file;
}

static unsigned char *encode(const struct model *model, const struct settings *settings,
                             const struct progress *progress, const float *state,
                             const float *velocity, size_t *size)
{
    struct writer writer = {.header = json_object()};
    unsigned char *file = NULL;

    writer.data = malloc((model->state_count + model->parameter_count) * sizeof(float) +
                         (size_t)MODEL_LAYERS_MAX * 8);
    if (writer.data != NULL && writer.header != NULL) {
        json_object_set_new(writer.header, "__metadata__", make_metadata(settings, progress));
        add_counters(&writer, model, progress->step); /* first: they want 8-byte alignment */
        for (int t = 0; t < model->tensor_count; t++)
            add_floats(&writer, &model->tensors[t], "", state);
        for (int t = 0; t < model->tensor_count; t++)
            if (model->tensors[t].trained)
                add_floats(&writer, &model->tensors[t], VELOCITY_PREFIX, velocity);
        char *header = json_dumps(writer.header, JSON_COMPACT);
        if (!json_memory_failed() && header != NULL) /* else entries may be missing */
            file = assemble(&writer, header, size);
        free(header);
    }
    free(writer.data);
    json_decref(writer.header);
    return file;
}

bool checkpoint_save(const struct directory *directory, const char *name, const struct model *model,
                     const struct settings *settings, const struct progress *progress,
                     const float *state, const float *velocity, struct error *error)
{
    size_t size;
    unsigned char *file = encode(model, settings, progress, state, velocity, &size);

    if (file == NULL) {
        char path[FILE_PATH_SIZE];
        file_path(path, directory, name);
        return error_set(error, ERROR_SYSTEM, "%s: not enough memory to write it", path);
    }
    bool saved = file_replace(directory, name, file, size, error);
    free(file);
    return saved;
}

/* ---- reading ---- */

struct reader {
    char path[FILE_PATH_SIZE];
    unsigned char *file;
    size_t size;
    const unsigned char *data; /* the tensors' bytes */
    size_t data_size;
    json_t *header;
};

/* One tensor's place in the data, for the check that they cover it exactly. */
struct span {
    size_t from, to;
};

static bool reader_open(struct reader *reader, const struct directory *directory, const char *name,
                        struct error *error)
{
    const char *path = reader->path;
    json_error_t problem;

    memset(reader, 0, sizeof *reader);
    file_path(reader->path, directory, name);
    reader->file = file_read_in(directory, name, FILE_MAX, &reader->size, ERROR_CHECKPOINT, error);
    if (reader->file == NULL)
        return false;
    if (reader->size < LENGTH_SIZE)
        return error_set(error, ERROR_CHECKPOINT,
                         "%s: not a safetensors file (expected at least %d bytes, got %zu)", path,
                         LENGTH_SIZE, reader->size);
    uint64_t length = get_little(reader->file, LENGTH_SIZE), left = reader->size - LENGTH_SIZE;
    if (length > HEADER_MAX || length > left)
        return error_set(error, ERROR_CHECKPOINT,
                         "%s: truncated, or not a safetensors file (expected a header of at most "
                         "%" PRIu64 " bytes, got %" PRIu64 ")",
                         path, left < HEADER_MAX ? left : (uint64_t)HEADER_MAX, length);
    reader->header = json_memory_load((const char *)reader->file + LENGTH_SIZE, (size_t)length,
                                      JSON_REJECT_DUPLICATES, &problem);
    if (json_memory_failed())
        return error_set(error, ERROR_SYSTEM, "%s: not enough memory to read it", path);
    if (!json_is_object(reader->header))
        return error_set(error, ERROR_CHECKPOINT,
                         "%s: not a safetensors file (expected a JSON object as its header, got: "
                         "%s)",
                         path, reader->header == NULL ? problem.text : "another type");
    reader->data = reader->file + LENGTH_SIZE + length;
    reader->data_size = left - (size_t)length;
    return true;
}

static void reader_close(struct reader *reader)
{
    json_decref(reader->header);
    free(reader->file);
}

static const char *metadata(const struct reader *reader, const char *key)
{
    const char *text =
        json_string_value(json_object_get(json_object_get(reader->header, "__metadata__"), key));

    return text != NULL ? text : "";
}

static bool check_checksum(const struct reader *reader, struct error *error)
{
    char digits[CHECKSUM_DIGITS + 1], expected[CHECKSUM_DIGITS + 1];
    const size_t key_size = strlen(CHECKSUM_KEY);
    const unsigned char *key = reader->file;
    uint64_t sum;

    while (key + key_size + CHECKSUM_DIGITS <= reader->data &&
           memcmp(key, CHECKSUM_KEY, key_size) != 0)
        key++;
    if (key + key_size + CHECKSUM_DIGITS > reader->data)
        return error_set(error, ERROR_CHECKPOINT, "%s: its checksum is missing", reader->path);
    key += key_size;
    snprintf(digits, sizeof digits, "%.*s", CHECKSUM_DIGITS, (const char *)key);
    sum = checksum_add(0, reader->file, (size_t)(key - reader->file));
    sum = checksum_add(sum, CHECKSUM_ZERO, CHECKSUM_DIGITS);
    key += CHECKSUM_DIGITS;
    sum = checksum_add(sum, key, (size_t)(reader->file + reader->size - key));
    snprintf(expected, sizeof expected, "%016" PRIx64, sum);
#ifndef FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION /* nothing that is mutated would get past it */
    if (strcmp(digits, expected) != 0)
        return error_set(error, ERROR_CHECKPOINT, "%s: damaged (expected checksum %s, got %s)",
                         reader->path, digits, expected);
#endif
    return true;
}

/* What a file of our own must say; a file from elsewhere says nothing of this. */
static bool check_metadata(const struct reader *reader, const struct model *model,
                           struct error *error)
{
    const char *version = metadata(reader, "format_version");

    /* Either of two texts makes the file ours, so that damage to one does not spare it the rest. */
    if (strcmp(metadata(reader, "format"), FORMAT) != 0 && *metadata(reader, "checksum") == '\0')
        return true;
    if (atoi(version) != FORMAT_VERSION)
        return error_set(error, ERROR_CHECKPOINT,
                         "%s: written by another version of this program (expected format %d, got "
                         "%s)",
                         reader->path, FORMAT_VERSION, version);
    if (!check_checksum(reader, error))
        return false;
    if (strcmp(metadata(reader, "model"), model->name) != 0)
        return error_set(error, ERROR_CHECKPOINT,
                         "%s: of another model (expected %s, got %s; see --model)", reader->path,
                         model->name, metadata(reader, "model"));
    return true;
}

/* Finds a tensor and checks its type and its place. */
static bool find_span(const struct reader *reader, const char *name, const json_t *entry,
                      const char *type, size_t bytes, struct span *span, struct error *error)
{
    const json_t *offsets = json_object_get(entry, "data_offsets");
    const char *got = json_string_value(json_object_get(entry, "dtype"));
    const json_t *from = json_array_get(offsets, 0), *to = json_array_get(offsets, 1);

    if (got == NULL || strcmp(got, type) != 0)
        return error_set(error, ERROR_CHECKPOINT, "%s: %s: wrong type (expected %s, got %s)",
                         reader->path, name, type, got != NULL ? got : "none");
    if (json_array_size(offsets) != 2 || !json_is_integer(from) || !json_is_integer(to) ||
        json_integer_value(from) < 0 || json_integer_value(to) < json_integer_value(from) ||
        (uint64_t)json_integer_value(to) > reader->data_size ||
        (uint64_t)(json_integer_value(to) - json_integer_value(from)) != bytes)
        return error_set(error, ERROR_CHECKPOINT,
                         "%s: %s: offsets out of range (expected %zu bytes within %zu)",
                         reader->path, name, bytes, reader->data_size);
    span->from = (size_t)json_integer_value(from);
    span->to = (size_t)json_integer_value(to);
    return true;
}

static bool check_shape(const struct reader *reader, const char *name, const json_t *entry,
                        const int *size, int dimensions, struct error *error)
{
    const json_t *shape = json_object_get(entry, "shape");
    bool same = json_is_array(shape) && json_array_size(shape) == (size_t)dimensions;

    for (int d = 0; same && d < dimensions; d++)
        same = json_integer_value(json_array_get(shape, (size_t)d)) == size[d];
    if (!same)
        return error_set(error, ERROR_CHECKPOINT,
                         "%s: %s: of another shape than the model's (see --model)", reader->path,
                         name);
    return true;
}

static bool ends_with(const char *text, const char *suffix)
{
    size_t length = strlen(text), tail = strlen(suffix);

    return length >= tail && strcmp(text + length - tail, suffix) == 0;
}

static bool check_values(const struct reader *reader, const char *name, const float *values,
                         size_t count, struct error *error)
{
    const bool variances = ends_with(name, ".running_var");

    for (size_t i = 0; i < count; i++) {
        if (!isfinite(values[i]))
            return error_set(error, ERROR_CHECKPOINT,
                             "%s: %s: not finite (expected finite weights, got %f)", reader->path,
                             name, (double)values[i]);
        if (variances && values[i] < 0.0F)
            return error_set(error, ERROR_CHECKPOINT,
                             "%s: %s: no variance (expected none below 0, got %g)", reader->path,
                             name, (double)values[i]);
    }
    return true;
}

static bool read_floats(const struct reader *reader, const char *prefix,
                        const struct tensor *tensor, float *values, struct span *span,
                        struct error *error)
{
    char name[2 * MODEL_NAME_SIZE];

    snprintf(name, sizeof name, "%s%s", prefix, tensor->name);
    const json_t *entry = json_object_get(reader->header, name);
    if (entry == NULL)
        return error_set(error, ERROR_CHECKPOINT,
                         "%s: %s is missing (expected every tensor of the model; see --model)",
                         reader->path, name);
    if (!check_shape(reader, name, entry, tensor->size, tensor->dimensions, error) ||
        !find_span(reader, name, entry, "F32", tensor->count * sizeof(float), span, error))
        return false;
    get_floats(values, reader->data + span->from, tensor->count);
    return check_values(reader, name, values, tensor->count, error);
}

static int compare_spans(const void *a, const void *b)
{
    const struct span *left = a, *right = b;

    return (left->from > right->from) - (left->from < right->from);
}

static bool check_coverage(const struct reader *reader, struct span *spans, int count,
                           struct error *error)
{
    size_t at = 0;

    qsort(spans, (size_t)count, sizeof *spans, compare_spans);
    for (int i = 0; i < count; i++) {
        if (spans[i].from != at)
            return error_set(error, ERROR_CHECKPOINT,
                             "%s: its tensors overlap or leave gaps (expected one at byte %zu, got "
                             "%zu)",
                             reader->path, at, spans[i].from);
        at = spans[i].to;
    }
    if (at != reader->data_size)
        return error_set(error, ERROR_CHECKPOINT,
                         "%s: bytes behind the last tensor (expected %zu, got %zu)", reader->path,
                         at, reader->data_size);
    return true;
}

/* Reads every tensor of the model and accounts for all others that the file may hold. *moving gets
 * whether it has velocities. */
static bool read_tensors(const struct reader *reader, const struct model *model, float *state,
                         float *velocity, bool *moving, struct error *error)
{
    struct span spans[TENSORS_MAX];
    int count = 0;
    const char *name;
    json_t *entry;

    for (int t = 0; t < model->tensor_count; t++)
        if (!read_floats(reader, "", &model->tensors[t], state + model->tensors[t].offset,
                         &spans[count++], error))
            return false;
    *moving = false;
    json_object_foreach (reader->header, name, entry)
        *moving = *moving || strncmp(name, VELOCITY_PREFIX, strlen(VELOCITY_PREFIX)) == 0;
    for (int t = 0; *moving && t < model->tensor_count; t++) {
        const struct tensor *tensor = &model->tensors[t];
        if (tensor->trained && !read_floats(reader, VELOCITY_PREFIX, tensor,
                                            velocity + tensor->offset, &spans[count++], error))
            return false;
    }
    json_object_foreach (reader->header, name, entry) {
        if (!ends_with(name, COUNTER_SUFFIX) || count == TENSORS_MAX)
            continue;
        if (!check_shape(reader, name, entry, NULL, 0, error) ||
            !find_span(reader, name, entry, "I64", 8, &spans[count++], error))
            return false;
    }
    bool described = json_object_get(reader->header, "__metadata__") != NULL;
    if (json_object_size(reader->header) != (size_t)count + (described ? 1 : 0))
        return error_set(error, ERROR_CHECKPOINT,
                         "%s: holds tensors that the model has not (expected %d, got %zu; see "
                         "--model)",
                         reader->path, count, json_object_size(reader->header) - described);
    return check_coverage(reader, spans, count, error);
}

bool checkpoint_load(const char *path, const struct model *model, float *state, struct error *error)
{
    float *velocity = memory_new(model->parameter_count, sizeof *velocity, error);
    struct reader reader;
    bool moving;

    if (velocity == NULL)
        return false;
    bool loaded = reader_open(&reader, &FILE_HERE, path, error) && check_metadata(&reader, model, error) &&
                  read_tensors(&reader, model, state, velocity, &moving, error);
    reader_close(&reader);
    free(velocity);
    return loaded;
}

/* ---- going on ---- */

static bool refuse(const struct reader *reader, const char *key, struct error *error)
{
    const char *text = metadata(reader, key);

    return error_set(error, ERROR_CHECKPOINT, "%s: its %s is %s (got '%s')", reader->path, key,
                     *text == '\0' ? "missing" : "impossible", text);
}

static bool read_integer(const struct reader *reader, const char *key, uint64_t limit,
                         uint64_t *value, struct error *error)
{
    if (!number_read_whole(metadata(reader, key), 0, limit, value))
        return refuse(reader, key, error);
    return true;
}

static bool read_real(const struct reader *reader, const char *key, double *value,
                      struct error *error)
{
    if (!number_read(metadata(reader, key), value) || *value < 0.0)
        return refuse(reader, key, error);
    return true;
}

static bool read_hex(const struct reader *reader, const char *key, uint64_t *words, int count,
                     struct error *error)
{
    const char *text = metadata(reader, key);
    uint64_t any = 0;

    if (strlen(text) != (size_t)count * 16 || strspn(text, "0123456789abcdef") != strlen(text))
        return refuse(reader, key, error);
    for (int i = 0; i < count; i++) {
        sscanf(text + (size_t)i * 16, "%16" SCNx64, &words[i]);
        any |= words[i];
    }
    if (any == 0 && count > 1) /* a generator's state is never 0 */
        return refuse(reader, key, error);
    return true;
}

/* The settings_source of a file. */
static const char *find_setting(const void *reader, const char *key, char text[SETTING_TEXT_SIZE])
{
    const char *found = metadata(reader, key);

    (void)text;
    return *found != '\0' ? found : NULL;
}

/* Holds the settings that the checkpoint was written with against the run's. */
static bool check_settings(const struct reader *reader, const struct settings *settings,
                           struct error *error)
{
    struct settings own;

    return settings_read(&own, find_setting, reader, reader->path, error) &&
           settings_same(settings, &own, reader->path, error);
}

/* Where the run stands must be a place between two of its batches. */
static bool read_place(const struct reader *reader, const struct settings *settings, int images,
                       struct progress *progress, struct error *error)
{
    const int batches = (images - 1) / settings->batch_size + 1;
    uint64_t epoch, batch, step, correct;

    if (!read_integer(reader, "epoch", (uint64_t)settings->epochs, &epoch, error) ||
        !read_integer(reader, "batch", (uint64_t)batches, &batch, error) ||
        !read_integer(reader, "step", LONG_MAX, &step, error) ||
        !read_integer(reader, "correct", (uint64_t)images, &correct, error))
        return false;
    if (epoch == (uint64_t)settings->epochs && batch > 0)
        return refuse(reader, "batch", error);
    if (step != epoch * (uint64_t)batches + batch)
        return refuse(reader, "step", error);
    if (correct > batch * (uint64_t)settings->batch_size)
        return refuse(reader, "correct", error);
    progress->epoch = (int)epoch;
    progress->batch = (int)batch;
    progress->step = (long)step;
    progress->correct = (long)correct;
    return true;
}

static bool read_progress(const struct reader *reader, const struct settings *settings,
                          const struct dataset *data, struct progress *progress,
                          struct error *error)
{
    if (strcmp(metadata(reader, "format"), FORMAT) != 0)
        return error_set(error, ERROR_CHECKPOINT,
                         "%s: has weights, but not what going on needs (expected a checkpoint of "
                         "this program; see --init)",
                         reader->path);
    if (!check_settings(reader, settings, error) ||
        !read_hex(reader, "data_checksum", &progress->data_checksum, 1, error))
        return false;
    if (progress->data_checksum != data->checksum)
        return error_set(error, ERROR_CHECKPOINT,
                         "%s: --data differs from the run's (expected checksum %016" PRIx64
                         ", got %016" PRIx64 ")",
                         reader->path, progress->data_checksum, data->checksum);
    if (!read_place(reader, settings, data->train.count, progress, error) ||
        !read_hex(reader, "generator", progress->generator.state, 4, error) ||
        !read_real(reader, "loss_sum", &progress->loss_sum, error) ||
        !read_real(reader, "lr_now", &progress->lr, error))
        return false;
    if (progress->lr == 0.0)
        return refuse(reader, "lr_now", error);
    return true;
}

bool checkpoint_resume(const struct directory *directory, const char *name,
                       const struct model *model, const struct settings *settings,
                       const struct dataset *data, struct progress *progress, float *state,
                       float *velocity, struct error *error)
{
    struct reader reader;
    bool moving, loaded = reader_open(&reader, directory, name, error) &&
                          check_metadata(&reader, model, error) &&
                          read_progress(&reader, settings, data, progress, error) &&
                          read_tensors(&reader, model, state, velocity, &moving, error);

    if (loaded && !moving)
        loaded = error_set(error, ERROR_CHECKPOINT,
                           "%s: the optimizer's velocities are missing (expected %sNAME)",
                           reader.path, VELOCITY_PREFIX);
    reader_close(&reader);
    return loaded;
}
