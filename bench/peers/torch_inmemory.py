"""PyTorch's TensorDataset over 60,000 × 784 bytes in memory, in batches of 128 as float32."""

import time

import torch
from bench import options, report
from torch.utils.data import DataLoader, TensorDataset


def main():
    args = options(epochs=20)
    images = (torch.arange(60_000 * 784) % 256).to(torch.uint8).reshape(60_000, 784)
    loader = DataLoader(TensorDataset(images, torch.arange(60_000) % 10), batch_size=128)

    def epoch():
        for x, y in loader:
            x = x.to(torch.float32) / 255
        return x, y

    epoch()
    started = time.perf_counter()
    for _ in range(args.epochs):
        epoch()
    report((time.perf_counter() - started) * 1000 / args.epochs, PyTorch=torch.__version__)


if __name__ == "__main__":
    main()
