/* Principal components against a plain twin (Jacobi's method on the whole covariance) and against
 * tables whose components are known; alignment; the nearest rows. */
#include "check.h"

#include "support/rng.h"
#include "train/principal.h"

#include <math.h>

enum { ROWS_MAX = 300, COLUMNS_MAX = 90 };

static struct principal principal;
static struct error error;
static double covariance[COLUMNS_MAX][COLUMNS_MAX], vectors[COLUMNS_MAX][COLUMNS_MAX];
static float table[ROWS_MAX][COLUMNS_MAX];

static int tear_down(void **unused)
{
    (void)unused;
    principal_fini(&principal);
    return 0;
}

static void make(int rows, int columns)
{
    assert_true(principal_init(&principal, rows, columns, &error));
}

static void solve(void)
{
    for (int i = 0; i < principal.rows; i++)
        for (int j = 0; j < principal.columns && principal.columns <= COLUMNS_MAX; j++)
            table[i][j] = principal.values[i * principal.columns + j];
    while (principal_continue(&principal))
        ;
}

/* Numbers that vary most along a few random directions. */
static void fill(uint64_t seed)
{
    float directions[5][COLUMNS_MAX];
    struct rng rng;

    rng_init(&rng, seed, 0);
    for (int k = 0; k < 5; k++)
        for (int j = 0; j < principal.columns; j++)
            directions[k][j] = rng_uniform(&rng, -1.0F, 1.0F);
    for (int i = 0; i < principal.rows; i++) {
        float *row = principal.values + i * principal.columns;
        for (int j = 0; j < principal.columns; j++)
            row[j] = 3.0F + rng_uniform(&rng, -0.2F, 0.2F);
        for (int k = 0; k < 5; k++) {
            const float along = rng_uniform(&rng, -2.0F, 2.0F) / (float)(k + 1);
            for (int j = 0; j < principal.columns; j++)
                row[j] += along * directions[k][j];
        }
    }
}

/* ---- the twin ---- */

static void twin_covariance(int rows, int columns)
{
    double mean[COLUMNS_MAX] = {0.0};

    for (int i = 0; i < rows; i++)
        for (int j = 0; j < columns; j++)
            mean[j] += (double)table[i][j] / rows;
    for (int a = 0; a < columns; a++)
        for (int b = 0; b < columns; b++) {
            covariance[a][b] = 0.0;
            for (int i = 0; i < rows; i++)
                covariance[a][b] +=
                    ((double)table[i][a] - mean[a]) * ((double)table[i][b] - mean[b]) / (rows - 1);
        }
}

/* Sets [p][q] to zero again and again. */
static void twin_jacobi(int n)
{
    for (int a = 0; a < n; a++)
        for (int b = 0; b < n; b++)
            vectors[a][b] = a == b;
    for (int sweep = 0; sweep < 20; sweep++)
        for (int p = 0; p < n; p++)
            for (int q = p + 1; q < n; q++) {
                const double angle =
                    0.5 * atan2(2.0 * covariance[p][q], covariance[q][q] - covariance[p][p]);
                const double c = cos(angle), s = sin(angle);
                for (int k = 0; k < n; k++) {
                    const double a = covariance[k][p], b = covariance[k][q];
                    covariance[k][p] = c * a - s * b;
                    covariance[k][q] = s * a + c * b;
                }
                for (int k = 0; k < n; k++) {
                    const double a = covariance[p][k], b = covariance[q][k];
                    covariance[p][k] = c * a - s * b;
                    covariance[q][k] = s * a + c * b;
                    const double v = vectors[k][p], w = vectors[k][q];
                    vectors[k][p] = c * v - s * w;
                    vectors[k][q] = s * v + c * w;
                }
            }
}

/* The place of the component of rank 0 or 1. */
static int twin_best(int n, int rank)
{
    int best = 0, second = -1;

    for (int k = 1; k < n; k++)
        if (covariance[k][k] > covariance[best][best])
            best = k;
    for (int k = 0; k < n; k++)
        if (k != best && (second < 0 || covariance[k][k] > covariance[second][second]))
            second = k;
    return rank == 0 ? best : second;
}

