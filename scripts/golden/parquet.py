"""Writes test/fixtures/data/parquet-*.parquet by pyarrow, each smaller than 20 kB, and what is in them as JSON.

    pip install --target PLACE pyarrow && PYTHONPATH=PLACE python3 scripts/golden/parquet.py
"""

import base64
import decimal
import json
import os
import struct
import tempfile
import zlib

import pyarrow as pa
import pyarrow.parquet as pq
import pyarrow.parquet.encryption as encryption

folder = os.path.join(os.path.dirname(__file__), "..", "..", "test", "fixtures", "data")
os.makedirs(folder, exist_ok=True)


def plain(value):
    """As JSON has it: whole numbers beyond 2^53 and bytes as text."""
    if isinstance(value, bool) or value is None or isinstance(value, (str, float)):
        return value
    if isinstance(value, int):
        return value if abs(value) < 2**53 else str(value)
    if isinstance(value, bytes):
        return {"base64": base64.b64encode(value).decode()}
    if isinstance(value, (list, tuple)):
        return [plain(each) for each in value]
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, decimal.Decimal):
        return float(value)
    raise TypeError(type(value))


def write(name, table, raw=None, **options):
    path = os.path.join(folder, f"parquet-{name}.parquet")
    pq.write_table(table, path, **options)
    size = os.path.getsize(path)
    assert size < 20_000, (name, size)
    rows = raw if raw is not None else pq.read_table(path).to_pylist()
    with open(os.path.join(folder, f"parquet-{name}.json"), "w") as out:
        json.dump([plain(row) for row in rows], out, separators=(",", ":"))
        out.write("\n")


def png(value):
    """A grey picture of 2 x 2 pixels."""
    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
    head = struct.pack(">IIBBBBB", 2, 2, 8, 0, 0, 0, 0)
    rows = bytes([0, value, value, 0, value, value])
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


n = 50
words = ["", "a", "ümlaut", "👍 two", "line\nbreak", "x" * 70]
text = pa.table(
    {
        "text": [f"{words[i % 6]} {i}" for i in range(n)],
        "label": pa.array([i % 3 for i in range(n)], pa.int64()),
        "category": [words[i * i % 6] for i in range(n)],
    }
)
for name, options in {
    "snappy": {"compression": "snappy"},
    "zstd": {"compression": "zstd"},
    "gzip": {"compression": "gzip"},
    "brotli": {"compression": "brotli"},
    "lz4": {"compression": "lz4"},
    "v2": {"data_page_version": "2.0", "compression": "zstd"},
    "plain": {"use_dictionary": False, "compression": "none", "data_page_size": 64, "write_page_index": True},
    "delta": {
        "use_dictionary": False,
        "compression": "none",
        "column_encoding": {"text": "DELTA_BYTE_ARRAY", "label": "DELTA_BINARY_PACKED", "category": "DELTA_LENGTH_BYTE_ARRAY"},
    },
}.items():
    write(name, text, row_group_size=17, **options)

kinds = {
    "bool": pa.bool_(),
    "int8": pa.int8(),
    "uint8": pa.uint8(),
    "int16": pa.int16(),
    "uint16": pa.uint16(),
    "int32": pa.int32(),
    "uint32": pa.uint32(),
    "int64": pa.int64(),
    "uint64": pa.uint64(),
}


def limits(name):
    """The least and the largest number of a dtype, and another."""
    if name == "bool":
        return [True, False, True]
    bits = int(name.lstrip("uint"))
    return [0, 2**bits - 1, 1] if name[0] == "u" else [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1, -1]


types = pa.table(
    {
        **{name: pa.array(limits(name), kind) for name, kind in kinds.items()},
        "half": pa.array([1.5, -0.25, 65504.0], pa.float16()),
        "float32": pa.array([0.5, -1e30, 1 / 3], pa.float32()),
        "float64": pa.array([0.1, -1e300, 1 / 3], pa.float64()),
        "decimal": pa.array([decimal.Decimal("1.25"), decimal.Decimal("-3.50"), decimal.Decimal("0.01")], pa.decimal128(9, 2)),
        "binary": pa.array([b"", b"\xff\xfe", b"abc"], pa.binary()),
        "fixed": pa.array([b"ab", b"\x00\xff", b"zz"], pa.binary(2)),
        "date": pa.array([0, 19000, -1], pa.int32()).cast(pa.date32()),
        "seconds": pa.array([0, 1_700_000_000_000, -1], pa.timestamp("ms")),
        "micros": pa.array([0, 1_700_000_000_000_001, -1], pa.timestamp("us", tz="UTC")),
        "nanos": pa.array([0, 1_700_000_000_000_000_001, -1], pa.timestamp("ns")),
        "time": pa.array([0, 86_399_999, 1], pa.time32("ms")),
        "floats": pa.array([[1.5, 2.5], [], [3.5]], pa.list_(pa.float32())),
        "ids": pa.array([[2**60], [1, 2, 3], []], pa.list_(pa.int64())),
        "pair": pa.array([[1, 2], [3, 4], [5, 6]], pa.list_(pa.int32(), 2)),
    }
)
stored = {"date": [0, 19000, -1], "seconds": [0, 1_700_000_000_000, -1], "micros": [0, 1_700_000_000_000_001, -1],
          "nanos": [0, 1_700_000_000_000_000_001, -1], "time": [0, 86_399_999, 1]}
