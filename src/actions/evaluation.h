/*
 * evaluation.h -- --eval and --export: what a checkpoint makes of the test images.
 */
#ifndef ACTIONS_EVALUATION_H
#define ACTIONS_EVALUATION_H

#include "actions/setup.h"

/* Prints the test loss and accuracy of the checkpoint options.eval on stdout, after it has written
 * the predictions to options.export, if that is given: CSV, a line an image, in the order of the
 * images, with the image's index, label, prediction, loss and DATASET_CLASSES probabilities.
 * ERROR_USAGE when options.export is a file to be kept (see outputs.h), ERROR_CHECKPOINT when the
 * checkpoint cannot be used, ERROR_DIVERGED when its loss is not finite (then nothing is written),
 * ERROR_SYSTEM when the machine fails. */
bool evaluation_print(const struct setup *setup, struct error *error);

#endif
