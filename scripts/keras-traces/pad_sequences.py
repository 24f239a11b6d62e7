"""Writes test/fixtures/keras-traces/pad-sequences.json by running keras-preprocessing, from which Keras has
`pad_sequences`.

    apt-get install python3-keras-preprocessing
    python3 scripts/keras-traces/pad_sequences.py
"""

import itertools
import json
import pathlib

import keras_preprocessing
from keras_preprocessing.sequence import pad_sequences

OUT = pathlib.Path(__file__).parents[2] / "test" / "fixtures" / "keras-traces" / "pad-sequences.json"
SEQUENCES = {
    "ragged": [[1, 2, 3, 4], [5], [6, 7]],
    "an empty one": [[], [1, 2], []],
    "one": [[1, 2, 3]],
    "vectors": [[[1, 2], [3, 4]], [[5, 6]], [[7, 8], [9, 10], [11, 12]]],
    "fractions": [[0.5, 1.75], [-2.25]],
}


def cases():
    for name, sequences in SEQUENCES.items():
        dtypes = ("float32", "int32") if name == "fractions" else ("int32",)
        for maxlen, padding, truncating, value, dtype in itertools.product(
            (None, 1, 2, 5), ("pre", "post"), ("pre", "post"), (0, -1), dtypes
        ):
            options = {"padding": padding, "truncating": truncating, "value": value, "dtype": dtype}
            result = pad_sequences(sequences, maxlen=maxlen, **options)
            if maxlen is not None:
                options["maxlen"] = maxlen
            yield {"sequences": name, "options": options, "shape": result.shape, "data": result.ravel().tolist()}


def main():
    lines = [json.dumps(case) for case in cases()]
    head = {"madeBy": f"keras-preprocessing {keras_preprocessing.__version__}", "sequences": SEQUENCES}
    text = json.dumps(head)[:-1] + ', "cases": [\n' + ",\n".join(lines) + "\n]}\n"
    OUT.write_text(text)


if __name__ == "__main__":
    main()
