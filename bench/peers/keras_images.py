"""Keras' PyDataset (once Sequence) over image files, and TensorFlow's tf.data.

`skimage` is the program of the reference page of tf.keras.utils.Sequence as it stands there; `pil` is the same with
Keras' own load_img. Both are fetched through the adapter that `model.fit` fetches through. `tf.data` is the pipeline
of TensorFlow's guide "Better performance with tf.data": parallel map and prefetch, both tuned by itself. Random work is
done by TensorFlow's own operations there, and with `layers` by Keras' preprocessing layers, over whole batches, as its
guide "Data augmentation" says.
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
    """The pipeline of tf.data: what is done to an image, and then to a batch."""
    import tensorflow as tf

    size = [args.size, args.size]
    decode = {
        ".png": tf.io.decode_png,
        ".webp": tf.io.decode_webp,
        # libjpeg decodes at 1/2, 1/4 or 1/8 where that is large enough.
        ".jpg": lambda data, channels: tf.io.decode_jpeg(data, channels=channels, ratio=args.ratio),
    }[".jpg" if (kind := os.path.splitext(paths(args.data, 1)[0])[1].lower()) == ".jpeg" else kind]

    def resized(image):
        return tf.image.resize(image, size, antialias=args.antialias == 1) / 255

    def image_of(file):
        data = tf.io.read_file(file)
        if args.work == "crop":
            return part_of(tf, data, resized)
        image = decode(data, channels=args.channels)
        image = resized(image)
        return jittered(tf, image) if args.work == "jitter" and args.loader == "tf.data" else image

    dataset = (
        tf.data.Dataset.from_tensor_slices((paths(args.data, args.items), labels(args.items)))
        .map(lambda file, label: (image_of(file), label), num_parallel_calls=tf.data.AUTOTUNE)
        .batch(32)
    )
    if args.loader == "layers" or args.work == "affine":
        change = layers(args) if args.loader == "layers" else lambda images: turned(tf, images, args.size)
        dataset = dataset.map(lambda x, y: (change(x), y), num_parallel_calls=tf.data.AUTOTUNE)
    dataset = dataset.prefetch(tf.data.AUTOTUNE)
    return lambda: (x.numpy() for x, _ in dataset), {"TensorFlow": tf.__version__}


def part_of(tf, data, resized):
    """A random part, of which alone blocks are decoded, mirrored half of the time and normalised: as TPUs are fed."""
    begin, shape, _ = tf.image.sample_distorted_bounding_box(
        tf.image.extract_jpeg_shape(data),
        tf.zeros([1, 0, 4]),
        aspect_ratio_range=(3 / 4, 4 / 3),
        area_range=(0.08, 1),
        max_attempts=10,
        use_image_if_no_bounding_boxes=True,
    )
    window = tf.concat([begin[:2], shape[:2]], 0)
    image = tf.image.random_flip_left_right(resized(tf.io.decode_and_crop_jpeg(data, window, channels=3)))
    return (image - [0.485, 0.456, 0.406]) / [0.229, 0.224, 0.225]


def jittered(tf, image):
    image = tf.image.random_brightness(image, 0.4)
    image = tf.image.random_contrast(image, 0.6, 1.4)
    image = tf.image.random_saturation(image, 0.6, 1.4)
    image = tf.image.random_hue(image, 0.1)
    return tf.clip_by_value(image, 0, 1)


def turned(tf, images, size):
    """Each turned, scaled and moved about its centre, in one pass over the batch."""
    count, middle = tf.shape(images)[0], (size - 1) / 2
    angle = tf.random.uniform([count], -math.pi / 12, math.pi / 12)
    scale = 1 / tf.random.uniform([count], 0.9, 1.1)
    move = tf.random.uniform([count, 2], -0.1 * size, 0.1 * size)
    cosine, sine = scale * tf.cos(angle), scale * tf.sin(angle)
    x = middle - cosine * (middle + move[:, 0]) + sine * (middle + move[:, 1])
    y = middle - sine * (middle + move[:, 0]) - cosine * (middle + move[:, 1])
    zero = tf.zeros([count])
    return tf.raw_ops.ImageProjectiveTransformV3(
        images=images,
        transforms=tf.stack([cosine, -sine, x, sine, cosine, y, zero, zero], axis=1),
        output_shape=[size, size],
        fill_value=0.0,
        interpolation="BILINEAR",
        fill_mode="CONSTANT",
    )


def layers(args):
    """The work as layers of Keras."""
    steps = {
        "affine": [
            keras.layers.RandomRotation(15 / 360, fill_mode="constant"),
            keras.layers.RandomZoom(0.1, fill_mode="constant"),
            keras.layers.RandomTranslation(0.1, 0.1, fill_mode="constant"),
        ],
        "jitter": [
            keras.layers.RandomColorJitter(
                value_range=(0, 1),
                brightness_factor=0.4,
                contrast_factor=0.4,
                saturation_factor=0.4,
                hue_factor=0.1,
            )
        ],
    }[args.work]

    def change(images):
        for step in steps:
            images = step(images, training=True)
        return images

    return change


def main():
    args = options(
        data="",
        items=1000,
        size=200,
        channels=3,
        workers=2,
        step=0,
        loader="tf.data",
        antialias=1,
        ratio=1,
        work="resize",
    )
    if args.loader in ("tf.data", "layers"):
        epoch, versions = tf_data(args)
    else:
        epoch, versions = py_dataset(SkimageImages if args.loader == "skimage" else PilImages, args)
    if args.loader == "skimage":
        import skimage

        versions = {"scikit-image": skimage.__version__}
    race(epoch, args.items, args.step, args.channels, Keras=keras.__version__, **versions)


if __name__ == "__main__":
    main()
