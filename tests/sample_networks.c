#include "sample_networks.h"

#include "support/rng.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static const struct branch {
    const char *text, *purpose;
} branches[] = {
    {"Conv2d(4,3,stride=2) ReLU Conv2d(6,(3,2),stride=(2,1),padding=1,bias=False) BatchNorm2d ReLU "
     "M",
     "strided convolutions with a ReLU and in a block; a stride that leaves a rest; an odd row "
     "before the maximum"},
    {"Conv2d(3,3,padding=3) Tanh Conv2d(4,2,padding=(3,0)) ReLU M Conv2d(5,(1,3),padding=1)",
     "paddings wider than the kernel less one, where the input's gradient leaves out part of the "
     "frame"},
    {"Conv2d(4,5,stride=3,padding=5) SiLU Conv2d(4,2,stride=(1,2),padding=(2,2)) GELU",
     "strides with such paddings"},
    {"MaxPool2d(7) Conv2d(64,1) ReLU Conv2d(120,3,padding=1) ReLU Conv2d(12,1) Sigmoid",
     "weights by batch: more than 65,536 of them"},
    {"MaxPool2d(7) Conv2d(128,1) Tanh Conv2d(256,3,stride=2,padding=1,groups=2,bias=False) "
     "BatchNorm2d ReLU AdaptiveAvgPool2d(1)",
     "weights by batch in groups, strided, with a norm"},
    {"Flatten Linear(50,bias=False) Sigmoid Linear(20) ReLU Linear(CLASSES,bias=False)",
     "linear layers with many weights and with few, without biases; a first layer without "
     "gradient of its input"},
    {"M M Linear(60) SiLU Linear(700) LeakyReLU(0.2) Linear(CLASSES)",
     "linear layers on maps, and with many weights, whose input has a gradient"},
    {"Conv2d(4,3,bias=False) Tanh Dropout(0.3) ReLU Dropout2d(0.25) M Linear(CLASSES)",
     "Dropout and ReLU that may not write over what Tanh keeps"},
    {"Conv2d(3,5,stride=2) Tanh Flatten ReLU Dropout(0.5) Linear(CLASSES)",
     "Flatten between what keeps its output and a ReLU; Dropout after a ReLU"},
    {"Dropout(0.2) ReLU Conv2d(4,3,padding=1) ReLU Dropout2d(0.4) Conv2d(4,3,padding=1) ReLU M "
     "Dropout(0.1) Conv2d(4,3,padding=2,stride=2)",
     "Dropout of the input, and in place between maps with borders; Dropout2d after a convolution "
     "with a ReLU"},
    {"ReLU AvgPool2d(4) Linear(30) ReLU Linear(CLASSES)",
     "a ReLU of the input; layers before which there is nothing to train"},
    {"Conv2d(4,3) ELU(0.7) M Linear(30) ELU Linear(CLASSES)", "ELU with its alpha"},
    {"BatchNorm2d(eps=0.01,momentum=0.3) Conv2d(5,3) BatchNorm2d(momentum=0) LeakyReLU(-0.3) M",
     "norms by themselves, of the input too; other eps and momentum; biases before a norm"},
    {"Conv2d(6,3) BatchNorm2d ReLU Conv2d(8,3,groups=2) BatchNorm2d ReLU M Conv2d(8,3,groups=8) "
     "BatchNorm2d(eps=0.001) ReLU",
     "blocks with biases, in groups and depthwise"},
    {"Conv2d(4,3,stride=2) Conv2d(8,3,groups=4,stride=2) GELU Conv2d(8,3,padding=1,groups=4) ReLU "
     "M",
     "groups with several outputs for each input; convolutions one after the other"},
    {"M 6 Conv2d(7,3,bias=False) gap: AdaptiveAvgPool2d(1) Linear(CLASSES) LogSoftmax",
     "a 3x3 convolution before the global average; LogSoftmax"},
    {"M Conv2d(5,3) AdaptiveAvgPool2d(1) Conv2d(6,3,padding=1) ReLU AdaptiveAvgPool2d((2,3)) Tanh",
     "averages that a convolution with a padding reads; ones that repeat pixels"},
    {"Conv2d(4,3) ReLU MaxPool2d(3,stride=2,padding=1) BatchNorm2d MaxPool2d(2,stride=1) "
     "AvgPool2d(3,stride=2,padding=1,count_include_pad=False) AvgPool2d((2,3),stride=1,padding=1) "
     "AdaptiveAvgPool2d((2,3))",
     "pools with windows that overlap, and with paddings, counted or not"},
    {"Conv2d(3,3,padding=1) MaxPool2d(2,stride=3) ReLU MaxPool2d((1,3),stride=(2,1)) "
     "AvgPool2d(2,stride=3)",
     "pools with windows that leave out pixels"},
    {"Conv2d(4,(3,2),padding=1) ReLU MaxPool2d(3) Conv2d(5,2,stride=2,bias=False) Tanh M "
     "Conv2d(3,1)",
     "a last row and two columns that a pool drops, then one of each that a stride drops"},
    {"Conv2d(5,4,stride=5) SiLU Conv2d(4,2,stride=2) ReLU Conv2d(6,(1,2),groups=2) Sigmoid",
     "a first convolution that reads a part of the image; an odd size before a stride"},
    {"MaxPool2d(3,stride=4) Conv2d(4,3,padding=1) ReLU Conv2d(6,3,stride=(3,4)) GELU",
     "a first pool that reads a part of the image; a ReLU of which a stride drops rows"},
    {"AvgPool2d(3,stride=4) Conv2d(4,2) AvgPool2d((3,2),stride=(4,3),padding=1) "
     "Conv2d(3,2,padding=1) AvgPool2d(2,padding=1,count_include_pad=False)",
     "means that drop rows, with paddings before the first"},
    {"Conv2d(3,2,padding=(2,3)) SiLU Conv2d(4,(1,2),padding=(3,2),bias=False) "
     "MaxPool2d(2,stride=9)",
     "paddings as wide as the kernel, and wider, of which a pool drops rows"},
    {"Conv2d(3,3) Tanh Conv2d(4,(2,1),padding=2) MaxPool2d((2,1),stride=(3,40))",
     "windows in the padding alone"},
    {"6 Conv2d(6,3,bias=False) BatchNorm2d ReLU M Conv2d(4,2,stride=3) BatchNorm2d Tanh "
     "Conv2d(5,2) M",
     "a norm's output, of which only a part is read: by a pool in a block, by a convolution"},
    {"BatchNorm2d ReLU Conv2d(3,3,stride=3) BatchNorm2d LeakyReLU(0.1) MaxPool2d(2,stride=3) "
     "BatchNorm2d Conv2d(2,1,stride=2) Dropout(0.2) AvgPool2d(1,stride=2)",
     "the same by pools and strides; Dropout of a part"},
    {"Flatten Flatten Dropout(1.0) Linear(20) ReLU ReLU Linear(CLASSES)",
     "Dropout of everything; layers that change nothing"},
};

