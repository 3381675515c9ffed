#include "tui/dashboard.h"

#include "support/clock.h"
#include "support/signals.h"
#include "tui/keys.h"
#include "tui/term.h"

#include <langinfo.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

enum {
    FULL_WIDTH = 80, /* from here on there is room for panes */
    FULL_HEIGHT = 22,
    HEADER_ROWS = 2,
    FOOTER_ROWS = 2,
    MODEL_WIDTH = 48,
    TABLE_ROWS = 21, /* the layer table of the reference network with its border */
    COUNT_MAX = 100000,
    MESSAGE_SIZE = 160,
};

static const double FRAME_SECONDS = 1.0 / 8.0; /* between two frames that training asks for */
static const double PREDICT_SECONDS = 0.25;    /* between two predictions of the same samples */

struct dashboard {
    const struct dashboard_options *options;
    struct trainer *trainer;
    struct predictor *predictor;
    struct predictions predictions;
    struct snapshot *snapshot; /* the caller's; the latest */
    long seen;
    struct frame frame;
    struct canvas canvas;
    char message[MESSAGE_SIZE];
    long count;    /* typed before n or b; 0: none */
    bool asking;   /* whether to quit */
    bool quitting; /* the trainer has been told to stop */
    bool blind;    /* the terminal is gone */
    bool fresh;    /* something has changed since the last frame */
    double drawn_at, predicted_at;
};

/* ---- the layout ---- */

static void draw_part(const struct frame *frame, struct canvas *canvas, view_function *view, int x,
                      int y, int width, int height)
{
    struct canvas part = canvas_inside(canvas, x, y, width, height);

    view(frame, &part);
}

static void draw_footer(const struct frame *frame, struct canvas *canvas)
{
    int x = 1, y = canvas->height - 1;
    const struct key_binding *binding;

    canvas_text(canvas, 1, y - 1, STYLE_PLAIN, "%s", frame->message);
    for (int i = 0; (binding = key_binding(i)) != NULL; i++) {
        if (binding->hint == NULL)
            continue;
        const char *word = strchr(binding->hint, ' ');
        x = canvas_text(canvas, x, y, STYLE_REVERSE, "%.*s", (int)(word - binding->hint),
                        binding->hint);
        x = canvas_text(canvas, x, y, STYLE_PLAIN, "%s  ", word);
    }
}

/* Rows of the plots: half, or up to two less where the layer table then fits as a whole. */
static int plot_rows(int height)
{
    int rows = height - HEADER_ROWS - FOOTER_ROWS, half = rows / 2;

    return rows - TABLE_ROWS < half && rows - TABLE_ROWS >= half - 2 ? rows - TABLE_ROWS : half;
}

void dashboard_draw(const struct frame *frame, struct canvas *canvas)
{
    const int width = canvas->width, height = canvas->height;

    canvas_clear(canvas);
    if (width < FULL_WIDTH || height < FULL_HEIGHT) {
        view_status(frame, canvas);
    } else {
        int rows = height - HEADER_ROWS - FOOTER_ROWS, plots = plot_rows(height);
        int below = HEADER_ROWS + plots;
        draw_part(frame, canvas, view_header, 0, 0, width, HEADER_ROWS);
        draw_part(frame, canvas, view_loss, 0, HEADER_ROWS, width / 2, plots);
        draw_part(frame, canvas, view_accuracy, width / 2, HEADER_ROWS, width - width / 2, plots);
        draw_part(frame, canvas, view_model, 0, below, MODEL_WIDTH, rows - plots);
        draw_part(frame, canvas, view_samples, MODEL_WIDTH, below, width - MODEL_WIDTH,
                  rows - plots);
        draw_footer(frame, canvas);
    }
    if (frame->help)
        view_help(frame, canvas);
}

/* Rows of the layer table that the layout shows. */
static int model_rows(const struct canvas *canvas)
{
    int rows = canvas->height - HEADER_ROWS - FOOTER_ROWS;

    return view_model_rows(rows - plot_rows(canvas->height));
}

/* ---- making frames ---- */

static void init_frame(struct dashboard *dashboard)
{
    dashboard->frame = (struct frame){
        .snapshot = dashboard->snapshot,
        .model = dashboard->options->model,
        .test = &dashboard->options->data->test,
        .predictions = &dashboard->predictions,
        .log_scale = true,
        .smoothing = 0.9,
        .message = dashboard->message,
    };
}

