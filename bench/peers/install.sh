#!/usr/bin/env bash
# Installs the peers into a folder: install.sh FOLDER, then EPOCHAL_PEERS=FOLDER npm run bench.
# Needs Python 3.11 or newer with venv, a C compiler and libjpeg-turbo's headers (libjpeg62-turbo-dev). Options for pip
# (another index, wheels of your own) go into its PIP_… variables. For a CPU-only PyTorch name PyTorch's own index.
set -euo pipefail
folder=${1:?"usage: install.sh FOLDER"}
python=${PYTHON:-python3}
mkdir -p "$folder"

"$python" -m venv "$folder/torch"
"$folder/torch/bin/pip" install --quiet torch torchvision pillow "opencv-python-headless<5"
"$folder/torch/bin/pip" install --quiet --no-deps --target "$folder/opencv5" "opencv-python-headless>=5"

"$python" -m venv "$folder/tensorflow"
"$folder/tensorflow/bin/pip" install --quiet tensorflow-cpu keras scikit-image pillow
