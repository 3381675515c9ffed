/*
 * convert.h -- --convert: writes a trained network for other programs.
 */
#ifndef ACTIONS_CONVERT_H
#define ACTIONS_CONVERT_H

#include "actions/setup.h"

/* Writes the network of options.checkpoint to options.output, in the form that its suffix says, and
 * prints on stdout what was written. ERROR_USAGE if the suffix is no form's, if an option does not
 * suit the form, or if the file exists and may not be replaced (see outputs.h); ERROR_CHECKPOINT if
 * the checkpoint cannot be used, ERROR_SYSTEM if the machine fails. */
bool convert_write(const struct setup *setup, struct error *error);

#endif
