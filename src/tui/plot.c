#include "tui/plot.h"

#include <math.h>
#include <string.h>

enum {
    LABEL_WIDTH = 5,
    TICK_GAP = 9,
    ROW_GAP = 2,
    TICKS_LEAST = 3,
    SHORT_DIGITS = 4, /* of a label of the y axis */
    LONG_DIGITS = 8,  /* of one of the x axis, which counts batches */
};

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

double plot_cell_x(const struct plot *plot, int column)
{
    return plot->x_min + (plot->x_max - plot->x_min) * column / plot->area.width;
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

/* Whether the cell is an edge of a band: half of it has the band's ink. */
static bool is_edge(const struct cell *cell)
{
    return cell->fore == INK_BAND || cell->fore == INK_BAND_WIDE;
}

/* Makes an edge of a band a whole cell of it, so that another glyph has room. */
static void fill_edge(struct cell *cell)
{
    if (!is_edge(cell))
        return;
    cell->back = cell->fore > cell->back ? cell->fore : cell->back;
    cell->fore = INK_NONE;
    cell->glyph = ' ';
}

static struct cell *area_cell(const struct plot *plot, int x, int y)
{
    return &plot->area.cells[y * plot->area.pitch + x];
}

/* Two series cannot share a cell: the later one wins. */
static void set_dot(struct plot *plot, int column, int row, enum style style)
{
    /* Braille's dots are numbered down the left column, then the right; the last row was added
     * later. */
    static const uint8_t braille[4][2] = {{0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}};
    int columns, rows;

    if (column < 0 || row < 0 || column >= plot_columns(plot) || row >= plot_rows(plot))
        return;
    dots_per_cell(plot->area.glyphs, &columns, &rows);
    struct cell *cell = area_cell(plot, column / columns, row / rows);
    fill_edge(cell);
    const uint32_t before = cell->style == style ? cell->glyph : ' ';
    if (plot->area.glyphs == GLYPHS_BRAILLE) {
        const uint32_t dots = before >= BRAILLE && before < BRAILLE + 256 ? before : BRAILLE;
        cell->glyph = dots | braille[row % 4][column % 2];
    } else if (plot->area.glyphs == GLYPHS_BLOCK) {
        const unsigned halves = before == 0x2580   ? 1
                                : before == 0x2584 ? 2
                                : before == 0x2588 ? 3
                                                   : 0;
        cell->glyph = half_block(halves | (row % 2 == 0 ? 1U : 2U));
    } else {
        cell->glyph = '#';
    }
    cell->style = (uint8_t)style;
}

/* ---- bands ---- */

/* The half of a cell that contains a value, from the top of the area; with ASCII's glyphs, which
 * have no halves, the upper or the lower half of its cell. */
static int half_of(const struct plot *plot, double value, bool lower)
{
    int columns, rows;

    dots_per_cell(plot->area.glyphs, &columns, &rows);
    return row_of(plot, value) * 2 / rows + (rows == 1 && lower ? 1 : 0);
}

/* Sets the background of a cell whose halves have these inks. */
static void put_band(struct plot *plot, int x, int y, enum ink above, enum ink below)
{
    if (above == below || plot->area.glyphs == GLYPHS_ASCII) {
        canvas_ink(&plot->area, x, y, INK_NONE, above > below ? above : below);
    } else if (above == INK_NONE) {
        canvas_put(&plot->area, x, y, 0x2584, STYLE_RAW);
        canvas_ink(&plot->area, x, y, below, INK_NONE);
    } else {
        canvas_put(&plot->area, x, y, 0x2580, STYLE_RAW);
        canvas_ink(&plot->area, x, y, above, below);
    }
}

static void draw_background(struct plot *plot, int column, const struct plot_spread *spread)
{
    const int top = half_of(plot, spread->high, false), bottom = half_of(plot, spread->low, true);
    const int inner_top = half_of(plot, spread->inner_high, false);
    const int inner_bottom = half_of(plot, spread->inner_low, true);

    for (int y = 0; y < plot->area.height; y++) {
        enum ink inks[2];
        for (int i = 0; i < 2; i++) {
            const int half = 2 * y + i;
            inks[i] = half < top || half > bottom                 ? INK_NONE
                      : half >= inner_top && half <= inner_bottom ? INK_BAND
                                                                  : INK_BAND_WIDE;
        }
        put_band(plot, column, y, inks[0], inks[1]);
    }
}

/* A dot for an end of a band, where there are no inks. */
static void put_end(struct plot *plot, int column, double value)
{
    static const uint32_t dots[][4] = {
        [GLYPHS_ASCII] = {'.'},
        [GLYPHS_BLOCK] = {0xB7, 0xB7},
        [GLYPHS_BRAILLE] = {BRAILLE + 1, BRAILLE + 2, BRAILLE + 4, BRAILLE + 0x40},
    };
    int columns, rows;
    const int row = row_of(plot, value);

    dots_per_cell(plot->area.glyphs, &columns, &rows);
    if (row >= 0 && row < plot_rows(plot))
        canvas_put(&plot->area, column, row / rows, dots[plot->area.glyphs][row % rows], STYLE_RAW);
}

void plot_band(struct plot *plot, int column, const struct plot_spread *spread)
{
    if (!isfinite(spread->low) || !isfinite(spread->high))
        return;
    if (plot->area.inks) {
        draw_background(plot, column, spread);
        return;
    }
    put_end(plot, column, spread->low);
    put_end(plot, column, spread->high);
}

/* ---- lines ---- */

void plot_line(struct plot *plot, int column, double before, double value, enum style style)
{
    const int thickness = plot->area.glyphs == GLYPHS_BRAILLE ? 2 : 1;

    if (!isfinite(value))
        return;
    const int to = row_of(plot, value), from = isfinite(before) ? row_of(plot, before) : to;
    int top = from < to ? from + 1 : to, bottom = from > to ? from - 1 : to;
    if (to < 0 || to >= plot_rows(plot))
        return;
    bottom += thickness - 1;
    if (bottom >= plot_rows(plot) && top > plot_rows(plot) - thickness)
        top = plot_rows(plot) - thickness; /* as thick at the lower edge */
    for (int row = top; row <= bottom; row++)
        set_dot(plot, column, row, style);
}

void plot_dot(struct plot *plot, int column, double value, enum style style)
{
    static const uint32_t glyphs[] = {[GLYPHS_ASCII] = '-', [GLYPHS_BLOCK] = 0xB7};
    int columns, rows;

    if (!isfinite(value))
        return;
    dots_per_cell(plot->area.glyphs, &columns, &rows);
    const int row = row_of(plot, value);
    if (plot->area.glyphs == GLYPHS_BRAILLE)
        set_dot(plot, column, row, style);
    else if (row >= 0 && row < plot_rows(plot))
        canvas_put(&plot->area, column / columns, row / rows, glyphs[plot->area.glyphs], style);
}

double plot_share_at(const struct canvas *pane, int x)
{
    const int border = 1, left = border + LABEL_WIDTH + 1, width = pane->width - border - left;

    return width > 0 ? (x - left + 0.5) / width : 0.0;
}

uint32_t plot_line_glyph(enum glyphs glyphs)
{
    return glyphs == GLYPHS_ASCII ? '#' : 0x2501;
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
    if (row < 0 || row >= plot_rows(plot))
        return;
    if (column >= plot->area.width)
        column = plot->area.width - 1;
    fill_edge(area_cell(plot, column, row / rows));
    canvas_put(&plot->area, column, row / rows, glyph, style);
}

void plot_mark(struct plot *plot, double x, double value, enum style style)
{
    plot_put(plot, x, value, plot_mark_glyph(plot->area.glyphs), style);
}

/* ---- lines across the area ---- */

/* The column of cells at x; -1 if it is not on the axis. */
static int cell_column(const struct plot *plot, double x)
{
    const double column = x_share(plot, x) * plot->area.width;

    return column >= 0.0 && column < plot->area.width ? (int)column : -1;
}

static bool is_blank(const struct cell *cell)
{
    return cell->glyph == ' ' && cell->style == STYLE_PLAIN && cell->back == INK_NONE;
}

bool plot_blank(const struct plot *plot, int x, int y, int width, int height)
{
    const struct canvas part = canvas_inside(&plot->area, x, y, width, height);

    for (int i = 0; i < part.width * part.height; i++)
        if (!is_blank(&part.cells[i / part.width * part.pitch + i % part.width]))
            return false;
    return true;
}

static uint32_t rule_glyph(const struct plot *plot)
{
    return plot->area.glyphs == GLYPHS_ASCII ? ':' : 0x250A;
}

void plot_rule(struct plot *plot, double x, enum style style)
{
    const int column = cell_column(plot, x);

    for (int y = 0; y < plot->area.height && column >= 0; y++)
        if (area_cell(plot, column, y)->glyph == ' ')
            canvas_put(&plot->area, column, y, rule_glyph(plot), style);
}

/* A faint glyph in a blank cell. */
static void put_faint(struct plot *plot, int x, int y, uint32_t glyph)
{
    if (!is_blank(area_cell(plot, x, y)))
        return;
    canvas_put(&plot->area, x, y, glyph, STYLE_BORDER);
    canvas_ink(&plot->area, x, y, INK_GRID, INK_NONE);
}

void plot_faint_rule(struct plot *plot, double x)
{
    const int column = cell_column(plot, x);

    for (int y = 0; y < plot->area.height && column >= 0 && plot->area.inks; y++)
        put_faint(plot, column, y, rule_glyph(plot));
}

void plot_crosshair(struct plot *plot, int column)
{
    const uint32_t glyph = plot->area.glyphs == GLYPHS_ASCII ? '|' : 0x2502;
    const int x = column * plot->area.width / plot_columns(plot);

    for (int y = 0; y < plot->area.height; y++) {
        struct cell *cell = area_cell(plot, x, y);
        fill_edge(cell);
        if (cell->style == STYLE_SMOOTH || cell->style == STYLE_SECOND)
            cell->style = STYLE_BOLD;
        else if (cell->glyph == ' ' || cell->style == STYLE_RAW || cell->style == STYLE_BORDER)
            canvas_put(&plot->area, x, y, glyph, STYLE_BOLD);
    }
}

/* ---- axes ---- */

/* With so many digits, or as a power of ten; without a zero before the point. */
static void label(char text[24], int digits, double value)
{
    const double size = fabs(value);

    if (digits < LONG_DIGITS && (size >= 1000.0 || (size < 0.001 && size > 0.0)))
        snprintf(text, 24, "%.0e", value);
    else
        snprintf(text, 24, "%.*g", digits, value);
    char *first = text[0] == '-' ? text + 1 : text;
    if (first[0] == '0' && first[1] == '.')
        memmove(first, first + 1, strlen(first));
}

static uint32_t tick_glyph(const struct plot *plot)
{
    return plot->canvas.glyphs == GLYPHS_ASCII ? '-' : 0x2524;
}

/* Whether a row of the area has a tick. */
static bool has_tick(const struct plot *plot, int y)
{
    return y >= 0 && y < plot->area.height &&
           plot->canvas.cells[y * plot->canvas.pitch + LABEL_WIDTH].glyph == tick_glyph(plot);
}

/* Draws a tick, unless the row or one beside it has one. */
static void y_tick(struct plot *plot, double value)
{
    char text[24];
    int columns, rows, row = row_of(plot, value);

    dots_per_cell(plot->area.glyphs, &columns, &rows);
    if (row < 0 || row >= plot_rows(plot))
        return;
    const int y = row / rows;
    for (int near = y - ROW_GAP + 1; near < y + ROW_GAP; near++)
        if (has_tick(plot, near))
            return;
    label(text, SHORT_DIGITS, value);
    canvas_text_right(&plot->canvas, LABEL_WIDTH, y, STYLE_DIM, "%s", text);
    canvas_put(&plot->canvas, LABEL_WIDTH, y, tick_glyph(plot), STYLE_BORDER);
}

void plot_grid(struct plot *plot)
{
    const uint32_t glyph = plot->area.glyphs == GLYPHS_ASCII ? '.' : 0x2508;

    for (int y = 0; y < plot->area.height; y++)
        for (int x = 0; x < plot->area.width && plot->area.inks && has_tick(plot, y); x++)
            put_faint(plot, x, y, glyph);
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

void plot_ticks(struct canvas *canvas, double from, double to)
{
    const bool ascii = canvas->glyphs == GLYPHS_ASCII;
    struct canvas axis = canvas_inside(canvas, 1, 0, canvas->width - 1, 1);
    const double step = plot_round_step((to - from) / axis.width * TICK_GAP);

    canvas_put(canvas, 0, 0, ascii ? '+' : 0x2514, STYLE_BORDER);
    for (int x = 0; x < axis.width; x++)
        canvas_put(&axis, x, 0, ascii ? '-' : 0x2500, STYLE_BORDER);
    double tick = (floor(from / step) + 1.0) * step;
    for (; tick < to + step * 0.0001; tick += step) {
        char text[24];
        label(text, LONG_DIGITS, tick);
        const int length = (int)strlen(text);
        const int x =
            (int)fmin((tick - from) / (to - from) * axis.width, axis.width - 1) - (length - 1) / 2;
        if (x >= 1 && x + length <= axis.width)
            canvas_text(&axis, x - 1, 0, STYLE_DIM, " %s ", text);
    }
}

static void x_axis(struct plot *plot, const char *unit)
{
    struct canvas axis =
        canvas_inside(&plot->canvas, LABEL_WIDTH, plot->area.height, plot->area.width + 1, 1);

    plot_ticks(&axis, plot->x_min, plot->x_max);
    canvas_text(&plot->canvas, 0, plot->area.height, STYLE_DIM, "%.*s", LABEL_WIDTH, unit);
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
                               canvas.height - (x_unit != NULL ? 1 : 0));
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
    if (x_unit != NULL)
        x_axis(plot, x_unit);
}
