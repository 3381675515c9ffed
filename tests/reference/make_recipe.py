#!/usr/bin/env python3
"""Make the reference numbers for recipes: everything the reference run lacks.

PyTorch trains the slim network in double precision with weight decay,
Nesterov's momentum, label smoothing and one cycle of the learning rate, on the
first 2,048 training images in file order, and lists the learning rates of its
schedulers.  It then repeats the run in single precision, to measure how far
rounding alone may take a correct program from these numbers.

    python3 make_recipe.py [--seed N] DATA_DIR OUT_DIR

DATA_DIR holds the four gzip'd MNIST files.  Needs PyTorch and NumPy.
"""

import argparse
import copy
import platform
from pathlib import Path

import numpy as np
import torch
from torch.optim import lr_scheduler

from shared import (MEAN, STDDEV, load, loss_errors, measure_rounding, networks,
                    relative_norm, write_safetensors)

SEED = 3
OTHER_SEEDS = (1, 2, 3)         # rounding is measured for these as well
BATCH_SIZE = 64
BATCHES = 32
HORIZONS = (5, 15, 32)          # batches after which rounding is reported
SETTINGS = {"lr": 0.1, "momentum": 0.9, "nesterov": True, "weight_decay": 5e-4}
SMOOTHING = 0.1
WARMUP = 0.2
SCHEDULED = 40                  # batches of the run in schedules.csv

README = """\
# Reference numbers for recipes

`make check` compares the program with these files, as with those of the
directory above, whose README explains them. This command makes all of them,
including this text:

    python3 make_recipe.py --seed {seed} DATA_DIR OUT_DIR

The run: the network `slim` (`bench/reference_network.py`) on {images:,} training
images in file order, {batches} batches of {batch_size}, from the weights in
`init.safetensors` (PyTorch's default initialisation, seed {seed}); SGD with
momentum {momentum}, Nesterov's, and weight decay {weight_decay}; cross entropy
with label smoothing {smoothing}; OneCycleLR with max_lr {lr}, pct_start {warmup}
and cycle_momentum False; pixels x become (x/255 - {mean}) / {stddev}.

| file | content |
|---|---|
| `init.safetensors` | state dict before training |
| `losses.csv` | learning rate and loss of each batch, before its step |
| `schedules.csv` | learning rates of MultiStepLR (milestones at half and three quarters), CosineAnnealingLR and OneCycleLR, which start from 1, for {scheduled} batches |

## What rounding alone does

The same run by PyTorch in single precision, compared with double precision.

- *loss*: largest relative error of a loss among the first batches;
- *weights*: norm of the difference of all parameters after {batches} batches,
  by their norm; *statistics*: the same for running means and variances.

With ten times the learning rate of the reference run, runs diverge sooner.

{table}

Made with Python {python}, PyTorch {torch}, NumPy {numpy} on {machine}.
"""


def new_state(seed):
    """Return PyTorch's default initialisation, in float32."""
    torch.manual_seed(seed)
    return networks.Slim().state_dict()


def one_cycle(optimizer, batches):
    """Return the recipe's scheduler for a run of that length."""
    return lr_scheduler.OneCycleLR(
        optimizer, optimizer.param_groups[0]["lr"], total_steps=batches,
        pct_start=WARMUP, cycle_momentum=False)


def train(state, images, labels, dtype):
    """Return learning rates, losses and the final state of the run."""
    network = networks.Slim().to(dtype)
    network.load_state_dict(state)
    optimizer = torch.optim.SGD(network.parameters(), **SETTINGS)
    scheduler = one_cycle(optimizer, BATCHES)
    criterion = torch.nn.CrossEntropyLoss(label_smoothing=SMOOTHING)
    rates, losses = [], []
    network.train()
    for x, y in zip(images.to(dtype).split(BATCH_SIZE),
                    labels.split(BATCH_SIZE)):
        loss = criterion(network(x), y)         # before this batch's step
        optimizer.zero_grad()
        loss.backward()
        rates.append(optimizer.param_groups[0]["lr"])
        losses.append(loss.item())
        optimizer.step()
        scheduler.step()
    return rates, losses, copy.deepcopy(network.state_dict())


def compare(single, double):
    """Return the errors of a single-precision run: a row of the table."""
    (_, losses, state), (_, losses64, state64) = single, double
    row = loss_errors(losses, losses64, HORIZONS)
    statistics = [name for name in state if "running" in name]
    weights = [name for name in state
               if name.endswith(("weight", "bias"))]
    for names in weights, statistics:
        row.append(relative_norm([state[name] for name in names],
                                 [state64[name] for name in names]))
    return row


def scheduled_rates(make):
    """Return the learning rate of each batch, starting from 1."""
    optimizer = torch.optim.SGD([torch.zeros(1)], lr=1.0)
    scheduler, rates = make(optimizer), []
    for _ in range(SCHEDULED):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return rates


def write_csv(path, heads, *columns):
    """Write columns of numbers with a first one that counts the batches."""
    with open(path, "w") as file:
        file.write(",".join(["batch", *heads]) + "\n")
        for batch, row in enumerate(zip(*columns)):
            file.write(",".join([str(batch)] + [f"{x:.17g}" for x in row])
                       + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seed", type=int, default=SEED,
                        help="of the initial weights (default %(default)s)")
    parser.add_argument("data_dir", type=Path)
    parser.add_argument("out_dir", type=Path)
    args = parser.parse_args()
    args.out_dir.mkdir(parents=True, exist_ok=True)

    images, labels = load(args.data_dir, "train", BATCHES * BATCH_SIZE)
    torch.set_num_threads(1)
    state = new_state(args.seed)
    rates, losses, _ = train(state, images, labels, torch.float64)
    write_safetensors(args.out_dir / "init.safetensors", state)
    write_csv(args.out_dir / "losses.csv", ["lr", "loss"], rates, losses)
    write_csv(
        args.out_dir / "schedules.csv", ["step", "cosine", "onecycle"],
        scheduled_rates(lambda optimizer: lr_scheduler.MultiStepLR(
            optimizer, [SCHEDULED // 2, SCHEDULED * 3 // 4])),
        scheduled_rates(lambda optimizer: lr_scheduler.CosineAnnealingLR(
            optimizer, SCHEDULED)),
        scheduled_rates(lambda optimizer: one_cycle(optimizer, SCHEDULED)))

    def run(seed, images, labels, dtype):
        return train(new_state(seed), images, labels, dtype)

    heads = [f"loss, first {n}" for n in HORIZONS] + ["weights", "statistics"]
    table = measure_rounding((args.seed, *OTHER_SEEDS), heads, run, compare,
                             images, labels, BATCH_SIZE)
    print(table)
    (args.out_dir / "README.md").write_text(README.format(
        images=len(labels), batches=BATCHES, batch_size=BATCH_SIZE,
        seed=args.seed, smoothing=SMOOTHING, warmup=WARMUP,
        scheduled=SCHEDULED, **SETTINGS, mean=MEAN, stddev=STDDEV, table=table,
        python=platform.python_version(), torch=torch.__version__,
        numpy=np.__version__, machine=platform.machine()))


if __name__ == "__main__":
    main()
