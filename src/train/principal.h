/*
 * principal.h -- the first two principal components of a table of values, and what goes with a
 * picture of them: its alignment with an earlier picture, and the rows nearest to a row.
 *
 * Principal components (Hotelling, "Analysis of a complex of statistical variables into principal
 * components", 1933) are the directions of the largest variance. They are found by orthogonal
 * iteration on a block of PRINCIPAL_BLOCK directions (Golub and Van Loan, "Matrix Computations",
 * section 8.2.4), from random ones that are always the same, with the Rayleigh-Ritz step of Halko,
 * Martinsson and Tropp, "Finding structure with randomness", 2011. The covariance itself is never
 * computed: a table of 2,000 x 2,048 values would need 8 thousand million multiply-adds for it, an
 * iteration needs 65 million.
 *
 * The work is cut into steps, an iteration each, so that its thread can look up between two.
 *
 * Ownership: principal_fini releases what principal_init made. Threads: no shared state.
 */
#ifndef TRAIN_PRINCIPAL_H
#define TRAIN_PRINCIPAL_H

#include "support/error.h"

#include <stdint.h>

enum { PRINCIPAL_BLOCK = 8 };

struct principal {
    int rows, columns;  /* at least 1 */
    float *values;      /* [rows][columns]; centred at the first step */
    float (*points)[2]; /* [rows]; at the end, each row's place along the two components */
    double variance[2]; /* along each component, the larger one first; 0: there is none */
    double total;       /* variance in all: the sum over all columns */

    /* The rest is principal.c's. */
    float *basis, *product; /* [columns][PRINCIPAL_BLOCK] */
    double explained;       /* by the two best directions of the last iteration */
    int iterations;         /* -1: the values are not centred yet */
};

/* Makes a table of zeros for the caller to fill. False with ERROR_SYSTEM if memory is short; then,
 * too, principal_fini releases it. */
bool principal_init(struct principal *principal, int rows, int columns, struct error *error);
void principal_fini(struct principal *principal);

/* Computes the next step. False when the points and the variances are complete. */
bool principal_continue(struct principal *principal);

/* Turns and, if need be, mirrors points[count] so that they come as near as possible to
 * reference[count] (the orthogonal Procrustes problem: Schonemann, 1966). Both are centred. */
void principal_align(float (*points)[2], const float (*reference)[2], int count);

/* Finds the rows nearest to a row by Euclidean distance in all columns, nearest first: their
 * numbers, and their distances. Returns how many: `most`, or all other rows. */
int principal_nearest(const struct principal *principal, int row, int most, uint32_t nearest[],
                      float distances[]);

#endif
