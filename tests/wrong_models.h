/*
 * wrong_models.h -- texts that are no networks, for images of 28x28 and ten classes, each with the
 * place and the sentence that says what is wrong.
 */
#ifndef WRONG_MODELS_H
#define WRONG_MODELS_H

#define LAYERS                                                                                     \
    "Conv2d, BatchNorm2d, ReLU, LeakyReLU, ELU, Tanh, Sigmoid, GELU, SiLU, MaxPool2d, AvgPool2d, " \
    "AdaptiveAvgPool2d, Dropout, Dropout2d, Flatten, Linear, LogSoftmax, M, or a block such as "   \
    "16, 16p or 16k5s2c"

#define NETWORKS                                                                                   \
    "basic, nofc, slim, deep, tiny, softmax, nielsen, mlp, lenet5, convnetjs, keras, caffe, "      \
    "tinygrad, pytorch, separable"

#define CONV                                                                                       \
    "Conv2d(out_channels, kernel_size, stride=1, padding=0, dilation=1, groups=1, bias=True, "     \
    "padding_mode='zeros')"

#define CONV_PRINTED                                                                               \
    "Conv2d(in_channels, out_channels, kernel_size, stride=1, padding=0, dilation=1, groups=1, "   \
    "bias=True, padding_mode='zeros')"

#define BLOCK                                                                                      \
    "expected a block such as 16, 16p or 16k5s2c: channels, then k and a kernel, s and a stride, " \
    "p for padding, c for the convolution alone; got "