/* Predicts the samples anew when others are shown, or the network has moved on. */
static void predict(struct dashboard *dashboard)
{
    const struct frame *frame = &dashboard->frame;
    double now = clock_seconds();
    bool same = dashboard->predictions.count > 0 && dashboard->predictions.first == frame->sample;
    bool moving = frame->snapshot->state == SNAPSHOT_TRAINING;

    if (same && moving && now - dashboard->predicted_at < PREDICT_SECONDS)
        return;
    predictor_run(dashboard->predictor, frame->snapshot->weights, frame->test, frame->sample,
                  &dashboard->predictions);
    dashboard->predicted_at = now;
}

static enum glyphs choose_glyphs(const char *name, enum glyphs best)
{
    return strcmp(name, "ascii") == 0     ? GLYPHS_ASCII
           : strcmp(name, "block") == 0   ? GLYPHS_BLOCK
           : strcmp(name, "braille") == 0 ? GLYPHS_BRAILLE
                                          : best;
}

/* Makes the canvas as large as the terminal. */
static bool fit_canvas(struct dashboard *dashboard, struct error *error)
{
    int width, height;

    term_size(&width, &height);
    canvas_free(&dashboard->canvas);
    if (!canvas_new(&dashboard->canvas, width, height, error))
        return false;
    dashboard->canvas.glyphs = choose_glyphs(dashboard->options->glyphs, term_glyphs());
    dashboard->canvas.greys = term_greys();
    dashboard->fresh = true;
    return true;
}

static void draw_now(struct dashboard *dashboard, bool all)
{
    predict(dashboard);
    dashboard_draw(&dashboard->frame, &dashboard->canvas);
    term_show(&dashboard->canvas, all);
    dashboard->fresh = false;
    dashboard->drawn_at = clock_seconds();
}

/* ---- events in words ---- */

