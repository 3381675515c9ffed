/*
 * pane_confusion.c -- the confusion matrix: which classes are read as which.
 *
 * True classes are down and predicted ones across, with a cursor on a cell. As far as there is
 * room: the number of images in each cell, otherwise the percentage of its row; each class' recall,
 * precision and totals; a sentence about the cursor's cell. Names that do not fit are cut. Rows and
 * columns that do not fit scroll with the cursor.
 */
#include "tui/frame.h"

#include "tui/names.h"

enum {
    LABEL_LEAST = 4,   /* of a row's name that is longer, with a space */
    HEADING_LEAST = 3, /* of a column's name that is longer, above counts */
    SUM_WIDTH = 9,     /* of a column after the matrix: images, recall */
    NAME_WIDTH = 12,   /* of the name after a line below the matrix */
    SHARE_WIDTH = 3,   /* of a cell that shows percent */
    FIGURE_WIDTH = 4,  /* of percent with a decimal */
    SPARE_WIDTH = 6,   /* of a cell that shows counts beside their digits, at most */
    CELL_HEIGHT_MAX = 3,
    SHADES = 4,
    WINDOW = 10, /* classes; a matrix of more gives up rows and columns before anything else */
    PAGE = 10,   /* classes of a longer matrix */
    COLUMNS_LEAST = 6, /* with fewer there is no matrix */
    TITLE_WIDTH = 64,  /* from this width on the title names the axes */
};

/* A mistake's share of its row's images from which on it gets each shade. */
static const double shade_shares[SHADES] = {0.005, 0.02, 0.05, 0.1};

struct sums {
    int classes;
    int rows[CLASSES_MAX], columns[CLASSES_MAX];
    int right, total;
};

/* What fits inside the border. */
struct matrix_layout {
    int classes;
    const struct classes *names;
    bool counts;     /* cells hold counts, else percent */
    int digits;      /* of the widest count */
    int label_width; /* of the rows' names, with a space */
    int cell_width, cell_height;
    int first, rows; /* of the matrix; no rows: no room for a matrix */
    int first_column, columns;
    bool recall, images;                /* columns after it */
    bool caption, precision, predicted; /* lines below it */
};

static void add_up(const struct confusion *matrix, struct sums *sums)
{
    *sums = (struct sums){.classes = matrix->classes};
    for (int i = 0; i < sums->classes; i++) {
        for (int j = 0; j < sums->classes; j++) {
            sums->rows[i] += matrix->counts[i][j];
            sums->columns[j] += matrix->counts[i][j];
        }
        sums->right += matrix->counts[i][i];
        sums->total += sums->rows[i];
    }
}

static int digits_of(int count)
{
    int digits = 1;

    for (; count >= 10; count /= 10)
        digits++;
    return digits;
}

/* Digits of the largest class, so that every matrix of a split has the same layout. */
static int widest_count(const struct sums *sums)
{
    int most = 0;

    for (int i = 0; i < sums->classes; i++)
        most = sums->rows[i] > most ? sums->rows[i] : most;
    return digits_of(most);
}

static int smaller(int a, int b)
{
    return a < b ? a : b;
}

static int larger(int a, int b)
{
    return a > b ? a : b;
}

/* The first of `shown` rows or columns, with the cursor near their middle. */
static int first_shown(const struct matrix_layout *layout, int cursor, int shown)
{
    return larger(0, smaller(cursor - shown / 2, layout->classes - shown));
}

static void lay_out_columns(struct matrix_layout *layout, int width, int column)
{
    const int widest = names_widest(layout->names), window = smaller(layout->classes, WINDOW);
    const bool named = layout->names->named; /* numbers are not cut */
    const int cell = larger(layout->digits, named ? smaller(widest, HEADING_LEAST) : widest) + 1;
    const int share = named ? SHARE_WIDTH : larger(SHARE_WIDTH, widest + 1);
    const int least = window * cell, name = larger(LABEL_LEAST, width - least - 2 * SUM_WIDTH);

    layout->label_width = named ? smaller(widest + 1, name) : widest + 1;
    const int left = width - layout->label_width;
    layout->counts = left >= least;
    layout->recall = left >= least + SUM_WIDTH;
    layout->images = left >= least + 2 * SUM_WIDTH;
    const int room = larger(0, left - (layout->recall + layout->images) * SUM_WIDTH);
    layout->columns = smaller(layout->classes, room / (layout->counts ? cell : share));
    if (layout->columns < smaller(layout->classes, COLUMNS_LEAST))
        layout->columns = 0;
    layout->cell_width = share;
    if (layout->counts)
        layout->cell_width = smaller(room / layout->columns, cell - 1 + SPARE_WIDTH);
    layout->first_column = first_shown(layout, column, layout->columns);
}