static const struct wrong_model {
    const char *text;
    int line, column;
    const char *sentence;
} wrong_models[] = {
    {"", 1, 1, "the network has no layers (expected " LAYERS ")"},
    {" \t\n ", 2, 2, "the network has no layers (expected " LAYERS ")"},
    {"# nothing but a comment", 1, 24, "the network has no layers (expected " LAYERS ")"},
    {",,,", 1, 4, "the network has no layers (expected " LAYERS ")"},
    {"Sequential()", 1, 13, "the network has no layers (expected " LAYERS ")"},
    {"Sequential(\n  (0): Sequential()\n)", 3, 2,
     "the network has no layers (expected " LAYERS ")"},
    {"relu", 1, 1,
     "there is no network and no layer relu (did you mean ReLU? expected one of the "
     "networks " NETWORKS "; a file's name with a / or .net; or layers: " LAYERS ")"},
    {"basik", 1, 1,
     "there is no network and no layer basik (did you mean basic? expected one of the "
     "networks " NETWORKS "; a file's name with a / or .net; or layers: " LAYERS ")"},
    {"nn.ReLU", 1, 1,
     "there is no network and no layer nn.ReLU (did you mean ReLU? expected one of the "
     "networks " NETWORKS "; a file's name with a / or .net; or layers: " LAYERS ")"},
    {"Conv 16", 1, 1, "there is no layer Conv (did you mean Conv2d? expected " LAYERS ")"},
    {"Conv2D(16, 3)", 1, 1, "there is no layer Conv2D (did you mean Conv2d? expected " LAYERS ")"},
    {"Dense(10)", 1, 1, "there is no layer Dense (expected " LAYERS ")"},
    {"BatchNorm", 1, 1,
     "there is no network and no layer BatchNorm (did you mean BatchNorm2d? expected one of the "
     "networks " NETWORKS "; a file's name with a / or .net; or layers: " LAYERS ")"},
    {"16 Softmax(dim=1)", 1, 4,
     "there is no layer Softmax (did you mean LogSoftmax? expected " LAYERS ")"},
    {"16 GlobalPool", 1, 4, "there is no layer GlobalPool (expected " LAYERS ")"},
    {"pytorch Linear(10)", 1, 1,
     "pytorch is a network, not a layer (expected it alone, or layers: " LAYERS ")"},
    {"Flatten Lin(10)", 1, 9, "there is no layer Lin (did you mean Linear? expected " LAYERS ")"},
    {"m 16", 1, 1, "there is no layer m (did you mean M? expected " LAYERS ")"},
    {"16 m", 1, 4, "there is no layer m (did you mean M? expected " LAYERS ")"},
    {"8 12 MM 16", 1, 6, "there is no layer MM (expected " LAYERS ")"},
    {"Flatten\nLinear(30)\nSigmoyd\nLinear(10)", 3, 1,
     "there is no layer Sigmoyd (did you mean Sigmoid? expected " LAYERS ")"},
    {"classifier: Liner(10)", 1, 13,
     "there is no layer Liner (did you mean Linear? expected " LAYERS ")"},
    {"nn.Sequential(ReLU)", 1, 1, "there is no layer nn.Sequential (expected " LAYERS ")"},
    {"torch.nn.Linear(10)", 1, 1,
     "there is no layer torch.nn.Linear (did you mean Linear? expected " LAYERS ")"},
    {"CLASSES", 1, 1,
     "there is no network and no layer CLASSES (expected one of the networks " NETWORKS
     "; a file's name with a / or .net; or layers: " LAYERS ")"},
    {"16;8", 1, 3, "expected a layer, got ; (layers: " LAYERS ")"},
    {"16)", 1, 3, "expected a layer, got ) (layers: " LAYERS ")"},
    {"(16", 1, 1, "expected a layer, got ( (layers: " LAYERS ")"},
    {"16 = 8", 1, 4, "expected a layer, got = (layers: " LAYERS ")"},
    {"{16}", 1, 1, "expected a layer, got { (layers: " LAYERS ")"},
    {"'16'", 1, 1, "expected a layer, got '16' (layers: " LAYERS ")"},
    {"16 \"", 1, 4, "expected a layer, got \" (layers: " LAYERS ")"},
    {"Flatten -> Linear(10)", 1, 9, "expected a layer, got - (layers: " LAYERS ")"},
    {"16 @", 1, 4, "expected a layer, got @ (layers: " LAYERS ")"},
    {"Conv2d(16", 1, 10, "expected , or ) in the arguments of Conv2d, got the end of the text"},
    {"Conv2d(16, 3", 1, 13, "expected , or ) in the arguments of Conv2d, got the end of the text"},
    {"Conv2d(16, 3 ReLU", 1, 14, "expected , or ) in the arguments of Conv2d, got ReLU"},
    {"Conv2d 16, 3)", 1, 1, "Conv2d lacks its out_channels (expected " CONV ")"},
    {"Conv2d(16 3)", 1, 11, "expected , or ) in the arguments of Conv2d, got 3"},
    {"Conv2d(16,,3)", 1, 11, "Conv2d: expected an argument or ), got ,"},
    {"Conv2d(, 3)", 1, 8, "Conv2d: expected an argument or ), got ,"},
    {"Conv2d(16, 3))", 1, 14, "expected a layer, got ) (layers: " LAYERS ")"},
    {"Conv2d[16, 3]", 1, 1, "Conv2d lacks its out_channels (expected " CONV ")"},
    {"Conv2d(8, 3)ReLU", 1, 13, "expected white space or a comma between two items, got ReLU"},
    {"Conv2d(16, (3, 3)", 1, 18,
     "expected , or ) in the arguments of Conv2d, got the end of the text"},
    {"Conv2d(16, (3, 3, 3))", 1, 17, "expected ) in a pair of numbers, (rows, columns), got ,"},
    {"Conv2d(16, (3))", 1, 14, "expected , in a pair of numbers, (rows, columns), got )"},
    {"Conv2d(16, ())", 1, 13, "expected two whole numbers in parentheses, (rows, columns), got )"},
    {"Conv2d(16, (a, b))", 1, 13,
     "expected two whole numbers in parentheses, (rows, columns), got a"},
    {"Conv2d(16, (3 3))", 1, 15, "expected , in a pair of numbers, (rows, columns), got 3"},
    {"Conv2d", 1, 1, "Conv2d lacks its out_channels (expected " CONV ")"},
    {"Conv2d()", 1, 1, "Conv2d lacks its out_channels (expected " CONV ")"},
    {"Conv2d(16)", 1, 1, "Conv2d lacks its kernel_size (expected " CONV ")"},
    {"Linear", 1, 1, "Linear lacks its out_features (expected Linear(out_features, bias=True))"},
    {"MaxPool2d", 1, 1,
     "MaxPool2d lacks its kernel_size (expected MaxPool2d(kernel_size, stride=None, padding=0, "
     "dilation=1, return_indices=False, ceil_mode=False))"},
    {"AdaptiveAvgPool2d()", 1, 1,
     "AdaptiveAvgPool2d lacks its output_size (expected AdaptiveAvgPool2d(output_size))"},
    {"Conv2d(16, 3, kernal=3)", 1, 15,
     "Conv2d has no argument kernal (did you mean kernel_size? expected " CONV ")"},
    {"Conv2d(16, 3, pad=1)", 1, 15,
     "Conv2d has no argument pad (did you mean padding? expected " CONV ")"},
    {"Linear(10, activation=relu)", 1, 12,
     "Linear has no argument activation (expected Linear(out_features, bias=True))"},
    {"Tanh(1)", 1, 6, "Tanh has too many arguments (expected Tanh())"},
    {"ReLU(True, 1)", 1, 12, "ReLU has too many arguments (expected ReLU(inplace=False))"},
    {"Dropout(p=0.5, p=0.5)", 1, 16, "Dropout's p is given twice"},
    {"Conv2d(16, 3, 1, stride=2)", 1, 15, "Conv2d's stride is given twice"},
    {"Conv2d(out_channels=16, 3)", 1, 25,
     "Conv2d: an argument without a name follows one with a name (expected NAME=VALUE)"},
    {"Conv2d(16, 3, padding=)", 1, 23, "Conv2d: expected a value after =, got )"},
    {"Conv2d(16, 3, =1)", 1, 15, "Conv2d: expected an argument or ), got ="},
    {"Conv2d(0, 3)", 1, 8, "Conv2d's out_channels: expected at least 1, got 0"},
    {"Conv2d(-4, 3)", 1, 8, "Conv2d's out_channels: expected at least 1, got -4"},
    {"Conv2d(4.5, 3)", 1, 8, "Conv2d's out_channels: expected a whole number, got 4.5"},
    {"Conv2d(x, 3)", 1, 8, "Conv2d's out_channels: expected a whole number, got x"},
    {"Conv2d('8', 3)", 1, 8, "Conv2d's out_channels: expected a whole number, got '8'"},
    {"Conv2d(99999999999999999999, 3)", 1, 8,
     "Conv2d's out_channels: expected at most 67108864, got 99999999999999999999"},
    {"Conv2d(8, 0)", 1, 11, "Conv2d's kernel_size: expected at least 1, got 0"},
    {"Conv2d(8, (3, 0))", 1, 11, "Conv2d's kernel_size: expected at least 1, got (3, 0)"},
    {"Conv2d(8, 3, stride=0)", 1, 21, "Conv2d's stride: expected at least 1, got 0"},
    {"Conv2d(8, 3, padding=-1)", 1, 22, "Conv2d's padding: expected at least 0, got -1"},
    {"Conv2d(8, 3, groups=0)", 1, 21, "Conv2d's groups: expected at least 1, got 0"},
    {"Conv2d(8, 3, bias=1)", 1, 19, "Conv2d's bias: expected True or False, got 1"},
    {"Linear(784, 10)", 1, 13,
     "Linear's bias: expected True or False, got 10 (the size of the input is left out: "
     "Linear(out_features, bias=True))"},
    {"Linear(ten)", 1, 8, "Linear's out_features: expected a whole number or CLASSES, got ten"},
    {"Linear(classes)", 1, 8,
     "Linear's out_features: expected a whole number or CLASSES, got classes"},
    {"Conv2d(CLASSES, 3)", 1, 8, "Conv2d's out_channels: expected a whole number, got CLASSES"},
    {"Conv2d(8, 1e1)", 1, 11,
     "Conv2d's kernel_size: expected a whole number or two in parentheses, got 1e1"},
    {"Conv2d(8, 0x3)", 1, 11,
     "Conv2d's kernel_size: expected a whole number or two in parentheses, got 0x3"},
    {"Dropout(1.5)", 1, 9, "Dropout's p: expected a number from 0 to 1, got 1.5"},
    {"Dropout(-0.1)", 1, 9, "Dropout's p: expected a number from 0 to 1, got -0.1"},
    {"Dropout(half)", 1, 9, "Dropout's p: expected a number from 0 to 1, got half"},
    {"Dropout(nan)", 1, 9, "Dropout's p: expected a number from 0 to 1, got nan"},
    {"Dropout(1e999)", 1, 9, "Dropout's p: expected a number from 0 to 1, got 1e999"},
    {"LeakyReLU(inf)", 1, 11,
     "LeakyReLU's negative_slope: expected a number from -1000 to 1000, got inf"},
    {"BatchNorm2d(eps=-1)", 1, 17, "BatchNorm2d's eps: expected a number from 0 to 1000, got -1"},
    {"BatchNorm2d(momentum=None)", 1, 22,
     "BatchNorm2d's momentum: expected a number from 0 to 1, got None"},
    {"ReLU(inplace=yes)", 1, 14, "ReLU's inplace: expected True or False, got yes"},
    {"Dropout((0.5, 0.5))", 1, 10,
     "expected two whole numbers in parentheses, (rows, columns), got 0.5"},
    {"Conv2d(8, 3, dilation=2)", 1, 23, "Conv2d's dilation: 2 is not supported here (expected 1)"},
    {"Conv2d(8, 3, padding_mode='circular')", 1, 27,
     "Conv2d's padding_mode: 'circular' is not supported here (expected 'zeros')"},
    {"MaxPool2d(2, ceil_mode=True)", 1, 24,
     "MaxPool2d's ceil_mode: True is not supported here (expected False)"},
    {"MaxPool2d(2, return_indices=True)", 1, 29,
     "MaxPool2d's return_indices: True is not supported here (expected False)"},
    {"AvgPool2d(2, divisor_override=3)", 1, 31,
     "AvgPool2d's divisor_override: 3 is not supported here (expected None)"},
    {"BatchNorm2d(affine=False)", 1, 20,
     "BatchNorm2d's affine: False is not supported here (expected True)"},
    {"BatchNorm2d(track_running_stats=False)", 1, 33,
     "BatchNorm2d's track_running_stats: False is not supported here (expected True)"},
    {"GELU(approximate='tanh')", 1, 18,
     "GELU's approximate: 'tanh' is not supported here (expected 'none')"},
    {"Flatten(2)", 1, 9, "Flatten's start_dim: 2 is not supported here (expected 1)"},
    {"Flatten(end_dim=2)", 1, 17, "Flatten's end_dim: 2 is not supported here (expected -1)"},
    {"Flatten LogSoftmax(dim=2)", 1, 24, "LogSoftmax's dim: 2 is not supported here (expected 1)"},
    {"Conv2d(8, 3, device=cuda)", 1, 21,
     "Conv2d's device: cuda is not supported here (expected None)"},
    {"Conv2d(8, 4, padding='same')", 1, 22,
     "Conv2d's padding: expected numbers, because 'same' wants odd kernels: even ones would pad "
     "one side more than the other, got 'same'"},
    {"Conv2d(8, 3, stride=2, padding=same)", 1, 32,
     "Conv2d's padding: expected numbers, because 'same' wants a stride of 1, got same"},
    {"AdaptiveAvgPool2d((None, 7))", 1, 20,
     "expected two whole numbers in parentheses, (rows, columns), got None"},
    {"AdaptiveAvgPool2d(None)", 1, 19,
     "AdaptiveAvgPool2d's output_size: expected a whole number or two in parentheses, got None"},
    {"Conv2d(3, 16, kernel_size=3)", 1, 8,
     "Conv2d's in_channels: expected 1, as many as arrive, got 3"},
    {"Conv2d(16, kernel_size=3)", 1, 1,
     "Conv2d lacks its out_channels (expected " CONV_PRINTED
     ": with a size of the output by name, that of the input comes first, as PyTorch prints it)"},
    {"Conv2d(1, 8, 3, kernel_size=3)", 1, 14, "Conv2d's kernel_size is given twice"},
    {"Linear(out_features=10)", 1, 1,
     "Linear lacks its in_features (expected Linear(in_features, out_features, bias=True): with a "
     "size of the output by name, that of the input comes first, as PyTorch prints it)"},
    {"Linear(in_features=785, out_features=10)", 1, 20,
     "Linear's in_features: expected 784, as many as arrive, got 785"},
    {"16 BatchNorm2d(8)", 1, 16,
     "BatchNorm2d's num_features: expected 16, as many as arrive, got 8"},
    {"BatchNorm2d(x)", 1, 13, "BatchNorm2d's num_features: expected a whole number, got x"},
    {"16x", 1, 1, BLOCK "16x"},
    {"16k", 1, 1, BLOCK "16k"},
    {"16k3k5", 1, 1, BLOCK "16k3k5"},
    {"16pp", 1, 1, BLOCK "16pp"},
    {"16k4p", 1, 1,
     "the block 16k4p cannot keep the size of its maps with an even kernel (expected an odd one, "
     "or Conv2d(..., padding=...))"},
    {"0", 1, 1, "the block 0 has a size that cannot be (expected 1 to 67108864)"},
    {"16k0", 1, 1, "the block 16k0 has a size that cannot be (expected 1 to 67108864)"},
    {"16s0", 1, 1, "the block 16s0 has a size that cannot be (expected 1 to 67108864)"},
    {"99999999999", 1, 1,
     "the block 99999999999 has a size that cannot be (expected 1 to 67108864)"},
    {"16k3 16 1e3", 1, 9, BLOCK "1e3"},
    {"16.5", 1, 1, BLOCK "16.5"},
    {"-16", 1, 1, "expected a layer, got -16 (layers: " LAYERS ")"},
    {"16p2", 1, 1, BLOCK "16p2"},
    {"gap: ReLU gap: ReLU", 1, 11, "the name gap is given twice"},
    {"[a] 16 b: ReLU [a] 16", 1, 17,
     "the name a comes too late: a has ended (expected its layers together)"},
    {"[a] 16 a.1.0: ReLU", 1, 8,
     "the name a.1.0 is within a layer (expected layers in containers alone)"},
    {"a.b: ReLU a: ReLU", 1, 11, "the name a is a container's (expected another for a layer)"},
    {"a: ReLU [a] 16", 1, 10, "the name a is within a layer (expected layers in containers alone)"},
    {"[a", 1, 3, "expected ] after the name of a container, got the end of the text"},
    {"[a 16]", 1, 4, "expected ] after the name of a container, got 16"},
    {"[] 16", 1, 2, "expected a name, got ]"},
    {"[a] [b] 16", 1, 1, "the container a is empty (expected layers after it)"},
    {"16 [head]", 1, 4, "the container head is empty (expected layers after it)"},
    {"[a] gap: ReLU", 1, 1, "the container a is empty (expected layers after it)"},
    {"[a..b] 16", 1, 2,
     "the name a..b is no name (expected letters, digits and _, with a . between containers and "
     "layers)"},
    {"a-b: ReLU", 1, 1, "there is no layer a (expected " LAYERS ")"},
    {"1e-05: ReLU", 1, 1,
     "the name 1e-05 is no name (expected letters, digits and _, with a . between containers and "
     "layers)"},
    {": ReLU", 1, 1, "expected a layer, got : (layers: " LAYERS ")"},
    {"gap:", 1, 5, "expected a layer, got the end of the text (layers: " LAYERS ")"},
    {"gap: 16", 1, 6,
     "one name cannot be that of the three layers of the block 16 (expected [NAME] before it, or a "
     "single layer such as 16c)"},
    {"gap: [a]", 1, 6, "expected a layer, got [ (layers: " LAYERS ")"},
    {"optimizer.x: ReLU", 1, 1,
     "the name optimizer.x is a name that checkpoints need for the optimizer (choose another)"},
    {"[optimizer] 16", 1, 2,
     "the name optimizer is a name that checkpoints need for the optimizer (choose another)"},
    {"1: ReLU 16", 1, 9, "the name 1 is given twice"},
    {"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx: ReLU", 1, 1,
     "the name xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx... is too long (expected at most 63 "
     "letters with those of its containers)"},
    {"[xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx] 16", 1, 2,
     "the name xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx... is too long (expected at most 63 "
     "letters with those of its containers)"},
    {"[yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy] ReLU ReLU ReLU ReLU ReLU "
     "ReLU ReLU ReLU ReLU ReLU ReLU ",
     1, 115,
     "the container yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy has too long a "
     "name for its layers"},
    {"8 M M M M M", 1, 11,
     "the layer 7, MaxPool2d, leaves nothing of the maps: a kernel of 2x2 does not fit into 1x1"},
    {"Conv2d(8, 29)", 1, 1,
     "the layer 0, Conv2d, leaves nothing of the maps: a kernel of 29x29 does not fit into 28x28 "
     "(the channels of the input are left out: Conv2d(out_channels, kernel_size))"},
    {"Conv2d(1, 32, 3)", 1, 1,
     "the layer 0, Conv2d, leaves nothing of the maps: a kernel of 32x32 does not fit into 28x28 "
     "(the channels of the input are left out: Conv2d(out_channels, kernel_size))"},
    {"Conv2d(8, 3, stride=2) Conv2d(8, 15)", 1, 24,
     "the layer 1, Conv2d, leaves nothing of the maps: a kernel of 15x15 does not fit into 13x13 "
     "(the channels of the input are left out: Conv2d(out_channels, kernel_size))"},
    {"Conv2d(6, 3, groups=4)", 1, 1,
     "the layer 0, Conv2d, cannot divide its channels into 4 groups (expected multiples of 4, got "
     "1 in and 6 out)"},
    {"Conv2d(6, 3) Conv2d(9, 3, groups=6)", 1, 14,
     "the layer 1, Conv2d, cannot divide its channels into 6 groups (expected multiples of 6, got "
     "6 in and 9 out)"},
    {"MaxPool2d(2, padding=2)", 1, 1,
     "the layer 0, MaxPool2d, pads by more than half its kernel (expected at most 1 for a kernel "
     "of 2, got 2)"},
    {"MaxPool2d((3, 1), padding=1)", 1, 1,
     "the layer 0, MaxPool2d, pads by more than half its kernel (expected at most 0 for a kernel "
     "of 1, got 1)"},
    {"Flatten 16", 1, 9,
     "the layer 1, Conv2d, works on maps, and features reach it (expected it before every Flatten "
     "and Linear)"},
    {"Flatten BatchNorm2d", 1, 9,
     "the layer 1, BatchNorm2d, works on maps, and features reach it (expected it before every "
     "Flatten and Linear)"},
    {"Flatten MaxPool2d(2)", 1, 9,
     "the layer 1, MaxPool2d, works on maps, and features reach it (expected it before every "
     "Flatten and Linear)"},
    {"Flatten AdaptiveAvgPool2d(1)", 1, 9,
     "the layer 1, AdaptiveAvgPool2d, works on maps, and features reach it (expected it before "
     "every Flatten and Linear)"},
    {"Linear(10) Dropout2d", 1, 12,
     "the layer 1, Dropout2d, works on maps, and features reach it (expected it before every "
     "Flatten and Linear)"},
    {"LogSoftmax(dim=1)", 1, 1,
     "the layer 0, LogSoftmax, works on features, and maps reach it (expected Flatten or Linear "
     "before it)"},
    {"Conv2d(4, 3, padding=60000000)", 1, 1,
     "the layer 0, Conv2d, has maps that are too large (expected at most 67108864 values for one "
     "image, got 1x120000028x120000028 with the padding)"},
    {"AdaptiveAvgPool2d(100000)", 1, 1,
     "the layer 0, AdaptiveAvgPool2d, has maps that are too large (expected at most 67108864 "
     "values for one image, got 1x100000x100000 with the padding)"},
    {"Conv2d(67108864, 1)", 1, 1,
     "the layer 0, Conv2d, has maps that are too large (expected at most 67108864 values for one "
     "image, got 67108864x28x28 with the padding)"},
    {"Flatten", 1, 1,
     "the last layer, 0, gives 784 features, and the data have 10 classes (expected the network to "
     "end in Linear(CLASSES))"},
    {"Flatten Linear(32)", 1, 9,
     "the last layer, 1, gives 32 features, and the data have 10 classes (expected the network to "
     "end in Linear(CLASSES))"},
    {"Flatten Linear(100) ReLU", 1, 21,
     "the last layer, 2, gives 100 features, and the data have 10 classes (expected the network to "
     "end in Linear(CLASSES))"},
    {"16 Linear(9)", 1, 4,
     "the last layer, 3, gives 9 features, and the data have 10 classes (expected the network to "
     "end in Linear(CLASSES))"},
    {"AdaptiveAvgPool2d((2, 5)) Flatten", 1, 27,
     "the network has nothing to train (expected a Conv2d, BatchNorm2d or Linear)"},
    {"Flatten Linear(10) LogSoftmax(dim=1) ReLU", 1, 38,
     "LogSoftmax must be the last layer (expected nothing after it)"},
    {"LogSoftmax(dim=1) Flatten", 1, 1,
     "the layer 0, LogSoftmax, works on features, and maps reach it (expected Flatten or Linear "
     "before it)"},
    {"Flatten Linear(65536) Linear(65536)", 1, 23,
     "the network is too large: with the layer 2, Linear, it has 4346478592 parameters (expected "
     "at most 2147483647)"},
    {"Net(\n  (0): Flatten(start_dim=1, end_dim=-1)\n  (1): Linear(in_features=784, "
     "out_features=10, bias=True)\n",
     4, 1,
     "expected ( before the name of the next layer, or ) at the end, got the end of the text"},
    {"Net(\n  (0): Flatten()\n  (1): Linear(in_features=784, out_features=9, bias=True)\n)", 3, 8,
     "the last layer, 1, gives 9 features, and the data have 10 classes (expected the network to "
     "end in Linear(CLASSES))"},
    {"Net((fc): Linear(in_features=28, out_features=10, bias=True))", 1, 30,
     "Linear's in_features: expected 784, as many as arrive, got 28"},
    {"Net((a): Block((b): ReLU()))", 1, 10,
     "what Block does with its layers is not written here (expected a layer or Sequential)"},
    {"Net((a): ModuleList((0): ReLU()))", 1, 10,
     "what ModuleList does with its layers is not written here (expected a layer or Sequential)"},
    {"Net((a): ReLU() b: Flatten())", 1, 17,
     "expected ( before the name of the next layer, or ) at the end, got b"},
    {"Net((a): ReLU() (b) Flatten())", 1, 21, "expected : after the name of a layer, got Flatten"},
    {"Net((a): ReLU() (b: Flatten())", 1, 19, "expected ) after the name of a layer, got :"},
    {"Net((a): Softplus(beta=1, threshold=20))", 1, 10,
     "there is no layer Softplus (expected " LAYERS ")"},
    {"Net((a): Identity())", 1, 10, "there is no layer Identity (expected " LAYERS ")"},
    {"Net((a.b): ReLU())", 1, 6, "the name a.b has a . in it (expected one inside of the other)"},
    {"Net((a): ReLU()) 16", 1, 18,
     "the printed network has ended (expected nothing after it, got 16)"},
    {"Net((a): 16)", 1, 10, "there is no layer 16 (expected " LAYERS ")"},
    {"Net((a): ReLU(), (b): ReLU())", 1, 16,
     "expected ( before the name of the next layer, or ) at the end, got ,"},
    {"Net((a): )", 1, 10, "expected a layer, got )"},
    {"Net((a): Sequential((0): ReLU()", 1, 32,
     "expected ( before the name of the next layer, or ) at the end, got the end of the text"},
    {"Net((a): ReLU() (a): ReLU())", 1, 18, "the name a is given twice"},
    {"Net((a): Sequential((0): ReLU()) (a): Flatten())", 1, 35,
     "the name a is a container's (expected another for a layer)"},
    {"Net((+): ReLU())", 1, 6, "expected a name, got +"},
};

#endif
