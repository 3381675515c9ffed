/*
 * view.h -- what every view draws from, and the views.
 *
 * A view is a function from a frame to a canvas: it reads, draws and keeps nothing. So a frame made
 * by hand gives the same picture in a test as in the terminal.
 *
 * Threads: the main thread alone.
 */
#ifndef TUI_VIEW_H
#define TUI_VIEW_H

#include "data/dataset.h"
#include "nn/model.h"
#include "train/snapshot.h"
#include "tui/canvas.h"
#include "tui/predict.h"

/* The panes that Tab goes through. */
enum pane { PANE_SAMPLES, PANE_MODEL, PANE_COUNT };

/* Everything that one frame shows. */
struct frame {
    const struct snapshot *snapshot;
    const struct model *model;
    const struct split *test;
    const struct predictions *predictions;
    enum pane focus;
    int sample;       /* the first test image shown */
    int model_row;    /* the first row of the layer table shown */
    int help_row;     /* the first row of the help shown */
    bool help;        /* the help lies on top */
    bool log_scale;   /* of the plots */
    double smoothing; /* of the training curves: weight of the past, 0 to below 1 */
    const char *message;
};

typedef void view_function(const struct frame *frame, struct canvas *canvas);

view_function view_header;   /* two rows: state and progress */
view_function view_loss;     /* the loss plot */
view_function view_accuracy; /* the accuracy plot */
view_function view_model;    /* the layer table */
view_function view_samples;  /* test images and what the network says of them */
view_function view_help;     /* every key */
view_function view_status;   /* text lines for terminals too small for panes */

/* What stands in the header for a state: "> TRAINING". */
const char *view_state_name(enum snapshot_state state);

/* Rows of the layer table that a view_model canvas of this height shows, and of the keys that
 * view_help shows on a canvas. */
int view_model_rows(int height);
int view_help_rows(const struct canvas *canvas);

/* A number in at most five characters with k or M: "45.2k". */
void view_short_number(char text[8], double number);

#endif
