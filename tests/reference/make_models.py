#!/usr/bin/env python3
"""Make what PyTorch prints of networks: those of the shelf, and random ones.

Each network is built from torch.nn and, by the same draws, written in the
language of src/nn/model_text.h.  PyTorch says what print(model) gives, which
tensors the state dict has, and that the network takes images to ten numbers.

    python3 make_models.py [--seed N] [--count N] OUT_DIR

Needs PyTorch.
"""

import argparse
import platform
import random
from collections import OrderedDict
from pathlib import Path

import torch
from torch import nn

SEED = 1
COUNT = 60
INPUT = (1, 28, 28)
CLASSES = 10
FLOATS_MAX = 20000              # of a layer's output: keeps the forward pass short

README = """\
# Networks as PyTorch prints them

`make check` holds the reader and the writer of networks (`src/nn/model_text.h`,
`src/nn/model_write.h`) against `networks.txt`: what they make of each text must
have PyTorch's state dict and be printed as PyTorch prints it, letter for
letter. Both files are made by

    python3 make_models.py --seed {seed} --count {count} OUT_DIR

The first {shelf} networks are the shelf's, built from `torch.nn` by hand; the
others are random. A network begins with its text (and its name on the shelf);
its number of parameters, PyTorch's print and the tensors of the state dict,
`num_batches_tracked` left out, follow.

Made with Python {python}, PyTorch {torch} on {machine}.
"""


# ---- the shelf, by hand ----

def conv(inputs, outputs, kernel=3, **more):
    """Return a convolution without bias, batch norm and ReLU."""
    return [nn.Conv2d(inputs, outputs, kernel, bias=False, **more),
            nn.BatchNorm2d(outputs), nn.ReLU()]


def named(**parts):
    """Return nn.Sequential of parts with names: modules, or lists of them."""
    return nn.Sequential(OrderedDict(
        (name, nn.Sequential(*part) if isinstance(part, list) else part)
        for name, part in parts.items()))


def shelf():
    """Return the networks of the shelf by their names."""
    def half():
        return nn.MaxPool2d(2)

    def gap():
        return nn.AdaptiveAvgPool2d(1)

    return {
        "basic": named(
            layer1=conv(1, 4, padding=1) + conv(4, 8, padding=1) + [half()],
            layer2=conv(8, 16) + conv(16, 20) + [nn.Conv2d(20, 24, 3, bias=False)],
            gap=gap(), classifier=[nn.Linear(24, 32), nn.Linear(32, 10)]),
        "nofc": named(
            layer1=conv(1, 4, padding=1) + conv(4, 8, padding=1) + [half()],
            layer2=conv(8, 16) + conv(16, 20) + conv(20, 24),
            gap=gap(), classifier=nn.Linear(24, 10)),
        "slim": named(
            layer1=conv(1, 8) + conv(8, 16) + [half()],
            layer2=conv(16, 16) + conv(16, 16) + conv(16, 16),
            gap=gap(), classifier=nn.Linear(16, 10)),
        "deep": named(
            layer1=conv(1, 8) + conv(8, 12) + [half()],
            layer2=conv(12, 16) + conv(16, 16) + conv(16, 16) + conv(16, 14),
            gap=gap(), classifier=nn.Linear(14, 10)),
        "tiny": named(
            layer1=conv(1, 6) + conv(6, 8) + conv(8, 8) + [half()],
            layer2=conv(8, 12) + conv(12, 12) + conv(12, 12),
            gap=gap(), classifier=nn.Linear(12, 10)),
        "softmax": nn.Sequential(nn.Flatten(), nn.Linear(784, 10)),
        "nielsen": nn.Sequential(nn.Flatten(), nn.Linear(784, 30), nn.Sigmoid(),
                                 nn.Linear(30, 10)),
        "mlp": nn.Sequential(nn.Flatten(), nn.Linear(784, 128), nn.ReLU(),
                             nn.Dropout(0.2), nn.Linear(128, 10)),
        "lenet5": nn.Sequential(
            nn.Conv2d(1, 6, 5, padding=2), nn.Tanh(), nn.AvgPool2d(2),
            nn.Conv2d(6, 16, 5), nn.Tanh(), nn.AvgPool2d(2), nn.Flatten(),
            nn.Linear(400, 120), nn.Tanh(), nn.Linear(120, 84), nn.Tanh(),
            nn.Linear(84, 10)),
        "convnetjs": nn.Sequential(
            nn.Conv2d(1, 8, 5, padding=2), nn.ReLU(), half(),
            nn.Conv2d(8, 16, 5, padding=2), nn.ReLU(), nn.MaxPool2d(3),
            nn.Flatten(), nn.Linear(256, 10)),
        "keras": nn.Sequential(
            nn.Conv2d(1, 32, 3), nn.ReLU(), half(), nn.Conv2d(32, 64, 3),
            nn.ReLU(), half(), nn.Flatten(), nn.Dropout(0.5),
            nn.Linear(1600, 10)),
        "caffe": nn.Sequential(
            nn.Conv2d(1, 20, 5), half(), nn.Conv2d(20, 50, 5), half(),
            nn.Flatten(), nn.Linear(800, 500), nn.ReLU(), nn.Linear(500, 10)),
        "tinygrad": nn.Sequential(
            nn.Conv2d(1, 32, 5), nn.ReLU(), nn.Conv2d(32, 32, 5), nn.ReLU(),
            nn.BatchNorm2d(32), half(), nn.Conv2d(32, 64, 3), nn.ReLU(),
            nn.Conv2d(64, 64, 3), nn.ReLU(), nn.BatchNorm2d(64), half(),
            nn.Flatten(), nn.Linear(576, 10)),
        "pytorch": nn.Sequential(
            nn.Conv2d(1, 32, 3), nn.ReLU(), nn.Conv2d(32, 64, 3), nn.ReLU(),
            half(), nn.Dropout(0.25), nn.Flatten(), nn.Linear(9216, 128),
            nn.ReLU(), nn.Dropout(0.5), nn.Linear(128, 10)),
        "separable": nn.Sequential(
            *conv(1, 16), *conv(16, 16, groups=16), *conv(16, 24, 1),
            *conv(24, 24, groups=24), *conv(24, 32, 1), half(),
            *conv(32, 32, groups=32), *conv(32, 32, 1),
            *conv(32, 32, groups=32), *conv(32, 32, 1), gap(), nn.Flatten(),
            nn.Linear(32, 10)),
    }


