#include "tui/bars.h"

#include "data/dataset.h"

#include <math.h>

static void sort_by_probability(const float *probabilities, int order[DATASET_CLASSES])
{
    for (int i = 0; i < DATASET_CLASSES; i++) {
        int at = i;
        for (; at > 0 && probabilities[order[at - 1]] < probabilities[i]; at--)
            order[at] = order[at - 1];
        order[at] = i;
    }
}

void bars_draw(struct canvas *canvas, const float *probabilities, int label)
{
    int order[DATASET_CLASSES], rows = canvas->height;

    sort_by_probability(probabilities, order);
    for (int i = 0; i < DATASET_CLASSES && i < rows; i++) {
        int k = rows >= DATASET_CLASSES ? i : order[i];
        int hundredths = isfinite(probabilities[k]) ? (int)(probabilities[k] * 100.0F + 0.5F) : 0;
        enum style style = k == label ? STYLE_GOOD : STYLE_PLAIN;
        canvas_text(canvas, 0, i, style, "%d", k);
        canvas_bar(canvas, 2, i, canvas->width - 6, (double)probabilities[k], style);
        if (hundredths == 100)
            canvas_text_right(canvas, canvas->width, i, style, "1.0");
        else
            canvas_text_right(canvas, canvas->width, i, style, ".%02d", hundredths);
    }
}
