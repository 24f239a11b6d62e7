"""What the Python peers share: which files, where the first batch goes, and the line of JSON that is the report."""

import argparse
import json
import os
import sys
import time
from pathlib import Path


def options(**defaults):
    """Options of the command line, each with the type of its default."""
    parser = argparse.ArgumentParser()
    for name, default in defaults.items():
        parser.add_argument(f"--{name}", type=type(default), default=default)
    return parser.parse_args()


def paths(folder, count):
    """The first `count` JPEG files of a folder in the order of their paths, from the start again where they end."""
    files = sorted(str(file) for file in Path(folder).rglob("*") if file.suffix.lower() in (".jpg", ".jpeg"))
    return [files[i % len(files)] for i in range(count)]


def labels(count):
    return [i % 10 for i in range(count)]


def images_per_second(epoch, items, **versions):
    """Reports the rate of a whole epoch after one epoch that starts the workers.

    `epoch` makes an iterator over the batches of one epoch, as numpy arrays from 0 to 1, channels last.
    """
    where = os.environ.get("BENCH_PIXELS")
    for index, batch in enumerate(epoch()):
        if index == 0 and where is not None:
            batch.astype("float32").tofile(where)
    count = 0
    started = time.perf_counter()
    for batch in epoch():
        count += len(batch)
    seconds = time.perf_counter() - started
    assert count == items and batch.dtype == "float32" and batch.shape[-1] == 3, (count, batch.dtype, batch.shape)
    report(items / seconds, **versions)


def report(value, details=None, **versions):
    line = {"value": value, "versions": {"Python": sys.version.split()[0], **versions}}
    if details is not None:
        line["details"] = details
    print(json.dumps(line), flush=True)
