#include "nn/optimizer.h"

#include <math.h>
#include <string.h>

enum { CHUNK = 16 }; /* elements at a time, a constant for the compiler */

static const struct {
    const char *name, *buffers[OPTIMIZER_BUFFERS_MAX + 1];
} kinds[] = {
    [OPTIMIZER_SGD] = {"sgd", {"momentum"}},
    [OPTIMIZER_ADAM] = {"adam", {"exp_avg", "exp_avg_sq"}},
    [OPTIMIZER_ADAMW] = {"adamw", {"exp_avg", "exp_avg_sq"}},
    [OPTIMIZER_RMSPROP] = {"rmsprop", {"square_avg", "momentum_buffer"}},
    [OPTIMIZER_ADADELTA] = {"adadelta", {"square_avg", "acc_delta"}},
};

const char *optimizer_name(int i)
{
    return i < (int)(sizeof kinds / sizeof kinds[0]) ? kinds[i].name : NULL;
}

const char *optimizer_buffer(enum optimizer_kind kind, int i)
{
    return kinds[kind].buffers[i];
}

/* The values that are the same for all elements of an update. */
struct update {
    const struct optimizer *o;
    float beta1, own1, beta2, own2; /* weights of the old and of the new value in Adam's averages */
    float step_size, correction;    /* Adam: lr / (1 - beta1^t), sqrt(1 - beta2^t) */
    float kept;                     /* AdamW: the factor of weight decay */
    float own_alpha, own_rho;
};

static struct update begin(const struct optimizer *o)
{
    const double t = (double)o->step + 1.0;

    return (struct update){
        .o = o,
        .beta1 = (float)o->beta1,
        .own1 = (float)(1.0 - o->beta1),
        .beta2 = (float)o->beta2,
        .own2 = (float)(1.0 - o->beta2),
        .step_size = (float)((double)o->lr / (1.0 - pow(o->beta1, t))),
        .correction = (float)sqrt(1.0 - pow(o->beta2, t)),
        .kept = (float)(1.0 - (double)o->lr * (double)o->weight_decay),
        .own_alpha = (float)(1.0 - (double)o->alpha),
        .own_rho = (float)(1.0 - (double)o->rho),
    };
}

/* ---- the new value of one parameter; a and b are its buffers ---- */

static inline float sgd(const struct update *u, float p, float *a, float *b, float g)
{
    (void)b;
    *a = u->o->momentum * *a + g;
    return p - u->o->lr * *a;
}

static inline float nesterov(const struct update *u, float p, float *a, float *b, float g)
{
    (void)b;
    *a = u->o->momentum * *a + g;
    return p - u->o->lr * (g + u->o->momentum * *a);
}

static inline float adam(const struct update *u, float p, float *a, float *b, float g)
{
    *a = u->beta1 * *a + u->own1 * g;
    *b = u->beta2 * *b + u->own2 * (g * g);
    return p - u->step_size * (*a / (sqrtf(*b) / u->correction + u->o->eps));
}

static inline float rmsprop(const struct update *u, float p, float *a, float *b, float g)
{
    const struct optimizer *o = u->o;

    *a = o->alpha * *a + u->own_alpha * (g * g);
    *b = o->momentum * *b + g / (sqrtf(*a) + o->eps);
    return p - o->lr * *b;
}

static inline float adadelta(const struct update *u, float p, float *a, float *b, float g)
{
    const struct optimizer *o = u->o;

    *a = o->rho * *a + u->own_rho * (g * g);
    const float d = sqrtf(*b + o->eps) / sqrtf(*a + o->eps) * g;
    *b = o->rho * *b + u->own_rho * (d * d);
    return p - o->lr * d;
}

typedef float rule(const struct update *u, float p, float *a, float *b, float g);

#define INLINE static inline __attribute__((always_inline))

/* Updates `count` elements, at most CHUNK, by one rule. A literal count lets the compiler use
 * vectors; copies show it that the arrays do not overlap. */
INLINE void update_chunk(const struct update *u, rule *next, float *parameters, float *buffer_a,
                         float *buffer_b, const float *gradient, const bool decays,
                         const bool decoupled, float squares[CHUNK], const size_t count)
{
    float p[CHUNK], a[CHUNK], b[CHUNK], g[CHUNK];

    memcpy(p, parameters, count * sizeof *p);
    memcpy(a, buffer_a, count * sizeof *a);
    memcpy(b, buffer_b, count * sizeof *b);
    memcpy(g, gradient, count * sizeof *g);
    for (size_t i = 0; i < count; i++) {
        const float before = p[i];
        const float own = decays ? g[i] + u->o->weight_decay * before : g[i];
        p[i] = next(u, decoupled ? before * u->kept : before, &a[i], &b[i], own);
        squares[i] += (p[i] - before) * (p[i] - before);
    }
    memcpy(parameters, p, count * sizeof *p);
    if (buffer_b != buffer_a)
        memcpy(buffer_b, b, count * sizeof *b);
    memcpy(buffer_a, a, count * sizeof *a);
}

INLINE double update_all(const struct update *u, rule *next, float *parameters, float *a, float *b,
                         const float *gradient, size_t count, const bool decays,
                         const bool decoupled)
{
    float squares[CHUNK] = {0};
    double sum = 0.0;
    size_t n = 0;

    for (; n + CHUNK <= count; n += CHUNK)
        update_chunk(u, next, parameters + n, a + n, b + n, gradient + n, decays, decoupled,
                     squares, CHUNK);
    for (; n < count; n++)
        update_chunk(u, next, parameters + n, a + n, b + n, gradient + n, decays, decoupled,
                     squares, 1);
    for (int i = 0; i < CHUNK; i++)
        sum += (double)squares[i];
    return sum;
}

double optimizer_update(const struct optimizer *optimizer, float *parameters,
                        float *const buffers[OPTIMIZER_BUFFERS_MAX], const float *gradient,
                        size_t from, size_t to)
{
    const struct update u = begin(optimizer);
    const bool decays = optimizer->weight_decay > 0.0F;
    const size_t count = to - from;
    float *p = parameters + from, *a = buffers[0] + from;
    float *b = buffers[1] != NULL ? buffers[1] + from : a; /* SGD has only one */
    const float *g = gradient + from;

#define UPDATE(next, decoupled)                                                                    \
    (decays && !(decoupled) ? update_all(&u, next, p, a, b, g, count, true, decoupled)             \
                            : update_all(&u, next, p, a, b, g, count, false, decoupled))
    switch (optimizer->kind) {
    case OPTIMIZER_SGD: return optimizer->nesterov ? UPDATE(nesterov, false) : UPDATE(sgd, false);
    case OPTIMIZER_ADAM: return UPDATE(adam, false);
    case OPTIMIZER_ADAMW: return UPDATE(adam, true);
    case OPTIMIZER_RMSPROP: return UPDATE(rmsprop, false);
    case OPTIMIZER_ADADELTA: return UPDATE(adadelta, false);
    }
#undef UPDATE
    return 0.0;
}

void optimizer_average(float *average, const float *values, double decay, size_t from, size_t to)
{
    const float own = (float)(1.0 - decay);

    for (size_t i = from; i < to; i++)
        average[i] += own * (values[i] - average[i]);
}

double optimizer_average_decay(double most, long step)
{
    return fmin(most, (double)step / ((double)step + 10.0));
}
