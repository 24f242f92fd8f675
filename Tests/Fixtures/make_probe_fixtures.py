"""Writes the fixtures of LinearProbeTests into the folder `probe` beside this script.

Run it once with each scikit-learn:

    python -m venv a && a/bin/pip install scikit-learn==1.3.2 scipy==1.11.4 numpy==1.26.4
    python -m venv b && b/bin/pip install scikit-learn==1.9.1 scipy==1.17.1 numpy==2.4.6
    a/bin/python make_probe_fixtures.py && b/bin/python make_probe_fixtures.py

Inputs come from a formula that the tests compute as well (`Problem` there and here), so that only
results are stored.
"""

import json
import os
import warnings

import numpy as np
import scipy
import sklearn
from scipy.optimize import minimize
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.manifold import TSNE
from sklearn.manifold._t_sne import _joint_probabilities_nn
from sklearn.metrics import classification_report, confusion_matrix, log_loss
from sklearn.model_selection import StratifiedKFold
from sklearn.neighbors import NearestNeighbors
from sklearn.preprocessing import StandardScaler, normalize

warnings.filterwarnings("ignore")
FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "probe")
PINNED = {"1.3.2": "1.11.4", "1.9.1": "1.17.1"}
VERSION = sklearn.__version__
assert PINNED.get(VERSION) == scipy.__version__, f"run with one of {PINNED}"
LABEL = ".".join(VERSION.split(".")[:2])


