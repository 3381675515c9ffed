#include "export/c_parts.h"

#include "export/print.h"
#include "nn/layers.h"

#include <string.h>

/* ---- buffers ---- */

struct c_buffers c_buffers_of(const struct graph *graph)
{
    struct c_buffers buffers = {{model_shape_count(graph->model->input), 0}, 0};

    for (int i = 0; i < graph->count; i++) {
        const struct graph_op *op = &graph->ops[i];
        const size_t size = model_shape_count(op->layer.output);
        if (graph_is_activation(op) || op->layer.kind == LAYER_FLATTEN)
            continue;
        buffers.current ^= 1;
        if (size > buffers.size[buffers.current])
            buffers.size[buffers.current] = size;
    }
    buffers.current = 0;
    return buffers;
}

const char *c_buffer_name(const struct c_buffers *buffers, bool other)
{
    return (buffers->current == 0) == other ? "b" : "a";
}

/* ---- the beginning ---- */

/* Writes a text within a comment, which it must not end. */
static void write_comment(FILE *file, const char *text)
{
    for (; *text != '\0'; text++)
        fputc(strchr("*?\\", *text) != NULL || (unsigned char)*text < ' ' ? '.' : *text, file);
}

void c_write_head(FILE *file, const struct graph *graph, const char *arithmetic, size_t bytes)
{
    const struct shape in = graph->model->input;
    const struct classes *classes = graph->classes;

    fputs("/*\n * The network ", file);
    write_comment(file, graph->model->name);
    fprintf(
        file,
        ", trained by mnist-tui.\n *\n"
        " * %s_predict(image, probabilities) reads image[%d][%d], rows of pixels from 0 (black)\n"
        " * to 255 (white), and writes probabilities[%d], one for each class.\n"
        " * %s It allocates nothing. Its buffers of %zu bytes\n"
        " * are static, so one thread at a time may call it.\n"
        " *\n * Classes:",
        graph->name, in.height, in.width, graph->model->classes, arithmetic, bytes);
    for (int k = 0; k < classes->count; k++) {
        fprintf(file, k % 10 == 0 && k > 0 ? ",\n *   " : k > 0 ? ", " : " ");
        write_comment(file, classes->names[k]);
    }
    fprintf(file, ".\n * With -D%s_MAIN it is a program, which classifies a PGM picture.\n */\n",
            graph->name);
}

/* ---- layers ---- */

static bool has_window(const struct layer *layer)
{
    return layer->kind == LAYER_CONV2D || layer->kind == LAYER_MAX_POOL2D ||
           layer->kind == LAYER_AVG_POOL2D || layer->kind == LAYER_ADAPTIVE_AVG_POOL2D;
}

void c_write_struct(FILE *file, const struct graph *graph)
{
    bool needed = false;

    for (int i = 0; i < graph->count; i++)
        needed = needed || has_window(&graph->ops[i].layer);
    if (needed)
        fputs("/* The sizes of a layer's input and output, and its window. Maps are "
              "[channel][row][column]. */\n"
              "struct layer {\n"
              "    int in, rows, columns;\n"
              "    int out, out_rows, out_columns;\n"
              "    int kernel_rows, kernel_columns;\n"
              "    int stride_rows, stride_columns;\n"
              "    int padding_rows, padding_columns;\n"
              "    int groups;       /* of a convolution */\n"
              "    int counts_zeros; /* of an average: the padding counts, too */\n"
              "};\n\n",
              file);
}

void c_write_layer(FILE *file, int number, const struct layer *layer)
{
    const struct shape in = layer->input, out = layer->output;

    if (layer->kind == LAYER_FLATTEN)
        return;
    fprintf(file, "/* %s: %s */\n", layer->name, layer_kind_name((int)layer->kind));
    if (has_window(layer))
        fprintf(file,
                "static const struct layer layer_%d = {\n"
                "    %d, %d, %d, %d, %d, %d, %d, %d, %d, %d, %d, %d, %d, %d,\n};\n",
                number, in.channels, in.height, in.width, out.channels, out.height, out.width,
                layer->kernel_size[0], layer->kernel_size[1], layer->stride[0], layer->stride[1],
                layer->padding[0], layer->padding[1], layer->groups, layer->count_include_pad);
}

static const char WINDOW[] =
    "/* The part of a window that lies in the maps: pixels *first to *end - 1 of a side. */\n"
    "static void window(int i, int stride, int padding, int kernel, int side, int *first, int "
    "*end)\n"
    "{\n"
    "    *first = i * stride - padding;\n"
    "    *end = *first + kernel < side ? *first + kernel : side;\n"
    "    *first = *first > 0 ? *first : 0;\n"
    "}\n\n";

/* Between its parts is the type. */
static const char *const MAX_POOL[] = {
    "static void max_pool2d(const struct layer *layer, const ",
    " *from, ",
    " *to)\n"
    "{\n"
    "    int y0, y1, x0, x1;\n"
    "\n"
    "    for (int c = 0; c < layer->in; c++, from += layer->rows * layer->columns)\n"
    "        for (int i = 0; i < layer->out_rows; i++)\n"
    "            for (int j = 0; j < layer->out_columns; j++) {\n"
    "                window(i, layer->stride_rows, layer->padding_rows, layer->kernel_rows,\n"
    "                       layer->rows, &y0, &y1);\n"
    "                window(j, layer->stride_columns, layer->padding_columns,\n"
    "                       layer->kernel_columns, layer->columns, &x0, &x1);\n"
    "                ",
    " most = from[y0 * layer->columns + x0];\n"
    "                for (int y = y0; y < y1; y++)\n"
    "                    for (int x = x0; x < x1; x++)\n"
    "                        if (from[y * layer->columns + x] > most)\n"
    "                            most = from[y * layer->columns + x];\n"
    "                *to++ = most;\n"
    "            }\n"
    "}\n\n",
};

