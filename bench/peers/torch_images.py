"""PyTorch's DataLoader over JPEG files, with the four decoders that its users choose from.

Written as the tutorials of PyTorch (torch.utils.data, "Writing custom datasets") and torchvision ("Getting started
with transforms v2": uint8 tensors, antialiased resize, then float32 with scale) and OpenCV's (INTER_AREA to shrink,
no threads of its own inside workers) say.
"""

import torch
from bench import labels, options, paths, race
from torch.utils.data import DataLoader, Dataset


def with_pil(size):
    import PIL
    from PIL import Image
    from torchvision.transforms import v2

    transform = v2.Compose([v2.Resize((size, size)), v2.ToImage(), v2.ToDtype(torch.float32, scale=True)])

    def load(path):
        with Image.open(path) as image:
            return transform(image.convert("RGB"))

    return load, {"Pillow": PIL.__version__}


def with_torchvision(size, antialias):
    import torchvision
    from torchvision.io import ImageReadMode, decode_jpeg, read_file
    from torchvision.transforms import v2

    transform = v2.Compose(
        [v2.Resize((size, size), antialias=antialias), v2.ToDtype(torch.float32, scale=True)]
    )

    def load(path):
        return transform(decode_jpeg(read_file(path), mode=ImageReadMode.RGB))

    return load, {"torchvision": torchvision.__version__}


def with_cv2(size, interpolation):
    import cv2
    import numpy as np

    cv2.setNumThreads(0)
    flag = getattr(cv2, f"INTER_{interpolation.upper()}")

    def load(path):
        image = cv2.cvtColor(cv2.imread(path), cv2.COLOR_BGR2RGB)
        resized = cv2.resize(image, (size, size), interpolation=flag)
        return torch.from_numpy(resized.astype(np.float32) * np.float32(1 / 255)).permute(2, 0, 1)

    return load, {"OpenCV": cv2.__version__}


class Images(Dataset):
    def __init__(self, files, labels, load):
        self.files, self.labels, self.load = files, labels, load

    def __len__(self):
        return len(self.files)

    def __getitem__(self, index):
        return self.load(self.files[index]), self.labels[index]


def main():
    args = options(data="", items=1000, size=200, workers=2, step=0, decoder="torchvision")
    decoder, _, choice = args.decoder.partition("-")
    if decoder == "pil":
        load, versions = with_pil(args.size)
    elif decoder == "cv2":
        load, versions = with_cv2(args.size, choice or "linear")
    else:
        load, versions = with_torchvision(args.size, choice != "plain")
    files = paths(args.data, args.items)
    loader = DataLoader(
        Images(files, labels(args.items), load),
        batch_size=32,
        num_workers=args.workers,
        persistent_workers=args.workers > 0,
    )
    # Channels first is PyTorch's own layout; the view with channels last costs nothing.
    race(
        lambda: (x.permute(0, 2, 3, 1).numpy() for x, _ in loader),
        args.items,
        args.step,
        PyTorch=torch.__version__,
        **versions,
    )


if __name__ == "__main__":
    main()
