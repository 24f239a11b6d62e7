/** The Sequence of the README, in plain JavaScript. */
import { readFile } from "node:fs/promises";
import { Sequence, stack, tensor } from "epochal";
import { imread, resize } from "epochal/image";

export class Images extends Sequence {
  static module = import.meta.url;

  constructor(x, y, batchSize, size, channels = 3) {
    super();
    this.x = x;
    this.y = y;
    this.batchSize = batchSize;
    this.size = size;
    this.channels = channels;
  }

  get length() {
    return Math.ceil(this.x.length / this.batchSize);
  }

  async getItem(index) {
    const [from, to] = [index * this.batchSize, (index + 1) * this.batchSize];
    return [
      await stack(
        this.x
          .slice(from, to)
          .map((file) => resize(imread(file, { channels: this.channels }), [this.size, this.size])),
      ),
      tensor(this.y.slice(from, to), "int32"),
    ];
  }
}

/** The same, but for reading: a batch's files are all asked for at once, before the first is decoded. */
export class ReadFirst extends Images {
  static module = import.meta.url;

  async getItem(index) {
    const [from, to] = [index * this.batchSize, (index + 1) * this.batchSize];
    const files = await Promise.all(this.x.slice(from, to).map((file) => readFile(file)));
    return [
      await stack(files.map((file) => resize(imread(file), [this.size, this.size]))),
      tensor(this.y.slice(from, to), "int32"),
    ];
  }
}