def uniform(count, seed):
    """Numbers in [0, 1) by SplitMix64, the same to the bit in Swift."""
    with np.errstate(over="ignore"):
        z = np.uint64(seed) + np.arange(1, count + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z = z ^ (z >> np.uint64(31))
    return (z >> np.uint64(11)).astype(np.float64) * 2.0**-53


def problem(rows, columns, classes, seed, spread, scales, step=1, offset=0):
    """Samples around one centre per class; labels are offset + step * class."""
    u = uniform(rows + (classes + rows) * columns, seed)
    codes = np.floor(u[:rows] * classes).astype(np.int64)
    centres = u[rows : rows + classes * columns].reshape(classes, columns) - 0.5
    noise = u[rows + classes * columns :].reshape(rows, columns) - 0.5
    x = (centres[codes] * spread + noise) * np.asarray(scales)[np.arange(columns) % len(scales)]
    return x, offset + step * codes


PROBLEMS = {
    "ten": dict(rows=600, columns=64, classes=10, seed=1, spread=0.5, scales=[1.0]),
    "scaled": dict(rows=300, columns=5, classes=3, seed=2, spread=0.8,
                   scales=[1.0, 10.0, 0.1, 3.0, 0.3], step=5, offset=-3),
    "two": dict(rows=400, columns=8, classes=2, seed=3, spread=0.6, scales=[1.0], offset=4),
}


def converged(**settings):
    """A model fitted to the bottom; 1.3's L-BFGS stops early whatever the tolerance."""
    solver = "newton-cg" if LABEL == "1.3" else "lbfgs"
    return LogisticRegression(solver=solver, tol=1e-9, max_iter=100000, **settings)


def fitted(model, x, y, test, test_y):
    result = {
        "coefficients": model.coef_.tolist(),
        "intercepts": model.intercept_.tolist(),
        "iterations": int(np.ravel(model.n_iter_)[0]),
        "predictions": model.predict(test).tolist(),
        "probabilities": model.predict_proba(test)[:8].tolist(),
        "accuracy": model.score(test, test_y),
        "log_loss": log_loss(test_y, model.predict_proba(test), labels=model.classes_),
    }
    result["objective"] = objective(model, x, y)
    return result


def objective(model, x, y):
    """The objective at the fitted coefficients, scaled as since 1.4."""
    weight = np.ones(len(y))
    if model.class_weight == "balanced":
        counts = {label: np.sum(y == label) for label in model.classes_}
        weight = np.array([len(y) / (len(counts) * counts[label]) for label in y])
    p = model.predict_log_proba(x)[np.arange(len(y)), np.searchsorted(model.classes_, y)]
    total = -np.sum(weight * p) + 0.5 / model.C * np.sum(model.coef_**2)
    return total / np.sum(weight)


def require_stable(model, x, y):
    """Refuses a problem whose answer rounding decides: one that moves by more than a tenth of
    what the tests allow when samples move by their last bit."""
    model.fit(x, y)
    value, coefficients = objective(model, x, y), centred(model)
    random = np.random.default_rng(0)
    for _ in range(5):
        moved = clone(model).fit(np.nextafter(x, x + random.integers(-1, 2, x.shape)), y)
        assert abs(objective(moved, x, y) - value) <= 1e-10 * value
        change = np.abs(centred(moved) - coefficients).max()
        assert change <= 1e-5 * np.abs(coefficients).max()


def centred(model):
    return model.coef_ - (model.coef_.mean(axis=0) if len(model.coef_) > 1 else 0)


def fits():
    out = {}
    for name, arguments in PROBLEMS.items():
        rows = arguments["rows"]
        x, y = problem(**arguments)
        train, test = slice(0, rows * 3 // 4), slice(rows * 3 // 4, rows)
        out[name] = {}
        cases = {
            "default": LogisticRegression(),
            "converged": converged(),
            "weak": converged(C=100.0),
            "balanced": converged(class_weight="balanced"),
            "no_intercept": converged(fit_intercept=False),
        }
        for case, model in cases.items():
            if model.solver == "lbfgs" and case != "default":
                require_stable(model, x[train], y[train])
            model.fit(x[train], y[train])
            out[name][case] = fitted(model, x[train], y[train], x[test], y[test])
    return out


def large():
    """A problem that 100 iterations do not solve, so that only scores can be compared."""
    x, y = problem(rows=26667, columns=512, classes=10, seed=4, spread=0.12, scales=[1.0, 3.0, 0.2])
    train, test = slice(0, 20000), slice(20000, None)
    model = LogisticRegression().fit(x[train], y[train])
    return {"accuracy": model.score(x[test], y[test]),
            "log_loss": log_loss(y[test], model.predict_proba(x[test])),
            "iterations": int(np.ravel(model.n_iter_)[0])}


def calibrated():
    out = {}
    for name, arguments in PROBLEMS.items():
        rows = arguments["rows"]
        x, y = problem(**arguments)
        train, test = slice(0, rows * 3 // 4), slice(rows * 3 // 4, rows)
        model = CalibratedClassifierCV(converged()).fit(x[train], y[train])
        folds = np.zeros(rows * 3 // 4, dtype=int)
        for index, (_, held) in enumerate(StratifiedKFold(5).split(x[train], y[train])):
            folds[held] = index
        p = model.predict_proba(x[test])
        out[name] = {
            "folds": folds.tolist(),
            "sigmoids": [[[c.a_, c.b_] for c in fold.calibrators]
                         for fold in model.calibrated_classifiers_],
            "predictions": model.predict(x[test]).tolist(),
            "probabilities": p.tolist(),
            "accuracy": model.score(x[test], y[test]),
            "log_loss": log_loss(y[test], p, labels=model.classes_),
        }
    return out


# Of some classes, by their number, no more samples than this are left among those to fit.
FEW = {"ten": {3: 4, 5: 2, 8: 1}, "scaled": {1: 1}, "two": {0: 3}}


def few():
    """Calibrated probes of classes with fewer samples than folds."""
    out = {}
    for name, limits in FEW.items():
        arguments = PROBLEMS[name]
        x, y = problem(**arguments)
        rows = arguments["rows"] * 3 // 4
        codes = (y[:rows] - arguments.get("offset", 0)) // arguments.get("step", 1)
        keep = np.ones(rows, dtype=bool)
        for code, count in limits.items():
            keep[np.flatnonzero(codes == code)[count:]] = False
        model = CalibratedClassifierCV(converged()).fit(x[:rows][keep], y[:rows][keep])
        out[name] = {
            "classes": [fold.estimator.classes_.tolist() for fold in model.calibrated_classifiers_],
            "sigmoids": [[[c.a_, c.b_] for c in fold.calibrators]
                         for fold in model.calibrated_classifiers_],
            "predictions": model.predict(x[rows:]).tolist(),
            "probabilities": model.predict_proba(x[rows:])[:16].tolist(),
        }
    return out


def scalings():
    """Some scaled samples; the last feature is constant, the last sample 0."""
    out = {}
    for name, arguments in PROBLEMS.items():
        x, _ = problem(**arguments)
        x[:, -1] = 0.1
        x[-1] = 0.0
        x[-1, -1] = 0.1
        y = x.copy()
        y[-1] = 0.0
        out[name] = {"standard": StandardScaler().fit_transform(x)[[0, 1, -1]].tolist(),
                     "unit": normalize(y)[[0, 1, -1]].tolist()}
    return out


def votes():
    """Weighted votes of nearest neighbours, as DINO's eval_knn.py counts them."""
    out = {}
    for name, arguments in PROBLEMS.items():
        rows = arguments["rows"]
        x, y = problem(**arguments)
        train, test = slice(0, rows * 3 // 4), slice(rows * 3 // 4, rows)
        classes, codes = np.unique(y[train], return_inverse=True)
        similarity = normalize(x[test]) @ normalize(x[train]).T
        out[name] = {}
        for k, temperature in [(20, 0.07), (200, 0.1), (100000, 1.0)]:
            nearest = np.argsort(-similarity, axis=1, kind="stable")[:, :k]
            weights = np.exp(np.take_along_axis(similarity, nearest, axis=1) / temperature)
            shares = np.stack([np.sum(weights * (codes[nearest] == c), axis=1)
                               for c in range(len(classes))], axis=1)
            shares /= shares.sum(axis=1, keepdims=True)
            out[name][str(k)] = {"predictions": classes[shares.argmax(axis=1)].tolist(),
                                 "shares": shares[:8].tolist(),
                                 "log_loss": log_loss(y[test], shares, labels=classes)}
    return out


def reports():
    out = []
    cases = [
        ([0, 1, 2, 2, 2], [0, 0, 2, 2, 1], ["class 0", "class 1", "class 2"]),
        ([3, 3, 7, 7, 7, 11], [3, 7, 7, 7, 7, 7], None),
        ([0, 0, 1, 1], [0, 0, 0, 0], ["a", "a name longer than weighted avg"]),
        ([0, 1, 0, 1], [0, 1, 0, 1], ["no", "yes"]),
        ([1, 2, 3], [2, 3, 1], None),
    ]
    u = uniform(2000, 9)
    truth = np.floor(u[:1000] * 10).astype(int)
    guess = np.where(u[1000:] < 0.7, truth, np.floor(u[1000:] * 97).astype(int) % 10)
    cases.append((truth.tolist(), guess.tolist(), None))
    for truth, guess, names in cases:
        out.append({
            "truth": truth, "predictions": guess, "names": names,
            "report": classification_report(truth, guess, target_names=names),
            "confusion": confusion_matrix(truth, guess).tolist(),
            "confusion_text": str(confusion_matrix(truth, guess)),
        })
    return out


def minimisations():
    """SciPy's path on two test functions: every iterate's value, and the end."""
    def rosenbrock(v):
        a, b = v[:-1], v[1:]
        f = np.sum(100 * (b - a * a) ** 2 + (1 - a) ** 2)
        g = np.zeros_like(v)
        g[:-1] = -400 * a * (b - a * a) - 2 * (1 - a)
        g[1:] += 200 * (b - a * a)
        return f, g

    def quadratic(v):
        d = 10.0 ** (np.arange(len(v)) / 4.0)
        return 0.5 * np.sum(d * (v - 1) ** 2), d * (v - 1)

    out = {}
    starts = {
        "rosenbrock": (rosenbrock, [-1.2, 1.0]),
        "rosenbrock10": (rosenbrock, [-1.2, 1.0] * 5),
        "quadratic": (quadratic, [0.0] * 8),
    }
    for name, (function, start) in starts.items():
        values = []
        count = [0]

        def counted(v):
            count[0] += 1
            return function(v)

        result = minimize(counted, np.array(start), jac=True, method="L-BFGS-B",
                          callback=lambda v: values.append(float(function(v)[0])),
                          options=dict(maxiter=1000, gtol=1e-9, ftol=0))
        out[name] = {"start": start, "values": values, "end": result.x.tolist(),
                     "evaluations": count[0], "iterations": int(result.nit)}
    return out


def projections():
    """Principal components, and t-SNE's probabilities of pairs and divergence at the end."""
    out = {}
    for name, settings in PROBLEMS.items():
        x, _ = problem(**settings)
        pca = PCA(n_components=min(5, x.shape[1]), svd_solver="full").fit(x)
        out[name] = {
            "means": pca.mean_.tolist(),
            "directions": pca.components_.tolist(),
            "variances": pca.explained_variance_.tolist(),
            "total": float(x.var(axis=0, ddof=1).sum()),
            "places": pca.transform(x[:20]).ravel().tolist(),
        }
    x, _ = problem(**PROBLEMS["ten"])
    x = PCA(n_components=20, svd_solver="full").fit_transform(x)
    near = NearestNeighbors(n_neighbors=91).fit(x).kneighbors_graph(mode="distance")
    near.data **= 2  # as TSNE.fit does
    p = _joint_probabilities_nn(near, 30.0, 0).tocsr()
    p.sort_indices()
    model = TSNE(perplexity=30.0, init="pca", angle=0.1, random_state=0).fit(x)
    out["pairs"] = {
        "starts": p.indptr.tolist()[:5], "neighbors": p.indices.tolist()[:p.indptr[4]],
        "values": p.data.tolist()[:p.indptr[4]], "sum": float(p.sum()), "count": int(p.nnz),
        "divergence": float(model.kl_divergence_),
    }
    return out


def save(name, content):
    with open(os.path.join(FOLDER, name), "w") as file:
        json.dump(content, file, indent=None, separators=(",", ":"))
        file.write("\n")


def arrays():
    """Files as NumPy writes them, one per element type, order and version."""
    values = np.arange(12).reshape(3, 4)
    for kind in ["<f2", "<f4", "<f8", "|i1", "|u1", "<i2", "<u2", "<i4", "<u4", "<i8", "<u8"]:
        np.save(os.path.join(FOLDER, f"c_{kind[1:]}.npy"), values.astype(kind))
    np.save(os.path.join(FOLDER, "fortran.npy"), np.asfortranarray(values.astype("<f4")))
    np.save(os.path.join(FOLDER, "fortran3.npy"),
            np.asfortranarray(np.arange(24).reshape(2, 3, 4).astype("<i8")))
    np.save(os.path.join(FOLDER, "big_endian.npy"), values.astype(">f4"))
    np.save(os.path.join(FOLDER, "objects.npy"), np.array([1, "a"], dtype=object))
    np.save(os.path.join(FOLDER, "records.npy"), np.zeros(2, dtype=[("a", "<f4"), ("b", "<i4")]))
    np.save(os.path.join(FOLDER, "huge_label.npy"), np.array([2**63], dtype="<u8"))
    for version in [(2, 0), (3, 0)]:
        with open(os.path.join(FOLDER, f"version{version[0]}.npy"), "wb") as file:
            np.lib.format.write_array(file, values.astype("<f8"), version=version)


os.makedirs(FOLDER, exist_ok=True)
save(f"logistic-{LABEL}.json", fits())
save(f"calibrated-{LABEL}.json", calibrated())
save(f"large-{LABEL}.json", large())
save("reports.json", reports())  # both versions write the same
if LABEL == "1.9":
    save("minimisations.json", minimisations())
    save("scalings.json", scalings())
    save("few.json", few())
    save("votes.json", votes())
    save("projections.json", projections())
    arrays()
