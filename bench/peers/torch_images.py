"""PyTorch's DataLoader over image files, with the decoders that its users choose from, and random transforms.

Written as the tutorials of PyTorch (torch.utils.data, "Writing custom datasets") and torchvision ("Getting started
with transforms v2": uint8 tensors, antialiased resize, then float32 with scale) and OpenCV's (INTER_AREA to shrink,
no threads of its own inside workers) say. Where it helps, the best form that is known:

- `pil` and `torchvision` take torchvision's transforms. `pillow` and `cv2` do without: NumPy arrays, channels last, and
  a dataset of whole batches, each image written into its row (batch_size=None).
- `-draft` and `-reduced` let libjpeg decode at the smallest of its scales that is large enough.
"""

import math

import numpy as np
import torch
from bench import labels, options, paths, race
from torch.utils.data import DataLoader, Dataset

MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
# One pass over bytes: pixels * SCALE + SHIFT.
SCALE = np.float32(1 / 255) / np.float32(STD)
SHIFT = -np.float32(MEAN) / np.float32(STD)


def transform_of(work, size, antialias=True):
    """The work as transforms of torchvision, before the image is float32 from 0 to 1; and those after."""
    from torchvision.transforms import InterpolationMode, v2

    resize = v2.Resize((size, size), antialias=antialias)
    before, after = {
        "resize": ([resize], []),
        "crop": (
            [v2.RandomResizedCrop(size, antialias=antialias), v2.RandomHorizontalFlip()],
            [v2.Normalize(MEAN, STD)],
        ),
        "affine": ([resize, v2.RandomAffine(15, (0.1, 0.1), (0.9, 1.1), interpolation=InterpolationMode.BILINEAR)], []),
        "jitter": ([resize, v2.ColorJitter(0.4, 0.4, 0.4, 0.1)], []),
    }[work]
    return v2.Compose([*before, v2.ToImage(), v2.ToDtype(torch.float32, scale=True), *after])


def with_pil(args, choice):
    import PIL
    from PIL import Image

    transform = transform_of(args.work, args.size)
    mode = "L" if args.channels == 1 else "RGB"

    def load(path):
        with Image.open(path) as image:
            return transform(image.convert(mode))

    return load, {"Pillow": PIL.__version__}


def with_torchvision(args, choice):
    import torchvision
    from torchvision.io import ImageReadMode, decode_image, read_file

    transform = transform_of(args.work, args.size, choice != "plain")
    mode = ImageReadMode.GRAY if args.channels == 1 else ImageReadMode.RGB

    def load(path):
        return transform(decode_image(read_file(path), mode=mode))

    return load, {"torchvision": torchvision.__version__}


def part_of(height, width):
    """Top, left, height and width as torchvision's RandomResizedCrop draws them."""
    area = height * width
    for _ in range(10):
        target = area * np.random.uniform(0.08, 1)
        aspect = math.exp(np.random.uniform(math.log(3 / 4), math.log(4 / 3)))
        w, h = round(math.sqrt(target * aspect)), round(math.sqrt(target / aspect))
        if 0 < w <= width and 0 < h <= height:
            return np.random.randint(0, height - h + 1), np.random.randint(0, width - w + 1), h, w
    h, w = min(height, round(width * 4 / 3)), min(width, round(height * 4 / 3))
    return (height - h) // 2, (width - w) // 2, h, w


def put(pixels, row):
    """Bytes into a row of the batch, from 0 to 1."""
    np.multiply(pixels.reshape(row.shape), np.float32(1 / 255), out=row, dtype=np.float32)


def put_part(pixels, row):
    """The same of a random part: mirrored half of the time, and normalised."""
    np.multiply(pixels[:, ::-1] if np.random.random() < 0.5 else pixels, SCALE, out=row, dtype=np.float32)
    row += SHIFT


def with_pillow(args, choice):
    import PIL
    from PIL import Image

    mode, size = "L" if args.channels == 1 else "RGB", (args.size, args.size)

    def resize(path, row):
        with Image.open(path) as image:
            if choice == "draft":
                image.draft(mode, size)
            image = image.convert(mode)
            put(np.asarray(image if image.size == size else image.resize(size, Image.Resampling.BILINEAR)), row)

    def crop(path, row):
        with Image.open(path) as image:
            top, left, height, width = part_of(image.height, image.width)
            box = (left, top, left + width, top + height)
            put_part(np.asarray(image.convert(mode).resize(size, Image.Resampling.BILINEAR, box=box)), row)

    return {"resize": resize, "crop": crop}[args.work], {"Pillow": PIL.__version__}


