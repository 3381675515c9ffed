/*
 * frame.h -- everything that one frame of the dashboard shows.
 *
 * A pane is drawn from a frame to a canvas and keeps no other state. So a made-up frame gives the
 * same picture in a test as in the terminal.
 *
 * Threads: only the main thread.
 */
#ifndef TUI_FRAME_H
#define TUI_FRAME_H

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
#include "tui/inside.h"
#include "tui/pane.h"
#include "tui/predict.h"
#include "tui/prompt.h"
#include "tui/sketch.h"
#include "tui/timeline.h"

/* What lies on top of the panes. */
enum overlay { OVERLAY_NONE, OVERLAY_HELP, OVERLAY_ABOUT };

/* The unit of the plots' x axis. */
enum x_unit { X_EPOCHS, X_BATCHES, X_SECONDS, X_UNIT_COUNT };

/* The sheet on which the user draws, with the network input and the prediction. */
struct drawing {
    struct sketch *sketch;
    double x, y;           /* the cursor, on the sheet */
    enum sketch_tool tool; /* the present tool */
    bool down;             /* the tool draws as the cursor moves */
    const uint8_t *digit;  /* sketch_digit's image */
    const struct classes *classes;
    const float *probabilities; /* [classes->count] of that image; NULL: none yet */
    const char *keys;           /* one line about the keys */
    bool dragging;              /* the mouse has begun a stroke on the sheet */
};

enum { CELL_IMAGES = 15 };

/* The images shown of the selected cell of the confusion matrix, see outcomes_of_cell(). */
struct cell_images {
    int count, inside; /* the first `inside` are in the cell, the others are near misses */
    uint32_t images[CELL_IMAGES];
    float losses[CELL_IMAGES];
};
enum { FRAME_SMOOTHING = 100 }; /* at first */

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
    int playing; /* times the slowest speed at which the replay goes on; 0: it stands still */
    const struct layout *layout; /* what is shown where; NULL: not known */
    const struct canvas *screen; /* of its glyphs and inks; NULL: not known */
    enum view view;
    enum pane focus;                 /* the focused pane */
    bool zoomed;                     /* only the focused pane is shown */
    struct browse *browse;           /* the list of test images */
    bool augmented;                  /* instead, a training image as the epochs augment it: */
    int train_image;                 /* this one */
    const struct outcomes *outcomes; /* of all test images; NULL or at step 0: none yet */
    const struct confusion *confusion;
    int true_class, predicted_class;       /* the selected cell of the confusion matrix */
    struct cell_images cell;               /* its images */
    const struct activations *activations; /* of the selected or the drawn image */
    const struct inside *inside;           /* what studies have found */
    struct drawing drawing;
    struct pane_state panes[PANE_COUNT];
    enum overlay overlay;
    int overlay_row;      /* its first visible row */
    struct prompt prompt; /* what the user types */

    /* Settings of the plots. */
    bool log_scale;
    bool recent; /* only the last part of the run */
    enum x_unit x_unit;
    int smoothing;    /* batches over which the training curves are means */
    double crosshair; /* position on the x axis where values are read, 0 to 1; negative: none */

    const char *message; /* "": the view's hint stands there */
};

/* Gives the frame another view, and focuses its first pane. */
void frame_open(struct frame *frame, enum view view);

/* Lists the images of the selected cell. */
void frame_list_cell(struct frame *frame, const struct outcomes *outcomes);

/* The weights of the moment shown, and the batches done then. */
struct weights *frame_weights(const struct frame *frame);
long frame_step(const struct frame *frame);

/* The epoch, from 0, that contains or ends at the moment that is shown. */
int frame_epoch(const struct frame *frame);

/* The short name of the images used for testing: "test" or "val". */
const char *frame_test_name(const struct frame *frame);

/* A number in at most five characters with k or M: "45.2k". */
void frame_short_number(char text[8], double number);

/* Minutes and seconds, and hours if there are any: "1:02:03". */
void frame_clock(char text[32], double seconds);

#endif
