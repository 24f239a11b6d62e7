"""Keras' PyDataset (once Sequence) over JPEG files, and TensorFlow's tf.data.

`skimage` is the program of the reference page of tf.keras.utils.Sequence as it stands there; `pil` is the same with
Keras' own load_img. Both are fetched through the adapter that `model.fit` fetches through. `tf.data` is the pipeline
of TensorFlow's guide "Better performance with tf.data": parallel map and prefetch, both tuned by itself.
"""

import math
import os

os.environ.setdefault("KERAS_BACKEND", "tensorflow")

import keras
import numpy as np
from bench import labels, options, paths, race


class Images(keras.utils.PyDataset):
    def __init__(self, x_set, y_set, batch_size, size, **kwargs):
        super().__init__(**kwargs)
        self.x, self.y = x_set, y_set
        self.batch_size, self.size = batch_size, size

    def __len__(self):
        return math.ceil(len(self.x) / self.batch_size)

    def __getitem__(self, idx):
        low = idx * self.batch_size
        high = min(low + self.batch_size, len(self.x))
        return np.array([self.load(file) for file in self.x[low:high]]), np.array(self.y[low:high])


class SkimageImages(Images):
    def load(self, file):
        from skimage.io import imread
        from skimage.transform import resize

        image = imread(file)
        # Two of the photographs are grey, which the page's program does not foresee.
        return resize(image if image.ndim == 3 else np.stack([image] * 3, axis=-1), (self.size, self.size))


class PilImages(Images):
    def load(self, file):
        image = keras.utils.load_img(file, target_size=(self.size, self.size), interpolation="bilinear")
        return keras.utils.img_to_array(image) / 255


def py_dataset(kind, args):
    from keras.src.trainers.data_adapters.py_dataset_adapter import PyDatasetAdapter

    dataset = kind(
        paths(args.data, args.items),
        labels(args.items),
        32,
        args.size,
        workers=max(1, args.workers),
        use_multiprocessing=args.workers > 0,
    )
    adapter = PyDatasetAdapter(dataset, shuffle=False)

    def epoch():
        adapter.on_epoch_begin()
        for _, (x, _) in zip(range(len(dataset)), adapter.get_numpy_iterator()):
            yield x.astype("float32", copy=False)
        adapter.on_epoch_end()

    return epoch, {}


def tf_data(args):
    import tensorflow as tf

    def load(file, label):
        image = tf.io.decode_jpeg(tf.io.read_file(file), channels=3)
        return tf.image.resize(image, [args.size, args.size], antialias=args.antialias == 1) / 255, label

    dataset = (
        tf.data.Dataset.from_tensor_slices((paths(args.data, args.items), labels(args.items)))
        .map(load, num_parallel_calls=tf.data.AUTOTUNE)
        .batch(32)
        .prefetch(tf.data.AUTOTUNE)
    )
    return lambda: (x.numpy() for x, _ in dataset), {"TensorFlow": tf.__version__}


def main():
    args = options(data="", items=1000, size=200, workers=2, step=0, loader="tf.data", antialias=1)
    if args.loader == "tf.data":
        epoch, versions = tf_data(args)
    else:
        epoch, versions = py_dataset(SkimageImages if args.loader == "skimage" else PilImages, args)
    if args.loader == "skimage":
        import skimage

        versions = {"scikit-image": skimage.__version__}
    race(epoch, args.items, args.step, Keras=keras.__version__, **versions)


if __name__ == "__main__":
    main()
