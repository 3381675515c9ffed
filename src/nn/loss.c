#include "nn/loss.h"

#include <math.h>

static int largest(const float *logits, int classes, int lane)
{
    int best = 0;

    for (int k = 1; k < classes; k++)
        if (logits[k * LANES + lane] > logits[best * LANES + lane])
            best = k;
    return best;
}

/* log(sum(exp(z))), computed relative to the largest logit so that nothing overflows. */
static double log_sum_exp(const float *logits, int classes, int lane)
{
    double most = (double)logits[largest(logits, classes, lane) * LANES + lane], sum = 0.0;

    for (int k = 0; k < classes; k++)
        sum += exp((double)logits[k * LANES + lane] - most);
    return most + log(sum);
}

static double mean_logit(const float *logits, int classes, int lane)
{
    double sum = 0.0;

    for (int k = 0; k < classes; k++)
        sum += (double)logits[k * LANES + lane];
    return sum / classes;
}

void loss_forward(const float *logits, int classes, const uint8_t *labels, int count,
                  double smoothing, double *losses, uint8_t *predictions)
{
    for (int lane = 0; lane < count; lane++) {
        double target = (double)logits[labels[lane] * LANES + lane];
        if (smoothing > 0.0)
            target += smoothing * (mean_logit(logits, classes, lane) - target);
        predictions[lane] = (uint8_t)largest(logits, classes, lane);
        losses[lane] = log_sum_exp(logits, classes, lane) - target;
    }
}

int loss_second(const float *logits, int classes, int lane, int first)
{
    int best = first == 0 ? 1 : 0;

    for (int k = best + 1; k < classes; k++)
        if (k != first && logits[k * LANES + lane] > logits[best * LANES + lane])
            best = k;
    return best;
}

void loss_backward(const float *logits, int classes, const uint8_t *labels, int count,
                   double smoothing, double scale, float *gradient)
{
    const double other = smoothing / classes, own = 1.0 - smoothing + other;

    for (int lane = 0; lane < LANES; lane++) {
        double normalizer = lane < count ? log_sum_exp(logits, classes, lane) : 0.0;
        for (int k = 0; k < classes; k++) {
            int at = k * LANES + lane;
            gradient[at] = 0.0F;
            if (lane < count)
                gradient[at] = (float)(scale * (exp((double)logits[at] - normalizer) -
                                                (k == labels[lane] ? own : other)));
        }
    }
}

void loss_log_softmax(const float *logits, int classes, float *logarithms)
{
    for (int lane = 0; lane < LANES; lane++) {
        const double normalizer = log_sum_exp(logits, classes, lane);
        for (int k = 0; k < classes; k++)
            logarithms[k * LANES + lane] = (float)((double)logits[k * LANES + lane] - normalizer);
    }
}

void loss_softmax(const float *logits, int classes, int lane, float *probabilities)
{
    double normalizer = log_sum_exp(logits, classes, lane);

    for (int k = 0; k < classes; k++)
        probabilities[k] = (float)exp((double)logits[k * LANES + lane] - normalizer);
}
