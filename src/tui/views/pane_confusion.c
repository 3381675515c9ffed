/*
 * pane_confusion.c -- the confusion matrix: which classes are read as which.
 *
 * True classes are down and those read across, with a cursor on a cell. A cell has the number of
 * its images, or with `%` the percentage of its row; its background tells what is right, and how
 * many mistakes there are relative to the cell with the most. As far as there is room: each class'
 * recall, precision and totals, which warn where they are one standard deviation below the mean of
 * all classes; a sentence about the cursor's cell; the most confused pairs. Names that do not fit
 * are cut. Rows and columns that do not fit scroll with the cursor.
 */
#include "tui/frame.h"

#include "support/glyph.h"
#include "tui/matrix.h"
#include "tui/names.h"

#include <math.h>
#include <string.h>

enum {
    FRAMED_HEIGHT = 3, /* from this height on a frame marks the cell under the cursor */
    PAGE = 10,         /* classes of a longer matrix */
    PAIR_BAR = 20,     /* cells of the longest bar of a pair, at most */
    TITLE_WIDTH = 50,  /* from this width on the title has the number of mistakes */
    NAME_SIZE = CLASS_NAME_MAX + 2,
    UPPER_HALF = 0x2580,
    FULL_BLOCK = 0x2588,
    LEFT_HALF = 0x258C,
    RIGHT_HALF = 0x2590,
};

static int smaller(int a, int b)
{
    return a < b ? a : b;
}

static int larger(int a, int b)
{
    return a > b ? a : b;
}

static double share_of(int part, int whole)
{
    return whole > 0 ? (double)part / whole : 0.0;
}

static struct matrix_layout lay_out(const struct frame *frame, const struct matrix_sums *sums,
                                    int width, int height)
{
    return matrix_lay_out(sums, frame->classes, frame->true_class, frame->predicted_class,
                          frame->panes[PANE_CONFUSION].switched, width, height);
}

/* ---- figures ---- */

/* "98.7", ".3", "100", or "-" for no images; whole percent if the text has no room else. Less than
 * all is never "100". */
static void percent_text(char text[8], int width, int part, int whole)
{
    const double percent = 100.0 * share_of(part, whole);

    if (whole == 0)
        snprintf(text, 8, "-");
    else if (part == whole)
        snprintf(text, 8, "100");
    else if (percent < 0.95)
        snprintf(text, 8, ".%d", (int)(percent * 10.0 + 0.5));
    else if (width >= (percent < 9.95 ? 3 : 4))
        snprintf(text, 8, "%.1f", fmin(percent, 99.9));
    else
        snprintf(text, 8, "%.0f", fmin(percent, 99.0));
}

/* A count, in thousands if it is wider than a cell; off the diagonal it leaves the gap free. */
static void count_text(char text[16], int width, int count)
{
    snprintf(text, 16, "%d", count);
    if ((int)strlen(text) > width)
        snprintf(text, 16, "%dk", count / 1000);
}

/* Writes a text in the middle of a cell, whose last column is a gap that only a long one takes. */
static void write_middle(struct canvas *canvas, int x, int y, int width, enum style style,
                         const char *text)
{
    const int length = glyph_width(text);

    canvas_text(canvas, x + larger(0, (width - length) / 2), y, style, "%s", text);
}

static void write_percent(struct canvas *canvas, int x, int y, int width, enum style style,
                          int part, int whole)
{
    char text[8];

    percent_text(text, width - 1, part, whole);
    write_middle(canvas, x, y, width, style, text);
}

/* ---- cells ---- */

static bool shows_blocks(const struct canvas *canvas)
{
    return canvas->inks && canvas->glyphs != GLYPHS_ASCII;
}

/* 0 to INK_HEATS - 1 by the number of mistakes. */
static int heat_of(const struct matrix_sums *sums, int count)
{
    return count * INK_HEATS / (sums->worst + 1);
}

static enum ink cell_ink(const struct matrix_sums *sums, const struct matrix_entry *entry)
{
    if (entry->label == entry->predicted)
        return INK_RIGHT;
    return entry->count == 0 ? INK_ZERO : INK_HEAT + (enum ink)heat_of(sums, entry->count);
}

