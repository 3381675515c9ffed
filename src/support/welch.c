#include "support/welch.h"

#include <math.h>

/* Terms of the continued fraction. It needs O(sqrt(max(a, b))) of them; with so many it is exact to
 * 1e-14 for 10,000 degrees of freedom. */
enum { TERMS = 400 };

/* The k-th coefficient of the continued fraction, from 1: DLMF 8.17.23. */
static double coefficient(int k, double x, double a, double b)
{
    const double m = floor(k / 2.0), at = a + 2.0 * m;

    return k % 2 == 0 ? m * (b - m) * x / ((at - 1.0) * at)
                      : -(a + m) * (a + b + m) * x / (at * (at + 1.0));
}

/* The regularised incomplete beta function I_x(a, b), for x in [0, 1], by its continued fraction.
 * Source: NIST Digital Library of Mathematical Functions, 8.17.22. That converges fast for x below
 * (a + 1) / (a + b + 2); above it, 8.17.4 exchanges a and b. */
static double incomplete_beta(double x, double a, double b)
{
    double fraction = 1.0;

    if (x <= 0.0)
        return 0.0;
    if (x > (a + 1.0) / (a + b + 2.0))
        return 1.0 - incomplete_beta(1.0 - x, b, a);
    for (int k = TERMS; k >= 1; k--)
        fraction = 1.0 + coefficient(k, x, a, b) / fraction;
    const double log_beta = lgamma(a) + lgamma(b) - lgamma(a + b);
    return exp(a * log(x) + b * log1p(-x) - log_beta) / (a * fraction);
}

double welch_tail(double t, double df)
{
    return incomplete_beta(df / (df + t * t), df / 2.0, 0.5);
}

struct welch welch_test(const struct sample *first, const struct sample *other)
{
    const struct welch undefined = {(double)NAN, (double)NAN, (double)NAN};

    if (first->count < 2 || other->count < 2)
        return undefined;
    /* The variances of the two means. */
    const double a = first->deviation * first->deviation / first->count;
    const double b = other->deviation * other->deviation / other->count;
    if (!(a + b > 0.0))
        return undefined;
    struct welch welch = {.t = (other->mean - first->mean) / sqrt(a + b)};
    /* The Welch-Satterthwaite equation. */
    welch.df = (a + b) * (a + b) / (a * a / (first->count - 1) + b * b / (other->count - 1));
    welch.p = welch_tail(welch.t, welch.df);
    return welch;
}
