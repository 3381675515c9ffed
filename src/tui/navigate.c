#include "tui/navigate.h"

#include "tui/plot.h"
#include "tui/screen.h"
#include "tui/view_confusion.h"

#include <math.h>
#include <stdio.h>

static const double PEN_STEP = 4.0;        /* pixels of the sheet: one pixel of the network input */
static const double CROSSHAIR_STEP = 0.01; /* of the x axis */
static const double smoothings[] = {0.0, 0.5, 0.8, 0.9, 0.95, 0.98, 0.99};
enum {
    SMOOTHINGS = sizeof smoothings / sizeof smoothings[0],
    PAGE = 10, /* classes of a longer matrix */
};

static int wrap(int value, int count)
{
    return (value % count + count) % count;
}

static bool backward(enum key_action action)
{
    return action == KEY_MOVE_UP || action == KEY_MOVE_PAGE_UP || action == KEY_MOVE_LEFT ||
           action == KEY_MOVE_HOME;
}

/* Moves the first row shown of `count`, of which `rows` are visible, within its bounds. */
static void scroll(int *first, enum key_action action, int rows, int count)
{
    int step = action == KEY_MOVE_PAGE_UP || action == KEY_MOVE_PAGE_DOWN ? rows
               : action == KEY_MOVE_HOME || action == KEY_MOVE_END        ? count
                                                                          : 1;
    int last = count > rows ? count - rows : 0;

    *first += backward(action) ? -step : step;
    if (*first > last)
        *first = last;
    if (*first < 0)
        *first = 0;
}

static void move_sample(struct frame *frame, enum key_action action)
{
    const bool first = action == KEY_MOVE_HOME, last = action == KEY_MOVE_END;
    int step = action == KEY_MOVE_UP || action == KEY_MOVE_DOWN             ? 10
               : action == KEY_MOVE_PAGE_UP || action == KEY_MOVE_PAGE_DOWN ? 100
                                                                            : 1;

    if (backward(action))
        step = -step;
    if (frame->augmented)
        frame->train_image = first  ? 0
                             : last ? frame->train->count - 1
                                    : wrap(frame->train_image + step, frame->train->count);
    else if (first || last)
        browse_go(frame->browse, first ? 0 : frame->browse->count - 1);
    else
        browse_move(frame->browse, step);
}

static bool vertical(enum key_action action)
{
    return action != KEY_MOVE_LEFT && action != KEY_MOVE_RIGHT;
}

/* Moves to the cell with the most mistakes; stays if there are none. */
static void go_to_most_confused(struct frame *frame)
{
    const int classes = frame->test->classes;
    int most = 0;

    for (int label = 0; label < classes; label++)
        for (int predicted = 0; predicted < classes; predicted++) {
            const int count = frame->confusion->counts[label][predicted];
            if (label == predicted || count <= most)
                continue;
            most = count;
            frame->true_class = label;
            frame->predicted_class = predicted;
        }
}

static void move_cell(struct frame *frame, enum key_action action)
{
    int *class = vertical(action) ? &frame->true_class : &frame->predicted_class;
    const bool pages = action == KEY_MOVE_PAGE_UP || action == KEY_MOVE_PAGE_DOWN;
    const int classes = frame->test->classes, step = pages && classes > PAGE ? PAGE : 1;

    if (action == KEY_MOVE_HOME)
        go_to_most_confused(frame);
    else if (action == KEY_MOVE_END)
        frame->true_class = frame->predicted_class = classes - 1;
    else
        *class = wrap(*class + (backward(action) ? -step : step), classes);
}

/* If the pen is down, it draws along its path. */
static void move_pen(struct frame *frame, enum key_action action)
{
    struct drawing *drawing = &frame->drawing;
    double *at = vertical(action) ? &drawing->y : &drawing->x;

    if (action == KEY_MOVE_HOME || action == KEY_MOVE_END)
        return;
    const int side = vertical(action) ? drawing->sketch->height : drawing->sketch->width;
    *at = fmin(fmax(*at + (backward(action) ? -PEN_STEP : PEN_STEP), 0.0), side - 1.0);
    if (drawing->down)
        sketch_line(frame->drawing.sketch, drawing->x, drawing->y);
}

static void press_pen(struct frame *frame)
{
    struct drawing *drawing = &frame->drawing;

    drawing->down = !drawing->down;
    drawing->dragging = false;
    if (drawing->down)
        sketch_begin(frame->drawing.sketch, drawing->tool, drawing->x, drawing->y);
}

static void move_crosshair(struct frame *frame, double steps)
{
    double from = frame->crosshair < 0.0 ? 0.5 : frame->crosshair;

    frame->crosshair = fmin(fmax(from + steps * CROSSHAIR_STEP, 0.0), 1.0);
}

