"""PyTorch over many epochs: memory and handles."""

import os
import re
from pathlib import Path

import torch
from bench import options, report
from torch.utils.data import DataLoader
from torch_paths import Paths


def processes():
    """This process and its children."""
    me = str(os.getpid())
    children = [task.read_text().split() for task in Path(f"/proc/{me}/task").glob("*/children")]
    return [me, *(child for found in children for child in found)]


def megabytes():
    rolled = [Path(f"/proc/{each}/smaps_rollup").read_text() for each in processes()]
    return sum(int(re.search(r"^Pss:\s+(\d+)", text, re.M)[1]) for text in rolled) / 1000


def handles():
    return sum(len(os.listdir(f"/proc/{each}/{kind}")) for each in processes() for kind in ("fd", "task"))


def main():
    args = options(paths=100_000, epochs=1000, workers=2)
    dataset = Paths(args.paths, 16)
    before = handles()
    loader = DataLoader(dataset, batch_size=None, num_workers=args.workers, persistent_workers=True)
    for epoch in range(args.epochs):
        if epoch == 100:
            early = megabytes()
        for _ in loader:
            pass
    during, late = handles(), megabytes()
    loader._iterator._shutdown_workers()
    del loader
    details = {"MB at epoch 100": early, "handles": f"{before} → {during} → {handles()}"}
    report(late - early, details, PyTorch=torch.__version__)


if __name__ == "__main__":
    main()
