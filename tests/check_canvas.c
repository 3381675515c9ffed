/* Canvases, plots and pictures, compared as text. */
#include "check.h"

#include "tui/canvas.h"
#include "tui/figures.h"
#include "tui/image.h"
#include "tui/legend.h"
#include "tui/plot.h"

#include <locale.h>
#include <math.h>

static struct canvas canvas;

static void make(int width, int height, enum glyphs glyphs)
{
    struct error error;

    assert_true(canvas_new(&canvas, width, height, &error));
    canvas.glyphs = glyphs;
}

static void assert_dump(const char *expected)
{
    char *text = NULL;
    size_t size;
    FILE *file = open_memstream(&text, &size);

    assert_non_null(file);
    canvas_dump(&canvas, file);
    fclose(file);
    assert_string_equal(text, expected);
    free(text);
    canvas_free(&canvas);
}

static void text_is_cut_at_the_edges(void **unused)
{
    (void)unused;
    make(8, 2, GLYPHS_ASCII);
    assert_int_equal(canvas_text(&canvas, 4, 0, STYLE_PLAIN, "%s", "abcdefgh"), 12);
    canvas_text(&canvas, -2, 1, STYLE_PLAIN, "xyz");
    canvas_text(&canvas, 0, 5, STYLE_PLAIN, "outside");
    assert_dump("    abcd\nz\n");
}

static void drawing_stays_inside_its_part(void **unused)
{
    (void)unused;
    make(8, 3, GLYPHS_ASCII);
    struct canvas part = canvas_inside(&canvas, 2, 1, 3, 1);
    canvas_text(&part, 0, 0, STYLE_PLAIN, "abcdef");
    canvas_text(&part, 0, 1, STYLE_PLAIN, "no");
    struct canvas none = canvas_inside(&canvas, 7, 2, 50, -3);
    canvas_text(&none, 0, 0, STYLE_PLAIN, "no");
    assert_dump("\n  abc\n\n");
}

static char *styles_of(const struct canvas *shown)
{
    char *text = NULL;
    size_t size;
    FILE *file = open_memstream(&text, &size);

    assert_non_null(file);
    canvas_dump_styles(shown, file);
    fclose(file);
    return text;
}

static void assert_styles(const char *expected)
{
    char *text = styles_of(&canvas);

    assert_string_equal(text, expected);
    free(text);
    canvas_free(&canvas);
}

static void inks_stay_until_a_glyph_takes_them_away_or_the_canvas_is_cleared(void **unused)
{
    (void)unused;
    make(8, 4, GLYPHS_ASCII);
    canvas.inks = true;
    canvas_fill(&canvas, 1, 0, 3, 2, INK_BAND);
    canvas_text(&canvas, 0, 0, STYLE_BOLD, "ab");
    canvas_ink(&canvas, 1, 1, INK_TRAIN, INK_NONE);
    canvas_ink(&canvas, 2, 1, INK_NONE, INK_BAND_WIDE);
    canvas_ink(&canvas, 8, 1, INK_TRAIN, INK_BAND);
    canvas_fill(&canvas, 6, 2, 9, 9, INK_CLASS + 9);
    canvas_fill(&canvas, 7, 3, 1, 1, INK_NONE);
    canvas_put(&canvas, 6, 3, 'x', STYLE_GOOD);
    char *text = styles_of(&canvas);
    assert_string_equal(text, "1 bold, 1 bold/-/band, 2 plain/-/band\n"
                              "1 plain, 1 plain/train/band, 1 plain/-/wide, 1 plain/-/band\n"
                              "6 plain, 2 plain/-/class9\n"
                              "6 plain, 1 good/-/class9\n");
    free(text);
    canvas_put(&canvas, 1, 1, 'x', STYLE_PLAIN);
    struct canvas part = canvas_inside(&canvas, 0, 0, 8, 1);
    canvas_clear(&part);
    assert_styles("\n1 plain, 1 plain/-/band, 1 plain/-/wide, 1 plain/-/band\n"
                  "6 plain, 2 plain/-/class9\n6 plain, 1 good/-/class9\n");
}

