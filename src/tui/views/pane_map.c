/*
 * pane_map.c -- the map: test images as the last hidden layer sees them, each the glyph of its
 * class. A cell with several images is bold, and one with mistakes is reversed and shows those.
 * Below it: the selected image, which stands between two arrows, and how many images of each class
 * are shown.
 */
#include "tui/frame.h"
#include "tui/scatter.h"

#include "nn/summary.h"
#include "support/glyph.h"

#include <string.h>

enum {
    LEGEND_SHARE = 5, /* at most one row in so many is the legend's */
    TITLE_WIDTH = 80, /* from this width on the title says what the axes are */
    COUNT_WIDTH = 80, /* from this width on classes with names have their counts too */
    NOMINAL = 5,      /* columns for two rows: the shape in which arrows find their way */
    GAP = 2,          /* cells between parts of the legend */
    NAME_WIDTH = 12,
    ITEM_SIZE = 2 * CLASS_NAME_MAX + 64,
    LEFT_ARROW = 0x25C0,
    RIGHT_ARROW = 0x25B6,
    CHECK = 0x2713,
    CROSS = 0x2717,
};

static const struct projection *map_of(const struct frame *frame)
{
    const struct projection *map = frame->inside != NULL ? frame->inside->map : NULL;

    return map != NULL && map->count > 0 && map->count <= frame->test->count ? map : NULL;
}

/* The selected image; -1: it is not on the map. */
static int selected_of(const struct frame *frame)
{
    const struct projection *map = map_of(frame);

    return map != NULL && frame->browse->image < map->count ? frame->browse->image : -1;
}

static struct scatter lay_out(const struct frame *frame, int columns, int rows)
{
    const struct pane_state *state = &frame->panes[PANE_MAP];
    struct scatter scatter = scatter_make(map_of(frame), frame->test, columns, rows);

    scatter.mistakes = state->switched;
    if (state->narrowed && selected_of(frame) >= 0)
        scatter.class = frame->test->labels[selected_of(frame)];
    return scatter;
}

static void put_class(struct canvas *canvas, int x, int y, uint32_t glyph, int class, bool several,
                      bool mistake)
{
    const enum ink ink = INK_CLASS + (enum ink)(class % INK_CLASSES);
    const enum style style = several ? STYLE_BOLD : STYLE_PLAIN;

    canvas_put(canvas, x, y, glyph, mistake && !canvas->inks ? STYLE_REVERSE : style);
    canvas_ink(canvas, x, y, mistake ? INK_BLACK : ink, mistake ? ink : INK_NONE);
}

/* ---- the legend ---- */

/* Where the next part of the legend goes. */
struct legend {
    struct canvas *canvas;
    int x, y;
};

/* Begins a part of so many cells, in the next row if this one has no room. */
static void begin_part(struct legend *legend, int width)
{
    if (legend->x > 0 && legend->x + width > legend->canvas->width) {
        legend->x = 0;
        legend->y++;
    }
}

static void add_selected(const struct frame *frame, const struct scatter *scatter,
                         struct legend *legend)
{
    const int image = selected_of(frame);
    const bool ascii = legend->canvas->glyphs == GLYPHS_ASCII;
    char text[ITEM_SIZE];

    if (image < 0)
        return;
    const char *label = frame->classes->names[frame->test->labels[image]];
    const bool mistake = scatter_is_mistake(scatter, image);
    if (mistake)
        snprintf(text, sizeof text, "#%d is %s, read as %s ", image, label,
                 frame->classes->names[scatter->map->predicted[image]]);
    else
        snprintf(text, sizeof text, "#%d is %s ", image, label);
    begin_part(legend, glyph_width(text) + 1);
    legend->x = canvas_text(legend->canvas, legend->x, legend->y, STYLE_BOLD, "%s", text);
    canvas_put(legend->canvas, legend->x, legend->y,
               mistake ? (ascii ? 'x' : CROSS)
               : ascii ? '+'
                       : CHECK,
               mistake ? STYLE_BAD : STYLE_GOOD);
    legend->x += 1 + GAP;
}

static void add_class(const struct frame *frame, struct legend *legend, uint32_t glyph, int class,
                      int count)
{
    const bool named = strlen(frame->classes->names[class]) > 1 && frame->classes->named;
    char text[ITEM_SIZE] = "", number[16] = "";

    if (!named || legend->canvas->width >= COUNT_WIDTH)
        snprintf(number, sizeof number, " %d", count);
    if (named)
        snprintf(text, sizeof text, " %.*s", NAME_WIDTH, frame->classes->names[class]);
    const int width = 1 + glyph_width(text) + (int)strlen(number);
    begin_part(legend, width);
    put_class(legend->canvas, legend->x, legend->y, glyph, class, true, false);
    canvas_text(legend->canvas, legend->x + 1, legend->y, STYLE_DIM, "%s%s", text, number);
    legend->x += width + GAP;
}

