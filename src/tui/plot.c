#include "tui/plot.h"

#include <math.h>
#include <string.h>

enum { LABEL_WIDTH = 5, TICK_GAP = 9, ROW_GAP = 2, TICKS_LEAST = 3 };

static const double ERROR_LEAST = 0.05; /* percent: 99.95 is the top of PLOT_LOG_ERROR */
static const uint32_t BRAILLE = 0x2800;

/* ---- scales ---- */

static double scaled(enum plot_scale scale, double value)
{
    switch (scale) {
    case PLOT_LOG: return log10(fmax(value, 1e-12));
    case PLOT_LOG_ERROR: return -log10(fmax(100.0 - value, ERROR_LEAST));
    case PLOT_LINEAR: break;
    }
    return value;
}

double plot_round_step(double least)
{
    double power = pow(10.0, floor(log10(least)));

    if (least <= power)
        return power;
    return least <= 2.0 * power ? 2.0 * power : least <= 5.0 * power ? 5.0 * power : 10.0 * power;
}

/* ---- dots ---- */

static void dots_per_cell(enum glyphs glyphs, int *columns, int *rows)
{
    *columns = glyphs == GLYPHS_BRAILLE ? 2 : 1;
    *rows = glyphs == GLYPHS_BRAILLE ? 4 : glyphs == GLYPHS_BLOCK ? 2 : 1;
}

int plot_columns(const struct plot *plot)
{
    int columns, rows;

    dots_per_cell(plot->area.glyphs, &columns, &rows);
    return plot->area.width * columns;
}

static int plot_rows(const struct plot *plot)
{
    int columns, rows;

    dots_per_cell(plot->area.glyphs, &columns, &rows);
    return plot->area.height * rows;
}

double plot_x(const struct plot *plot, double column)
{
    return plot->x_min + (plot->x_max - plot->x_min) * column / plot_columns(plot);
}

/* The position of a value on the x axis: 0 at its start, 1 at its end. */
static double x_share(const struct plot *plot, double x)
{
    return (x - plot->x_min) / (plot->x_max - plot->x_min);
}

/* The row of dots of a value, from the top; outside the area if the value is off the axis. */
static int row_of(const struct plot *plot, double value)
{
    double height = (scaled(plot->scale, value) - plot->low) / (plot->high - plot->low);

    return (int)lround((1.0 - fmin(fmax(height, -9.0), 9.0)) * (plot_rows(plot) - 1));
}

/* Half blocks: the upper half, the lower half, or both. */
static uint32_t half_block(unsigned halves)
{
    static const uint32_t glyphs[] = {' ', 0x2580, 0x2584, 0x2588};

    return glyphs[halves & 3];
}

static void set_dot(struct plot *plot, int column, int row, enum style style)
{
    /* Braille's dots are numbered down the left column, then the right; the last row was added
     * later. */
    static const uint8_t braille[4][2] = {{0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}};
    int columns, rows;

    if (column < 0 || row < 0 || column >= plot_columns(plot) || row >= plot_rows(plot))
        return;
    dots_per_cell(plot->area.glyphs, &columns, &rows);
    struct cell *cell = &plot->area.cells[row / rows * plot->area.pitch + column / columns];
    if (plot->area.glyphs == GLYPHS_BRAILLE) {
        uint32_t dots =
            cell->glyph >= BRAILLE && cell->glyph < BRAILLE + 256 ? cell->glyph : BRAILLE;
        cell->glyph = dots | braille[row % 4][column % 2];
    } else if (style == STYLE_GHOST) {
        cell->glyph = plot->area.glyphs == GLYPHS_BLOCK ? 0xB7 : '-';
    } else if (plot->area.glyphs == GLYPHS_BLOCK) {
        unsigned halves = cell->glyph == 0x2580   ? 1
                          : cell->glyph == 0x2584 ? 2
                          : cell->glyph == 0x2588 ? 3
                                                  : 0;
        if (cell->style != style)
            halves = 0; /* two series cannot share a cell: the later one wins */
        cell->glyph = half_block(halves | (row % 2 == 0 ? 1U : 2U));
    } else {
        cell->glyph = style == STYLE_RAW ? '.' : '#';
    }
    cell->style = (uint8_t)style;
}

