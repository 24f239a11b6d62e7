#!/usr/bin/env bash
# Installs the peers into a folder: install.sh FOLDER, then EPOCHAL_PEERS=FOLDER npm run bench.
# Needs Python 3.11 or newer with venv; the C program needs cc and libjpeg-turbo's headers (libjpeg62-turbo-dev).
#
#   PYTHON   the Python, if not python3
#   TORCH    what pip is told for PyTorch, if not "torch torchvision": versions, another index, --no-deps with a list
#   PIP_…    pip's own variables
set -euo pipefail
folder=${1:?"usage: install.sh FOLDER"}
python=${PYTHON:-python3}
mkdir -p "$folder"

"$python" -m venv "$folder/torch"
pip() { "$folder/torch/bin/python" -m pip install --quiet "$@"; }
# shellcheck disable=SC2086 # words on purpose
pip ${TORCH:-torch torchvision}
pip numpy pillow filelock typing-extensions sympy networkx jinja2 fsspec setuptools "opencv-python-headless<5"
pip --no-deps --target "$folder/opencv5" "opencv-python-headless>=5"

"$python" -m venv "$folder/tensorflow"
"$folder/tensorflow/bin/python" -m pip install --quiet tensorflow-cpu keras scikit-image pillow
