#include "tui/ghosts.h"

#include <math.h>

/* The x of the end of `epochs` of the run's epochs. Its seconds are assumed to pass evenly. */
static double x_of_epochs(const struct frame *frame, const struct past_run *run, double epochs)
{
    const struct snapshot *now = &run->now;

    switch (frame->x_unit) {
    case X_BATCHES: return epochs * now->batches;
    case X_SECONDS: return epochs * now->epochs_seconds / now->epochs_done;
    default: return epochs;
    }
}

static double test_x(const struct frame *frame, const struct past_run *run, int i)
{
    return x_of_epochs(frame, run, run->now.history.epochs[i].epoch + 1.0);
}

static double train_x(const struct frame *frame, const struct past_run *run, int i)
{
    return x_of_epochs(frame, run, run->now.history.epochs[i].epoch + 0.5);
}

void ghosts_widen(const struct ghosts *ghosts, double from, double to, double *low, double *high)
{
    const struct frame *frame = ghosts->frame;

    for (int r = 0; r < frame->compared_count; r++) {
        const struct past_run *run = &frame->compared[r];
        for (int i = 0; i < run->now.history.epoch_count; i++) {
            const struct epoch_metrics *epoch = &run->now.history.epochs[i];
            double train = train_x(frame, run, i), test = test_x(frame, run, i);
            if (train >= from && train <= to)
                plot_widen(low, high, ghosts->train(epoch));
            if (test >= from && test <= to)
                plot_widen(low, high, ghosts->test(epoch));
        }
    }
}

/* The value at x on the straight line between the middles of two epochs; NaN if there is none. */
static double train_between(const struct ghosts *ghosts, const struct past_run *run, int i,
                            double x)
{
    const struct epoch_metrics *epochs = run->now.history.epochs;
    double x0 = train_x(ghosts->frame, run, i), x1 = train_x(ghosts->frame, run, i + 1);
    double before = ghosts->train(&epochs[i]), behind = ghosts->train(&epochs[i + 1]);

    return x >= x0 && x <= x1 ? before + (behind - before) * (x - x0) / (x1 - x0) : (double)NAN;
}

static void draw_training(const struct ghosts *ghosts, const struct past_run *run,
                          struct plot *plot)
{
    const int gap = plot->area.glyphs == GLYPHS_BRAILLE ? 3 : 2; /* between dots */
    const int count = run->now.history.epoch_count;

    for (int column = 0, i = 0; column < plot_columns(plot); column += gap) {
        double x = plot_x(plot, column + 0.5);
        while (i + 2 < count && train_x(ghosts->frame, run, i + 1) < x)
            i++;
        if (i + 1 < count)
            plot_dot(plot, column, train_between(ghosts, run, i, x), STYLE_GHOST);
    }
}

static uint32_t letter(int i)
{
    return 'a' + (uint32_t)i;
}

void ghosts_draw(const struct ghosts *ghosts, struct plot *plot)
{
    const struct frame *frame = ghosts->frame;

    for (int r = 0; r < frame->compared_count; r++)
        draw_training(ghosts, &frame->compared[r], plot);
    for (int r = 0; r < frame->compared_count; r++) {
        const struct past_run *run = &frame->compared[r];
        for (int i = 0; i < run->now.history.epoch_count; i++)
            plot_put(plot, test_x(frame, run, i), ghosts->test(&run->now.history.epochs[i]),
                     letter(r), STYLE_GHOST);
    }
}

void ghosts_legend(const struct frame *frame, int i, struct canvas *canvas, int x, int y)
{
    char name[PAST_RUN_NAME_SIZE];

    past_run_name(&frame->compared[i], name);
    canvas_put(canvas, x, y, letter(i), STYLE_GHOST);
    canvas_text(canvas, x + 1, y, STYLE_PLAIN, " %s", name);
}

double ghosts_test_at(const struct ghosts *ghosts, int i, double x)
{
    const struct past_run *run = &ghosts->frame->compared[i];
    double value = (double)NAN;

    for (int e = 0; e < run->now.history.epoch_count && test_x(ghosts->frame, run, e) <= x; e++)
        value = ghosts->test(&run->now.history.epochs[e]);
    return value;
}
