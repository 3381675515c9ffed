#include "tui/header.h"

#include "train/recipe.h"
#include "train/trainer.h"
#include "tui/replay.h"

#include <ctype.h>
#include <math.h>
#include <string.h>

enum {
    STATE_WIDTH = 10,  /* of the longest: "|| PAUSED " */
    BAR_LEAST = 8,     /* cells of the run's bar; it takes what the texts leave */
    BATCH_WIDTH = 100, /* from this width on there is room for the batch */
    RUN_WIDTH = 140,   /* and for the time elapsed, the network and the settings */
    WIDE_TABS = 100,   /* and for two spaces between the views' names */
    RIGHT_SIZE = 192,
    LR_DIGITS = 3, /* a schedule's have as many as there are */
};

/* A state as an ASCII sign, as a glyph, and as a word. */
static const struct {
    const char *sign;
    uint32_t glyph;
    const char *word;
    enum style style;
    enum ink ink; /* of the background */
} states[] = {
    [SNAPSHOT_TRAINING] = {">", 0x25B6, "TRAIN", STYLE_SMOOTH, INK_TRAIN},
    [SNAPSHOT_TESTING] = {"~", '~', "TEST", STYLE_TEST, INK_TEST},
    [SNAPSHOT_PAUSED] = {"||", 0x2016, "PAUSED", STYLE_WARNING, INK_WARNING},
    [SNAPSHOT_FINISHED] = {"*", 0x25A0, "FINISHED", STYLE_GOOD, INK_GOOD},
    [SNAPSHOT_STOPPED] = {"x", 'x', "STOPPED", STYLE_WARNING, INK_WARNING},
    [SNAPSHOT_FAILED] = {"!", '!', "FAILED", STYLE_BAD, INK_BAD},
};

static double epoch_share(const struct snapshot *snapshot)
{
    return (double)snapshot->batch / snapshot->batches;
}

static double run_share(const struct snapshot *snapshot)
{
    return (double)snapshot->step / ((double)snapshot->batches * snapshot->epochs);
}

/* ---- the first row: state, progress, results ---- */

/* Draws the sign and the word of the state. Returns the column after it. */
static int draw_state(const struct frame *frame, struct canvas *canvas)
{
    const bool fine = canvas->glyphs == GLYPHS_BRAILLE, past = frame->past != NULL;
    const enum snapshot_state state = frame->snapshot->state;
    const enum style style = past ? STYLE_REPLAY : states[state].style;
    int x = 1;

    if (fine) {
        canvas_put(canvas, x, 0, past ? 0x25C0 : states[state].glyph, style);
        x++;
    } else {
        x = canvas_text(canvas, x, 0, style, "%s", past ? "<" : states[state].sign);
    }
    x = canvas_text(canvas, x + 1, 0, style, "%s", past ? "REPLAY" : states[state].word);
    for (int i = 0; i <= x; i++)
        canvas_ink(canvas, i, 0, INK_BLACK, past ? INK_REPLAY : states[state].ink);
    return 1 + STATE_WIDTH + 1;
}

/* The progress as text, at the right of the bar. */
static void make_progress(const struct snapshot *now, int width, char text[RIGHT_SIZE])
{
    const double done = run_share(now);
    const bool over = trainer_ended(now->state);
    char elapsed[32], eta[32] = "-";
    int length = snprintf(text, RIGHT_SIZE, " %3d%%", (int)(100.0 * done));

    frame_clock(elapsed, now->run_seconds);
    if (done > 0.0)
        frame_clock(eta, now->run_seconds * (1.0 - done) / done);
    if (width >= RUN_WIDTH || over)
        length += snprintf(text + length, (size_t)(RIGHT_SIZE - length), "  elapsed %s", elapsed);
    if (!over)
        snprintf(text + length, (size_t)(RIGHT_SIZE - length), "  ETA %s", eta);
}

