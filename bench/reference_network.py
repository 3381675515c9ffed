"""Networks in PyTorch, and their data: bench/ times them, and tests/reference/ is made with them."""

import collections
import gzip
import re
import struct

import numpy as np
import torch.nn.functional as F
from torch import nn


class Network(nn.Module):
    """The basic model; attribute names give the state dict its names."""

    def __init__(self):
        super().__init__()
        self.layer1 = nn.Sequential(
            nn.Conv2d(1, 4, 3, padding=1, bias=False),
            nn.BatchNorm2d(4),
            nn.ReLU(),
            nn.Conv2d(4, 8, 3, padding=1, bias=False),
            nn.BatchNorm2d(8),
            nn.ReLU(),
            nn.MaxPool2d(2))
        self.layer2 = nn.Sequential(
            nn.Conv2d(8, 16, 3, bias=False),
            nn.BatchNorm2d(16),
            nn.ReLU(),
            nn.Conv2d(16, 20, 3, bias=False),
            nn.BatchNorm2d(20),
            nn.ReLU(),
            nn.Conv2d(20, 24, 3, bias=False))
        self.gap = nn.AdaptiveAvgPool2d(1)
        self.classifier = nn.Sequential(nn.Linear(24, 32), nn.Linear(32, 10))

    def forward(self, x):
        x = self.gap(self.layer2(self.layer1(x)))
        return F.log_softmax(self.classifier(x.flatten(1)), dim=1)


def unit(inputs, outputs):
    """Return a 3x3 convolution without padding, batch norm and ReLU."""
    return [nn.Conv2d(inputs, outputs, 3, bias=False), nn.BatchNorm2d(outputs),
            nn.ReLU()]


class Slim(nn.Module):
    """The slim model; its output is the logits, not their log-softmax."""

    def __init__(self):
        super().__init__()
        self.layer1 = nn.Sequential(*unit(1, 8), *unit(8, 16), nn.MaxPool2d(2))
        self.layer2 = nn.Sequential(*unit(16, 16), *unit(16, 16),
                                    *unit(16, 16))
        self.gap = nn.AdaptiveAvgPool2d(1)
        self.classifier = nn.Linear(16, 10)

    def forward(self, x):
        return self.classifier(self.gap(self.layer2(self.layer1(x))).flatten(1))


class Flattening(nn.Linear):
    """A linear layer that takes maps as features, as mnist-tui's does."""

    def forward(self, x):
        return super().forward(x.flatten(1))


def read_arguments(text):
    """Return the arguments in the parentheses after a layer's name."""
    names = {"True": True, "False": False}
    return eval(f"(lambda *a, **k: (a, k))({text})",  # pylint: disable=eval-used
                {"__builtins__": {}}, names)


def read_layer(kind, text):
    """Return the module that PyTorch prints as kind(text)."""
    positional, named = read_arguments(text)
    if kind == "Linear":
        return Flattening(named["in_features"], named["out_features"], bias=named["bias"])
    if kind == "Flatten":
        return nn.Flatten(**named)
    return getattr(nn, kind)(*positional, **named)


def read_children(lines):
    """Return the nn.Sequential whose printed lines come next, up to its parenthesis."""
    children = collections.OrderedDict()
    for line in lines:
        if line.strip() == ")":
            break
        name, kind, rest = re.fullmatch(r"\s*\((\w+)\): (\w+)\((.*)", line).groups()
        children[name] = (read_children(lines) if kind == "Sequential" and rest == ""
                          else read_layer(kind, rest[:-1]))
    return nn.Sequential(children)


def read_network(text):
    """Return the network that `mnist-tui --summary=torch` prints, which is what print() writes."""
    lines = iter(text.strip().splitlines())
    next(lines)
    return read_children(lines)


def read_idx(path):
    """Return the bytes of a gzip'd IDX file as an array of its shape."""
    raw = gzip.decompress(path.read_bytes())
    dimensions = raw[3]
    shape = struct.unpack_from(f">{dimensions}I", raw, 4)
    return np.frombuffer(raw, np.uint8, offset=4 + 4 * dimensions).reshape(
        shape)
