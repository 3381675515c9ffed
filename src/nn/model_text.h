/*
 * model_text.h -- networks as text.
 *
 * Any thread may call these.
 */
#ifndef NN_MODEL_TEXT_H
#define NN_MODEL_TEXT_H

#include "nn/model.h"

/* Makes the network that a text describes, or that the shelf has by that name, for inputs of a size
 * and a number of classes; model_free releases it. NULL with ERROR_USAGE when the text is wrong or
 * the data do not suit it, ERROR_SYSTEM when memory is short. */
struct model *model_make(const char *text, struct shape input, int classes, struct error *error);

#endif
