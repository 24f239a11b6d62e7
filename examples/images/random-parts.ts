import { type Context, zeros } from "epochal";
import { crop, fromPixels, type Image, imread, resize } from "epochal/image";

export class RandomParts {
  static readonly module = import.meta.url;

  constructor(readonly files: string[]) {}

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
    const [height, width] = pixels.shape;
    const side = Math.sqrt(random.uniform(0.08, 1)); // 8 to 100 % of the area
    const part = crop(fromPixels(pixels), [Math.ceil(height! * side), Math.ceil(width! * side)], {
      position: [random.uniform(), random.uniform()],
    });
    return { x: resize(part, [224, 224]), read };
  }
}