/* `named`: there is room for the names of the lines below. */
static void lay_out_rows(struct matrix_layout *layout, int height, int row, bool named)
{
    const int window = smaller(layout->classes, WINDOW);
    int left = height - 1 - window; /* under the heading and the matrix */

    layout->caption = left >= 1;
    layout->precision = named && left >= 2;
    layout->predicted = named && left >= 3;
    left += window - layout->caption - layout->precision - layout->predicted;
    layout->cell_height = left / layout->classes;
    if (layout->cell_height > CELL_HEIGHT_MAX)
        layout->cell_height = CELL_HEIGHT_MAX;
    if (layout->cell_height < 1)
        layout->cell_height = 1;
    layout->rows = left < layout->classes ? left : layout->classes;
    layout->first = first_shown(layout, row, layout->rows);
}

/* The column after a cell. */
static int cell_right(const struct matrix_layout *layout, int column)
{
    return layout->label_width + (column - layout->first_column + 1) * layout->cell_width;
}

/* The column after the matrix. */
static int matrix_right(const struct matrix_layout *layout)
{
    return layout->label_width + layout->columns * layout->cell_width;
}

static struct matrix_layout lay_out(const struct sums *sums, const struct classes *names, int width,
                                    int height, int row, int column)
{
    struct matrix_layout layout = {
        .classes = sums->classes, .names = names, .digits = widest_count(sums)};

    lay_out_columns(&layout, width, column);
    lay_out_rows(&layout, height, row, width - matrix_right(&layout) >= NAME_WIDTH);
    if (layout.columns == 0 || layout.rows < 0)
        layout.rows = 0;
    return layout;
}

static double share_of(int part, int whole)
{
    return whole > 0 ? (double)part / whole : 0.0;
}

/* "98.7", "100", or "-" for no images; whole percent if `width` is too small. */
static void write_percent(struct canvas *canvas, int right, int y, enum style style, int width,
                          int part, int whole)
{
    const double percent = 100.0 * share_of(part, whole);

    if (whole == 0)
        canvas_text_right(canvas, right, y, style, "-");
    else
        canvas_text_right(canvas, right, y, style, "%.*f",
                          width > FIGURE_WIDTH && percent < 99.95 ? 1 : 0, percent);
}

static uint32_t shade(enum glyphs glyphs, double share)
{
    static const char ascii[] = " :+*#";
    static const uint32_t blocks[] = {' ', 0x2591, 0x2592, 0x2593, 0x2588};
    int level = 0;

    while (level < SHADES && share >= shade_shares[level])
        level++;
    return glyphs == GLYPHS_ASCII ? (unsigned char)ascii[level] : blocks[level];
}

static enum style cell_style(int count, double share, bool right)
{
    if (count == 0)
        return STYLE_DIM;
    if (right)
        return STYLE_GOOD;
    return share >= shade_shares[1]   ? STYLE_BAD
           : share >= shade_shares[0] ? STYLE_WARNING
                                      : STYLE_PLAIN;
}

/* Draws one cell, which is a canvas by itself. */
static void draw_cell(const struct matrix_layout *layout, struct canvas *canvas, int count,
                      int row_total, bool right, bool cursor)
{
    const double share = share_of(count, row_total);
    const enum style style = cursor ? STYLE_REVERSE : cell_style(count, share, right);
    const int edge = canvas->width;

    for (int y = 0; y < canvas->height; y++)
        for (int x = 0; x < edge; x++)
            canvas_put(canvas, x, y, ' ', style);
    if (count == 0)
        canvas_put(canvas, edge - 1, 0, canvas->glyphs == GLYPHS_ASCII ? '.' : 0xB7, style);
    else if (layout->counts)
        canvas_text_right(canvas, edge, 0, style, "%d", count);
    else
        write_percent(canvas, edge, 0, style, edge, count, row_total);
    if (layout->counts && !right && count > 0)
        canvas_put(canvas, edge - digits_of(count) - 1, 0, shade(canvas->glyphs, share), style);
    if (canvas->height > 1 && layout->counts && count > 0)
        canvas_text_right(canvas, edge, 1, cursor ? style : STYLE_DIM, "%.1f%%", 100.0 * share);
}

