/*
 * activation.h -- the activations, one channel at a time, and the elementary functions that they
 * need; see kernels.h.
 *
 * exp(x): x = n ln 2 + r with |r| <= ln 2 / 2, ln 2 in two parts (Cody and Waite, "Software Manual
 * for the Elementary Functions", 1980), a polynomial for exp(r) - 1, and 2^n by its bits. tanh and
 * the logistic function are quotients of exp(-|x|), which cannot overflow. The normal
 * distribution's function is exp(-x^2 / 2) times a rational function (as Cody, "Rational Chebyshev
 * Approximations for the Error Function", 1969, has erfc). The coefficients are our own fits; their
 * relative errors are below 2e-8.
 *
 * All are accurate to a few units in the last place, keep NaN, and give at infinity what PyTorch
 * gives: GELU and SiLU of -infinity are NaN.
 */
#ifndef NN_KERNELS_ACTIVATION_H
#define NN_KERNELS_ACTIVATION_H

#include "nn/kernels/vector.h"

INLINE vec magnitude(vec x)
{
    return (vec)((ivec)x & 0x7fffffff);
}

/* The magnitude of x with the sign of `sign`. */
INLINE vec with_sign(vec x, vec sign)
{
    return (vec)(((ivec)x & 0x7fffffff) | ((ivec)sign & ~0x7fffffff));
}

/* The greater of x and a limit; NaN stays NaN. */
INLINE vec at_least(vec x, float limit)
{
    return pick(x < limit, splat(limit), x);
}

INLINE vec at_most(vec x, float limit)
{
    return pick(x > limit, splat(limit), x);
}

/* 2^n for n from -126 to 127. */
INLINE vec power_of_two(ivec n)
{
    return (vec)((n + 127) << 23);
}

/* The parts of exp(x + more) = 2^n * (1 + m), for |x| <= 104 and |more| much smaller. */
INLINE ivec exp_parts(vec x, vec more, vec *m)
{
    const float round = 12582912.0F; /* 1.5 * 2^23: added to a number, it leaves no fraction */
    vec shifted = x * 1.44269504F + round, n = shifted - round;
    vec r = (x - n * 0.693359375F) - n * -2.12194440e-4F + more;
    vec p = splat(0.00138825190F);

    p = p * r + 0.00836652052F;
    p = p * r + 0.0416672006F;
    p = p * r + 0.166665435F;
    p = p * r + 0.49999997F;
    *m = r + r * r * p;
    return (ivec)shifted - (ivec)splat(round);
}

/* exp(x + more) for x <= 0. The power of two is applied in two steps, since that of a number that
 * is not normal has no bits of its own. */
INLINE vec exp_negative(vec x, vec more)
{
    vec m;
    ivec n = exp_parts(at_least(x, -104.0F), more, &m);
    ivec half = n >> 1;

    return (m + 1.0F) * power_of_two(half) * power_of_two(n - half);
}

/* 1 / (1 + exp(-x)), and 1 minus that. */
INLINE vec logistic(vec x, vec *rest)
{
    vec e = exp_negative(-magnitude(x), (vec){0}), one = splat(1.0F);
    ivec negative = x < 0.0F;

    *rest = pick(negative, one, e) / (e + 1.0F);
    return pick(negative, e, one) / (e + 1.0F);
}

/* exp(x) - 1 for x <= 0. */
INLINE vec exp_minus_1(vec x)
{
    vec m;
    ivec n = exp_parts(at_least(x, -40.0F), (vec){0}, &m);
    vec power = power_of_two(n);

    return m * power + (power - 1.0F);
}

/* With m = exp(-2 |x|) - 1: |tanh(x)| = -m / (2 + m). */
INLINE vec tangent(vec x)
{
    vec m = exp_minus_1(magnitude(x) * -2.0F);

    return with_sign(m / (m + 2.0F), x);
}

