#include "tui/matrix.h"

#include "tui/names.h"

#include <math.h>

enum {
    LABEL_LEAST = 4,   /* of a row's name that is longer, with a space */
    HEADING_LEAST = 3, /* of a column's name that is longer */
    CELL_LEAST = 3,
    CELL_WIDTH = 9, /* at most, before other columns are as wide as they may be */
    CELL_WIDTH_MAX = 14,
    CELL_HEIGHT_MAX = 5,
    TALL = 4,         /* from this height of a cell on the heading has two rows */
    RECALL_WIDE = 11, /* of the column after the matrix, at most */
    IMAGES_WIDTH = 8, /* of a second one, if cells are one row high */
    WINDOW = 10,      /* classes; a matrix of more gives up rows and columns before anything else */
    COLUMNS_LEAST = 6, /* with fewer there is no matrix */
};

/* ---- sums ---- */

static double share_of(int part, int whole)
{
    return whole > 0 ? (double)part / whole : 0.0;
}

/* One standard deviation below the mean of the shares of those classes that have any images. */
static double low_share(const struct confusion *matrix, const int wholes[])
{
    double sum = 0.0, squares = 0.0;
    int count = 0;

    for (int k = 0; k < matrix->classes; k++) {
        if (wholes[k] == 0)
            continue;
        const double share = share_of(matrix->counts[k][k], wholes[k]);
        sum += share;
        squares += share * share;
        count++;
    }
    const double mean = count > 0 ? sum / count : 0.0;
    return mean - sqrt(fmax(0.0, count > 0 ? squares / count - mean * mean : 0.0));
}

void matrix_add_up(const struct confusion *matrix, struct matrix_sums *sums)
{
    *sums = (struct matrix_sums){.classes = matrix->classes};
    for (int i = 0; i < sums->classes; i++) {
        for (int j = 0; j < sums->classes; j++) {
            const int count = matrix->counts[i][j];
            sums->rows[i] += count;
            sums->columns[j] += count;
            if (i != j && count > sums->worst)
                sums->worst = count;
        }
        sums->right += matrix->counts[i][i];
        sums->total += sums->rows[i];
    }
    sums->low_recall = low_share(matrix, sums->rows);
    sums->low_precision = low_share(matrix, sums->columns);
}

int matrix_find_pairs(const struct confusion *matrix, struct matrix_entry pairs[MATRIX_PAIRS])
{
    int found = 0;

    for (int i = 0; i < matrix->classes; i++)
        for (int j = 0; j < matrix->classes; j++) {
            const int count = matrix->counts[i][j];
            int at = found;
            if (i == j || count == 0)
                continue;
            for (; at > 0 && pairs[at - 1].count < count; at--)
                if (at < MATRIX_PAIRS)
                    pairs[at] = pairs[at - 1];
            if (at < MATRIX_PAIRS)
                pairs[at] = (struct matrix_entry){i, j, count};
            found += found < MATRIX_PAIRS;
        }
    return found;
}

/* ---- the layout ---- */

static int smaller(int a, int b)
{
    return a < b ? a : b;
}

static int larger(int a, int b)
{
    return a > b ? a : b;
}

/* Digits of the largest class, so that every matrix of a split has the same layout. */
static int widest_count(const struct matrix_sums *sums)
{
    int most = 0, digits = 1;

    for (int i = 0; i < sums->classes; i++)
        most = larger(most, sums->rows[i]);
    for (; most >= 10; most /= 10)
        digits++;
    return digits;
}

/* The first of `shown` rows or columns, with the cursor near their middle. */
static int first_shown(const struct matrix_layout *layout, int cursor, int shown)
{
    return larger(0, smaller(cursor - shown / 2, layout->classes - shown));
}

/* Widens a column by what is left, to at most `width`. */
static void widen(int *column, int width, int *left)
{
    const int more = larger(0, smaller(width - *column, *left));

    *column += more;
    *left -= more;
}