static void compare_with_twin(void)
{
    const int rows = principal.rows, columns = principal.columns;
    double total = 0.0;

    twin_covariance(rows, columns);
    twin_jacobi(columns);
    for (int k = 0; k < columns; k++)
        total += covariance[k][k];
    assert_true(fabs(principal.total - total) <= 1e-5 * total);
    for (int c = 0; c < 2; c++) {
        const int best = twin_best(columns, c);
        const double variance = covariance[best][best];
        double dot = 0.0, difference = 0.0;
        assert_true(fabs(principal.variance[c] - variance) <= 1e-4 * variance);
        for (int pass = 0; pass < 2; pass++)
            for (int i = 0; i < rows; i++) {
                double along = 0.0;
                for (int j = 0; j < columns; j++)
                    along += (double)principal.values[i * columns + j] * vectors[j][best];
                if (pass == 0)
                    dot += along * (double)principal.points[i][c];
                else
                    difference = fmax(difference, fabs((dot < 0.0 ? -along : along) -
                                                       (double)principal.points[i][c]));
            }
        assert_true(difference <= 5e-3 * sqrt(variance));
    }
}

/* ---- tests ---- */

static void components_are_those_of_the_covariance(void **unused)
{
    static const int sizes[][2] = {{300, 32}, {40, 90}, {200, 3}, {9, 8}, {300, 90}};
    (void)unused;

    for (int i = 0; i < CHECK_COUNT(sizes); i++) {
        make(sizes[i][0], sizes[i][1]);
        fill((uint64_t)i + 1);
        solve();
        compare_with_twin();
        principal_fini(&principal);
    }
}

/* Points on two lines through (10, 20, 30) that are at right angles. */
static void a_table_of_two_known_directions_has_these_components(void **unused)
{
    static const float along[] = {-4.0F, -2.0F, 2.0F, 4.0F};
    (void)unused;

    make(8, 3);
    for (int i = 0; i < 8; i++) {
        float *row = principal.values + 3 * i;
        row[0] = 10.0F + (i < 4 ? 0.6F * along[i] : 0.0F);
        row[1] = 20.0F + (i < 4 ? 0.8F * along[i] : 0.0F);
        row[2] = 30.0F + (i < 4 ? 0.0F : 0.5F * along[i - 4]);
    }
    solve();
    assert_true(fabs(principal.variance[0] - 40.0 / 7.0) <= 1e-5);
    assert_true(fabs(principal.variance[1] - 10.0 / 7.0) <= 1e-5);
    assert_true(fabs(principal.total - 50.0 / 7.0) <= 1e-5);
    for (int i = 0; i < 8; i++) {
        assert_true(fabsf(principal.points[i][0] - (i < 4 ? along[i] : 0.0F)) <= 1e-5F);
        assert_true(fabsf(principal.points[i][1] - (i < 4 ? 0.0F : 0.5F * along[i - 4])) <= 1e-5F);
    }
}

static void what_does_not_vary_lies_at_the_centre(void **unused)
{
    static const int sizes[][2] = {{5, 4}, {1, 3}, {4, 1}, {1, 1}};
    (void)unused;

    for (int k = 0; k < CHECK_COUNT(sizes); k++) {
        make(sizes[k][0], sizes[k][1]);
        for (int i = 0; i < sizes[k][0] * sizes[k][1]; i++)
            principal.values[i] = 7.0F;
        solve();
        assert_true(principal.total == 0.0);
        for (int i = 0; i < sizes[k][0]; i++)
            assert_true(principal.points[i][0] == 0.0F && principal.points[i][1] == 0.0F);
        principal_fini(&principal);
    }
}

static void one_column_has_one_component(void **unused)
{
    (void)unused;
    make(3, 1);
    principal.values[0] = 1.0F;
    principal.values[1] = 2.0F;
    principal.values[2] = 6.0F;
    solve();
    assert_true(fabs(principal.variance[0] - 7.0) <= 1e-5);
    assert_true(fabs(principal.variance[1]) <= 1e-6);
    assert_true(fabsf(principal.points[2][0] - 3.0F) <= 1e-5F);
    assert_true(principal.points[2][1] == 0.0F);
}

