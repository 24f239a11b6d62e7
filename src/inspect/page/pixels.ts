/** Pixels of a sample: from the bytes that were sent to brightness on a canvas, and what is drawn over them. */
import type { SampleView } from "../protocol.ts";
import type { Mapping } from "./mapping.ts";

/** A sample that is a picture. */
export type Pixels = Extract<SampleView, { kind: "pixels" }>;

/** What came of drawing: values that were cut off as too small or too large, and that are not numbers. */
export interface Drawn {
  readonly values: number;
  readonly clipped: number;
  readonly nan: number;
}

/** Nothing drawn. */
export const nothingDrawn: Drawn = { values: 0, clipped: 0, nan: 0 };

/** Both together. */
export function together(a: Drawn, b: Drawn): Drawn {
  return { values: a.values + b.values, clipped: a.clipped + b.clipped, nan: a.nan + b.nan };
}

/** How boxes are written. */
export const boxForms = {
  corners: "left, top, right, bottom",
  size: "left, top, width, height",
  centre: "centre x, y, width, height",
  rows: "top, left, bottom, right",
} as const;

/** Name of a way to write boxes. */
export type BoxForm = keyof typeof boxForms;

/** Rows and columns that were sent. */
function sizeOf({ height, width, step }: Pixels): { readonly rows: number; readonly columns: number } {
  return { rows: Math.ceil(height / step), columns: Math.ceil(width / step) };
}

/** The values of a sample, of whatever dtype. */
function valuesOf({ data, dtype }: Pixels): ArrayLike<number> {
  const bytes = Uint8Array.from(atob(data), (char) => char.charCodeAt(0));
  const { buffer } = bytes;
  switch (dtype) {
    case "float32":
      return new Float32Array(buffer);
    case "float64":
      return new Float64Array(buffer);
    case "float16":
      return Float32Array.from(new Uint16Array(buffer), half);
    case "int8":
      return new Int8Array(buffer);
    case "uint16":
      return new Uint16Array(buffer);
    case "int16":
      return new Int16Array(buffer);
    case "uint32":
      return new Uint32Array(buffer);
    case "int32":
      return new Int32Array(buffer);
    case "int64":
      return Float64Array.from(new BigInt64Array(buffer), Number);
    case "uint64":
      return Float64Array.from(new BigUint64Array(buffer), Number);
    default:
      return bytes;
  }
}

/** The number of 16 bits, https://en.wikipedia.org/wiki/Half-precision_floating-point_format */
function half(bits: number): number {
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  const size =
    exponent === 31
      ? fraction === 0
        ? Number.POSITIVE_INFINITY
        : Number.NaN
      : exponent === 0
        ? fraction * 2 ** -24
        : (1024 + fraction) * 2 ** (exponent - 25);
  return bits & 0x8000 ? -size : size;
}

/** Colour of a value that is no number, opaque: one that no photograph has much of. */
const notNumber = [255, 0, 255, 255] as const;

/** Brightness of a picture's values, as red, green, blue and alpha of each pixel. */
export function colours(
  pixels: Pixels,
  mapping: Mapping,
  swap: boolean,
): { readonly data: Uint8ClampedArray<ArrayBuffer>; readonly drawn: Drawn } {
  const { rows, columns } = sizeOf(pixels);
  const { channels } = pixels;
  const values = valuesOf(pixels);
  const { scale, offset } = mapping;
  const data = new Uint8ClampedArray(rows * columns * 4).fill(255);
  const drawn = { values: Math.min(values.length, rows * columns * channels), clipped: 0, nan: 0 };
  for (let at = 0; at < drawn.values; at++) {
    const channel = at % channels;
    const value = values[at]! * scale[channel % scale.length]! + offset[channel % offset.length]!;
    const to = ((at / channels) | 0) * 4;
    if (Number.isNaN(value)) drawn.nan++;
    else if (value < -0.51 || value > 255.51) drawn.clipped++;
    if (channels === 1) data[to] = data[to + 1] = data[to + 2] = value;
    else data[to + (swap && channel < 3 ? 2 - channel : channel)] = value;
  }
  if (drawn.nan > 0) markNotNumbers(data, values, channels);
  return { data, drawn };
}

