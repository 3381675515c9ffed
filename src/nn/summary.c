#include "nn/summary.h"

#include "nn/layers.h"

#include <stdio.h>

void summary_thousands(char *text, size_t size, size_t number)
{
    char digits[32];
    int length = snprintf(digits, sizeof digits, "%zu", number);
    size_t at = 0;

    for (int i = 0; i < length && at + 2 < size; i++) {
        text[at++] = digits[i];
        if ((length - i - 1) % 3 == 0 && i + 1 < length)
            text[at++] = ',';
    }
    text[at] = '\0';
}

void summary_row(const struct model *model, int l, struct summary_row *row)
{
    const struct layer *layer = &model->layers[l];
    struct shape out = layer->output;

    snprintf(row->type, sizeof row->type, "%s-%d", layer_kind_name((int)layer->kind), l + 1);
    if (out.height > 0)
        snprintf(row->shape, sizeof row->shape, "[-1, %d, %d, %d]", out.channels, out.height,
                 out.width);
    else
        snprintf(row->shape, sizeof row->shape, "[-1, %d]", out.channels);
    summary_thousands(row->parameters, sizeof row->parameters, layer->parameter_count);
}

void summary_sizes(const struct model *model, struct summary_sizes *sizes)
{
    const double float_mb = sizeof(float) / 1048576.0;
    size_t activations = 0;

    for (int l = 0; l < model->layer_count; l++)
        activations += model_shape_count(model->layers[l].output);
    sizes->input = (double)model_shape_count(model->input) * float_mb;
    sizes->activations = 2.0 * (double)activations * float_mb; /* forward and backward */
    sizes->parameters = (double)model->parameter_count * float_mb;
    sizes->total = sizes->input + sizes->activations + sizes->parameters;
}