/* Draws the last test result and the best one at the right. Returns the column where they begin. */
static int draw_results(const struct frame *frame, struct canvas *canvas)
{
    const struct snapshot *now = frame->snapshot;
    const struct history *history = &now->history;
    char test[32], best[32];

    if (now->epochs_done == 0 || history->epoch_count == 0)
        return canvas->width - 1;
    snprintf(test, sizeof test, "%s %.2f", frame_test_name(frame),
             history->epochs[history->epoch_count - 1].test_accuracy);
    snprintf(best, sizeof best, "best %.2f @%d", now->best.test_accuracy, now->best.epoch + 1);
    const int x = canvas->width - 1 - (int)strlen(test) - 2 - (int)strlen(best);
    canvas_text(canvas, x, 0, STYLE_TEST, "%s", test);
    canvas_text_right(canvas, canvas->width - 1, 0, STYLE_PLAIN, "%s", best);
    return x - 2;
}

/* One cell of the run's bar: filled, a tick at the end of an epoch, or empty. */
static void draw_bar_cell(struct canvas *canvas, int x, bool filled, bool tick)
{
    const bool ascii = canvas->glyphs == GLYPHS_ASCII;
    const uint32_t mark = ascii ? '|' : canvas->glyphs == GLYPHS_BLOCK ? 0x2502 : 0x250A;
    const uint32_t full = ascii ? '#' : 0x2588, empty = ascii ? '-' : 0x2591;

    if (canvas->inks) {
        canvas_put(canvas, x, 0, tick ? mark : ' ', STYLE_PLAIN);
        canvas_ink(canvas, x, 0, INK_TICK, filled ? INK_BAR : INK_TRACK);
        return;
    }
    canvas_put(canvas, x, 0,
               tick     ? mark
               : filled ? full
                        : empty,
               filled ? STYLE_SMOOTH : STYLE_DIM);
}

/* The run's bar, with a tick at the end of each epoch unless they are too close. */
static void draw_bar(const struct snapshot *now, struct canvas *canvas, int x, int width)
{
    const double cells = (double)width / now->epochs;
    const int filled = (int)(run_share(now) * width + 0.5);

    for (int i = 0; i < width; i++) {
        const int epoch = (int)((i + 1) / cells); /* that ends at or before the cell's end */
        const bool tick =
            cells >= 2.0 && epoch > 0 && epoch < now->epochs && (int)(epoch * cells) == i;
        draw_bar_cell(canvas, x + i, i < filled, tick);
    }
}

/* The moment that is shown, in place of the bar. */
static void draw_past(const struct frame *frame, struct canvas *canvas, int x)
{
    x = canvas_text(canvas, x, 0, STYLE_REPLAY, "epoch %d, batch %ld", frame_epoch(frame) + 1,
                    replay_batch(frame));
    if (frame->playing > 0)
        canvas_text(canvas, x + 2, 0, STYLE_REPLAY, "playing %dx", frame->playing);
}

static void draw_progress(const struct frame *frame, struct canvas *canvas)
{
    const struct snapshot *now = frame->snapshot;
    const int width = canvas->width;
    char right[RIGHT_SIZE];
    int x = draw_state(frame, canvas);

    int end = draw_results(frame, canvas);
    if (frame->past != NULL) {
        draw_past(frame, canvas, x);
        return;
    }
    x = canvas_text(canvas, x, 0, STYLE_PLAIN, "epoch %d/%d", now->epoch + 1, now->epochs);
    if (width >= BATCH_WIDTH || now->state == SNAPSHOT_PAUSED)
        x = canvas_text(canvas, x, 0, STYLE_DIM, "  batch %d/%d", now->batch, now->batches);
    make_progress(now, width, right);
    if ((int)strlen(right) > end - x)
        right[strlen(" 100%")] = '\0'; /* the rest has no room */
    if ((int)strlen(right) > end - x)
        return;
    canvas_text_right(canvas, end, 0, STYLE_PLAIN, "%s", right);
    end -= (int)strlen(right);
    if (end - x - 1 >= BAR_LEAST)
        draw_bar(now, canvas, x + 1, end - x - 1);
}

/* ---- the second row: the views, settings, speed ---- */

static int gap_of(int width)
{
    return width >= WIDE_TABS ? 2 : 1;
}

