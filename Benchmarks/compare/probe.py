"""Times `relic probe` beside scikit-learn, its extension by Intel, PyTorch and faiss.

All read the same float32 files and get two threads, alternating, in one run. They compute in
float64 or, in the rows that say so, in float32; faiss has float32 alone. Rows of relic with an
option say it: without one it takes scikit-learn's steps in float64. Iterations are limited to 100,
at 1,000 classes and at 1,000,000 samples to 20. The seconds are those of fitting and of scoring the training and the test samples, without reading files;
the memory is each process's peak, as the system counts it. Every figure is the median over the rounds.
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
    "50,000 x 512": dict(train=50_000, test=10_000, columns=512, classes=10, iterations=100),
    "5,000 x 2048": dict(train=5_000, test=8_000, columns=2048, classes=10, iterations=100),
    "20,000 x 512, 100 classes": dict(
        train=20_000, test=5_000, columns=512, classes=100, iterations=100),
    "20,000 x 512, 1,000 classes": dict(
        train=20_000, test=5_000, columns=512, classes=1000, iterations=20),
    "1,000,000 x 512": dict(
        train=1_000_000, test=10_000, columns=512, classes=10, iterations=20),
}
OPTIONS = [
    ["--fit-precision", "float32"],
    ["--solver", "whitened-lbfgs"],
    ["--solver", "whitened-lbfgs", "--fit-precision", "float32"],
]
PROTOCOLS = {
    "logistic": ["scikit-learn", "scikit-learn-intelex", "PyTorch L-BFGS"],
    "calibrated": ["scikit-learn", "scikit-learn-intelex"],
    "knn": ["faiss"],
}


def make_features(folder, problem):
    """Writes rectified features of 64 hidden dimensions, as a ResNet's pooled ones are.

    Runs in a process of its own, so that this one stays small.
    """
    import numpy as np

    train, test, columns, classes, _ = PROBLEMS[problem].values()
    random = np.random.default_rng(columns)
    basis = random.normal(size=(64, columns)) / 8
    centres = random.normal(size=(classes, 64)) * 0.45
    for split, count in (("train", train), ("test", test)):
        labels = random.integers(0, classes, count)
        np.save(os.path.join(folder, f"{split}_labels.npy"), labels)
        features = np.lib.format.open_memmap(
            os.path.join(folder, f"{split}_features.npy"), "w+", np.float32, (count, columns))
        for start in range(0, count, 50_000):
            part = labels[start : start + 50_000]
            hidden = centres[part] + random.normal(size=(len(part), 64))
            noise = 0.3 * random.normal(size=(len(part), columns))
            features[start : start + len(part)] = np.maximum(hidden @ basis + noise, 0)


def fit(folder, protocol, program, precision, iterations):
    """Runs in a process of its own: fits, scores, prints one line of JSON."""
    import warnings

    import numpy as np

    warnings.filterwarnings("ignore")

    def load(name):
        return np.load(os.path.join(folder, f"{name}.npy"))

    x, test = load("train_features").astype(precision), load("test_features").astype(precision)
    y, test_y = load("train_labels"), load("test_labels")
    score = {"faiss": vote, "PyTorch L-BFGS": fit_torch}.get(program, fit_scikit_learn)
    print(json.dumps(score(x, y, test, test_y, protocol, program, int(iterations))))


def fit_scikit_learn(x, y, test, test_y, protocol, program, iterations):
    from sklearn.calibration import CalibratedClassifierCV
    from sklearn.metrics import log_loss

    if program == "scikit-learn-intelex":
        from sklearnex.linear_model import LogisticRegression
    else:
        from sklearn.linear_model import LogisticRegression

    start = time.perf_counter()
    model = LogisticRegression(max_iter=iterations)
    if protocol == "calibrated":
        model = CalibratedClassifierCV(model)
    model.fit(x, y)
    model.score(x, y)
    probabilities = model.predict_proba(test)
    top1 = float((model.classes_[probabilities.argmax(axis=1)] == test_y).mean())
    seconds = time.perf_counter() - start
    used = getattr(model, "n_iter_", [None])[0]
    return {"seconds": seconds, "top1": top1, "iterations": None if used is None else int(used),
            "log_loss": log_loss(test_y, probabilities, labels=model.classes_)}


def fit_torch(x, y, test, test_y, protocol, program, iterations):
    """scikit-learn's objective and history by `torch.optim.LBFGS`, on tensors made beforehand."""
    import torch
    from torch.nn.functional import cross_entropy

    x, y, test, test_y = (torch.from_numpy(array) for array in (x, y, test, test_y))
    start = time.perf_counter()
    classes = int(y.max()) + 1
    weight = torch.zeros(classes, x.shape[1], dtype=x.dtype, requires_grad=True)
    bias = torch.zeros(classes, dtype=x.dtype, requires_grad=True)
    optimizer = torch.optim.LBFGS(
        [weight, bias], max_iter=iterations, max_eval=2 * iterations, history_size=10,
        tolerance_grad=1e-4, tolerance_change=0, line_search_fn="strong_wolfe")

    def objective():
        optimizer.zero_grad()
        loss = cross_entropy(torch.addmm(bias, x, weight.T), y)
        loss = loss + weight.square().sum() / (2 * len(x))
        loss.backward()
        return loss

    optimizer.step(objective)
    with torch.no_grad():
        torch.addmm(bias, x, weight.T).argmax(1).eq(y).double().mean().item()
        logits = torch.addmm(bias, test, weight.T)
        top1 = logits.argmax(1).eq(test_y).double().mean().item()
        loss = cross_entropy(logits.double(), test_y).item()
    return {"seconds": time.perf_counter() - start, "top1": top1, "log_loss": loss,
            "iterations": optimizer.state[weight]["n_iter"]}


