"""PyTorch's DataLoader over batches with nothing to compute: the dataset makes whole batches (batch_size=None)."""

import torch
from bench import options, rate_of_batches
from torch.utils.data import DataLoader, Dataset


class Batches(Dataset):
    def __init__(self, length, size):
        self.length, self.size = length, size

    def __len__(self):
        return self.length

    def __getitem__(self, index):
        return torch.full((self.size,), index % 256, dtype=torch.uint8)


def main():
    args = options(bytes=4, count=1000, workers=2)
    loader = DataLoader(
        Batches(args.count, args.bytes),
        batch_size=None,
        num_workers=args.workers,
        persistent_workers=args.workers > 0,
    )
    rate_of_batches(lambda: loader, args.bytes, args.count, PyTorch=torch.__version__)


if __name__ == "__main__":
    main()
