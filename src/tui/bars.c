#include "tui/bars.h"

#include "tui/card.h"
#include "tui/names.h"

#include <math.h>
#include <stdio.h>

enum {
    ALL_MAX = 10,     /* up to so many classes stand in their own order */
    NAME_LEAST = 3,   /* cells of a name that is longer */
    NUMBER_WIDTH = 4, /* " .64" */
    NOTHING = 200,    /* a probability below one of so many rounds to nothing */
};

/* How the rows are divided. */
struct columns {
    int name, mark; /* cells */
    int bar;        /* the first cell of the bar; it ends before the number */
};

/* NaN is nothing. */
static bool is_nothing(float probability)
{
    return !(probability * NOTHING >= 1.0F);
}

static int find_likeliest(const float *probabilities, int classes)
{
    int likeliest = 0;

    for (int k = 1; k < classes; k++)
        if (probabilities[k] > probabilities[likeliest])
            likeliest = k;
    return likeliest;
}

/* The `count` likeliest classes, the likeliest first. */
static void sort_likeliest(const float *probabilities, int classes, int order[], int count)
{
    for (int i = 0; i < classes; i++) {
        int at = i < count ? i : count;
        for (; at > 0 && probabilities[order[at - 1]] < probabilities[i]; at--)
            if (at < count)
                order[at] = order[at - 1];
        if (at < count)
            order[at] = i;
    }
}

/* The classes shown in at most `rows` rows; returns how many. */
static int choose(const float *probabilities, int classes, int label, int order[ALL_MAX], int rows)
{
    bool has_label = label < 0;
    int count = 0;

    sort_likeliest(probabilities, classes, order, rows);
    if (rows >= classes) {
        for (int k = 0; k < classes; k++)
            order[k] = k;
        return classes;
    }
    while (count < rows && (count == 0 || !is_nothing(probabilities[order[count]])))
        has_label = order[count++] == label || has_label;
    if (!has_label && rows > 1) {
        count += count < rows;
        order[count - 1] = label;
    }
    return count;
}

/* Cells of the names: up to half of what the numbers leave. */
static struct columns lay_out(const struct canvas *canvas, const struct classes *classes, int label)
{
    const int half = (canvas->width - NUMBER_WIDTH) / 2, widest = names_widest(classes);
    const int most = half > NAME_LEAST ? half : NAME_LEAST;
    struct columns columns = {.name = widest < most ? widest : most};

    columns.mark = label < 0 ? 0 : canvas->glyphs == GLYPHS_ASCII ? 2 : 1;
    columns.bar = columns.name + 1 + columns.mark + (columns.mark > 0);
    return columns;
}

/* The filled part of the bar alone. */
static void draw_bar(struct canvas *canvas, int y, int x, float probability, enum style style)
{
    const int steps = canvas->glyphs == GLYPHS_ASCII ? 1 : 8, width = canvas->width - NUMBER_WIDTH;
    const double share = fmin((double)probability, 1.0);

    if (width <= x)
        return;
    const int filled = (int)(share * (width - x) * steps + 0.5), least = filled > 0 ? filled : 1;
    const int cells = (least + steps - 1) / steps;
    canvas_bar(canvas, x, y, cells, (double)least / (cells * steps), style);
}

static void draw_row(struct canvas *canvas, int y, const struct columns *columns,
                     const struct classes *classes, int class, float probability, enum style style)
{
    const bool marked = style != STYLE_DIM, nothing = is_nothing(probability);
    const int hundredths = nothing ? 0 : (int)(fminf(probability, 1.0F) * 100.0F + 0.5F);

    names_draw(canvas, 0, y, columns->name, marked ? STYLE_BOLD : STYLE_DIM, classes, class);
    if (columns->mark > 0 && marked)
        card_mark(canvas, columns->name + 1, y, style == STYLE_GOOD);
    if (nothing)
        return;
    draw_bar(canvas, y, columns->bar, probability, style);
    if (hundredths == 100)
        canvas_text_right(canvas, canvas->width, y, marked ? STYLE_BOLD : STYLE_DIM, "1.0");
    else
        canvas_text_right(canvas, canvas->width, y, marked ? STYLE_BOLD : STYLE_DIM, ".%02d",
                          hundredths);
}

int bars_most(const struct classes *classes)
{
    return classes->count < ALL_MAX ? classes->count : ALL_MAX;
}

void bars_draw(struct canvas *canvas, const float *probabilities, const struct classes *classes,
               int label)
{
    const int most = bars_most(classes), rows = canvas->height < most ? canvas->height : most;
    const int likeliest = find_likeliest(probabilities, classes->count);
    const struct columns columns = lay_out(canvas, classes, label);
    int order[ALL_MAX];

    if (rows < 1)
        return;
    const int count = choose(probabilities, classes->count, label, order, rows);
    for (int i = 0; i < count; i++) {
        const int k = order[i];
        const enum style style = k == label       ? STYLE_GOOD
                                 : k != likeliest ? STYLE_DIM
                                 : label < 0      ? STYLE_KEY
                                                  : STYLE_BAD;
        draw_row(canvas, i, &columns, classes, k, probabilities[k], style);
    }
}
