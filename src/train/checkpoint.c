#include "train/checkpoint.h"

#include "support/number.h"
#include "support/safetensors.h"
#include "train/network.h"

#include <inttypes.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_SIZE = 3 * MODEL_NAME_SIZE }; /* of a tensor, with what goes before and after */

static const char FORMAT_KEY[] = "format", FORMAT[] = "mnist-tui";
static const char KERNELS_KEY[] = "kernels";
static const char OPTIMIZER_PREFIX[] = "optimizer.";
static const char MEAN_SUFFIX[] = ".running_mean"; /* a counter belongs to each */
static const char COUNTER_SUFFIX[] = ".num_batches_tracked";

/* ---- names ---- */

static bool ends_with(const char *text, const char *suffix)
{
    size_t length = strlen(text), tail = strlen(suffix);

    return length >= tail && strcmp(text + length - tail, suffix) == 0;
}

/* The name in the file of a tensor of the state (group NULL), or of the optimizer's values for
 * it. */
static void name_tensor(char name[NAME_SIZE], const struct tensor *tensor,
                        const struct checkpoint_group *group)
{
    if (group == NULL)
        snprintf(name, NAME_SIZE, "%s", tensor->name);
    else
        snprintf(name, NAME_SIZE, "%s%s.%s", OPTIMIZER_PREFIX, group->name, tensor->name);
}

/* The name of the batch norm's counter that belongs to a tensor. False if there is none. */
static bool name_counter(char name[NAME_SIZE], const struct tensor *tensor)
{
    const int length = (int)(strlen(tensor->name) - strlen(MEAN_SUFFIX));

    if (!ends_with(tensor->name, MEAN_SUFFIX))
        return false;
    snprintf(name, NAME_SIZE, "%.*s%s", length, tensor->name, COUNTER_SUFFIX);
    return true;
}

/* ---- groups ---- */

int checkpoint_list(const struct trained *trained, const struct settings *settings,
                    struct checkpoint_group groups[CHECKPOINT_GROUPS_MAX])
{
    const char *name;
    int count = 0;

    for (; (name = optimizer_buffer(settings->optimizer, count)) != NULL; count++)
        groups[count] = (struct checkpoint_group){name, trained->buffers[count], false};
    if (trained->average != NULL)
        groups[count++] = (struct checkpoint_group){"raw", trained->state, true};
    return count;
}

/* Whether the tensor stands in the group, or in the state dict for NULL. */
static bool is_in(const struct checkpoint_group *group, const struct tensor *tensor)
{
    return group == NULL || group->whole || tensor->trained;
}

/* ---- writing ---- */

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

