#include "tui/dashboard.h"

#include "support/clock.h"
#include "support/memory.h"
#include "support/number.h"
#include "support/signals.h"
#include "tui/capture.h"
#include "tui/insight.h"
#include "tui/keys.h"
#include "tui/list_keys.h"
#include "tui/navigate.h"
#include "tui/replay.h"
#include "tui/screen.h"
#include "tui/term.h"

#include <math.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    STEPS_MAX = 1000000, /* epochs or batches to train at once */
    AWAY_MS = 250,       /* between two checks whether the terminal is ours */
};

static const double MESSAGE_SECONDS = 5.0;     /* that a message stays */
static const double RATE_STEP = 1.25;          /* of the keys for the learning rate */
static const double FRAME_SECONDS = 1.0 / 8.0; /* between two frames that training asks for */

struct dashboard {
    const struct dashboard_options *options;
    struct trainer *trainer;
    struct insight insight;
    long outcomes_seen;
    struct snapshot *snapshot; /* the caller's; the newest */
    long seen;
    struct frame frame;
    struct canvas canvas;
    enum glyphs glyphs;
    struct events events;
    struct timeline timeline;
    char message[PANE_MESSAGE];
    double said_at;          /* the message */
    enum trainer_verb steps; /* whose count is being typed */
    bool asking;             /* whether to quit */
    bool quitting;           /* the trainer has been told to stop */
    bool mouse;              /* is asked for */
    bool blind;              /* the terminal is gone */
    bool away;               /* another job has the terminal */
    bool unsent;             /* part of the last frame */
    bool fresh;              /* something has changed since the last frame */
    bool unread;             /* keys are left */
    bool unsettled;          /* something for another one is being computed */
    bool lacking;            /* there was not enough memory to compute it */
    double drawn_at;
    double played_at; /* the last step of the replay */
};

/* ---- making frames ---- */

static void init_frame(struct dashboard *dashboard)
{
    dashboard->events.compared = dashboard->options->compared;
    dashboard->events.compared_count = dashboard->options->compared_count;
    dashboard->frame = (struct frame){
        .snapshot = dashboard->snapshot,
        .settings = dashboard->options->settings,
        .model = dashboard->options->model,
        .train = &dashboard->options->data->train,
        .test = &dashboard->options->data->test,
        .classes = &dashboard->options->data->classes,
        .predictions = &dashboard->insight.predictions,
        .browse = &dashboard->insight.browse,
        .confusion = &dashboard->insight.confusion,
        .activations = &dashboard->insight.activations,
        .inside = &dashboard->insight.inside,
        .drawing = {.sketch = dashboard->insight.sketch,
                    .x = dashboard->insight.sketch->width / 2,
                    .y = dashboard->insight.sketch->height / 4,
                    .classes = &dashboard->options->data->classes,
                    .digit = dashboard->insight.digit,
                    .keys = "Enter pen, arrows or mouse draw, r eraser, Backspace undo, d clear"},
        .events = &dashboard->events,
        .timeline = &dashboard->timeline,
        .compared = dashboard->options->compared,
        .compared_count = dashboard->options->compared_count,
        .crosshair = -1.0,
        .log_scale = true,
        .smoothing = FRAME_SMOOTHING,
        .message = dashboard->message,
        .screen = &dashboard->canvas,
    };
    frame_open(&dashboard->frame, dashboard->options->view);
}

/* What the panes that are seen want. */
static unsigned wants_of(const struct dashboard *dashboard)
{
    struct layout layout;
    unsigned wants = 0;

    screen_layout(&layout, &dashboard->frame, dashboard->canvas.width, dashboard->canvas.height);
    for (int i = 0; i < layout.count; i++)
        wants |= pane_of(layout.places[i].pane)->wants;
    return wants;
}

