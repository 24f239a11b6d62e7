"""Writes test/fixtures/data/{npy,npz,idx,wav}.json: files by numpy, zipfile, struct and wave, with what is in them.

python3 scripts/golden/arrays.py (numpy 2). Each JSON is smaller than 20 kB: a list of { name, file, … } where file is the
file in base64, and numbers are their text, as JSON has neither 64-bit integers nor NaN.
"""

import base64
import io
import json
import os
import struct
import wave
import zipfile

import numpy as np

out = os.path.join(os.path.dirname(__file__), "../../test/fixtures/data")
os.makedirs(out, exist_ok=True)
random = np.random.default_rng(14)


def text(values):
    if values.dtype == np.float16:
        values = values.view(np.uint16)
    if values.dtype == np.bool_:
        values = values.astype(np.uint8)
    return [repr(v) for v in values.reshape(-1).tolist()]


def of(values):
    return {"dtype": values.dtype.name, "shape": list(values.shape), "values": text(values)}


def case(name, file, **rest):
    return {"name": name, "file": base64.b64encode(file).decode(), **rest}


def save(name, cases):
    path = os.path.join(out, name)
    with open(path, "w") as f:
        f.write("[\n" + ",\n".join(json.dumps(each) for each in cases) + "\n]\n")
    assert os.path.getsize(path) < 20_000, (name, os.path.getsize(path))


def some(dtype, shape):
    """Numbers that show a wrong byte order, sign or width: extremes first."""
    dtype = np.dtype(dtype)
    if dtype.kind == "b":
        return random.integers(0, 2, shape).astype(dtype)
    if dtype.kind == "f":
        x = random.normal(size=shape).astype(dtype)
        x.reshape(-1)[:4] = [np.nan, np.inf, -0.0, np.finfo(dtype).max]
        return x
    info = np.iinfo(dtype)
    x = random.integers(info.min, info.max, shape, dtype=dtype, endpoint=True)
    x.reshape(-1)[:2] = [info.min, info.max]
    return x


def npy_bytes(x, version=None):
    b = io.BytesIO()
    np.lib.format.write_array(b, x, version=version)
    return b.getvalue()


names = ["bool", "u1", "i1", "u2", "i2", "f2", "u4", "i4", "f4", "u8", "i8", "f8"]
cases = []
for name in names:
    for order in "<>" if name not in ("bool", "u1", "i1") else "<":
        x = some(name, (3, 2))
        stored = x.astype(np.dtype(name).newbyteorder(order))
        cases.append(case(f"{order}{name}", npy_bytes(stored), **of(x)))
for version in [(1, 0), (2, 0), (3, 0)]:
    x = some("u1", (2, 1, 3))
    cases.append(case(f"version {version[0]}", npy_bytes(x, version), **of(x)))
for shape in [(5,), (0, 3), (2, 0), (1, 1, 1, 4), (4, 1)]:
    x = np.arange(np.prod(shape), dtype="i4").reshape(shape)
    cases.append(case(f"shape {shape}", npy_bytes(x), **of(x)))
x = np.arange(4.0)
cases.append(case("Fortran, one axis", npy_bytes(np.asfortranarray(x)), **of(x)))
save("npy.json", cases)

refused = [
    ("Fortran", np.asfortranarray(some("f4", (3, 2))), "Fortran"),
    ("scalar", np.float32(1), "no rows"),
    ("complex", np.ones(3, "c8"), "complex"),
    ("text", np.array(["a", "bc"]), "text"),
    ("bytes", np.array([b"a", b"bc"]), "text"),
    ("dates", np.array(["2026-11-30"], "M8[D]"), "dates"),
    ("objects", np.array([{"a": 1}, None], object), "objects"),
    ("records", np.zeros(2, [("x", "f4"), ("y", "i4")]), "records"),
    ("long double", np.ones(2, np.longdouble), "float64"),
]


def pickled(x):
    b = io.BytesIO()
    np.lib.format.write_array(b, np.asarray(x), allow_pickle=True)
    return b.getvalue()


save("npy-refused.json", [case(name, pickled(x), says=says) for name, x, says in refused])


def npz_bytes(write, **arrays):
    b = io.BytesIO()
    write(b, **arrays)
    return b.getvalue()