# ---- random networks, with their texts ----

class Draws:
    """Draws layers that fit a shape, each as modules with a text."""

    def __init__(self, generator):
        self.random = generator
        self.shape = INPUT

    def number(self, value):
        """Return a number in one of the ways to write it."""
        return self.random.choice([repr(value), repr(value), f"{value:.3e}"])

    def pair(self, low, high):
        """Return an int or a pair of them, and the text."""
        if self.random.random() < 0.7:
            value = self.random.randint(low, high)
            return value, self.random.choice([str(value), f"({value}, {value})"])
        value = (self.random.randint(low, high), self.random.randint(low, high))
        value = value[0] if value[0] == value[1] else value
        return value, str(value) if isinstance(value, int) else f"({value[0]}, {value[1]})"

    def call(self, name, required, optional, standards):
        """Return NAME(...), with or without what has its default."""
        words, positional = list(required), True
        for key, text in optional.items():
            if text == standards[key] and self.random.random() < 0.8:
                positional = False
            elif positional and self.random.random() < 0.5:
                words.append(text)
            else:
                positional = False
                words.append(f"{key}={text}")
        comma = self.random.choice([",", ", "])
        return f"{name}({comma.join(words)})" if words else self.random.choice([name, name + "()"])

    def conv2d(self):
        channels = self.shape[0]
        kernel, kernel_text = self.pair(1, 5)
        stride, stride_text = self.pair(1, 2)
        padding, padding_text = self.pair(0, 2)
        groups = self.random.choice(
            [1, 1, 1, channels] + [g for g in range(2, channels) if channels % g == 0])
        out = groups * self.random.randint(1, max(1, 12 // groups))
        bias = self.random.random() < 0.6
        layer = nn.Conv2d(channels, out, kernel, stride, padding, groups=groups, bias=bias)
        standards = {"stride": "1", "padding": "0", "groups": "1", "bias": "True"}
        optional = {"stride": stride_text, "padding": padding_text}
        text = self.call("Conv2d", [str(out), kernel_text], optional, standards)[:-1]
        for key, value in (("groups", str(groups)), ("bias", str(bias))):
            if value != standards[key] or self.random.random() < 0.2:
                text += f", {key}={value}"
        return [layer], text + ")"

    def block(self):
        out, kernel = self.random.randint(1, 12), self.random.choice([1, 2, 3, 3, 3, 5])
        stride = self.random.choice([1, 1, 2])
        padded = kernel % 2 == 1 and self.random.random() < 0.5
        parts = [f"k{kernel}" if kernel != 3 or self.random.random() < 0.1 else "",
                 f"s{stride}" if stride != 1 else "", "p" if padded else ""]
        alone = self.random.random() < 0.2
        parts.append("c" if alone else "")
        self.random.shuffle(parts)
        layers = conv(self.shape[0], out, kernel, stride=stride,
                      padding=kernel // 2 if padded else 0)
        return layers[:1] if alone else layers, str(out) + "".join(parts)

    def norm(self):
        eps = self.random.choice([1e-5, 1e-5, 1e-3, 0.25])
        momentum = self.random.choice([0.1, 0.1, 0.01, 1.0])
        words = [str(self.shape[0])] if self.random.random() < 0.4 else []
        if eps != 1e-5:
            words.append(f"eps={self.number(eps)}")
        if momentum != 0.1:
            words.append(f"momentum={self.number(momentum)}")
        text = f"BatchNorm2d({', '.join(words)})" if words else "BatchNorm2d"
        return [nn.BatchNorm2d(self.shape[0], eps, momentum)], text

    def pool(self):
        if self.random.random() < 0.4:
            return [nn.MaxPool2d(2)], self.random.choice(["M", "MaxPool2d(2)", "MaxPool2d(2, 2)"])
        kernel, kernel_text = self.pair(1, 3)
        smallest = min(kernel if isinstance(kernel, tuple) else (kernel,))
        stride, stride_text = self.pair(1, 3)
        given = stride if self.random.random() < 0.5 else None
        padding, padding_text = self.pair(0, smallest // 2)
        optional = {"stride": stride_text if given else "None", "padding": padding_text}
        kind, name = self.random.choice([(nn.MaxPool2d, "MaxPool2d"), (nn.AvgPool2d, "AvgPool2d")])
        text = self.call(name, [kernel_text], optional, {"stride": "None", "padding": "0"})
        return [kind(kernel, given, padding)], text

    def adaptive(self):
        size, text = self.pair(1, 4)
        name = self.random.choice(["", "output_size="])
        return [nn.AdaptiveAvgPool2d(size)], f"AdaptiveAvgPool2d({name}{text})"

    def dropout2d(self):
        p = self.random.choice([0.1, 0.5, 0.25])
        return [nn.Dropout2d(p)], self.call("Dropout2d", [], {"p": self.number(p)}, {"p": "0.5"})

    def activation(self):
        slope = self.random.choice([0.01, 0.2, 1e-4, 3e-5, -0.5])
        return self.random.choice([
            ([nn.ReLU()], self.random.choice(["ReLU", "ReLU()", "ReLU(inplace=True)"])),
            ([nn.LeakyReLU(slope)], f"LeakyReLU({self.number(slope)})"),
            ([nn.Tanh()], "Tanh"), ([nn.Sigmoid()], "Sigmoid()"),
            ([nn.GELU()], self.random.choice(["GELU", "GELU('none')", "GELU(approximate='none')"])),
            ([nn.SiLU()], "SiLU")])

    def dropout(self):
        p = self.random.choice([0.0, 0.125, 0.5, 1.0])
        return [nn.Dropout(p)], self.call("Dropout", [], {"p": self.number(p)}, {"p": "0.5"})

    def linear(self, out=None):
        features = torch.Size(self.shape).numel()
        out = out or self.random.randint(1, 40)
        bias = self.random.random() < 0.8
        word = "CLASSES" if out == CLASSES and self.random.random() < 0.7 else str(out)
        if self.random.random() < 0.2:
            text = f"Linear(in_features={features}, out_features={word}, bias={bias})"
        else:
            text = self.call("Linear", [word], {"bias": str(bias)}, {"bias": "True"})
        return [nn.Linear(features, out, bias)], text

    def flatten(self):
        return [nn.Flatten()], self.random.choice(["Flatten", "Flatten()", "Flatten(1)"])

    def any(self):
        """Return a layer that suits the shape."""
        if len(self.shape) == 1:
            return self.random.choice([self.linear, self.activation, self.dropout])()
        return self.random.choice(
            [self.conv2d, self.conv2d, self.block, self.block, self.norm, self.pool, self.adaptive,
             self.dropout2d, self.activation, self.activation, self.dropout, self.flatten])()

    def fitting(self, draw):
        """Draw until the layers leave something of the shape; they are applied to it."""
        while True:
            layers, text = draw()
            try:
                values = torch.zeros((1, *self.shape))
                for layer in layers:
                    values = apply(layer.eval(), values)
            except RuntimeError:
                continue
            if 0 < values.numel() <= FLOATS_MAX:
                self.shape = tuple(values.shape[1:])
                return layers, text


def apply(layer, values):
    """Apply a layer; a Linear flattens maps."""
    if isinstance(layer, nn.Linear) and values.dim() > 2:
        values = values.flatten(1)
    return layer(values)


class Tree:
    """Containers and layers, in order."""

    def __init__(self):
        self.root = OrderedDict()

    def container(self, path):
        at = self.root
        for part in path.split(".") if path else []:
            at = at.setdefault(part, OrderedDict())
        return at

    def add(self, path, module, name=None):
        at = self.container(path)
        at[str(len(at)) if name is None else name] = module

    def build(self, at=None):
        at = self.root if at is None else at
        return nn.Sequential(OrderedDict(
            (name, self.build(child) if isinstance(child, OrderedDict) else child)
            for name, child in at.items()))


def random_network(generator):
    """Return a text and the network that it describes."""
    draws, tree, items, path = Draws(generator), Tree(), [], ""
    wish = generator.randint(2, 12)

    def put(drawn, name=None):
        layers, text = drawn
        for layer in layers:
            tree.add(path if name is None else "", layer, name)
        items.append(text if name is None else f"{name}: {text}")

    for step in range(wish):
        chance = generator.random()
        if chance < 0.15:
            parent = path + "." if path and generator.random() < 0.5 else ""
            path = f"{parent}part{step}"
            items.append(f"[{path}]")
            put(draws.fitting(draws.any))
        elif chance < 0.25:
            path = ""
            layers, text = draws.fitting(draws.conv2d if len(draws.shape) > 1 else draws.any)
            put((layers, text), f"named{step}")
        else:
            put(draws.fitting(draws.any))
    if len(draws.shape) == 1 or generator.random() < 0.7:
        put(draws.fitting(lambda: draws.linear(CLASSES)))
        if generator.random() < 0.3:
            put(([nn.LogSoftmax(dim=1)], generator.choice(["LogSoftmax(dim=1)", "LogSoftmax(1)"])))
    else:
        channels = draws.shape[0]
        for layer in (nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, CLASSES)):
            tree.add(path, layer)
    text = items[0]
    for item in items[1:]:
        text += generator.choice([" ", " ", "  ", ", ", ","]) + item
    return text, tree.build()


# ---- writing ----

def flat(module):
    """Yield the layers in order."""
    for child in module.children():
        if isinstance(child, nn.Sequential):
            yield from flat(child)
        else:
            yield child


def describe(network, text, name=None):
    """Return what the file has of a network."""
    values = torch.zeros((2, *INPUT))
    for layer in flat(network.eval()):
        values = apply(layer, values)
    assert values.shape == (2, CLASSES), (text, values.shape)
    lines = [f"text: {text}"]
    if name is not None:
        lines.append(f"name: {name}")
    lines.append(f"parameters: {sum(p.numel() for p in network.parameters())}")
    lines += ["print:", str(network), "tensors:"]
    for key, tensor in network.state_dict().items():
        if not key.endswith("num_batches_tracked"):
            lines.append(" ".join([key, *map(str, tensor.shape)]))
    return "\n".join(lines + ["end", ""])


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--count", type=int, default=COUNT, help="random networks")
    parser.add_argument("out_dir", type=Path)
    arguments = parser.parse_args()
    generator = random.Random(arguments.seed)
    known = shelf()
    parts = [describe(network, name, name) for name, network in known.items()]
    for _ in range(arguments.count):
        text, network = random_network(generator)
        parts.append(describe(network, text))
    arguments.out_dir.mkdir(parents=True, exist_ok=True)
    (arguments.out_dir / "networks.txt").write_text("".join(parts))
    (arguments.out_dir / "README.md").write_text(README.format(
        seed=arguments.seed, count=arguments.count, shelf=len(known),
        python=platform.python_version(), torch=torch.__version__,
        machine=platform.machine()))


if __name__ == "__main__":
    main()
