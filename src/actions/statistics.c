#include "actions/statistics.h"

#include "support/memory.h"
#include "text/report.h"
#include "tui/canvas.h"
#include "tui/image.h"

#include <langinfo.h>
#include <stdlib.h>
#include <string.h>

enum {
    PICTURE_WIDTH = 56, /* cells, at most */
    PICTURE_HEIGHT = 28,
    NAME_WIDTH = 20, /* of a class in the histogram, at most */
    BAR_WIDTH = 40,
    COUNT_WIDTH = 10,
};

static bool begin(struct canvas *canvas, int width, int height, struct error *error)
{
    if (!canvas_new(canvas, width, height, error))
        return false;
    canvas->glyphs = strcmp(nl_langinfo(CODESET), "UTF-8") == 0 ? GLYPHS_BLOCK : GLYPHS_ASCII;
    return true;
}

static void end(struct canvas *canvas)
{
    canvas_dump(canvas, stdout);
    canvas_free(canvas);
}

/* Mean images are dark, so the lightest pixel is drawn white. */
static void lighten(uint8_t *pixels, size_t count)
{
    int lightest = 1;

    for (size_t i = 0; i < count; i++)
        lightest = pixels[i] > lightest ? pixels[i] : lightest;
    for (size_t i = 0; i < count; i++)
        pixels[i] = (uint8_t)(pixels[i] * 255 / lightest);
}

static bool print_mean_image(const struct split *split, struct error *error)
{
    int width = PICTURE_WIDTH, height = PICTURE_HEIGHT;
    uint8_t *pixels = memory_new(split_pixels(split), 1, error);
    struct canvas canvas;

    image_fit(split->width, split->height, &width, &height);
    const bool made = pixels != NULL && dataset_mean_image(split, pixels, error) &&
                      begin(&canvas, width, height, error);
    if (made) {
        puts("[Mean training image, its lightest pixel white]");
        lighten(pixels, split_pixels(split));
        image_draw(&canvas, pixels, split->width, split->height);
        end(&canvas);
    }
    free(pixels);
    return made;
}

/* A line a class: its name, a bar, and how many training images it has. */
static bool print_histogram(const struct dataset *data, struct error *error)
{
    const int width = NAME_WIDTH + 1 + BAR_WIDTH + COUNT_WIDTH;
    struct statistics statistics;
    struct canvas canvas;
    int most = 1;

    if (!begin(&canvas, width, data->classes.count, error))
        return false;
    dataset_statistics(&data->train, &statistics);
    for (int k = 0; k < data->classes.count; k++)
        most = statistics.images_of_class[k] > most ? statistics.images_of_class[k] : most;
    puts("[Training images of each class]");
    for (int k = 0; k < data->classes.count; k++) {
        const int count = statistics.images_of_class[k];
        struct canvas name = canvas_inside(&canvas, 0, k, NAME_WIDTH, 1);
        canvas_text(&name, 0, 0, STYLE_PLAIN, "%s", data->classes.names[k]);
        canvas_bar(&canvas, NAME_WIDTH + 1, k, BAR_WIDTH, (double)count / most, STYLE_PLAIN);
        canvas_text_right(&canvas, width, k, STYLE_PLAIN, "%d", count);
    }
    end(&canvas);
    return true;
}

bool statistics_print(const struct setup *setup, struct error *error)
{
    const struct dataset *data = &setup->data;

    report_statistics(stdout, data, setup->options.settings.validate > 0);
    return print_mean_image(&data->train, error) && print_histogram(data, error);
}