void c_write_max_pool(FILE *file, const struct graph *graph, const char *type)
{
    const size_t parts = sizeof MAX_POOL / sizeof MAX_POOL[0];

    if (graph_has(graph, LAYER_MAX_POOL2D) || graph_has(graph, LAYER_AVG_POOL2D))
        fputs(WINDOW, file);
    for (size_t i = 0; i < parts && graph_has(graph, LAYER_MAX_POOL2D); i++)
        fprintf(file, "%s%s", MAX_POOL[i], i + 1 < parts ? type : "");
}

void c_write_begin(FILE *file, const struct graph *graph)
{
    fprintf(file,
            "void %s_predict(const unsigned char *image, float *probabilities);\n\n"
            "void %s_predict(const unsigned char *image, float *probabilities)\n{\n",
            graph->name, graph->name);
}

void c_write_softmax(FILE *file)
{
    fputs("static void softmax(const float *from, int count, float *to)\n"
          "{\n"
          "    float most = from[0], sum = 0.0F;\n"
          "\n"
          "    for (int i = 1; i < count; i++)\n"
          "        most = from[i] > most ? from[i] : most;\n"
          "    for (int i = 0; i < count; i++)\n"
          "        sum += to[i] = expf(from[i] - most);\n"
          "    for (int i = 0; i < count; i++)\n"
          "        to[i] /= sum;\n"
          "}\n\n",
          file);
}

/* ---- the program ---- */

static const char MAIN[] =
    "/* Skips white space and comments. */\n"
    "static void skip(FILE *file)\n"
    "{\n"
    "    int c = getc(file);\n"
    "\n"
    "    for (; c == ' ' || c == '\\t' || c == '\\r' || c == '\\n' || c == '#'; c = getc(file))\n"
    "        while (c == '#' && (c = getc(file)) != '\\n' && c != EOF)\n"
    "            c = '#';\n"
    "    if (c != EOF)\n"
    "        ungetc(c, file);\n"
    "}\n"
    "\n"
    "static int read_number(FILE *file)\n"
    "{\n"
    "    int number;\n"
    "\n"
    "    skip(file);\n"
    "    return fscanf(file, \"%5d\", &number) == 1 ? number : -1;\n"
    "}\n"
    "\n"
    "/* Reads a picture of ROWS x COLUMNS, binary (P5) or text (P2). */\n"
    "static int read_pgm(FILE *file, unsigned char *image)\n"
    "{\n"
    "    const int p = getc(file), kind = getc(file);\n"
    "    const int columns = read_number(file), rows = read_number(file), most = "
    "read_number(file);\n"
    "\n"
    "    if (p != 'P' || (kind != '2' && kind != '5') || columns != COLUMNS || rows != ROWS ||\n"
    "        most < 1 || most > 255)\n"
    "        return 0;\n"
    "    if (kind == '5')\n"
    "        getc(file);\n"
    "    for (int i = 0; i < ROWS * COLUMNS; i++) {\n"
    "        const int pixel = kind == '5' ? getc(file) : read_number(file);\n"
    "        if (pixel < 0 || pixel > most)\n"
    "            return 0;\n"
    "        image[i] = (unsigned char)((pixel * 255 + most / 2) / most);\n"
    "    }\n"
    "    return 1;\n"
    "}\n"
    "\n"
    "int main(int argc, char *argv[])\n"
    "{\n"
    "    static unsigned char image[ROWS * COLUMNS];\n"
    "    float probabilities[CLASSES];\n"
    "    FILE *file = argc == 2 ? fopen(argv[1], \"rb\") : argc < 2 ? stdin : NULL;\n"
    "\n"
    "    if (file == NULL || !read_pgm(file, image)) {\n"
    "        fprintf(stderr, \"usage: %s [FILE], a PGM picture of %d columns and %d rows\\n\",\n"
    "                argc > 0 ? argv[0] : \"\", COLUMNS, ROWS);\n"
    "        return 1;\n"
    "    }\n";

void c_write_main(FILE *file, const struct graph *graph)
{
    const struct shape in = graph->model->input;

    fprintf(file,
            "\n#ifdef %s_MAIN\n#include <stdio.h>\n\n"
            "enum { ROWS = %d, COLUMNS = %d, CLASSES = %d };\n\n"
            "static const char *const names[CLASSES] = {",
            graph->name, in.height, in.width, graph->model->classes);
    print_names(file, graph->classes, PRINT_C);
    fprintf(file, "};\n\n%s", MAIN);
    fprintf(file,
            "    %s_predict(image, probabilities);\n"
            "    for (int i = 0; i < CLASSES; i++)\n"
            "        printf(\"%%s %%.4f\\n\", names[i], (double)probabilities[i]);\n"
            "    return 0;\n}\n#endif\n",
            graph->name);
}