/** Colours pixels of which any channel is no number. */
function markNotNumbers(data: Uint8ClampedArray, values: ArrayLike<number>, channels: number): void {
  for (let at = 0; at < values.length; at++)
    if (Number.isNaN(values[at])) data.set(notNumber, ((at / channels) | 0) * 4);
}

/** The colour of a class: neighbours differ much. */
function classColour(number: number): readonly [red: number, green: number, blue: number] {
  const hue = (number * 137.508) % 360;
  const channel = (n: number): number => {
    const k = (n + hue / 30) % 12;
    return Math.round(255 * (0.55 - 0.4 * Math.max(-1, Math.min(k - 3, 9 - k, 1))));
  };
  return [channel(0), channel(8), channel(4)];
}

/** A mask as colours of its classes; the class 0 is left clear. */
function maskColours(mask: Pixels): Uint8ClampedArray<ArrayBuffer> {
  const { rows, columns } = sizeOf(mask);
  const values = valuesOf(mask);
  const data = new Uint8ClampedArray(rows * columns * 4);
  for (let at = 0; at < rows * columns; at++) {
    const number = values[at * mask.channels]!;
    if (number > 0) data.set([...classColour(number), 140], at * 4);
  }
  return data;
}

/** What is drawn over a picture. */
export interface Overlay {
  readonly mask: Pixels | undefined;
  /** Four numbers a box. */
  readonly boxes: readonly number[];
  readonly form: BoxForm;
}

/** Draws a picture into `canvas`, its pixels enlarged to whole squares until it has `least` on its longer side. */
export function paint(
  canvas: HTMLCanvasElement,
  pixels: Pixels,
  { mapping, swap, least, overlay }: { mapping: Mapping; swap: boolean; least: number; overlay: Overlay },
): Drawn {
  const { rows, columns } = sizeOf(pixels);
  const { data, drawn } = colours(pixels, mapping, swap);
  const zoom = Math.max(1, Math.ceil(least / Math.max(rows, columns)));
  canvas.width = columns * zoom;
  canvas.height = rows * zoom;
  const context = canvas.getContext("2d")!;
  context.imageSmoothingEnabled = false;
  context.drawImage(bitmap(data, columns, rows), 0, 0, canvas.width, canvas.height);
  if (overlay.mask) {
    const size = sizeOf(overlay.mask);
    const mask = bitmap(maskColours(overlay.mask), size.columns, size.rows);
    context.drawImage(mask, 0, 0, canvas.width, canvas.height);
  }
  drawBoxes(context, pixels, overlay);
  return drawn;
}

function bitmap(data: Uint8ClampedArray<ArrayBuffer>, width: number, height: number): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  canvas.getContext("2d")!.putImageData(new ImageData(data, width, height), 0, 0);
  return canvas;
}

function drawBoxes(context: CanvasRenderingContext2D, pixels: Pixels, { boxes, form }: Overlay): void {
  const { width, height } = context.canvas;
  for (let at = 0; at + 4 <= boxes.length; at += 4) {
    const box = corners(boxes.slice(at, at + 4), form);
    // Of boxes that were added to make all samples alike, all numbers are the same.
    if (!box.every(Number.isFinite) || box[2] <= box[0] || box[3] <= box[1]) continue;
    const shares = box.every((value) => value >= 0 && value <= 1);
    const [x, y] = shares ? [width, height] : [width / pixels.width, height / pixels.height];
    const rectangle = [box[0] * x, box[1] * y, (box[2] - box[0]) * x, (box[3] - box[1]) * y] as const;
    context.lineWidth = Math.max(6, width / 64);
    context.strokeStyle = "rgb(0 0 0 / 60%)";
    context.strokeRect(...rectangle);
    context.lineWidth /= 2;
    context.strokeStyle = `rgb(${classColour((at / 4) % 64).join(" ")})`;
    context.strokeRect(...rectangle);
  }
}

/** Left, top, right and bottom of a box. */
export function corners(box: readonly number[], form: BoxForm): readonly [number, number, number, number] {
  const [a, b, c, d] = box as [number, number, number, number];
  switch (form) {
    case "corners":
      return [a, b, c, d];
    case "size":
      return [a, b, a + c, b + d];
    case "centre":
      return [a - c / 2, b - d / 2, a + c / 2, b + d / 2];
    case "rows":
      return [b, a, d, c];
  }
}
