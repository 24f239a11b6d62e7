/** Images and labels in memory, in batches. */
import { Sequence, tensor } from "epochal";

export class InMemory extends Sequence {
  static module = import.meta.url;

  constructor(images, labels, batchSize) {
    super();
    this.images = images;
    this.labels = labels;
    this.batchSize = batchSize;
  }

  get length() {
    return Math.ceil(this.labels.length / this.batchSize);
  }

  getItem(index) {
    const { images, labels, batchSize } = this;
    const from = index * batchSize;
    const to = Math.min(from + batchSize, labels.length);
    const x = new Float32Array((to - from) * 784);
    const start = from * 784;
    for (let i = 0; i < x.length; i++) x[i] = images[start + i] / 255;
    return [tensor(x), tensor(Int32Array.from(labels.subarray(from, to)))];
  }
}