static void a_canvas_without_inks_takes_none(void **unused)
{
    (void)unused;
    make(4, 1, GLYPHS_ASCII);
    canvas_text(&canvas, 0, 0, STYLE_BAD, "ab");
    canvas_fill(&canvas, 0, 0, 4, 1, INK_BAND);
    canvas_ink(&canvas, 0, 0, INK_TRAIN, INK_BAND);
    assert_styles("2 bad\n");
}

static void the_ink_of_a_signed_value_grows_with_its_size(void **unused)
{
    (void)unused;
    assert_int_equal(ink_of_signed(0.0), INK_ZERO);
    assert_int_equal(ink_of_signed((double)NAN), INK_ZERO);
    assert_int_equal(ink_of_signed(1.0), INK_SIGN + 12);
    assert_int_equal(ink_of_signed(-1.0), INK_SIGN);
    assert_int_equal(ink_of_signed((double)INFINITY), INK_SIGN + 12);
    assert_int_equal(ink_of_signed(-7.0), INK_SIGN);
    assert_int_equal(ink_of_signed(0.5), INK_ZERO + 4); /* 6 * 0.5^0.7 = 3.7 */
    for (double share = -1.0; share < 1.0; share += 0.01) {
        assert_true(ink_of_signed(share) <= ink_of_signed(share + 0.01));
        assert_int_equal(ink_of_signed(share) - INK_ZERO, INK_ZERO - ink_of_signed(-share));
    }
}

static void a_boxs_title_is_in_the_border(void **unused)
{
    (void)unused;
    make(12, 3, GLYPHS_ASCII);
    struct canvas inside = canvas_box(&canvas, "Title", false);
    canvas_text(&inside, 0, 0, STYLE_PLAIN, "0123456789abc");
    assert_dump("+- Title --+\n|0123456789|\n+----------+\n");
    make(12, 3, GLYPHS_BLOCK);
    canvas_box(&canvas, "A title too long", false);
    assert_dump("┌─ A title─┐\n│          │\n└──────────┘\n");
    make(6, 3, GLYPHS_BRAILLE);
    canvas_box(&canvas, "", false);
    assert_dump("╭─  ─╮\n│    │\n╰────╯\n");
}

/* Sets a UTF-8 locale; false, and the test says so, if there is none. */
static bool use_utf8(void)
{
    if (setlocale(LC_CTYPE, "C.UTF-8") != NULL || setlocale(LC_CTYPE, "en_US.UTF-8") != NULL)
        return true;
    print_message("# skipped: there is no UTF-8 locale\n");
    return false;
}

#define HIRAGANA "\u304A\u304D\u3059"

static void wide_characters_take_two_cells_and_are_never_cut_in_half(void **unused)
{
    (void)unused;
    if (!use_utf8())
        return;
    make(8, 4, GLYPHS_ASCII);
    assert_int_equal(canvas_text(&canvas, 1, 0, STYLE_PLAIN, "%s", HIRAGANA), 7);
    canvas_text(&canvas, 7, 0, STYLE_PLAIN, "|");
    canvas_text(&canvas, 3, 1, STYLE_PLAIN, "%s", HIRAGANA); /* the last one needs a column more */
    canvas_text(&canvas, -1, 2, STYLE_PLAIN, "%s", HIRAGANA);
    canvas_text_right(&canvas, 8, 3, STYLE_PLAIN, "%s", HIRAGANA);
    assert_int_equal(canvas.cells[1].glyph, 0x304A);
    assert_int_equal(canvas.cells[2].glyph, CANVAS_REST);
    assert_dump(" \u304A\u304D\u3059|\n   \u304A\u304D\n \u304D\u3059\n  " HIRAGANA "\n");
    setlocale(LC_CTYPE, "C");
}

static void what_covers_half_of_a_wide_character_clears_the_other_half(void **unused)
{
    (void)unused;
    if (!use_utf8())
        return;
    make(8, 3, GLYPHS_ASCII);
    for (int y = 0; y < 3; y++)
        canvas_text(&canvas, 0, y, STYLE_PLAIN, "%s", HIRAGANA);
    canvas_put(&canvas, 2, 0, 'l', STYLE_PLAIN);
    canvas_put(&canvas, 3, 1, 'r', STYLE_PLAIN);
    struct canvas part = canvas_inside(&canvas, 1, 2, 4, 1);
    canvas_clear(&part);
    assert_dump("\u304Al \u3059\n\u304A r\u3059\n\n");
    setlocale(LC_CTYPE, "C");
}

