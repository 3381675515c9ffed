#include "train/start.h"

#include <string.h>

enum { STREAM_WEIGHTS, STREAM_SHUFFLE }; /* of the seed */

/* Fills the first snapshot from the progress. */
static void init_now(struct start *start, const struct settings *settings,
                     const struct dataset *data)
{
    const struct progress *progress = &start->progress;
    struct snapshot *now = &start->now;
    bool over = progress->epoch == settings->epochs; /* then the current epoch is the last one */

    now->validates = settings->validate > 0;
    now->epochs = settings->epochs;
    now->batches = (data->train.count - 1) / settings->batch_size + 1;
    now->epoch = over ? progress->epoch - 1 : progress->epoch;
    now->batch = over ? now->batches : progress->batch;
    now->first_epoch = progress->epoch;
    now->first_batch = progress->batch;
    now->step = progress->step;
    now->base_lr = progress->lr;
    history_init(&now->history);
}

void start_fini(struct start *start)
{
    trained_fini(&start->trained);
}

bool start_new(struct start *start, const struct model *model, const struct settings *settings,
               const struct dataset *data, const char *path, struct error *error)
{
    struct trained *trained = &start->trained;
    struct rng rng;

    memset(start, 0, sizeof *start);
    if (!trained_init(trained, model, settings, error))
        return false;
    start->progress.lr = settings->lr;
    start->progress.data_checksum = data->checksum;
    rng_init(&start->progress.generator, settings->seed, STREAM_SHUFFLE);
    rng_init(&rng, settings->seed, STREAM_WEIGHTS);
    model_initialize(model, trained->state, &rng);
    init_now(start, settings, data);
    if (path != NULL && !checkpoint_load(path, model, trained->state, error)) {
        start_fini(start);
        return false;
    }
    if (trained->average != NULL)
        memcpy(trained->average, trained->state, model->state_count * sizeof(float));
    return true;
}

static bool load(struct start *start, const struct directory *directory, const char *name,
                 const struct model *model, const struct config *config, const struct dataset *data,
                 struct error *error)
{
    struct checkpoint_group groups[CHECKPOINT_GROUPS_MAX];

    memset(start, 0, sizeof *start);
    if (!trained_init(&start->trained, model, &config->settings, error))
        return false;
    const struct checkpoint checkpoint = {
        .model = model,
        .settings = &config->settings,
        .kernels = config->kernels,
        .state = trained_shown(&start->trained),
        .groups = groups,
        .group_count = checkpoint_list(&start->trained, &config->settings, groups)};
    if (checkpoint_resume(directory, name, &checkpoint, data, &start->progress, error))
        return true;
    start_fini(start);
    return false;
}

bool start_resume(struct start *start, const struct directory *directory, const struct model *model,
                  const struct config *config, const struct dataset *data, struct error *error)
{
    char best[FILE_PATH_SIZE];

    if (load(start, directory, CHECKPOINT_LAST, model, config, data, error)) {
        init_now(start, &config->settings, data);
        return true;
    }
    struct error first = *error, ignored;
    if (first.kind == ERROR_CHECKPOINT &&
        load(start, directory, CHECKPOINT_BEST, model, config, data, &ignored)) {
        file_path(best, directory, CHECKPOINT_BEST);
        error_set(error, ERROR_CHECKPOINT,
                  "%s; %s is good, from the end of epoch %d: copied over %s, it can be resumed",
                  first.text, best, start->progress.epoch - 1, CHECKPOINT_LAST);
        start_fini(start);
    }
    return false;
}
