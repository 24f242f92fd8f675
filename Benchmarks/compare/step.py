"""Times relic's training step and feature extraction beside PyTorch's, in turn, in one run.

A step is the two-view recipe on views in memory: online network forwards and backwards on both
views, target forwards on both, loss, Adam, EMA. PyTorch runs with two threads: float32 and bfloat16
autocast, contiguous and channels-last. Every round runs each program once, in a process of its own,
with one repetition that does not count; a figure is the median over the repetitions of all rounds.
"""

import argparse
from statistics import median

from measurement import CASES, PROGRAM, Results, add_options, measured, peer

FLOAT32 = ["contiguous", "channels-last"]
MODES = [*FLOAT32, "bfloat16", "bfloat16-channels-last"]


def compare(name, work, rounds, count):
    """Returns the seconds and the largest peak memory of each program."""
    commands = {"relic": [PROGRAM, "time", work, name, count]}
    for mode in MODES:
        commands[mode] = peer("pytorch_step.py", mode, work, name, count)
    runs = {program: [] for program in commands}
    for _ in range(rounds):
        for program, command in commands.items():
            runs[program].append(measured(command))
    taken = {program: median([s for run in list for s in run["seconds"]])
             for program, list in runs.items()}
    peaks = {program: max(run["peak_memory"] for run in list) for program, list in runs.items()}
    return taken, peaks


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_options(parser, rounds=3)
    parser.add_argument("--count", type=int, default=3, help="repetitions in a round")
    parser.add_argument("--work", choices=["step", "extraction"], action="append")
    parser.add_argument("cases", nargs="*", default=list(CASES), help=" ".join(CASES))
    options = parser.parse_args()
    unknown = set(options.cases) - set(CASES)
    if unknown:
        parser.error(f"no case {', '.join(unknown)}, only {', '.join(CASES)}")
    results = Results(
        options, "step", "Training step and feature extraction, images per second",
        ["case", "work", "relic", *MODES, "ratio to the best float32", "to the best bfloat16",
         "relic MB", "PyTorch MB, the smaller float32"],
        keys=2, packages=["torch", "torchvision"])
    for name in options.cases:
        for work in options.work or ["step", "extraction"]:
            count = options.count if work == "step" else 2 * options.count
            taken, peaks = compare(name, work, options.rounds, count)
            rates = {program: CASES[name][3] / seconds for program, seconds in taken.items()}
            best = max(rates[mode] for mode in FLOAT32)
            bfloat16 = max(rates[mode] for mode in MODES if mode not in FLOAT32)
            results.add(
                name, work, *(f"{rates[program]:.1f}" for program in ["relic", *MODES]),
                f"{rates['relic'] / best:.2f}", f"{rates['relic'] / bfloat16:.2f}",
                f"{peaks['relic'] / 1e6:.0f}",
                f"{min(peaks[mode] for mode in FLOAT32) / 1e6:.0f}")


if __name__ == "__main__":
    main()