static void characters_that_the_locale_lacks_are_question_marks(void **unused)
{
    (void)unused;
    make(12, 1, GLYPHS_ASCII);
    assert_int_equal(canvas_text(&canvas, 0, 0, STYLE_PLAIN, "%s-%s", HIRAGANA, "\u00E9"), 5);
    assert_dump("??"
                "?-?\n");
    if (!use_utf8())
        return;
    make(12, 1, GLYPHS_ASCII); /* a control character, and an accent of its own */
    assert_int_equal(canvas_text(&canvas, 0, 0, STYLE_PLAIN,
                                 "a\001b\u0301\xFF"
                                 "c"),
                     5);
    assert_dump("a?b?c\n");
    setlocale(LC_CTYPE, "C");
}

static void bars_are_filled_by_share(void **unused)
{
    (void)unused;
    make(10, 3, GLYPHS_ASCII);
    canvas_bar(&canvas, 0, 0, 10, 0.0, STYLE_PLAIN);
    canvas_bar(&canvas, 0, 1, 10, 0.44, STYLE_PLAIN);
    canvas_bar(&canvas, 0, 2, 10, 1.0, STYLE_PLAIN);
    assert_dump("----------\n####------\n##########\n");
    make(4, 1, GLYPHS_BLOCK);
    canvas_bar(&canvas, 0, 0, 4, 0.40625, STYLE_PLAIN); /* 13 eighths of a cell */
    assert_dump("█▋··\n");
}

static void row_88_bars_of_nan_and_infinity_draw(void **unused)
{
    static const double shares[] = {NAN, INFINITY, -INFINITY, 1e300, -1.0};
    (void)unused;

    make(4, 5, GLYPHS_BLOCK);
    for (int i = 0; i < CHECK_COUNT(shares); i++)
        canvas_bar(&canvas, 0, i, 4, shares[i], STYLE_PLAIN);
    assert_dump("····\n████\n····\n████\n····\n");
}

static void round_steps_are_1_2_5(void **unused)
{
    static const double cases[][2] = {{0.7, 1}, {1, 1},    {1.1, 2},
                                      {2.1, 5}, {5.5, 10}, {0.03, 0.05}};
    (void)unused;

    for (int i = 0; i < CHECK_COUNT(cases); i++)
        assert_true(fabs(plot_round_step(cases[i][0]) - cases[i][1]) < 1e-9);
}

/* A straight line from corner to corner. */
static void draw_diagonal(enum glyphs glyphs)
{
    struct plot plot;

    make(16, 7, glyphs);
    plot_init(&plot, canvas, PLOT_LINEAR, 0.0, 10.0, 0.0, 1.0, "epoch");
    for (int column = 0; column < plot_columns(&plot); column++)
        plot_line(&plot, column, column > 0 ? 10.0 * plot_x(&plot, column - 0.5) : (double)NAN,
                  10.0 * plot_x(&plot, column + 0.5), STYLE_SMOOTH);
    plot_mark(&plot, 0.5, 9.0, STYLE_TEST);
}

static void a_plot_has_axes_with_round_ticks(void **unused)
{
    (void)unused;
    draw_diagonal(GLYPHS_ASCII);
    assert_dump("   10-     o   #\n"
                "     |       ##\n"
                "     |     ##\n"
                "    5-   ##\n"
                "     | ##\n"
                "    0-#\n"
                "epoch+-------- 1\n");
}

static void a_plot_uses_the_finest_dots_of_the_glyphs(void **unused)
{
    char *text = NULL;
    size_t size;
    (void)unused;

    draw_diagonal(GLYPHS_BRAILLE);
    FILE *file = open_memstream(&text, &size);
    canvas_dump(&canvas, file);
    fclose(file);
    assert_non_null(strstr(text, "●"));
    assert_non_null(strstr(text, "\xE2\xA0")); /* braille */
    free(text);
    canvas_free(&canvas);
}

