/** A sequence that holds many paths, of which each batch reads its share, and answers with 98 kB. */
import { Sequence, zeros } from "epochal";

export class Paths extends Sequence {
  static module = import.meta.url;

  constructor(paths, length) {
    super();
    this.paths = paths;
    this.length = length;
  }

  getItem(index) {
    const share = Math.ceil(this.paths.length / this.length);
    let letters = 0;
    for (const path of this.paths.slice(index * share, (index + 1) * share)) letters += path.length;
    const batch = zeros([32, 32, 32, 3], "uint8");
    batch.data[0] = letters;
    return batch;
  }
}