static void add_mistakes(const struct scatter *scatter, struct legend *legend, int mistakes)
{
    const int class = scatter->class >= 0 ? scatter->class : 0;
    char text[32];

    snprintf(text, sizeof text, " mistake%s: %d", mistakes == 1 ? "" : "s", mistakes);
    begin_part(legend, 3 + (int)strlen(text));
    for (int i = 0; i < 3; i++)
        put_class(legend->canvas, legend->x + i, legend->y, i == 1 ? '4' : ' ', class, false, true);
    canvas_text(legend->canvas, legend->x + 3, legend->y, STYLE_DIM, "%s", text);
    legend->x += 3 + (int)strlen(text);
}

/* Draws it on a canvas, which cuts it; returns the rows of all of it. */
static int draw_legend(const struct frame *frame, const struct scatter *scatter,
                       const uint32_t glyphs[], struct canvas *canvas)
{
    struct legend legend = {.canvas = canvas};
    int counts[CLASSES_MAX] = {0}, mistakes = 0;

    for (int i = 0; i < scatter->map->count; i++) {
        const bool shown = scatter_shows(scatter, i);
        counts[scatter->split->labels[i]] += shown;
        mistakes += shown && scatter_is_mistake(scatter, i);
    }
    add_selected(frame, scatter, &legend);
    for (int k = 0; k < frame->classes->count; k++)
        add_class(frame, &legend, glyphs[k], k, counts[k]);
    add_mistakes(scatter, &legend, mistakes);
    return legend.y + 1;
}

/* The rows of a legend in a pane of this size. */
static int legend_rows(const struct frame *frame, const struct scatter *scatter,
                       const uint32_t glyphs[], int width, int height)
{
    struct canvas nowhere = {.width = width};
    const int most = height / LEGEND_SHARE;
    const int rows = draw_legend(frame, scatter, glyphs, &nowhere);

    return rows < most ? rows : most;
}

/* ---- drawing ---- */

static struct canvas draw_border(const struct frame *frame, struct canvas *canvas)
{
    const struct projection *map = map_of(frame);
    const bool focused = frame->focus == PANE_MAP;
    struct summary_row row = {.type = "the images"};
    char title[128], note[32];

    if (map == NULL)
        return pane_box(canvas, "Map", "", focused);
    if (map->layer >= 0)
        summary_row(frame->model, map->layer, &row);
    snprintf(title, sizeof title, "Map  %s, %d values%s", row.type, map->values,
             canvas->width >= TITLE_WIDTH ? ", first two principal components" : "");
    snprintf(note, sizeof note, "%.0f %% of variance",
             100.0 * (double)(map->share[0] + map->share[1]));
    return pane_box(canvas, title, note, focused);
}

/* The selected image, between two arrows. */
static void draw_selected(const struct scatter *scatter, struct canvas *canvas, int image,
                          const uint32_t glyphs[])
{
    const bool ascii = canvas->glyphs == GLYPHS_ASCII;
    int x, y;

    scatter_place(scatter, image, &x, &y);
    canvas_put(canvas, x, y, glyphs[scatter->split->labels[image]], STYLE_SELECTED);
    canvas_put(canvas, x - 1, y, ascii ? '>' : RIGHT_ARROW, STYLE_FOCUS);
    canvas_put(canvas, x + 1, y, ascii ? '<' : LEFT_ARROW, STYLE_FOCUS);
}

static void draw_points(const struct frame *frame, const struct scatter *scatter,
                        const uint32_t glyphs[], struct canvas *canvas)
{
    struct scatter_cell cells[PROJECTION_IMAGES];
    const int count = scatter_cells(scatter, cells), selected = selected_of(frame);

    for (int i = 0; i < count; i++)
        put_class(canvas, cells[i].x, cells[i].y, glyphs[cells[i].class], cells[i].class,
                  cells[i].count > 1, cells[i].mistakes > 0);
    if (count == 0)
        canvas_text(canvas, 0, 0, STYLE_DIM, "None of these %d images is a mistake.",
                    scatter->map->count);
    if (selected >= 0)
        draw_selected(scatter, canvas, selected, glyphs);
}

/* The part for the points inside the border. */
static struct scatter lay_out_pane(const struct frame *frame, const uint32_t glyphs[], int width,
                                   int height)
{
    const struct scatter whole = lay_out(frame, width, height);

    return lay_out(frame, width, height - legend_rows(frame, &whole, glyphs, width, height));
}

