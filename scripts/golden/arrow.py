"""Writes test/fixtures/data/arrow-*.arrow by pyarrow, each smaller than 20 kB, and what is in them as JSON.

    pip install --target PLACE pyarrow && PYTHONPATH=PLACE python3 scripts/golden/arrow.py
"""

import base64
import json
import os
import struct
import zlib

import pyarrow as pa
import pyarrow.ipc as ipc

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
    raise TypeError(type(value))


def write(name, batches, rows=None, stream=False, **options):
    path = os.path.join(folder, f"arrow-{name}.arrow")
    new = ipc.new_stream if stream else ipc.new_file
    with new(path, batches[0].schema, options=ipc.IpcWriteOptions(**options)) as writer:
        for batch in batches:
            writer.write_batch(batch)
    size = os.path.getsize(path)
    assert size < 20_000, (name, size)
    opened = ipc.open_stream(path) if stream else ipc.open_file(path)
    rows = rows if rows is not None else opened.read_all().to_pylist()
    with open(os.path.join(folder, f"arrow-{name}.json"), "w") as out:
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
        "category": pa.array([words[i * i % 6] for i in range(n)]).dictionary_encode(),
    }
)
batches = text.to_batches(max_chunksize=17)
write("stream", batches, stream=True)
write("file", batches)
write("lz4", batches, compression="lz4")
write("zstd", batches, compression="zstd")
write("lz4-stream", batches, stream=True, compression="lz4")
# What repeats is long, in blocks that repeat one another, and noise is left as it is.
noise = [pow(7, i, 2_147_483_647) for i in range(1000)]
write("long-lz4", [pa.record_batch({"x": pa.array([*noise, *([i % 5 for i in range(39_000)])], pa.int32())})], [], compression="lz4")

# Dictionaries that grow, and such as take the place of those before them.
def words_of(indices, values):
    return pa.record_batch({"word": pa.DictionaryArray.from_arrays(pa.array(indices, pa.int8()), pa.array(values))})


grown = [words_of([0, 1, 0], ["a", "b"]), words_of([2, 1], ["a", "b", "c"]), words_of([3, 0], ["a", "b", "c", "d"])]
write("delta", grown, stream=True, emit_dictionary_deltas=True)
write("delta-file", grown, emit_dictionary_deltas=True)
write("replaced", [words_of([0, 1], ["a", "b"]), words_of([1, 0], ["c", "d"])], stream=True)

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


times = {
    "date": (pa.date32(), pa.int32(), [0, 19000, -1]),
    "days": (pa.date64(), pa.int64(), [0, 86_400_000, -86_400_000]),
    "seconds": (pa.timestamp("s"), pa.int64(), [0, 1_700_000_000, -1]),
    "nanos": (pa.timestamp("ns", tz="UTC"), pa.int64(), [0, 1_700_000_000_000_000_001, -1]),
    "time": (pa.time32("ms"), pa.int32(), [0, 86_399_999, 1]),
    "time64": (pa.time64("us"), pa.int64(), [0, 86_399_999_999, 1]),
    "duration": (pa.duration("us"), pa.int64(), [0, 2**60, -1]),
}
values = {
    **{name: pa.array(limits(name), kind) for name, kind in kinds.items()},
    "half": pa.array([1.5, -0.25, 6.103515625e-05 / 4], pa.float16()),
    "float32": pa.array([0.5, -1e30, 1 / 3], pa.float32()),
    "float64": pa.array([0.1, -1e300, 1 / 3], pa.float64()),
    "text": ["", "ümlaut", "abc"],
    "large_text": pa.array(["", "ümlaut", "abc"], pa.large_string()),
    "view": pa.array(["", "short", "longer than twelve bytes"], pa.string_view()),
    "binary": pa.array([b"", b"\xff\xfe", b"abc"], pa.binary()),
    "large_binary": pa.array([b"", b"\xff\xfe", b"abc"], pa.large_binary()),
    "binary_view": pa.array([b"twelve bytes+", b"\xff\xfe", b"abc"], pa.binary_view()),
    "fixed": pa.array([b"ab", b"\x00\xff", b"zz"], pa.binary(2)),
    "floats": pa.array([[1.5, 2.5], [], [3.5]], pa.list_(pa.float32())),
    "ids": pa.array([[2**60], [1, 2, 3], []], pa.large_list(pa.int64())),
    "pair": pa.array([[1, 2], [3, 4], [5, 6]], pa.list_(pa.int32(), 2)),
    "grid": pa.array([[[i, i + 1, i + 2], [i + 3, i + 4, i + 5]] for i in range(3)], pa.list_(pa.list_(pa.uint8(), 3), 2)),
    "numbers": pa.array([300, 1, 300], pa.int16()).dictionary_encode(),
    "tag": pa.array([b"\xff", b"", b"\xff"], pa.binary()).dictionary_encode(),
}
types = pa.table({**values, **{name: pa.array(numbers, of).cast(kind) for name, (kind, of, numbers) in times.items()}})
rows = [
    {name: times[name][2][i] if name in times else types.column(name)[i].as_py() for name in types.column_names}
    for i in range(types.num_rows)
]
write("types", types.to_batches(), rows)

