#!/usr/bin/env python3
"""Make the numbers that the tests compare the C program with.

PyTorch trains the network in double precision from fixed initial weights, on
the first 6,400 training images in file order.  What it computes on the way is
written to OUT_DIR, so that the tests need no PyTorch: see the README.md that
this script writes there.  It then repeats the run in single precision, to
find out how far rounding alone may take a faithful program from these numbers.

    python3 make_reference.py [--seed N] DATA_DIR OUT_DIR

DATA_DIR holds the four gzip'd MNIST files.  Needs PyTorch and NumPy.
"""

import argparse
import copy
import json
import platform
import struct
import sys
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "bench"))
from reference_network import Network, read_idx  # noqa: E402

SEED = 4
OTHER_SEEDS = (1, 2, 3, 4)      # rounding is measured for these as well
REORDERINGS = 6                 # and so often with reordered batches
BATCH_SIZE = 64
BATCHES = 100
HORIZONS = (5, 20, 100)         # batches after which rounding is reported
LEARNING_RATE = 0.01
MOMENTUM = 0.9
MEAN, STDDEV = 0.1307, 0.3081   # of the training pixels, scaled to 0..1

SAFETENSORS_TYPE = {torch.float32: "F32", torch.int64: "I64"}

README = """\
# Reference numbers from PyTorch

`make check` holds the program against these files. They come from PyTorch in
double precision, and this command makes all of them, this text included:

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

## What rounding alone does

The same run by PyTorch in single precision, compared with double precision:
how far a faithful program may be from these files. A row "reordered" feeds the
samples of each batch in another order, which changes no result but the
rounding of every sum (in double precision: the losses by less than 1e-14).

- *loss*: largest relative error of a loss among the first batches;
- *weights*: norm of the difference of all parameters after {batches} batches,
  by their norm; *statistics*: the same for running means and variances;
- *gradients*: largest relative error (norm of the difference by norm) of one
  parameter's gradient on the first batch, given apart for the convolutions of
  layer1, which lose the most digits.

Two runs stay together until rounding puts a first value on the other side of a
ReLU; from there on they drift apart, faster for some seeds than for others. So
compare strictly early, and loosely late.

{table}

Evaluating `trained.safetensors` in single precision: {eval_correct:,} correct
(double precision: {correct:,}), relative error of the loss {eval_error:.1e}.

Made with Python {python}, PyTorch {torch}, NumPy {numpy} on {machine}.
"""


def load(directory, split, limit=None):
    """Return float64 images [N, 1, 28, 28], normalised, and int64 labels."""
    images = read_idx(directory / f"{split}-images-idx3-ubyte.gz")[:limit]
    labels = read_idx(directory / f"{split}-labels-idx1-ubyte.gz")[:limit]
    pixels = torch.from_numpy(images.astype(np.float64)).unsqueeze(1)
    return ((pixels / 255 - MEAN) / STDDEV,
            torch.from_numpy(labels.astype(np.int64)))


def write_safetensors(path, tensors):
    """Write a dictionary of tensors, floating point rounded to float32."""
    header, chunks, end = {}, [], 0
    for name, tensor in tensors.items():
        if tensor.is_floating_point():
            tensor = tensor.float()
        chunk = tensor.detach().contiguous().numpy().tobytes()
        header[name] = {"dtype": SAFETENSORS_TYPE[tensor.dtype],
                        "shape": list(tensor.shape),
                        "data_offsets": [end, end + len(chunk)]}
        chunks.append(chunk)
        end += len(chunk)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(chunks))


def read_safetensors(path):
    """Return a safetensors file's tensors as a dictionary."""
    raw = path.read_bytes()
    (length,) = struct.unpack_from("<Q", raw)
    header = json.loads(raw[8:8 + length])
    header.pop("__metadata__", None)
    tensors = {}
    for name, entry in header.items():
        begin, end = (8 + length + x for x in entry["data_offsets"])
        dtype = {"F32": "<f4", "I64": "<i8"}[entry["dtype"]]
        array = np.frombuffer(raw[begin:end], dtype).reshape(entry["shape"])
        tensors[name] = torch.from_numpy(array.copy())
    return tensors


def new_state(seed):
    """Return PyTorch's default initialisation, in float32."""
    torch.manual_seed(seed)
    return Network().state_dict()


def network_from(state, dtype):
    """Return a network of that precision with a copy of the state."""
    network = Network().to(dtype)
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


def relative_norm(a, b):
    """Return the norm of a - b by that of b, both lists of tensors."""
    a = torch.cat([t.double().flatten() for t in a])
    b = torch.cat([t.double().flatten() for t in b])
    return ((a - b).norm() / b.norm()).item()


def compare(single, double):
    """Return the errors of a single-precision run: a row of the table."""
    losses, gradients, state = single
    losses64, gradients64, state64 = double
    errors = np.abs(np.array(losses) / np.array(losses64) - 1)
    weights = list(gradients)
    statistics = [name for name in state if "running" in name]
    row = [errors[:n].max() for n in HORIZONS]
    for names in weights, statistics:
        row.append(relative_norm([state[name] for name in names],
                                 [state64[name] for name in names]))
    delicate = ["layer1.0.weight", "layer1.3.weight"]
    for names in delicate, [name for name in weights if name not in delicate]:
        row.append(max(relative_norm([gradients[name]], [gradients64[name]])
                       for name in names))
    return row


def reorder(images, labels, generator):
    """Return the data with the samples of each batch in a random order."""
    order = torch.cat([
        start + torch.randperm(BATCH_SIZE, generator=generator)
        for start in range(0, len(labels), BATCH_SIZE)])
    return images[order], labels[order]


def measure_rounding(seed, images, labels, reference):
    """Return a table of float32's errors, the reference's seed first."""
    heads = ["seed", "float32 run"]
    heads += [f"loss, first {n}" for n in HORIZONS]
    heads += ["weights", "statistics", "gradients, layer1 conv",
              "gradients, others"]
    lines = [heads, ["---"] * len(heads)]

    def add(seed, what, errors):
        lines.append([str(seed), what] + [f"{x:.1e}" for x in errors])

    def measure(seed, double):
        state, rows = new_state(seed), []
        generator = torch.Generator().manual_seed(seed)
        for threads in 1, 2:
            torch.set_num_threads(threads)
            rows.append(compare(train(state, images, labels, torch.float32),
                                double))
            add(seed, f"{threads} thread{'s'[:threads - 1]}", rows[-1])
        torch.set_num_threads(1)
        for _ in range(REORDERINGS):
            data = reorder(images, labels, generator)
            rows.append(compare(train(state, *data, torch.float32), double))
            if double is reference:
                add(seed, "reordered", rows[-1])
        add(seed, f"**largest of {len(rows)}**",
            [max(column) for column in zip(*rows)])

    measure(seed, reference)
    for other in OTHER_SEEDS:
        if other != seed:
            measure(other, train(new_state(other), images, labels,
                                 torch.float64))
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


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

    table = measure_rounding(args.seed, images, labels, reference)
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