void plot_band(struct plot *plot, int column, double low, double high, enum style style)
{
    if (!isfinite(low) || !isfinite(high))
        return;
    int bottom = row_of(plot, low), top = row_of(plot, high);
    /* Every other dot, so that a line on top is visible without colours. */
    for (int row = top; row <= bottom; row++)
        if (top == bottom || plot->area.glyphs != GLYPHS_BRAILLE || (row + column) % 2 == 0)
            set_dot(plot, column, row, style);
}

void plot_line(struct plot *plot, int column, double before, double value, enum style style)
{
    if (!isfinite(value))
        return;
    int to = row_of(plot, value), from = isfinite(before) ? row_of(plot, before) : to;
    int step = from < to ? 1 : -1;
    if (from != to)
        from += step;
    for (int row = from; row != to; row += step)
        set_dot(plot, column, row, style);
    set_dot(plot, column, to, style);
}

double plot_share_at(const struct canvas *pane, int x)
{
    const int border = 1, left = border + LABEL_WIDTH + 1, width = pane->width - border - left;

    return width > 0 ? (x - left + 0.5) / width : 0.0;
}

uint32_t plot_mark_glyph(enum glyphs glyphs)
{
    return glyphs == GLYPHS_ASCII ? 'o' : 0x25CF;
}

void plot_put(struct plot *plot, double x, double value, uint32_t glyph, enum style style)
{
    int columns, rows;
    double share = x_share(plot, x);

    if (!isfinite(value) || !(share >= 0.0 && share <= 1.0) || plot->area.width == 0)
        return;
    dots_per_cell(plot->area.glyphs, &columns, &rows);
    int row = row_of(plot, value), column = (int)(share * plot->area.width);
    if (row >= 0)
        canvas_put(&plot->area, column < plot->area.width ? column : plot->area.width - 1,
                   row / rows, glyph, style);
}

void plot_mark(struct plot *plot, double x, double value, enum style style)
{
    plot_put(plot, x, value, plot_mark_glyph(plot->area.glyphs), style);
}

void plot_rule(struct plot *plot, double x, enum style style)
{
    const uint32_t glyph = plot->area.glyphs == GLYPHS_ASCII ? ':' : 0x250A;
    const int column = (int)(x_share(plot, x) * plot->area.width);

    for (int y = 0; y < plot->area.height && column >= 0 && column < plot->area.width; y++)
        if (plot->area.cells[y * plot->area.pitch + column].glyph == ' ')
            canvas_put(&plot->area, column, y, glyph, style);
}

/* ---- axes ---- */

static void label_value(char text[16], double value)
{
    double size = fabs(value);

    snprintf(text, 16, size >= 1000.0 || (size < 0.001 && size > 0.0) ? "%.0e" : "%.4g", value);
}

static void label_count(char text[16], double value)
{
    snprintf(text, 16, "%.8g", value);
}

static void y_tick(struct plot *plot, double value)
{
    const uint32_t tick = plot->canvas.glyphs == GLYPHS_ASCII ? '-' : 0x2524;
    char text[16];
    int columns, rows, row = row_of(plot, value);

    dots_per_cell(plot->area.glyphs, &columns, &rows);
    if (row < 0 || row >= plot_rows(plot))
        return;
    if (plot->canvas.cells[row / rows * plot->canvas.pitch + LABEL_WIDTH].glyph == tick)
        return; /* the row has a label */
    label_value(text, value);
    canvas_text_right(&plot->canvas, LABEL_WIDTH, row / rows, STYLE_PLAIN, "%s", text);
    canvas_put(&plot->canvas, LABEL_WIDTH, row / rows, tick, STYLE_BORDER);
}

/* Draws the ticks at the powers of ten times these multiples that lie on the axis, in this order;
 * with `draw` false it only counts them. */
static int log_ticks(struct plot *plot, const double *multiples, int count, bool draw)
{
    int ticks = 0;

    for (int i = 0; i < count; i++) {
        for (int power = (int)floor(plot->low); power <= (int)ceil(plot->high); power++) {
            double value = multiples[i] * pow(10.0, power);
            int row = row_of(plot, value);
            if (row < 0 || row >= plot_rows(plot))
                continue;
            ticks++;
            if (draw)
                y_tick(plot, value);
        }
    }
    return ticks;
}

