import { type Context, zeros } from "epochal";
import { fromPixels, type Image, imread, randomResizedCrop } from "epochal/image";

export class RandomParts {
  static readonly module = import.meta.url;
  readonly files: string[];

  constructor(files: string[]) {
    this.files = files;
  }

  get length() {
    return this.files.length;
  }

  async getItem(index: number, { random }: Context): Promise<{ x: Image<"float32">; read: boolean }> {
    let read = true;
    const onError = () => {
      read = false;
      return zeros([1, 1, 3], "uint8"); // black
    };
    const pixels = await imread(this.files[index]!, { onError }).tensor();
    return { x: randomResizedCrop(fromPixels(pixels), [224, 224], { random }), read };
  }
}