static void lay_out_columns(struct matrix_layout *layout, int width, int column, int digits,
                            bool switched)
{
    const int widest = names_widest(layout->names), window = smaller(layout->classes, WINDOW);
    const bool named = layout->names->named; /* numbers are not cut */
    const int heading = named ? smaller(widest, HEADING_LEAST) : widest;
    const int least = larger(CELL_LEAST, heading + 1), whole = larger(least, digits);
    const int name = larger(LABEL_LEAST, width - window * whole - MATRIX_RECALL_WIDTH);

    layout->label_width = named ? smaller(widest + 1, name) : widest + 1;
    int left = larger(0, width - layout->label_width);
    const bool counts = left >= window * whole;
    const int cell = counts ? whole : least;
    layout->recall = left >= window * cell + MATRIX_RECALL_WIDTH ? MATRIX_RECALL_WIDTH : 0;
    left -= layout->recall;
    layout->columns = smaller(layout->classes, left / cell);
    if (layout->columns < smaller(layout->classes, COLUMNS_LEAST)) {
        layout->columns = 0;
        return;
    }
    const int beside = MATRIX_LABEL_WIDE + RECALL_WIDE; /* the widest that these get */
    layout->shares = counts == switched;
    layout->cell_width = larger(smaller(left / layout->columns, CELL_WIDTH),
                                smaller((left - beside) / layout->columns, CELL_WIDTH_MAX));
    layout->first_column = first_shown(layout, column, layout->columns);
    left -= layout->columns * layout->cell_width;
    widen(&layout->label_width, MATRIX_LABEL_WIDE, &left);
    if (layout->recall == 0)
        return;
    if (layout->cell_height == 1 && left >= IMAGES_WIDTH)
        widen(&layout->images, IMAGES_WIDTH, &left);
    widen(&layout->recall, RECALL_WIDE, &left);
}

static int heading_rows(int cell_height)
{
    return cell_height >= TALL ? 2 : 1;
}

/* Cells as high as fit with two lines below. */
static void choose_height(struct matrix_layout *layout, int height)
{
    int cell = CELL_HEIGHT_MAX;

    while (cell > 1 && heading_rows(cell) + cell * layout->classes + 2 > height)
        cell--;
    layout->cell_height = cell;
    layout->heading = heading_rows(cell);
}

/* Takes a line of those that are left, if it is wanted. */
static bool take_line(int *left, bool wanted)
{
    const bool taken = wanted && *left >= 1;

    *left -= taken;
    return taken;
}

/* The caption comes first, then the precision, the pairs, and the sums of the columns. High cells
 * have left room for two of these. The sums need cells with a gap. */
static void lay_out_rows(struct matrix_layout *layout, int height, int row, int digits)
{
    const bool high = layout->cell_height > 1;
    const bool named = layout->recall > 0 || layout->label_width >= MATRIX_LABEL_WIDE;
    const int window = high ? layout->classes : smaller(layout->classes, WINDOW);
    int left = height - layout->heading - window * layout->cell_height - (high ? 2 : 0);

    layout->caption = take_line(&left, true);
    layout->precision = high ? named : take_line(&left, named);
    layout->pairs = larger(0, smaller(left, MATRIX_PAIRS));
    left -= layout->pairs;
    layout->read = high ? named : take_line(&left, named && layout->cell_width > digits);
    layout->rows = high ? window : larger(0, smaller(layout->classes, window + left));
    layout->first = first_shown(layout, row, layout->rows);
}

struct matrix_layout matrix_lay_out(const struct matrix_sums *sums, const struct classes *names,
                                    int row, int column, bool switched, int width, int height)
{
    struct matrix_layout layout = {.classes = sums->classes, .names = names};

    choose_height(&layout, height);
    lay_out_columns(&layout, width, column, widest_count(sums), switched);
    lay_out_rows(&layout, height, row, widest_count(sums));
    if (layout.columns == 0)
        layout.rows = 0;
    return layout;
}

int matrix_cell_left(const struct matrix_layout *layout, int column)
{
    return layout->label_width + (column - layout->first_column) * layout->cell_width;
}

int matrix_after(const struct matrix_layout *layout)
{
    return layout->label_width + layout->columns * layout->cell_width;
}

int matrix_width(const struct matrix_layout *layout)
{
    return matrix_after(layout) + layout->images + layout->recall;
}
