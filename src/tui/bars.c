#include "tui/bars.h"

#include "tui/names.h"

#include <math.h>
#include <stdio.h>

enum {
    ALL_MAX = 10,     /* up to so many classes stand in their own order */
    NAME_LEAST = 3,   /* cells of a name that is longer */
    NUMBER_WIDTH = 4, /* " .64" */
};

/* The `count` likeliest classes, the likeliest first. */
static void find_likeliest(const float *probabilities, int classes, int order[], int count)
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

/* Cells of the names: up to half of what the numbers leave. */
static int name_width(const struct canvas *canvas, const struct classes *classes)
{
    const int half = (canvas->width - NUMBER_WIDTH) / 2, widest = names_widest(classes);
    const int most = half > NAME_LEAST ? half : NAME_LEAST;

    return widest < most ? widest : most;
}

void bars_draw(struct canvas *canvas, const float *probabilities, const struct classes *classes,
               int label)
{
    const int most = classes->count < ALL_MAX ? classes->count : ALL_MAX;
    const int rows = canvas->height < most ? canvas->height : most;
    const int width = name_width(canvas, classes);
    int order[ALL_MAX];

    find_likeliest(probabilities, classes->count, order, rows);
    for (int i = 0; i < rows; i++) {
        int k = rows >= classes->count ? i : order[i];
        int hundredths = isfinite(probabilities[k]) ? (int)(probabilities[k] * 100.0F + 0.5F) : 0;
        enum style style = k == label ? STYLE_GOOD : STYLE_PLAIN;
        names_draw(canvas, 0, i, width, style, classes, k);
        canvas_bar(canvas, width + 1, i, canvas->width - width - 1 - NUMBER_WIDTH,
                   (double)probabilities[k], style);
        if (hundredths == 100)
            canvas_text_right(canvas, canvas->width, i, style, "1.0");
        else
            canvas_text_right(canvas, canvas->width, i, style, ".%02d", hundredths);
    }
}
