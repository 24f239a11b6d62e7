/** Photographs of one size as samples. */
import { Sequence } from "epochal";
import { imread, resize } from "epochal/image";

export class Photos extends Sequence {
  static module = import.meta.url;

  constructor(files, labels, size) {
    super();
    this.files = files;
    this.labels = labels;
    this.size = size;
  }

  get length() {
    return this.files.length;
  }

  getItem(index) {
    const image = resize(imread(this.files[index]), [this.size, this.size], { dtype: "uint8" });
    return { image, label: this.labels[index] };
  }
}
