"""Networks in PyTorch, and their data: what bench/ times and tests/reference/ is made with."""

import gzip
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


def read_idx(path):
    """Return the bytes of a gzip'd IDX file as an array of its shape."""
    raw = gzip.decompress(path.read_bytes())
    dimensions = raw[3]
    shape = struct.unpack_from(f">{dimensions}I", raw, 4)
    return np.frombuffer(raw, np.uint8, offset=4 + 4 * dimensions).reshape(
        shape)
