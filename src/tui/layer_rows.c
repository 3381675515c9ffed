#include "tui/layer_rows.h"

static bool is_activation(enum layer_kind kind)
{
    return kind >= LAYER_RELU && kind <= LAYER_SILU;
}

static bool is_dropout(enum layer_kind kind)
{
    return kind == LAYER_DROPOUT || kind == LAYER_DROPOUT2D;
}

/* Whether layer l, which is not the first one, shares the row of the layer before it. */
static bool belongs(const struct model *model, enum layer_grouping grouping, int l)
{
    const enum layer_kind kind = model->layers[l].kind, before = model->layers[l - 1].kind;

    if (grouping == LAYER_ROWS_TABLE)
        return is_activation(kind) && before == LAYER_BATCH_NORM2D;
    return is_activation(kind) || is_dropout(kind) || kind == LAYER_BATCH_NORM2D;
}

void layer_rows_list(const struct model *model, enum layer_grouping grouping,
                     struct layer_rows *rows)
{
    rows->count = 0;
    for (int l = 0; l < model->layer_count; l++) {
        if (l > 0 && belongs(model, grouping, l))
            rows->rows[rows->count - 1].count++;
        else
            rows->rows[rows->count++] = (struct layer_row){l, 1};
    }
}

int layer_rows_first(int count, int selected, int shown)
{
    const int last = count > shown ? count - shown : 0;
    const int first = selected > shown / 2 ? selected - shown / 2 : 0;

    return first < last ? first : last;
}

/* ---- the model view ---- */

static int clamped(int row, int count)
{
    return row < 0 ? 0 : row < count ? row : count - 1;
}

int layer_rows_selected(const struct frame *frame)
{
    struct layer_rows rows;

    layer_rows_list(frame->model, LAYER_ROWS_TABLE, &rows);
    return clamped(frame->panes[PANE_MODEL].first, rows.count);
}

void layer_rows_select(struct frame *frame, int row)
{
    struct layer_rows rows;

    layer_rows_list(frame->model, LAYER_ROWS_TABLE, &rows);
    frame->panes[PANE_MODEL].first = clamped(row, rows.count);
}

/* The row's first layer has its weights, if there are any. */
static bool has_weights(const struct model *model, const struct layer_row *row)
{
    return model->layers[row->first].parameter_count > 0;
}

int layer_rows_layer(const struct frame *frame)
{
    const int selected = layer_rows_selected(frame);
    struct layer_rows rows;

    layer_rows_list(frame->model, LAYER_ROWS_TABLE, &rows);
    for (int i = selected; i >= 0; i--)
        if (has_weights(frame->model, &rows.rows[i]))
            return rows.rows[i].first;
    for (int i = selected; i < rows.count; i++)
        if (has_weights(frame->model, &rows.rows[i]))
            return rows.rows[i].first;
    return -1;
}

void layer_rows_step(struct frame *frame, int step)
{
    const int shown = layer_rows_layer(frame);
    struct layer_rows rows;

    layer_rows_list(frame->model, LAYER_ROWS_TABLE, &rows);
    for (int i = layer_rows_selected(frame) + step; i >= 0 && i < rows.count; i += step)
        if (has_weights(frame->model, &rows.rows[i]) && rows.rows[i].first != shown) {
            frame->panes[PANE_MODEL].first = i;
            return;
        }
}

bool layer_rows_back(struct frame *frame)
{
    if (frame->view != VIEW_MODEL || !frame->zoomed)
        return false;
    frame->zoomed = false;
    frame->focus = PANE_MODEL;
    return true;
}