static void draw_heading(const struct matrix_layout *layout, struct canvas *canvas, int column)
{
    int behind = matrix_right(layout);

    const int end = layout->first_column + layout->columns;

    for (int j = layout->first_column; j < end; j++)
        names_draw_right(canvas, cell_right(layout, j), 0, layout->cell_width - 1,
                         j == column ? STYLE_REVERSE : STYLE_BOLD, layout->names, j);
    if (layout->images)
        canvas_text_right(canvas, behind += SUM_WIDTH, 0, STYLE_BOLD, "images");
    if (layout->recall)
        canvas_text_right(canvas, behind + SUM_WIDTH, 0, STYLE_BOLD, "recall %%");
}

static void draw_row(const struct matrix_layout *layout, struct canvas *canvas,
                     const struct confusion *matrix, const struct sums *sums, int i,
                     int cursor_column)
{
    int behind = matrix_right(layout);

    names_draw(canvas, 0, 0, layout->label_width - 1,
               cursor_column >= 0 ? STYLE_REVERSE : STYLE_BOLD, layout->names, i);
    for (int j = layout->first_column; j < layout->first_column + layout->columns; j++) {
        struct canvas cell = canvas_inside(canvas, cell_right(layout, j) - layout->cell_width, 0,
                                           layout->cell_width, layout->cell_height);
        draw_cell(layout, &cell, matrix->counts[i][j], sums->rows[i], i == j, j == cursor_column);
    }
    if (layout->images)
        canvas_text_right(canvas, behind += SUM_WIDTH, 0, STYLE_PLAIN, "%d", sums->rows[i]);
    if (layout->recall)
        write_percent(canvas, behind + SUM_WIDTH, 0, STYLE_PLAIN, SUM_WIDTH, matrix->counts[i][i],
                      sums->rows[i]);
}

/* Draws the number of images read as each class, and each class' precision. Returns the next
 * row. */
static int draw_sums(const struct matrix_layout *layout, struct canvas *canvas,
                     const struct confusion *matrix, const struct sums *sums, int y)
{
    const int behind = matrix_right(layout), first = layout->first_column;

    for (int j = first; layout->predicted && j < first + layout->columns; j++) {
        if (layout->counts)
            canvas_text_right(canvas, cell_right(layout, j), y, STYLE_PLAIN, "%d",
                              sums->columns[j]);
        else
            write_percent(canvas, cell_right(layout, j), y, STYLE_PLAIN, layout->cell_width,
                          sums->columns[j], sums->total);
    }
    if (layout->predicted)
        canvas_text(canvas, behind + 1, y++, STYLE_BOLD, "predicted");
    for (int j = first; layout->precision && j < first + layout->columns; j++)
        write_percent(canvas, cell_right(layout, j), y, STYLE_PLAIN, layout->cell_width,
                      matrix->counts[j][j], sums->columns[j]);
    if (layout->precision)
        canvas_text(canvas, behind + 1, y++, STYLE_BOLD, "precision %%");
    return y;
}

static void draw_caption(struct canvas *canvas, const struct confusion *matrix,
                         const struct sums *sums, const struct classes *classes, int row,
                         int column, int y)
{
    const int count = matrix->counts[row][column];

    canvas_text(canvas, 0, y, STYLE_PLAIN, "True %s, predicted %s: %d image%s, %.1f %% of class %s",
                classes->names[row], classes->names[column], count, count == 1 ? "" : "s",
                100.0 * share_of(count, sums->rows[row]), classes->names[row]);
}

static struct canvas draw_border(const struct sums *sums, bool focused, struct canvas *canvas)
{
    const double accuracy = 100.0 * share_of(sums->right, sums->total);
    char title[96];

