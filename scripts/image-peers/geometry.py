"""Writes test/image/steps/torchvision.json: what torchvision v2 makes of small pictures that the tests draw again.

Needs torch, torchvision and Pillow: PEERS/torch/bin/python scripts/image-peers/geometry.py > test/image/steps/torchvision.json
"""

import json

import numpy
import torch
from PIL import Image
from torchvision.transforms import InterpolationMode, v2
from torchvision.transforms.v2 import functional as f


def picture(height, width):
    """The bytes of test/image/steps/picture.ts: smooth, so that an error of position shows as one of value."""
    y, x = numpy.mgrid[0:height, 0:width]
    red = (7 * x + 3 * y) % 256
    green = (x * x // 3 + 5 * y) % 256
    blue = ((x // 4 + y // 4) % 2) * 180 + x
    return torch.from_numpy(numpy.stack([red, green, blue % 256]).astype("uint8"))


cases = []


def add(step, height, width, result, options):
    values = result.permute(1, 2, 0)
    cases.append(
        {
            "step": step,
            "height": height,
            "width": width,
            "options": options,
            "shape": list(values.shape),
            # float32 images are given as levels of 255.
            "values": [round(float(v), 1) for v in values.flatten()],
        }
    )


def floats(image):
    return image.to(torch.float32)


for height, width in [(7, 10), (9, 9)]:
    image = picture(height, width)
    for rotate, scale, translate, shear in [
        (31, 1, (0, 0), (0, 0)),
        (-77.5, 0.8, (1, -2), (0, 0)),
        (0, 1.37, (0, 0), (12, 0)),
        (20, 1.1, (2, 1), (-10, 15)),
        (90, 1, (0, 0), (0, 0)),
        (180, 1, (0, 0), (0, 0)),
    ]:
        for mode in ["bilinear", "nearest"]:
            # A pixel between two others may be either.
            if mode == "nearest" and rotate == 90 and height != width:
                continue
            result = f.affine(
                floats(image), rotate, list(translate), scale, list(shear), InterpolationMode(mode)
            )
            options = {
                "rotate": rotate,
                "scale": scale,
                # Here shares, down before right.
                "translate": [translate[1] / height, translate[0] / width],
                "shear": [shear[1], shear[0]],
                "interpolation": mode,
            }
            add("affine", height, width, result, options)
    for start, end in [
        ([[0, 0], [1, 0], [1, 1], [0, 1]], [[0.1, 0.05], [0.9, 0.2], [1, 0.8], [0.2, 1]]),
        ([[0.2, 0.1], [0.7, 0], [1, 0.9], [0.1, 0.8]], [[0, 0], [1, 0], [1, 1], [0, 1]]),
    ]:
        # torchvision takes whole pixels only in its types, not in its arithmetic.
        pixels = lambda corners: [[x * width, y * height] for x, y in corners]
        result = f.perspective(floats(image), pixels(start), pixels(end), InterpolationMode.BILINEAR)
        swapped = lambda corners: [[y, x] for x, y in corners]
        add("perspective", height, width, result, {"from": swapped(start), "to": swapped(end)})
    for sigma, size in [(0.8, 5), (2, 7)]:
        add("blur", height, width, f.gaussian_blur(floats(image), [size, size], [sigma, sigma]), {"sigma": sigma, "size": size})
    for mode in ["constant", "edge", "reflect", "symmetric"]:
        result = f.pad(floats(image), [2, 1, 3, 4], fill=40 if mode == "constant" else None, padding_mode=mode)
        add("pad", height, width, result, {"mode": mode, **({"fill": 40} if mode == "constant" else {})})
    for size in [5, [7, 5], [13, 16]]:
        for name, mode in [("nearest", "nearest-exact"), ("bilinear", "bilinear"), ("bicubic", "bicubic")]:
            # Of half the contrast: what a bicubic filter takes too far is cut after columns there, after rows here.
            result = f.resize(floats(image // 2 + 64), size, InterpolationMode(mode), antialias=True)
            add("resize", height, width, result, {"size": size, "interpolation": name})
    for size in [[4, 5], [7, 7]]:
        add("crop", height, width, floats(f.center_crop(image, size)), {"size": size})

print(json.dumps(cases, separators=(",", ":")))
