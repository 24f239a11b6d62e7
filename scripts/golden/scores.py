"""Writes test/fixtures/scores.json: what scikit-learn says of random predictions, over all classes, 0 where it would divide by 0.

    pip install --target PLACE scikit-learn && PYTHONPATH=PLACE python3 scripts/golden/scores.py
"""

import json
import os

import numpy as np
import sklearn
from sklearn.metrics import classification_report, confusion_matrix, top_k_accuracy_score

random = np.random.default_rng(17)
keys = ("precision", "recall", "f1-score", "support")
cases = []
for number in range(16):
    classes = int(random.integers(3, 7))
    samples = int(random.integers(1, 41))
    labels = random.choice(classes, size=samples, p=random.dirichlet(np.ones(classes)))
    # No two in a row are the same: scikit-learn and TensorFlow differ in what is k-th then.
    outputs = np.array([random.permutation(100)[:classes] for _ in labels])
    if number % 3:
        outputs[np.arange(samples), labels] += 100 * random.integers(0, 2, samples)
    predictions = outputs.argmax(axis=1)
    names = [f"{'é' * int(random.integers(0, 15))}{k}" for k in range(classes)] if number % 2 else None
    k = int(random.integers(1, classes))
    options = {"labels": range(classes), "target_names": names, "zero_division": 0}
    report = classification_report(labels, predictions, **options, output_dict=True)
    row = lambda name: [report[name][key] for key in keys]
    cases.append(
        {
            "classes": names or classes,
            "labels": labels.tolist(),
            "outputs": outputs.tolist(),
            "predictions": predictions.tolist(),
            "matrix": confusion_matrix(labels, predictions, labels=range(classes)).tolist(),
            "rows": [row(name) for name in names or map(str, range(classes))],
            "accuracy": report["accuracy"],
            "macro": row("macro avg"),
            "weighted": row("weighted avg"),
            "text": classification_report(labels, predictions, **options),
            "k": k,
            "topK": top_k_accuracy_score(labels, outputs, k=k, labels=range(classes)),
        }
    )

path = os.path.join(os.path.dirname(__file__), "..", "..", "test", "fixtures", "scores.json")
with open(path, "w") as file:
    json.dump({"by": f"scikit-learn {sklearn.__version__}", "cases": cases}, file, separators=(",", ":"))
