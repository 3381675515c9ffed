/*
 * view.h -- what every view draws from, and the panes' views.
 *
 * A view is a function from a frame to a canvas: it reads, draws and keeps nothing. So a frame made
 * by hand gives the same picture in a test as in the terminal.
 *
 * Threads: the main thread alone.
 */
#ifndef TUI_VIEW_H
#define TUI_VIEW_H

#include "data/dataset.h"
#include "nn/activations.h"
#include "nn/model.h"
#include "train/outcomes.h"
#include "train/past_run.h"
#include "train/settings.h"
#include "train/snapshot.h"
#include "tui/browse.h"
#include "tui/canvas.h"
#include "tui/events.h"
#include "tui/layout.h"
#include "tui/predict.h"
#include "tui/timeline.h"
#include "tui/view_draw.h"

/* What the plots count along. */
enum x_unit { X_EPOCHS, X_BATCHES, X_SECONDS, X_UNIT_COUNT };

/* Everything that one frame shows. */
struct frame {
    const struct snapshot *snapshot;
    struct weights *weights;         /* of the snapshot, or a little older */
    const struct settings *settings; /* of the run */
    const struct model *model;
    const struct split *train, *test;
    const struct predictions *predictions;
    const struct events *events;
    const struct timeline *timeline;
    const struct past_run *compared; /* runs to show beside this one */
    int compared_count;
    const struct moment *past; /* the moment shown; NULL: the snapshot's */
    enum view view;
    enum pane focus;       /* the pane that has the keys */
    bool zoomed;           /* it alone is shown */
    struct browse *browse; /* the test images gone through */
    bool augmented;        /* in their place a training image as the epochs change it: */
    int train_image;       /* this one */
    const struct confusion *confusion;
    int true_class, predicted_class;       /* the cell of the matrix with the cursor */
    const struct activations *activations; /* of the selected image, or of the drawn one */
    int activation_layer;                  /* the first one shown */
    struct drawing drawing;
    int model_row;  /* the first row of the layer table shown */
    int events_row; /* and of the events */
    int help_row;   /* and of the help */
    bool help;      /* the help lies on top */

    /* Of the plots. */
    bool log_scale;
    bool recent; /* the last part of the run alone */
    enum x_unit x_unit;
    double smoothing; /* of the training curves: weight of the past, 0 to below 1 */
    double crosshair; /* where on the x axis values are read out, 0 to 1; negative: nowhere */

    const char *message;
};

typedef void view_function(const struct frame *frame, struct canvas *canvas);

view_function view_header;    /* two rows: state and progress */
view_function view_loss;      /* the loss plot */
view_function view_accuracy;  /* the accuracy plot */
view_function view_rate;      /* the learning rate over the whole run */
view_function view_model;     /* the layer table */
view_function view_samples;   /* test images and what the network says of them */
view_function view_augmented; /* a training image as the epochs change it */
view_function view_events;    /* the run in words */
view_function view_help;      /* every key */
view_function view_line;      /* one row: all that fits */
view_function view_status;    /* text lines for terminals too small for panes */

/* The weights of the moment shown, and the batches done then. */
struct weights *view_weights(const struct frame *frame);
long view_step(const struct frame *frame);

/* The epoch, from 0, that the moment shown is in or at the end of. */
int view_epoch(const struct frame *frame);

/* Whether the learning rate goes through the run as anything but a constant. */
bool view_rate_varies(const struct frame *frame);

/* The view whose name view_header draws at (x, y) of a screen of this width; VIEW_COUNT: none. */
enum view view_tab_at(const struct frame *frame, int width, int x, int y);

/* What stands in the header for a state: "> TRAINING". */
const char *view_state_name(enum snapshot_state state);

/* What the images that it is tested on are called, briefly: "test" or "val". */
const char *view_test_name(const struct frame *frame);

/* Rows of the layer table and of the events that a canvas of this height shows, and of the keys
 * that view_help shows on a canvas. */
int view_model_rows(int height);
int view_events_rows(int height);
int view_help_rows(const struct canvas *canvas);

/* A number in at most five characters with k or M: "45.2k". */
void view_short_number(char text[8], double number);

/* Minutes and seconds, and hours where there are any: "1:02:03". */
void view_clock(char text[32], double seconds);

#endif
