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

static void measure_weights(struct layer_health *health, const struct model *model,
                            const struct layer *layer, struct net *net, double lr)
{
    double weights = 0.0, gradient = 0.0, velocity = 0.0;

    for (int t = 0; t < layer->tensor_count; t++) {
        const struct tensor *tensor = &model->tensors[layer->first_tensor + t];
        if (!tensor->trained)
            continue;
        weights += squares(net_state(net) + tensor->offset, tensor->count);
        gradient += squares(net_gradient(net) + tensor->offset, tensor->count);
        velocity += squares(net_velocity(net) + tensor->offset, tensor->count);
    }
    health->weight_norm = (float)sqrt(weights);
    health->gradient_norm = (float)sqrt(gradient);
    health->update_ratio = (float)(lr * sqrt(velocity) / fmax(sqrt(weights), 1e-30));
}

void health_measure(struct layer_health health[MODEL_LAYERS_MAX], const struct model *model,
                    struct net *net, double lr)
{
    for (int l = 0; l < model->layer_count; l++) {
        const struct layer *layer = &model->layers[l];
        health[l] = (struct layer_health){NAN, NAN, NAN, NAN};
        if (layer->parameter_count > 0)
            measure_weights(&health[l], model, layer, net, lr);
        else if (layer->kind == LAYER_RELU)
            health[l].dead = net_dead_share(net, l);
    }
}
