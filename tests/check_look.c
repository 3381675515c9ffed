/* The colours of cells: the table of themes, the terminal's answer for its background, and the
 * picture of a canvas. */
#include "check.h"

#include "tui/background.h"
#include "tui/svg.h"
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
            else if (style == STYLE_PLAIN || style == STYLE_BOLD || style == STYLE_REVERSE)
                assert_false(colored);
            else if (theme_has_inks((enum theme)theme))
                assert_true(is_color(look.fore));
            else
                assert_true(colored || look.attributes != 0);
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

/* ---- pictures ---- */

static struct canvas canvas;

static void make(int width, int height)
{
    struct error error;

    assert_true(canvas_new(&canvas, width, height, &error));
    canvas.glyphs = GLYPHS_BRAILLE;
    canvas.inks = true;
}

static char *svg_of(const struct canvas *frames, int count, enum theme theme)
{
    char *text = NULL;
    size_t size;
    FILE *file = open_memstream(&text, &size);

    assert_non_null(file);
    svg_write_frames(file, frames, count, 0.5, theme);
    fclose(file);
    return text;
}

/* Whether every tag is closed, in order, and every & begins an entity. */
static bool is_well_formed(const char *text)
{
    char open[16][16];
    int depth = 0;

    for (; *text != '\0'; text++) {
        if (*text == '&' && strncmp(text, "&lt;", 4) != 0 && strncmp(text, "&gt;", 4) != 0 &&
            strncmp(text, "&amp;", 5) != 0)
            return false;
        if (*text != '<')
            continue;
        const char *end = strchr(text, '>');
        char name[16] = "";
        if (end == NULL || depth == 16 || sscanf(text, "<%*[/]%15[a-z]", name) == EOF)
            return false;
        if (text[1] == '/') {
            if (depth == 0 || strcmp(open[--depth], name) != 0)
                return false;
        } else if (end[-1] != '/') {
            if (sscanf(text, "<%15[a-z]", open[depth++]) != 1)
                return false;
        }
        text = end;
    }
    return depth == 0;
}

/* How many times a line of the picture begins like this. */
static int lines_with(const char *text, const char *start)
{
    int count = 0;

    for (const char *line = text; line != NULL; line = strchr(line, '\n')) {
        line += *line == '\n';
        count += strncmp(line, start, strlen(start)) == 0;
    }
    return count;
}

static void assert_has(const char *text, const char *part)
{
    assert_non_null(text);
    if (strstr(text, part) == NULL)
        fail_msg("%s is not in:\n%s", part, text);
}

static void a_picture_has_every_cell_in_its_place_and_color(void **unused)
{
    (void)unused;
    make(12, 3);
    canvas_text(&canvas, 1, 0, STYLE_TEST, "a <&> b  c");
    canvas_fill(&canvas, 2, 1, 5, 1, INK_BAND);
    canvas_put(&canvas, 3, 1, 0x2580, STYLE_PLAIN);
    canvas_ink(&canvas, 3, 1, INK_GREY + 23, INK_GREY);
    canvas_put(&canvas, 0, 2, 0x2801, STYLE_SMOOTH);
    canvas_put(&canvas, 1, 2, 0x2880, STYLE_SMOOTH);
    canvas_put(&canvas, 2, 2, 0x256D, STYLE_BORDER);
    canvas_put(&canvas, 3, 2, 0x2500, STYLE_BORDER);
    canvas_put(&canvas, 4, 2, 0x2500, STYLE_BORDER);
    canvas_put(&canvas, 5, 2, 0x25CF, STYLE_TEST);
    canvas_put(&canvas, 6, 2, 0x2717, STYLE_SELECTED);
    char *text = svg_of(&canvas, 1, THEME_DARK);
    assert_true(is_well_formed(text));
    assert_has(text, "viewBox=\"-8 -8 136 76\"");
    assert_has(text, "<g transform=\"translate(0 0)\">\n"
                     "<text class=\"b\" x=\"10\" y=\"15\" fill=\"#FF8700\" textLength=\"70\" "
                     "lengthAdjust=\"spacingAndGlyphs\">a &lt;&amp;&gt; b</text>\n"
                     "<text class=\"b\" x=\"100\" y=\"15\" fill=\"#FF8700\">c</text>\n</g>\n");
    assert_has(text, "<g transform=\"translate(0 20)\">\n"
                     "<path fill=\"#444444\" d=\"M20 0h10v20h-10z\"/>\n"
                     "<path fill=\"#080808\" d=\"M30 0h10v20h-10z\"/>\n"
                     "<path fill=\"#444444\" d=\"M40 0h30v20h-30z\"/>\n"
                     "<path fill=\"#EEEEEE\" d=\"M30 0h10v10h-10z\"/>\n</g>\n");
    assert_has(text, "<g transform=\"translate(0 40)\">\n"
                     "<path fill=\"#00AFFF\" d=\"M60 0h10v20h-10z\"/>\n"
                     "<path class=\"l\" stroke=\"#4E4E4E\" d=\"M20 0m5 20v-5q0-5 5-5M30 10h20\"/>\n"
                     "<path class=\"d\" stroke=\"#00D7FF\" d=\"M2 3h0M17 18h0\"/>\n"
                     "<path class=\"o\" stroke=\"#FF8700\" d=\"M55 10h0\"/>\n"
                     "<text x=\"60\" y=\"15\" fill=\"#000000\" textLength=\"10\" "
                     "lengthAdjust=\"spacingAndGlyphs\">\xE2\x9C\x97</text>\n</g>\n");
    free(text);
    canvas_free(&canvas);
}