static void move_on_plot(struct frame *frame, enum key_action action)
{
    double steps = action == KEY_MOVE_LEFT || action == KEY_MOVE_RIGHT          ? 1.0
                   : action == KEY_MOVE_PAGE_UP || action == KEY_MOVE_PAGE_DOWN ? 10.0
                   : action == KEY_MOVE_HOME || action == KEY_MOVE_END          ? 1e9
                                                                                : 0.0;

    if (steps > 0.0)
        move_crosshair(frame, backward(action) ? -steps : steps);
}

/* Moves the content of the focused pane. */
static void move(struct frame *frame, enum key_action action, int width, int height)
{
    struct layout layout;

    if (frame->past != NULL && action == KEY_MOVE_END) {
        frame->past = NULL;
        return;
    }
    screen_layout(&layout, frame, width, height);
    const struct place *place = layout_find(&layout, frame->focus);
    const int rows = place != NULL ? place->height : 0;
    switch (frame->focus) {
    case PANE_MODEL:
        scroll(&frame->model_row, action, view_model_rows(rows), frame->model->layer_count);
        break;
    case PANE_EVENTS:
        scroll(&frame->events_row, action, view_events_rows(rows), events_kept(frame->events));
        break;
    case PANE_LOSS:
    case PANE_ACCURACY:
    case PANE_RATE: move_on_plot(frame, action); break;
    case PANE_CONFUSION: move_cell(frame, action); break;
    case PANE_DRAW: move_pen(frame, action); break;
    case PANE_ACTIVATIONS:
        scroll(&frame->activation_layer, action, 1, frame->model->layer_count);
        break;
    case PANE_FILTERS: break;
    default: move_sample(frame, action); break;
    }
}

static void move_help(struct frame *frame, enum key_action action, int width, int height)
{
    const struct canvas size = {.width = width, .height = height};

    scroll(&frame->help_row, action, view_help_rows(&size), key_binding_count());
}

static void next_pane(struct frame *frame, int steps, int width, int height)
{
    struct layout layout;

    screen_layout(&layout, frame, width, height);
    frame->focus = layout_next_pane(&layout, frame->view, frame->focus, steps);
}

void navigate_open(struct frame *frame, enum view view)
{
    frame->view = view;
    frame->zoomed = false;
    frame->focus = layout_first_pane(view);
    frame->drawing.dragging = false;
}

static void travel(struct frame *frame, enum key_action action, char message[NAVIGATE_MESSAGE])
{
    const struct moment *to = action == KEY_PAST
                                  ? timeline_before(frame->timeline, view_step(frame))
                                  : timeline_behind(frame->timeline, view_step(frame));

    if (to != NULL && to->step < frame->snapshot->step)
        frame->past = to;
    else if (action == KEY_FUTURE)
        frame->past = NULL;
    else
        snprintf(message, NAVIGATE_MESSAGE, "No earlier moment is stored.");
}

/* Goes back from the images of a cell to the matrix. */
static void leave_cell(struct frame *frame)
{
    frame->browse->filter = BROWSE_ALL;
    navigate_open(frame, VIEW_CONFUSION);
}

static void go_back(struct frame *frame)
{
    if (frame->help)
        frame->help = false;
    else if (frame->past != NULL)
        frame->past = NULL;
    else if (frame->crosshair >= 0.0)
        frame->crosshair = -1.0;
    else if (frame->zoomed)
        frame->zoomed = false;
    else if (frame->view == VIEW_SAMPLES && frame->augmented)
        frame->augmented = false;
    else if (frame->view == VIEW_SAMPLES && frame->browse->filter == BROWSE_CELL)
        leave_cell(frame);
    else
        navigate_open(frame, VIEW_OVERVIEW);
}

/* On the matrix, opens the images of the cell. */
static void enter(struct frame *frame, char message[NAVIGATE_MESSAGE])
{
    if (frame->focus == PANE_DRAW) {
        press_pen(frame);
    } else if (frame->focus == PANE_CONFUSION && frame->confusion->step == 0) {
        snprintf(message, NAVIGATE_MESSAGE, "The matrix appears after epoch 1.");
    } else if (frame->focus == PANE_CONFUSION) {
        frame->augmented = false;
        frame->browse->filter = BROWSE_CELL;
        frame->browse->label = frame->true_class;
        frame->browse->predicted = frame->predicted_class;
        navigate_open(frame, VIEW_SAMPLES);
        snprintf(message, NAVIGATE_MESSAGE, "%s%s read as %s. Esc: back to the matrix.",
                 frame->classes->names[frame->true_class], frame->classes->named ? "" : "s",
                 frame->classes->names[frame->predicted_class]);
    } else {
        frame->zoomed = !frame->zoomed;
    }
}