rows = [
    {name: stored[name][i] if name in stored else types.column(name)[i].as_py() for name in types.column_names}
    for i in range(types.num_rows)
]
write("types", types, rows)
write("types-v2", types, rows, data_page_version="2.0", use_dictionary=False)

nulls = pa.table(
    {
        "x": pa.array([1.5, None, 2.5, None, 0.5], pa.float64()),
        "n": pa.array([1, 2, None, 4, 5], pa.int64()),
        "s": pa.array(["a", None, "", "b", "c"]),
        "l": pa.array([[1], None, [None, 2], [], [3]], pa.list_(pa.int32())),
        "all": pa.array([1, 2, 3, 4, 5], pa.int32()),
    }
)
write("nulls", nulls, row_group_size=3)
write("nulls-v2", nulls, row_group_size=3, data_page_version="2.0")

images = pa.table(
    {
        "image": pa.array([{"bytes": png(i * 20), "path": f"{i}.png" if i % 2 else None} for i in range(7)],
                          pa.struct([("bytes", pa.binary()), ("path", pa.string())])),
        "png": pa.array([png(i * 20) for i in range(7)], pa.binary()),
        "label": pa.array([i % 2 for i in range(7)], pa.int64()),
    }
).replace_schema_metadata(
    {"huggingface": json.dumps({"info": {"features": {"image": {"_type": "Image"}, "label": {"names": ["cat", "dog"], "_type": "ClassLabel"}}}})}
)
write("images", images, row_group_size=3)

strange = pa.table(
    {
        "ok": pa.array([1, 2], pa.int32()),
        "map": pa.array([[("a", 1)], []], pa.map_(pa.string(), pa.int32())),
        "struct": pa.array([{"a": 1, "b": 2}, {"a": 3, "b": 4}]),
        "nested": pa.array([[[1], [2]], [[3]]], pa.list_(pa.list_(pa.int32()))),
        "tags": pa.array([["a"], []], pa.list_(pa.string())),
        "latin1": pa.array([b"caf\xe9", b"ok"], pa.binary()),
    }
)
write("strange", strange)
write("long", pa.table({"x": pa.array([2**40, 1], pa.int64()), "f": pa.array([0.5, 2.0], pa.float64())}))


def write_bare(name, save):
    """A file whose test says what is in it."""
    path = os.path.join(folder, f"parquet-{name}.parquet")
    save(path) if callable(save) else pq.write_table(save, path)
    assert os.path.getsize(path) < 20_000


for name, kind in {"ms": pa.timestamp("ms"), "us": pa.timestamp("us"), "utc": pa.timestamp("ms", tz="UTC"), "time": pa.time32("ms")}.items():
    write_bare(f"times-{name}", pa.table({"t": pa.array([1_000_000, 2_000_000], kind)}))

# Pages without values, of which LZ4 has not one byte.
empty = pa.table({"n": pa.nulls(3, pa.int32()), "l": pa.array([[], [], []], pa.list_(pa.int32()))})
for codec in ("lz4", "gzip", "brotli", "zstd", "snappy"):
    write_bare(f"empty-{codec}", lambda path: pq.write_table(empty, path, compression=codec))
write_bare("names", pa.table({name: pa.array([1, 2], pa.int64()) for name in ("constructor", "toString", "__proto__")}))
write_bare("twice", pa.Table.from_arrays([pa.array([1]), pa.array([2])], ["a", "a"]))
with tempfile.TemporaryDirectory() as place:
    parts = []
    pq.write_table(pa.table({"x": [1, 2]}), os.path.join(place, "part.parquet"), metadata_collector=parts)
    parts[0].set_file_path("part.parquet")
    write_bare("metadata", lambda path: pq.write_metadata(pa.schema([("x", pa.int64())]), path, metadata_collector=parts))


class Keys(encryption.KmsClient):
    """Keys that are locked away nowhere."""

    def __init__(self, _config):
        super().__init__()

    def wrap_key(self, key, _name):
        return base64.b64encode(key)

    def unwrap_key(self, key, _name):
        return base64.b64decode(key)


def encrypted(path, plaintext_footer):
    config = encryption.EncryptionConfiguration(footer_key="f", column_keys={"k": ["a"]}, plaintext_footer=plaintext_footer)
    properties = encryption.CryptoFactory(Keys).file_encryption_properties(encryption.KmsConnectionConfig(), config)
    pq.write_table(pa.table({"a": [1, 2], "b": [3, 4]}), path, encryption_properties=properties)


write_bare("encrypted", lambda path: encrypted(path, False))
write_bare("encrypted-column", lambda path: encrypted(path, True))