/* `network` is what the file says of the model. */
static json_t *make_metadata(const struct checkpoint *checkpoint, const struct progress *progress,
                             const char *network, int format)
{
    json_t *object = json_object();
    const uint64_t *generator = progress->generator.state;
    struct settings settings = *checkpoint->settings;
    const struct setting *setting;

    settings.model = network;
    set_text(object, FORMAT_KEY, "%s", FORMAT);
    set_text(object, "format_version", "%d", format);
    for (int i = 0; (setting = settings_at(i)) != NULL; i++) {
        char text[SETTING_TEXT_SIZE];
        if (setting_format(setting) <= format)
            set_text(object, setting_key(setting), "%s", setting_write(setting, &settings, text));
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
    set_text(object, KERNELS_KEY, "%s", checkpoint->kernels);
    for (int i = 0; i < NETWORK_NUMBERS && !network_is_usual(checkpoint->model); i++)
        set_text(object, network_key(i), "%d", network_own(checkpoint->model).number[i]);
    return object;
}

static void add_tensors(struct safetensors_writer *writer, const struct checkpoint *checkpoint,
                        const struct checkpoint_group *group)
{
    const struct model *model = checkpoint->model;
    const float *values = group != NULL ? group->values : checkpoint->state;
    char name[NAME_SIZE];

    for (int t = 0; t < model->tensor_count; t++) {
        const struct tensor *tensor = &model->tensors[t];
        if (!is_in(group, tensor))
            continue;
        name_tensor(name, tensor, group);
        safetensors_add_floats(writer, name, tensor->size, tensor->dimensions,
                               values + tensor->offset);
    }
}

bool checkpoint_save(const struct directory *directory, const char *name,
                     const struct checkpoint *checkpoint, const struct progress *progress,
                     struct error *error)
{
    const struct model *model = checkpoint->model;
    const int format = network_format(model, checkpoint->settings);
    struct safetensors_writer writer;
    char counter[NAME_SIZE];
    char *network = network_text(model, format, error);

    if (network == NULL)
        return false;
    safetensors_begin(&writer, make_metadata(checkpoint, progress, network, format));
    free(network);
    for (int t = 0; t < model->tensor_count; t++) /* first: they want 8-byte alignment */
        if (name_counter(counter, &model->tensors[t]))
            safetensors_add_integer(&writer, counter, progress->step);
    add_tensors(&writer, checkpoint, NULL);
    for (int g = 0; g < checkpoint->group_count; g++)
        add_tensors(&writer, checkpoint, &checkpoint->groups[g]);
    bool saved = safetensors_write(&writer, directory, name, error);
    safetensors_end(&writer);
    return saved;
}

/* ---- reading ---- */

/* How many bytes of two texts differ; if their lengths differ, all bytes of both count. */
static size_t difference(const char *a, const char *b)
{
    const size_t length = strlen(a);
    size_t count = 0;

    if (length != strlen(b))
        return length + strlen(b);
    for (size_t i = 0; i < length; i++)
        count += a[i] != b[i];
    return count;
}

/* Whether the metadata says that this program wrote the file. One byte of that may be wrong: a file
 * damaged there must still have its checksum checked. */
static bool is_ours(const struct safetensors *file)
{
    const char *key;
    json_t *value;

    json_object_foreach (file->metadata, key, value)
        if (json_is_string(value) &&
            difference(key, FORMAT_KEY) + difference(json_string_value(value), FORMAT) <= 1)
            return true;
    return false;
}

/* What a file of our own must say; a file from elsewhere may say what it likes. */
static bool check_metadata(const struct safetensors *file, struct error *error)
{
    const char *version = safetensors_text(file, "format_version");
    uint64_t number;

    if (!is_ours(file))
        return true;
    if (!number_read_whole(version, 1, NETWORK_FORMAT_MAX, &number))
        return error_set(error, ERROR_CHECKPOINT,
                         "%s: written by another version of this program (expected format 1 to %d, "
                         "got %s)",
                         file->path, NETWORK_FORMAT_MAX, version);
    return safetensors_check_sum(file, error);
}

static bool refuse(const struct safetensors *file, const char *key, struct error *error)
{
    const char *text = safetensors_text(file, key);

    return error_set(error, ERROR_CHECKPOINT, "%s: its %s is %s (got '%s')", file->path, key,
                     *text == '\0' ? "missing" : "impossible", text);
}

/* Reads the file's own network. NULL with the error. */
static struct model *read_network(const struct safetensors *file, struct error *error)
{
    struct network_numbers numbers = network_usual();

    for (int i = 0; i < NETWORK_NUMBERS; i++) {
        const char *text = safetensors_text(file, network_key(i));
        uint64_t number;
        if (*text == '\0')
            continue;
        if (!number_read_whole(text, (uint64_t)network_least(i), (uint64_t)network_most(i),
                               &number)) {
            refuse(file, network_key(i), error);
            return NULL;
        }
        numbers.number[i] = (int)number;
    }
    return network_read(safetensors_text(file, "model"), numbers, file->path, error);
}

/* Whether the file's own network is this one. */
static bool check_network(const struct safetensors *file, const struct model *model,
                          struct error *error)
{
    struct model *own = read_network(file, error);
    const bool same = own != NULL && network_check(model, own, file->path, error);

    model_free(own);
    return same;
}

static bool check_values(const struct safetensors *file, const char *name, const float *values,
                         size_t count, struct error *error)
{
    const bool variances = ends_with(name, ".running_var");

    for (size_t i = 0; i < count; i++) {
        if (!isfinite(values[i]))
            return error_set(error, ERROR_CHECKPOINT,
                             "%s: %s: not finite (expected finite weights, got %f)", file->path,
                             name, (double)values[i]);
        if (variances && values[i] < 0.0F)
            return error_set(error, ERROR_CHECKPOINT,
                             "%s: %s: not a variance (expected at least 0, got %g)", file->path,
                             name, (double)values[i]);
    }
    return true;
}

/* Checks that the file has all tensors of the state (group NULL) or of a group; adds their number
 * to *count. */
static bool check_tensors(const struct safetensors *file, const struct model *model,
                          const struct checkpoint_group *group, size_t *count, struct error *error)
{
    char name[NAME_SIZE];

    for (int t = 0; t < model->tensor_count; t++) {
        const struct tensor *tensor = &model->tensors[t];
        if (!is_in(group, tensor))
            continue;
        name_tensor(name, tensor, group);
        if (!safetensors_has(file, name))
            return error_set(error, ERROR_CHECKPOINT, "%s: %s is missing (expected %s)", file->path,
                             name,
                             group == NULL ? "every tensor of the model; see --model"
                                           : "the optimizer's values, which resuming needs");
        if (!safetensors_check(file, name, SAFETENSORS_F32, tensor->size, tensor->dimensions,
                               error))
            return false;
        ++*count;
    }
    return true;
}

/* Checks the counters that the file has; they may be missing. */
static bool check_counters(const struct safetensors *file, const struct model *model, size_t *count,
                           struct error *error)
{
    char name[NAME_SIZE];

    for (int t = 0; t < model->tensor_count; t++) {
        if (!name_counter(name, &model->tensors[t]) || !safetensors_has(file, name))
            continue;
        if (!safetensors_check(file, name, SAFETENSORS_I64, NULL, 0, error))
            return false;
        ++*count;
    }
    return true;
}

/* Counts the optimizer's tensors, of any optimizer: a file that is read for its weights only may
 * have them. */
static size_t count_optimizers(const struct safetensors *file)
{
    size_t count = 0;
    const char *name;
    json_t *entry;

    json_object_foreach (file->header, name, entry)
        count += strncmp(name, OPTIMIZER_PREFIX, strlen(OPTIMIZER_PREFIX)) == 0;
    return count;
}

/* Checks every tensor of the file before any is read. A NULL checkpoint means that only the weights
 * are read. */
static bool check_all(const struct safetensors *file, const struct model *model,
                      const struct checkpoint *checkpoint, struct error *error)
{
    size_t count = 0;

    if (!check_tensors(file, model, NULL, &count, error) ||
        !check_counters(file, model, &count, error))
        return false;
    for (int g = 0; checkpoint != NULL && g < checkpoint->group_count; g++)
        if (!check_tensors(file, model, &checkpoint->groups[g], &count, error))
            return false;
    if (checkpoint == NULL)
        count += count_optimizers(file);
    if (file->count != count)
        return error_set(error, ERROR_CHECKPOINT,
                         "%s: holds tensors that the model does not have (expected %zu, got %zu; "
                         "see --model)",
                         file->path, count, file->count);
    return true;
}

static bool read_tensors(const struct safetensors *file, const struct model *model,
                         const struct checkpoint_group *group, float *values, struct error *error)
{
    char name[NAME_SIZE];

    for (int t = 0; t < model->tensor_count; t++) {
        const struct tensor *tensor = &model->tensors[t];
        float *to = values + tensor->offset;
        if (!is_in(group, tensor))
            continue;
        name_tensor(name, tensor, group);
        if (!safetensors_read(file, name, to, tensor->count, error) ||
            !check_values(file, name, to, tensor->count, error))
            return false;
    }
    return true;
}

bool checkpoint_load(const char *path, const struct model *model, float *state, struct error *error)
{
    struct safetensors file;
    bool loaded = safetensors_open(&file, &FILE_HERE, path, error) &&
                  check_metadata(&file, error) && check_all(&file, model, NULL, error) &&
                  read_tensors(&file, model, NULL, state, error);

    safetensors_close(&file);
    return loaded;
}

/* ---- resuming ---- */

static bool read_integer(const struct safetensors *file, const char *key, uint64_t limit,
                         uint64_t *value, struct error *error)
{
    if (!number_read_whole(safetensors_text(file, key), 0, limit, value))
        return refuse(file, key, error);
    return true;
}

static bool read_real(const struct safetensors *file, const char *key, double *value,
                      struct error *error)
{
    if (!number_read(safetensors_text(file, key), value) || *value < 0.0)
        return refuse(file, key, error);
    return true;
}

static bool read_hex(const struct safetensors *file, const char *key, uint64_t *words, int count,
                     struct error *error)
{
    const char *text = safetensors_text(file, key);
    uint64_t any = 0;

    if (strlen(text) != (size_t)count * 16 || strspn(text, "0123456789abcdef") != strlen(text))
        return refuse(file, key, error);
    for (int i = 0; i < count; i++) {
        sscanf(text + (size_t)i * 16, "%16" SCNx64, &words[i]);
        any |= words[i];
    }
    if (any == 0 && count > 1) /* a generator's state is never 0 */
        return refuse(file, key, error);
    return true;
}

/* The settings_source of a file. */
static const char *find_setting(const void *file, const char *key, char text[SETTING_TEXT_SIZE])
{
    const char *found = safetensors_text(file, key);

    (void)text;
    return *found != '\0' ? found : NULL;
}

/* Checks that the checkpoint has the settings and kernels of the run. Files of older versions do
 * not name the kernels. */
static bool check_settings(const struct safetensors *file, const struct checkpoint *checkpoint,
                           struct error *error)
{
    const char *kernels = safetensors_text(file, KERNELS_KEY);
    struct settings own;

    if (!settings_read(&own, find_setting, file, file->path, error) ||
        !check_network(file, checkpoint->model, error))
        return false;
    own.model = checkpoint->settings->model; /* the same network in other words */
    if (!settings_same(checkpoint->settings, &own, file->path, error))
        return false;
    return *kernels == '\0' || strcmp(kernels, checkpoint->kernels) == 0 ||
           error_set(error, ERROR_CHECKPOINT,
                     "%s: its kernels differ from the run's, and give other bits (expected %s, got "
                     "%s)",
                     file->path, checkpoint->kernels, kernels);
}

bool checkpoint_describe(const char *path, struct model **model, struct settings *settings,
                         struct error *error)
{
    struct settings own;
    struct safetensors file;
    bool good = safetensors_open(&file, &FILE_HERE, path, error) && check_metadata(&file, error);

    *model = NULL;
    if (good && is_ours(&file)) {
        good = settings_read(&own, find_setting, &file, path, error) &&
               (*model = read_network(&file, error)) != NULL;
        if (good) {
            *settings = own;
            settings->model = (*model)->name;
        }
    }
    safetensors_close(&file);
    return good;
}

/* Where the run stands must be a place between two of its batches. */
static bool read_place(const struct safetensors *file, const struct settings *settings, int images,
                       struct progress *progress, struct error *error)
{
    const int batches = (images - 1) / settings->batch_size + 1;
    uint64_t epoch, batch, step, correct;

    if (!read_integer(file, "epoch", (uint64_t)settings->epochs, &epoch, error) ||
        !read_integer(file, "batch", (uint64_t)batches, &batch, error) ||
        !read_integer(file, "step", LONG_MAX, &step, error) ||
        !read_integer(file, "correct", (uint64_t)images, &correct, error))
        return false;
    if (epoch == (uint64_t)settings->epochs && batch > 0)
        return refuse(file, "batch", error);
    if (step != epoch * (uint64_t)batches + batch)
        return refuse(file, "step", error);
    if (correct > batch * (uint64_t)settings->batch_size)
        return refuse(file, "correct", error);
    progress->epoch = (int)epoch;
    progress->batch = (int)batch;
    progress->step = (long)step;
    progress->correct = (long)correct;
    return true;
}

static bool read_progress(const struct safetensors *file, const struct checkpoint *checkpoint,
                          const struct dataset *data, struct progress *progress,
                          struct error *error)
{
    if (strcmp(safetensors_text(file, FORMAT_KEY), FORMAT) != 0)
        return error_set(error, ERROR_CHECKPOINT,
                         "%s: has weights, but not what resuming needs (expected a checkpoint of "
                         "this program; see --init)",
                         file->path);
    if (!check_settings(file, checkpoint, error) ||
        !read_hex(file, "data_checksum", &progress->data_checksum, 1, error))
        return false;
    if (progress->data_checksum != data->checksum)
        return error_set(error, ERROR_CHECKPOINT,
                         "%s: --data differs from the run's (expected checksum %016" PRIx64
                         ", got %016" PRIx64 ")",
                         file->path, progress->data_checksum, data->checksum);
    if (!read_place(file, checkpoint->settings, data->train.count, progress, error) ||
        !read_hex(file, "generator", progress->generator.state, 4, error) ||
        !read_real(file, "loss_sum", &progress->loss_sum, error) ||
        !read_real(file, "lr_now", &progress->lr, error))
        return false;
    if (progress->lr == 0.0)
        return refuse(file, "lr_now", error);
    return true;
}

bool checkpoint_resume(const struct directory *directory, const char *name,
                       const struct checkpoint *checkpoint, const struct dataset *data,
                       struct progress *progress, struct error *error)
{
    const struct model *model = checkpoint->model;
    struct safetensors file;
    bool loaded = safetensors_open(&file, directory, name, error) && check_metadata(&file, error) &&
                  read_progress(&file, checkpoint, data, progress, error) &&
                  check_all(&file, model, checkpoint, error) &&
                  read_tensors(&file, model, NULL, checkpoint->state, error);

    for (int g = 0; loaded && g < checkpoint->group_count; g++)
        loaded =
            read_tensors(&file, model, &checkpoint->groups[g], checkpoint->groups[g].values, error);
    safetensors_close(&file);
    return loaded;
}