static void say(struct dashboard *dashboard, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void say(struct dashboard *dashboard, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(dashboard->message, sizeof dashboard->message, format, arguments);
    va_end(arguments);
    dashboard->fresh = true;
}

static void say_state(struct dashboard *dashboard, enum snapshot_state before)
{
    const struct snapshot *now = dashboard->snapshot;

    switch (now->state) {
    case SNAPSHOT_PAUSED:
        say(dashboard, "Paused. Space resumes, n trains one epoch, b one batch.");
        break;
    case SNAPSHOT_FINISHED:
        say(dashboard,
            "Finished: best test accuracy %.2f %%, epoch %d. q quits and prints the results",
            now->best.test_accuracy, now->best.epoch + 1);
        break;
    case SNAPSHOT_FAILED: say(dashboard, "%s", now->error.text); break;
    case SNAPSHOT_TRAINING:
        if (before == SNAPSHOT_PAUSED)
            say(dashboard, "Training.");
        break;
    case SNAPSHOT_TESTING:
    case SNAPSHOT_STOPPED: break;
    }
}

static void say_epoch(struct dashboard *dashboard)
{
    const struct history *history = &dashboard->snapshot->history;
    const struct epoch_metrics *last = &history->epochs[history->epoch_count - 1];
    bool best = last->epoch == dashboard->snapshot->best.epoch;

    say(dashboard, "Epoch %d: test accuracy %.2f %%, loss %.4f%s.", last->epoch + 1,
        last->test_accuracy, last->test_loss,
        !best              ? ""
        : last->epoch == 0 ? ""
                           : ", the best so far");
}

static void read_snapshot(struct dashboard *dashboard)
{
    enum snapshot_state state = dashboard->snapshot->state;
    int epochs_done = dashboard->snapshot->epochs_done;
    bool first = dashboard->seen == 0;

    if (!trainer_read(dashboard->trainer, dashboard->snapshot, &dashboard->seen))
        return;
    dashboard->fresh = true;
    if (trainer_ended(dashboard->snapshot->state))
        dashboard->asking = false; /* nothing is left that could go on */
    if (dashboard->asking)
        return;
    bool epoch_done = !first && dashboard->snapshot->epochs_done > epochs_done;
    if (epoch_done && !trainer_ended(dashboard->snapshot->state))
        say_epoch(dashboard); /* the header says whether it has paused there */
    else if (first || dashboard->snapshot->state != state)
        say_state(dashboard, state);
}

/* ---- keys ---- */

static void send(struct dashboard *dashboard, enum trainer_verb verb, long count)
{
    trainer_send(dashboard->trainer, (struct trainer_command){verb, count});
}

static void quit(struct dashboard *dashboard)
{
    if (dashboard->quitting)
        return;
    dashboard->quitting = true;
    send(dashboard, TRAINER_STOP, 0);
    say(dashboard, "Stopping behind this batch ...");
}

static void press_quit(struct dashboard *dashboard)
{
    enum snapshot_state state = dashboard->snapshot->state;

    if (state != SNAPSHOT_TRAINING && state != SNAPSHOT_TESTING) {
        quit(dashboard);
        return;
    }
    dashboard->asking = true;
    say(dashboard, "Training goes on. Quit? y: yes, any other key: no");
}

static void answer_quit(struct dashboard *dashboard, int key)
{
    dashboard->asking = false;
    say(dashboard, " ");
    if (key == 'y' || key == 'Y' || key == 'q')
        quit(dashboard);
}

static void press_step(struct dashboard *dashboard, enum trainer_verb verb)
{
    long count = dashboard->count > 0 ? dashboard->count : 1;
    const char *unit = verb == TRAINER_STEP_EPOCHS ? "epoch" : "batch";

    if (trainer_ended(dashboard->snapshot->state)) {
        say(dashboard, "The run is over; there is no %s left to train.", unit);
        return;
    }
    if (count == 1)
        say(dashboard, "Training one %s, then pausing.", unit);
    else
        say(dashboard, "Training %ld %s, then pausing.", count,
            verb == TRAINER_STEP_EPOCHS ? "epochs" : "batches");
    send(dashboard, verb, count);
}

static void press_pause(struct dashboard *dashboard)
{
    if (trainer_ended(dashboard->snapshot->state))
        say(dashboard, "The run is over; there is nothing to pause.");
    else
        send(dashboard, TRAINER_TOGGLE, 0);
}

static int wrap(int value, int count)
{
    return ((value % count) + count) % count;
}

/* Moves the first row shown of `count`, of which `rows` are visible, within its bounds. */
static void scroll(int *first, enum key_action action, int direction, int rows, int count)
{
    int step = action == KEY_MOVE_PAGE_UP || action == KEY_MOVE_PAGE_DOWN ? rows
               : action == KEY_MOVE_HOME || action == KEY_MOVE_END        ? count
                                                                          : 1;
    int last = count > rows ? count - rows : 0;

    *first += direction * step;
    if (*first > last)
        *first = last;
    if (*first < 0)
        *first = 0;
}

/* Moves what the focused pane shows: by `small` steps, `large` ones, or to an end. */
static void press_move(struct dashboard *dashboard, enum key_action action)
{
    struct frame *frame = &dashboard->frame;
    const int images = frame->test->count;
    const int backward = action == KEY_MOVE_UP || action == KEY_MOVE_PAGE_UP ||
                                 action == KEY_MOVE_LEFT || action == KEY_MOVE_HOME
                             ? -1
                             : 1;
    int step = 1;

    if (frame->help) {
        scroll(&frame->help_row, action, backward, view_help_rows(&dashboard->canvas),
               key_binding_count());
    } else if (frame->focus == PANE_MODEL) {
        scroll(&frame->model_row, action, backward, model_rows(&dashboard->canvas),
               frame->model->layer_count);
    } else if (action == KEY_MOVE_HOME || action == KEY_MOVE_END) {
        frame->sample = action == KEY_MOVE_HOME ? 0 : images - 1;
    } else {
        if (action == KEY_MOVE_UP || action == KEY_MOVE_DOWN)
            step = 10;
        else if (action == KEY_MOVE_PAGE_UP || action == KEY_MOVE_PAGE_DOWN)
            step = 100;
        frame->sample = wrap(frame->sample + backward * step, images);
    }
}

static void press_digit(struct dashboard *dashboard, int digit)
{
    dashboard->count = dashboard->count * 10 + digit;
    if (dashboard->count > COUNT_MAX)
        dashboard->count = COUNT_MAX;
    say(dashboard, "%ld: n trains that many epochs, b that many batches.", dashboard->count);
}

static void press(struct dashboard *dashboard, int key)
{
    struct frame *frame = &dashboard->frame;
    enum key_action action = key_action(key);

    dashboard->fresh = true;
    if (dashboard->asking) {
        answer_quit(dashboard, key);
        return;
    }
    switch (action) {
    case KEY_COUNT: press_digit(dashboard, key - '0'); return;
    case KEY_PAUSE: press_pause(dashboard); break;
    case KEY_STEP_EPOCHS: press_step(dashboard, TRAINER_STEP_EPOCHS); break;
    case KEY_STEP_BATCHES: press_step(dashboard, TRAINER_STEP_BATCHES); break;
    case KEY_NEXT_PANE: frame->focus = (enum pane)wrap((int)frame->focus + 1, PANE_COUNT); break;
    case KEY_PREVIOUS_PANE:
        frame->focus = (enum pane)wrap((int)frame->focus - 1, PANE_COUNT);
        break;
    case KEY_LOG_SCALE:
        frame->log_scale = !frame->log_scale;
        say(dashboard, frame->log_scale ? "Logarithmic axes; accuracy by its distance to 100 %%."
                                        : "Linear axes.");
        break;
    case KEY_HELP:
        frame->help = !frame->help;
        frame->help_row = 0;
        break;
    case KEY_BACK: frame->help = false; break;
    case KEY_REDRAW: draw_now(dashboard, true); break;
    case KEY_QUIT: press_quit(dashboard); break;
    case KEY_NOTHING: break;
    default: press_move(dashboard, action); break;
    }
    dashboard->count = 0;
}

/* ---- the loop ---- */

static bool handle_signals(struct dashboard *dashboard, struct error *error)
{
    if (signals_ending() != 0)
        quit(dashboard);
    if (signals_take(SIGTSTP)) {
        term_suspend();
        return fit_canvas(dashboard, error);
    }
    if (signals_take(SIGWINCH) || signals_take(SIGCONT)) {
        term_resize();
        return fit_canvas(dashboard, error);
    }
    return true;
}

static void read_keys(struct dashboard *dashboard)
{
    int key = term_key();

    if (key == TERM_NONE && !term_alive()) { /* readable, but nothing to read: hung up */
        dashboard->blind = true;
        if (signals_ending() == 0)
            signals_end(SIGHUP);
        quit(dashboard);
    }
    for (; key != TERM_NONE; key = term_key())
        press(dashboard, key);
}

/* Milliseconds until the next frame is due; -1: none is. */
static int time_to_draw(const struct dashboard *dashboard)
{
    double left = dashboard->drawn_at + FRAME_SECONDS - clock_seconds();

    if (!dashboard->fresh || dashboard->blind)
        return -1;
    return left <= 0.0 ? 0 : (int)(left * 1000.0) + 1;
}

static bool run_loop(struct dashboard *dashboard, struct error *error)
{
    init_frame(dashboard);
    read_snapshot(dashboard);
    if (!fit_canvas(dashboard, error))
        return false;
    for (;;) {
        if (time_to_draw(dashboard) == 0)
            draw_now(dashboard, false);
        if (dashboard->quitting && trainer_ended(dashboard->snapshot->state))
            return true;
        bool input = signals_wait(dashboard->blind ? -1 : STDIN_FILENO, time_to_draw(dashboard));
        if (!handle_signals(dashboard, error))
            return false;
        read_snapshot(dashboard);
        if (input) {
            read_keys(dashboard);
            if (!dashboard->blind && dashboard->fresh)
                draw_now(dashboard, false); /* keys are answered at once */
        }
    }
}

bool dashboard_run(const struct dashboard_options *options, struct trainer *trainer,
                   struct snapshot *last, struct error *error)
{
    struct dashboard dashboard = {.options = options, .trainer = trainer, .snapshot = last};

    dashboard.predictor = predictor_new(options->model, options->kernels, error);
    bool ran = dashboard.predictor != NULL && term_start(options->color, error) &&
               run_loop(&dashboard, error);
    term_stop();
    canvas_free(&dashboard.canvas);
    predictor_free(dashboard.predictor);
    return ran;
}

bool dashboard_print(FILE *file, const struct dashboard_options *options, struct snapshot *snapshot,
                     int columns, int rows, struct error *error)
{
    struct dashboard dashboard = {.options = options, .snapshot = snapshot};
    enum glyphs best = strcmp(nl_langinfo(CODESET), "UTF-8") == 0 ? GLYPHS_BRAILLE : GLYPHS_ASCII;

    dashboard.predictor = predictor_new(options->model, options->kernels, error);
    bool made = dashboard.predictor != NULL && canvas_new(&dashboard.canvas, columns, rows, error);
    if (made) {
        dashboard.canvas.glyphs = choose_glyphs(options->glyphs, best);
        init_frame(&dashboard);
        say_state(&dashboard, snapshot->state);
        predict(&dashboard);
        dashboard_draw(&dashboard.frame, &dashboard.canvas);
        canvas_dump(&dashboard.canvas, file);
    }
    canvas_free(&dashboard.canvas);
    predictor_free(dashboard.predictor);
    return made;
}
