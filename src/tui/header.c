#include "tui/header.h"

#include "train/recipe.h"

#include <math.h>
#include <string.h>

enum {
    TABS_WIDTH = 69, /* with the speed at their right: 55 and " 99.9k img/s", a column free */
    LR_DIGITS = 3,   /* a schedule's have as many as there are */
    LR_WIDTH = 6,    /* enough for most rates, so that the text after it does not move */
};

static const char *state_name(enum snapshot_state state)
{
    static const char *const names[] = {
        [SNAPSHOT_TRAINING] = "> TRAINING", [SNAPSHOT_TESTING] = "~ TESTING",
        [SNAPSHOT_PAUSED] = "|| PAUSED",    [SNAPSHOT_FINISHED] = "* FINISHED",
        [SNAPSHOT_STOPPED] = "x STOPPED",   [SNAPSHOT_FAILED] = "! FAILED",
    };

    return names[state];
}

static enum style state_style(enum snapshot_state state)
{
    static const enum style styles[] = {
        [SNAPSHOT_TRAINING] = STYLE_GOOD,   [SNAPSHOT_TESTING] = STYLE_GOOD,
        [SNAPSHOT_PAUSED] = STYLE_WARNING,  [SNAPSHOT_FINISHED] = STYLE_SMOOTH,
        [SNAPSHOT_STOPPED] = STYLE_WARNING, [SNAPSHOT_FAILED] = STYLE_BAD,
    };

    return styles[state];
}

static double epoch_share(const struct snapshot *snapshot)
{
    return (double)snapshot->batch / snapshot->batches;
}

static double run_share(const struct snapshot *snapshot)
{
    return (double)snapshot->step / ((double)snapshot->batches * snapshot->epochs);
}

static int bar_with_label(struct canvas *canvas, int x, const char *label, int width, double share)
{
    int digits = width * 2 / 3;

    x = canvas_text(canvas, x, 1, STYLE_PLAIN, "%s ", label);
    canvas_bar(canvas, x, 1, digits, share, STYLE_GOOD);
    return canvas_text(canvas, x + digits, 1, STYLE_PLAIN, " %3d%%", (int)(100.0 * share));
}

/* Batches of its epoch done at that moment; 0: the start. */
static long past_batch(const struct frame *frame)
{
    return frame->past->step - (long)frame_epoch(frame) * frame->snapshot->batches;
}

/* Replaces the bars: the screen shows an earlier moment. */
static void draw_past(const struct frame *frame, struct canvas *canvas)
{
    canvas_text(canvas, 1, 1, STYLE_WARNING,
                "REPLAY epoch %d, batch %ld: < older, > newer, End: live", frame_epoch(frame) + 1,
                past_batch(frame));
}

/* Draws the run's state and progress. Returns the column after it. */
static int draw_state(const struct frame *frame, struct canvas *canvas)
{
    const struct snapshot *now = frame->snapshot;

    int x = canvas_text(canvas, 1, 0, STYLE_BOLD, "mnist-tui  ");
    x = canvas_text(canvas, x, 0, state_style(now->state), "%-10s", state_name(now->state));
    x = canvas_text(canvas, x, 0, STYLE_PLAIN, "  epoch %d/%d  batch %d/%d  lr %-*.*g",
                    now->epoch + 1, now->epochs, now->batch, now->batches, LR_WIDTH, LR_DIGITS,
                    now->lr);
    if (now->threads < now->threads_wanted)
        x = canvas_text(canvas, x, 0, STYLE_WARNING, "  only %d of %d threads", now->threads,
                        now->threads_wanted);
    return x;
}

/* The column at which the views' names begin if there is room for them between the state and the
 * speed; otherwise `width`. */
static int tabs_start(const struct frame *frame, int width)
{
    struct canvas nowhere = {.width = width};

    if (layout_tier(width, LAYOUT_ANY_HEIGHT) < LAYOUT_LARGE ||
        width - draw_state(frame, &nowhere) <= TABS_WIDTH)
        return width;
    return width - TABS_WIDTH;
}

/* The views' names with their keys. */
static void draw_tabs(const struct frame *frame, struct canvas *canvas, int x)
{
    for (int view = 0; layout_view_name(view) != NULL; view++) {
        enum style style = view == (int)frame->view ? STYLE_REVERSE : STYLE_DIM;
        x = canvas_text(canvas, x, 0, style, "%d %s", view + 1, layout_view_name(view)) + 1;
    }
}

enum view header_tab_at(const struct frame *frame, int width, int x, int y)
{
    int at = tabs_start(frame, width);

