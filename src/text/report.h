/*
 * report.h -- the headless front end: everything the program says as plain text.
 *
 * It reads the same snapshots as the dashboard and writes the published run's lines to stdout; on
 * stderr, when that is a terminal, a progress bar.
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

/* Follows the run until it has ended or a signal asks for the end (then the trainer is told to stop
 * and waited for), and with `lines` prints its lines as they come. *last gets the last snapshot.
 * False with ERROR_SYSTEM when stdout does not take the lines. */
bool report_run(struct trainer *trainer, bool lines, struct snapshot *last, struct error *error);

/* The results of a run: parameters, best accuracies, speed. Prints nothing before the first epoch's
 * end. `first` is what the first epoch is called: 0 in the run's lines, 1 on the dashboard. */
void report_results(FILE *file, const struct model *model, const struct snapshot *snapshot,
                    int first);

/* The result line of a test pass; of a validation split if `validates`. */
void report_test(FILE *file, bool validates, double loss, int correct, int count);

/* The layer table in the form that torchsummary made familiar, and the memory, in bytes, that
 * training takes. */
void report_summary(FILE *file, const struct model *model, size_t memory);

/* The network as PyTorch prints it. False with ERROR_SYSTEM when memory is short. */
bool report_network(FILE *file, const struct model *model, struct error *error);

/* The networks that there are: parameters, multiply-adds, and where each comes from. False with
 * ERROR_SYSTEM when memory is short. */
bool report_shelf(FILE *file, struct error *error);

/* The statistics of both splits as the published run prints them, of the pixels in [0, 1], with the
 * images of each class; below them those of what the network sees. `validates`: the test split is
 * held-out training images. */
void report_statistics(FILE *file, const struct dataset *data, bool validates);

#endif