class Unseekable(io.RawIOBase):
    """What zipfile cannot go back in: sizes come behind the data."""

    def __init__(self):
        self.bytes = bytearray()

    def writable(self):
        return True

    def write(self, data):
        self.bytes += data
        return len(data)


def zipped(target, arrays, compression, force_zip64=False, comment=b""):
    with zipfile.ZipFile(target, "w", compression) as z:
        for name, x in arrays.items():
            with z.open(name + ".npy", "w", force_zip64=force_zip64) as f:
                f.write(npy_bytes(x))
        z.comment = comment
    return target


arrays = {"x": some("f4", (4, 3)), "y": some("i8", (4,)), "z": some("u1", (4, 2, 2))}
members = {name: of(x) for name, x in arrays.items()}
stream = Unseekable()
zipped(stream, arrays, zipfile.ZIP_STORED)
save(
    "npz.json",
    [
        case("savez", npz_bytes(np.savez, **arrays), members=members),
        case("savez_compressed", npz_bytes(np.savez_compressed, **arrays), members=members),
        case("zip64", zipped(io.BytesIO(), arrays, 0, True).getvalue(), members=members),
        case("comment", zipped(io.BytesIO(), arrays, 8, comment=b"PK\5\6 said " * 20).getvalue(), members=members),
        case("streamed", bytes(stream.bytes), members=members),
        case("in front", b"#!/bin/sh\n" + npz_bytes(np.savez, **arrays), members=members),
    ],
)

cases = []
for code, dtype in [(8, "u1"), (9, "i1"), (11, "i2"), (12, "i4"), (13, "f4"), (14, "f8")]:
    for shape in [(4,), (2, 3, 2)]:
        x = some(dtype, shape)
        head = struct.pack(">BBBB", 0, 0, code, len(shape)) + struct.pack(f">{len(shape)}I", *shape)
        data = x.astype(np.dtype(dtype).newbyteorder(">")).tobytes()
        cases.append(case(f"{dtype} {shape}", head + data, **of(x)))
save("idx.json", cases)

cases = []
for width in [1, 2, 3, 4]:
    for channels in [1, 2]:
        n = 5
        whole = random.integers(-(2 ** (8 * width - 1)), 2 ** (8 * width - 1), (n, channels), endpoint=False)
        whole[0] = -(2 ** (8 * width - 1))
        whole[1] = 2 ** (8 * width - 1) - 1
        if width == 1:
            raw = (whole + 128).astype(np.uint8).tobytes()
        else:
            raw = b"".join(int(v).to_bytes(width, "little", signed=True) for v in whole.reshape(-1))
        b = io.BytesIO()
        with wave.open(b, "wb") as w:
            w.setnchannels(channels)
            w.setsampwidth(width)
            w.setframerate(44100)
            w.writeframes(raw)
        x = (whole / 2 ** (8 * width - 1)).astype(np.float32)
        cases.append(case(f"PCM {8 * width}, {channels}", b.getvalue(), rate=44100, **of(x)))


def riff(*chunks):
    body = b"WAVE" + b"".join(tag + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2) for tag, data in chunks)
    return b"RIFF" + struct.pack("<I", len(body)) + body


for width in [4, 8]:
    x = some(f"f{width}", (6, 2))
    x[0] = 0.25
    x[1] = -1.5
    fmt = struct.pack("<HHIIHH", 3, 2, 8000, 8000 * 2 * width, 2 * width, 8 * width)
    extensible = struct.pack("<HHIIHH", 0xFFFE, 2, 8000, 8000 * 2 * width, 2 * width, 8 * width)
    extensible += struct.pack("<HHIHH", 22, 8 * width, 3, 3, 0) + bytes.fromhex("000000001000800000aa00389b71")[2:]
    extensible += bytes(40 - len(extensible))
    x32 = x.astype(np.float32)
    cases.append(case(f"float {8 * width}", riff((b"fmt ", fmt), (b"data", x.tobytes())), rate=8000, **of(x32)))
    cases.append(
        case(
            f"extensible float {8 * width}, other chunks",
            riff((b"JUNK", b"abc"), (b"fmt ", extensible), (b"LIST", b"INFO!"), (b"data", x.tobytes()), (b"id3 ", b"x")),
            rate=8000,
            **of(x32),
        )
    )
save("wav.json", cases)
