/*
 * pane_histograms.c -- how the weights of the selected layer and their gradients are distributed,
 * over the run: each column is the histogram of a moment, from the largest values down to the
 * smallest; the stronger a cell, the more weights have its value. What lies beyond the axis is left
 * out.
 */
#include "tui/axis.h"
#include "tui/figures.h"
#include "tui/layer_rows.h"
#include "tui/legend.h"

#include "nn/summary.h"

#include <math.h>
#include <string.h>

enum {
    LABEL_WIDTH = 6, /* of the values at the axis, which stands after them */
    ROWS_MAX = 64,   /* of a histogram's picture */
    BOTH_HEIGHT = 8, /* inside: from this height on both fit */
};

static const double WITHIN = 0.995; /* of all values lie on the axis */

/* A picture of the histograms of all moments. */
struct picture {
    const struct frame *frame;
    const struct distributions *distributions;
    int layer;
    enum distribution_of of;
    struct canvas area; /* of the cells */
    float axis;         /* from -axis to axis */
    int units;          /* rows of the histogram in a row of cells */
};

/* ---- columns ---- */

/* The column that is the nearest to a step. There is one. */
static int column_at(const struct distributions *distributions, double step)
{
    int nearest = 0;

    for (int i = 1; i < distributions->count; i++)
        if (fabs((double)distributions->columns[i]->step - step) <
            fabs((double)distributions->columns[nearest]->step - step))
            nearest = i;
    return nearest;
}

/* The strength of a share of the values: 0 none, to INK_SHADES. Roots make small shares visible. */
static int shade_of(double share, double most)
{
    const int shade = most > 0.0 ? (int)ceil(sqrt(share / most) * INK_SHADES - 0.4) : 0;

    return shade < 0 ? 0 : shade < INK_SHADES ? shade : INK_SHADES;
}

static enum ink ink_of(const struct picture *picture, int shade)
{
    const enum ink first = picture->of == DISTRIBUTION_WEIGHTS ? INK_COLD : INK_WARM;

    return shade > 0 ? first + (enum ink)(shade - 1) : INK_NONE;
}

static void put_halves(const struct picture *picture, int x, int y, int above, int below)
{
    struct canvas area = picture->area;

    if (above == below) {
        canvas_ink(&area, x, y, INK_NONE, ink_of(picture, above));
    } else if (above == 0) {
        canvas_put(&area, x, y, 0x2584, STYLE_PLAIN);
        canvas_ink(&area, x, y, ink_of(picture, below), INK_NONE);
    } else {
        canvas_put(&area, x, y, 0x2580, STYLE_PLAIN);
        canvas_ink(&area, x, y, ink_of(picture, above), ink_of(picture, below));
    }
}

static void put_shade(const struct picture *picture, int x, int y, int shade)
{
    static const uint32_t ascii[] = {' ', '.', ':', '-', '=', '+', '*', '#', '@'};
    static const uint32_t blocks[] = {' ',    0x2591, 0x2591, 0x2591, 0x2592,
                                      0x2592, 0x2593, 0x2593, 0x2588};
    struct canvas area = picture->area;

    canvas_put(&area, x, y, area.glyphs == GLYPHS_ASCII ? ascii[shade] : blocks[shade],
               picture->of == DISTRIBUTION_WEIGHTS ? STYLE_POSITIVE : STYLE_NEGATIVE);
}

/* Draws a distribution in column x. */
static void draw_column(const struct picture *picture, int x,
                        const struct distribution *distribution, double most)
{
    const int count = picture->area.height * picture->units;
    double shares[ROWS_MAX];

    distribution_rows(distribution, picture->axis, count, shares);
    for (int y = 0; y < picture->area.height; y++) {
        const int row = count - 1 - y * picture->units; /* the largest values first */
        const int above = shade_of(shares[row], most);
        if (picture->units == 2)
            put_halves(picture, x, y, above, shade_of(shares[row - 1], most));
        else
            put_shade(picture, x, y, above);
    }
}

