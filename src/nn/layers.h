/*
 * layers.h -- the kinds of layers: their arguments, what each makes of its input, what it learns.
 *
 * One table (see layers.c) has a row for each kind; the reader and the writer of networks as text,
 * the shapes, the state dict and the summary come from it. Names, order and defaults of arguments
 * are those of PyTorch's classes.
 *
 * Any thread may call these.
 */
#ifndef NN_LAYERS_H
#define NN_LAYERS_H

#include "nn/model.h"

enum { LAYER_TENSORS_MAX = 4, LAYER_ARGUMENTS_MAX = 12, LAYER_REASON_SIZE = 256 };

enum argument_kind {
    ARGUMENT_INPUT, /* channels or features that arrive: checked, not kept */
    ARGUMENT_WHOLE, /* an int */
    ARGUMENT_PAIR,  /* int[2]: (rows, columns), or one number for both */
    ARGUMENT_REAL,  /* a double */
    ARGUMENT_BOOL,
    ARGUMENT_ONLY,   /* not kept: PyTorch has other values, this program has not */
    ARGUMENT_EITHER, /* not kept: True or False, which are the same here */
};

/* Whether PyTorch's print shows an argument. */
enum argument_shown {
    SHOWN_NOT,
    SHOWN_VALUE,     /* 16 */
    SHOWN_NAMED,     /* bias=True */
    SHOWN_IF_CHANGED /* bias=False: unless it has its default */
};

struct argument {
    const char *name; /* NULL: the end of the list */
    enum argument_kind kind;
    enum argument_shown shown;
    size_t offset; /* of what keeps it, in struct layer */
    double low, high;
    double standard;      /* PyTorch's default */
    const char *only;     /* ARGUMENT_ONLY: the values, the default first: "1|-1" */
    bool required;        /* has no default */
    bool prints_form;     /* given by name, it says that the input's size comes first */
    bool left_out;        /* ARGUMENT_INPUT: has no position unless in print's form */
    bool tuple;           /* ARGUMENT_PAIR: printed as two numbers even if they are the same */
    bool standard_kernel; /* ARGUMENT_PAIR: the default is kernel_size */
    bool same_or_valid;   /* ARGUMENT_PAIR: may be 'same' or 'valid' */
    bool classes;         /* ARGUMENT_WHOLE: may be CLASSES */
};

/* PyTorch's name of the kind: "Conv2d"; NULL past the last. */
const char *layer_kind_name(int kind);

/* The kind's arguments in PyTorch's order. */
const struct argument *layer_arguments(enum layer_kind kind);

/* A layer of the kind with every default in place. */
struct layer layer_of_kind(enum layer_kind kind);

/* Sets the layer's input, and its output by PyTorch's formulas. False with the reason, the rest of
 * a sentence that begins with the layer, when it cannot work on such an input. */
bool layer_derive(struct layer *layer, struct shape input, char reason[LAYER_REASON_SIZE]);

/* The value of an ARGUMENT_INPUT that suits the layer's input. */
int layer_input_size(const struct layer *layer);

/* What the layer keeps: fills suffix ("weight"), dimensions, sizes, count and trained of each, in
 * state-dict order; layer_derive comes first. Returns how many there are. */
struct layer_tensor {
    const char *suffix;
    int dimensions;
    int size[4];
    size_t count;
    bool trained;
};
int layer_tensors(const struct layer *layer, struct layer_tensor tensors[LAYER_TENSORS_MAX]);

#endif
