#include "train/principal.h"

#include "support/memory.h"
#include "support/rng.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    BLOCK = PRINCIPAL_BLOCK,
    ITERATIONS_MAX = 60,
    SWEEPS_MAX = 30, /* of Jacobi's method, which needs fewer than ten */
};

static const double CONVERGED = 1e-7; /* the share by which an iteration improves the last one */

typedef float block __attribute__((vector_size(BLOCK * sizeof(float))));

bool principal_init(struct principal *principal, int rows, int columns, struct error *error)
{
    const size_t size = (size_t)columns * BLOCK;

    *principal = (struct principal){.rows = rows, .columns = columns, .iterations = -1};
    return (principal->values = memory_new((size_t)rows * (size_t)columns, sizeof(float), error)) !=
               NULL &&
           (principal->points = memory_new((size_t)rows, sizeof *principal->points, error)) !=
               NULL &&
           (principal->basis = memory_new(size, sizeof(float), error)) != NULL &&
           (principal->product = memory_new(size, sizeof(float), error)) != NULL;
}

void principal_fini(struct principal *principal)
{
    free(principal->values);
    free(principal->points);
    free(principal->basis);
    free(principal->product);
    *principal = (struct principal){0};
}

static float *row_of(const struct principal *principal, int row)
{
    return principal->values + (size_t)row * (size_t)principal->columns;
}

/* ---- the first step ---- */

/* Takes each column's mean from it, and adds up the variances. The products serve as memory. */
static void centre(struct principal *principal)
{
    const int rows = principal->rows, columns = principal->columns;
    double *sums = (double *)(void *)principal->product; /* [columns] */
    double squares = 0.0;

    for (int i = 0; i < rows; i++)
        for (int j = 0; j < columns; j++)
            sums[j] += (double)row_of(principal, i)[j];
    for (int i = 0; i < rows; i++) {
        float *row = row_of(principal, i);
        for (int j = 0; j < columns; j++) {
            row[j] = (float)((double)row[j] - sums[j] / rows);
            squares += (double)row[j] * (double)row[j];
        }
    }
    principal->total = rows > 1 ? squares / (rows - 1) : 0.0;
}

/* The product of two directions, which are columns of directions[count][BLOCK]. */
static double product_of(const float *directions, int count, int a, int b)
{
    double sum = 0.0;

    for (int j = 0; j < count; j++)
        sum += (double)directions[j * BLOCK + a] * (double)directions[j * BLOCK + b];
    return sum;
}

/* Makes the directions orthonormal (Gram and Schmidt's method, modified and done twice). One that
 * depends on those before it becomes zero. */
static void orthonormalize(float *directions, int count)
{
    for (int a = 0; a < BLOCK; a++) {
        const double before = product_of(directions, count, a, a);
        for (int b = 0; b < 2 * a; b++) {
            const double part = product_of(directions, count, a, b % a);
            for (int j = 0; j < count; j++)
                directions[j * BLOCK + a] -= (float)part * directions[j * BLOCK + b % a];
        }
        const double after = product_of(directions, count, a, a);
        const bool depends = !(after > 1e-10 * before);
        const float scale = depends ? 0.0F : (float)(1.0 / sqrt(after));
        for (int j = 0; j < count; j++)
            directions[j * BLOCK + a] *= scale;
    }
}

static void begin(struct principal *principal)
{
    struct rng rng;

    centre(principal);
    rng_init(&rng, 1, 0);
    for (int j = 0; j < principal->columns * BLOCK; j++)
        principal->basis[j] = rng_uniform(&rng, -1.0F, 1.0F);
    orthonormalize(principal->basis, principal->columns);
}

/* ---- an iteration ---- */

/* Computes product = X'X basis and gram = basis' X'X basis of the values X. */
static void multiply(struct principal *principal, double gram[BLOCK][BLOCK])
{
    const int columns = principal->columns;
    const block *basis = (const block *)(const void *)principal->basis;
    block *product = (block *)(void *)principal->product;

    memset(principal->product, 0, (size_t)columns * sizeof *product);
    for (int i = 0; i < principal->rows; i++) {
        const float *row = row_of(principal, i);
        block along = {0.0F};
        for (int j = 0; j < columns; j++)
            along += row[j] * basis[j];
        for (int j = 0; j < columns; j++)
            product[j] += row[j] * along;
        for (int a = 0; a < BLOCK; a++)
            for (int b = 0; b < BLOCK; b++)
                gram[a][b] += (double)along[a] * (double)along[b];
    }
}

