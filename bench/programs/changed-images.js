/** Images changed at random, one sample each, as docs/images.md writes it. */
import * as images from "epochal/image";
import { crop, flip, fromPixels, imread, normalize, resize } from "epochal/image";

const imagenet = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };

/** What is done to a file, by name. */
const works = {
  /** The recipe of docs/images.md for PyTorch's RandomResizedCrop, with its flip and normalisation. */
  async crop(file, size, random) {
    const pixels = await imread(file).tensor();
    const part = crop(fromPixels(pixels), partOf(pixels.shape[0], pixels.shape[1], random), {
      position: [random.uniform(), random.uniform()],
    });
    const small = resize(part, [size, size]);
    return normalize(random.boolean() ? flip(small) : small, imagenet);
  },
  affine(file, size, random) {
    const move = () => random.uniform(-0.1, 0.1) * size;
    return images.affine(resize(imread(file), [size, size]), {
      rotate: random.uniform(-15, 15),
      scale: random.uniform(0.9, 1.1),
      translate: [move(), move()],
    });
  },
  jitter(file, size, random) {
    const range = { brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.1 };
    return images.colorJitter(resize(imread(file), [size, size]), { random, ...range });
  },
};

/** The steps of {@link works} that are not there in every version. */
const steps = { affine: "affine", jitter: "colorJitter" };

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

/** The size of a random part as torchvision's RandomResizedCrop draws it. */
function partOf(height, width, random) {
  for (let attempt = 0; attempt < 10; attempt++) {
    const area = height * width * random.uniform(0.08, 1);
    const aspect = (4 / 3) ** random.uniform(-1, 1);
    const size = [Math.round(Math.sqrt(area / aspect)), Math.round(Math.sqrt(area * aspect))];
    if (size[0] >= 1 && size[0] <= height && size[1] >= 1 && size[1] <= width) return size;
  }
  return [Math.min(height, Math.round((width * 4) / 3)), Math.min(width, Math.round((height * 4) / 3))];
}
