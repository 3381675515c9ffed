#!/usr/bin/env python3
"""Make networks.json: what PyTorch computes of many networks, to hold the C program against.

Each network of the shelf and each random text of tests/sample_networks.c starts from this program's
initial weights and trains 20 batches of 64 training images, in file order, in double and in single
precision.  See README.md here for what is written.  Dropout leaves out nothing in this comparison.

    python3 make_networks.py INITIAL DATA_DIR OUT_FILE

INITIAL is the program tests/initial that `make check` builds; DATA_DIR holds the four gzip'd MNIST
files.  Needs PyTorch and NumPy.
"""

import argparse
import json
import subprocess
import tempfile
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from shared import load, networks

BATCH_SIZE = 64
BATCHES = 20
PROJECTIONS = 3
TIMES_SINGLE = 5        # so many times single precision's own error is allowed
LEAST_ERROR = 3e-6      # or this, relative
LEAST_SHARE = 1e-7      # or this of the norm of all gradients, for tensors next to nothing
OTHER_OPTIMIZED = ("mlp", "lenet5", "basic", "separable", "convnetjs")


def single(x):
    """Return the number that the program has of it: a float's."""
    return float(np.float32(x))


# As the program's own defaults of these optimizers, which are PyTorch's, but for SGD.
OPTIMIZERS = {
    "sgd": lambda p: torch.optim.SGD(p, lr=single(0.01), momentum=single(0.9)),
    "adam": lambda p: torch.optim.Adam(p, lr=single(0.001), eps=single(1e-8)),
    "adamw": lambda p: torch.optim.AdamW(p, lr=single(0.001), eps=single(1e-8),
                                         weight_decay=single(0.01)),
    "rmsprop": lambda p: torch.optim.RMSprop(p, lr=single(0.001), alpha=single(0.99),
                                             eps=single(1e-8), momentum=single(0.5)),
    "adadelta": lambda p: torch.optim.Adadelta(p, lr=single(1.0), rho=single(0.9),
                                               eps=single(1e-6)),
}


def list_networks(program):
    """Return (name, text) of all networks."""
    output = subprocess.run([program], check=True, capture_output=True, text=True).stdout
    return [line.split("\t") for line in output.splitlines()]


def make_network(program, text, dtype):
    """Return the network with the program's initial weights, without dropout."""
    with tempfile.NamedTemporaryFile() as file:
        printed = subprocess.run([program, text, file.name], check=True, capture_output=True,
                                 text=True).stdout
        values = np.fromfile(file.name, "<f4")
    network = networks.read_network(printed).to(dtype)
    with torch.no_grad():
        for name, tensor in network.state_dict().items():
            if name.endswith("num_batches_tracked"):
                continue
            part, values = values[:tensor.numel()], values[tensor.numel():]
            tensor.copy_(torch.from_numpy(part.copy()).reshape(tensor.shape))
    assert len(values) == 0
    for module in network.modules():
        if isinstance(module, (nn.Dropout, nn.Dropout2d)):
            module.p = 0.0
    return network


def train(network, make_optimizer, images, labels):
    """Return the losses, before each step, and the first batch's gradients."""
    optimizer = make_optimizer(network.parameters())
    losses, gradients = [], None
    for x, y in zip(images.split(BATCH_SIZE), labels.split(BATCH_SIZE)):
        optimizer.zero_grad()
        loss = F.cross_entropy(network(x), y)
        loss.backward()
        if gradients is None:
            gradients = {name: p.grad.double().flatten().numpy().copy()
                         for name, p in network.named_parameters()}
        optimizer.step()
        losses.append(loss.item())
    return np.array(losses), gradients


def signs(count, projection):
    """Return +1s and -1s that look random; tests/check_reference.c makes the same."""
    x = (np.arange(count, dtype=np.uint64) * PROJECTIONS + projection + 1) * 2654435761
    x = x & 0xFFFFFFFF
    x ^= x >> np.uint64(15)
    x = x * 2246822519 & 0xFFFFFFFF
    x ^= x >> np.uint64(13)
    return 1.0 - 2.0 * (x & np.uint64(1)).astype(np.float64)


def digits(x, count):
    return float(f"{x:.{count}g}")


def describe_gradient(name, exact, rough, total):
    """Return the norm and projections of a tensor's gradient and the error that is allowed."""
    error = np.linalg.norm(rough - exact)
    norm = np.linalg.norm(exact)
    allowed = max(TIMES_SINGLE * error, LEAST_ERROR * norm, LEAST_SHARE * total)
    return {"tensor": name, "norm": digits(norm, 10), "allowed": digits(allowed, 3),
            "single": digits(error, 3),
            "projections": [digits(float(exact @ signs(len(exact), p)), 10)
                            for p in range(PROJECTIONS)]}


def describe(program, name, text, optimizer, images, labels):
    """Return what is written of one network and optimizer."""
    runs = []
    for dtype in torch.float64, torch.float32:
        network = make_network(program, text, dtype)
        runs.append(train(network, OPTIMIZERS[optimizer], images.to(dtype), labels))
    (losses, gradients), (losses32, gradients32) = runs
    error = np.abs(losses32 / losses - 1).max()
    entry = {"name": name, "text": text, "optimizer": optimizer,
             "allowed": digits(max(TIMES_SINGLE * error, LEAST_ERROR), 3),
             "single": digits(error, 3), "losses": [digits(x, 12) for x in losses]}
    if optimizer == "sgd":
        total = np.sqrt(sum(g @ g for g in gradients.values()))
        entry["gradients"] = [describe_gradient(tensor, gradients[tensor], gradients32[tensor],
                                                total) for tensor in gradients]
    print(f"{name}, {optimizer}: single precision's error {error:.1e}", flush=True)
    return entry


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("initial")
    parser.add_argument("data_dir", type=Path)
    parser.add_argument("out_file", type=Path)
    args = parser.parse_args()

    torch.set_num_threads(1)
    images, labels = load(args.data_dir, "train", BATCHES * BATCH_SIZE)
    entries = []
    for name, text in list_networks(args.initial):
        for optimizer in OPTIMIZERS if name in OTHER_OPTIMIZED else ["sgd"]:
            entries.append(describe(args.initial, name, text, optimizer, images, labels))
    lines = ",\n".join(json.dumps(entry, separators=(",", ":")) for entry in entries)
    args.out_file.write_text(f"[\n{lines}\n]\n")


if __name__ == "__main__":
    main()