/* The views' names with their keys. Returns the column after them. */
static int draw_tabs(const struct frame *frame, struct canvas *canvas)
{
    int x = 1;

    for (int view = 0; view < VIEW_COUNT; view++) {
        const bool open = view == (int)frame->view;
        const char *name = layout_view_name(view);
        const int at = canvas_text(canvas, x, 1, open ? STYLE_SELECTED : STYLE_KEY, "%d", view + 1);
        x = canvas_text(canvas, at, 1, open ? STYLE_SELECTED : STYLE_DIM, " %c%s",
                        toupper((unsigned char)name[0]), name + 1) +
            gap_of(canvas->width);
    }
    return x;
}

enum view header_tab_at(int width, int x, int y)
{
    int at = 1;

    for (int view = 0; y == 1 && view < VIEW_COUNT; view++) {
        const int end = at + 2 + (int)strlen(layout_view_name(view));
        if (x >= at && x < end)
            return (enum view)view;
        at = end + gap_of(width);
    }
    return VIEW_COUNT;
}

/* What the run is, as fully as there is room for in so many cells. */
static void make_run(const struct frame *frame, int room, char text[RIGHT_SIZE])
{
    const struct snapshot *now = frame->snapshot;
    const struct settings *settings = frame->settings;
    const bool recipe = settings->recipe != NULL && strcmp(settings->recipe, recipe_name(0)) != 0;
    const char *name = recipe ? settings->recipe : frame->model->name;
    char number[8], tail[64];

    frame_short_number(number, now->images_per_second);
    snprintf(tail, sizeof tail, "lr %.*g  %s/s", LR_DIGITS, now->lr, number);
    int length =
        snprintf(text, RIGHT_SIZE, "%s %s  seed %llu  batch %d  %s", recipe ? "recipe" : "model",
                 name, (unsigned long long)settings->seed, settings->batch_size, tail);
    if (length > room)
        length = snprintf(text, RIGHT_SIZE, "seed %llu  batch %d  %s",
                          (unsigned long long)settings->seed, settings->batch_size, tail);
    if (length > room)
        length = snprintf(text, RIGHT_SIZE, "%s", tail);
    if (length > room)
        snprintf(text, RIGHT_SIZE, "%s/s", number);
}

static void draw_views(const struct frame *frame, struct canvas *canvas)
{
    const struct snapshot *now = frame->snapshot;
    const int after = draw_tabs(frame, canvas), room = canvas->width - 1 - after;
    char right[RIGHT_SIZE];

    if (now->threads < now->threads_wanted && room >= 24) {
        canvas_text_right(canvas, canvas->width - 1, 1, STYLE_WARNING, "only %d of %d threads",
                          now->threads, now->threads_wanted);
        return;
    }
    make_run(frame, room, right);
    canvas_text_right(canvas, canvas->width - 1, 1, STYLE_DIM, "%s", right);
}

void header_draw(const struct frame *frame, struct canvas *canvas)
{
    draw_progress(frame, canvas);
    draw_views(frame, canvas);
}

/* ---- small terminals ---- */

void header_draw_line(const struct frame *frame, struct canvas *canvas)
{
    const struct snapshot *now = frame->snapshot;
    const char *state = states[now->state].sign;
    char accuracy[16] = "-";

    if (frame->past != NULL) {
        canvas_text(canvas, 0, 0, STYLE_WARNING, "REPLAY e%d b%ld  End: live",
                    frame_epoch(frame) + 1, replay_batch(frame));
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

    header_draw_line(frame, canvas);
    canvas_text(canvas, 0, 1, states[now->state].style, "%s %s", states[now->state].sign,
                states[now->state].word);
    canvas_text(canvas, 0, 2, STYLE_PLAIN, "train %.3f %.2f%%", now->epoch_loss,
                now->epoch_accuracy);
    if (now->epochs_done > 0)
        canvas_text(canvas, 0, 3, STYLE_PLAIN, "best %s %.2f%%", frame_test_name(frame),
                    now->best.test_accuracy);
    canvas_text(canvas, 0, 4, STYLE_PLAIN, "%s", frame->message);
    canvas_text(canvas, 0, 5, STYLE_DIM, "40x10 shows more");
    canvas_text(canvas, 0, 6, STYLE_DIM, "? help  q quit");
}
