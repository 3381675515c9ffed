/*
 * onnx_reader.h -- reads an ONNX file and runs its graph for one image, by itself: a second reading
 * of the format to hold the converter against.
 *
 * Plain loops in double precision, as twin.h; only the operators that the converter writes. What
 * the format forbids, or a name that nothing gave, fails the test.
 *
 * Ownership: onnx_fini releases what onnx_read made; the bytes are the caller's, and stay. Threads:
 * no shared state.
 */
#ifndef ONNX_READER_H
#define ONNX_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { ONNX_NODES_MAX = 1024, ONNX_TENSORS_MAX = 4096, ONNX_NAME_SIZE = 128 };

struct onnx_tensor {
    char name[ONNX_NAME_SIZE];
    int dimensions;
    size_t size[4];
    double *values;
};

struct onnx_attribute {
    char name[32];
    double real;
    int64_t whole, list[4];
    int count; /* of the list */
};

struct onnx_node {
    char type[32], name[ONNX_NAME_SIZE], inputs[5][ONNX_NAME_SIZE], output[ONNX_NAME_SIZE];
    int input_count, attribute_count;
    struct onnx_attribute attributes[8];
};

struct onnx_model {
    int ir_version, opset;
    char input[ONNX_NAME_SIZE], output[ONNX_NAME_SIZE];
    char words[1024];                 /* the documentation string */
    char keys[8][32], texts[8][8192]; /* the metadata */
    int entry_count;
    struct onnx_node nodes[ONNX_NODES_MAX];
    int node_count;
    struct onnx_tensor tensors[ONNX_TENSORS_MAX]; /* initializers, then what the nodes gave */
    int tensor_count, initializer_count;
};

void onnx_read(struct onnx_model *model, const uint8_t *bytes, size_t size);
void onnx_fini(struct onnx_model *model);

/* The metadata's text for a key; fails the test if there is none. */
const char *onnx_text(const struct onnx_model *model, const char *key);

/* How many nodes are of that type. */
int onnx_count(const struct onnx_model *model, const char *type);

/* Runs the graph on an image [1][1][rows][columns]: the output's values, until the next run. */
const double *onnx_run(struct onnx_model *model, const double *image, int rows, int columns);

#endif