nulls = pa.table(
    {
        "x": pa.array([1.5, None, 2.5, None, 0.5], pa.float64()),
        "n": pa.array([1, 2, None, 4, 5], pa.int64()),
        "s": pa.array(["a", None, "", "b", "c"]),
        "l": pa.array([[1], None, [None, 2], [], [3]], pa.list_(pa.int32())),
        "c": pa.array(["a", None, "a", "b", None]).dictionary_encode(),
        "v": pa.array(["a", None, "longer than twelve bytes", "b", None], pa.string_view()),
        "all": pa.array([1, 2, 3, 4, 5], pa.int32()),
    }
)
write("nulls", nulls.to_batches(max_chunksize=3))

# As the data sets library keeps images: bytes, or only a path.
images = pa.table(
    {
        "image": pa.array([{"bytes": png(i * 20), "path": f"{i}.png" if i % 2 else None} for i in range(7)],
                          pa.struct([("bytes", pa.binary()), ("path", pa.string())])),
        "mask": pa.array([{"path": None, "bytes": png(i * 20)} for i in range(7)],
                         pa.struct([("path", pa.string()), ("bytes", pa.binary())])),
        "png": pa.array([png(i * 20) for i in range(7)], pa.binary()),
        "label": pa.array([i % 2 for i in range(7)], pa.int64()),
    }
).replace_schema_metadata(
    {"huggingface": json.dumps({"info": {"features": {"image": {"_type": "Image"}, "label": {"names": ["cat", "dog"], "_type": "ClassLabel"}}}})}
)
write("images", images.to_batches(max_chunksize=3), stream=True)

paths = pa.table({"image": pa.array([{"bytes": png(0), "path": "0.png"}, {"bytes": None, "path": "1.png"}], images.schema.field("image").type)})
write("paths", paths.to_batches(), stream=True)

# What is refused lies before what is read, with all kinds of parts.
strange = pa.table(
    {
        "map": pa.array([[("a", 1)], []], pa.map_(pa.string(), pa.int32())),
        "struct": pa.array([{"a": 1, "b": "x" * 20}, {"a": 3, "b": "y"}], pa.struct([("a", pa.int8()), ("b", pa.string_view())])),
        "nested": pa.array([[[1], [2]], [[3]]], pa.list_(pa.list_(pa.int32()))),
        "tags": pa.array([["a"], []], pa.list_(pa.string())),
        "nothing": pa.nulls(2),
        "decimal": pa.array([1, 2], pa.decimal128(9, 2)),
        "dense": pa.UnionArray.from_dense(pa.array([0, 1], pa.int8()), pa.array([0, 0], pa.int32()), [pa.array([1]), pa.array(["a"])]),
        "sparse": pa.UnionArray.from_sparse(pa.array([0, 1], pa.int8()), [pa.array([1, 2]), pa.array(["a", "b"])]),
        "coded": pa.array([["a"], ["b"]], pa.list_(pa.dictionary(pa.int32(), pa.string()))),
        "latin1": pa.array([b"caf\xe9", b"ok"], pa.binary()),
        "ok": pa.array([1, 2], pa.int32()),
    }
)
write("strange", strange.to_batches(), [{"ok": 1}, {"ok": 2}])
write("short", [pa.record_batch({"x": pa.array([2**40, 1], pa.int64())})], stream=True)
write("empty", [pa.record_batch({"x": pa.array([], pa.int64())})], stream=True)

# Files of one list whose times count other things.
for name, type in [("ms", pa.timestamp("ms")), ("us", pa.timestamp("us")), ("ms-zoned", pa.timestamp("ms", "UTC"))]:
    write(f"times-{name}", [pa.record_batch({"time": pa.array([1000, 3000], type)})], [{"time": 1000}, {"time": 3000}], stream=True)