/* Turned by any angle, mirrored or not, and a little disturbed. */
static void alignment_takes_back_turns_and_mirror_images(void **unused)
{
    float points[50][2], reference[50][2];
    struct rng rng;
    (void)unused;

    rng_init(&rng, 5, 0);
    for (int i = 0; i < 50; i++) {
        reference[i][0] = rng_uniform(&rng, -3.0F, 3.0F);
        reference[i][1] = rng_uniform(&rng, -1.0F, 1.0F);
    }
    for (int turn = 0; turn < 40; turn++) {
        const float c = cosf((float)turn), s = sinf((float)turn);
        const float mirror = turn % 2 == 0 ? 1.0F : -1.0F;
        for (int i = 0; i < 50; i++) {
            const float x = reference[i][0] + rng_uniform(&rng, -0.01F, 0.01F);
            const float y = mirror * reference[i][1];
            points[i][0] = c * x - s * y;
            points[i][1] = s * x + c * y;
        }
        principal_align(points, (const float(*)[2])reference, 50);
        for (int i = 0; i < 50; i++)
            for (int a = 0; a < 2; a++)
                assert_true(fabsf(points[i][a] - reference[i][a]) <= 0.03F);
    }
}

/* No turn and no mirror image of a fine grid comes nearer. */
static void alignment_finds_the_nearest_turn(void **unused)
{
    float points[30][2], aligned[30][2], reference[30][2];
    struct rng rng;
    double best = 0.0;
    (void)unused;

    rng_init(&rng, 6, 0);
    for (int i = 0; i < 30; i++)
        for (int a = 0; a < 2; a++) {
            aligned[i][a] = points[i][a] = rng_uniform(&rng, -1.0F, 1.0F);
            reference[i][a] = rng_uniform(&rng, -1.0F, 1.0F);
        }
    principal_align(aligned, (const float(*)[2])reference, 30);
    for (int i = 0; i < 30; i++)
        best += pow((double)(aligned[i][0] - reference[i][0]), 2.0) +
                pow((double)(aligned[i][1] - reference[i][1]), 2.0);
    for (int k = 0; k < 2000; k++) {
        const double angle = k / 1000 + k % 1000 * 6.2832 / 1000.0, mirror = k < 1000 ? 1.0 : -1.0;
        double sum = 0.0;
        for (int i = 0; i < 30; i++) {
            const double x = (double)points[i][0], y = mirror * (double)points[i][1];
            sum += pow(cos(angle) * x - sin(angle) * y - (double)reference[i][0], 2.0) +
                   pow(sin(angle) * x + cos(angle) * y - (double)reference[i][1], 2.0);
        }
        assert_true(sum >= best - 1e-5);
    }
}

static void the_nearest_rows_are_those_of_a_full_search(void **unused)
{
    uint32_t nearest[20];
    float distances[20];
    (void)unused;

    make(120, 37);
    fill(3);
    solve();
    assert_int_equal(principal_nearest(&principal, 41, 20, nearest, distances), 20);
    for (int k = 0; k < 20; k++) {
        double sum = 0.0;
        int nearer = 0;
        assert_int_not_equal(nearest[k], 41);
        for (int j = 0; j < 37; j++)
            sum += pow((double)(table[41][j] - table[nearest[k]][j]), 2.0);
        assert_true(fabs((double)distances[k] - sqrt(sum)) <= 1e-4);
        for (int i = 0; i < 120; i++) {
            double other = 0.0;
            for (int j = 0; j < 37; j++)
                other += pow((double)(table[41][j] - table[i][j]), 2.0);
            nearer += i != 41 && other < sum - 1e-6;
        }
        assert_true(nearer <= k);
    }
}

static void a_small_table_has_fewer_neighbours(void **unused)
{
    uint32_t nearest[20];
    float distances[20];
    (void)unused;

    make(4, 2);
    fill(1);
    solve();
    assert_int_equal(principal_nearest(&principal, 0, 20, nearest, distances), 3);
}

#define TEST(name) cmocka_unit_test_teardown(name, tear_down)

static const struct CMUnitTest tests[] = {
    TEST(components_are_those_of_the_covariance),
    TEST(a_table_of_two_known_directions_has_these_components),
    TEST(what_does_not_vary_lies_at_the_centre),
    TEST(one_column_has_one_component),
    TEST(alignment_takes_back_turns_and_mirror_images),
    TEST(alignment_finds_the_nearest_turn),
    TEST(the_nearest_rows_are_those_of_a_full_search),
    TEST(a_small_table_has_fewer_neighbours),
};

CHECK_MAIN(tests)
