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
    """The first `count` image files of a folder in the order of their paths, from the start again where they end."""
    kinds = (".jpg", ".jpeg", ".png", ".webp")
    files = sorted(str(file) for file in Path(folder).rglob("*") if file.suffix.lower() in kinds)
    return [files[i % len(files)] for i in range(count)]


def labels(count):
    return [i % 10 for i in range(count)]


def race(epoch, items, step=0, channels=3, **versions):
    """Reports the images per second and the processor time of a whole epoch, after one epoch that starts the workers.

    With `step` milliseconds of work on this thread after each batch, as a model would do, it reports the share of
    the time spent waiting for batches, in percent. `epoch` makes an iterator over the batches of one epoch, as numpy
    arrays from 0 to 1, channels last.
    """
    where = os.environ.get("BENCH_PIXELS")
    for index, batch in enumerate(epoch()):
        if index == 0 and where is not None:
            batch.astype("float32").tofile(where)
    count = 0
    working = 0
    processor = processor_seconds()
    started = time.perf_counter()
    for batch in epoch():
        count += len(batch)
        working += busy(step)
    seconds = time.perf_counter() - started
    processor = processor_seconds() - processor
    came = (count, batch.dtype, batch.shape[-1])
    assert came == (items, "float32", channels), came
    if step == 0:
        report(items / seconds, processor=processor * 1000 / items, **versions)
    else:
        report(100 * (1 - working / seconds), {"img/s": items / seconds}, **versions)


def rate_of_batches(epoch, size, count, **versions):
    """Reports what batches of bytes cost: microseconds each where they are tiny, else megabytes a second."""
    for _ in epoch():
        pass
    came = 0
    started = time.perf_counter()
    for batch in epoch():
        assert len(batch) == size and batch[-1] == came % 256
        came += 1
    seconds = time.perf_counter() - started
    assert came == count
    report(seconds * 1e6 / count if size <= 4 else size * count / 1e6 / seconds, **versions)


def busy(milliseconds):
    """Works that long; the seconds it took."""
    started = time.perf_counter()
    while time.perf_counter() - started < milliseconds / 1000:
        pass
    return time.perf_counter() - started


def processor_seconds():
    """User and system time of this process and of all that it started, those that have ended too; 0 without /proc."""
    ticks = 0
    processes = [os.getpid()]
    for process in processes:
        try:
            ticks += sum(int(each) for each in Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[11:15])
            for children in Path(f"/proc/{process}/task").glob("*/children"):
                processes += children.read_text().split()
        except OSError:
            pass  # It has ended; the time of who waited for it says so.
    return ticks / os.sysconf("SC_CLK_TCK")


def since_launch():
    """Milliseconds since the harness started this program."""
    return time.time() * 1000 - float(os.environ["BENCH_LAUNCHED"])


def report(value, details=None, processor=0, **versions):
    line = {"value": value, "versions": {"Python": sys.version.split()[0], **versions}}
    if processor > 0:
        line["processor"] = processor
    if details is not None:
        line["details"] = details
    print(json.dumps(line), flush=True)
