"""Writes the traces by running the real Keras.

    python trace.py keras3     # needs keras 3 and jax; sets KERAS_BACKEND=jax
    python trace.py tf2.4      # needs tensorflow, whose tensorflow.python.keras is the 2.4 line

Fails, naming the first difference, if the run disagrees with rules.py, and then writes what the run said: the real
Keras is right.
"""

import os
import sys

os.environ.setdefault("KERAS_BACKEND", "jax")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import rules  # noqa: E402
from scenarios import TRAIN_LENGTH, VALIDATION_LENGTH  # noqa: E402


def load(compat):
    """(version text, Sequence class, module of layers and models, Callback class)"""
    if compat == "keras3":
        import keras

        return f"keras {keras.__version__}, {keras.backend.backend()}", keras.utils.PyDataset, keras, keras.callbacks.Callback
    import tensorflow as tf
    from tensorflow.python import keras
    from tensorflow.python.distribute import input_lib

    if not hasattr(input_lib, "DistributedDatasetInterface"):
        # The bundled copy asks for a name that has since moved.
        input_lib.DistributedDatasetInterface = tf.distribute.DistributedDataset
    # tf.data of today puts a prefetch at the end of every pipeline; that of 2.4 did not.
    options = tf.data.Options()
    options.experimental_optimization.inject_prefetch = False
    adapter = keras.engine.data_adapter.KerasSequenceAdapter
    plain = adapter.get_dataset
    adapter.get_dataset = lambda self: plain(self).with_options(options)

    return (
        f"tensorflow.python.keras of TensorFlow {tf.__version__}",
        keras.utils.data_utils.Sequence,
        keras,
        keras.callbacks.Callback,
    )


def run_real(compat, base, keras, callback_base):
    import numpy as np

    def run(scenario):
        trace = rules.Trace(scenario)

        class Data(base):
            def __init__(self, name, length):
                super().__init__()
                self.name, self.length = name, length

            def __len__(self):
                return self.length

            def __getitem__(self, index):
                trace.add(f"{self.name}.item", index)
                return np.zeros((2, 1), "float32"), np.zeros((2, 1), "float32")

            def on_epoch_begin(self):
                trace.add(f"{self.name}.epochBegin")

            def on_epoch_end(self):
                trace.add(f"{self.name}.epochEnd")

        class Record(callback_base):
            def hook(self, name, number=None):
                if name == "epochBegin":
                    trace.epoch = number
                trace.add(f"cb.{name}", *([] if number is None else [number]))
                if trace.stopped:
                    self.model.stop_training = True

            def on_train_begin(self, logs=None):
                self.hook("trainBegin")

            def on_train_end(self, logs=None):
                self.hook("trainEnd")

            def on_epoch_begin(self, epoch, logs=None):
                self.hook("epochBegin", epoch)

            def on_epoch_end(self, epoch, logs=None):
                self.hook("epochEnd", epoch)

            def on_train_batch_begin(self, batch, logs=None):
                self.hook("trainBatchBegin", batch)

            def on_train_batch_end(self, batch, logs=None):
                self.hook("trainBatchEnd", batch)

            def on_test_begin(self, logs=None):
                self.hook("testBegin")

            def on_test_end(self, logs=None):
                self.hook("testEnd")

            def on_test_batch_begin(self, batch, logs=None):
                self.hook("testBatchBegin", batch)

            def on_test_batch_end(self, batch, logs=None):
                self.hook("testBatchEnd", batch)

        model = keras.models.Sequential([keras.layers.Dense(1, input_shape=(1,))])
        model.compile("sgd", "mse", run_eagerly=True)
        model.fit(np.zeros((2, 1)), np.zeros((2, 1)), verbose=0)  # built before, so that no fetch is for building
        options = scenario["options"]
        renamed = {
            "epochs": "epochs",
            "initialEpoch": "initial_epoch",
            "stepsPerEpoch": "steps_per_epoch",
            "validationSteps": "validation_steps",
            "validationFreq": "validation_freq",
        }
        arguments = {renamed[k]: v for k, v in options.items() if k in renamed}
        if options.get("validation"):
            arguments["validation_data"] = Data("validation", VALIDATION_LENGTH)
        if compat == "tf2.4":
            arguments["workers"] = 0  # with 1, tf.data fetches ahead and the order of fetches is a race
        model.fit(Data("train", TRAIN_LENGTH), shuffle=False, verbose=0, callbacks=[Record()], **arguments)
        return trace.events

    return run


def main(compat):
    version, base, keras, callback_base = load(compat)
    run = run_real(compat, base, keras, callback_base)
    expect = {"tf2.4": rules.tf24, "keras3": rules.keras3}[compat]
    differences = []

    def compared(scenario):
        events, expected = run(scenario), expect(scenario)
        if events != expected:
            pairs = [*zip(events + [None], expected + [None])]
            at = next((i for i, (a, b) in enumerate(pairs) if a != b), len(pairs) - 1)
            differences.append(f"{scenario['name']}: event {at} is {pairs[at][0]!r}, the rules say {pairs[at][1]!r}")
        return events

    rules.write(compat, version, compared)
    sys.exit("\n".join(differences) or 0)


if __name__ == "__main__":
    main(sys.argv[1])
