#include "tui/plot_keys.h"

#include "nn/summary.h"
#include "tui/axis.h"
#include "tui/figures.h"

#include <math.h>
#include <stdio.h>

static const double CROSSHAIR_STEP = 0.01; /* of the x axis */
static const int smoothings[] = {10, 30, FRAME_SMOOTHING, 300, 1000};
enum { SMOOTHINGS = sizeof smoothings / sizeof smoothings[0] };

static void move_crosshair(struct frame *frame, double steps)
{
    double from = frame->crosshair < 0.0 ? 0.5 : frame->crosshair;

    frame->crosshair = fmin(fmax(from + steps * CROSSHAIR_STEP, 0.0), 1.0);
}

void plot_move(struct frame *frame, enum key_action action, int height)
{
    double steps = action == KEY_MOVE_LEFT || action == KEY_MOVE_RIGHT          ? 1.0
                   : action == KEY_MOVE_PAGE_UP || action == KEY_MOVE_PAGE_DOWN ? 10.0
                   : action == KEY_MOVE_HOME || action == KEY_MOVE_END          ? 1e9
                                                                                : 0.0;

    (void)height;
    if (steps > 0.0)
        move_crosshair(frame, pane_backward(action) ? -steps : steps);
}

bool plot_back(struct frame *frame)
{
    const bool read = frame->crosshair >= 0.0;

    frame->crosshair = -1.0;
    return read;
}

void plot_point(struct frame *frame, const struct pointer *pointer, const struct canvas *canvas,
                int x, int y, char message[PANE_MESSAGE])
{
    (void)pointer, (void)y, (void)message;
    frame->crosshair = fmin(fmax(plot_share_at(canvas, x), 0.0), 1.0);
}

/* Says where the crosshair is, and what the last test before it gave. */
static void say_crosshair(const struct frame *frame, char message[PANE_MESSAGE])
{
    const double step = axis_step(frame, axis_crosshair(frame));
    const struct epoch_metrics *test = history_epoch_at(&frame->snapshot->history, step);
    char batch[24], loss[FIGURES_TEXT], accuracy[FIGURES_TEXT];

    summary_thousands(batch, sizeof batch, (size_t)step);
    const int length = snprintf(message, PANE_MESSAGE, "Epoch %.2f, batch %s.",
                                step / frame->snapshot->batches, batch);
    if (test == NULL)
        return;
    figures_number(loss, test->test_loss);
    figures_percent(accuracy, test->test_accuracy);
    snprintf(message + length, (size_t)(PANE_MESSAGE - length), " %s of epoch %d: %s, %s %%.",
             snapshot_test_name(frame->snapshot->validates)->title, test->epoch + 1, loss,
             accuracy);
}

static void press_crosshair(struct frame *frame, int key, char message[PANE_MESSAGE])
{
    move_crosshair(frame, key == ',' ? -1.0 : 1.0);
    say_crosshair(frame, message);
}

static void press_log(struct frame *frame, int key, char message[PANE_MESSAGE])
{
    (void)key;
    frame->log_scale = !frame->log_scale;
    snprintf(message, PANE_MESSAGE,
             frame->log_scale ? "Logarithmic axes; accuracy as its distance from 100 %%."
                              : "Linear axes.");
}

static void press_unit(struct frame *frame, int key, char message[PANE_MESSAGE])
{
    static const char *const units[] = {"epochs", "batches", "seconds of the run"};

    (void)key;
    frame->x_unit = (enum x_unit)pane_wrap((int)frame->x_unit + 1, X_UNIT_COUNT);
    snprintf(message, PANE_MESSAGE, "The x axis shows %s.", units[frame->x_unit]);
}

static void press_recent(struct frame *frame, int key, char message[PANE_MESSAGE])
{
    (void)key;
    frame->recent = !frame->recent;
    snprintf(message, PANE_MESSAGE,
             frame->recent ? "The plots show the last fifth of the run."
                           : "The plots show the whole run.");
}

static void press_smooth(struct frame *frame, int key, char message[PANE_MESSAGE])
{
    char batches[16];
    int i = 0;

    while (i < SMOOTHINGS - 1 && smoothings[i] < frame->smoothing)
        i++;
    i += key == '[' ? -1 : 1;
    frame->smoothing = smoothings[i < 0 ? 0 : i >= SMOOTHINGS ? SMOOTHINGS - 1 : i];
    summary_thousands(batches, sizeof batches, (size_t)frame->smoothing);
    snprintf(message, PANE_MESSAGE, "Training curves are means of %s batches.", batches);
}

static void press_reset(struct frame *frame, int key, char message[PANE_MESSAGE])
{
    (void)key;
    frame->log_scale = true;
    frame->recent = false;
    frame->x_unit = X_EPOCHS;
    frame->smoothing = FRAME_SMOOTHING;
    frame->crosshair = -1.0;
    snprintf(message, PANE_MESSAGE, "Plots reset");
}

const struct pane_key plot_keys[] = {
    {{'y'}, "y", "log", "logarithmic or linear", NULL, press_log},
    {{'x'}, "x", "unit", "x axis in epochs, batches or seconds", NULL, press_unit},
    {{'z'}, "z", "recent", "the last fifth of the run, or all of it", NULL, press_recent},
    {{'['}, "[", NULL, "smooth the training curve less", NULL, press_smooth},
    {{']'}, "]", "smooth", "smooth the training curve more", NULL, press_smooth},
    {{','}, ",", NULL, "read values, earlier", NULL, press_crosshair},
    {{'.'}, ".", "read", "read values, later", NULL, press_crosshair},
    {{'0'}, "0", "reset", "reset", NULL, press_reset},
    {.names = NULL},
};
