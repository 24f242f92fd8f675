"""Times `relic probe` beside scikit-learn on the same files, alternating, in one run.

Both get two threads and read the same float32 files; scikit-learn computes with them as float64
(as `relic probe` does) or, in the rows that say so, as float32. The seconds are those of fitting
and of scoring the training and the test samples, without reading files; the memory is each
process's peak, as the system counts it. Every figure is the median over the rounds.
"""

import argparse
import json
import os
import statistics
import subprocess
import tempfile
import time

from measurement import RELIC, Results, add_options, measured, peer

THREADS = 2
PROBLEMS = {
    "50,000 x 512": dict(train=50_000, test=10_000, columns=512),
    "5,000 x 2048": dict(train=5_000, test=8_000, columns=2048),
}


def make_features(folder, problem, classes=10):
    """Writes rectified features of 64 hidden dimensions, as a ResNet's pooled ones are.

    Runs in a process of its own, so that this one stays small.
    """
    import numpy as np

    train, test, columns = PROBLEMS[problem].values()
    random = np.random.default_rng(columns)
    basis = random.normal(size=(64, columns)) / 8
    centres = random.normal(size=(classes, 64)) * 0.45
    for split, count in (("train", train), ("test", test)):
        labels = random.integers(0, classes, count)
        hidden = centres[labels] + random.normal(size=(count, 64))
        noise = 0.3 * random.normal(size=(count, columns))
        features = np.maximum(hidden @ basis + noise, 0).astype(np.float32)
        np.save(os.path.join(folder, f"{split}_features.npy"), features)
        np.save(os.path.join(folder, f"{split}_labels.npy"), labels)


def fit_scikit_learn(folder, protocol, precision):
    """Runs in a process of its own: fits, scores, prints one line of JSON."""
    import warnings

    import numpy as np
    from sklearn.calibration import CalibratedClassifierCV
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import log_loss

    warnings.filterwarnings("ignore")

    def load(name):
        return np.load(os.path.join(folder, f"{name}.npy"))

    x, test = load("train_features").astype(precision), load("test_features").astype(precision)
    y, test_y = load("train_labels"), load("test_labels")
    start = time.perf_counter()
    model = LogisticRegression(max_iter=100)
    if protocol == "calibrated":
        model = CalibratedClassifierCV(model)
    model.fit(x, y)
    model.score(x, y)
    probabilities = model.predict_proba(test)
    top1 = float(np.mean(model.classes_[probabilities.argmax(axis=1)] == test_y))
    seconds = time.perf_counter() - start
    print(json.dumps({"seconds": seconds, "top1": top1,
                      "log_loss": log_loss(test_y, probabilities, labels=model.classes_)}))


def compare(folder, protocol, precisions, rounds):
    """Returns the median result of each program."""
    commands = {"relic": [RELIC, "probe", folder, "--protocol", protocol, "--json",
                          "--threads", THREADS]}
    for precision in precisions:
        commands[f"scikit-learn, {precision}"] = peer(
            "probe.py", "--fit", folder, protocol, precision)
    results = {name: [] for name in commands}
    for _ in range(rounds):
        for name, command in commands.items():
            results[name].append(measured(command, THREADS))
    return {
        name: {key: statistics.median(run[key] for run in runs)
               for key in ("seconds", "top1", "log_loss", "peak_memory", "processor")}
        for name, runs in results.items()
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_options(parser, rounds=3)
    parser.add_argument("--problem", choices=PROBLEMS, action="append")
    parser.add_argument("--protocol", choices=["logistic", "calibrated"], action="append")
    parser.add_argument("--precision", choices=["float64", "float32"], action="append")
    parser.add_argument("--make", nargs=2, help=argparse.SUPPRESS)
    parser.add_argument("--fit", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.make:
        make_features(*options.make)
        return
    if options.fit:
        fit_scikit_learn(*options.fit)
        return
    table = Results(
        options, "probe", "Linear probe of 10 classes",
        ["samples", "protocol", "program", "seconds", "times relic's", "processor s", "peak MB",
         "top-1 %", "log-loss"],
        keys=3, packages=["scikit-learn", "scipy", "numpy"])
    for problem in options.problem or PROBLEMS:
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run(peer("probe.py", "--make", folder, problem), check=True)
            for protocol in options.protocol or ["logistic", "calibrated"]:
                results = compare(folder, protocol, options.precision or ["float64", "float32"],
                                  options.rounds)
                own = results["relic"]["seconds"]
                for name, result in results.items():
                    table.add(
                        problem, protocol, name, f"{result['seconds']:.2f}",
                        f"{result['seconds'] / own:.1f}", f"{result['processor']:.1f}",
                        f"{result['peak_memory'] / 1e6:.0f}", f"{100 * result['top1']:.2f}",
                        f"{result['log_loss']:.4f}")


if __name__ == "__main__":
    main()
