"""Times relic's random views beside torchvision's on Pillow images, on one core, in one run.

The full pipeline from an 8-bit image in memory to floats: crop and resize, flip, colour jitter,
greyscale, blur, solarization. A figure is the median over the repetitions of all rounds.
"""

import argparse
from statistics import median

from measurement import PROGRAM, Results, add_options, measured, peer


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_options(parser, rounds=3)
    parser.add_argument("--count", type=int, default=5, help="repetitions in a round")
    options = parser.parse_args()
    results = Results(
        options, "augment", "Random views, one core, views per second",
        ["view", "relic", "torchvision on Pillow", "ratio"],
        packages=["torch", "torchvision", "pillow"])
    for size in [32, 96]:
        commands = {
            "relic": [PROGRAM, "time", "augmentation", size, options.count],
            "torchvision": peer("torchvision_views.py", size, options.count),
        }
        taken = {program: [] for program in commands}
        for _ in range(options.rounds):
            for program, command in commands.items():
                taken[program] += measured(command, threads=1)["seconds"]
        own, other = median(taken["relic"]), median(taken["torchvision"])
        results.add(f"{size}x{size}", f"{1 / own:.0f}", f"{1 / other:.0f}", f"{other / own:.1f}")


if __name__ == "__main__":
    main()
