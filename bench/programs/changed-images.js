/** Images changed at random, one sample each, as docs/reference/images.md writes it. */
import * as images from "epochal/image";
import { imread, normalize, resize } from "epochal/image";

const imagenet = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };

/** What is done to a file, by name. */
const works = {
  /** PyTorch's RandomResizedCrop, with its flip and normalisation. */
  crop(file, size, random) {
    const part = images.randomResizedCrop(imread(file), [size, size], { random });
    return normalize(images.randomFlip(part, { random }), imagenet);
  },
  affine(file, size, random) {
    const small = resize(imread(file), [size, size]);
    return images.randomAffine(small, { random, rotate: 15, scale: [0.9, 1.1], translate: [0.1, 0.1] });
  },
  jitter(file, size, random) {
    const range = { brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.1 };
    return images.colorJitter(resize(imread(file), [size, size]), { random, ...range });
  },
};

/** The steps of {@link works} that are not there in every version. */
const steps = { crop: "randomResizedCrop", affine: "randomAffine", jitter: "colorJitter" };

export class Changed {
  static module = import.meta.url;

  constructor(files, labels, size, work) {
    if (work in steps && !(steps[work] in images)) throw new Error(`epochal/image has no ${steps[work]}`);
    this.files = files;
    this.labels = labels;
    this.size = size;
    this.work = work;
  }

  get length() {
    return this.files.length;
  }

  async getItem(index, { random }) {
    return [await works[this.work](this.files[index], this.size, random), this.labels[index]];
  }
}