/* Without inks the colour of the figure says what the background does with them. */
static enum style cell_style(const struct canvas *canvas, const struct matrix_sums *sums,
                             const struct matrix_entry *entry)
{
    if (entry->count == 0)
        return STYLE_DIM;
    if (entry->label == entry->predicted)
        return STYLE_GOOD;
    if (canvas->inks)
        return STYLE_BOLD;
    return heat_of(sums, entry->count) >= INK_HEATS / 2 ? STYLE_BAD : STYLE_PLAIN;
}

/* Fills a cell without its gap; what is higher than a row ends half a row before the next one. */
static void fill_cell(struct canvas *canvas, enum ink ink)
{
    const int width = canvas->width - 1, height = canvas->height;
    const bool half = height > 1 && shows_blocks(canvas);

    canvas_fill(canvas, 0, 0, width, half ? height - 1 : height, ink);
    for (int x = 0; half && x < width; x++) {
        canvas_put(canvas, x, height - 1, UPPER_HALF, STYLE_PLAIN);
        canvas_ink(canvas, x, height - 1, ink, INK_NONE);
    }
}

/* The figure of a cell, in the row that is the nearest to its middle. */
static void draw_figure(const struct matrix_layout *layout, struct canvas *canvas, int row_total,
                        const struct matrix_entry *entry, enum style style)
{
    const int y = (canvas->height - 1) / 2, width = canvas->width;
    char text[16];

    if (entry->count == 0) {
        canvas_put(canvas, (width - 1) / 2, y, canvas->glyphs == GLYPHS_ASCII ? '.' : 0xB7, style);
        return;
    }
    if (layout->shares)
        percent_text(text, width - 1, entry->count, row_total);
    else
        count_text(text, entry->label == entry->predicted ? width : width - 1, entry->count);
    write_middle(canvas, 0, y, width, style, text);
}

/* A frame in the colour of the focus, inside of the cell. */
static void draw_frame(struct canvas *canvas)
{
    const int right = canvas->width - 2, bottom = canvas->height - 1;

    for (int y = 0; y <= bottom; y++)
        for (int x = 0; x <= right; x++) {
            const bool top = y == 0 || y == bottom, side = x == 0 || x == right;
            if (!top && !side)
                continue;
            canvas_put(canvas, x, y,
                       top && side && y == 0 ? FULL_BLOCK
                       : top                 ? UPPER_HALF
                       : x == 0              ? LEFT_HALF
                                             : RIGHT_HALF,
                       STYLE_FOCUS);
        }
}

/* Marks a cell by its style, and by brackets where the figure leaves room for them. */
static void draw_selected(const struct matrix_layout *layout, struct canvas *canvas, int row_total,
                          const struct matrix_entry *entry)
{
    const int y = (canvas->height - 1) / 2, right = canvas->width - 1;

    for (int i = 0; i < canvas->width * canvas->height; i++)
        canvas_put(canvas, i % canvas->width, i / canvas->width, ' ', STYLE_SELECTED);
    draw_figure(layout, canvas, row_total, entry, STYLE_SELECTED);
    if (canvas->cells[y * canvas->pitch].glyph == ' ')
        canvas_put(canvas, 0, y, '[', STYLE_SELECTED);
    if (canvas->cells[y * canvas->pitch + right].glyph == ' ')
        canvas_put(canvas, right, y, ']', STYLE_SELECTED);
}

/* Draws one cell, which is a canvas by itself. */
static void draw_cell(const struct matrix_layout *layout, struct canvas *canvas,
                      const struct matrix_sums *sums, const struct matrix_entry *entry, bool cursor)
{
    const bool framed = canvas->height >= FRAMED_HEIGHT && shows_blocks(canvas);
    const int row_total = sums->rows[entry->label];

    if (cursor && !framed) {
        draw_selected(layout, canvas, row_total, entry);
        return;
    }
    if (canvas->inks)
        fill_cell(canvas, cell_ink(sums, entry));
    draw_figure(layout, canvas, row_total, entry, cell_style(canvas, sums, entry));
    if (cursor)
        draw_frame(canvas);
}

/* ---- the table ---- */