/* Draws ticks at round values: 1-2-5 steps on a linear axis; powers of ten on a logarithmic one, or
 * finer if it spans too few of them. */
static void y_ticks(struct plot *plot)
{
    static const double errors[] = {0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 90};
    static const double multiples[] = {1.0, 2.0, 5.0, 1.5, 3.0, 7.0};
    static const int sets[] = {1, 3, 6}; /* of the multiples' first */
    double rows = plot->area.height > 1 ? plot->area.height - 1 : 1;
    double range = plot->high - plot->low;

    if (plot->scale == PLOT_LINEAR) {
        double step = plot_round_step(range / rows * ROW_GAP);
        for (double tick = ceil(plot->low / step - 1e-9) * step; tick <= plot->high + 1e-9 * step;
             tick += step)
            y_tick(plot, fabs(tick) < step * 1e-6 ? 0.0 : tick);
    } else if (plot->scale == PLOT_LOG_ERROR) {
        int every = range / rows * ROW_GAP > 0.31 ? 2 : 1; /* 0.31: log10(2) between neighbours */
        for (int i = 0; i < 10; i += every)
            y_tick(plot, 100.0 - errors[i]);
    } else {
        int set = 0;
        while (set < 2 && log_ticks(plot, multiples, sets[set], false) < TICKS_LEAST)
            set++;
        log_ticks(plot, multiples, sets[set], true);
    }
}

static void x_axis(struct plot *plot, const char *unit)
{
    const bool ascii = plot->canvas.glyphs == GLYPHS_ASCII;
    const int y = plot->area.height, width = plot->area.width;
    double step = plot_round_step((plot->x_max - plot->x_min) / width * TICK_GAP);

    canvas_put(&plot->canvas, LABEL_WIDTH, y, ascii ? '+' : 0x2514, STYLE_BORDER);
    for (int x = 0; x < width; x++)
        canvas_put(&plot->canvas, LABEL_WIDTH + 1 + x, y, ascii ? '-' : 0x2500, STYLE_BORDER);
    double tick = (floor(plot->x_min / step) + 1.0) * step;
    for (; tick < plot->x_max + step * 0.0001; tick += step) {
        char text[16];
        label_count(text, tick);
        int x = LABEL_WIDTH + 1 + (int)lround(x_share(plot, tick) * width);
        if (x - LABEL_WIDTH - 2 < (int)strlen(text))
            continue; /* it would be on the other axis */
        canvas_put(&plot->canvas, x - 1, y, ascii ? '|' : 0x2534, STYLE_BORDER);
        canvas_text_right(&plot->canvas, x - 1, y, STYLE_PLAIN, "%s", text);
    }
    canvas_text(&plot->canvas, 0, y, STYLE_PLAIN, "%.*s", LABEL_WIDTH, unit);
}

void plot_widen(double *low, double *high, double value)
{
    if (isfinite(value)) {
        *low = fmin(*low, value);
        *high = fmax(*high, value);
    }
}

void plot_init(struct plot *plot, struct canvas canvas, enum plot_scale scale, double low,
               double high, double x_min, double x_max, const char *x_unit)
{
    *plot = (struct plot){.canvas = canvas, .scale = scale, .x_min = x_min, .x_max = x_max};
    plot->area = canvas_inside(&canvas, LABEL_WIDTH + 1, 0, canvas.width - LABEL_WIDTH - 1,
                               canvas.height - 1);
    plot->low = scaled(scale, low);
    plot->high = scaled(scale, high);
    double least = scale == PLOT_LINEAR ? fmax(fabs(plot->high) * 0.01, 1e-6) : 0.1;
    if (!(plot->high - plot->low >= least)) { /* a constant, or no values */
        double middle = isfinite(plot->low + plot->high) ? (plot->low + plot->high) / 2.0 : 0.0;
        plot->low = middle - least / 2.0;
        plot->high = middle + least / 2.0;
    }
    if (plot->area.width == 0 || plot->area.height == 0)
        return;
    for (int y = 0; y < plot->area.height; y++)
        canvas_put(&canvas, LABEL_WIDTH, y, canvas.glyphs == GLYPHS_ASCII ? '|' : 0x2502,
                   STYLE_BORDER);
    y_ticks(plot);
    x_axis(plot, x_unit);
}
