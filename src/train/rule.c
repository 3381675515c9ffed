#include "train/rule.h"

#include "support/rng.h"

/* Different from the streams of the weights, the shuffling and the images. */
static const uint64_t STREAM_DROPOUT = UINT64_C(1) << 63;

struct net_rule rule_of_batch(const struct settings *settings, double lr, long step)
{
    struct rng rng;

    rng_init(&rng, settings->seed, STREAM_DROPOUT | (uint64_t)step);
    return (struct net_rule){
        .optimizer = {.kind = settings->optimizer,
                      .lr = (float)lr,
                      .momentum = (float)settings->momentum,
                      .weight_decay = (float)settings->weight_decay,
                      .nesterov = settings->nesterov,
                      .beta1 = settings->beta1,
                      .beta2 = settings->beta2,
                      .eps = (float)settings->eps,
                      .alpha = (float)settings->alpha,
                      .rho = (float)settings->rho,
                      .step = step},
        .average_decay = settings->ema,
        .label_smoothing = settings->label_smoothing,
        .dropout = settings->dropout,
        .noise = rng_next(&rng),
    };
}

struct augmentation rule_of_images(const struct settings *settings, int epoch)
{
    return (struct augmentation){
        .rotate = settings->rotate,
        .shift = settings->shift,
        .scale = settings->scale,
        .seed = settings->seed,
        .epoch = epoch,
    };
}