static void characters_that_xml_forbids_are_question_marks(void **unused)
{
    (void)unused;
    make(4, 1);
    canvas_put(&canvas, 0, 0, 1, STYLE_PLAIN);
    canvas_put(&canvas, 1, 0, 0x9B, STYLE_PLAIN);
    canvas_put(&canvas, 2, 0, 0xD800, STYLE_PLAIN);
    canvas_put(&canvas, 3, 0, 0xFFFF, STYLE_PLAIN);
    char *text = svg_of(&canvas, 1, THEME_LIGHT);
    assert_true(is_well_formed(text));
    assert_has(text, ">?"
                     "?</text>");
    assert_int_equal(lines_with(text, "<text"), 3);
    free(text);
    canvas_free(&canvas);
}

/* Every glyph of a block, each over each other background, in each theme. */
static void every_glyph_and_ink_has_a_picture(void **unused)
{
    (void)unused;
    make(64, 16);
    for (uint32_t first = 0x20; first < 0x2900; first += 1024) {
        for (int i = 0; i < 1024; i++) {
            canvas_put(&canvas, i % 64, i / 64, first + (uint32_t)i, (enum style)(i % STYLE_COUNT));
            canvas_ink(&canvas, i % 64, i / 64, (enum ink)(i % INK_COUNT),
                       (enum ink)(i * 7 % INK_COUNT));
        }
        for (int theme = 0; theme < THEME_COUNT; theme++) {
            char *text = svg_of(&canvas, 1, (enum theme)theme);
            assert_true(is_well_formed(text));
            free(text);
        }
    }
    canvas_free(&canvas);
}

/* The area of a block glyph, in 64ths of the cell, as its picture has it. */
static int area_of(uint32_t glyph)
{
    int left, top, width, height, area = 0;

    make(1, 1);
    canvas_put(&canvas, 0, 0, glyph, STYLE_PLAIN);
    char *text = svg_of(&canvas, 1, THEME_DARK);
    for (const char *path = text; (path = strstr(path, "\" d=\"M")) != NULL; path++)
        if (sscanf(path, "\" d=\"M%d %dh%dv%d", &left, &top, &width, &height) == 4)
            area += width * height;
    free(text);
    canvas_free(&canvas);
    return area * 64 / 200;
}

static void block_glyphs_fill_their_share_of_the_cell(void **unused)
{
    (void)unused;
    assert_int_equal(area_of(0x2580), 32);
    assert_int_equal(area_of(0x2584), 32);
    assert_int_equal(area_of(0x2588), 64);
    assert_int_equal(area_of(0x258C), 32);
    assert_int_equal(area_of(0x2590), 32);
    assert_int_equal(area_of(0x2598), 16);
    assert_int_equal(area_of(0x259A), 32);
    assert_int_equal(area_of(0x259F), 48);
}

