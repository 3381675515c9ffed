/*
 * view.h -- the frame from which every view draws, and the panes' views.
 *
 * A view is a function from a frame to a canvas: it reads, draws and keeps no state. So a made-up
 * frame gives the same picture in a test as in the terminal.
 *
 * Threads: only the main thread.
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

/* The unit of the plots' x axis. */
enum x_unit { X_EPOCHS, X_BATCHES, X_SECONDS, X_UNIT_COUNT };

/* Everything that one frame shows. */
struct frame {
    const struct snapshot *snapshot;
    struct weights *weights;         /* of the snapshot, or a little older */
    const struct settings *settings; /* of the run */
    const struct model *model;
    const struct split *train, *test;
    const struct classes *classes; /* of both */
    const struct predictions *predictions;
    const struct events *events;
    const struct timeline *timeline;
    const struct past_run *compared; /* past runs to show beside this one */
    int compared_count;
    const struct moment *past; /* the moment that is shown; NULL: the snapshot's */
    enum view view;
    enum pane focus;       /* the focused pane */
    bool zoomed;           /* only the focused pane is shown */
    struct browse *browse; /* the list of test images */
    bool augmented;        /* instead, a training image as the epochs augment it: */
    int train_image;       /* this one */
    const struct confusion *confusion;
    int true_class, predicted_class;       /* the selected cell of the confusion matrix */
    const struct activations *activations; /* of the selected or the drawn image */
    int activation_layer;                  /* the first layer that is shown */
    struct drawing drawing;
    int model_row;  /* the first visible row of the layer table */
    int events_row; /* and of the events */
    int help_row;   /* and of the help */
    bool help;      /* the help lies on top */

    /* Settings of the plots. */
    bool log_scale;
    bool recent; /* only the last part of the run */
    enum x_unit x_unit;
    double smoothing; /* of the training curves: weight of earlier batches, in [0, 1) */
    double crosshair; /* position on the x axis where values are read, 0 to 1; negative: none */

    const char *message;
};

typedef void view_function(const struct frame *frame, struct canvas *canvas);

view_function view_header;    /* two rows: state and progress */
view_function view_loss;      /* the loss plot */
view_function view_accuracy;  /* the accuracy plot */
view_function view_rate;      /* the learning rate over the whole run */
view_function view_model;     /* the layer table */
view_function view_samples;   /* test images and predictions */
view_function view_augmented; /* a training image as the epochs augment it */
view_function view_events;    /* the events as text */
view_function view_help;      /* every key */
view_function view_line;      /* one row with as much as fits */
view_function view_status;    /* text lines for terminals too small for panes */

/* The weights of the moment shown, and the batches done then. */
struct weights *view_weights(const struct frame *frame);
long view_step(const struct frame *frame);

/* The epoch, from 0, that contains or ends at the moment that is shown. */
int view_epoch(const struct frame *frame);

/* Whether the learning rate varies over the run. */
bool view_rate_varies(const struct frame *frame);

/* The view whose name view_header draws at (x, y) of a screen of this width; VIEW_COUNT: none. */
enum view view_tab_at(const struct frame *frame, int width, int x, int y);

/* The header's text for a state: "> TRAINING". */
const char *view_state_name(enum snapshot_state state);

/* The short name of the images used for testing: "test" or "val". */
const char *view_test_name(const struct frame *frame);

/* The number of visible rows: of the layer table and the events on a canvas of this height, of keys
 * in view_help. */
int view_model_rows(int height);
int view_events_rows(int height);
int view_help_rows(const struct canvas *canvas);

/* A number in at most five characters with k or M: "45.2k". */
void view_short_number(char text[8], double number);

/* Minutes and seconds, and hours if there are any: "1:02:03". */
void view_clock(char text[32], double seconds);

#endif
