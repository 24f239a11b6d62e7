/** The picture that scripts/image-peers/geometry.py draws, too. */
import type { Pixels } from "../../../src/image/image.ts";
import { tensor } from "../../../src/tensor/tensor.ts";

export function picture(height: number, width: number): Pixels {
  const bytes = new Uint8Array(height * width * 3);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      bytes[at++] = 7 * x + 3 * y;
      bytes[at++] = Math.floor((x * x) / 3) + 5 * y;
      bytes[at++] = (((x >> 2) + (y >> 2)) % 2) * 180 + x;
    }
  }
  return tensor(bytes, { shape: [height, width, 3] });
}
