#include "nn/shelf.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static const struct network {
    const char *name, *purpose, *text;
} networks[] = {
    {
        "basic",
        "the reference network of the published run",
        "[layer1] 4p 8p M [layer2] 16 20 24c gap: AdaptiveAvgPool2d(1) "
        "[classifier] Linear(32) Linear(CLASSES)",
    },
    {
        "nofc",
        "the reference without its fully connected layers",
        "[layer1] 4p 8p M [layer2] 16 20 24 gap: AdaptiveAvgPool2d(1) "
        "classifier: Linear(CLASSES)",
    },
    {
        "slim",
        "without padding, no more than 16 channels wide",
        "[layer1] 8 16 M [layer2] 16 16 16 gap: AdaptiveAvgPool2d(1) classifier: Linear(CLASSES)",
    },
    {
        "deep",
        "one convolution more: the best accuracy with under 10,000 parameters",
        "[layer1] 8 12 M [layer2] 16 16 16 14 gap: AdaptiveAvgPool2d(1) "
        "classifier: Linear(CLASSES)",
    },
    {
        "tiny",
        "the fewest parameters that still get 99.4 % right",
        "[layer1] 6 8 8 M [layer2] 12 12 12 gap: AdaptiveAvgPool2d(1) classifier: Linear(CLASSES)",
    },
    {
        "softmax",
        "the first lesson of every course: softmax regression",
        "Flatten Linear(CLASSES)",
    },
    {
        "nielsen",
        "Nielsen's book, Neural Networks and Deep Learning",
        "Flatten Linear(30) Sigmoid Linear(CLASSES)",
    },
    {
        "mlp",
        "TensorFlow's quickstart",
        "Flatten Linear(128) ReLU Dropout(0.2) Linear(CLASSES)",
    },
    {
        "lenet5",
        "LeCun et al. 1998, as usually taught",
        "Conv2d(6,5,padding=2) Tanh AvgPool2d(2) Conv2d(16,5) Tanh AvgPool2d(2) Flatten "
        "Linear(120) Tanh Linear(84) Tanh Linear(CLASSES)",
    },
    {
        "convnetjs",
        "ConvNetJS' demo, on 28x28",
        "Conv2d(8,5,padding=2) ReLU M Conv2d(16,5,padding=2) ReLU MaxPool2d(3) Flatten "
        "Linear(CLASSES)",
    },
    {
        "keras",
        "Keras' simple convnet",
        "Conv2d(32,3) ReLU M Conv2d(64,3) ReLU M Flatten Dropout Linear(CLASSES)",
    },
    {
        "caffe",
        "Caffe's LeNet",
        "Conv2d(20,5) M Conv2d(50,5) M Flatten Linear(500) ReLU Linear(CLASSES)",
    },
    {
        "tinygrad",
        "tinygrad's beautiful_mnist",
        "Conv2d(32,5) ReLU Conv2d(32,5) ReLU BatchNorm2d M Conv2d(64,3) ReLU Conv2d(64,3) ReLU "
        "BatchNorm2d M Flatten Linear(CLASSES)",
    },
    {
        "pytorch",
        "PyTorch's examples/mnist",
        "Conv2d(32,3) ReLU Conv2d(64,3) ReLU M Dropout(0.25) Flatten Linear(128) ReLU Dropout "
        "Linear(CLASSES)",
    },
    {
        "separable",
        "MobileNet's block: depthwise, then pointwise convolutions",
        "16 Conv2d(16,3,groups=16,bias=False) BatchNorm2d ReLU 24k1 "
        "Conv2d(24,3,groups=24,bias=False) BatchNorm2d ReLU 32k1 M "
        "Conv2d(32,3,groups=32,bias=False) BatchNorm2d ReLU 32k1 "
        "Conv2d(32,3,groups=32,bias=False) BatchNorm2d ReLU 32k1",
    },
};

enum { NETWORK_COUNT = sizeof networks / sizeof networks[0] };

const char *shelf_name(int i)
{
    return i < NETWORK_COUNT ? networks[i].name : NULL;
}

const char *shelf_text(int i)
{
    return networks[i].text;
}

const char *shelf_purpose(int i)
{
    return networks[i].purpose;
}

/* Whether the text is a pattern with the number for CLASSES. */
static bool is_text(const char *text, const char *pattern, int classes)
{
    const char *word = "CLASSES", *at = strstr(pattern, word);
    char number[16];

    if (at == NULL)
        return strcmp(text, pattern) == 0;
    const size_t before = (size_t)(at - pattern);
    const int digits = snprintf(number, sizeof number, "%d", classes);
    return strncmp(text, pattern, before) == 0 &&
           strncmp(text + before, number, (size_t)digits) == 0 &&
           strcmp(text + before + digits, at + strlen(word)) == 0;
}

int shelf_find(const char *text, int classes)
{
    for (int i = 0; i < NETWORK_COUNT; i++)
        if (is_text(text, networks[i].text, classes))
            return i;
    return -1;
}
