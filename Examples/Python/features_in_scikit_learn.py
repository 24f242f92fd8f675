"""Features that `relic extract` has written, in scikit-learn and pandas.

    relic extract RUN
    pip install numpy scikit-learn pandas
    python features_in_scikit_learn.py RUN/features

Fits a logistic regression, prints its accuracy, and the test samples it is least sure of.
"""

import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression

folder = Path(sys.argv[1])
x_train, y_train = (np.load(folder / f"train_{name}.npy") for name in ["features", "labels"])
x_test, y_test = (np.load(folder / f"test_{name}.npy") for name in ["features", "labels"])
made = json.loads((folder / "features.json").read_text())
print(f"{made['encoder']}: {len(x_train)} + {len(x_test)} images, {x_train.shape[1]} features")

probe = LogisticRegression(max_iter=1000).fit(x_train, y_train)
print(f"top-1: {100 * probe.score(x_test, y_test):.2f} %")

names = made.get("class_names") or [str(label) for label in probe.classes_]
sure = probe.predict_proba(x_test)
table = pd.DataFrame(
    {
        "class": [names[label] for label in y_test],
        "predicted": [names[label] for label in probe.predict(x_test)],
        "probability": sure.max(axis=1),
    }
)
files = folder / "test_files.txt"  # where the images have files
if files.exists():
    table.insert(0, "file", files.read_text().splitlines())
print(table.sort_values("probability").head())
