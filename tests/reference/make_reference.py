#!/usr/bin/env python3
"""Make the numbers that the tests compare the C program with.

PyTorch trains the network in double precision from fixed initial weights, on
the first 6,400 training images in file order.  The results are written to
OUT_DIR, so that the tests need no PyTorch: see the README.md that this script
writes there.  It then repeats the run in single precision, to measure how far
rounding alone may take a correct program from these numbers.

    python3 make_reference.py [--seed N] DATA_DIR OUT_DIR

DATA_DIR holds the four gzip'd MNIST files.  Needs PyTorch and NumPy.
"""

import argparse
import copy
import platform
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

from shared import (MEAN, STDDEV, load, loss_errors, measure_rounding, networks,
                    read_safetensors, relative_norm, write_safetensors)

SEED = 4
OTHER_SEEDS = (1, 2, 3, 4)      # rounding is measured for these as well
BATCH_SIZE = 64
BATCHES = 100
HORIZONS = (5, 20, 100)         # batches after which rounding is reported
LEARNING_RATE = 0.01
MOMENTUM = 0.9

README = """\
# Reference numbers from PyTorch

`make check` compares the program with these files. They come from PyTorch in
double precision. This command makes all except `networks.json`, including this text:

    python3 make_reference.py --seed {seed} DATA_DIR OUT_DIR

The run: {images:,} training images in file order, {batches} batches of
{batch_size}, from the weights in `init.safetensors` (PyTorch's default
initialisation, seed {seed}); SGD, learning rate {lr}, momentum {momentum};
pixels x become (x/255 - {mean}) / {stddev}; the loss is the batch's mean
negative log-likelihood.

| file | content |
|---|---|
| `init.safetensors` | state dict before training |
| `gradients.safetensors` | gradients at the initial weights, first batch |
| `losses.csv` | loss of each batch in training mode, before its step |
| `trained.safetensors` | state dict after the {batches} batches |
| `eval.csv` | mean loss, correct predictions on {test_images:,} test images |

The safetensors files hold float32, rounded once from the double-precision
result, and int64 for `num_batches_tracked`; the losses have 17 significant
digits. `eval.csv` is `trained.safetensors`, with its weights as rounded there,
in evaluation mode.

## Many networks

`networks.json` is made by another command, by hand, from this program's own
initial weights, which `tests/initial` writes:

    python3 make_networks.py BUILD_DIR/tests/initial DATA_DIR networks.json

It has a line for each network of the shelf and each random text of
`tests/sample_networks.c`, with SGD as above, and for some of them with each
other optimizer at PyTorch's defaults (RMSprop with a momentum of 0.5): the
losses of 20 batches of 64 images in file order, in double precision, and of
the first batch's gradient, for each tensor, the norm and three sums of its
elements with fixed signs that look random. `single` is what PyTorch's own
single precision differs by; `allowed` is what the program may: 5 times as
much, or 3e-6 of the number, whichever is larger. (Of a tensor's gradient also
1e-7 of the norm of all gradients: some, such as that of a bias before a norm,
are zero but for rounding.) Where `single` is large, rounding leads far away in
20 batches, and the losses say little; the gradients still do.
`tests/check_reference` allows any gradient 3e-3 of its norm, and the keras
network more: it says why.

Dropout leaves out nothing here, on both sides: PyTorch draws other numbers.
`tests/check_networks` has dropout against the twin.

## What rounding alone does

The same run by PyTorch in single precision, compared with double precision:
how far a correct program may be from these files. A row "reordered" feeds the
samples of each batch in another order, which changes only the rounding of
every sum (in double precision: the losses by less than 1e-14).

- *loss*: largest relative error of a loss among the first batches;
- *weights*: norm of the difference of all parameters after {batches} batches,
  by their norm; *statistics*: the same for running means and variances;
- *gradients*: largest relative error (norm of the difference by norm) of one
  parameter's gradient on the first batch, with a column of its own for the
  convolutions of layer1, which lose the most digits.

Two runs stay together until rounding puts a first value on the other side of a
ReLU. From then on they diverge, faster for some seeds than for others. So the
tests compare early batches strictly, and late ones loosely.

{table}

Evaluating `trained.safetensors` in single precision: {eval_correct:,} correct
(double precision: {correct:,}), relative error of the loss {eval_error:.1e}.

Made with Python {python}, PyTorch {torch}, NumPy {numpy} on {machine}.
"""


def new_state(seed):
    """Return PyTorch's default initialisation, in float32."""
    torch.manual_seed(seed)
    return networks.Network().state_dict()


