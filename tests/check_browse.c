/* Selecting test images: filters, orders, and the selected image after another test pass. */
#include "check.h"

#include "tui/browse.h"

#include <math.h>

enum { IMAGES = 8 };

static uint8_t labels[IMAGES], predicted[IMAGES];
static float losses[IMAGES];
static const struct split split = {.count = IMAGES, .classes = MNIST_CLASSES, .labels = labels};
static struct outcomes outcomes;
static struct browse browse;

/* Mistakes are 1, 3, 6 and 7; of these 3 and 6 are 4s read as 9. */
static int set_up(void **unused)
{
    static const uint8_t first_labels[] = {0, 1, 2, 4, 4, 5, 4, 7};
    static const uint8_t first_predicted[] = {0, 2, 2, 9, 4, 5, 9, 0};
    static const float first_losses[] = {0.1F, 2.0F, 0.3F, 5.0F, 0.1F, 0.2F, NAN, 2.0F};
    struct error error;
    (void)unused;

    memcpy(labels, first_labels, sizeof labels);
    memcpy(predicted, first_predicted, sizeof predicted);
    memcpy(losses, first_losses, sizeof losses);
    outcomes = (struct outcomes){IMAGES, 100, predicted, losses};
    assert_true(browse_init(&browse, IMAGES, &error));
    return 0;
}

static int tear_down(void **unused)
{
    (void)unused;
    browse_fini(&browse);
    return 0;
}

static void assert_list(const int *images, int count)
{
    assert_int_equal(browse.count, count);
    for (int i = 0; i < count; i++)
        assert_int_equal(browse.entries[i].image, images[i]);
}

#define ASSERT_LIST(...) assert_list((int[]){__VA_ARGS__}, CHECK_COUNT(((int[]){__VA_ARGS__})))

static void all_images_are_listed_by_index(void **unused)
{
    (void)unused;
    browse_update(&browse, &outcomes, &split);
    ASSERT_LIST(0, 1, 2, 3, 4, 5, 6, 7);
    assert_int_equal(browse.image, 0);
}

static void only_mistakes_are_listed(void **unused)
{
    (void)unused;
    browse.filter = BROWSE_MISTAKES;
    browse_update(&browse, &outcomes, &split);
    ASSERT_LIST(1, 3, 6, 7);
}

static void a_confusion_cell_lists_its_images(void **unused)
{
    (void)unused;
    browse.filter = BROWSE_CELL;
    browse.label = 4;
    browse.predicted = 9;
    browse_update(&browse, &outcomes, &split);
    ASSERT_LIST(3, 6);
    browse.predicted = 4;
    browse_update(&browse, &outcomes, &split);
    ASSERT_LIST(4);
}

static void worst_first_puts_nan_first_and_equals_by_index(void **unused)
{
    (void)unused;
    browse.worst_first = true;
    browse_update(&browse, &outcomes, &split);
    ASSERT_LIST(6, 3, 1, 7, 2, 5, 0, 4);
    losses[2] = NAN;
    losses[5] = INFINITY;
    browse_update(&browse, &outcomes, &split);
    ASSERT_LIST(2, 6, 5, 3, 1, 7, 0, 4);
}

static void the_selected_image_is_found_again_in_another_order(void **unused)
{
    (void)unused;
    browse_update(&browse, &outcomes, &split);
    browse_go(&browse, 3);
    browse.worst_first = true;
    browse_update(&browse, &outcomes, &split);
    assert_int_equal(browse.image, 3);
    assert_int_equal(browse.position, 1);
    losses[3] = 0.0F;
    browse_update(&browse, &outcomes, &split);
    assert_int_equal(browse.image, 3);
    assert_int_equal(browse.position, IMAGES - 1);
}

static void an_image_that_is_no_longer_listed_is_followed_by_the_one_in_its_place(void **unused)
{
    (void)unused;
    browse.filter = BROWSE_MISTAKES;
    browse_update(&browse, &outcomes, &split);
    browse_go(&browse, 1);
    predicted[3] = labels[3];
    browse_update(&browse, &outcomes, &split);
    ASSERT_LIST(1, 6, 7);
    assert_int_equal(browse.image, 6);
    browse_go(&browse, 2);
    predicted[7] = labels[7];
    browse_update(&browse, &outcomes, &split);
    assert_int_equal(browse.image, 6);
}

static void an_empty_list_remembers_the_image(void **unused)
{
    (void)unused;
    browse_update(&browse, &outcomes, &split);
    browse_go(&browse, 6);
    browse.filter = BROWSE_CELL;
    browse.label = 8;
    browse_update(&browse, &outcomes, &split);
    assert_int_equal(browse.count, 0);
    assert_int_equal(browse.position, 0);
    browse_move(&browse, 1);
    browse_go(&browse, 5);
    browse.filter = BROWSE_MISTAKES;
    browse_update(&browse, &outcomes, &split);
    assert_int_equal(browse.image, 6);
    assert_int_equal(browse.position, 2);
}

static void moving_wraps_around_the_ends(void **unused)
{
    (void)unused;
    browse.filter = BROWSE_MISTAKES;
    browse_update(&browse, &outcomes, &split);
    browse_move(&browse, -1);
    assert_int_equal(browse.image, 7);
    browse_move(&browse, 1);
    assert_int_equal(browse.image, 1);
    browse_move(&browse, 1002);
    assert_int_equal(browse.image, 6);
    browse_move(&browse, -1000);
    assert_int_equal(browse.image, 6);
    assert_int_equal(browse_at(&browse, 1), 7);
    assert_int_equal(browse_at(&browse, 2), 1);
    assert_int_equal(browse_at(&browse, -3), 7);
}

static void jumping_past_the_ends_stops_there(void **unused)
{
    (void)unused;
    browse_update(&browse, &outcomes, &split);
    browse_go(&browse, 1000);
    assert_int_equal(browse.image, IMAGES - 1);
    browse_go(&browse, -5);
    assert_int_equal(browse.image, 0);
}

static void before_the_first_test_pass_all_images_are_listed(void **unused)
{
    (void)unused;
    outcomes.step = 0;
    browse.filter = BROWSE_MISTAKES;
    browse.worst_first = true;
    browse_update(&browse, &outcomes, &split);
    ASSERT_LIST(0, 1, 2, 3, 4, 5, 6, 7);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

static const struct CMUnitTest tests[] = {
    TEST(all_images_are_listed_by_index),
    TEST(only_mistakes_are_listed),
    TEST(a_confusion_cell_lists_its_images),
    TEST(worst_first_puts_nan_first_and_equals_by_index),
    TEST(the_selected_image_is_found_again_in_another_order),
    TEST(an_image_that_is_no_longer_listed_is_followed_by_the_one_in_its_place),
    TEST(an_empty_list_remembers_the_image),
    TEST(moving_wraps_around_the_ends),
    TEST(jumping_past_the_ends_stops_there),
    TEST(before_the_first_test_pass_all_images_are_listed),
};

CHECK_MAIN(tests)
