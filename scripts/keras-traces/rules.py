"""The order of events as rules, in our own words: what we understood of Keras.

`trace.py` runs the real Keras, writes what it did, and reports where these rules say something else. So the rules are
the readable form of the JSON, and a change in a newer Keras shows as a difference.
"""

import json
import pathlib
import re

from scenarios import SCENARIOS, TRAIN_LENGTH, VALIDATION_LENGTH

OUT = pathlib.Path(__file__).parents[2] / "test" / "fixtures" / "keras-traces"


class Trace:
    def __init__(self, scenario):
        self.events = []
        self.stop_at = scenario.get("stopAt")
        self.epoch = None
        self.stopped = False

    def add(self, *event):
        self.events.append(" ".join(map(str, event)))
        at = self.stop_at
        if at and event[0] == f"cb.{at['hook']}" and self.epoch == at["epoch"] and event[1] == at.get("batch", self.epoch):
            self.stopped = True


def should_validate(options, epoch):
    freq = options.get("validationFreq", 1)
    return options.get("validation", False) and (
        epoch + 1 in freq if isinstance(freq, list) else (epoch + 1) % freq == 0
    )


def step(trace, kind, batch, source, index):
    """In both lines a batch is fetched inside the step, after its begin hook."""
    trace.add(f"cb.{kind}BatchBegin", batch)
    trace.add(f"{source}.item", index)
    trace.add(f"cb.{kind}BatchEnd", batch)


def tf24(scenario):
    options, trace = scenario["options"], Trace(scenario)
    peeked = False
    trace.add("train.item", 0)  # looked at for its dtypes and thrown away
    trace.add("cb.trainBegin")
    for epoch in range(options.get("initialEpoch", 0), options["epochs"]):
        trace.epoch = epoch
        trace.add("cb.epochBegin", epoch)
        steps = options.get("stepsPerEpoch", TRAIN_LENGTH)
        for batch in range(min(steps, TRAIN_LENGTH)):  # always from 0
            step(trace, "train", batch, "train", batch)
            if trace.stopped:
                break
        ran_out = steps > TRAIN_LENGTH
        if ran_out:
            trace.add("cb.trainBatchBegin", TRAIN_LENGTH)  # its fetch finds no data; training ends after this epoch
        if should_validate(options, epoch):
            if not peeked:
                trace.add("validation.item", 0)
                peeked = True
            trace.add("cb.testBegin")
            for batch in range(options.get("validationSteps", VALIDATION_LENGTH)):
                step(trace, "test", batch, "validation", batch)
            trace.add("validation.epochEnd")
            trace.add("cb.testEnd")
        trace.add("cb.epochEnd", epoch)
        if trace.stopped:
            break  # before the sequence's own hook
        trace.add("train.epochEnd")
        if ran_out:
            break
    trace.add("cb.trainEnd")
    return trace.events


def keras3(scenario):
    options, trace = scenario["options"], Trace(scenario)
    position = 0  # the pass goes on across epochs when stepsPerEpoch is given
    trace.add("train.epochEnd")  # reset(), once before the first epoch
    trace.add("cb.trainBegin")
    for epoch in range(options.get("initialEpoch", 0), options["epochs"]):
        trace.epoch = epoch
        trace.add("cb.epochBegin", epoch)
        trace.add("train.epochBegin")
        for batch in range(options.get("stepsPerEpoch", TRAIN_LENGTH)):
            if position == TRAIN_LENGTH:
                break  # ran out: a short epoch and a warning
            step(trace, "train", batch, "train", position)
            position += 1
            if trace.stopped:
                break
        if position == TRAIN_LENGTH:
            position = 0
        if not trace.stopped:
            trace.add("train.epochEnd")
        if should_validate(options, epoch):
            trace.add("validation.epochEnd")  # reset() again
            trace.add("cb.testBegin")
            trace.add("validation.epochBegin")
            for batch in range(options.get("validationSteps", VALIDATION_LENGTH)):
                step(trace, "test", batch, "validation", batch)
            trace.add("validation.epochEnd")
            trace.add("cb.testEnd")
        trace.add("cb.epochEnd", epoch)
        if trace.stopped:
            break
    trace.add("cb.trainEnd")
    return trace.events


def write(compat, source, run):
    """One JSON file: what it is, who made it, and the events of every scenario."""
    traces = [{**scenario, "events": run(scenario)} for scenario in SCENARIOS]
    head = {
        "about": "Events of Keras' fit over a Sequence; format in scripts/keras-traces/README.md.",
        "compat": compat,
        "madeBy": source,
        "trainLength": TRAIN_LENGTH,
        "validationLength": VALIDATION_LENGTH,
    }
    OUT.mkdir(parents=True, exist_ok=True)
    text = json.dumps({**head, "scenarios": traces}, indent=2, ensure_ascii=False)
    text = re.sub(r"\[\s+(\d+),\s+(\d+)\s+\]", r"[\1, \2]", text)  # as the repository's formatter has it
    (OUT / f"{compat}.json").write_text(text + "\n")

