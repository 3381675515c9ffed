/*
 * welch.h -- Welch's t-test: whether the means of two samples differ by more than chance explains.
 *
 * The samples may have different sizes and variances. Source: B. L. Welch, "The generalization of
 * 'Student's' problem when several different population variances are involved", Biometrika 34
 * (1947), 28-35.
 *
 * Threads: one at a time, because lgamma() of the C library has state.
 */
#ifndef SUPPORT_WELCH_H
#define SUPPORT_WELCH_H

/* What the test needs to know of a sample. */
struct sample {
    int count;
    double mean, deviation; /* the standard deviation, with count - 1 */
};

struct welch {
    double t;  /* above 0 if `other` has the larger mean */
    double df; /* degrees of freedom, in general not a whole number */
    double p; /* two-sided: how likely such a t, or one further from 0, is if the means are equal */
};

/* Compares `other` with `first`. All three are NaN if they are not defined: a sample has fewer than
 * two values, or no value differs from its sample's mean. */
struct welch welch_test(const struct sample *first, const struct sample *other);

/* The two-sided tail of Student's t distribution: the probability of a value at least as far from 0
 * as t, with df > 0 degrees of freedom. Source: Abramowitz and Stegun, Handbook of Mathematical
 * Functions, 26.7.1 with 26.5.27: I_x(df/2, 1/2) at x = df / (df + t^2). */
double welch_tail(double t, double df);

#endif