/* The first cell shows one colour, so only its background is drawn; the next ones join. */
static void neighbours_of_a_block_with_other_backgrounds_are_drawn(void **unused)
{
    (void)unused;
    make(3, 1);
    for (int x = 0; x < 3; x++) {
        canvas_put(&canvas, x, 0, 0x2580, STYLE_PLAIN);
        canvas_ink(&canvas, x, 0, INK_GREY, (enum ink)(INK_GREY + x));
    }
    char *text = svg_of(&canvas, 1, THEME_DARK);
    assert_has(text, "<path fill=\"#080808\" d=\"M0 0h10v20h-10z\"/>\n"
                     "<path fill=\"#1C1C1C\" d=\"M20 0h10v20h-10z\"/>\n"
                     "<path fill=\"#080808\" d=\"M10 0h20v10h-20z\"/>\n");
    free(text);
    canvas_free(&canvas);
}

static void an_animation_writes_only_what_changes(void **unused)
{
    struct canvas frames[2];
    (void)unused;

    make(4, 3);
    canvas_text(&canvas, 0, 1, STYLE_PLAIN, "same");
    frames[0] = canvas;
    make(4, 3);
    canvas_text(&canvas, 0, 1, STYLE_PLAIN, "same");
    canvas_text(&canvas, 0, 2, STYLE_PLAIN, "new");
    frames[1] = canvas;
    char *text = svg_of(frames, 2, THEME_DARK);
    assert_true(is_well_formed(text));
    assert_int_equal(lines_with(text, "<text"), 2);
    assert_int_equal(lines_with(text, "<animate"), 1);
    assert_has(text, "keyTimes=\"0;0.2500\" dur=\"2.00s\"");
    assert_int_equal(lines_with(text, "<g transform="), 4);
    assert_has(text, "<g transform=\"translate(0 40)\">\n"
                     "<path fill=\"#121212\" d=\"M0 0h30v20h-30z\"/>\n<text");
    free(text);
    canvas_free(&frames[0]);
    canvas_free(&frames[1]);
}

/* Between changes a short stretch that is the same is written, too; a long one is not. */
static void an_animation_writes_the_changed_stretches_of_a_row(void **unused)
{
    struct canvas frames[2];
    (void)unused;

    make(20, 1);
    canvas_text(&canvas, 0, 0, STYLE_PLAIN, "abcdefghijklmnopqr");
    frames[0] = canvas;
    make(20, 1);
    canvas_text(&canvas, 0, 0, STYLE_PLAIN, "aBcdEfghijklmnopqR");
    frames[1] = canvas;
    char *text = svg_of(frames, 2, THEME_DARK);
    assert_int_equal(lines_with(text, "<g transform="), 3);
    assert_has(text, "<g transform=\"translate(10 0)\">\n"
                     "<path fill=\"#121212\" d=\"M0 0h40v20h-40z\"/>\n<text");
    assert_has(text, ">BcdE</text>");
    assert_has(text, "<g transform=\"translate(170 0)\">");
    assert_has(text, ">R</text>");
    free(text);
    canvas_free(&frames[0]);
    canvas_free(&frames[1]);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(an_answer_tells_whether_the_background_is_light),
    cmocka_unit_test(an_answer_in_another_form_is_read_to_its_end),
    cmocka_unit_test(what_is_no_answer_is_left_to_the_keys),
    cmocka_unit_test(every_style_has_a_look_in_every_theme),
    cmocka_unit_test(every_ink_has_a_color_in_the_themes_that_have_inks),
    cmocka_unit_test(the_selection_and_focus_differ_from_the_rest_without_colors),
    cmocka_unit_test(pictures_use_the_colors_that_terminals_number_alike),
    cmocka_unit_test(a_picture_has_every_cell_in_its_place_and_color),
    cmocka_unit_test(characters_that_xml_forbids_are_question_marks),
    cmocka_unit_test(every_glyph_and_ink_has_a_picture),
    cmocka_unit_test(block_glyphs_fill_their_share_of_the_cell),
    cmocka_unit_test(neighbours_of_a_block_with_other_backgrounds_are_drawn),
    cmocka_unit_test(an_animation_writes_the_changed_stretches_of_a_row),
    cmocka_unit_test(an_animation_writes_only_what_changes),
};

CHECK_MAIN(tests)
