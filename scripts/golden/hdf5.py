"""Writes test/fixtures/data/hdf5-*.h5 by h5py, each smaller than 20 kB, and the arrays in them as JSON.

    pip install --target PLACE h5py && PYTHONPATH=PLACE python3 scripts/golden/hdf5.py
"""

import json
import os

import h5py
import numpy as np

folder = os.path.join(os.path.dirname(__file__), "..", "..", "test", "fixtures", "data")


def plain(value):
    """As JSON has it: whole numbers beyond 2^53 as text."""
    if isinstance(value, list):
        return [plain(each) for each in value]
    return str(value) if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= 2**53 else value


def write(name, arrays, libver=None, **options):
    path = os.path.join(folder, f"hdf5-{name}.h5")
    with h5py.File(path, "w", libver=libver) as out:
        for key, array in arrays.items():
            chunks = {"chunks": (4, *array.shape[1:]), **options} if options else {}
            out.create_dataset(key, data=array, **chunks)
    size = os.path.getsize(path)
    assert size < 20_000, (name, size)
    with open(os.path.join(folder, f"hdf5-{name}.json"), "w") as out:
        json.dump({key: plain(array.tolist()) for key, array in arrays.items()}, out, separators=(",", ":"))
        out.write("\n")


n = 10
arrays = {
    "train/images": np.arange(n * 6, dtype=np.uint8).reshape(n, 2, 3),
    "train/labels": np.arange(n, dtype=np.int64) + 2**60,
}
write("plain", arrays)
write("gzip", arrays, compression="gzip", shuffle=True, fletcher32=True)
write("latest", arrays, libver="latest", compression="gzip", fletcher32=True)
kinds = ["bool", "int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64", "float32", "float64"]
types = {kind: np.array([1, 0, 1]).astype(kind) for kind in kinds}
for kind in kinds[1:9]:
    types[kind] = np.array([np.iinfo(kind).min, np.iinfo(kind).max, 1], kind)
types["big"] = np.array([1, -2, 300], ">i4")
types["grid"] = (np.arange(6).reshape(3, 2) / 3).astype(">f8")
write("types", types)

path = os.path.join(folder, "hdf5-strange.h5")
with h5py.File(path, "w") as out:
    out["text"] = ["a", "b"]
    out["record"] = np.zeros(2, [("a", "i4"), ("b", "f4")])
    out["one"] = 3.5
    out["ok"] = np.arange(2)
    out["long"] = np.arange(3)
    out.create_dataset("none", shape=(0, 3), dtype="f4")
    layout = h5py.VirtualLayout(shape=(3,), dtype="i8")
    layout[:] = h5py.VirtualSource("elsewhere.h5", "x", shape=(3,))
    out.create_virtual_dataset("virtual", layout)
assert os.path.getsize(path) < 20_000