static void draw_heading(const struct matrix_layout *layout, struct canvas *canvas, int column)
{
    const int end = layout->first_column + layout->columns, right = matrix_width(layout);

    for (int j = layout->first_column; j < end; j++) {
        const int room = layout->cell_width - 1, x = matrix_cell_left(layout, j);
        const int width = smaller(room, glyph_width(layout->names->names[j]));
        names_draw(canvas, x + (layout->cell_width - width) / 2, 0, width,
                   j == column ? STYLE_TITLE : STYLE_BOLD, layout->names, j);
    }
    if (layout->images > 0)
        canvas_text_right(canvas, right - layout->recall, 0, STYLE_DIM, "images");
    if (layout->heading > 1) {
        canvas_text(canvas, 0, 1, STYLE_DIM, "true");
        canvas_text_right(canvas, right, 0, STYLE_DIM, "images");
    }
    if (layout->recall > 0)
        canvas_text_right(canvas, right, layout->heading - 1, STYLE_DIM, "%s",
                          layout->recall > 8   ? "recall %"
                          : layout->recall > 6 ? "recall"
                                               : "rec.");
}

static enum style figure_style(int part, int whole, double low)
{
    return share_of(part, whole) < low && whole > 0 ? STYLE_WARNING : STYLE_PLAIN;
}

static void draw_recall(const struct matrix_layout *layout, struct canvas *canvas,
                        const struct matrix_sums *sums, int right, int i)
{
    const int y = (layout->cell_height - 1) / 2, at = matrix_width(layout);
    const int tall = layout->cell_height > 1;
    char text[8];

    if (layout->recall == 0)
        return;
    percent_text(text, MATRIX_RECALL_WIDTH, right, sums->rows[i]);
    canvas_text_right(canvas, at, y + tall, figure_style(right, sums->rows[i], sums->low_recall),
                      "%s", text);
    if (tall || layout->images > 0)
        canvas_text_right(canvas, tall ? at : at - layout->recall, y, STYLE_DIM, "%d",
                          sums->rows[i]);
}

static void draw_row(const struct matrix_layout *layout, struct canvas *canvas,
                     const struct confusion *matrix, const struct matrix_sums *sums, int i,
                     int cursor_column)
{
    const int indent = layout->label_width >= MATRIX_LABEL_WIDE && !layout->names->named ? 2 : 0;

    names_draw(canvas, indent, (layout->cell_height - 1) / 2, layout->label_width - 1 - indent,
               cursor_column >= 0 ? STYLE_TITLE : STYLE_BOLD, layout->names, i);
    for (int j = layout->first_column; j < layout->first_column + layout->columns; j++) {
        struct canvas cell = canvas_inside(canvas, matrix_cell_left(layout, j), 0,
                                           layout->cell_width, layout->cell_height);
        draw_cell(layout, &cell, sums, &(struct matrix_entry){i, j, matrix->counts[i][j]},
                  j == cursor_column);
    }
    draw_recall(layout, canvas, sums, matrix->counts[i][i], i);
}

/* The name of a line below the matrix: where the rows' names are, or else after it. */
static void name_line(const struct matrix_layout *layout, struct canvas *canvas, int y,
                      const char *name, const char *brief)
{
    if (layout->label_width >= MATRIX_LABEL_WIDE)
        canvas_text(canvas, 0, y, STYLE_DIM, "%s", name);
    else
        canvas_text(canvas, matrix_after(layout) + 1, y, STYLE_DIM, "%s", brief);
}

/* Draws the number of images read as each class, and each class' precision. Returns the next
 * row. */
static int draw_sums(const struct matrix_layout *layout, struct canvas *canvas,
                     const struct confusion *matrix, const struct matrix_sums *sums, int y)
{
    const int first = layout->first_column, end = first + layout->columns;
    const int width = layout->cell_width;
    char text[16];

    for (int j = first; layout->read && j < end; j++) {
        count_text(text, width, sums->columns[j]);
        if (layout->shares)
            percent_text(text, width - 1, sums->columns[j], sums->total);
        write_middle(canvas, matrix_cell_left(layout, j), y, width, STYLE_DIM, text);
    }
    if (layout->read)
        name_line(layout, canvas, y++, "read", "read");
    for (int j = first; layout->precision && j < end; j++)
        write_percent(canvas, matrix_cell_left(layout, j), y, width,
                      figure_style(matrix->counts[j][j], sums->columns[j], sums->low_precision),
                      matrix->counts[j][j], sums->columns[j]);
    if (layout->precision)
        name_line(layout, canvas, y++, "prec.%", "prec");
    return y;
}

/* ---- sentences ---- */

/* "6s", or the name of a class that has one. */
static void name_several(char text[NAME_SIZE], const struct classes *classes, int class)
{
    snprintf(text, NAME_SIZE, "%s%s", classes->names[class], classes->named ? "" : "s");
}

