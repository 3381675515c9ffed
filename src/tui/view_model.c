/*
 * view_model.c -- what it is: the layer table.
 */
#include "tui/view.h"

enum { TYPE_WIDTH = 20, SHAPE_WIDTH = 16, FIXED_ROWS = 4 /* border, heading, total */ };

int view_model_rows(int height)
{
    return height > FIXED_ROWS ? height - FIXED_ROWS : 0;
}

static void draw_row(struct canvas *canvas, int y, enum style style, const char *type,
                     const char *shape, const char *parameters)
{
    canvas_text(canvas, 0, y, style, "%-*s %-*s %8s", TYPE_WIDTH, type, SHAPE_WIDTH, shape,
                parameters);
}

void view_model(const struct frame *frame, struct canvas *canvas)
{
    const struct model *model = frame->model;
    const int rows = view_model_rows(canvas->height);
    const int last =
        frame->model_row + rows < model->layer_count ? frame->model_row + rows : model->layer_count;
    struct summary_row row;
    char title[64], total[16];

    snprintf(title, sizeof title, "Model %s  layers %d-%d of %d", model->name, frame->model_row + 1,
             last, model->layer_count);
    struct canvas inside = canvas_box(canvas, title, frame->focus == PANE_MODEL);
    draw_row(&inside, 0, STYLE_BOLD, "Layer (type)", "Output Shape", "Param #");
    for (int l = frame->model_row; l < last; l++) {
        model_summary_row(model, l, &row);
        draw_row(&inside, 1 + l - frame->model_row, STYLE_PLAIN, row.type, row.shape,
                 row.parameters);
    }
    model_thousands(total, sizeof total, model->parameter_count);
    canvas_text(&inside, 0, inside.height - 1, STYLE_BOLD, "Total params: %s", total);
}