static void say(struct dashboard *dashboard, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* What the frame shows of the network. */
static struct insight_wish wish_of(const struct dashboard *dashboard)
{
    const struct frame *frame = &dashboard->frame;
    const struct insight *insight = &dashboard->insight;
    const unsigned wants = wants_of(dashboard);
    const bool untested = insight->live.step == 0 && trainer_ended(frame->snapshot->state);
    const bool list = insight->browse.filter != BROWSE_ALL || insight->browse.worst_first;
    return (struct insight_wish){
        .weights = frame_weights(frame),
        .past = frame->past != NULL || dashboard->trainer == NULL || untested,
        .moving = frame->snapshot->state == SNAPSHOT_TRAINING && frame->past == NULL,
        .outcomes = list || (wants & WANT_OUTCOMES) != 0,
        .activations = (wants & WANT_ACTIVATIONS) != 0,
        .drawing = frame->view == VIEW_DRAW,
        .studies = wants >> WANT_STUDIES,
        .neighbours_of = insight->browse.image,
        .timeline = &dashboard->timeline,
        .image_count = frame->cell.count,
        .images = frame->cell.images,
    };
}

/* The cell's images follow from the outcomes shown last, or from those that came since. */
static void list_cell(struct dashboard *dashboard)
{
    if ((wants_of(dashboard) & WANT_CELL) != 0)
        frame_list_cell(&dashboard->frame, dashboard->insight.shown);
    else
        dashboard->frame.cell = (struct cell_images){0};
}

/* Takes what the frame shows of the network, as far as it has been computed. */
static void look_inside(struct dashboard *dashboard)
{
    list_fit(&dashboard->frame, &dashboard->canvas);
    struct insight *insight = &dashboard->insight;

    list_cell(dashboard);
    const struct insight_wish wish = wish_of(dashboard);
    dashboard->unsettled = insight_update(insight, &wish);
    list_cell(dashboard);
    dashboard->frame.outcomes = insight->shown;
    dashboard->frame.drawing.probabilities =
        sketch_empty(insight->sketch) || insight->digit_predictions.count == 0
            ? NULL
            : insight->digit_predictions.probabilities;
    const bool lacks = insight->error.kind != ERROR_NONE;
    if (lacks && !dashboard->lacking)
        say(dashboard, "Some of what the network makes of images is not shown: %s.",
            insight->error.text);
    dashboard->lacking = lacks;
}

/* Makes the canvas as large as the terminal. */
static bool fit_canvas(struct dashboard *dashboard, struct error *error)
{
    if (!term_fit(&dashboard->canvas, error))
        return false;
    dashboard->canvas.glyphs = dashboard->glyphs;
    dashboard->canvas.inks = term_inks();
    dashboard->fresh = true;
    return true;
}

static bool sees_nobody(const struct dashboard *dashboard)
{
    return dashboard->blind || dashboard->away;
}

static void draw_now(struct dashboard *dashboard, bool all)
{
    look_inside(dashboard);
    screen_draw(&dashboard->frame, &dashboard->canvas);
    dashboard->unsent = !term_show(&dashboard->canvas, all);
    dashboard->fresh = false;
    dashboard->drawn_at = clock_seconds();
}

/* ---- messages ---- */

static void say(struct dashboard *dashboard, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(dashboard->message, sizeof dashboard->message, format, arguments);
    va_end(arguments);
    dashboard->said_at = clock_seconds();
    dashboard->fresh = true;
}

/* Takes the message away; the view's hint stands in its place. */
static void say_nothing(struct dashboard *dashboard)
{
    dashboard->message[0] = '\0';
    dashboard->fresh = true;
}

/* When the message goes; a question stays. */
static double message_ends(const struct dashboard *dashboard)
{
    return dashboard->message[0] == '\0' || dashboard->asking || dashboard->quitting
               ? INFINITY
               : dashboard->said_at + MESSAGE_SECONDS;
}

/* Keeps the snapshot's weights, if they are not older. The moment shown may get another place by
 * that, or go. */
static void remember(struct dashboard *dashboard)
{
    const struct snapshot *now = dashboard->snapshot;
    struct frame *frame = &dashboard->frame;
    const long shown = frame->past != NULL ? frame->past->step : 0;

    if (frame->weights->step == now->step)
        timeline_add(&dashboard->timeline, now->step, now->step > 0 && now->batch == now->batches,
                     frame->weights);
    else
        say(dashboard, "There is not enough memory for the weights of batch %ld.", now->step);
    if (frame->past != NULL)
        frame->past = timeline_behind(&dashboard->timeline, shown - 1);
}

static void read_snapshot(struct dashboard *dashboard)
{
    if (!trainer_read_weights(dashboard->trainer, dashboard->snapshot, &dashboard->frame.weights,
                              &dashboard->seen))
        return;
    dashboard->fresh = true;
    remember(dashboard);
    trainer_read_outcomes(dashboard->trainer, &dashboard->insight.live, &dashboard->outcomes_seen);
    bool news = events_watch(&dashboard->events, dashboard->snapshot);
    if (dashboard->asking && trainer_ended(dashboard->snapshot->state))
        say(dashboard, "Training has finished. Quit? [y/N]");
    else if (news && !dashboard->asking)
        say(dashboard, "%s", events_at(&dashboard->events, 0)->text);
}

/* ---- keys ---- */

static void send(struct dashboard *dashboard, enum trainer_verb verb, long count)
{
    trainer_send(dashboard->trainer, (struct trainer_command){.verb = verb, .count = count});
}

static void quit(struct dashboard *dashboard)
{
    if (dashboard->quitting)
        return;
    dashboard->quitting = true;
    send(dashboard, TRAINER_STOP, 0);
    say(dashboard, "Stopping after this batch...");
}

/* Asks while the run is unfinished; whatever is not saved then is lost. */
static void press_quit(struct dashboard *dashboard)
{
    if (trainer_ended(dashboard->snapshot->state)) {
        quit(dashboard);
        return;
    }
    dashboard->asking = true;
    say(dashboard, dashboard->options->saves ? "Quit? Saved; --resume goes on. [y/N]"
                                             : "Quit? Not saved. [y/N]");
}

static void answer_quit(struct dashboard *dashboard, int key)
{
    dashboard->asking = false;
    if (key == 'y' || key == 'Y' || key == 'q')
        quit(dashboard);
    else if (trainer_ended(dashboard->snapshot->state))
        say(dashboard, "%s", events_at(&dashboard->events, 0)->text);
    else
        say_nothing(dashboard);
}

static const char *unit_of(enum trainer_verb verb, long count)
{
    if (verb == TRAINER_STEP_EPOCHS)
        return count == 1 ? "epoch" : "epochs";
    return count == 1 ? "batch" : "batches";
}

static void step(struct dashboard *dashboard, enum trainer_verb verb, long count)
{
    if (trainer_ended(dashboard->snapshot->state)) {
        say(dashboard, "Training has finished: no %s left to train.", unit_of(verb, 1));
        return;
    }
    if (count == 1)
        say(dashboard, "Training %s, then pausing.",
            verb == TRAINER_STEP_EPOCHS ? "to the end of the epoch" : "one batch");
    else
        say(dashboard, "Training %ld %s, then pausing.", count, unit_of(verb, count));
    send(dashboard, verb, count);
}

/* Asks how many. */
static void press_steps(struct dashboard *dashboard, enum trainer_verb verb)
{
    if (trainer_ended(dashboard->snapshot->state)) {
        step(dashboard, verb, 1);
        return;
    }
    dashboard->steps = verb;
    prompt_open(&dashboard->frame.prompt,
                verb == TRAINER_STEP_EPOCHS ? "Epochs to train, then pause: "
                                            : "Batches to train, then pause: ",
                NULL);
}

static void answer_steps(struct dashboard *dashboard, int key)
{
    struct prompt *prompt = &dashboard->frame.prompt;
    uint64_t count;

    if (prompt_key(prompt, key) != PROMPT_DONE)
        return;
    if (number_read_whole(prompt->text, 1, STEPS_MAX, &count))
        step(dashboard, dashboard->steps, (long)count);
    else
        say(dashboard, "That is not a number of %s: %s", unit_of(dashboard->steps, 2),
            prompt->text);
}

/* Updates what depends on a frame that keys or the mouse have changed. */
static void navigated(struct dashboard *dashboard, enum view before, const char *message)
{
    if (message[0] != '\0')
        say(dashboard, "%s", message);
    else if (dashboard->frame.view != before)
        say_nothing(dashboard);        /* its hint stands there */
    insight_list(&dashboard->insight); /* the next key may move in the list */
}

/* False if the key does nothing to the frame. */
static bool press_navigation(struct dashboard *dashboard, int key)
{
    const enum view before = dashboard->frame.view;
    char message[PANE_MESSAGE];

    if (!navigate(&dashboard->frame, key, dashboard->canvas.width, dashboard->canvas.height,
                  message))
        return false;
    navigated(dashboard, before, message);
    return true;
}

static void press_pointer(struct dashboard *dashboard)
{
    const struct pointer pointer = term_pointer();
    const enum view before = dashboard->frame.view;
    char message[PANE_MESSAGE];

    navigate_point(&dashboard->frame, &pointer, dashboard->canvas.width, dashboard->canvas.height,
                   message);
    navigated(dashboard, before, message);
}

static void press_pause(struct dashboard *dashboard)
{
    if (trainer_ended(dashboard->snapshot->state))
        say(dashboard, "Training has finished: nothing to pause.");
    else
        send(dashboard, TRAINER_TOGGLE, 0);
}

static void press_save(struct dashboard *dashboard)
{
    if (!dashboard->options->saves) {
        say(dashboard, "No run directory to save to: start with --run-dir=DIR.");
    } else if (trainer_ended(dashboard->snapshot->state)) {
        say(dashboard, "Training has finished, and is saved.");
    } else {
        say(dashboard, "Saving...");
        send(dashboard, TRAINER_SAVE, 0);
    }
}

static void press_rate(struct dashboard *dashboard, double factor)
{
    const struct trainer_command command = {.verb = TRAINER_SCALE_LR, .factor = factor};

    if (trainer_ended(dashboard->snapshot->state))
        say(dashboard, "Training has finished: the learning rate no longer changes.");
    else
        trainer_send(dashboard->trainer, command);
}

static void press_export(struct dashboard *dashboard)
{
    char name[CAPTURE_NAME_SIZE];
    struct error error;

    if (capture_screen(&dashboard->canvas, term_theme(),
                       layout_view_name((int)dashboard->frame.view), name, &error))
        say(dashboard, "Screen saved to %s.svg and .txt", name);
    else
        say(dashboard, "%s.", error.text);
}

static void press_glyphs(struct dashboard *dashboard)
{
    static const char *const names[] = {"ASCII", "blocks", "braille"};
    enum glyphs *glyphs = &dashboard->canvas.glyphs;

    *glyphs = *glyphs == GLYPHS_ASCII ? term_glyphs() : (enum glyphs)(*glyphs - 1);
    dashboard->glyphs = *glyphs;
    say(dashboard, "Glyphs: %s", names[*glyphs]);
}

static void press_mouse(struct dashboard *dashboard)
{
    dashboard->mouse = !dashboard->mouse;
    term_use_mouse(dashboard->mouse);
    say(dashboard, dashboard->mouse ? "Mouse on" : "Mouse off");
}

static void press_colors(struct dashboard *dashboard)
{
    say(dashboard, term_toggle_colors() ? "Colours on" : "Colours off");
    dashboard->canvas.inks = term_inks();
    draw_now(dashboard, true);
}

/* A key that does nothing to the frame. */
static void press_action(struct dashboard *dashboard, enum key_action action)
{
    switch (action) {
    case KEY_PAUSE: press_pause(dashboard); break;
    case KEY_STEP_EPOCHS: step(dashboard, TRAINER_STEP_EPOCHS, 1); break;
    case KEY_STEP_BATCHES: step(dashboard, TRAINER_STEP_BATCHES, 1); break;
    case KEY_ASK_EPOCHS: press_steps(dashboard, TRAINER_STEP_EPOCHS); break;
    case KEY_ASK_BATCHES: press_steps(dashboard, TRAINER_STEP_BATCHES); break;
    case KEY_RATE_UP: press_rate(dashboard, RATE_STEP); break;
    case KEY_RATE_DOWN: press_rate(dashboard, 1.0 / RATE_STEP); break;
    case KEY_SAVE: press_save(dashboard); break;
    case KEY_EXPORT: press_export(dashboard); break;
    case KEY_GLYPHS: press_glyphs(dashboard); break;
    case KEY_COLORS: press_colors(dashboard); break;
    case KEY_SWITCH_MOUSE: press_mouse(dashboard); break;
    case KEY_REDRAW: draw_now(dashboard, true); break;
    case KEY_QUIT: press_quit(dashboard); break;
    default: break;
    }
}

static void press(struct dashboard *dashboard, int key)
{
    const struct prompt *prompt = &dashboard->frame.prompt;

    dashboard->fresh = true;
    if (dashboard->asking && key != TERM_REDRAW)
        answer_quit(dashboard, key);
    else if (key == TERM_MOUSE)
        press_pointer(dashboard);
    else if (prompt->label != NULL && prompt->done == NULL)
        answer_steps(dashboard, key);
    else if (!press_navigation(dashboard, key))
        press_action(dashboard, key_action(key));
}

/* ---- the loop ---- */

/* Asked again and again, as nothing tells a running job that it was brought to the foreground. */
static bool take_terminal(struct dashboard *dashboard, struct error *error)
{
    if (signals_take(SIGCONT))
        dashboard->away = true;
    if (!dashboard->away || signals_ending() != 0)
        return true;
    dashboard->away = !term_take();
    dashboard->unread = true;
    return dashboard->away || fit_canvas(dashboard, error);
}

static bool handle_signals(struct dashboard *dashboard, struct error *error)
{
    if (signals_ending() != 0)
        quit(dashboard);
    if (signals_take(SIGTSTP)) {
        term_suspend();
        dashboard->away = true;
    }
    if (signals_take(SIGWINCH) && !fit_canvas(dashboard, error))
        return false;
    return take_terminal(dashboard, error);
}

/* Reads keys for at most a frame's time, as signals and snapshots need attention, too. */
static void read_keys(struct dashboard *dashboard)
{
    int key = term_key();

    if (key == TERM_NONE && !term_alive()) { /* readable, but nothing to read: it has hung up */
        dashboard->blind = true;
        if (signals_ending() == 0)
            signals_end(SIGHUP);
        quit(dashboard);
    }
    const double until = clock_seconds() + FRAME_SECONDS;
    dashboard->unread = false;
    for (; key != TERM_NONE; key = term_key()) {
        press(dashboard, key);
        if (signals_ending() != 0 || clock_seconds() >= until) {
            dashboard->unread = true;
            return;
        }
    }
}

/* When the replay shows its next moment. */
static double replay_due(const struct dashboard *dashboard)
{
    return dashboard->frame.playing > 0 ? dashboard->played_at + replay_seconds(&dashboard->frame)
                                        : INFINITY;
}

/* Does what is due: the message goes, the replay goes on. */
static void pass_time(struct dashboard *dashboard)
{
    const double now = clock_seconds();

    if (now >= message_ends(dashboard))
        say_nothing(dashboard);
    if (now < replay_due(dashboard))
        return;
    replay_step(&dashboard->frame);
    dashboard->played_at = now;
    dashboard->fresh = true;
}

/* Milliseconds until something is due; -1 if nothing is. While the last frame is being sent, only
 * that is waited for. */
static int time_to_wake(const struct dashboard *dashboard)
{
    const bool draws = dashboard->fresh || dashboard->unsettled;
    double due = fmin(message_ends(dashboard), replay_due(dashboard));

    if (dashboard->unsent || sees_nobody(dashboard))
        return -1;
    if (draws)
        due = fmin(due, dashboard->drawn_at + FRAME_SECONDS);
    const double left = due - clock_seconds();
    return left <= 0.0 ? 0 : left < 1e6 ? (int)(left * 1000.0) + 1 : -1;
}

static bool is_frame_due(const struct dashboard *dashboard)
{
    return (dashboard->fresh || dashboard->unsettled) && !dashboard->unsent &&
           !sees_nobody(dashboard) && clock_seconds() >= dashboard->drawn_at + FRAME_SECONDS;
}

/* Sleeps until there is something to do. Returns whether keys are waiting. */
static bool wait_for_events(struct dashboard *dashboard)
{
    const bool nobody = sees_nobody(dashboard);
    const int timeout = dashboard->away                ? AWAY_MS
                        : dashboard->unread && !nobody ? 0
                                                       : time_to_wake(dashboard);
    bool input = signals_wait(nobody ? -1 : STDIN_FILENO,
                              dashboard->unsent && !nobody ? term_output() : -1, timeout);

    return input || dashboard->unread;
}

static bool start(struct dashboard *dashboard, struct error *error)
{
    init_frame(dashboard);
    dashboard->mouse = dashboard->options->mouse;
    term_use_mouse(dashboard->mouse);
    dashboard->glyphs = canvas_glyphs_named(dashboard->options->glyphs, term_glyphs());
    dashboard->away = !term_take();
    dashboard->unread = true;
    return fit_canvas(dashboard, error);
}

static bool run_loop(struct dashboard *dashboard, struct error *error)
{
    read_snapshot(dashboard);
    for (;;) {
        pass_time(dashboard);
        if (is_frame_due(dashboard))
            draw_now(dashboard, false);
        if (dashboard->quitting && trainer_ended(dashboard->snapshot->state))
            return true;
        bool keys = wait_for_events(dashboard);
        if (!handle_signals(dashboard, error))
            return false;
        read_snapshot(dashboard);
        if (sees_nobody(dashboard))
            continue;
        if (keys)
            read_keys(dashboard);
        if (dashboard->blind)
            continue;
        const bool answered = insight_ready(&dashboard->insight);
        if ((keys && dashboard->fresh) || answered)
            draw_now(dashboard, false); /* keys are answered at once */
        else if (dashboard->unsent)
            dashboard->unsent = !term_show(&dashboard->canvas, false);
    }
}

static void dashboard_free(struct dashboard *dashboard)
{
    weights_drop(dashboard->frame.weights);
    timeline_fini(&dashboard->timeline);
    canvas_free(&dashboard->canvas);
    insight_fini(&dashboard->insight);
    free(dashboard);
}

/* Allocates it, as it is too large for a stack. NULL with the error. */
static struct dashboard *dashboard_new(const struct dashboard_options *options,
                                       struct trainer *trainer, struct snapshot *snapshot,
                                       struct error *error)
{
    struct dashboard *dashboard = memory_new(1, sizeof *dashboard, error);

    if (dashboard == NULL)
        return NULL;
    dashboard->options = options;
    dashboard->trainer = trainer;
    dashboard->snapshot = snapshot;
    if (insight_init(&dashboard->insight, options->model, options->kernels, options->data, error))
        return dashboard;
    dashboard_free(dashboard);
    return NULL;
}

bool dashboard_run(const struct dashboard_options *options, struct trainer *trainer,
                   struct snapshot *last, struct error *error)
{
    struct dashboard *dashboard = dashboard_new(options, trainer, last, error);

    if (dashboard == NULL)
        return false;
    bool ran = term_start(options->color, options->theme, error) && start(dashboard, error) &&
               run_loop(dashboard, error);
    term_stop();
    dashboard_free(dashboard);
    return ran;
}

bool dashboard_draw(struct canvas *canvas, const struct dashboard_options *options,
                    struct snapshot *snapshot, struct weights *weights, struct error *error)
{
    struct dashboard *dashboard = dashboard_new(options, NULL, snapshot, error);

    if (dashboard == NULL)
        return false;
    dashboard->canvas = *canvas;
    init_frame(dashboard);
    dashboard->frame.weights = weights_hold(weights);
    list_fit(&dashboard->frame, &dashboard->canvas);
    for (int i = 0; i < 2; i++) { /* which images the second needs follows from the first */
        const struct insight_wish wish = wish_of(dashboard);
        insight_settle(&dashboard->insight, &wish);
        list_cell(dashboard);
    }
    if (events_watch(&dashboard->events, snapshot))
        say(dashboard, "%s", events_at(&dashboard->events, 0)->text);
    look_inside(dashboard);
    screen_draw(&dashboard->frame, canvas);
    *error = dashboard->insight.error;
    dashboard->canvas = (struct canvas){0}; /* the caller's */
    dashboard_free(dashboard);
    return error->kind == ERROR_NONE;
}