static void change_list(struct frame *frame, enum key_action action, char message[NAVIGATE_MESSAGE])
{
    struct browse *browse = frame->browse;

    frame->augmented = false;
    if (frame->confusion->step == 0)
        snprintf(message, NAVIGATE_MESSAGE, "Mistakes appear after epoch 1.");
    if (action == KEY_WORST)
        browse->worst_first = !browse->worst_first;
    else
        browse->filter = browse->filter == BROWSE_MISTAKES ? BROWSE_ALL : BROWSE_MISTAKES;
}

static void change_images(struct frame *frame, char message[NAVIGATE_MESSAGE])
{
    frame->augmented = !frame->augmented && frame->settings->augment != AUGMENT_NONE;
    if (frame->settings->augment == AUGMENT_NONE)
        snprintf(message, NAVIGATE_MESSAGE,
                 "This run does not augment its images: start with --augment=affine.");
    else
        snprintf(message, NAVIGATE_MESSAGE, "%s",
                 frame->augmented ? "A training image as each epoch augments it. Arrows: other "
                                    "images. a: back."
                                  : "Back to the test images.");
}

static void change_sketch(struct frame *frame, enum key_action action,
                          char message[NAVIGATE_MESSAGE])
{
    struct drawing *drawing = &frame->drawing;

    if (frame->focus != PANE_DRAW) {
        snprintf(message, NAVIGATE_MESSAGE, "That key is for drawing: 6 opens the Draw view.");
        return;
    }
    if (action == KEY_ERASER) {
        drawing->tool = drawing->tool == SKETCH_PEN ? SKETCH_ERASER : SKETCH_PEN;
    } else if (action == KEY_CLEAR) {
        sketch_clear(frame->drawing.sketch);
    } else if (!sketch_undo(frame->drawing.sketch)) {
        snprintf(message, NAVIGATE_MESSAGE, "Nothing to undo.");
    }
    drawing->down = drawing->dragging = false;
}

static void smooth(struct frame *frame, int direction, char message[NAVIGATE_MESSAGE])
{
    int i = 0;

    while (i < SMOOTHINGS - 1 && smoothings[i] < frame->smoothing - 1e-9)
        i++;
    i += direction;
    frame->smoothing = smoothings[i < 0 ? 0 : i >= SMOOTHINGS ? SMOOTHINGS - 1 : i];
    snprintf(message, NAVIGATE_MESSAGE, "Smoothing %g: the weight of earlier batches in the curve.",
             frame->smoothing);
}

static void reset_plots(struct frame *frame, char message[NAVIGATE_MESSAGE])
{
    frame->log_scale = true;
    frame->recent = false;
    frame->x_unit = X_EPOCHS;
    frame->smoothing = 0.9;
    frame->crosshair = -1.0;
    snprintf(message, NAVIGATE_MESSAGE, "Plots reset");
}

static void change_unit(struct frame *frame, char message[NAVIGATE_MESSAGE])
{
    static const char *const units[] = {"epochs", "batches", "seconds of the run"};

    frame->x_unit = (enum x_unit)wrap((int)frame->x_unit + 1, X_UNIT_COUNT);
    snprintf(message, NAVIGATE_MESSAGE, "The x axis shows %s.", units[frame->x_unit]);
}

static void point_at_sheet(struct frame *frame, const struct pointer *pointer,
                           const struct canvas *canvas, int x, int y)
{
    struct drawing *drawing = &frame->drawing;
    double sheet_x, sheet_y;

    if (pointer->act == POINTER_DRAG && !drawing->dragging)
        return; /* it began elsewhere, or its stroke was undone */
    if (!view_draw_point(drawing->sketch, canvas, x, y, &sheet_x, &sheet_y))
        return;
    drawing->x = sheet_x;
    drawing->y = sheet_y;
    drawing->down = false;
    if (pointer->act == POINTER_PRESS) {
        drawing->dragging = true;
        sketch_begin(frame->drawing.sketch, drawing->tool, sheet_x, sheet_y);
    } else if (pointer->act == POINTER_DRAG) {
        sketch_line(frame->drawing.sketch, sheet_x, sheet_y);
    }
}

/* A press on the cell that is already selected opens its images. */
static void point_at_matrix(struct frame *frame, const struct canvas *canvas, int x, int y,
                            char message[NAVIGATE_MESSAGE])
{
    int row = frame->true_class, column = frame->predicted_class;

    if (!view_confusion_cell(frame->confusion, frame->classes, canvas, x, y, &row, &column))
        return;
    if (row == frame->true_class && column == frame->predicted_class)
        enter(frame, message);
    frame->true_class = row;
    frame->predicted_class = column;
}