static void row_88_plots_of_nan_infinity_and_a_constant_draw(void **unused)
{
    static const double values[] = {NAN, INFINITY, -INFINITY, 0.0, 1e300, -1e300, 5.0};
    (void)unused;

    for (int scale = PLOT_LINEAR; scale <= PLOT_LOG_ERROR; scale++) {
        for (int v = 0; v < CHECK_COUNT(values); v++) {
            struct plot plot;
            make(40, 10, GLYPHS_BRAILLE);
            plot_init(&plot, canvas, (enum plot_scale)scale, values[v], values[v], 0.0, 1.0, "x");
            plot_band(&plot, 1, &(struct plot_spread){values[v], values[v], values[v], values[v]});
            plot_dot(&plot, 1, values[v], STYLE_RAW);
            plot_line(&plot, 1, values[v], values[v], STYLE_RAW);
            plot_mark(&plot, 0.5, values[v], STYLE_TEST);
            canvas_free(&canvas);
        }
    }
}

static void row_60_a_plot_of_any_size_draws(void **unused)
{
    (void)unused;
    for (int width = 1; width < 20; width++) {
        for (int height = 1; height < 8; height++) {
            struct plot plot;
            make(width, height, GLYPHS_BRAILLE);
            struct canvas inside = canvas_box(&canvas, "t", false);
            plot_init(&plot, inside, PLOT_LOG, 0.01, 3.0, 0.0, 20.0, "epoch");
            for (int column = 0; column < plot_columns(&plot); column++)
                plot_line(&plot, column, 0.5, 0.1, STYLE_RAW);
            plot_mark(&plot, 19.0, 0.3, STYLE_TEST);
            canvas_free(&canvas);
        }
    }
}

static void a_band_is_a_background_with_edges_of_half_a_cell(void **unused)
{
    struct plot plot;
    (void)unused;

    make(8, 4, GLYPHS_BRAILLE);
    canvas.inks = true;
    plot_init(&plot, canvas, PLOT_LINEAR, 0.0, 15.0, 0.0, 2.0, NULL); /* a dot a unit */
    plot_band(&plot, 0, &(struct plot_spread){0.0, 13.0, 4.0, 9.0});
    const struct cell *cells = plot.area.cells;
    const int pitch = plot.area.pitch;
    assert_int_equal(cells[0].glyph, 0x2584); /* 13 is in the lower half */
    assert_int_equal(cells[0].fore, INK_BAND_WIDE);
    assert_int_equal(cells[0].back, INK_NONE);
    assert_int_equal(cells[pitch].glyph, 0x2580); /* the inner band begins at 9 */
    assert_int_equal(cells[pitch].fore, INK_BAND_WIDE);
    assert_int_equal(cells[pitch].back, INK_BAND);
    assert_int_equal(cells[2 * pitch].glyph, ' ');
    assert_int_equal(cells[2 * pitch].back, INK_BAND);
    assert_int_equal(cells[3 * pitch].back, INK_BAND_WIDE);
    plot_line(&plot, 0, (double)NAN, 9.0, STYLE_SMOOTH);
    assert_int_equal(cells[pitch].glyph, 0x2800 + 0x04 + 0x40); /* two dots, on the band */
    assert_int_equal(cells[pitch].fore, INK_NONE);
    assert_int_equal(cells[pitch].back, INK_BAND);
    canvas_free(&canvas);
}

static void short_numbers_fit_their_columns(void **unused)
{
    static const struct {
        double value;
        const char *brief, *fixed; /* with 3 digits after the point */
    } cases[] = {
        {0.0, "0", ".000"},        {0.77, ".77", ".770"},      {0.09, ".090", ".090"},
        {0.0037, ".0037", ".004"}, {0.00037, "4e-4", "4e-4"},  {0.996, "1.0", ".996"},
        {1.234, "1.2", "1.23"},    {9.96, "10", "9.96"},       {9.999, "10", "10.0"},
        {123.4, "123", "123"},     {123456.0, "1e+5", "1e+5"}, {0.9997, "1.0", "1.00"},
    };
    static const double odd[] = {NAN, INFINITY, -INFINITY, 1e300, -1e300, 1e-300};
    char text[FIGURES_TEXT];
    (void)unused;

    for (int i = 0; i < CHECK_COUNT(cases); i++) {
        figures_brief(text, cases[i].value);
        assert_string_equal(text, cases[i].brief);
        figures_fixed(text, cases[i].value, 3);
        assert_string_equal(text, cases[i].fixed);
    }
    figures_brief(text, -0.0907);
    assert_string_equal(text, "-.091");
    for (int i = 0; i < CHECK_COUNT(odd); i++) {
        figures_brief(text, odd[i]);
        figures_fixed(text, odd[i], 3);
    }
}