enum { BRANCH_COUNT = sizeof branches / sizeof branches[0] };

const char *sample_branch(int i)
{
    return i < BRANCH_COUNT ? branches[i].text : NULL;
}

const char *sample_branch_purpose(int i)
{
    return branches[i].purpose;
}

/* ---- random texts ---- */

/* One draw in an expression: C does not say which of several comes first. */

struct writer {
    char *text;
    struct rng rng;
    int channels, size[2]; /* of what the next layer gets */
};

static int below(struct writer *w, int bound)
{
    return (int)rng_below(&w->rng, (uint32_t)bound);
}

static int between(struct writer *w, int low, int high)
{
    return low + below(w, high - low + 1);
}

static bool chance(struct writer *w, int percent)
{
    return below(w, 100) < percent;
}

static __attribute__((format(printf, 2, 3))) void put(struct writer *w, const char *format, ...)
{
    const size_t used = strlen(w->text);
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(w->text + used, SAMPLE_TEXT_SIZE - used, format, arguments);
    va_end(arguments);
}

static const char *boolean(bool value)
{
    return value ? "True" : "False";
}

static void put_activation(struct writer *w)
{
    static const char *const names[] = {"ReLU", "ReLU",    "ReLU", "LeakyReLU(0.1)",
                                        "Tanh", "Sigmoid", "GELU", "SiLU"};

    put(w, " %s", names[below(w, (int)(sizeof names / sizeof names[0]))]);
}