static void draw_caption(const struct frame *frame, struct canvas *canvas,
                         const struct matrix_sums *sums, int y)
{
    const int row = frame->true_class, column = frame->predicted_class;
    const int count = frame->confusion->counts[row][column], whole = sums->rows[row];
    char name[NAME_SIZE];

    name_several(name, frame->classes, row);
    canvas_text(canvas, 0, y, STYLE_PLAIN, "%s read as %s: %d of %d images, %.1f %%", name,
                frame->classes->names[column], count, whole, 100.0 * share_of(count, whole));
}

static void draw_pairs(const struct frame *frame, struct canvas *canvas, int y, int most)
{
    struct matrix_entry pairs[MATRIX_PAIRS];
    const int found = smaller(most, matrix_find_pairs(frame->confusion, pairs));
    char text[MATRIX_PAIRS][2 * NAME_SIZE + 16];
    int width = 0;

    for (int i = 0; i < found; i++) {
        char name[NAME_SIZE];
        name_several(name, frame->classes, pairs[i].label);
        snprintf(text[i], sizeof text[i], "%s read as %s", name,
                 frame->classes->names[pairs[i].predicted]);
        width = larger(width, glyph_width(text[i]));
    }
    for (int i = 0; i < found; i++) {
        int x = canvas_text(canvas, 0, y + i, STYLE_DIM, "%s", text[i]);
        x = canvas_text(canvas, width, y + i, STYLE_BOLD, "%5d ", pairs[i].count);
        const int bar = smaller(PAIR_BAR, canvas->width - x);
        const int filled = larger(1, bar * pairs[i].count / pairs[0].count);
        for (int j = 0; j < filled; j++)
            canvas_put(canvas, x + j, y + i, canvas->glyphs == GLYPHS_ASCII ? '#' : 0x25A0,
                       STYLE_BAD);
    }
}

/* "after epoch 5", or which batch if the matrix is of another moment. */
static void moment_text(const struct frame *frame, char text[48])
{
    const long step = frame->confusion->step;
    const int batches = frame->snapshot != NULL ? frame->snapshot->batches : 0;

    text[0] = '\0';
    if (batches > 0 && step % batches == 0)
        snprintf(text, 48, " after epoch %ld", step / batches);
    else if (batches > 0)
        snprintf(text, 48, " after batch %ld", step);
}

static struct canvas draw_border(const struct frame *frame, const struct matrix_sums *sums,
                                 struct canvas *canvas)
{
    const double accuracy = 100.0 * share_of(sums->right, sums->total);
    const bool focused = frame->focus == PANE_CONFUSION;
    const int mistakes = sums->total - sums->right;
    char title[128], moment[48];

    moment_text(frame, moment);
    if (sums->total == 0)
        snprintf(title, sizeof title, "Confusion");
    else if (canvas->width < TITLE_WIDTH)
        snprintf(title, sizeof title, "Confusion  %.2f %%", accuracy);
    else
        snprintf(title, sizeof title, "Confusion  %.2f %%  %d mistake%s%s", accuracy, mistakes,
                 mistakes == 1 ? "" : "s", moment);
    return pane_box(canvas, title, sums->total > 0 ? "true down, read across" : "", focused);
}

static void draw(const struct frame *frame, struct canvas *canvas)
{
    const struct confusion *matrix = frame->confusion;
    const int row = frame->true_class, column = frame->predicted_class;
    struct matrix_sums sums;

    matrix_add_up(matrix, &sums);
    struct canvas inside = draw_border(frame, &sums, canvas);
    const struct matrix_layout layout = lay_out(frame, &sums, inside.width, inside.height);
    if (sums.total == 0) {
        canvas_text(&inside, 0, 0, STYLE_DIM, "Appears after epoch 1");
        return;
    }
    if (layout.rows == 0)
        return;
    draw_heading(&layout, &inside, column);
    int y = layout.heading;
    for (int i = layout.first; i < layout.first + layout.rows; i++, y += layout.cell_height) {
        struct canvas line = canvas_inside(&inside, 0, y, inside.width, layout.cell_height);
        draw_row(&layout, &line, matrix, &sums, i, i == row ? column : -1);
    }
    y = draw_sums(&layout, &inside, matrix, &sums, y);
    if (layout.caption)
        draw_caption(frame, &inside, &sums, y++);
    draw_pairs(frame, &inside, y, layout.pairs);
}