    if (y != 0)
        return VIEW_COUNT;
    for (int view = 0; layout_view_name(view) != NULL; view++) {
        int end = at + 2 + (int)strlen(layout_view_name(view));
        if (x >= at && x < end)
            return (enum view)view;
        at = end + 1;
    }
    return VIEW_COUNT;
}

/* Draws the run's recipe, as fully as there is room for between two columns; nothing for the
 * reference. */
static void draw_recipe(const struct frame *frame, struct canvas *canvas, int x, int end)
{
    const char *recipe = frame->settings->recipe;
    char forms[3][160]; /* a longer one has no room */
    int form = 0;

    if (recipe == NULL || strcmp(recipe, recipe_name(0)) == 0)
        return;
    snprintf(forms[0], sizeof forms[0], "  recipe %s, model %s", recipe, frame->model->name);
    snprintf(forms[1], sizeof forms[1], "  recipe %s", recipe);
    snprintf(forms[2], sizeof forms[2], "  %s", recipe);
    while (form < 3 && (int)strlen(forms[form]) > end - x)
        form++;
    if (form < 3)
        canvas_text(canvas, x, 0, STYLE_PLAIN, "%s", forms[form]);
}

static void draw_progress(const struct snapshot *now, struct canvas *canvas)
{
    const double done = run_share(now);
    const int bars = (canvas->width - 40) / 2, width = bars + bars / 2;
    char elapsed[32], eta[32] = "-";

    frame_clock(elapsed, now->run_seconds);
    if (done > 0.0)
        frame_clock(eta, now->run_seconds * (1.0 - done) / done);
    int x = bar_with_label(canvas, 1, "epoch", width, epoch_share(now));
    x = bar_with_label(canvas, x + 3, "run", width, done);
    canvas_text(canvas, x + 2, 1, STYLE_PLAIN, "%s  ETA %s", elapsed, eta);
}

void header_draw(const struct frame *frame, struct canvas *canvas)
{
    const int width = canvas->width, tabs = tabs_start(frame, width);
    char number[8], speed[24];

    frame_short_number(number, frame->snapshot->images_per_second);
    snprintf(speed, sizeof speed, " %s img/s", number);
    const int x = draw_state(frame, canvas), end = width - 1 - (int)strlen(speed);
    draw_recipe(frame, canvas, x, tabs < end ? tabs : end);
    if (tabs < width)
        draw_tabs(frame, canvas, tabs);
    canvas_text_right(canvas, width - 1, 0, STYLE_PLAIN, "%s", speed);
    if (frame->past != NULL)
        draw_past(frame, canvas);
    else
        draw_progress(frame->snapshot, canvas);
}

void header_draw_line(const struct frame *frame, struct canvas *canvas)
{
    const struct snapshot *now = frame->snapshot;
    const char *state = state_name(now->state);
    char accuracy[16] = "-";

    if (frame->past != NULL) {
        canvas_text(canvas, 0, 0, STYLE_WARNING, "REPLAY e%d b%ld  End: live",
                    frame_epoch(frame) + 1, past_batch(frame));
        return;
    }
    if (now->epochs_done > 0)
        snprintf(accuracy, sizeof accuracy, "%.1f",
                 now->history.epochs[now->history.epoch_count - 1].test_accuracy);
    canvas_text(canvas, 0, 0, STYLE_BOLD, "%c e%d/%d %d%% L%.3f A%s", state[0], now->epoch + 1,
                now->epochs, (int)(100.0 * epoch_share(now)), now->epoch_loss, accuracy);
}

void header_draw_status(const struct frame *frame, struct canvas *canvas)
{
    const struct snapshot *now = frame->snapshot;
    const char *state = state_name(now->state);

    header_draw_line(frame, canvas);
    canvas_text(canvas, 0, 1, state_style(now->state), "%s", state);
    canvas_text(canvas, 0, 2, STYLE_PLAIN, "train %.3f %.2f%%", now->epoch_loss,
                now->epoch_accuracy);
    if (now->epochs_done > 0)
        canvas_text(canvas, 0, 3, STYLE_PLAIN, "best %s %.2f%%", frame_test_name(frame),
                    now->best.test_accuracy);
    canvas_text(canvas, 0, 4, STYLE_PLAIN, "%s", frame->message);
    canvas_text(canvas, 0, 5, STYLE_DIM, "40x10 shows more");
    canvas_text(canvas, 0, 6, STYLE_DIM, "? help  q quit");
}
