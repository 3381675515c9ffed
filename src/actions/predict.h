/*
 * predict.h -- --predict: what a network says of pictures.
 */
#ifndef ACTIONS_PREDICT_H
#define ACTIONS_PREDICT_H

#include "actions/setup.h"

/* Prints a line on stdout for each picture of options.arguments, in options.format: the likeliest
 * class by the network of options.checkpoint, and the second. Ends with the first picture that
 * cannot be read. ERROR_DATA for a picture, ERROR_CHECKPOINT if the checkpoint cannot be used,
 * ERROR_SYSTEM if the machine fails. */
bool predict_print(const struct setup *setup, struct error *error);

#endif
