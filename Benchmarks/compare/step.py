"""Times relic's training step and feature extraction beside its peers', in turn, in one run.

A step is the two-view recipe on views in memory: online network forwards and backwards on both
views, target forwards on both, loss, Adam, EMA. PyTorch runs contiguous, channels-last and, for the
step, compiled (channels-last); its bfloat16 is autocast, relic's is `--fp16-precision`. Features are
also computed by OpenVINO and, in float32, by ONNX Runtime. Every round runs each program once, in a
process of its own, with two threads and two repetitions that do not count; a figure is the median
over the repetitions of all rounds.
"""

import argparse
import os
import subprocess
import tempfile
from pathlib import Path
from statistics import median

from measurement import CASES, PROGRAM, Results, add_options, environment, measured, peer

PYTORCH = ["contiguous", "channels-last", "compiled"]
ENGINES = ["openvino", "onnxruntime"]


def commands(name, work, precision, count, file):
    """What runs each program."""
    own = work if precision == "float32" else f"{work}-bfloat16"
    listed = {"relic": [PROGRAM, "time", own, name, count]}
    for mode in PYTORCH if work == "step" else PYTORCH[:2]:
        listed[mode] = peer("pytorch_step.py", mode, precision, work, name, count)
    if work == "extraction":
        for engine in ENGINES if precision == "float32" else ENGINES[:1]:
            listed[engine] = peer("engine_extraction.py", engine, precision, name, file, count)
    return listed


def compare(listed, rounds):
    """Returns the seconds and the largest peak memory of each program."""
    runs = {program: [] for program in listed}
    for _ in range(rounds):
        for program, command in listed.items():
            runs[program].append(measured(command))
    taken = {program: median([s for run in list for s in run["seconds"]])
             for program, list in runs.items()}
    peaks = {program: max(run["peak_memory"] for run in list) for program, list in runs.items()}
    return taken, peaks


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_options(parser, rounds=3)
    parser.add_argument("--count", type=int, default=5, help="repetitions in a round")
    parser.add_argument("--work", choices=["step", "extraction"], action="append")
    parser.add_argument("--precision", choices=["float32", "bfloat16"], action="append")
    parser.add_argument("cases", nargs="*", default=list(CASES), help=" ".join(CASES))
    options = parser.parse_args()
    # All programs have the same two processors, by which relic counts its workers.
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:2])
    unknown = set(options.cases) - set(CASES)
    if unknown:
        parser.error(f"no case {', '.join(unknown)}, only {', '.join(CASES)}")
    works = options.work or ["step", "extraction"]
    precisions = options.precision or ["float32", "bfloat16"]
    results = Results(
        options, "step", "Training step and feature extraction, images per second",
        ["case", "work", "precision", "relic", *(f"PyTorch {mode}" for mode in PYTORCH),
         "OpenVINO", "ONNX Runtime", "ratio to the best", "relic MB", "MB of the smallest other"],
        keys=3, packages=["torch", "torchvision", "openvino", "onnxruntime"])
    with tempfile.TemporaryDirectory() as folder:
        for name in options.cases:
            file = Path(folder) / f"{name}.onnx"
            if "extraction" in works:
                subprocess.run(peer("export_encoder.py", name, str(file)), check=True,
                               stdout=subprocess.DEVNULL, env=environment(2))
            for work in works:
                count = options.count if work == "step" else 2 * options.count
                for precision in precisions:
                    listed = commands(name, work, precision, count, file)
                    taken, peaks = compare(listed, options.rounds)
                    rates = {program: CASES[name][3] / seconds
                             for program, seconds in taken.items()}
                    others = [program for program in listed if program != "relic"]
                    cells = (f"{rates[program]:.1f}" if program in rates else ""
                             for program in ["relic", *PYTORCH, *ENGINES])
                    results.add(
                        name, work, precision, *cells,
                        f"{rates['relic'] / max(rates[other] for other in others):.2f}",
                        f"{peaks['relic'] / 1e6:.0f}",
                        f"{min(peaks[other] for other in others) / 1e6:.0f}")


if __name__ == "__main__":
    main()