/* The largest share that a row has in any column: the end of the shades. */
static double largest_share(const struct picture *picture)
{
    const int count = picture->area.height * picture->units;
    double shares[ROWS_MAX], most = 0.0;

    for (int c = 0; c < picture->distributions->count; c++) {
        distribution_rows(distributions_at(picture->distributions, c, picture->layer, picture->of),
                          picture->axis, count, shares);
        for (int i = 0; i < count; i++)
            most = fmax(most, shares[i]);
    }
    return most;
}

/* From the run's start to the newest batch. */
static void draw_columns(const struct picture *picture, double from, double to)
{
    const struct frame *frame = picture->frame;
    const double most = largest_share(picture);
    const int width = picture->area.width;

    for (int x = 0; x < width; x++) {
        const double step = axis_step(frame, from + (to - from) * (x + 0.5) / width);
        if (step > (double)frame->snapshot->step && x > 0)
            return;
        const int column = column_at(picture->distributions, step);
        draw_column(picture, x,
                    distributions_at(picture->distributions, column, picture->layer, picture->of),
                    most);
    }
}

/* ---- the axes ---- */

/* A line at the moment that is shown, if it is past. */
static void mark_past(const struct picture *picture, double from, double to)
{
    const struct frame *frame = picture->frame;
    struct canvas area = picture->area;

    if (frame->past == NULL || to <= from)
        return;
    const double share = (axis_x(frame, (double)frame->past->step) - from) / (to - from);
    const int x = (int)(share * area.width);
    for (int y = 0; y < area.height && x >= 0 && x < area.width; y++) {
        canvas_fill(&area, x, y, 1, 1, INK_NONE);
        canvas_put(&area, x, y, area.glyphs == GLYPHS_ASCII ? ':' : 0x250A, STYLE_REPLAY);
    }
}

/* Values at the axis' ends and in its middle. */
static void draw_value_axis(const struct picture *picture, struct canvas *canvas, int y)
{
    const int height = picture->area.height, middle = y + (height - 1) / 2;
    const bool ascii = canvas->glyphs == GLYPHS_ASCII;
    char text[FIGURES_TEXT];

    for (int i = 0; i < height; i++)
        canvas_put(canvas, LABEL_WIDTH, y + i, ascii ? '|' : 0x2502, STYLE_BORDER);
    figures_brief(text, (double)picture->axis);
    canvas_text_right(canvas, LABEL_WIDTH, y, STYLE_DIM, "%s", text);
    if (height < 3)
        return;
    canvas_text_right(canvas, LABEL_WIDTH, middle, STYLE_DIM, "0");
    canvas_text_right(canvas, LABEL_WIDTH, y + height - 1, STYLE_DIM, "-%s", text);
    canvas_put(canvas, LABEL_WIDTH, middle, ascii ? '-' : 0x2524, STYLE_BORDER);
}

/* "weights now: deviation .20, largest .77, 2 % beyond the axis" */
static void draw_heading(const struct picture *picture, struct canvas *canvas, int y)
{
    const long step = frame_step(picture->frame);
    const bool past = picture->frame->past != NULL;
    const int column = column_at(picture->distributions, (double)step);
    const struct distribution *distribution =
        distributions_at(picture->distributions, column, picture->layer, picture->of);
    double shares[1];
    char deviation[FIGURES_TEXT], largest[FIGURES_TEXT];

    const double beyond = 100.0 * distribution_rows(distribution, picture->axis, 1, shares);
    figures_brief(deviation, (double)distribution->deviation);
    figures_brief(largest, (double)distribution->largest);
    int x = canvas_text(canvas, 0, y, STYLE_BOLD, "%s",
                        picture->of == DISTRIBUTION_WEIGHTS ? "weights" : "gradients");
    x = canvas_text(canvas, x, y, STYLE_DIM, " %s: deviation %s, largest %s", past ? "then" : "now",
                    deviation, largest);
    if (beyond >= 0.05)
        canvas_text(canvas, x, y, STYLE_DIM, ", %.1f %% beyond the axis", beyond);
}

/* ---- the pane ---- */