/* The standard normal distribution: the probability of less than x, and its density. */
INLINE vec normal(vec x, vec *density)
{
    const vec a = at_most(magnitude(x), 16.0F);
    /* a^2 / 2 in two parts, of which the first is exact: half of a's bits squared. */
    const vec high = (vec)((ivec)a & ~0xfff);
    const vec e = exp_negative(high * high * -0.5F, (high - a) * (high + a) * 0.5F);
    vec above = splat(0.00415312359F), below = splat(0.0104102250F);

    above = above * a + 0.0408804640F;
    above = above * a + 0.183967248F;
    above = above * a + 0.439280987F;
    above = above * a + 0.5F;
    below = below * a + 0.102478243F;
    below = below * a + 0.471403658F;
    below = below * a + 1.20554054F;
    below = below * a + 1.67644703F;
    below = below * a + 1.0F;
    *density = e * 0.398942280F;
    vec tail = e * (above / below);
    return pick(x > 0.0F, 1.0F - tail, tail);
}

/* One vector of an activation. */
INLINE vec activation_of(const enum activation activation, float constant, vec x)
{
    vec unused;

    switch (activation) {
    case ACTIVATION_LEAKY_RELU: return pick(x <= 0.0F, splat(constant) * x, x);
    case ACTIVATION_ELU: return pick(x <= 0.0F, splat(constant) * exp_minus_1(at_most(x, 0.0F)), x);
    case ACTIVATION_TANH: return tangent(x);
    case ACTIVATION_SIGMOID: return logistic(x, &unused);
    case ACTIVATION_GELU: return x * normal(x, &unused);
    case ACTIVATION_SILU: return x * logistic(x, &unused);
    }
    return x;
}

/* Its derivative at x, where y is what the activation gave. */
INLINE vec activation_slope(const enum activation activation, float constant, vec x, vec y)
{
    vec other, value;

    switch (activation) {
    case ACTIVATION_LEAKY_RELU: return pick(x <= 0.0F, splat(constant), splat(1.0F));
    case ACTIVATION_ELU: return pick(x <= 0.0F, y + constant, splat(1.0F));
    case ACTIVATION_TANH: return 1.0F - y * y;
    case ACTIVATION_SIGMOID: return (1.0F - y) * y;
    case ACTIVATION_GELU: value = normal(x, &other); return value + x * other;
    case ACTIVATION_SILU: value = logistic(x, &other); return value * (x * other + 1.0F);
    }
    return x;
}

INLINE void activate_channel(const enum activation activation, float constant, const struct map *in,
                             int channel, const struct map *out)
{
    for (int y = 0; y < out->height; y++) {
        const float *from = pixel_at(in, channel, y, 0);
        float *to = pixel_at(out, channel, y, 0);
        for (int x = 0; x < out->width * LANES; x += VECTOR)
            store(to + x, activation_of(activation, constant, load(from + x)));
    }
}

INLINE void activate_channel_backward(const enum activation activation, float constant,
                                      const struct map *in, const struct map *out, int channel,
                                      const struct map *out_gradient, const struct map *in_gradient)
{
    for (int y = 0; y < in->height; y++) {
        const float *value = pixel_at(in, channel, y, 0), *result = pixel_at(out, channel, y, 0);
        const float *from = pixel_at(out_gradient, channel, y, 0);
        float *to = pixel_at(in_gradient, channel, y, 0);
        for (int x = 0; x < in->width * LANES; x += VECTOR)
            store(to + x, load(from + x) * activation_slope(activation, constant, load(value + x),
                                                            load(result + x)));
    }
}

/* All of them, so that each has loops of its own. */
#define EACH_ACTIVATION(DO)                                                                        \
    DO(ACTIVATION_LEAKY_RELU)                                                                      \
    DO(ACTIVATION_ELU)                                                                             \
    DO(ACTIVATION_TANH)                                                                            \
    DO(ACTIVATION_SIGMOID)                                                                         \
    DO(ACTIVATION_GELU)                                                                            \
    DO(ACTIVATION_SILU)

static void activate(enum activation activation, float constant, const struct map *in, int channel,
                     const struct map *out)
{
#define FORWARD(name)                                                                              \
    case name: activate_channel(name, constant, in, channel, out); break;

    switch (activation) {
        EACH_ACTIVATION(FORWARD)
    }
#undef FORWARD
}

static void activate_backward(enum activation activation, float constant, const struct map *in,
                              const struct map *out, int channel, const struct map *out_gradient,
                              const struct map *in_gradient)
{
#define BACKWARD(name)                                                                             \
    case name:                                                                                     \
        activate_channel_backward(name, constant, in, out, channel, out_gradient, in_gradient);    \
        break;

    switch (activation) {
        EACH_ACTIVATION(BACKWARD)
    }
#undef BACKWARD
}

#endif
