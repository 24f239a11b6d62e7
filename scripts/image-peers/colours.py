"""Writes test/image/steps/torchvision-colours.json: what torchvision's transforms v2 make of small images. Run it with torchvision installed."""

import base64
import json
from pathlib import Path

import torch
from torchvision.transforms import v2
from torchvision.transforms.v2 import functional as F


def picture(height, width, channels):
    """Bytes [height, width, channels] with edges, gradients and noise, of integers alone."""
    values, state = [], 12345
    for y in range(height):
        for x in range(width):
            for c in range(channels):
                state = (state * 1103515245 + 12345) % 2**31
                level = 30 + (y * (40 + 60 * c)) // height + (80 * x) // width + (90 if (x + y) % 7 < 3 else 0)
                values.append(min(240, level + (state >> 16) % 25))
    return torch.tensor(values, dtype=torch.uint8).reshape(height, width, channels).permute(2, 0, 1)


def text(image):
    return base64.b64encode(bytes(image.permute(1, 2, 0).flatten().tolist())).decode()


# On values of 0 to 1; written times 255.
adjusted = []
for channels in (3, 1):
    image = picture(7, 9, channels)
    for name, factors in {
        "brightness": (0.3, 1.7),
        "contrast": (0, 0.4, 1.8),
        "saturation": (0, 1.6),
        "hue": (-0.4, 0.1, 0.5),
        "gamma": (0.5, 2.2),
        "sharpness": (0, 2.5),
    }.items():
        for factor in factors:
            result = getattr(F, f"adjust_{name}")(image.double() / 255 if name == "gamma" else image.float() / 255, factor)
            values = [round(v, 2) for v in (result.permute(1, 2, 0).flatten() * 255).tolist()]
            adjusted.append({"channels": channels, "name": name, "factor": factor, "values": values})

# On bytes.
image = picture(20, 30, 3)
tables = {
    "invert": F.invert(image),
    "posterize 1": F.posterize(image, 1),
    "posterize 3": F.posterize(image, 3),
    "posterize 7": F.posterize(image, 7),
    "solarize 0": F.solarize(image, 0),
    "solarize 100": F.solarize(image, 100),
    "autocontrast": F.autocontrast(image),
    "equalize": F.equalize(image),
    "erase": F.erase(image, 4, 5, 6, 7, torch.tensor([10, 20, 30], dtype=torch.uint8)[:, None, None]),
}

# Magnitudes of policies, and what they move.
small = picture(16, 17, 1)
policies = {"trivialAugment": v2.TrivialAugmentWide(), "randAugment": v2.RandAugment()}
moved, magnitudes = [], {}
for policy, transform in policies.items():
    spaces = transform._AUGMENTATION_SPACE
    magnitudes[policy] = {}
    for name, (magnitudes_of, signed) in spaces.items():
        values = magnitudes_of(31, 16, 17)
        magnitudes[policy][name] = None if values is None else [round(float(v), 4) for v in values]
        if name in ("ShearX", "ShearY", "TranslateX", "TranslateY", "Rotate"):
            for at, sign in ((7, 1), (19, -1), (30, 1)):
                result = transform._apply_image_or_video_transform(
                    small, name, sign * float(values[at]), interpolation=v2.InterpolationMode.NEAREST, fill=transform._fill
                )
                moved.append({"policy": policy, "name": name, "bin": at, "sign": sign, "bytes": text(result)})

(Path(__file__).parents[2] / "test/image/steps/torchvision-colours.json").write_text(
    json.dumps(
        {
            "picture": {"7x9x3": text(picture(7, 9, 3)), "7x9x1": text(picture(7, 9, 1)), "20x30x3": text(image), "16x17x1": text(small)},
            "adjusted": adjusted,
            "tables": {name: text(result) for name, result in tables.items()},
            "moved": moved,
            "magnitudes": magnitudes,
        },
        indent=None,
        separators=(",", ":"),
    )
    + "\n"
)