static void put_dropout(struct writer *w, const char *name)
{
    put(w, " %s(0.%d)", name, between(w, 1, 5));
}

/* A window that fits the maps, with a padding of up to `most`(kernel). */
struct fit {
    int size[2], stride[2], padding[2], out[2];
};

static struct fit fit(struct writer *w, int largest, bool pool)
{
    struct fit f;

    for (int d = 0; d < 2; d++) {
        const int room = w->size[d];
        f.size[d] = between(w, 1, largest < room ? largest : room);
        f.padding[d] = chance(w, 50) ? between(w, 0, pool ? f.size[d] / 2 : f.size[d]) : 0;
        f.stride[d] = chance(w, 60) ? 1 : between(w, 1, 3);
        f.out[d] = (room + 2 * f.padding[d] - f.size[d]) / f.stride[d] + 1;
    }
    return f;
}

static void put_conv(struct writer *w)
{
    const struct fit f = fit(w, 5, false);
    const int per_group = between(w, 1, 3);
    int groups = chance(w, 40) ? between(w, 1, w->channels) : 1, out = between(w, 2, 9);

    while (w->channels % groups != 0)
        groups--;
    if (groups > 1)
        out = groups * per_group;
    put(w, " Conv2d(%d,(%d,%d),stride=(%d,%d),padding=(%d,%d),groups=%d,bias=%s)", out, f.size[0],
        f.size[1], f.stride[0], f.stride[1], f.padding[0], f.padding[1], groups,
        boolean(chance(w, 50)));
    w->channels = out;
    memcpy(w->size, f.out, sizeof w->size);
    if (chance(w, 50))
        put(w, " BatchNorm2d");
    if (chance(w, 70))
        put_activation(w);
    if (chance(w, 30) && w->size[0] > 1 && w->size[1] > 1) {
        put(w, " M");
        w->size[0] /= 2;
        w->size[1] /= 2;
    }
}

static void put_pool(struct writer *w)
{
    const struct fit f = fit(w, 4, true);
    const bool maximum = chance(w, 50);

    put(w, " %s((%d,%d),stride=(%d,%d),padding=(%d,%d)", maximum ? "MaxPool2d" : "AvgPool2d",
        f.size[0], f.size[1], f.stride[0], f.stride[1], f.padding[0], f.padding[1]);
    if (!maximum)
        put(w, ",count_include_pad=%s", boolean(chance(w, 50)));
    put(w, ")");
    memcpy(w->size, f.out, sizeof w->size);
}

static void put_on_maps(struct writer *w)
{
    switch (below(w, 10)) {
    case 0:
    case 1: put_pool(w); break;
    case 2:
        w->size[0] = between(w, 1, 8);
        w->size[1] = between(w, 1, 8);
        put(w, " AdaptiveAvgPool2d((%d,%d))", w->size[0], w->size[1]);
        break;
    case 3: put(w, " BatchNorm2d"); break;
    case 4: put_dropout(w, chance(w, 50) ? "Dropout" : "Dropout2d"); break;
    case 5: put_activation(w); break;
    default: put_conv(w);
    }
}

static void put_on_features(struct writer *w)
{
    if (chance(w, 70))
        put(w, " Flatten");
    if (chance(w, 30))
        put_dropout(w, "Dropout");
    while (chance(w, 50)) {
        put(w, " Linear(%d", between(w, 1, 70));
        put(w, ",bias=%s)", boolean(chance(w, 70)));
        put_activation(w);
        if (chance(w, 30))
            put_dropout(w, "Dropout");
    }
    put(w, " Linear(CLASSES,bias=%s)", boolean(chance(w, 80)));
    if (chance(w, 30))
        put(w, " LogSoftmax");
}

void sample_random(int i, char text[SAMPLE_TEXT_SIZE])
{
    struct writer w = {.text = text, .channels = 1, .size = {28, 28}};

    text[0] = '\0';
    rng_init(&w.rng, 12, (uint64_t)i);
    for (int layers = between(&w, 1, 7); layers > 0; layers--)
        put_on_maps(&w);
    put_on_features(&w);
    memmove(text, text + 1, strlen(text)); /* the first blank */
}
