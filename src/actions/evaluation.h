/*
 * evaluation.h -- --eval and --export: evaluates a checkpoint on the test images.
 */
#ifndef ACTIONS_EVALUATION_H
#define ACTIONS_EVALUATION_H

#include "actions/setup.h"

/* Prints the test loss and accuracy of options.checkpoint on stdout. Before that, writes the
 * predictions to options.export if it is given: CSV, a line per image in the images' order, with
 * index, label, prediction, loss, a probability for each class and, if the classes have names, the
 * names of label and prediction. ERROR_USAGE if options.export is a file that must not be
 * overwritten (see outputs.h), ERROR_CHECKPOINT if the checkpoint cannot be used, ERROR_DIVERGED if
 * its loss is not finite (nothing is written then), ERROR_SYSTEM if the machine fails. */
bool evaluation_print(const struct setup *setup, struct error *error);

#endif
