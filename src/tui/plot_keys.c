#include "tui/plot_keys.h"

#include "tui/plot.h"

#include <math.h>
#include <stdio.h>

static const double CROSSHAIR_STEP = 0.01; /* of the x axis */
static const double smoothings[] = {0.0, 0.5, 0.8, 0.9, 0.95, 0.98, 0.99};
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

static void press_crosshair(struct frame *frame, int key, char message[PANE_MESSAGE])
{
    (void)message;
    move_crosshair(frame, key == ',' ? -1.0 : 1.0);
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
    int i = 0;

    while (i < SMOOTHINGS - 1 && smoothings[i] < frame->smoothing - 1e-9)
        i++;
    i += key == '[' ? -1 : 1;
    frame->smoothing = smoothings[i < 0 ? 0 : i >= SMOOTHINGS ? SMOOTHINGS - 1 : i];
    snprintf(message, PANE_MESSAGE, "Smoothing %g: the weight of earlier batches in the curve.",
             frame->smoothing);
}

static void press_reset(struct frame *frame, int key, char message[PANE_MESSAGE])
{
    (void)key;
    frame->log_scale = true;
    frame->recent = false;
    frame->x_unit = X_EPOCHS;
    frame->smoothing = 0.9;
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
