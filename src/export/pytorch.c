#include "export/forms.h"

#include "export/print.h"
#include "nn/model_write.h"
#include "support/number.h"

#include <string.h>

/* ---- the tree of containers ---- */

/* The layers [from, to) are one child of a container: the names of what the container has begin
 * with the same `length` characters. */
struct child {
    int from, to;
    int part; /* characters of its own name */
    bool leaf;
};

static struct child child_at(const struct layer *layers, int from, int end, int length)
{
    const char *name = layers[from].name;
    const int part = (int)strcspn(name + length, ".");
    struct child child = {from, from + 1, part, name[length + part] == '\0'};

    while (!child.leaf && child.to < end &&
           strncmp(layers[child.to].name, name, (size_t)(length + part + 1)) == 0)
        child.to++;
    return child;
}

/* Whether maps reach a Linear, for which the text has no Flatten. */
static bool flattens(const struct layer *layer)
{
    return layer->kind == LAYER_LINEAR && layer->input.height > 0;
}

/* Whether a Flatten is added before the child. That of a container's first layer stands before the
 * container. */
static bool flattens_before(const struct layer *layers, const struct child *child, int from,
                            int length)
{
    return flattens(&layers[child->from]) && (child->from != from || length == 0);
}

/* Whether nn.Sequential gives the children of a container their names by itself: 0, 1, ... */
static bool is_plain(const struct layer *layers, int from, int to, int length)
{
    char number[16];
    int count = 0;

    for (struct child child; from < to; from = child.to) {
        child = child_at(layers, from, to, length);
        snprintf(number, sizeof number, "%d", count++);
        if ((int)strlen(number) != child.part ||
            strncmp(layers[from].name + length, number, (size_t)child.part) != 0 ||
            flattens_before(layers, &child, count == 1 ? from : -1, length))
            return false;
    }
    return true;
}

/* Whether every container is plain. */
static bool all_plain(const struct layer *layers, int from, int to, int length)
{
    if (!is_plain(layers, from, to, length))
        return false;
    for (struct child child; from < to; from = child.to) {
        child = child_at(layers, from, to, length);
        if (!child.leaf && !all_plain(layers, child.from, child.to, length + child.part + 1))
            return false;
    }
    return true;
}

/* The name of a Flatten that is added: one that no child has. */
static const char *flatten_name(const struct layer *layers, int from, int to, int length)
{
    static const char *const names[] = {"flatten", "to_features", "features_of_maps"};

    for (size_t i = 0; i + 1 < sizeof names / sizeof names[0]; i++) {
        const size_t size = strlen(names[i]);
        bool taken = false;
        for (int l = from; l < to; l++)
            taken = taken || (strncmp(layers[l].name + length, names[i], size) == 0 &&
                              strcspn(layers[l].name + length, ".") == size);
        if (!taken)
            return names[i];
    }
    return names[2];
}

static void write_container(FILE *file, const struct layer *layers, int from, int to, int length,
                            int indent)
{
    const bool plain = is_plain(layers, from, to, length);
    const char *end = plain ? "" : ")";

    fputs(plain ? "nn.Sequential(\n" : "nn.Sequential(OrderedDict([\n", file);
    for (struct child child = {.to = from}; child.to < to;) {
        child = child_at(layers, child.to, to, length);
        if (flattens_before(layers, &child, from, length))
            fprintf(file, "%*s(\"%s\", nn.Flatten()),\n", indent + 4, "",
                    flatten_name(layers, from, to, length));
        fprintf(file, "%*s", indent + 4, "");
        if (!plain)
            fprintf(file, "(\"%.*s\", ", child.part, layers[child.from].name + length);
        if (child.leaf) {
            fputs("nn.", file);
            model_write_call(file, &layers[child.from]);
        } else {
            write_container(file, layers, child.from, child.to, length + child.part + 1,
                            indent + 4);
        }
        fprintf(file, "%s,\n", end);
    }
    fprintf(file, plain ? "%*s)" : "%*s]))", indent, "");
}

/* ---- the module ---- */