/* One of the two pictures in rows y to y + height - 1, with its heading. */
static void draw_picture(const struct frame *frame, struct canvas *canvas, int layer,
                         enum distribution_of of, int y, int height)
{
    const struct distributions *distributions = &frame->inside->distributions;
    const int most = ROWS_MAX / 2, rows = height - 1 < most ? height - 1 : most;
    struct picture picture = {.frame = frame,
                              .distributions = distributions,
                              .layer = layer,
                              .of = of,
                              .axis = distributions_axis(distributions, layer, of, WITHIN)};
    double from, to;

    picture.area = canvas_inside(canvas, LABEL_WIDTH + 1, y + 1, canvas->width, rows);
    picture.units = canvas->inks && canvas->glyphs != GLYPHS_ASCII ? 2 : 1;
    draw_heading(&picture, canvas, y);
    draw_value_axis(&picture, canvas, y + 1);
    if (!(picture.axis > 0.0F) || picture.area.width == 0 || picture.area.height == 0)
        return;
    axis_find(frame, &from, &to);
    draw_columns(&picture, from, to);
    mark_past(&picture, from, to);
}

static void draw_title(const struct frame *frame, int layer, struct canvas *canvas)
{
    const int count = frame->inside != NULL ? frame->inside->distributions.count : 0;
    struct legend legend = {0};
    struct summary_row row = {.type = "Layer"};

    if (layer >= 0)
        summary_row(frame->model, layer, &row);
    legend_add(&legend, 0, frame->focus == PANE_HISTOGRAMS ? STYLE_TITLE : STYLE_BOLD, 0,
               "%s over time", row.type);
    legend_add(&legend, 1, STYLE_DIM, 0, "  a column a moment, stronger is more");
    legend.right = true;
    if (count > 0)
        legend_add(&legend, 2, STYLE_DIM, 0, "%d moment%s", count, count == 1 ? "" : "s");
    legend_draw(&legend, canvas);
}

static void draw(const struct frame *frame, struct canvas *canvas)
{
    const int layer = layer_rows_layer(frame);
    struct canvas inside = canvas_box(canvas, "", frame->focus == PANE_HISTOGRAMS);
    const int width = inside.width - LABEL_WIDTH - 1;
    double from, to;

    draw_title(frame, layer, canvas);
    if (layer < 0 || frame->inside == NULL || frame->inside->distributions.count == 0) {
        canvas_text(&inside, 0, 0, STYLE_DIM,
                    layer < 0 ? "This network has no weights." : "They appear in a moment.");
        return;
    }
    const int rows = inside.height - 1, both = inside.height >= BOTH_HEIGHT;
    const int above = both ? (rows + 1) / 2 : rows;
    draw_picture(frame, &inside, layer, DISTRIBUTION_WEIGHTS, 0, above);
    if (both)
        draw_picture(frame, &inside, layer, DISTRIBUTION_GRADIENTS, above, rows - above);
    axis_find(frame, &from, &to);
    struct canvas ticks = canvas_inside(&inside, LABEL_WIDTH, rows, width + 1, 1);
    canvas_text(&inside, 0, rows, STYLE_DIM, "%.*s", LABEL_WIDTH, axis_unit(frame));
    if (width > 0)
        plot_ticks(&ticks, from, to);
}

/* Up and down select another layer. */
static void move(struct frame *frame, enum key_action action, int height)
{
    (void)height;
    if (action == KEY_MOVE_HOME || action == KEY_MOVE_END)
        layer_rows_select(frame, action == KEY_MOVE_HOME ? 0 : MODEL_LAYERS_MAX);
    else
        layer_rows_step(frame, pane_backward(action) ? -1 : 1);
}

const struct pane_class pane_histograms = {
    .name = "Over time",
    .topic = "Model",
    .arrows = "layer",
    .about =
        "How large the weights of the selected layer are, and their gradients, over the run. Each "
        "column is a moment: where it is strong, many weights have that value. Weights begin "
        "within narrow bounds and spread as the layer learns. Gradients that shrink to nothing "
        "mean that the layer has stopped learning; some that keep growing mean that the learning "
        "rate is too high. Values far out, at most one in 200 of all, are left out.",
    .draw = draw,
    .wants = WANT_DISTRIBUTIONS,
    .move = move,
    .back = layer_rows_back,
};
