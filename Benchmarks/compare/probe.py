"""Times `relic probe` beside scikit-learn on the same files, alternating, in one run.

    python3 -m venv .venv && .venv/bin/pip install numpy==2.4.6 scipy==1.17.1 scikit-learn==1.9.1
    swift build -c release --product relic
    env -u OPENBLAS_CORETYPE .venv/bin/python Benchmarks/compare/probe.py

Both get two threads and read the same float32 files; scikit-learn computes with them as float64
(as `relic probe` does) or, in the rows that say so, as float32. The seconds are those of fitting
and of scoring the training and the test samples, without reading files; the memory is each
process's peak, as the system counts it. Every figure is the median over the rounds.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time

THREADS = 2
PROBLEMS = {
    "50,000 x 512": dict(train=50_000, test=10_000, columns=512),
    "5,000 x 2048": dict(train=5_000, test=8_000, columns=2048),
}


def make_features(folder, problem, classes=10):
    """Runs in a process of its own, so that this one stays small: writes rectified features of 64 hidden dimensions, as a ResNet's pooled ones are."""
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


def measured(command):
    """Runs a command that prints JSON; returns it with the process's peak memory in MB."""
    environment = {key: value for key, value in os.environ.items() if key != "OPENBLAS_CORETYPE"}
    environment.update(OMP_NUM_THREADS=str(THREADS), OPENBLAS_NUM_THREADS=str(THREADS))
    with tempfile.TemporaryFile("w+") as output:
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.DEVNULL,
                                   env=environment)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            sys.exit(f"{' '.join(command)}: exit code {process.returncode}")
        output.seek(0)
        result = json.load(output)
    result["memory"] = usage.ru_maxrss / 1000
    result["processor"] = usage.ru_utime + usage.ru_stime
    return result


def compare(relic, folder, protocol, precisions, rounds):
    """Returns the median result of each program."""
    commands = {"relic": [relic, "probe", folder, "--protocol", protocol, "--json",
                          "--threads", str(THREADS)]}
    for precision in precisions:
        commands[f"scikit-learn, {precision}"] = [
            sys.executable, os.path.abspath(__file__), "--fit", folder, protocol, precision]
    results = {name: [] for name in commands}
    for _ in range(rounds):
        for name, command in commands.items():
            results[name].append(measured(command))
    return {
        name: {key: statistics.median(run[key] for run in runs)
               for key in ("seconds", "top1", "log_loss", "memory", "processor")}
        for name, runs in results.items()
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--relic", default=".build/release/relic")
    parser.add_argument("--rounds", type=int, default=3)
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
    from importlib.metadata import version

    info = subprocess.run([options.relic, "info"], capture_output=True, text=True, check=True,
                          env={k: v for k, v in os.environ.items() if k != "OPENBLAS_CORETYPE"})
    print(f"{platform.machine()}, {THREADS} threads, scikit-learn {version('scikit-learn')}, "
          f"SciPy {version('scipy')}, NumPy {version('numpy')}, load {os.getloadavg()[0]:.1f}")
    print(info.stdout)
    print("| samples | protocol | program | seconds | times as fast | processor s | peak MB "
          "| top-1 % | log-loss |")
    print("|---|---|---|---:|---:|---:|---:|---:|---:|")
    for problem in options.problem or PROBLEMS:
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run([sys.executable, os.path.abspath(__file__), "--make", folder, problem],
                           check=True)
            for protocol in options.protocol or ["logistic", "calibrated"]:
                results = compare(options.relic, folder, protocol,
                                  options.precision or ["float64", "float32"], options.rounds)
                own = results["relic"]["seconds"]
                for name, result in results.items():
                    print(f"| {problem} | {protocol} | {name} | {result['seconds']:.2f} "
                          f"| {result['seconds'] / own:.1f} | {result['processor']:.1f} "
                          f"| {result['memory']:.0f} | {100 * result['top1']:.2f} "
                          f"| {result['log_loss']:.4f} |", flush=True)


if __name__ == "__main__":
    main()
