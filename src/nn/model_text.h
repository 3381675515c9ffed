/*
 * model_text.h -- networks as text: reads them.
 *
 * Items are separated by white space, commas or newlines; # comments to the end of the line.
 *
 *   Conv2d(16, 3, padding=1)   a layer in PyTorch's words, without the size of its input
 *   16  16p  16k5p  16s2  16c  Conv2d(16, 3, bias=False) BatchNorm2d ReLU; with padding; with
 *                              another kernel; with a stride; the convolution alone. M is
 *                              MaxPool2d(2)
 *   gap: AdaptiveAvgPool2d(1)  a layer with its state-dict name, a.b for b in the container a
 *   [layer1]                   begins a container: its layers are layer1.0, layer1.1, ...
 *   Sequential(                what PyTorch's print(model) writes, for nn.Sequential in any depth
 *     (0): ReLU()              and named layers; the sizes of inputs must be those that arrive
 *   )
 *
 * A text that ends in maps gets AdaptiveAvgPool2d(1) Flatten Linear(CLASSES). A Linear flattens
 * maps that reach it. Linear(CLASSES) has as many features as there are classes.
 *
 * Errors of ERROR_USAGE say the line and column, what was expected and what was found.
 * model_free releases the models. Any thread may call these.
 */
#ifndef NN_MODEL_TEXT_H
#define NN_MODEL_TEXT_H

#include "nn/model.h"

enum { MODEL_FILE_MAX = 1 << 20 }; /* bytes */

/* Makes the network that --model says, for inputs of a size and a number of classes: the text
 * itself, or the text in a file, which is one word that has a / in it or ends in .net. A text may
 * also be the name of a network on the shelf (see shelf.h). NULL with ERROR_USAGE when the text is
 * wrong or does not suit the data, or the file is missing; ERROR_SYSTEM when memory is short. */
struct model *model_make(const char *argument, struct shape input, int classes,
                         struct error *error);

/* The same of a text that comes from elsewhere: messages begin with `origin`, and a wrong text is
 * an error of kind `fault`. No file is read. */
struct model *model_read(const char *text, const char *origin, enum error_kind fault,
                         struct shape input, int classes, struct error *error);

#endif
