"""A dataset that holds many paths, of which each batch reads its share, and answers with 98 kB."""

import torch
from torch.utils.data import Dataset


class Paths(Dataset):
    def __init__(self, count, length):
        self.paths = [f"/data/train/class-{i % 1000}/image-{i}.jpeg" for i in range(count)]
        self.length = length

    def __len__(self):
        return self.length

    def __getitem__(self, index):
        share = -(-len(self.paths) // self.length)
        letters = sum(len(path) for path in self.paths[index * share : (index + 1) * share])
        return torch.full((32, 32, 32, 3), letters % 256, dtype=torch.uint8)
