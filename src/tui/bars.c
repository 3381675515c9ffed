#include "tui/bars.h"

#include <math.h>
#include <stdio.h>

enum { ALL_MAX = 10 }; /* up to so many classes stand in their own order */

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

void bars_draw(struct canvas *canvas, const float *probabilities, int classes, int label)
{
    const int most = classes < ALL_MAX ? classes : ALL_MAX;
    const int rows = canvas->height < most ? canvas->height : most;
    const int width = snprintf(NULL, 0, "%d ", classes - 1);
    int order[ALL_MAX];

    find_likeliest(probabilities, classes, order, rows);
    for (int i = 0; i < rows; i++) {
        int k = rows >= classes ? i : order[i];
        int hundredths = isfinite(probabilities[k]) ? (int)(probabilities[k] * 100.0F + 0.5F) : 0;
        enum style style = k == label ? STYLE_GOOD : STYLE_PLAIN;
        canvas_text(canvas, 0, i, style, "%d", k);
        canvas_bar(canvas, width, i, canvas->width - width - 4, (double)probabilities[k], style);
        if (hundredths == 100)
            canvas_text_right(canvas, canvas->width, i, style, "1.0");
        else
            canvas_text_right(canvas, canvas->width, i, style, ".%02d", hundredths);
    }
}
