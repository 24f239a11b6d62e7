import { type Context, type Random, zeros } from "epochal";
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
    const [height, width] = pixels.shape as [number, number];
    const part = crop(fromPixels(pixels), partOf(height, width, random), {
      position: [random.uniform(), random.uniform()],
    });
    return { x: resize(part, [224, 224]), read };
  }
}

/** The size of a random part as torchvision's `RandomResizedCrop` draws it. */
export function partOf(height: number, width: number, random: Random): [height: number, width: number] {
  for (let attempt = 0; attempt < 10; attempt++) {
    const area = height * width * random.uniform(0.08, 1); // 8 to 100 % of the image
    const aspect = (4 / 3) ** random.uniform(-1, 1); // width to height, 3/4 to 4/3
    const size: [number, number] = [
      Math.round(Math.sqrt(area / aspect)),
      Math.round(Math.sqrt(area * aspect)),
    ];
    if (size[0] >= 1 && size[0] <= height && size[1] >= 1 && size[1] <= width) return size;
  }
  // No such part fits: all of the image, but for what is beyond the widest or narrowest aspect.
  return [Math.min(height, Math.round((width * 4) / 3)), Math.min(width, Math.round((height * 4) / 3))];
}
