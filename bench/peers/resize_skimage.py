"""Answers paths on standard input with scikit-image's resize(imread(path), (size, size)) as raw float32."""

import sys

import numpy as np
from skimage.color import gray2rgb
from skimage.io import imread
from skimage.transform import resize

size = int(sys.argv[1])
for line in sys.stdin:
    image = imread(line.rstrip("\n"))
    if image.ndim == 2:
        image = gray2rgb(image)
    sys.stdout.buffer.write(resize(image[..., :3], (size, size)).astype(np.float32).tobytes())
    sys.stdout.buffer.flush()
