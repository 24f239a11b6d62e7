"""PyTorch from the making of a DataLoader to its first batch."""

import time

import torch
from bench import options, report, since_launch
from torch.utils.data import DataLoader
from torch_paths import Paths


def main():
    args = options(paths=100_000, workers=2, start="spawn")
    dataset = Paths(args.paths, 16)
    started = time.perf_counter()
    loader = DataLoader(
        dataset,
        batch_size=None,
        num_workers=args.workers,
        multiprocessing_context=args.start,
        persistent_workers=True,
    )
    next(iter(loader))
    milliseconds = (time.perf_counter() - started) * 1000
    report(milliseconds, {"since launch": since_launch()}, PyTorch=torch.__version__)


if __name__ == "__main__":
    main()
