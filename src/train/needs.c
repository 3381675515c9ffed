#include "train/needs.h"

#include "nn/layers.h"
#include "support/memory.h"

struct net_options needs_net(const struct settings *settings, int images)
{
    const int batch = settings->batch_size;

    return (struct net_options){.batch_size = batch < images ? batch : images,
                                .optimizer = settings->optimizer,
                                .average = settings->ema > 0.0};
}

int needs_threads(const struct model *model, const struct settings *settings, int images,
                  int threads)
{
    const int useful = net_useful_threads(model, needs_net(settings, images).batch_size);

    return threads < useful ? threads : useful;
}

bool needs_memory(const struct model *model, const struct settings *settings, int images,
                  int threads, size_t *bytes, struct error *error)
{
    const struct net_options options = needs_net(settings, images);
    size_t floats = 3 * model->state_count; /* the start's, the evaluator's, the snapshot's */

    threads = needs_threads(model, settings, images, threads);
    if (!net_memory(model, &options, threads, bytes, error))
        return false;
    if (options.average)
        floats += model->state_count;
    for (int i = 0; optimizer_buffer(options.optimizer, i) != NULL; i++)
        floats += model->parameter_count; /* the start's */
    *bytes += floats * sizeof(float);
    return true;
}

/* The layer with the most floats: of a batch with its gradient, and of the parameters with their
 * gradient and one buffer. */
static const struct layer *largest_layer(const struct model *model, int batch_size)
{
    const struct layer *largest = &model->layers[0];
    double most = -1.0;

    for (int l = 0; l < model->layer_count; l++) {
        const struct layer *layer = &model->layers[l];
        const double floats = 2.0 * batch_size * (double)model_shape_count(layer->output) +
                              3.0 * (double)layer->parameter_count;
        if (floats > most) {
            most = floats;
            largest = layer;
        }
    }
    return largest;
}

bool needs_check(const struct model *model, const struct settings *settings, int images,
                 int threads, struct error *error)
{
    const size_t most = memory_limit();
    size_t bytes;

    if (!needs_memory(model, settings, images, threads, &bytes, error))
        return false;
    if (bytes <= most)
        return true;
    const struct layer *layer = largest_layer(model, needs_net(settings, images).batch_size);
    return error_set(error, ERROR_SYSTEM,
                     "--model: training takes more memory than there is (expected at most %zu "
                     "bytes, got %zu; the largest layer is %s, %s); try a smaller --batch-size or "
                     "network",
                     most, bytes, layer->name, layer_kind_name((int)layer->kind));
}
