#include "train/config.h"

#include "nn/model.h"
#include "support/file.h"
#include "support/json_memory.h"
#include "support/number.h"

#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FORMAT_VERSION = 1, FILE_MAX = 64 * 1024 };

/* ---- writing ---- */

static json_t *make_object(const struct config *config, const struct model *model)
{
    const struct settings *settings = &config->settings;

    return json_pack("{s:s, s:i, s:s, s:I, s:i, s:i, s:f, s:f, s:I, s:b, s:s, s:i, s:s, s:o}",
                     "version", PACKAGE_VERSION, "format_version", FORMAT_VERSION, "model",
                     settings->model, "parameters", (json_int_t)model->parameter_count, "epochs",
                     settings->epochs, "batch_size", settings->batch_size, "lr", settings->lr,
                     "momentum", settings->momentum, "seed", (json_int_t)settings->seed, "shuffle",
                     (int)settings->shuffle, "kernels", config->kernels, "threads", config->threads,
                     "data", config->data, "data_checksum",
                     json_sprintf("%016" PRIx64, config->data_checksum));
}

/* With as many digits as the reals need to be read back as they are. */
static char *make_text(const struct config *config, const struct model *model)
{
    int lr = number_digits(config->settings.lr);
    int momentum = number_digits(config->settings.momentum);
    json_t *object = make_object(config, model);
    char *text = json_dumps(
        object, JSON_INDENT(2) | JSON_REAL_PRECISION((size_t)(lr > momentum ? lr : momentum)));

    json_decref(object);
    return text;
}

bool config_write(const char *directory, const struct config *config, struct error *error)
{
    struct model model;

    if (!model_init(&model, config->settings.model, error))
        return false;
    char *text = make_text(config, &model);
    if (json_memory_failed() || text == NULL) {
        free(text);
        return error_set(error, ERROR_SYSTEM,
                         "%s/%s: cannot be written: not enough memory, or --data is no valid UTF-8",
                         directory, CONFIG_NAME);
    }
    size_t size = strlen(text);
    text[size] = '\n'; /* the terminator's place; the length goes along */
    bool written = file_replace(directory, CONFIG_NAME, text, size + 1, error);
    free(text);
    return written;
}

/* ---- reading ---- */

struct reader {
    const char *path;
    const json_t *object;
    struct error *error;
};

static bool refuse(const struct reader *reader, const char *key)
{
    return error_set(reader->error, ERROR_CHECKPOINT, "%s: its %s is missing or impossible",
                     reader->path, key);
}

static bool read_integer(const struct reader *reader, const char *key, json_int_t low,
                         json_int_t high, json_int_t *value)
{
    const json_t *number = json_object_get(reader->object, key);

    *value = json_integer_value(number);
    return (json_is_integer(number) && *value >= low && *value <= high) || refuse(reader, key);
}

static bool read_real(const struct reader *reader, const char *key, double *value)
{
    const json_t *number = json_object_get(reader->object, key);

    *value = json_number_value(number);
    return json_is_number(number) || refuse(reader, key);
}

static bool read_text(const struct reader *reader, const char *key, char *text, size_t size)
{
    const char *value = json_string_value(json_object_get(reader->object, key));

    return (value != NULL && snprintf(text, size, "%s", value) < (int)size) || refuse(reader, key);
}

/* The model's name, as the one of the program's own that outlives the file. */
static bool read_model(const struct reader *reader, const char **name)
{
    const char *value = json_string_value(json_object_get(reader->object, "model"));

    for (int i = 0; value != NULL && (*name = model_name(i)) != NULL; i++)
        if (strcmp(*name, value) == 0)
            return true;
    return refuse(reader, "model");
}

static bool read_version(const struct reader *reader)
{
    json_int_t version;

    if (!read_integer(reader, "format_version", 0, INT_MAX, &version))
        return false;
    return version == FORMAT_VERSION ||
           error_set(reader->error, ERROR_CHECKPOINT,
                     "%s: written by another version of this program (expected format %d, got %d)",
                     reader->path, FORMAT_VERSION, (int)version);
}

static bool read_settings(const struct reader *reader, struct settings *settings)
{
    const json_t *shuffle = json_object_get(reader->object, "shuffle");
    json_int_t epochs, batch_size, seed;

    if (!read_model(reader, &settings->model) ||
        !read_integer(reader, "epochs", 1, INT_MAX, &epochs) ||
        !read_integer(reader, "batch_size", 1, INT_MAX, &batch_size) ||
        !read_integer(reader, "seed", 0, LLONG_MAX, &seed) ||
        !read_real(reader, "lr", &settings->lr) ||
        !read_real(reader, "momentum", &settings->momentum))
        return false;
    if (!(settings->lr > 0.0) || !isfinite(settings->lr))
        return refuse(reader, "lr");
    if (!(settings->momentum >= 0.0 && settings->momentum < 1.0))
        return refuse(reader, "momentum");
    if (!json_is_boolean(shuffle))
        return refuse(reader, "shuffle");
    settings->epochs = (int)epochs;
    settings->batch_size = (int)batch_size;
    settings->seed = (uint64_t)seed;
    settings->shuffle = json_is_true(shuffle);
    return true;
}

static bool read_facts(const struct reader *reader, struct config *config)
{
    json_int_t threads;
    char checksum[32];

    if (!read_text(reader, "kernels", config->kernels, sizeof config->kernels) ||
        !read_text(reader, "data", config->data, sizeof config->data) ||
        !read_integer(reader, "threads", 1, INT_MAX, &threads) ||
        !read_text(reader, "data_checksum", checksum, sizeof checksum))
        return false;
    config->threads = (int)threads;
    return sscanf(checksum, "%16" SCNx64, &config->data_checksum) == 1 ||
           refuse(reader, "data_checksum");
}

bool config_read(const char *directory, struct config *config, struct error *error)
{
    char path[PATH_MAX];
    json_error_t problem;
    size_t size;

    if (snprintf(path, sizeof path, "%s/%s", directory, CONFIG_NAME) >= (int)sizeof path)
        return error_set(error, ERROR_SYSTEM, "%s: the path is too long", directory);
    unsigned char *text = file_read(path, FILE_MAX, &size, ERROR_CHECKPOINT, error);
    if (text == NULL)
        return false;
    json_t *object = json_memory_load((const char *)text, size, 0, &problem);
    struct reader reader = {path, object, error};
    bool read =
        json_memory_failed()
            ? error_set(error, ERROR_SYSTEM, "%s: not enough memory to read it", path)
        : json_is_object(object)
            ? read_version(&reader) && read_settings(&reader, &config->settings) &&
                  read_facts(&reader, config)
            : error_set(error, ERROR_CHECKPOINT, "%s: damaged (expected a JSON object)", path);
    json_decref(object);
    free(text);
    return read;
}
