"""Writes test/fixtures/weights/python.json: files of weights by safetensors.numpy, and our files as it reads them.

python3 scripts/golden/weights.py (numpy 2, safetensors 0.8). Our files are made by test/adapters/tfjs/weights-golden.ts,
which stands beside the test: node --import tsx test/adapters/tfjs/weights-golden.ts > FILE, then give FILE as argument. Each
tensor is its shape and values.
"""

import base64
import json
import os
import sys
import tempfile

import numpy as np
from safetensors import safe_open
from safetensors.numpy import load_file, save

out = os.path.join(os.path.dirname(__file__), "../../test/fixtures/weights")


def of(tensors):
    return {
        name: {"dtype": value.dtype.name, "shape": list(value.shape), "values": value.reshape(-1).tolist()}
        for name, value in sorted(tensors.items())
    }


def read(base):
    with tempfile.NamedTemporaryFile(suffix=".safetensors") as file:
        file.write(base64.b64decode(base))
        file.flush()
        with safe_open(file.name, "np") as opened:
            metadata = opened.metadata()
        return {"metadata": metadata, "tensors": of(load_file(file.name))}


values = {
    "dense_3/kernel": np.arange(6, dtype=np.float32).reshape(2, 3),
    "dense_3/bias": np.array([1, 2, 3], dtype=np.float16),
    "dense_10/kernel": np.array([[0.5], [1.5], [-2.5]], dtype=np.float64),
    "dense_10/bias": np.array([7], dtype=np.int64),
}
with open(sys.argv[1]) as file:
    ours = file.read().strip()
golden = {
    "ours": {"file": ours, **read(ours)},
    "python": {"file": base64.b64encode(save(values)).decode(), "tensors": of(values)},
}
os.makedirs(out, exist_ok=True)
with open(os.path.join(out, "python.json"), "w") as file:
    json.dump(golden, file, indent=1)
    file.write("\n")
