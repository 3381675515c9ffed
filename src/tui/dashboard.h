/*
 * dashboard.h -- the interactive front end: turns snapshots into frames and keys into commands.
 *
 * Threads: only the main thread.
 */
#ifndef TUI_DASHBOARD_H
#define TUI_DASHBOARD_H

#include "data/dataset.h"
#include "nn/kernels.h"
#include "nn/model.h"
#include "train/past_run.h"
#include "train/trainer.h"
#include "tui/canvas.h"
#include "tui/layout.h"

struct dashboard_options {
    const char *glyphs, *color, *theme; /* as on the command line */
    enum view view;                     /* the one to open */
    bool mouse;                         /* whether to use it */
    bool saves;                         /* the trainer has a run directory */
    const struct past_run *compared;    /* runs to show beside this one */
    int compared_count;
    const struct settings *settings; /* of the run */
    const struct dataset *data;
    const struct model *model;
    const struct kernels *kernels;
};

/* Takes control of the terminal and shows the trainer's snapshots until the user quits or a signal
 * ends the program. When it returns, the trainer has stopped and the terminal is restored. *last
 * gets the last snapshot. False with ERROR_SYSTEM if the terminal or memory fails. */
bool dashboard_run(const struct dashboard_options *options, struct trainer *trainer,
                   struct snapshot *last, struct error *error);

/* Draws the frame that a terminal as large as the canvas would show for a snapshot and its
 * weights. */
bool dashboard_draw(struct canvas *canvas, const struct dashboard_options *options,
                    struct snapshot *snapshot, struct weights *weights, struct error *error);

#endif