static void numbers_keep_their_zeros_and_have_none_before_the_point(void **unused)
{
    static const struct {
        double value;
        const char *text;
    } cases[] = {
        {0.096, ".0960"},     {0.0463, ".0463"}, {0.99999, "1.000"},    {2.302585, "2.303"},
        {9.99999, "10.00"},   {12.5, "12.50"},   {123.456, "123.5"},    {0.0, "0"},
        {2.47e-8, "2.47e-8"}, {-0.5, "-.5000"},  {12345.0, "1.23e+04"},
    };
    char text[FIGURES_TEXT];
    (void)unused;

    for (int i = 0; i < CHECK_COUNT(cases); i++) {
        figures_number(text, cases[i].value);
        assert_string_equal(text, cases[i].text);
    }
    figures_percent(text, 97.6);
    assert_string_equal(text, "97.60");
    static const double odd[] = {NAN, INFINITY, -INFINITY, 1e300, -1e300, 1e-300};
    for (int i = 0; i < CHECK_COUNT(odd); i++) {
        figures_number(text, odd[i]);
        figures_percent(text, odd[i]);
    }
}

static void tall_figures_are_drawn_with_half_blocks_alone(void **unused)
{
    (void)unused;
    make(20, 3, GLYPHS_BLOCK);
    assert_int_equal(figures_width(&canvas, "97.1%"), 4 + 1 + 4 + 1 + 1 + 1 + 4 + 1 + 4);
    assert_int_equal(figures_width(&canvas, "2e-8"), 0);
    figures_draw(&canvas, 0, 0, STYLE_TEST, ".0");
    assert_dump("  ▄▀▀▄\n  █  █\n▄ ▀▄▄▀\n");
    make(20, 3, GLYPHS_ASCII);
    assert_int_equal(figures_width(&canvas, "97.1%"), 0);
    canvas_free(&canvas);
}

static void a_title_drops_what_is_least_important_first(void **unused)
{
    struct legend legend = {0};
    (void)unused;

    legend_add(&legend, 0, STYLE_BOLD, 0, "Loss");
    legend_add(&legend, 2, STYLE_DIM, 0, " (mean)");
    legend_add(&legend, 1, STYLE_TEST, 'o', " .5");
    legend.right = true;
    legend_add(&legend, 0, STYLE_BOLD, 0, "at 1");
    static const char *const expected[] = {"+- Loss (mean)o .5  at 1 -+",
                                           "+- Losso .5 ---- at 1 -+", "+- Loss  at 1 -+"};
    static const int widths[] = {27, 24, 16};
    for (int i = 0; i < CHECK_COUNT(widths); i++) {
        char *text = NULL;
        size_t size;
        make(widths[i], 2, GLYPHS_ASCII);
        canvas_box(&canvas, "", false);
        legend_draw(&legend, &canvas);
        FILE *file = open_memstream(&text, &size);
        canvas_dump(&canvas, file);
        fclose(file);
        text[strcspn(text, "\n")] = '\0';
        assert_string_equal(text, expected[i]);
        free(text);
        canvas_free(&canvas);
    }
}

static void logarithmic_ticks_are_powers_of_ten(void **unused)
{
    struct plot plot;
    (void)unused;

    make(12, 8, GLYPHS_ASCII);
    plot_init(&plot, canvas, PLOT_LOG, 0.001, 10.0, 0.0, 1.0, "x");
    assert_dump("   10-\n     |\n     |\n   .1-\n     |\n     |\n .001-\nx    +------\n");
}

