"""Writes test/examples/transformers.json: what the image processors of transformers make of the sample photographs.

These are the steps of ViTImageProcessor and CLIPImageProcessor (transformers 4, the slow ones: Pillow for resizing, numpy
for all else), as plain calls, so that only Pillow and numpy are needed:

    python3 scripts/image-peers/transformers.py FOLDER > test/examples/transformers.json
"""

import json
import sys

import numpy
from PIL import Image

imagenet = {"image_mean": [0.485, 0.456, 0.406], "image_std": [0.229, 0.224, 0.225]}
clip = {
    "image_mean": [0.48145466, 0.4578275, 0.40821073],
    "image_std": [0.26862954, 0.26130258, 0.27577711],
}
half = {"image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.5, 0.5]}
always = {"do_resize": True, "do_rescale": True, "rescale_factor": 1 / 255, "do_normalize": True}

configs = {
    "google/vit-base-patch16-224": {**always, **half, "size": {"height": 224, "width": 224}, "resample": 2},
    "openai/clip-vit-base-patch32": {
        **always,
        **clip,
        "size": {"shortest_edge": 224},
        "resample": 3,
        "do_center_crop": True,
        "crop_size": {"height": 224, "width": 224},
    },
    "an odd crop, not normalised": {
        **always,
        "do_normalize": False,
        "rescale_factor": 1 / 127.5,
        "size": {"shortest_edge": 97},
        "resample": 2,
        "do_center_crop": True,
        "crop_size": {"height": 64, "width": 91},
    },
    "facebook/deit-base, of old": {**always, **imagenet, "size": 256, "resample": 3, "do_center_crop": True, "crop_size": 224},
}

files = [
    "n01440764_tench.JPEG",
    "n01560419_bulbul.JPEG",
    "n01622779_great_grey_owl.JPEG",
    "n01877812_wallaby.JPEG",
    "n02002724_black_stork.JPEG",  # smaller than what is made of it
    "n02090379_redbone.JPEG",
    "n03109150_corkscrew.JPEG",
    "n04008634_projectile.JPEG",  # grey
]


def process(image, config):
    image = image.convert("RGB")
    size = config["size"]
    if isinstance(size, int):
        size = {"shortest_edge": size}
    if "shortest_edge" in size:
        short, long = sorted(image.size)
        edge = size["shortest_edge"]
        longer = int(edge * long / short)
        width, height = (edge, longer) if image.width <= image.height else (longer, edge)
    else:
        height, width = size["height"], size["width"]
    values = numpy.array(image.resize((width, height), resample=config["resample"]))
    if config.get("do_center_crop"):
        crop = config["crop_size"]
        if isinstance(crop, int):
            crop = {"height": crop, "width": crop}
        top = (height - crop["height"]) // 2
        left = (width - crop["width"]) // 2
        values = values[top : top + crop["height"], left : left + crop["width"]]
    values = (values.astype(numpy.float64) * config["rescale_factor"]).astype(numpy.float32)
    if config["do_normalize"]:
        mean = numpy.array(config["image_mean"], dtype=numpy.float32)
        std = numpy.array(config["image_std"], dtype=numpy.float32)
        values = (values - mean) / std
    return values.transpose(2, 0, 1)


folder = sys.argv[1]
results = []
for name, config in configs.items():
    for file in files:
        pixels = process(Image.open(f"{folder}/{file}"), config)
        flat = pixels.flatten()
        every = 499
        results.append(
            {
                "config": name,
                "file": file,
                "shape": list(pixels.shape),
                "means": [round(float(v), 5) for v in pixels.mean(axis=(1, 2))],
                "every": every,
                "values": [round(float(v), 4) for v in flat[::every]],
            }
        )
print(json.dumps({"configs": configs, "results": results}, separators=(",", ":")))
