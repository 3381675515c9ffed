/*
 * layer_reader.h -- reads a layer with its arguments, as in PyTorch: Conv2d(16, 3, padding=1).
 *
 * The table in layers.h lists the arguments. Their positions are PyTorch's, without the size of the
 * input, which follows from the layer before. In the form that print gives, with kernel_size= or
 * out_features=, that size comes first and must match. Any thread may call these.
 */
#ifndef NN_LAYER_READER_H
#define NN_LAYER_READER_H

#include "nn/layers.h"
#include "nn/model_tokens.h"

/* The size of the input as given in a text. */
struct input_said {
    const struct argument *argument; /* NULL if the text gives none */
    long size;
    struct token at;
};

/* Reads what follows the kind's name, and goes on to the token after it: arguments in parentheses,
 * or nothing, then all have their defaults. False with an error that says where and what was
 * expected. */
bool layer_read(struct tokens *tokens, enum layer_kind kind, int classes, struct layer *layer,
                struct input_said *said, struct error *error);

/* Compares the size of the input in the text, if there is one, with the real one; layer_derive
 * comes first. */
bool layer_check_input(const struct tokens *tokens, const struct layer *layer,
                       const struct input_said *said, struct error *error);

#endif