static void pictures_are_shaded_without_inks(void **unused)
{
    static const uint8_t pixels[16] = {0,   0,   255, 255, 0,   0,   255, 255,
                                       128, 128, 64,  64,  128, 128, 64,  64};
    (void)unused;

    make(4, 2, GLYPHS_ASCII);
    image_draw(&canvas, pixels, 4, 4);
    assert_dump("  @@\n++::\n");
    make(4, 2, GLYPHS_BLOCK);
    image_draw(&canvas, pixels, 4, 4);
    assert_dump("  ██\n▒▒░░\n");
}

static void pictures_show_two_pixels_a_cell_with_inks(void **unused)
{
    static const uint8_t pixels[4] = {0, 255, 128, 0};
    (void)unused;

    make(2, 1, GLYPHS_BRAILLE);
    canvas.inks = true;
    image_draw(&canvas, pixels, 2, 2);
    assert_int_equal(canvas.cells[0].fore, INK_GREY);
    assert_int_equal(canvas.cells[0].back, INK_GREY + 12);
    assert_int_equal(canvas.cells[1].fore, INK_GREY + INK_GREYS - 1);
    assert_int_equal(canvas.cells[1].back, INK_GREY);
    assert_dump("▀▀\n");
}

static void values_of_both_signs_show_their_sign_or_their_ink(void **unused)
{
    static const float values[4] = {-2.0F, 2.0F, 0.0F, 0.5F};
    (void)unused;

    make(2, 2, GLYPHS_ASCII);
    image_draw_signed(&canvas, values, 2, 2, 2.0F);
    char *text = styles_of(&canvas);
    assert_string_equal(text, "1 negative, 1 positive\n1 dim, 1 positive\n");
    free(text);
    assert_dump("-+\n.+\n");
    make(2, 1, GLYPHS_BLOCK);
    canvas.inks = true;
    image_draw_signed(&canvas, values, 2, 2, 2.0F);
    assert_styles("1 plain/sign0/sign6, 1 plain/sign12/sign8\n"); /* 6 * 0.25^0.7 = 2.3 */
    make(2, 2, GLYPHS_BLOCK);
    image_draw_signed(&canvas, (const float[]){0.0F, 0.0F, NAN, 0.0F}, 2, 2, 0.0F);
    assert_dump("··\n··\n");
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(text_is_cut_at_the_edges),
    cmocka_unit_test(drawing_stays_inside_its_part),
    cmocka_unit_test(inks_stay_until_a_glyph_takes_them_away_or_the_canvas_is_cleared),
    cmocka_unit_test(a_canvas_without_inks_takes_none),
    cmocka_unit_test(the_ink_of_a_signed_value_grows_with_its_size),
    cmocka_unit_test(a_boxs_title_is_in_the_border),
    cmocka_unit_test(wide_characters_take_two_cells_and_are_never_cut_in_half),
    cmocka_unit_test(what_covers_half_of_a_wide_character_clears_the_other_half),
    cmocka_unit_test(characters_that_the_locale_lacks_are_question_marks),
    cmocka_unit_test(bars_are_filled_by_share),
    cmocka_unit_test(row_88_bars_of_nan_and_infinity_draw),
    cmocka_unit_test(round_steps_are_1_2_5),
    cmocka_unit_test(a_plot_has_axes_with_round_ticks),
    cmocka_unit_test(a_plot_uses_the_finest_dots_of_the_glyphs),
    cmocka_unit_test(row_88_plots_of_nan_infinity_and_a_constant_draw),
    cmocka_unit_test(row_60_a_plot_of_any_size_draws),
    cmocka_unit_test(a_band_is_a_background_with_edges_of_half_a_cell),
    cmocka_unit_test(numbers_keep_their_zeros_and_have_none_before_the_point),
    cmocka_unit_test(short_numbers_fit_their_columns),
    cmocka_unit_test(tall_figures_are_drawn_with_half_blocks_alone),
    cmocka_unit_test(a_title_drops_what_is_least_important_first),
    cmocka_unit_test(logarithmic_ticks_are_powers_of_ten),
    cmocka_unit_test(pictures_are_shaded_without_inks),
    cmocka_unit_test(pictures_show_two_pixels_a_cell_with_inks),
    cmocka_unit_test(values_of_both_signs_show_their_sign_or_their_ink),
};

CHECK_MAIN(tests)
