/** The transforms of docs/reference/images.md are torchvision's: held against numbers of Pillow, and of the same rules. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, describe, expect, it } from "vitest";
import { evaluation } from "../../examples/images/evaluation.ts";

const folder = mkdtempSync(join(tmpdir(), "epochal-transforms-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A picture that Python makes of the same integers. */
async function picture(height: number, width: number): Promise<string> {
  const bytes = Buffer.alloc(height * width * 3);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      bytes[at++] = (Math.floor((x * x) / 300) + y) % 256;
      bytes[at++] = (Math.floor((x * y) / 200) + 40) % 256;
      bytes[at++] = (((x >> 4) + (y >> 4)) % 2) * 200 + (x % 32);
    }
  }
  const path = join(folder, `${height}x${width}.png`);
  await sharp(bytes, { raw: { width, height, channels: 3 } })
    .png()
    .toFile(path);
  return path;
}

const places = [
  [0, 0],
  [0, 223],
  [223, 0],
  [111, 112],
  [50, 200],
  [200, 17],
] as const;

/**
 * Means and six pixels of Pillow 12.3: `resize((w, h), Image.BILINEAR)` to torchvision's size, `crop`, and
 * `(value / 255 - mean) / std`. Pillow rounds to bytes in between, which is up to 0.009 here.
 */
const expected: readonly [height: number, width: number, means: number[], pixels: number[][]][] = [
  [
    301,
    401,
    [0.0566, 0.1874, 0.2061],
    [
      [-1.536, -1.23, 1.751],
      [0.057, -0.793, 1.873],
      [-1.433, 0.328, 1.751],
      [-1.673, 1.273, 1.821],
      [0.091, 0.713, 0.165],
      [-1.724, 0.625, -1.386],
    ],
  ],
  [
    437,
    333,
    [0.0655, 0.2313, 0.2102],
    [
      [-0.851, -1.213, 2.047],
      [0.262, 0.643, 2.082],
      [-0.251, -0.67, 2.047],
      [-1.193, 1.833, 1.803],
      [0.365, 2.061, 2.117],
      [-0.679, -0.092, -1.613],
    ],
  ],
  [
    150,
    260,
    [0.1812, -0.4975, 0.201],
    [
      [-1.741, -1.3, -1.804],
      [0.194, -1.195, -1.752],
      [0.502, -0.565, -1.804],
      [0.108, -0.495, -1.77],
      [0.417, -0.74, 2.065],
      [0.348, -0.53, 1.856],
    ],
  ],
];

describe("the evaluation transform", () => {
  it.each(expected)("of a picture of %i × %i", async (height, width, means, pixels) => {
    const { data, shape } = await evaluation(await picture(height, width)).tensor();
    expect(shape).toEqual([224, 224, 3]);
    const found = [0, 0, 0];
    for (let i = 0; i < data.length; i++) found[i % 3]! += data[i]! / (224 * 224);
    for (const [c, mean] of means.entries()) expect(Math.abs(found[c]! - mean)).toBeLessThan(0.002);
    for (const [i, [y, x]] of places.entries()) {
      const pixel = data.subarray((y * 224 + x) * 3, (y * 224 + x) * 3 + 3);
      for (const [c, value] of pixels[i]!.entries())
        expect(Math.abs(pixel[c]! - value), `${y}, ${x}: ${pixel} and ${pixels[i]}`).toBeLessThan(0.02);
    }
  });
});
