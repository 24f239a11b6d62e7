"""FFCV's idea, raw rows in one file, as numpy and PyTorch have it: whole shuffled batches of a memory map."""

import tempfile
import time
from pathlib import Path

import numpy as np
import torch
from bench import options, processor_seconds, report
from torch.utils.data import BatchSampler, DataLoader, Dataset, RandomSampler


class Rows(Dataset):
    def __init__(self, path, count):
        self.path = path
        self.count = count
        self.rows = None

    def __len__(self):
        return self.count

    def __getitem__(self, indices):
        if self.rows is None:
            self.rows = np.load(self.path, mmap_mode="r")
        return torch.from_numpy(self.rows[indices]), torch.tensor([i % 10 for i in indices])


def main():
    args = options(data="", items=4000, size=200, workers=2)
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "rows.npy")
        shape = (args.items, args.size, args.size, 3)
        rows = np.lib.format.open_memmap(path, mode="w+", dtype=np.uint8, shape=shape)
        for i in range(args.items):
            rows[i] = np.random.default_rng(i).integers(0, 256, shape[1:], np.uint8)
        del rows
        dataset = Rows(path, args.items)
        loader = DataLoader(
            dataset,
            batch_size=None,
            sampler=BatchSampler(RandomSampler(dataset), 32, False),
            num_workers=args.workers,
            persistent_workers=args.workers > 0,
        )
        for _ in loader:
            pass
        count = 0
        processor = processor_seconds()
        started = time.perf_counter()
        for x, _ in loader:
            count += len(x)
        seconds = time.perf_counter() - started
        processor = processor_seconds() - processor
        assert count == args.items, count
        report(count / seconds, processor=processor * 1000 / count, PyTorch=torch.__version__, numpy=np.__version__)


if __name__ == "__main__":
    main()
