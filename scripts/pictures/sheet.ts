/** Contact sheets: pictures beside each other, as one file. */
import { writeFile } from "node:fs/promises";
import sharp from "sharp";
import type { Pixels } from "../../src/image/index.ts";
import { type Tensor, tensor } from "../../src/index.ts";

/** uint8 pixels, RGB or grey. */
export type Picture = Pixels;

/** Pixels between pictures. */
const gap = 6;

/** Colours of classes in a mask. */
const colours = [
  [235, 235, 235],
  [181, 67, 46],
  [47, 125, 59],
] as const;

/** Writes pictures beside each other on white. */
export async function writeSheet(file: URL, pictures: readonly Picture[]): Promise<void> {
  const sides = pictures.map(({ shape }) => shape as readonly [number, number, 1 | 3 | 4]);
  const height = Math.max(...sides.map(([side]) => side));
  const width = sides.reduce((sum, [, side]) => sum + side + gap, -gap);
  let left = 0;
  const placed = await Promise.all(
    pictures.map(async ({ data }, i) => {
      const [rows, columns, channels] = sides[i]!;
      const at = left;
      left += columns + gap;
      const raw = { height: rows, width: columns, channels };
      const input = await sharp(data, { raw }).toColourspace("srgb").png().toBuffer();
      return { input, left: at, top: (height - rows) >> 1 };
    }),
  );
  const background = { r: 255, g: 255, b: 255 };
  const sheet = sharp({ create: { width, height, channels: 3, background } }).composite(placed);
  await writeFile(file, await sheet.webp({ quality: 82, effort: 6 }).toBuffer());
}

/** A picture with frames around boxes `[left, top, right, bottom]`. */
export function framed({ data, shape }: Picture, { data: corners }: Tensor<"float32">): Picture {
  const [height, width] = shape as readonly [number, number];
  const pixels = Uint8Array.from(data);
  const dot = (x: number, y: number) => {
    if (x >= 0 && y >= 0 && x < width && y < height) pixels.set([255, 230, 0], (y * width + x) * 3);
  };
  for (let i = 0; i < corners.length; i += 4) {
    const [left, top, right, bottom] = [...corners.subarray(i, i + 4)].map(Math.round) as [
      number,
      number,
      number,
      number,
    ];
    for (let x = left; x < right; x++) for (const y of [top, top + 1, bottom - 2, bottom - 1]) dot(x, y);
    for (let y = top; y < bottom; y++) for (const x of [left, left + 1, right - 2, right - 1]) dot(x, y);
  }
  return tensor(pixels, { shape });
}

/** A mask with a colour for each class. */
export function painted({ data, shape }: Pixels): Picture {
  const [height, width] = shape as readonly [number, number];
  return tensor(Uint8Array.from([...data].flatMap((level) => [...(colours[level] ?? colours[0])])), {
    shape: [height, width, 3],
  });
}
