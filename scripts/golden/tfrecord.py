"""Writes test/fixtures/data/examples.tfrecord with TensorFlow's own writer, and examples.json beside it with what
TensorFlow's own parser says is in it, for our reader to be held against. Each file is smaller than 20 kB.

    pip install tensorflow && python3 scripts/golden/tfrecord.py
"""

import json
import pathlib

import tensorflow as tf

OUT = pathlib.Path(__file__).parents[2] / "test" / "fixtures" / "data"
PATH = str(OUT / "examples.tfrecord")


def ints(values):
    return tf.train.Feature(int64_list=tf.train.Int64List(value=values))


def floats(values):
    return tf.train.Feature(float_list=tf.train.FloatList(value=values))


def text(value):
    return tf.train.Feature(bytes_list=tf.train.BytesList(value=[value]))


with tf.io.TFRecordWriter(PATH) as writer:
    for i in range(6):
        feature = {
            "image/encoded": text(bytes((7 * i + j) % 256 for j in range(i * 40))),
            "label": ints([i - 2]),
            "big": ints([(-1) ** i * (2**62 + i)]),
            "box": floats([0.1 * i, -0.5, 1e-30, 3e38]),
            "tokens": ints([-1, 127, 128, 300, 2**31 - 1][: i]),
            "name": text(f"Bär {i}".encode()),
            "weight": floats([i / 3]),
        }
        writer.write(tf.train.Example(features=tf.train.Features(feature=feature)).SerializeToString())

schema = {
    "image/encoded": tf.io.FixedLenFeature([], tf.string),
    "label": tf.io.FixedLenFeature([], tf.int64),
    "big": tf.io.FixedLenFeature([], tf.int64),
    "box": tf.io.FixedLenFeature([4], tf.float32),
    "tokens": tf.io.VarLenFeature(tf.int64),
    "name": tf.io.FixedLenFeature([], tf.string),
    "weight": tf.io.FixedLenFeature([], tf.float32),
}
rows = []
for record in tf.data.TFRecordDataset(PATH):
    row = tf.io.parse_single_example(record, schema)
    rows.append(
        {
            "bytes": record.numpy().hex(),
            "image": row["image/encoded"].numpy().hex(),
            "label": int(row["label"]),
            "big": str(int(row["big"])),
            # A float32 as a number of 64 bits has its exact value in JSON.
            "box": [float(value) for value in row["box"].numpy()],
            "tokens": [int(value) for value in tf.sparse.to_dense(row["tokens"]).numpy()],
            "name": row["name"].numpy().decode(),
            "weight": float(row["weight"]),
        }
    )
(OUT / "examples.json").write_text(json.dumps(rows, indent=1, ensure_ascii=False) + "\n")
