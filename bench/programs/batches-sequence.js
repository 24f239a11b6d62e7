/** Batches with nothing to compute: so many bytes, all of one value. */
import { Sequence, zeros } from "epochal";

export class Batches extends Sequence {
  static module = import.meta.url;

  constructor(length, bytes) {
    super();
    this.length = length;
    this.bytes = bytes;
  }

  getItem(index) {
    const batch = zeros([this.bytes], "uint8");
    batch.data.fill(index);
    return batch;
  }
}
