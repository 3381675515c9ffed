/*
 * pictures.c -- makes the pictures of the documentation: trains one fixed run and draws it as the
 * dashboard would, still pictures of some views at its end and an animation of how it got there.
 *
 * Usage: docs/pictures DATA DIRECTORY. DATA is as for --data.
 *
 * The run is paused for each frame, and the frame shows it as training.
 */
#include "data/known.h"
#include "nn/cpu.h"
#include "support/words.h"
#include "train/network.h"
#include "train/recipe.h"
#include "tui/dashboard.h"
#include "tui/svg.h"

#include <locale.h>
#include <math.h>
#include <poll.h>
#include <stdlib.h>

enum {
    EPOCHS = 20,
    SEED = 7,
    FRAMES = 20,
    FRAME_WIDTH = 80,
    FRAME_HEIGHT = 24,
    WAIT_MS = 5,
};

static const double LAST_EPOCH = 5.3;    /* where the run is stopped */
static const double FRAME_SECONDS = 0.4; /* that a frame of the animation is shown */

struct world {
    struct dataset data;
    struct settings settings;
    struct model *model;
    struct start start;
    struct trainer *trainer;
    struct snapshot snapshot; /* the newest */
    struct weights *weights;
    struct canvas frames[FRAMES];
    struct dashboard_options look;
};

static bool set_up(struct world *world, const char *data, struct error *error)
{
    struct source source;
    struct settings *settings = &world->settings;

    *settings = *recipe_settings(words_find(recipe_name, "best"));
    settings->seed = SEED;
    settings->epochs = EPOCHS;
    if (!known_resolve(&source, data, error) || !dataset_load(&world->data, &source, NULL, error))
        return false;
    settings->normalize = (struct normalization){world->data.mean, world->data.deviation};
    world->model = network_make(settings->model, network_of_data(&world->data.train), error);
    if (world->model == NULL)
        return false;
    settings->model = world->model->name;
    world->look = (struct dashboard_options){
        .glyphs = "braille",
        .color = "always",
        .theme = "dark",
        .settings = settings,
        .data = &world->data,
        .model = world->model,
        .kernels = kernels_select("auto", error),
    };
    const struct trainer_options training = {
        .data = &world->data,
        .model = world->model,
        .kernels = world->look.kernels,
        .settings = *settings,
        .threads = cpu_count(),
        .start = &world->start,
        .paused = true,
        .publishes_weights = true,
    };
    return start_new(&world->start, world->model, settings, &world->data, NULL, error) &&
           (world->trainer = trainer_new(&training, error)) != NULL;
}

/* Trains up to a batch of the run, counted from its start. */
static bool train_to(struct world *world, long step, struct error *error)
{
    struct snapshot *now = &world->snapshot;
    long seen = 0;

    if (step > now->step)
        trainer_send(world->trainer, (struct trainer_command){.verb = TRAINER_STEP_BATCHES,
                                                              .count = step - now->step});
    while (!trainer_read_weights(world->trainer, now, &world->weights, &seen) ||
           now->state != SNAPSHOT_PAUSED || now->step < step) {
        if (trainer_ended(now->state)) {
            *error = now->error;
            return false;
        }
        poll(NULL, 0, WAIT_MS);
    }
    now->state = SNAPSHOT_TRAINING;
    return true;
}

static bool draw(struct world *world, struct canvas *canvas, int width, int height,
                 struct error *error)
{
    if (!canvas_new(canvas, width, height, error))
        return false;
    canvas->glyphs = GLYPHS_BRAILLE;
    canvas->inks = true;
    return dashboard_draw(canvas, &world->look, &world->snapshot, world->weights, error);
}

static bool write_frames(const char *directory, const char *name, const struct canvas *frames,
                         int count, struct error *error)
{
    char path[PATH_MAX];
    FILE *file = NULL;

    if (snprintf(path, sizeof path, "%s/%s.svg", directory, name) < (int)sizeof path)
        file = fopen(path, "w");
    if (file != NULL)
        svg_write_frames(file, frames, count, FRAME_SECONDS, THEME_DARK);
    const bool failed = file == NULL || ferror(file) != 0;
    if ((file != NULL && fclose(file) != 0) || failed)
        return error_set(error, ERROR_SYSTEM, "%s cannot be written", path);
    printf("%s\n", path);
    return true;
}

/* The frames are denser at the beginning of the run, where most happens. */
static bool animate(struct world *world, const char *directory, struct error *error)
{
    const int batches = (world->data.train.count - 1) / world->settings.batch_size + 1;

    for (int i = 0; i < FRAMES; i++) {
        const double share = (i + 1.0) / FRAMES;
        const long step = lround(LAST_EPOCH * batches * share * share);
        if (!train_to(world, step > 0 ? step : 1, error) ||
            !draw(world, &world->frames[i], FRAME_WIDTH, FRAME_HEIGHT, error))
            return false;
    }
    return write_frames(directory, "training", world->frames, FRAMES, error);
}

static bool take_stills(struct world *world, const char *directory, struct error *error)
{
    static const struct {
        enum view view;
        int width, height;
    } stills[] = {
        {VIEW_OVERVIEW, 160, 50},
        {VIEW_MAP, 120, 40},
        {VIEW_CONFUSION, 120, 40},
    };
    bool written = true;

    for (size_t i = 0; written && i < sizeof stills / sizeof stills[0]; i++) {
        struct canvas canvas = {0};
        world->look.view = stills[i].view;
        written = draw(world, &canvas, stills[i].width, stills[i].height, error) &&
                  write_frames(directory, layout_view_name((int)stills[i].view), &canvas, 1, error);
        canvas_free(&canvas);
    }
    return written;
}

static void free_world(struct world *world)
{
    if (world->trainer != NULL)
        trainer_free(world->trainer);
    weights_drop(world->weights);
    for (int i = 0; i < FRAMES; i++)
        canvas_free(&world->frames[i]);
    start_fini(&world->start);
    model_free(world->model);
    dataset_fini(&world->data);
}

int main(int argc, char *argv[])
{
    static struct world world;
    struct error error = {0};

    setlocale(LC_CTYPE, "");
    if (argc != 3) {
        fputs("usage: docs/pictures DATA DIRECTORY\n", stderr);
        return EXIT_FAILURE;
    }
    const bool done = set_up(&world, argv[1], &error) && animate(&world, argv[2], &error) &&
                      take_stills(&world, argv[2], &error);
    if (!done)
        fprintf(stderr, "pictures: %s\n", error.text);
    free_world(&world);
    return done ? EXIT_SUCCESS : EXIT_FAILURE;
}