static void draw(const struct frame *frame, struct canvas *canvas)
{
    struct canvas inside = draw_border(frame, canvas);
    uint32_t glyphs[CLASSES_MAX];

    if (map_of(frame) == NULL) {
        canvas_text(&inside, 0, 0, STYLE_DIM, "The map is being computed.");
        return;
    }
    if (inside.width < 1 || inside.height < 1)
        return;
    scatter_glyphs(frame->classes, canvas->glyphs == GLYPHS_ASCII, glyphs);
    const struct scatter scatter = lay_out_pane(frame, glyphs, inside.width, inside.height);
    struct canvas points = canvas_inside(&inside, 0, 0, inside.width, scatter.rows);
    struct canvas legend =
        canvas_inside(&inside, 0, scatter.rows, inside.width, inside.height - scatter.rows);
    draw_points(frame, &scatter, glyphs, &points);
    draw_legend(frame, &scatter, glyphs, &legend);
}

/* ---- keys ---- */

static void select_image(struct frame *frame, int image)
{
    if (image < 0)
        return;
    frame->augmented = false;
    browse_show(frame->browse, image);
}

/* An arrow goes to the nearest image on its side, Page up and down through the images of the cell,
 * Home to the one in the middle, End to the last image. */
static int find_next(const struct frame *frame, const struct scatter *scatter,
                     enum key_action action)
{
    const int image = selected_of(frame);

    if (action == KEY_MOVE_HOME || image < 0)
        return scatter_nearest(scatter, scatter->columns / 2, scatter->rows / 2);
    if (action == KEY_MOVE_END)
        return scatter->map->count - 1;
    if (action == KEY_MOVE_PAGE_UP || action == KEY_MOVE_PAGE_DOWN)
        return scatter_beside(scatter, image, action == KEY_MOVE_PAGE_UP ? -1 : 1);
    const int step = pane_backward(action) ? -1 : 1;
    return pane_vertical(action) ? scatter_next(scatter, image, 0, step)
                                 : scatter_next(scatter, image, step, 0);
}

static void move(struct frame *frame, enum key_action action, int height)
{
    const int rows = height > 2 ? height : 2;

    if (map_of(frame) == NULL)
        return;
    const struct scatter scatter = lay_out(frame, rows * NOMINAL / 2, rows);
    select_image(frame, find_next(frame, &scatter, action));
}

static void point(struct frame *frame, const struct pointer *pointer, const struct canvas *canvas,
                  int x, int y, char message[PANE_MESSAGE])
{
    const int width = canvas->width - 2, height = canvas->height - 2;
    uint32_t glyphs[CLASSES_MAX];

    (void)message;
    if (pointer->act == POINTER_RELEASE || map_of(frame) == NULL || width < 1 || height < 1)
        return;
    scatter_glyphs(frame->classes, false, glyphs);
    const struct scatter scatter = lay_out_pane(frame, glyphs, width, height);
    select_image(frame, scatter_nearest(&scatter, x - 1, y - 1));
}

static bool has_map(const struct frame *frame)
{
    return map_of(frame) != NULL;
}

static bool has_selected(const struct frame *frame)
{
    return selected_of(frame) >= 0;
}

static void press_mistakes(struct frame *frame, int key, char message[PANE_MESSAGE])
{
    bool *switched = &frame->panes[PANE_MAP].switched;

    (void)key;
    *switched = !*switched;
    snprintf(message, PANE_MESSAGE, *switched ? "Mistakes alone." : "All images.");
}

static void press_class(struct frame *frame, int key, char message[PANE_MESSAGE])
{
    bool *narrowed = &frame->panes[PANE_MAP].narrowed;

    (void)key;
    *narrowed = !*narrowed;
    if (*narrowed)
        snprintf(message, PANE_MESSAGE, "Class %s alone.",
                 frame->classes->names[frame->test->labels[selected_of(frame)]]);
    else
        snprintf(message, PANE_MESSAGE, "All classes.");
}

static const struct pane_key keys[] = {
    {{'f'}, "f", "mistakes", "on the map: mistakes alone, or all images", has_map, press_mistakes},
    {{'F'},
     "F",
     "one class",
     "the selected image's class alone, or all",
     has_selected,
     press_class},
    {.names = NULL},
};

const struct pane_class pane_map = {
    .name = "Map",
    .topic = "Map",
    .arrows = "image",
    .about =
        "Before its last layer the network turns an image into some numbers. Images with like "
        "numbers lie near each other here. The map is a shadow of all these numbers on a plane, "
        "chosen so that as much of their variance remains as a plane can hold: the title says how "
        "much. A network that has learned a class well gathers its images in one place. Bold: "
        "several images. Reversed: mistakes; they often lie between two classes.",
    .draw = draw,
    .keys = keys,
    .wants = WANT_MAP,
    .move = move,
    .point = point,
};
