/**
 * A small labelled set of pictures: shapes in random colours, places and sizes. Drawn by sums and roots alone, which all
 * browsers compute alike, so that the stream of batches is the same in all of them.
 */
import { createRandom, type Random } from "epochal";

/** How far the point (x, y) is outside of the shape, which fills [-1, 1]²; negative inside. */
type Shape = (x: number, y: number) => number;

const box = (x: number, y: number, width: number, height: number) =>
  Math.max(Math.abs(x) - width, Math.abs(y) - height);

const shapes: Readonly<Record<string, Shape>> = {
  circle: (x, y) => Math.sqrt(x * x + y * y) - 0.9,
  cross: (x, y) => Math.min(box(x, y, 0.9, 0.28), box(x, y, 0.28, 0.9)),
  diamond: (x, y) => (Math.abs(x) + Math.abs(y) - 1) / Math.SQRT2,
  ring: (x, y) => Math.abs(Math.sqrt(x * x + y * y) - 0.7) - 0.2,
  square: (x, y) => box(x, y, 0.76, 0.76),
  triangle: (x, y) => Math.max(y - 0.75, (2 * Math.abs(x) - y - 0.95) / Math.sqrt(5)),
};

/** Pictures of each shape. */
const count = 64;

/** Pixels along each side of a picture. */
export const side = 96;

/** A drawn picture: red, green, blue and 255 for each pixel, row by row. */
export interface Drawn {
  readonly path: string;
  readonly pixels: Uint8ClampedArray<ArrayBuffer>;
}

/** Draws the set, each shape in a folder of its own. */
export function* drawShapes(seed: number): Generator<Drawn> {
  const random = createRandom(seed);
  for (const [name, shape] of Object.entries(shapes)) {
    for (let i = 0; i < count; i++) {
      const pixels = new Uint8ClampedArray(4 * side * side);
      draw(pixels, shape, random);
      yield { path: `shapes/${name}/${String(i).padStart(3, "0")}.png`, pixels };
    }
  }
}

function draw(pixels: Uint8ClampedArray, shape: Shape, random: Random): void {
  const [front, from, to] = [colour(random, 0.7), colour(random, 0.16), colour(random, 0.3)];
  const radius = side * (0.27 + 0.13 * random.uniform());
  const [left, top] = [random.uniform(), random.uniform()].map((at) => radius + at * (side - 2 * radius));
  // A small turn, by the tangent of half of it.
  const tangent = (random.uniform() - 0.5) * 0.3;
  const [cos, sin] = [
    (1 - tangent * tangent) / (1 + tangent * tangent),
    (2 * tangent) / (1 + tangent * tangent),
  ];
  for (let i = 0; i < side * side; i++) {
    const [column, row] = [i % side, Math.floor(i / side)];
    const [dx, dy] = [(column + 0.5 - left!) / radius, (row + 0.5 - top!) / radius];
    const outside = shape(dx * cos - dy * sin, dx * sin + dy * cos) * radius;
    const cover = Math.min(1, Math.max(0, 0.5 - outside));
    const slope = (column + row) / (2 * side);
    for (let c = 0; c < 3; c++) {
      const back = from[c]! + (to[c]! - from[c]!) * slope;
      pixels[4 * i + c] = Math.round(255 * (back + (front[c]! - back) * cover));
    }
    pixels[4 * i + 3] = 255;
  }
}

/** A random colour as red, green and blue from 0 to 1: hue, saturation and lightness, as CSS has them. */
function colour(random: Random, lightness: number): readonly [number, number, number] {
  const [hue, saturation] = [random.uniform() * 12, 0.5 + 0.4 * random.uniform()];
  const amplitude = saturation * Math.min(lightness, 1 - lightness);
  const channel = (n: number) => {
    const k = (n + hue) % 12;
    return lightness - amplitude * Math.max(-1, Math.min(k - 3, 9 - k, 1));
  };
  return [channel(0), channel(8), channel(4)];
}
