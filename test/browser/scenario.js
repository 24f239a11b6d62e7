/** One scenario for Node and for the page: its result, as JSON, must be the same in both. */
import {
  cutmix,
  DataLoader,
  isEpochalError,
  map,
  mixup,
  randomChoice,
  Sequence,
  stack,
  statistics,
  tensor,
} from "epochal";
import { colorJitter, flip, fromPixels, imread, randAugment, resize, trivialAugment } from "epochal/image";

/** 9 x 7 pixels of RGBA, all filters, interlaced. */
const png = [
  "iVBORw0KGgoAAAANSUhEUgAAAAkAAAAHCAYAAAGtnFf2AAAAYElEQVR42mNgsKnYckMkoIcxZ8UTBaYFdyRCeCKWfKi4YtDDbFa0",
  "7lX70sMPWRas2LAjR+XCC4aAnhMsbcfY3PYwuHR8smo6pVFygIfxg07GEjMnvyhkzCQdPvl8YO9J1vbD/63PwQ0kAAAAkUlEQVT3",
  "/jQtZI6rm7fP2cM3yNnrYoTzmdA4loCgkDAzuxg/syg3vwA7Nz8Gbt/+i479d7XLL2q3rhWuvM+okbLgjrSMrBw+zBQAAkEhYQEh",
  "ETEBYTFJAREJGQFRKXkBMRklAXE5VQEJBQ3MPatOpJnttHUw22XvbGbt6LbNxtlzm63rGTM7d38z+5NBZg6nQwHIjWChDTobLgAA",
  "AABJRU5ErkJggg==",
].join("");

/** Batches of random numbers and of resized pixels. */
class Pictures extends Sequence {
  static module = import.meta.url;
  length = 12;

  async getItem(index, { random, epoch }) {
    const pixels = () => {
      const data = new Uint8Array(20 * 30 * 3);
      for (let i = 0; i < data.length; i++) data[i] = random.integer(0, 256);
      return fromPixels(tensor(data, { shape: [20, 30, 3] }));
    };
    return {
      index,
      epoch,
      normal: tensor([random.normal(), random.normal(), random.gamma(0.3), random.beta(0.2, 0.2)]),
      images: await stack([
        resize(pixels(), [8, 8]),
        resize(flip(pixels()), [8, 8]),
        resize(imread(`data:image/png;base64,${png}`), [8, 8]),
        randAugment(resize(pixels(), [8, 8]), { random, magnitude: 20 }),
        trivialAugment(resize(pixels(), [8, 8]), { random }),
        colorJitter(resize(pixels(), [8, 8]), { random, contrast: 0.5, saturation: 0.5, hue: 0.2 }),
      ]),
    };
  }
}

/** Two shuffled epochs, a resume in the middle, and what workers say where there are none. */
export async function run({ workers }) {
  const options = { shuffle: true, seed: 7, maxQueueSize: 3 };
  const loader = new DataLoader(new Pictures(), options);
  const batches = [];
  let state;
  for await (const { index, epoch, normal, images } of loader.epochs(2)) {
    batches.push({
      index,
      epoch,
      normal: [...normal.data],
      shape: images.shape,
      images: [...images.data],
    });
    if (batches.length === 15) state = loader.state();
  }
  const resumed = [];
  for await (const { index } of new DataLoader(new Pictures(), { ...options, state })) resumed.push(index);
  const { exactlyOnce, summary } = loader.report();
  await loader.close();
  const mixed = await mix();
  return {
    batches,
    state,
    resumed,
    exactlyOnce,
    summary,
    mixed,
    workers: workers ? await tryWorkers() : undefined,
  };
}

/** Mixed batches, and the statistics of what is mixed. */
async function mix() {
  const train = map(new Pictures(), ({ images }) => [images, tensor([0, 1, 2, 0, 1, 2], "int32")]);
  const either = randomChoice(mixup(train, { classes: 3 }), cutmix(train, { classes: 3 }));
  const batches = [];
  for await (const [x, y] of new DataLoader(either, { seed: 3 })) batches.push([[...x.data], [...y.data]]);
  return { batches, statistics: await statistics(train, { verbose: 0 }) };
}

async function tryWorkers() {
  const loader = new DataLoader(new Pictures(), { workers: 2 });
  try {
    for await (const _ of loader) return "batches";
    return "no batches";
  } catch (error) {
    return isEpochalError(error) ? `${error.name}: ${error.message}` : String(error);
  }
}