static void point_at_plot(struct frame *frame, const struct canvas *canvas, int x)
{
    frame->crosshair = fmin(fmax(plot_share_at(canvas, x), 0.0), 1.0);
}

static void point_at_pane(struct frame *frame, const struct pointer *pointer,
                          const struct place *place, int width, int height,
                          char message[NAVIGATE_MESSAGE])
{
    const struct canvas canvas = {.width = place->width, .height = place->height};
    const int x = pointer->x - place->x, y = pointer->y - place->y;

    if (frame->drawing.dragging && place->pane != PANE_DRAW)
        return; /* the present stroke has left the sheet */
    frame->focus = place->pane;
    if (pointer->act == POINTER_UP || pointer->act == POINTER_DOWN)
        move(frame, pointer->act == POINTER_UP ? KEY_MOVE_UP : KEY_MOVE_DOWN, width, height);
    else if (place->pane == PANE_DRAW)
        point_at_sheet(frame, pointer, &canvas, x, y);
    else if (place->pane == PANE_CONFUSION && pointer->act == POINTER_PRESS)
        point_at_matrix(frame, &canvas, x, y, message);
    else if (place->pane == PANE_LOSS || place->pane == PANE_ACCURACY || place->pane == PANE_RATE)
        point_at_plot(frame, &canvas, x);
}

void navigate_point(struct frame *frame, const struct pointer *pointer, int width, int height,
                    char message[NAVIGATE_MESSAGE])
{
    enum view tab = view_tab_at(frame, width, pointer->x, pointer->y);
    struct layout layout;

    message[0] = '\0';
    screen_layout(&layout, frame, width, height);
    if (pointer->act == POINTER_PRESS || pointer->act == POINTER_RELEASE)
        frame->drawing.dragging = false;
    if (tab != VIEW_COUNT && pointer->act == POINTER_PRESS && layout.header_rows > 1) {
        navigate_open(frame, tab);
        return;
    }
    for (int i = 0; i < layout.count; i++) {
        const struct place *place = &layout.places[i];
        if (pointer->x >= place->x && pointer->x < place->x + place->width &&
            pointer->y >= place->y && pointer->y < place->y + place->height) {
            point_at_pane(frame, pointer, place, width, height, message);
            return;
        }
    }
}

bool navigate(struct frame *frame, enum key_action action, int width, int height,
              char message[NAVIGATE_MESSAGE])
{
    message[0] = '\0';
    switch (action) {
    case KEY_MOVE_UP:
    case KEY_MOVE_DOWN:
    case KEY_MOVE_LEFT:
    case KEY_MOVE_RIGHT:
    case KEY_MOVE_PAGE_UP:
    case KEY_MOVE_PAGE_DOWN:
    case KEY_MOVE_HOME:
    case KEY_MOVE_END: (frame->help ? move_help : move)(frame, action, width, height); return true;
    case KEY_NEXT_PANE: next_pane(frame, 1, width, height); return true;
    case KEY_PREVIOUS_PANE: next_pane(frame, -1, width, height); return true;
    case KEY_ZOOM: enter(frame, message); return true;
    case KEY_MISTAKES:
    case KEY_WORST: change_list(frame, action, message); return true;
    case KEY_AUGMENTED: change_images(frame, message); return true;
    case KEY_ERASER:
    case KEY_UNDO:
    case KEY_CLEAR: change_sketch(frame, action, message); return true;
    case KEY_BACK: go_back(frame); return true;
    case KEY_HELP:
        frame->help = !frame->help;
        frame->help_row = 0;
        return true;
    case KEY_LOG_SCALE:
        frame->log_scale = !frame->log_scale;
        snprintf(message, NAVIGATE_MESSAGE,
                 frame->log_scale ? "Logarithmic axes; accuracy as its distance from 100 %%."
                                  : "Linear axes.");
        return true;
    case KEY_RECENT:
        frame->recent = !frame->recent;
        snprintf(message, NAVIGATE_MESSAGE,
                 frame->recent ? "The plots show the last fifth of the run."
                               : "The plots show the whole run.");
        return true;
    case KEY_X_UNIT: change_unit(frame, message); return true;
    case KEY_SMOOTH_LESS: smooth(frame, -1, message); return true;
    case KEY_SMOOTH_MORE: smooth(frame, 1, message); return true;
    case KEY_PAST:
    case KEY_FUTURE: travel(frame, action, message); return true;
    case KEY_CROSSHAIR_LEFT: move_crosshair(frame, -1.0); return true;
    case KEY_CROSSHAIR_RIGHT: move_crosshair(frame, 1.0); return true;
    case KEY_RESET: reset_plots(frame, message); return true;
    default: return false;
    }
}
