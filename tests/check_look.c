/* The colours of cells: the table of themes, and the terminal's answer for its background. */
#include "check.h"

#include "tui/background.h"
#include "tui/theme.h"

static bool is_color(int color)
{
    return color >= 16 && color <= 255;
}

static void every_style_has_a_look_in_every_theme(void **unused)
{
    (void)unused;
    for (int theme = 0; theme < THEME_COUNT; theme++) {
        for (int style = 0; style < STYLE_COUNT; style++) {
            const struct cell cell = {.glyph = 'x', .style = (uint8_t)style};
            const struct look look = theme_look((enum theme)theme, &cell);
            const bool colored = look.fore != LOOK_DEFAULT || look.back != LOOK_DEFAULT;
            if (theme == THEME_MONO)
                assert_false(colored);
            else if (style > STYLE_REVERSE && !theme_has_inks((enum theme)theme))
                assert_true(colored || look.attributes != 0);
            else if (style == STYLE_DIM || style > STYLE_REVERSE)
                assert_true(is_color(look.fore));
            else
                assert_false(colored);
        }
    }
}

static void every_ink_has_a_color_in_the_themes_that_have_inks(void **unused)
{
    (void)unused;
    for (int theme = 0; theme < THEME_COUNT; theme++) {
        for (int ink = INK_NONE + 1; ink < INK_COUNT; ink++) {
            const struct cell cell = {.glyph = 'x', .fore = (uint8_t)ink, .back = (uint8_t)ink};
            const struct look look = theme_look((enum theme)theme, &cell);
            if (!theme_has_inks((enum theme)theme)) {
                assert_int_equal(look.fore, LOOK_DEFAULT);
                assert_int_equal(look.back, LOOK_DEFAULT);
                continue;
            }
            assert_true(is_color(look.fore));
            assert_int_equal(look.fore, look.back);
        }
    }
}

static void the_selection_and_focus_differ_from_the_rest_without_colors(void **unused)
{
    const struct cell selected = {.glyph = 'x', .style = STYLE_SELECTED};
    const struct cell focus = {.glyph = 'x', .style = STYLE_FOCUS};
    const struct cell bad = {.glyph = 'x', .style = STYLE_BAD};
    const struct cell bar = {.glyph = 0x2588, .style = STYLE_BAD};
    (void)unused;

    assert_int_equal(theme_look(THEME_MONO, &selected).attributes, LOOK_REVERSE);
    assert_int_equal(theme_look(THEME_COLORS, &selected).attributes, LOOK_REVERSE);
    assert_int_equal(theme_look(THEME_MONO, &focus).attributes, LOOK_BOLD);
    assert_int_equal(theme_look(THEME_MONO, &bad).attributes, LOOK_REVERSE);
    assert_int_equal(theme_look(THEME_MONO, &bar).attributes, LOOK_BOLD); /* reversed it is blank */
}

static void pictures_use_the_colors_that_terminals_number_alike(void **unused)
{
    (void)unused;
    assert_int_equal(theme_rgb(16), 0x000000);
    assert_int_equal(theme_rgb(39), 0x00AFFF);
    assert_int_equal(theme_rgb(208), 0xFF8700);
    assert_int_equal(theme_rgb(231), 0xFFFFFF);
    assert_int_equal(theme_rgb(232), 0x080808);
    assert_int_equal(theme_rgb(255), 0xEEEEEE);
}

/* Reads an answer without its beginning; no byte but the last may end it. */
static enum background_result answer(const char *text)
{
    struct background_reader reader;
    const size_t length = strlen(text);

    background_begin(&reader);
    for (size_t i = 0; i + 1 < length; i++) {
        assert_int_equal(background_read(&reader, (unsigned char)text[i]), BACKGROUND_MORE);
        assert_true(reader.reading);
    }
    const enum background_result result = background_read(&reader, (unsigned char)text[length - 1]);
    assert_int_equal(reader.reading, result == BACKGROUND_MORE);
    return result;
}

static void an_answer_tells_whether_the_background_is_light(void **unused)
{
    (void)unused;
    assert_int_equal(answer("rgb:0000/0000/0000\a"), BACKGROUND_DARK);
    assert_int_equal(answer("rgb:ffff/FFFF/ffff\033\\"), BACKGROUND_LIGHT);
    assert_int_equal(answer("rgb:12/12/12\a"), BACKGROUND_DARK);
    assert_int_equal(answer("rgb:f/f/f\a"), BACKGROUND_LIGHT);
    assert_int_equal(answer("rgb:000/fff/000\a"), BACKGROUND_LIGHT); /* green is bright, */
    assert_int_equal(answer("rgb:ff/00/ff\a"), BACKGROUND_DARK);     /* and magenta is not */
    assert_int_equal(answer("rgba:fdfd/f6f6/e3e3/ffff\a"), BACKGROUND_LIGHT);
}

static void an_answer_in_another_form_is_read_to_its_end(void **unused)
{
    char text[3 * BACKGROUND_TEXT];
    (void)unused;

    assert_int_equal(answer("\a"), BACKGROUND_UNKNOWN);
    assert_int_equal(answer("rgb:\a"), BACKGROUND_UNKNOWN);
    assert_int_equal(answer("rgb:fffff/0/0\a"), BACKGROUND_UNKNOWN);
    assert_int_equal(answer("rgb:ff/ff\033\\"), BACKGROUND_UNKNOWN);
    assert_int_equal(answer("white\a"), BACKGROUND_UNKNOWN);
    memset(text, 'x', sizeof text);
    snprintf(text + sizeof text - 2, 2, "\a");
    assert_int_equal(answer(text), BACKGROUND_UNKNOWN);
}

static void what_is_no_answer_is_left_to_the_keys(void **unused)
{
    (void)unused;
    assert_int_equal(answer("rgb:ff\r"), BACKGROUND_INVALID);
    assert_int_equal(answer("rgb:ff\033x"), BACKGROUND_INVALID);
    assert_int_equal(answer("\303"), BACKGROUND_INVALID);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(an_answer_tells_whether_the_background_is_light),
    cmocka_unit_test(an_answer_in_another_form_is_read_to_its_end),
    cmocka_unit_test(what_is_no_answer_is_left_to_the_keys),
    cmocka_unit_test(every_style_has_a_look_in_every_theme),
    cmocka_unit_test(every_ink_has_a_color_in_the_themes_that_have_inks),
    cmocka_unit_test(the_selection_and_focus_differ_from_the_rest_without_colors),
    cmocka_unit_test(pictures_use_the_colors_that_terminals_number_alike),
};

CHECK_MAIN(tests)