/* Turns rows and columns p and q of a symmetric matrix so that [p][q] becomes 0, and the vectors
 * with it. */
static void rotate(double matrix[BLOCK][BLOCK], double vectors[BLOCK][BLOCK], int p, int q)
{
    const double theta = (matrix[q][q] - matrix[p][p]) / (2.0 * matrix[p][q]);
    const double t = copysign(1.0 / (fabs(theta) + sqrt(theta * theta + 1.0)), theta);
    const double c = 1.0 / sqrt(t * t + 1.0), s = t * c;

    for (int k = 0; k < BLOCK; k++) {
        const double a = matrix[k][p], b = matrix[k][q];
        matrix[k][p] = c * a - s * b;
        matrix[k][q] = s * a + c * b;
    }
    for (int k = 0; k < BLOCK; k++) {
        const double a = matrix[p][k], b = matrix[q][k];
        matrix[p][k] = c * a - s * b;
        matrix[q][k] = s * a + c * b;
    }
    for (int k = 0; k < BLOCK; k++) {
        const double a = vectors[k][p], b = vectors[k][q];
        vectors[k][p] = c * a - s * b;
        vectors[k][q] = s * a + c * b;
    }
}

/* Finds the eigenvalues of a symmetric matrix, on its diagonal in the end, and the eigenvectors,
 * the columns of `vectors` (Jacobi, 1846). */
static void diagonalize(double matrix[BLOCK][BLOCK], double vectors[BLOCK][BLOCK])
{
    bool done = false;

    for (int a = 0; a < BLOCK; a++)
        for (int b = 0; b < BLOCK; b++)
            vectors[a][b] = a == b;
    for (int sweep = 0; sweep < SWEEPS_MAX && !done; sweep++) {
        done = true;
        for (int p = 0; p < BLOCK; p++) {
            for (int q = p + 1; q < BLOCK; q++) {
                const double small = 1e-15 * sqrt(fabs(matrix[p][p] * matrix[q][q]));
                if (fabs(matrix[p][q]) <= small)
                    continue;
                rotate(matrix, vectors, p, q);
                done = false;
            }
        }
    }
}

/* The two largest eigenvalues' places. */
static void find_largest(double matrix[BLOCK][BLOCK], int best[2])
{
    best[0] = 0;
    best[1] = 1;
    if (matrix[1][1] > matrix[0][0]) {
        best[0] = 1;
        best[1] = 0;
    }
    for (int a = 2; a < BLOCK; a++) {
        if (matrix[a][a] > matrix[best[0]][best[0]]) {
            best[1] = best[0];
            best[0] = a;
        } else if (matrix[a][a] > matrix[best[1]][best[1]]) {
            best[1] = a;
        }
    }
}

/* Makes the element that is largest without its sign positive, so that the sign of a component is
 * defined. Returns the sign that it had. */
static float sign_of(const float *direction, int count)
{
    float largest = 0.0F;

    for (int j = 0; j < count; j++)
        if (fabsf(direction[2 * j]) > fabsf(largest))
            largest = direction[2 * j];
    return largest < 0.0F ? -1.0F : 1.0F;
}

/* Computes the two components from the basis, in place of the products, and the points. */
static void finish(struct principal *principal, double vectors[BLOCK][BLOCK], const int best[2])
{
    const int columns = principal->columns;
    float *components = principal->product; /* [columns][2] */

    for (int j = 0; j < columns; j++) {
        for (int c = 0; c < 2; c++) {
            double sum = 0.0;
            for (int a = 0; a < BLOCK; a++)
                sum += (double)principal->basis[j * BLOCK + a] * vectors[a][best[c]];
            components[2 * j + c] = (float)sum;
        }
    }
    const float sign[2] = {sign_of(components, columns), sign_of(components + 1, columns)};
    for (int i = 0; i < principal->rows; i++) {
        const float *row = row_of(principal, i);
        float sum[2] = {0.0F, 0.0F};
        for (int j = 0; j < columns; j++) {
            sum[0] += row[j] * components[2 * j];
            sum[1] += row[j] * components[2 * j + 1];
        }
        principal->points[i][0] = sign[0] * sum[0];
        principal->points[i][1] = sign[1] * sum[1];
    }
}