def network_from(state, dtype):
    """Return a network of that precision with a copy of the state."""
    network = networks.Network().to(dtype)
    network.load_state_dict(state)
    return network


def train(state, images, labels, dtype):
    """Return losses, first gradients and the final state of the run."""
    network = network_from(state, dtype)
    optimizer = torch.optim.SGD(network.parameters(), lr=LEARNING_RATE,
                                momentum=MOMENTUM)
    losses, gradients = [], None
    network.train()
    for x, y in zip(images.to(dtype).split(BATCH_SIZE),
                    labels.split(BATCH_SIZE)):
        loss = F.nll_loss(network(x), y)        # before this batch's step
        optimizer.zero_grad()
        loss.backward()
        if gradients is None:
            gradients = {name: p.grad.clone()
                         for name, p in network.named_parameters()}
        optimizer.step()
        losses.append(loss.item())
    return losses, gradients, copy.deepcopy(network.state_dict())


@torch.no_grad()
def evaluate(state, images, labels, dtype):
    """Return the mean loss and the number of correct predictions."""
    network = network_from(state, dtype).eval()
    loss, correct = 0.0, 0
    for x, y in zip(images.to(dtype).split(1000), labels.split(1000)):
        output = network(x)
        loss += F.nll_loss(output, y, reduction="sum").item()
        correct += (output.argmax(1) == y).sum().item()
    return loss / len(labels), correct


def compare(single, double):
    """Return the errors of a single-precision run: a row of the table."""
    losses, gradients, state = single
    losses64, gradients64, state64 = double
    weights = list(gradients)
    statistics = [name for name in state if "running" in name]
    row = loss_errors(losses, losses64, HORIZONS)
    for names in weights, statistics:
        row.append(relative_norm([state[name] for name in names],
                                 [state64[name] for name in names]))
    delicate = ["layer1.0.weight", "layer1.3.weight"]
    for names in delicate, [name for name in weights if name not in delicate]:
        row.append(max(relative_norm([gradients[name]], [gradients64[name]])
                       for name in names))
    return row


HEADS = [f"loss, first {n}" for n in HORIZONS] + [
    "weights", "statistics", "gradients, layer1 conv", "gradients, others"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seed", type=int, default=SEED,
                        help="of the initial weights (default %(default)s)")
    parser.add_argument("data_dir", type=Path)
    parser.add_argument("out_dir", type=Path)
    args = parser.parse_args()
    args.out_dir.mkdir(parents=True, exist_ok=True)

    images, labels = load(args.data_dir, "train", BATCHES * BATCH_SIZE)
    test_images, test_labels = load(args.data_dir, "t10k")

    torch.set_num_threads(1)
    state = new_state(args.seed)
    reference = train(state, images, labels, torch.float64)
    losses, gradients, trained = reference

    write_safetensors(args.out_dir / "init.safetensors", state)
    write_safetensors(args.out_dir / "gradients.safetensors", gradients)
    write_safetensors(args.out_dir / "trained.safetensors", trained)
    with open(args.out_dir / "losses.csv", "w") as file:
        file.write("batch,loss\n")
        for batch, loss in enumerate(losses):
            file.write(f"{batch},{loss:.17g}\n")

    rounded = read_safetensors(args.out_dir / "trained.safetensors")
    loss, correct = evaluate(rounded, test_images, test_labels, torch.float64)
    with open(args.out_dir / "eval.csv", "w") as file:
        file.write(f"loss,correct\n{loss:.17g},{correct}\n")
    loss32, correct32 = evaluate(rounded, test_images, test_labels,
                                 torch.float32)

    def run(seed, images, labels, dtype):
        return train(new_state(seed), images, labels, dtype)

    table = measure_rounding((args.seed, *OTHER_SEEDS), HEADS, run, compare,
                             images, labels, BATCH_SIZE)
    print(table)
    print(f"evaluation: loss {loss:.17g}, {correct} correct; float32: "
          f"relative error {abs(loss32 / loss - 1):.1e}, {correct32} correct")
    (args.out_dir / "README.md").write_text(README.format(
        images=len(labels), test_images=len(test_labels), batches=BATCHES,
        batch_size=BATCH_SIZE, seed=args.seed,
        lr=LEARNING_RATE, momentum=MOMENTUM,
        mean=MEAN, stddev=STDDEV, table=table, correct=correct,
        eval_error=abs(loss32 / loss - 1), eval_correct=correct32,
        python=platform.python_version(), torch=torch.__version__,
        numpy=np.__version__, machine=platform.machine()))


if __name__ == "__main__":
    main()