def vote(x, y, test, test_y, protocol, program, iterations):
    """The votes of `relic probe --protocol knn`, over the neighbours that faiss finds."""
    import faiss
    import numpy as np

    start = time.perf_counter()
    for samples in (x, test):
        faiss.normalize_L2(samples)
    index = faiss.IndexFlatIP(x.shape[1])
    index.add(x)
    similarities, rows = index.search(test, 200)
    classes = int(y.max()) + 1
    for count, temperature in ((200, 0.1), (20, 0.07)):
        near = similarities[:, :count].astype(np.float64)
        weights = np.exp((near - near[:, :1]) / temperature)
        places = np.arange(len(test))[:, None] * classes + y[rows[:, :count]]
        shares = np.bincount(places.ravel(), weights.ravel(), len(test) * classes)
        shares = shares.reshape(len(test), classes)
        shares /= shares.sum(axis=1, keepdims=True)
        top1 = float((shares.argmax(axis=1) == test_y).mean())
        true = shares[np.arange(len(test)), test_y]
    seconds = time.perf_counter() - start
    eps = np.finfo(float).eps
    return {"seconds": seconds, "top1": top1, "iterations": None,
            "log_loss": float(-np.log(np.clip(true, eps, 1 - eps)).mean())}


def commands(folder, protocol, iterations, options):
    """The command of each program, by its name."""
    own = [RELIC, "probe", folder, "--protocol", protocol, "--json", "--threads", THREADS]
    if protocol != "knn":
        own += ["--max-iter", iterations]
    result = {"relic": own}
    if protocol != "knn":
        for words in OPTIONS:
            result[" ".join(["relic", *words])] = own + words
    for program in PROTOCOLS[protocol]:
        for precision in ["float32"] if program == "faiss" else options.precision:
            if program in options.program:
                result[f"{program}, {precision}"] = peer(
                    "probe.py", "--fit", folder, protocol, program, precision, iterations)
    return result


def compare(commands, rounds):
    """Returns the median result of each program."""
    results = {name: [] for name in commands}
    for _ in range(rounds):
        for name, command in commands.items():
            result = measured(command, THREADS)
            # Each vote's seconds are those since the start.
            last = result.get("others", [result])[-1] if "neighbors" in result else result
            results[name].append(result | {"seconds": last["seconds"]})
    return {
        name: {key: statistics.median(run[key] for run in runs)
               for key in ("seconds", "top1", "log_loss", "peak_memory", "processor")}
        | {"iterations": runs[0].get("iterations")}
        for name, runs in results.items()
    }


def main():
    programs = sorted({program for names in PROTOCOLS.values() for program in names})
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_options(parser, rounds=3)
    parser.add_argument("--problem", choices=PROBLEMS, action="append")
    parser.add_argument("--protocol", choices=PROTOCOLS, action="append")
    parser.add_argument("--program", choices=programs, action="append")
    parser.add_argument("--precision", choices=["float64", "float32"], action="append")
    parser.add_argument("--make", nargs=2, help=argparse.SUPPRESS)
    parser.add_argument("--fit", nargs=5, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.make:
        make_features(*options.make)
        return
    if options.fit:
        fit(*options.fit)
        return
    options.program = options.program or programs
    options.precision = options.precision or ["float64", "float32"]
    table = Results(
        options, "probe", "Probes of features",
        ["samples", "protocol", "program", "seconds", "times relic's", "processor s", "peak MB",
         "iterations", "top-1 %", "log-loss"],
        keys=3, packages=["scikit-learn", "scikit-learn-intelex", "torch", "faiss-cpu", "scipy",
                          "numpy"])
    for problem in options.problem or PROBLEMS:
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run(peer("probe.py", "--make", folder, problem), check=True)
            for protocol in options.protocol or ["logistic", "calibrated"]:
                results = compare(
                    commands(folder, protocol, PROBLEMS[problem]["iterations"], options),
                    options.rounds)
                own = results["relic"]["seconds"]
                for name, result in results.items():
                    table.add(
                        problem, protocol, name, f"{result['seconds']:.2f}",
                        f"{result['seconds'] / own:.2f}", f"{result['processor']:.1f}",
                        f"{result['peak_memory'] / 1e6:.0f}", result["iterations"] or "-",
                        f"{100 * result['top1']:.2f}", f"{result['log_loss']:.4f}")


if __name__ == "__main__":
    main()
