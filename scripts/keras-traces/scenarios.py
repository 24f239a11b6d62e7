"""The runs whose events are compared, and the form in which an event is written down.

Event strings, one per call, in the order in which they happen:
    train.item I / validation.item I    getItem(I) of the training / validation sequence
    train.epochBegin, train.epochEnd    the sequence's own hooks (same for validation.)
    cb.NAME [N]                         a callback's hook; N is the epoch, or the batch within its epoch
"""

TRAIN_LENGTH = 5
VALIDATION_LENGTH = 3

# Options are spelled as `fit` takes them in TypeScript. `stopAt` says in which hook a callback sets stopTraining.
SCENARIOS = [
    {"name": "two epochs", "options": {"epochs": 2}},
    {"name": "validation every epoch", "options": {"epochs": 2, "validation": True}},
    {"name": "validation every second epoch", "options": {"epochs": 4, "validation": True, "validationFreq": 2}},
    {"name": "validation after listed epochs", "options": {"epochs": 3, "validation": True, "validationFreq": [1, 3]}},
    {"name": "some validation steps", "options": {"epochs": 2, "validation": True, "validationSteps": 2}},
    {"name": "initial epoch", "options": {"epochs": 4, "initialEpoch": 2}},
    {"name": "fewer steps than batches", "options": {"epochs": 3, "stepsPerEpoch": 3}},
    {"name": "more steps than batches", "options": {"epochs": 3, "stepsPerEpoch": 7}},
    {"name": "stop at an epoch's end", "options": {"epochs": 3}, "stopAt": {"hook": "epochEnd", "epoch": 1}},
    {
        "name": "stop in the middle of an epoch",
        "options": {"epochs": 3, "validation": True},
        "stopAt": {"hook": "trainBatchEnd", "epoch": 1, "batch": 2},
    },
]
