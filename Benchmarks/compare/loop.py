"""Times `relic pretrain` beside the reference's whole training loop in PyTorch, in one run.

CIFAR-10, ResNet-18 with the stock stem at 32x32, batch 256: images are read, views are made, steps
are taken with Adam and EMA. PyTorch has two threads and two loader processes, relic two workers.
The first steps of each run do not count; a figure is the mean over the others, the median of the
rounds.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import fmean, median

from measurement import CASES, RELIC, Results, add_options, environment, measured, peer

MODES = ["contiguous", "channels-last"]
WARM_UP = 5


def own_run(data, steps):
    """Runs `relic pretrain` until it has taken `steps`; returns what `measured` does."""
    model, stem, size, batch = CASES["resnet18-32"]
    with tempfile.TemporaryDirectory() as folder:
        command = [
            RELIC, "pretrain", "--dataset-name", "cifar10", "--dataset-path", data, "-m", model,
            "--stem", stem, "--image-size", size, "--batch-size", batch, "--threads", 2,
            "--save-model-dir", folder]
        process = subprocess.Popen([str(word) for word in command], env=environment(2),
                                   stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        metrics = Path(folder) / "metrics.jsonl"
        while process.poll() is None:
            time.sleep(0.5)
            if metrics.exists() and metrics.read_text().count("\n") >= steps:
                break
        else:
            sys.exit(process.stderr.read().strip())
        process.send_signal(signal.SIGTERM)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        ends = [json.loads(line)["seconds"] for line in metrics.read_text().splitlines()][:steps]
    seconds = [end - start for start, end in zip([0, *ends], ends)]
    return {"seconds": seconds, "peak_memory": usage.ru_maxrss * 1024}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_options(parser, rounds=3)
    parser.add_argument("--steps", type=int, default=40, help="counted steps in a round")
    parser.add_argument("--data", required=True, help="the folder that holds cifar-10-batches-bin")
    options = parser.parse_args()
    results = Results(
        options, "loop", "Whole training loop, ResNet-18, 32x32, batch 256",
        ["program", "images/s", "seconds an epoch", "relic's ratio", "MB, without loader processes"],
        packages=["torch", "torchvision", "pillow"])
    steps = WARM_UP + options.steps
    programs = {"relic": lambda: own_run(options.data, steps)}
    for mode in MODES:
        command = peer("pytorch_loop.py", mode, options.data, steps)
        programs[f"PyTorch, {mode}"] = lambda command=command: measured(command)
    runs = {program: [] for program in programs}
    for _ in range(options.rounds):
        for program, run in programs.items():
            runs[program].append(run())
    batch = CASES["resnet18-32"][3]
    means = {program: median(fmean(run["seconds"][WARM_UP:]) for run in list)
             for program, list in runs.items()}
    for program, mean in means.items():
        peak = max(run["peak_memory"] for run in runs[program])
        results.add(program, f"{batch / mean:.0f}", f"{50_000 // batch * mean:.0f}",
                    f"{mean / means['relic']:.2f}", f"{peak / 1e6:.0f}")


if __name__ == "__main__":
    main()