static const char FUNCTIONS[] =
    "TYPES = {\"F32\": (\"<f4\", numpy.float32), \"I64\": (\"<i8\", numpy.int64)}\n"
    "\n"
    "\n"
    "def load_checkpoint(path):\n"
    "    \"\"\"The state dict in a safetensors file.\"\"\"\n"
    "    with open(path, \"rb\") as file:\n"
    "        header = json.loads(file.read(int.from_bytes(file.read(8), \"little\")))\n"
    "        data = file.read()\n"
    "    state = {}\n"
    "    for name, entry in header.items():\n"
    "        if name == \"__metadata__\" or name.startswith(\"optimizer.\"):\n"
    "            continue\n"
    "        start, end = entry[\"data_offsets\"]\n"
    "        stored, native = TYPES[entry[\"dtype\"]]\n"
    "        values = numpy.frombuffer(data[start:end], stored).astype(native)\n"
    "        state[name] = torch.from_numpy(values.reshape(entry[\"shape\"]))\n"
    "    return state\n"
    "\n"
    "\n"
    "def read_idx(path):\n"
    "    \"\"\"The bytes in a file of MNIST's format, in their shape.\"\"\"\n"
    "    compressed = os.path.exists(path + \".gz\")\n"
    "    with gzip.open(path + \".gz\") if compressed else open(path, \"rb\") as file:\n"
    "        data = file.read()\n"
    "    shape = numpy.frombuffer(data, \">i4\", count=data[3], offset=4)\n"
    "    return numpy.frombuffer(data, numpy.uint8, offset=4 + 4 * data[3]).reshape(shape)\n"
    "\n"
    "\n"
    "def normalize(images):\n"
    "    \"\"\"What the network expects of images [N, rows, columns] of bytes.\"\"\"\n"
    "    pixels = torch.from_numpy(images.astype(numpy.float32)) / 255\n"
    "    return ((pixels - MEAN) / DEVIATION).unsqueeze(1)\n"
    "\n"
    "\n"
    "def main(checkpoint=CHECKPOINT, data=\"data\"):\n"
    "    model = make_model()\n"
    "    model.load_state_dict(load_checkpoint(checkpoint))\n"
    "    model.eval()\n"
    "    images = read_idx(os.path.join(data, \"t10k-images-idx3-ubyte\"))\n"
    "    labels = read_idx(os.path.join(data, \"t10k-labels-idx1-ubyte\"))\n"
    "    correct = 0\n"
    "    with torch.no_grad():\n"
    "        for i in range(0, len(images), 500):\n"
    "            predictions = model(normalize(images[i:i + 500])).argmax(1)\n"
    "            correct += int((predictions.numpy() == labels[i:i + 500]).sum())\n"
    "    print(f\"Accuracy: {correct}/{len(images)} ({100 * correct / len(images):.2f}%)\")\n"
    "\n"
    "\n"
    "if __name__ == \"__main__\":\n"
    "    main(*sys.argv[1:])\n";

static void write_constants(FILE *file, const struct graph *graph)
{
    char mean[NUMBER_TEXT_SIZE], deviation[NUMBER_TEXT_SIZE];

    number_python(mean, graph->normalize.mean);
    number_python(deviation, graph->normalize.deviation);
    fputs("CHECKPOINT = ", file);
    print_string(file, graph->checkpoint, PRINT_PYTHON);
    fprintf(file, "\nMEAN, DEVIATION = %s, %s\nCLASSES = [", mean, deviation);
    print_names(file, graph->classes, PRINT_PYTHON);
    fputs("]\n\n\n", file);
}

bool pytorch_write(FILE *file, const struct graph *graph)
{
    const struct model *model = graph->model;
    const bool plain = all_plain(model->layers, 0, model->layer_count, 0);

    fprintf(
        file,
        "\"\"\"A network for images of %dx%d pixels and %d classes, trained by mnist-tui.\n\n"
        "Run as a script, with the arguments [CHECKPOINT [DATA]], it tests the network.\n\"\"\"\n"
        "import gzip\nimport json\nimport os\nimport sys\n%s\nimport numpy\nimport torch\n"
        "from torch import nn\n\n",
        model->input.height, model->input.width, model->classes,
        plain ? "" : "from collections import OrderedDict\n");
    write_constants(file, graph);
    fputs("def make_model():\n    return ", file);
    write_container(file, model->layers, 0, model->layer_count, 0, 4);
    fputs("\n\n\n", file);
    fputs(FUNCTIONS, file);
    return true;
}
