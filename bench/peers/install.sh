#!/usr/bin/env bash
# Installs the peers into a folder: install.sh FOLDER, then EPOCHAL_PEERS=FOLDER npm run bench.
# Needs Python 3.11 or newer with venv; the C program needs cc and libjpeg-turbo's headers (libjpeg62-turbo-dev).
# What cannot be had is said, and the rest goes on: the tables then leave it out.
#
#   PYTHON   the Python, if not python3
#   TORCH    what pip is told for PyTorch, if not the newest torch and torchvision: versions, another index
#   PIP_…    pip's own variables
set -uo pipefail
folder=${1:?"usage: install.sh FOLDER"}
python=${PYTHON:-python3}
missing=0
mkdir -p "$folder"

# answers URL: whether an index is there, within seconds.
answers() {
  "$python" - "$1" <<'PY'
import os, ssl, sys
from urllib.error import HTTPError
from urllib.request import urlopen

url = sys.argv[1]
try:
    if not url.startswith("file://"):
        urlopen(url, timeout=5, context=ssl.create_default_context(cafile=os.environ.get("PIP_CERT")))
    else:
        os.listdir(url.removeprefix("file://"))
except HTTPError:
    pass  # It is there, but shows no list of all packages.
except OSError as error:
    sys.exit(f"{url} does not answer ({error}): pip does without.")
PY
}
# setting NAME: what pip's files say.
setting() { "$python" -m pip config list | sed -n "/^:env:/!s/^[^=]*\.$1='\(.*\)'$/\1/p" | sed 's/\\n/ /g' | tail -n 1; }
# pip asks an index that does not answer again and again, for every package: it is told of those that do.
indexes=()
index=${PIP_INDEX_URL:-$(setting index-url)}
for url in "${index:-https://pypi.org/simple}" ${PIP_EXTRA_INDEX_URL-$(setting extra-index-url)}; do
  answers "$url" && indexes+=("$url")
done
if [ ${#indexes[@]} = 0 ]; then
  echo "No index of Python packages answers: no peer is installed. PIP_INDEX_URL names another." >&2
  exit 1
fi
export PIP_INDEX_URL=${indexes[0]} PIP_EXTRA_INDEX_URL="${indexes[*]:1}" PIP_RETRIES=${PIP_RETRIES:-1}

# environment NAME: an empty one. install NAME ARGUMENTS…: with this Python's pip, byte code being made when it is used.
environment() { "$python" -m venv --clear --without-pip "$folder/$1"; }
install() { "$python" -m pip --python "$folder/$1/bin/python" install -qq --no-compile "${@:2}"; }
# proved NAME WHAT PROGRAM: runs a program that prints versions; says so, and why, where it does not run.
proved() {
  local said
  if said=$(TF_CPP_MIN_LOG_LEVEL=3 "$folder/$1/bin/python" -c "$3" 2>&1); then
    tail -n 1 <<<"$said"
  else
    tail -n 5 <<<"$said" >&2
    echo "$2 does not work." >&2
    missing=1
  fi
}

environment torch
if [ -n "${TORCH:-}" ]; then
  # shellcheck disable=SC2086 # words on purpose
  install torch $TORCH
else
  # The newest of each belong together. A torch for the processor alone may be at hand, which pip would rather take; but
  # the torchvision of the index does not load beside it. What only a graphics card needs is left out where that goes.
  install torch --no-deps torch torchvision
  "$folder/torch/bin/python" -c '
from importlib.metadata import requires
skipped = ("triton", "cuda-bindings")
print(*(each for each in requires("torch") if "extra ==" not in each and not each.startswith(skipped)), sep="\n")
' >"$folder/torch/requirements.txt" && install torch --requirement "$folder/torch/requirements.txt" numpy pillow
fi
install torch numpy pillow "opencv-python-headless<5"
install torch --no-deps --target "$folder/opencv5" --upgrade "opencv-python-headless>=5"
proved torch "PyTorch with torchvision" 'import torch, torchvision; print("torch", torch.__version__, "torchvision", torchvision.__version__); torch.ops.torchvision.nms, torchvision.io.decode_webp'
proved torch "OpenCV 4 or Pillow" 'import cv2, PIL; print("OpenCV", cv2.__version__, "Pillow", PIL.__version__)'
PYTHONPATH="$folder/opencv5" proved torch "OpenCV 5" 'import cv2; print("OpenCV", cv2.__version__)'

environment tensorflow
install tensorflow tensorflow-cpu keras scikit-image pillow
proved tensorflow "TensorFlow with Keras" 'import tensorflow as tf, keras; print("TensorFlow", tf.__version__, "Keras", keras.__version__)'
proved tensorflow "scikit-image" 'import skimage; print("scikit-image", skimage.__version__)'
exit $missing
