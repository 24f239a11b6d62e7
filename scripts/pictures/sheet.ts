/** Contact sheets: pictures beside each other, as one file. */
import { writeFile } from "node:fs/promises";
import sharp from "sharp";
import type { Pixels } from "../../src/image/index.ts";

/** Pixels between pictures. */
const gap = 6;

/** Writes pictures of one height, RGB or grey, beside each other on white; `double` shows them at twice their size. */
export async function writeSheet(
  file: URL,
  pictures: readonly Pixels[],
  double: boolean = false,
): Promise<void> {
  const factor = double ? 2 : 1;
  const sides = pictures.map(({ shape }) => shape as readonly [number, number, 1 | 3 | 4]);
  const height = factor * Math.max(...sides.map(([side]) => side));
  const width = sides.reduce((sum, [, side]) => sum + factor * side + gap, -gap);
  let left = 0;
  const placed = await Promise.all(
    pictures.map(async ({ data }, i) => {
      const [rows, columns, channels] = sides[i]!;
      const at = left;
      left += factor * columns + gap;
      const input = await sharp(data, { raw: { height: rows, width: columns, channels } })
        .resize(factor * columns, factor * rows, { kernel: "nearest" })
        .toColourspace("srgb")
        .png()
        .toBuffer();
      return { input, left: at, top: 0 };
    }),
  );
  const background = { r: 255, g: 255, b: 255 };
  const sheet = sharp({ create: { width, height, channels: 3, background } }).composite(placed);
  await writeFile(file, await sheet.webp({ quality: 84, effort: 6 }).toBuffer());
}
