#include "train/config.h"

#include "support/file.h"
#include "support/json_memory.h"
#include "support/number.h"
#include "train/network.h"

#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_MAX = 1 << 20 }; /* more than 256 layers need */

/* ---- writing ---- */

/* A setting as JSON. */
static json_t *make_value(const struct setting *setting, const struct settings *settings)
{
    char text[SETTING_TEXT_SIZE];
    json_error_t problem;

    const char *value = setting_write(setting, settings, text);
    return setting_is_text(setting)
               ? json_string(value)
               : json_memory_load(value, strlen(value), JSON_DECODE_ANY, &problem);
}

/* The settings name the model as the file does. *digits gets how many the reals need to be read
 * back as they are. */
static json_t *make_object(const struct config *config, const struct settings *settings, int format,
                           int *digits)
{
    json_t *object = json_pack("{s:s, s:i, s:I}", "version", PACKAGE_VERSION, "format_version",
                               format, "parameters", (json_int_t)config->model->parameter_count);
    const struct setting *setting;

    *digits = 1;
    for (int i = 0; (setting = settings_at(i)) != NULL; i++) {
        if (setting_format(setting) > format)
            continue;
        json_t *value = make_value(setting, settings);
        int own = json_is_real(value) ? number_digits(json_real_value(value)) : 0;
        *digits = own > *digits ? own : *digits;
        json_object_set_new(object, setting_key(setting), value);
    }
    json_object_set_new(object, "kernels", json_string(config->kernels));
    json_object_set_new(object, "threads", json_integer(config->threads));
    json_object_set_new(object, "data", json_string(config->data));
    json_object_set_new(object, "data_checksum",
                        json_sprintf("%016" PRIx64, config->data_checksum));
    for (int i = 0; i < NETWORK_NUMBERS && !network_is_usual(config->model); i++)
        json_object_set_new(object, network_key(i),
                            json_integer(network_own(config->model).number[i]));
    return object;
}

static char *make_text(const struct config *config, const char *network, int format)
{
    struct settings settings = config->settings;
    int digits;

    settings.model = network;
    json_t *object = make_object(config, &settings, format, &digits);
    char *text = json_dumps(object, JSON_INDENT(2) | JSON_REAL_PRECISION((size_t)digits));

    json_decref(object);
    return text;
}

bool config_check(const struct config *config, struct error *error)
{
    json_t *data = json_string(config->data);
    bool valid = data != NULL;

    json_decref(data);
    if (json_memory_failed())
        return error_set(error, ERROR_SYSTEM, "not enough memory to describe the run");
    if (!valid)
        return error_set(error, ERROR_USAGE,
                         "--data: a run directory can only name it if it is valid UTF-8 (got %s)",
                         config->data);
    return true;
}

bool config_write(const struct directory *directory, const struct config *config,
                  struct error *error)
{
    char path[FILE_PATH_SIZE];
    const int format = network_format(config->model, &config->settings);
    char *network = network_text(config->model, format, error);
    if (network == NULL)
        return false;
    char *text = make_text(config, network, format);
    free(network);
    if (json_memory_failed() || text == NULL) {
        free(text);
        file_path(path, directory, CONFIG_NAME);
        return error_set(error, ERROR_SYSTEM, "%s: not enough memory to write it", path);
    }
    size_t size = strlen(text);
    text[size] = '\n'; /* replaces the NUL; the length is passed on */
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

static bool read_text(const struct reader *reader, const char *key, char *text, size_t size)
{
    const char *value = json_string_value(json_object_get(reader->object, key));

    return (value != NULL && snprintf(text, size, "%s", value) < (int)size) || refuse(reader, key);
}

static bool read_version(const struct reader *reader)
{
    json_int_t version;

    if (!read_integer(reader, "format_version", 0, INT_MAX, &version))
        return false;
    return (version >= 1 && version <= NETWORK_FORMAT_MAX) ||
           error_set(reader->error, ERROR_CHECKPOINT,
                     "%s: written by another version of this program (expected format 1 to %d, got "
                     "%d)",
                     reader->path, NETWORK_FORMAT_MAX, (int)version);
}

/* The settings_source of a config. */
static const char *find_setting(const void *argument, const char *key, char text[SETTING_TEXT_SIZE])
{
    const json_t *value = json_object_get(((const struct reader *)argument)->object, key);

    if (json_is_real(value))
        number_text(text, json_real_value(value));
    else if (json_is_integer(value))
        snprintf(text, SETTING_TEXT_SIZE, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
    else if (json_is_boolean(value))
        snprintf(text, SETTING_TEXT_SIZE, "%s", json_is_true(value) ? "true" : "false");
    else
        return json_string_value(value);
    return text;
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

/* Reads what the file says of the network's images and classes. */
static bool read_numbers(const struct reader *reader, struct network_numbers *numbers)
{
    json_int_t number;

    *numbers = network_usual();
    for (int i = 0; i < NETWORK_NUMBERS; i++) {
        if (json_object_get(reader->object, network_key(i)) == NULL)
            continue;
        if (!read_integer(reader, network_key(i), network_least(i), network_most(i), &number))
            return false;
        numbers->number[i] = (int)number;
    }
    return true;
}

static bool read_all(const struct reader *reader, struct config *config)
{
    struct settings *settings = &config->settings;
    struct network_numbers numbers;

    if (!read_version(reader) ||
        !settings_read(settings, find_setting, reader, reader->path, reader->error) ||
        !read_facts(reader, config) || !read_numbers(reader, &numbers))
        return false;
    config->model = network_read(settings->model, numbers, reader->path, reader->error);
    if (config->model != NULL)
        settings->model = config->model->name;
    return config->model != NULL;
}

bool config_read(const struct directory *directory, struct config *config, struct error *error)
{
    char path[FILE_PATH_SIZE];
    json_error_t problem;
    size_t size;

    file_path(path, directory, CONFIG_NAME);
    unsigned char *text =
        file_read_in(directory, CONFIG_NAME, FILE_MAX, &size, ERROR_CHECKPOINT, error);
    if (text == NULL)
        return false;
    json_t *object = json_memory_load((const char *)text, size, 0, &problem);
    struct reader reader = {path, object, error};
    bool read = json_memory_failed()
                    ? error_set(error, ERROR_SYSTEM, "%s: not enough memory to read it", path)
                : json_is_object(object) ? read_all(&reader, config)
                                         : error_set(error, ERROR_CHECKPOINT,
                                                     "%s: damaged (expected a JSON object)", path);
    json_decref(object);
    free(text);
    return read;
}
