#!/usr/bin/env python3
"""Train a network with PyTorch, as the rival that bench/ measures.

The basic model, or the one that a file describes as `mnist-tui --summary=torch` prints it.  The same
network, data, batch size and optimiser as the C program's, written
the fastest way that plain PyTorch was found to allow on a CPU.  Prints one
JSON object a line: first_batch, epoch (one for each) and end.

    python3 pytorch_train.py --data DIR [--network FILE] [--epochs N]
                             [--threads N] [--batch-size N] [--seed N]
                             [--images N]

DIR holds the four gzip'd MNIST files.  Needs PyTorch and NumPy.  Give it an
idle machine: OpenMP's threads spin while they wait for each other, and any
other load slows two threads down out of all proportion.
"""

import argparse
import json
import os
import resource
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

from reference_network import Network, read_idx, read_network

# What was tried, with PyTorch 1.13, two threads of an AVX2 EPYC: seconds an
# epoch, lower quartile of 20 stretches of 40 batches, variants taking turns.
#   as here 14.7, foreach=True 14.6, jit.script 14.9, in-place ReLU 15.0,
#   one gather an epoch 15.1, pixels kept as bytes 15.4, channels_last 24.6
# The first five differ by less than the noise, so the plainest of them stayed.
# Without oneDNN an epoch took 117.

MEAN, STDDEV = 0.1307, 0.3081   # of the training pixels, scaled to 0..1
TEST_BATCH = 1000


def process_age():
    """Return the seconds since this process was started."""
    with open("/proc/self/stat") as file:
        fields = file.read().rpartition(")")[2].split()
    start = int(fields[19]) / os.sysconf("SC_CLK_TCK")
    return time.clock_gettime(time.CLOCK_BOOTTIME) - start


def load(directory, split):
    """Return float32 images [N, 1, 28, 28], normalised, and int64 labels."""
    images = read_idx(directory / f"{split}-images-idx3-ubyte.gz")
    labels = read_idx(directory / f"{split}-labels-idx1-ubyte.gz")
    pixels = torch.from_numpy(images.astype(np.float32)).unsqueeze(1)
    return (pixels.div_(255).sub_(MEAN).div_(STDDEV),
            torch.from_numpy(labels.astype(np.int64)))


def report(event, **values):
    print(json.dumps({"event": event, **values}), flush=True)


def train_epoch(network, optimizer, images, labels, batch_size, first):
    """Train for one epoch; return mean loss and accuracy in percent."""
    network.train()
    loss_sum, correct = torch.zeros(()), torch.zeros((), dtype=torch.int64)
    for index in torch.randperm(len(labels)).split(batch_size):
        x, y = images[index], labels[index]
        optimizer.zero_grad(set_to_none=True)
        output = network(x)
        loss = F.cross_entropy(output, y)
        loss.backward()
        optimizer.step()
        if first:
            report("first_batch", seconds=process_age())
            first = False
        loss_sum += loss.detach() * len(y)
        correct += (output.detach().argmax(1) == y).sum()
    return loss_sum.item() / len(labels), 100 * correct.item() / len(labels)


@torch.no_grad()
def test(network, images, labels):
    """Return mean loss and accuracy in percent, in evaluation mode."""
    network.eval()
    loss_sum, correct = torch.zeros(()), torch.zeros((), dtype=torch.int64)
    for x, y in zip(images.split(TEST_BATCH), labels.split(TEST_BATCH)):
        output = network(x)
        loss_sum += F.cross_entropy(output, y, reduction="sum")
        correct += (output.argmax(1) == y).sum()
    return loss_sum.item() / len(labels), 100 * correct.item() / len(labels)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--batch-size", type=int, default=64)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--network", type=Path)
    parser.add_argument("--images", type=int, help="the first N images alone")
    parser.add_argument("--kernels", help="ignored")
    args = parser.parse_args()

    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    images, labels = load(args.data, "train")
    images, labels = images[:args.images], labels[:args.images]
    test_images, test_labels = load(args.data, "t10k")
    network = read_network(args.network.read_text()) if args.network else Network()
    optimizer = torch.optim.SGD(network.parameters(), lr=0.01, momentum=0.9)

    for epoch in range(args.epochs):
        start = time.perf_counter()
        train_loss, train_accuracy = train_epoch(
            network, optimizer, images, labels, args.batch_size, epoch == 0)
        middle = time.perf_counter()
        test_loss, test_accuracy = test(network, test_images, test_labels)
        end = time.perf_counter()
        report("epoch", epoch=epoch, seconds=middle - start,
               train_loss=train_loss, train_accuracy=train_accuracy,
               test_seconds=end - middle, test_loss=test_loss,
               test_accuracy=test_accuracy)
    report("end", peak_kb=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)


if __name__ == "__main__":
    main()
