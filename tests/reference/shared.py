"""Shared by the makers of reference numbers: data, files and the measure of rounding."""

import json
import struct
import sys
from pathlib import Path

import numpy as np
import torch

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "bench"))
import reference_network as networks  # noqa: E402

MEAN, STDDEV = 0.1307, 0.3081   # of the training pixels, scaled to 0..1
REORDERINGS = 6                 # float32 runs with reordered batches

SAFETENSORS_TYPE = {torch.float32: "F32", torch.int64: "I64"}


def load(directory, split, limit=None):
    """Return float64 images [N, 1, 28, 28], normalised, and int64 labels."""
    images = networks.read_idx(directory / f"{split}-images-idx3-ubyte.gz")
    labels = networks.read_idx(directory / f"{split}-labels-idx1-ubyte.gz")
    pixels = torch.from_numpy(images[:limit].astype(np.float64)).unsqueeze(1)
    return ((pixels / 255 - MEAN) / STDDEV,
            torch.from_numpy(labels[:limit].astype(np.int64)))


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


def relative_norm(a, b):
    """Return the norm of a - b by that of b, both lists of tensors."""
    a = torch.cat([t.double().flatten() for t in a])
    b = torch.cat([t.double().flatten() for t in b])
    return ((a - b).norm() / b.norm()).item()


def loss_errors(losses, losses64, horizons):
    """Return the largest relative error of a loss up to each horizon."""
    errors = np.abs(np.array(losses) / np.array(losses64) - 1)
    return [errors[:n].max() for n in horizons]


def reorder(images, labels, batch_size, generator):
    """Return the data with the samples of each batch in a random order."""
    order = torch.cat([
        start + torch.randperm(batch_size, generator=generator)
        for start in range(0, len(labels), batch_size)])
    return images[order], labels[order]


def measure_rounding(seeds, heads, run, compare, images, labels, batch_size):
    """Return a table of float32's errors, in full for the first of the seeds.

    run(seed, images, labels, dtype) trains; compare(single, double) gives the
    errors of such a run, one under each of the heads.
    """
    heads = ["seed", "float32 run"] + heads
    lines = [heads, ["---"] * len(heads)]

    def add(seed, what, errors):
        lines.append([str(seed), what] + [f"{x:.1e}" for x in errors])

    for seed in dict.fromkeys(seeds):
        torch.set_num_threads(1)
        double, rows = run(seed, images, labels, torch.float64), []
        generator = torch.Generator().manual_seed(seed)
        for threads in 1, 2:
            torch.set_num_threads(threads)
            rows.append(compare(run(seed, images, labels, torch.float32),
                                double))
            add(seed, f"{threads} thread{'s'[:threads - 1]}", rows[-1])
        torch.set_num_threads(1)
        for _ in range(REORDERINGS):
            data = reorder(images, labels, batch_size, generator)
            rows.append(compare(run(seed, *data, torch.float32), double))
            if seed == seeds[0]:
                add(seed, "reordered", rows[-1])
        add(seed, f"**largest of {len(rows)}**",
            [max(column) for column in zip(*rows)])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
