"""Writes test/fixtures/keras-traces/callbacks.json: what Keras' own EarlyStopping and ReduceLROnPlateau do over epochs
of given validation losses.

    KERAS_BACKEND=jax python scripts/keras-traces/callbacks.py      # needs keras and jax
"""

import json
import math
import os
import pathlib
import random
import warnings

os.environ.setdefault("KERAS_BACKEND", "jax")
import keras  # noqa: E402

OUT = pathlib.Path(__file__).parents[2] / "test" / "fixtures" / "keras-traces" / "callbacks.json"
CAMEL = {
    "min_delta": "minDelta",
    "restore_best_weights": "restoreBestWeights",
    "start_from_epoch": "startFromEpoch",
    "min_lr": "minLr",
}


class Optimizer:
    learning_rate = 1.0


class Model:
    """As much of a model as the two callbacks touch; its weights are the number of its epoch."""

    def __init__(self):
        self.stop_training = False
        self.optimizer = Optimizer()
        self.weights = 0

    def get_weights(self):
        return self.weights

    def set_weights(self, weights):
        self.weights = weights


def run(callback, losses):
    model = Model()
    callback.set_model(model)
    callback.on_train_begin()
    rates = []
    for epoch, loss in enumerate(losses):
        model.weights = epoch + 1
        callback.on_epoch_end(epoch, {"loss": 1.0, "val_loss": loss})
        rates.append(float(model.optimizer.learning_rate))
        if model.stop_training:
            break
    callback.on_train_end()
    return {"epochs": len(rates), "weights": model.weights, "rates": rates}


def losses_of(rng, first):
    """NaN now and then, but not in the first epoch that is watched: there Keras 3.15 takes it for the best number for
    ever, and we do not."""
    return [
        math.nan if rng.random() < 0.08 and epoch != first else rng.choice([1, 2, 2.5, 3, rng.uniform(0, 4)])
        for epoch in range(rng.randint(1, 9))
    ]


def early_stopping(rng):
    options = {"patience": rng.randint(0, 3), "mode": rng.choice(["auto", "min", "max"])}
    if rng.random() < 0.5:
        options["min_delta"] = rng.choice([0.5, -0.5, 1])
    if rng.random() < 0.4:
        options["baseline"] = rng.choice([1.5, 2, 3])
    if rng.random() < 0.5:
        options["restore_best_weights"] = True
    if rng.random() < 0.3:
        options["start_from_epoch"] = rng.randint(1, 4)
    return options, keras.callbacks.EarlyStopping(**options)


def reduce_lr(rng):
    options = {
        "patience": rng.randint(1, 3),
        "mode": rng.choice(["auto", "min", "max"]),
        "factor": rng.choice([0.5, 0.25]),
    }
    if rng.random() < 0.5:
        options["min_delta"] = rng.choice([0, 0.5])
    if rng.random() < 0.5:
        options["cooldown"] = rng.randint(1, 3)
    if rng.random() < 0.3:
        options["min_lr"] = 0.125
    return options, keras.callbacks.ReduceLROnPlateau(**options)


def cases(make, count, seed):
    rng = random.Random(seed)
    for _ in range(count):
        options, callback = make(rng)
        losses = losses_of(rng, options.get("start_from_epoch", 0))
        result = run(callback, losses)
        shown = [None if math.isnan(loss) else loss for loss in losses]  # JSON has no NaN
        yield {"options": {CAMEL.get(k, k): v for k, v in options.items()}, "losses": shown, **result}


def main():
    warnings.simplefilter("error")
    made = {"EarlyStopping": early_stopping, "ReduceLROnPlateau": reduce_lr}
    lists = {name: [*cases(make, 150, name)] for name, make in made.items()}
    body = ",\n".join(
        f'"{name}": [\n' + ",\n".join(map(json.dumps, found)) + "\n]" for name, found in lists.items()
    )
    OUT.write_text(f'{{"madeBy": "keras {keras.__version__}",\n{body}}}\n')


if __name__ == "__main__":
    main()
