/**
 * What steps over colours mean, written down a second time as plainly as possible, in float64: the formulas of torchvision
 * on values of 0 to 255. Tests hold the kernel against it.
 */
import type { Values } from "../reference.ts";

/** A step: its name as the user calls it, and its number. */
export type ColourStep = readonly [name: string, value: number];

/** Those that look at more than one pixel: the image is rounded to bytes before them. */
const onBytes = new Set(["contrast", "sharpness", "autocontrast", "equalize"]);

/** The image after the steps. */
export function colourReference(image: Values, steps: readonly ColourStep[]): Values {
  return steps.reduce(
    (values, step) => after(onBytes.has(step[0]) ? each(values, even) : values, step),
    image,
  );
}

function after(values: Values, [name, f]: ColourStep): Values {
  const blend = (other: (p: readonly number[], c: number, y: number, x: number) => number) =>
    each(values, (v, p, c, y, x) => cut(f * v + (1 - f) * other(p, c, y, x)));
  switch (name) {
    case "brightness":
      return blend(() => 0);
    case "contrast": {
      const greys = values.flat().map(luma);
      const mean = greys.reduce((sum, v) => sum + v, 0) / greys.length;
      return blend(() => mean);
    }
    case "saturation":
      return blend((p) => luma(p));
    case "hue":
      return values.map((row) => row.map((p) => (p.length < 3 ? p : [...turned(p, f), ...p.slice(3)])));
    case "gamma":
      return each(values, (v) => 255 * (v / 255) ** f);
    case "sharpness":
      return blend((p, c, y, x) => {
        const around = [-1, 0, 1].flatMap((dy) => [-1, 0, 1].map((dx) => values[y + dy]?.[x + dx]?.[c]));
        return around.some((v) => v === undefined)
          ? p[c]!
          : (around.reduce<number>((sum, v) => sum + v!, 0) + 4 * p[c]!) / 13;
      });
    case "invert":
      return each(values, (v) => 255 - v);
    case "posterize":
      return each(values, (v) => Math.floor(even(v) / 2 ** (8 - f)) * 2 ** (8 - f));
    case "solarize":
      return each(values, (v) => (even(v) >= f ? 255 - even(v) : even(v)));
    default:
      throw new Error(`There is no ${name}.`);
  }
}

/** Each colour of each pixel; alpha stays. */
function each(
  values: Values,
  change: (v: number, pixel: readonly number[], c: number, y: number, x: number) => number,
): Values {
  return values.map((row, y) =>
    row.map((pixel, x) => pixel.map((v, c) => (c < 3 ? change(v, pixel, c, y, x) : v))),
  );
}

const luma = (p: readonly number[]) =>
  p.length === 1 ? p[0]! : 0.299 * p[0]! + 0.587 * p[1]! + 0.114 * p[2]!;
const cut = (v: number) => Math.min(255, Math.max(0, v));
const even = (v: number) => (Math.abs(v % 1) === 0.5 ? 2 * Math.round(v / 2) : Math.round(v));

/** As Python's `colorsys`: to hue, saturation and value, and back. */
function turned([r, g, b]: readonly number[], turn: number): number[] {
  const value = Math.max(r!, g!, b!);
  const range = value - Math.min(r!, g!, b!);
  if (range === 0) return [r!, g!, b!];
  const sixths =
    value === r ? (g! - b!) / range : value === g ? 2 + (b! - r!) / range : 4 + (r! - g!) / range;
  const hue = (((sixths / 6 + turn) % 1) + 1) % 1;
  const i = Math.floor(hue * 6);
  const f = hue * 6 - i;
  const s = range / value;
  const [p, q, t] = [value * (1 - s), value * (1 - s * f), value * (1 - s * (1 - f))];
  return [
    [value, t, p],
    [q, value, p],
    [p, value, t],
    [p, q, value],
    [t, p, value],
    [value, p, q],
  ][i % 6]!;
}