def with_cv2(args, choice):
    import cv2

    cv2.setNumThreads(0)
    interpolation, _, reduced = choice.partition("-")
    flag = getattr(cv2, f"INTER_{interpolation.upper()}")
    size = (args.size, args.size)
    scale = int(reduced.removeprefix("reduced") or 1)
    colour = cv2.IMREAD_GRAYSCALE if args.channels == 1 else cv2.IMREAD_COLOR_RGB
    # IMREAD_REDUCED_COLOR_8 and its like are the colour's flag and eight times the scale.
    mode = colour | (8 * scale if scale > 1 else 0)

    def resized(path):
        image = cv2.imread(path, mode)
        return image if image.shape[:2] == size else cv2.resize(image, size, interpolation=flag)

    def resize(path, row):
        put(resized(path), row)

    def crop(path, row):
        image = cv2.imread(path, mode)
        top, left, height, width = part_of(*image.shape[:2])
        put_part(cv2.resize(image[top : top + height, left : left + width], size, interpolation=flag), row)

    def affine(path, row):
        middle, move = (args.size - 1) / 2, 0.1 * args.size
        matrix = cv2.getRotationMatrix2D(
            (middle, middle), np.random.uniform(-15, 15), np.random.uniform(0.9, 1.1)
        )
        matrix[:, 2] += np.random.uniform(-move, move, 2)
        put(cv2.warpAffine(resized(path), matrix, size, flags=cv2.INTER_LINEAR), row)

    def jitter(path, row):
        put(jittered(cv2, resized(path)), row)

    works = {"resize": resize, "crop": crop, "affine": affine, "jitter": jitter}
    return works[args.work], {"OpenCV": cv2.__version__}


LEVELS = np.arange(256, dtype=np.float32)


def jittered(cv2, image):
    """ColorJitter(0.4, 0.4, 0.4, 0.1) over bytes in a random order, by tables where it can, as albumentations does it."""
    brightness, contrast, saturation = np.random.uniform(0.6, 1.4, 3)
    hue = round(np.random.uniform(-0.1, 0.1) * 180)
    for step in np.random.permutation(4):
        if step == 0:
            image = cv2.LUT(image, np.clip(LEVELS * brightness, 0, 255).astype(np.uint8))
        elif step == 1:
            mean = cv2.mean(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY))[0]
            image = cv2.LUT(image, np.clip(LEVELS * contrast + mean * (1 - contrast), 0, 255).astype(np.uint8))
        elif step == 2:
            grey = cv2.cvtColor(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
            image = cv2.addWeighted(image, saturation, grey, 1 - saturation, 0)
        else:
            h, s, v = cv2.split(cv2.cvtColor(image, cv2.COLOR_RGB2HSV))
            h = cv2.LUT(h, ((np.arange(256) + hue) % 180).astype(np.uint8))
            image = cv2.cvtColor(cv2.merge((h, s, v)), cv2.COLOR_HSV2RGB)
    return image


class Images(Dataset):
    """One sample an item, which the loader collates."""

    def __init__(self, files, labels, load):
        self.files, self.labels, self.load = files, labels, load

    def __len__(self):
        return len(self.files)

    def __getitem__(self, index):
        return self.load(self.files[index]), self.labels[index]


class Batches(Dataset):
    """One batch an item: `fill` writes each image into its row."""

    def __init__(self, files, labels, fill, shape, batch=32):
        self.files, self.labels, self.fill, self.shape, self.batch = files, labels, fill, shape, batch

    def __len__(self):
        return math.ceil(len(self.files) / self.batch)

    def __getitem__(self, index):
        part = slice(index * self.batch, (index + 1) * self.batch)
        files = self.files[part]
        x = np.empty((len(files), *self.shape), np.float32)
        for file, row in zip(files, x):
            self.fill(file, row)
        return torch.from_numpy(x), torch.tensor(self.labels[part])


def main():
    args = options(
        data="", items=1000, size=200, channels=3, workers=2, step=0, decoder="torchvision", work="resize"
    )
    decoder, _, choice = args.decoder.partition("-")
    make = {"pil": with_pil, "torchvision": with_torchvision, "pillow": with_pillow, "cv2": with_cv2}[decoder]
    load, versions = make(args, choice)
    files = paths(args.data, args.items)
    # Without transforms of torchvision, channels are last and each item is a batch.
    rows = decoder in ("pillow", "cv2")
    shape = (args.size, args.size, args.channels)
    loader = DataLoader(
        Batches(files, labels(args.items), load, shape) if rows else Images(files, labels(args.items), load),
        batch_size=None if rows else 32,
        num_workers=args.workers,
        persistent_workers=args.workers > 0,
    )
    # Channels first is PyTorch's own layout; the view with channels last costs nothing.
    race(
        lambda: ((x if rows else x.permute(0, 2, 3, 1)).numpy() for x, _ in loader),
        args.items,
        args.step,
        args.channels,
        PyTorch=torch.__version__,
        **versions,
    )


if __name__ == "__main__":
    main()
