/*
 * report.h -- the headless front end: everything that the program prints as plain text.
 *
 * It reads the same snapshots as the dashboard and writes the published run's lines to stdout. If
 * stderr is a terminal, it shows a progress bar there.
 *
 * Threads: the main thread alone.
 */
#ifndef TEXT_REPORT_H
#define TEXT_REPORT_H

#include "data/dataset.h"
#include "nn/model.h"
#include "train/snapshot.h"
#include "train/trainer.h"

#include <stdio.h>

/* What has been printed of a run so far. */
struct progress_text {
    int batches;                  /* per epoch */
    int first_epoch, first_batch; /* where the run was resumed */
    int announced;                /* epochs whose first line is printed */
    int reported;                 /* epochs whose result is printed */
    bool validates;               /* the results are of held-out training images */
    bool lines;                   /* print the run's lines on stdout */
    bool bar;                     /* stderr is a terminal */
    bool utf8;
};

/* Begins with a run of which nothing has been printed; then shows a snapshot of it: with `lines`
 * the lines that are new, and the bar. ERROR_SYSTEM if stdout cannot be written. */
void report_begin(struct progress_text *text, bool lines);
bool report_show(struct progress_text *text, const struct snapshot *snapshot, struct error *error);

/* Follows the run until it has ended. When a signal asks the program to end, tells the trainer to
 * stop and waits for it. With `lines` it prints the run's lines as they come. *last receives the
 * last snapshot. False with ERROR_SYSTEM if stdout cannot be written. */
bool report_run(struct trainer *trainer, bool lines, struct snapshot *last, struct error *error);

/* Prints the results of a run: parameters, best accuracies, speed. Prints nothing before the end of
 * the first epoch. `first` is the number of the first epoch: 0 in the run's lines, 1 on the
 * dashboard. */
void report_results(FILE *file, const struct model *model, const struct snapshot *snapshot,
                    int first);

/* Prints the result line of a pass over the test split, or over the validation split if
 * `validates`. */
void report_test(FILE *file, bool validates, double loss, int correct, int count);

/* Prints the layer table in torchsummary's form, then the memory, in bytes, that training takes. */
void report_summary(FILE *file, const struct model *model, size_t memory);

/* Prints the network as PyTorch does. False with ERROR_SYSTEM when memory is short. */
bool report_network(FILE *file, const struct model *model, struct error *error);

/* Prints the networks of the shelf: parameters, multiply-adds, and where each comes from. False
 * with ERROR_SYSTEM when memory is short. */
bool report_shelf(FILE *file, struct error *error);

/* Prints the known data sets: what each is, and where it was found or how to get it. */
void report_known(FILE *file);

/* Prints the statistics of both splits as the published run does: of the pixels in [0, 1], then the
 * images per class, then the statistics of the normalised pixels; below it, how they are
 * normalised. `validates`: the test split consists of held-out training images. */
void report_statistics(FILE *file, const struct dataset *data, bool validates);

#endif
