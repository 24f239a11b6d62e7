/** A small labelled image set: ten shapes, drawn in random colours, places and sizes, with noise, as JPEG files. */
import { mkdir, mkdtemp, rename, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import sharp from "sharp";
import { seeded } from "./random.ts";

/** Whether the point (x, y) belongs to the shape, which fills [-1, 1]². */
type Shape = (x: number, y: number) => boolean;

const radius = Math.hypot;
const inSquare: Shape = (x, y) => Math.max(Math.abs(x), Math.abs(y)) < 0.85;

const shapes: Readonly<Record<string, Shape>> = {
  checkers: (x, y) => inSquare(x, y) && (Math.floor(x * 2.5) + Math.floor(y * 2.5)) % 2 === 0,
  circle: (x, y) => radius(x, y) < 0.95,
  cross: (x, y) => inSquare(x, y) && Math.min(Math.abs(x), Math.abs(y)) < 0.28,
  diamond: (x, y) => Math.abs(x) + Math.abs(y) < 0.95,
  dots: (x, y) => inSquare(x, y) && radius(((x + 3) % 0.7) - 0.35, ((y + 3) % 0.7) - 0.35) < 0.22,
  heart: (x, y) => (x * x * 1.5 + y * y * 1.5 - 0.8) ** 3 + x * x * 2 * y ** 3 < 0,
  rows: (x, y) => inSquare(x, y) && Math.floor((y + 3) * 3) % 2 === 0,
  columns: (x, y) => inSquare(x, y) && Math.floor((x + 3) * 3) % 2 === 0,
  ring: (x, y) => radius(x, y) < 0.95 && radius(x, y) > 0.6,
  triangle: (x, y) => y < 0.8 && y > -0.85 + 2 * Math.abs(x),
};

/** Pixels of an image along each side. */
const side = 32;

/** Images of each class. */
const counts = { train: 300, test: 50 } as const;

/**
 * The folder of the drawn images, made if it is not there yet: `train/<class>/*.jpg` and `test/<class>/*.jpg`.
 *
 * @param perClass images of each class, for a quicker test of the demo itself
 */
export async function drawImages(
  seed: number,
  perClass: { train: number; test: number } = counts,
): Promise<string> {
  const folder = join(tmpdir(), "epochal-demo", `shapes-${seed}-${perClass.train}-${perClass.test}`);
  if (await stat(folder).catch(() => undefined)) return folder;
  await mkdir(dirname(folder), { recursive: true });
  // Made aside and renamed, so that a run that was interrupted leaves no half of it.
  const making = await mkdtemp(`${folder}-`);
  const random = seeded(seed);
  const files: Promise<unknown>[] = [];
  for (const [part, count] of Object.entries(perClass)) {
    for (const [name, shape] of Object.entries(shapes)) {
      await mkdir(join(making, part, name), { recursive: true });
      for (let i = 0; i < count; i++) {
        const file = join(making, part, name, `${String(i).padStart(4, "0")}.jpg`);
        const pixels = draw(shape, random);
        files.push(
          sharp(pixels, { raw: { width: side, height: side, channels: 3 } })
            .jpeg({ quality: 90 })
            .toFile(file),
        );
      }
    }
  }
  await Promise.all(files);
  // Another run may have made it in the meantime; both are the same.
  await rename(making, folder).catch(() => rm(making, { recursive: true }));
  return folder;
}

/** One image of `shape`: RGB bytes, row by row. */
function draw(shape: Shape, random: () => number): Uint8Array {
  const colour = (): number[] => [random() * 255, random() * 255, random() * 255];
  const front = colour();
  const back = colour().map((value, i) => (Math.abs(value - front[i]!) < 60 ? (value + 128) % 256 : value));
  const half = 8 + random() * 7;
  const [left, top] = [random(), random()].map((place) => half + place * (side - 2 * half));
  const angle = (random() - 0.5) * 0.5;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const pixels = new Uint8Array(side * side * 3);
  for (let i = 0; i < side * side; i++) {
    const [dx, dy] = [((i % side) + 0.5 - left!) / half, (Math.floor(i / side) + 0.5 - top!) / half];
    const inside = shape(dx * cos - dy * sin, dx * sin + dy * cos);
    for (let c = 0; c < 3; c++) {
      const value = (inside ? front : back)[c]! + (random() - 0.5) * 60;
      pixels[i * 3 + c] = Math.min(255, Math.max(0, value));
    }
  }
  return pixels;
}
