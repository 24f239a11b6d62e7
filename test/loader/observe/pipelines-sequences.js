/** Sequences that are each limited by one thing. Plain JavaScript, so that a worker of Node 20 imports them as they are. */
import { setTimeout } from "node:timers/promises";
import { Sequence, stack } from "epochal";
import { imread, resize } from "epochal/image";

/** Works for so long by the clock, as fast as the machine may be. */
function burn(milliseconds) {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}

const png = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==",
  "base64",
);

/** A picture of one pixel, in a file whose bytes take `getting` to be had. */
async function pixel(getting) {
  const getFile = async () => {
    await getting();
    return new Blob([png]);
  };
  return await stack([imread({ kind: "file", name: "pixel.png", getFile })]);
}

const photograph = new URL("../../../../shared/data/imagenet-sample/n01440764_tench.JPEG", import.meta.url);

const text = "x".repeat(4_000_000);

/** What getItem does, for so many milliseconds where that can be said. */
const doings = {
  work(milliseconds) {
    burn(milliseconds);
    return new Float32Array(4);
  },
  wait: async (milliseconds) => {
    await setTimeout(milliseconds);
    return new Float32Array(4);
  },
  /** As from a disk that is encrypted. */
  readByWork: (milliseconds) => pixel(() => burn(milliseconds)),
  readSlowly: (milliseconds) => pixel(() => setTimeout(milliseconds)),
  decode: () => stack(Array.from({ length: 4 }, () => resize(imread(photograph), [224, 224]))),
  /** Is there already, and is copied on its way. */
  copy: () => text,
  never: () => new Promise(() => {}),
};

/** Batches that are made by the `usual` doing, each of its `every` by the `rare` one: `{ doing, milliseconds, every }`. */
export class Pipeline extends Sequence {
  static module = import.meta.url;
  static id = "Pipeline";

  constructor(usual, rare) {
    super();
    this.length = 1_000_000;
    this.usual = usual;
    this.rare = rare;
  }

  getItem(index) {
    const { usual, rare } = this;
    const { doing, milliseconds } = rare && index % rare.every === rare.every - 1 ? rare : usual;
    const x = doings[doing](milliseconds, index);
    return x instanceof Promise ? x.then((x) => ({ index, x })) : { index, x };
  }
}

/** Short epochs, after each of which something is done for so many milliseconds. */
export class Hooked extends Pipeline {
  static module = import.meta.url;
  static id = "Hooked";

  constructor(usual) {
    super(usual);
    this.length = 8;
  }

  async onEpochEnd() {
    await setTimeout(100);
  }
}

/** Rows in two blocks that do not stay in memory. */
export class Rows extends Pipeline {
  static module = import.meta.url;
  static id = "Rows";

  blocks = [500_000, 500_000];
  decoded = false;
}
