#!/usr/bin/env python3
"""Times mnist-tui and PyTorch side by side on one network, the same data, batch size and threads.

Usage: python3 bench/compare.py [--program ./mnist-tui] [--data data] [--rounds 5] [--threads 2]
                                [--kernels auto] [--python python3] [--model basic]
                                [--images 60000]

The two run in turn, so that both see the same load of the machine. Each trains two epochs; only the second
one counts. The table has medians over the rounds and the ratio PyTorch / mnist-tui. Without PyTorch
(Debian: python3-torch) it says so and times mnist-tui alone.
"""

import argparse
import datetime
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROWS = [
    ("epoch", "seconds per epoch (training)", "{:.2f}"),
    ("test", "seconds per 10,000 test images", "{:.3f}"),
    ("first", "seconds from start to first batch", "{:.2f}"),
    ("peak", "peak memory, MB", "{:.0f}"),
]


def run(command):
    """Runs a command; returns its output, the time of its start and its peak memory in MB."""
    started = time.time()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    output = process.stdout.read()
    problem = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"compare.py: {' '.join(command)} failed: {problem.strip()}")
    return output, started, usage.ru_maxrss / 1024


def seconds_of(event):
    """The moment of a line of metrics.jsonl."""
    return datetime.datetime.fromisoformat(event["time"].replace("Z", "+00:00")).timestamp()


def time_ours(options):
    """Two epochs of mnist-tui: the second one's speed, its test pass, the first batch, memory."""
    with tempfile.TemporaryDirectory() as directory:
        run_dir = os.path.join(directory, "run")
        _, started, peak = run([
            options.program, "--headless", "--epochs=2", f"--threads={options.threads}",
            f"--kernels={options.kernels}", f"--data={options.data}", f"--run-dir={run_dir}",
            f"--model={options.model}", f"--validate={60000 - options.images}"])
        with open(os.path.join(run_dir, "metrics.jsonl"), encoding="utf-8") as lines:
            events = [json.loads(line) for line in lines]
    start = next(event for event in events if event["event"] == "start")
    epochs = [event for event in events if event["event"] == "epoch"]
    return {
        "epoch": epochs[1]["seconds"],
        # The first epoch's line is written after its test pass and before anything is saved. With
        # fewer images the pass is over those that are left out.
        "test": (seconds_of(epochs[0]) - seconds_of(start) - epochs[0]["seconds"])
                * 10000 / (60000 - options.images or 10000),
        "first": seconds_of(start) - started + epochs[0]["seconds"] / ((options.images + 63) // 64),
        "peak": peak,
    }


def time_pytorch(options):
    """The same for PyTorch."""
    text, _, _ = run([options.program, f"--model={options.model}", "--summary=torch"])
    with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as network:
        network.write(text)
        network.flush()
        output, _, peak = run([
            options.python, os.path.join(HERE, "pytorch_train.py"), "--epochs", "2",
            "--threads", str(options.threads), "--data", options.data, "--network", network.name,
            "--images", str(options.images)])
    events = [json.loads(line) for line in output.splitlines() if line.startswith("{")]
    epochs = [event for event in events if event["event"] == "epoch"]
    first = next(event for event in events if event["event"] == "first_batch")
    return {"epoch": epochs[1]["seconds"], "test": epochs[1]["test_seconds"],
            "first": first["seconds"], "peak": peak}


def has_pytorch(python):
    """Whether that interpreter has PyTorch."""
    return subprocess.run([python, "-c", "import torch"], stderr=subprocess.DEVNULL,
                          check=False).returncode == 0


def main():
    """Reads the options, runs the rounds and prints the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--program", default="./mnist-tui")
    parser.add_argument("--data", default="data")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--kernels", default="auto")
    parser.add_argument("--python", default="python3")
    parser.add_argument("--model", default="basic")
    parser.add_argument("--images", type=int, default=60000,
                        help="training images of an epoch: fewer take less time")
    options = parser.parse_args()
    rivals = {"ours": time_ours}
    if has_pytorch(options.python):
        rivals["PyTorch"] = time_pytorch
    else:
        print(f"{options.python} has no PyTorch (on Debian: apt-get install python3-torch, and "
              "--python=/usr/bin/python3): timing mnist-tui alone")
    figures = {name: [] for name in rivals}
    for _ in range(options.rounds):
        for name, measure in rivals.items():
            figures[name].append(measure(options))
    print(f"{options.model}: {options.rounds} rounds in turn, {options.threads} threads, kernels "
          f"{options.kernels}, {options.images} images; medians (smallest to largest)")
    for key, label, form in ROWS:
        row = f"{label:34}"
        medians = []
        for name in rivals:
            values = [figure[key] for figure in figures[name]]
            medians.append(statistics.median(values))
            spread = f"({form.format(min(values))} to {form.format(max(values))})"
            row += f"  {name} {form.format(medians[-1]):>6} {spread:18}"
        if len(medians) == 2:
            row += f"  ratio {medians[1] / medians[0]:.1f}"
        print(row)


if __name__ == "__main__":
    main()