/* The cell that draw() draws at (x, y) of the same canvas. False if there is none. */
static bool find_cell(const struct frame *frame, const struct canvas *canvas, int x, int y,
                      int *row, int *column)
{
    struct matrix_sums sums;

    matrix_add_up(frame->confusion, &sums);
    const struct matrix_layout layout =
        lay_out(frame, &sums, canvas->width - 2, canvas->height - 2);
    x -= 1 + layout.label_width; /* the border, the labels */
    y -= 1 + layout.heading;
    if (x < 0 || y < 0 || layout.rows == 0 || sums.total == 0 ||
        x >= layout.columns * layout.cell_width || y >= layout.rows * layout.cell_height)
        return false;
    *row = layout.first + y / layout.cell_height;
    *column = layout.first_column + x / layout.cell_width;
    return true;
}

/* ---- keys ---- */

/* The images of the cell are shown from their first one on. */
static void go_to_cell(struct frame *frame, int label, int predicted)
{
    frame->true_class = label;
    frame->predicted_class = predicted;
    frame->panes[PANE_CELL].first = 0;
}

/* Moves to the cell with the most mistakes; stays if there are none. */
static void go_to_most_confused(struct frame *frame)
{
    struct matrix_entry pairs[MATRIX_PAIRS];

    if (matrix_find_pairs(frame->confusion, pairs) > 0)
        go_to_cell(frame, pairs[0].label, pairs[0].predicted);
}

static void move(struct frame *frame, enum key_action action, int height)
{
    int label = frame->true_class, predicted = frame->predicted_class;
    int *class = pane_vertical(action) ? &label : &predicted;
    const bool pages = action == KEY_MOVE_PAGE_UP || action == KEY_MOVE_PAGE_DOWN;
    const int classes = frame->test->classes, step = pages && classes > PAGE ? PAGE : 1;

    (void)height;
    if (action == KEY_MOVE_HOME) {
        go_to_most_confused(frame);
        return;
    }
    if (action == KEY_MOVE_END)
        label = predicted = classes - 1;
    else
        *class = pane_wrap(*class + (pane_backward(action) ? -step : step), classes);
    go_to_cell(frame, label, predicted);
}

/* Shows the images of the cell. */
static void enter(struct frame *frame, char message[PANE_MESSAGE])
{
    char name[NAME_SIZE];

    if (frame->confusion->step == 0) {
        snprintf(message, PANE_MESSAGE, "The matrix appears after epoch 1.");
        return;
    }
    frame->augmented = false;
    frame->browse->filter = BROWSE_CELL;
    frame->browse->label = frame->true_class;
    frame->browse->predicted = frame->predicted_class;
    frame_open(frame, VIEW_SAMPLES);
    name_several(name, frame->classes, frame->true_class);
    snprintf(message, PANE_MESSAGE, "%s read as %s. Esc: back to the matrix.", name,
             frame->classes->names[frame->predicted_class]);
}

/* A press on the cell that is already selected opens its images. */
static void point(struct frame *frame, const struct pointer *pointer, const struct canvas *canvas,
                  int x, int y, char message[PANE_MESSAGE])
{
    int row, column;

    if (pointer->act != POINTER_PRESS || !find_cell(frame, canvas, x, y, &row, &column))
        return;
    if (row == frame->true_class && column == frame->predicted_class)
        enter(frame, message);
    else
        go_to_cell(frame, row, column);
}

static bool has_matrix(const struct frame *frame)
{
    return frame->confusion->step > 0;
}

static void press_shares(struct frame *frame, int key, char message[PANE_MESSAGE])
{
    bool *switched = &frame->panes[PANE_CONFUSION].switched;

    (void)key;
    (void)message;
    *switched = !*switched;
}

static const struct pane_key keys[] = {
    {{'%'}, "%", "shares", "counts, or percent of the row", has_matrix, press_shares},
    {.names = NULL},
};

const struct pane_class pane_confusion = {
    .name = "Confusion",
    .topic = "Confusion",
    .arrows = "cell",
    .enters = "its images",
    .about =
        "Which classes are taken for which: a row is what an image is, a column what the network "
        "reads. All right answers lie on the diagonal; the redder a cell, the more mistakes. "
        "Recall is the share of a class' images that are found, precision the share of images "
        "read as a class that are of it; yellow: clearly lower than those of the other classes.",
    .draw = draw,
    .keys = keys,
    .wants = WANT_OUTCOMES,
    .move = move,
    .enter = enter,
    .point = point,
};
