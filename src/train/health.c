#include "train/health.h"

#include "nn/net.h"

#include <math.h>

static double squares(const float *values, size_t count)
{
    double sum = 0.0;

    for (size_t i = 0; i < count; i++)
        sum += (double)values[i] * (double)values[i];
    return sum;
}

/* The norm of the values at the offsets of a layer's trained tensors. */
static double norm(const struct model *model, int l, const float *values)
{
    const struct layer *layer = &model->layers[l];
    double sum = 0.0;

    for (int t = 0; t < layer->tensor_count; t++) {
        const struct tensor *tensor = &model->tensors[layer->first_tensor + t];
        if (tensor->trained)
            sum += squares(values + tensor->offset, tensor->count);
    }
    return sqrt(sum);
}

void health_measure(struct layer_health *health, const struct model *model, struct net *net)
{
    for (int l = 0; l < model->layer_count; l++) {
        const struct layer *layer = &model->layers[l];
        health[l] = (struct layer_health){NAN, NAN, NAN, NAN};
        if (layer->parameter_count > 0) {
            const double weights = norm(model, l, net_state(net));
            health[l].weight_norm = (float)weights;
            health[l].gradient_norm = (float)norm(model, l, net_gradient(net));
            health[l].update_ratio = (float)(net_change_norm(net, l) / fmax(weights, 1e-30));
        } else if (layer->kind == LAYER_RELU) {
            health[l].dead = net_dead_share(net, l);
        }
    }
}

void health_whole(const struct layer_health *health, const struct model *model, float *update_ratio,
                  float *gradient_norm)
{
    double weights = 0.0, update = 0.0, gradient = 0.0;

    for (int l = 0; l < model->layer_count; l++) {
        if (model->layers[l].parameter_count == 0)
            continue;
        const double norm = (double)health[l].weight_norm;
        weights += norm * norm;
        update += pow((double)health[l].update_ratio * norm, 2.0);
        gradient += pow((double)health[l].gradient_norm, 2.0);
    }
    *update_ratio = (float)sqrt(update / fmax(weights, 1e-30));
    *gradient_norm = (float)sqrt(gradient);
}
