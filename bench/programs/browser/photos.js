/** Photographs in memory, as a dataset that pages and their workers have. */
import { Sequence, stack } from "epochal";
import { imread, resize } from "epochal/image";

export const batchSize = 32;

/** Batches of float32 pixels. */
export class Photos extends Sequence {
  constructor(files, size, items) {
    super();
    this.files = files;
    this.size = size;
    this.items = items;
  }

  get length() {
    return Math.ceil(this.items / batchSize);
  }

  getItem(index) {
    const { files, size, items } = this;
    const first = index * batchSize;
    const count = Math.min(batchSize, items - first);
    return stack(
      Array.from({ length: count }, (_, i) =>
        resize(imread(files[(first + i) % files.length]), [size, size]),
      ),
    );
  }
}