    if (sums->total == 0)
        snprintf(title, sizeof title, "Confusion");
    else if (canvas->width < TITLE_WIDTH)
        snprintf(title, sizeof title, "Confusion %.2f %%  true down", accuracy);
    else
        snprintf(title, sizeof title, "Confusion  accuracy %.2f %%  true down, predicted across",
                 accuracy);
    return canvas_box(canvas, title, focused);
}

static void draw(const struct frame *frame, struct canvas *canvas)
{
    const struct confusion *matrix = frame->confusion;
    const struct classes *classes = frame->classes;
    const int row = frame->true_class, column = frame->predicted_class;
    struct sums sums;

    add_up(matrix, &sums);
    struct canvas inside = draw_border(&sums, frame->focus == PANE_CONFUSION, canvas);
    struct matrix_layout layout = lay_out(&sums, classes, inside.width, inside.height, row, column);
    if (sums.total == 0) {
        canvas_text(&inside, 0, 0, STYLE_DIM, "Appears after epoch 1");
        return;
    }
    if (layout.rows == 0)
        return;
    draw_heading(&layout, &inside, column);
    for (int i = layout.first; i < layout.first + layout.rows; i++) {
        struct canvas line = canvas_inside(&inside, 0, 1 + (i - layout.first) * layout.cell_height,
                                           inside.width, layout.cell_height);
        draw_row(&layout, &line, matrix, &sums, i, i == row ? column : -1);
    }
    int y = draw_sums(&layout, &inside, matrix, &sums, 1 + layout.rows * layout.cell_height);
    if (layout.caption)
        draw_caption(&inside, matrix, &sums, classes, row, column, y);
}

/* The cell that draw() draws at (x, y) of the same canvas. False if there is none. */
static bool find_cell(const struct frame *frame, const struct canvas *canvas, int x, int y,
                      int *row, int *column)
{
    struct sums sums;

    add_up(frame->confusion, &sums);
    struct matrix_layout layout =
        lay_out(&sums, frame->classes, canvas->width - 2, canvas->height - 2, frame->true_class,
                frame->predicted_class);
    x -= 1 + layout.label_width; /* the border, the labels */
    y -= 1 + 1;                  /* the border, the heading */
    if (x < 0 || y < 0 || layout.rows == 0 || sums.total == 0 ||
        x >= layout.columns * layout.cell_width || y >= layout.rows * layout.cell_height)
        return false;
    *row = layout.first + y / layout.cell_height;
    *column = layout.first_column + x / layout.cell_width;
    return true;
}

/* ---- keys ---- */

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

static void move(struct frame *frame, enum key_action action, int height)
{
    int *class = pane_vertical(action) ? &frame->true_class : &frame->predicted_class;
    const bool pages = action == KEY_MOVE_PAGE_UP || action == KEY_MOVE_PAGE_DOWN;
    const int classes = frame->test->classes, step = pages && classes > PAGE ? PAGE : 1;

    (void)height;
    if (action == KEY_MOVE_HOME)
        go_to_most_confused(frame);
    else if (action == KEY_MOVE_END)
        frame->true_class = frame->predicted_class = classes - 1;
    else
        *class = pane_wrap(*class + (pane_backward(action) ? -step : step), classes);
}

/* Shows the images of the cell. */
static void enter(struct frame *frame, char message[PANE_MESSAGE])
{
    if (frame->confusion->step == 0) {
        snprintf(message, PANE_MESSAGE, "The matrix appears after epoch 1.");
        return;
    }
    frame->augmented = false;
    frame->browse->filter = BROWSE_CELL;
    frame->browse->label = frame->true_class;
    frame->browse->predicted = frame->predicted_class;
    frame_open(frame, VIEW_SAMPLES);
    snprintf(message, PANE_MESSAGE, "%s%s read as %s. Esc: back to the matrix.",
             frame->classes->names[frame->true_class], frame->classes->named ? "" : "s",
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
    frame->true_class = row;
    frame->predicted_class = column;
}

const struct pane_class pane_confusion = {
    .name = "Confusion",
    .arrows = "cell",
    .enters = "its images",
    .about =
        "Which classes are taken for which: a row is what an image is, a column what the network "
        "reads. All right answers lie on the diagonal. Recall is the share of a class' images that "
        "are found, precision the share of images read as a class that are of it.",
    .draw = draw,
    .wants = WANT_OUTCOMES,
    .move = move,
    .enter = enter,
    .point = point,
};