/* False when it has not made the two components notably better. */
static bool iterate(struct principal *principal)
{
    double gram[BLOCK][BLOCK] = {{0.0}}, vectors[BLOCK][BLOCK];
    const double freedom = principal->rows > 1 ? principal->rows - 1 : 1;
    const double before = principal->explained;
    int best[2];

    multiply(principal, gram);
    diagonalize(gram, vectors);
    find_largest(gram, best);
    for (int c = 0; c < 2; c++)
        principal->variance[c] = fmax(gram[best[c]][best[c]], 0.0) / freedom;
    principal->explained = principal->variance[0] + principal->variance[1];
    if (principal->iterations < ITERATIONS_MAX &&
        principal->explained - before > CONVERGED * principal->explained) {
        float *basis = principal->basis;
        principal->basis = principal->product;
        principal->product = basis;
        orthonormalize(principal->basis, principal->columns);
        return true;
    }
    finish(principal, vectors, best);
    return false;
}

bool principal_continue(struct principal *principal)
{
    if (principal->iterations++ >= 0)
        return iterate(principal);
    begin(principal);
    return true;
}

/* ---- what goes with a picture ---- */

void principal_align(float (*points)[2], const float (*reference)[2], int count)
{
    double m[2][2] = {{0.0}};

    for (int i = 0; i < count; i++)
        for (int a = 0; a < 2; a++)
            for (int b = 0; b < 2; b++)
                m[a][b] += (double)points[i][a] * (double)reference[i][b];
    /* The best turn and the best mirror image: each is given by a cosine and a sine. */
    const double turn[2] = {m[0][0] + m[1][1], m[0][1] - m[1][0]};
    const double mirror[2] = {m[0][0] - m[1][1], m[0][1] + m[1][0]};
    const double turned = hypot(turn[0], turn[1]), mirrored = hypot(mirror[0], mirror[1]);
    const bool mirrors = mirrored > turned;
    const double length = mirrors ? mirrored : turned;
    if (!(length > 0.0))
        return;
    const float c = (float)((mirrors ? mirror[0] : turn[0]) / length);
    const float s = (float)((mirrors ? mirror[1] : turn[1]) / length);
    for (int i = 0; i < count; i++) {
        const float x = points[i][0], y = mirrors ? -points[i][1] : points[i][1];
        points[i][0] = c * x - s * y;
        points[i][1] = s * x + c * y;
    }
}

/* The sum of the squares of the differences. */
static float distance_of(const float *a, const float *b, int count)
{
    block sums = {0.0F};
    float sum = 0.0F;
    int j = 0;

    for (; j + BLOCK <= count; j += BLOCK) {
        block from, to;
        memcpy(&from, a + j, sizeof from);
        memcpy(&to, b + j, sizeof to);
        sums += (from - to) * (from - to);
    }
    for (; j < count; j++)
        sum += (a[j] - b[j]) * (a[j] - b[j]);
    for (int k = 0; k < BLOCK; k++)
        sum += sums[k];
    return sum;
}

int principal_nearest(const struct principal *principal, int row, int most, uint32_t nearest[],
                      float distances[])
{
    int found = 0;

    for (int i = 0; i < principal->rows; i++) {
        const float distance = i == row ? INFINITY
                                        : distance_of(row_of(principal, row), row_of(principal, i),
                                                      principal->columns);
        int place = found < most ? found : most;
        while (place > 0 && distances[place - 1] > distance)
            place--;
        if (i == row || place == most)
            continue;
        found += found < most;
        for (int k = found - 1; k > place; k--) {
            distances[k] = distances[k - 1];
            nearest[k] = nearest[k - 1];
        }
        distances[place] = distance;
        nearest[place] = (uint32_t)i;
    }
    for (int k = 0; k < found; k++)
        distances[k] = sqrtf(distances[k]);
    return found;
}
