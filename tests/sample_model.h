/*
 * sample_model.h -- a network for images and classes like MNIST's.
 */
#ifndef SAMPLE_MODEL_H
#define SAMPLE_MODEL_H

#include "data/dataset.h"
#include "nn/model_text.h"

/* To be released with model_free, or kept to the end. NULL when the text is wrong. */
static inline struct model *sample_model(const char *text)
{
    struct error error;

    return model_make(text, (struct shape){1, MNIST_SIDE, MNIST_SIDE}, MNIST_CLASSES, &error);
}

/* The same for a static pointer that a set-up fills again and again: the earlier network goes. */
static inline struct model *sample_model_again(struct model *earlier, const char *text)
{
    model_free(earlier);
    return sample_model(text);
}

#endif
