/** What is shown of one sample of a leaf: its real values, as many as there is room for. */
import { type BatchLeaf, leafNumbers } from "../check/leaves.ts";
import { classesIn } from "../check/values.ts";
import { halfValue } from "../data/array/convert.ts";
import type { SampleView } from "./protocol.ts";

/** One-hot rows are shown as they are up to so many classes, longer ones as the number of their class alone. */
const mostOneHot = 64;

/** How much is shown of a sample. */
export interface ViewLimits {
  /** Of pixels every so many-th row and column. */
  readonly step: number;
  /** Numbers at most. */
  readonly numbers: number;
  /** Characters at most. */
  readonly text: number;
}

/** Height, width and channels of the pictures of a leaf; undefined where it holds none. */
export function pictureOf({
  role,
  shape,
}: BatchLeaf): { readonly height: number; readonly width: number; readonly channels: number } | undefined {
  if (role !== "image" && role !== "mask") return undefined;
  const [, height = 0, width = 0, channels = 1] = shape;
  return { height, width, channels };
}

/** What is shown of the sample numbered `item` of a leaf. */
export function viewSample(leaf: BatchLeaf, item: number, { step, numbers, text }: ViewLimits): SampleView {
  if (pictureOf(leaf) !== undefined) return viewPixels(leaf, item, step);
  if (leafNumbers(leaf) !== undefined || leaf.dtype === "boolean") return viewNumbers(leaf, item, numbers);
  const shown = String(leaf.data[item]);
  return { kind: "text", text: shown.length > text ? `${shown.slice(0, text)}…` : shown };
}

/** Samples that a leaf holds: one where it has no axis of them. */
export function samplesIn({ shape }: BatchLeaf): number {
  return shape[0] ?? 1;
}

function viewPixels(leaf: BatchLeaf, item: number, step: number): SampleView {
  const { height, width, channels } = pictureOf(leaf)!;
  const [rows, columns] = [Math.ceil(height / step), Math.ceil(width / step)];
  const bytes = pick(leaf.data as ArrayBufferView, { height, width, channels, item, step, rows, columns });
  return {
    kind: "pixels",
    height,
    width,
    channels,
    step,
    dtype: leaf.dtype,
    data: Buffer.from(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.byteLength).toString("base64"),
  };
}

/** Which pixels are taken of which picture. */
interface Pick {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly item: number;
  readonly step: number;
  readonly rows: number;
  readonly columns: number;
}

/** The bytes of every `step`-th row and column. Values are moved as whole words of their size, whatever they mean. */
function pick(
  data: ArrayBufferView,
  { height, width, channels, item, step, rows, columns }: Pick,
): Uint8Array {
  const bytes = (data as Uint8Array).BYTES_PER_ELEMENT;
  const Words = bytes === 1 ? Uint8Array : bytes === 2 ? Uint16Array : Uint32Array;
  const words = new Words(
    data.buffer as ArrayBuffer,
    data.byteOffset,
    data.byteLength / Words.BYTES_PER_ELEMENT,
  );
  const pixel = (channels * bytes) / Words.BYTES_PER_ELEMENT;
  const first = item * height * width * pixel;
  if (step === 1) return asBytes(words.subarray(first, first + height * width * pixel));
  const picked = new Words(rows * columns * pixel);
  let at = 0;
  for (let row = 0; row < rows; row++) {
    let from = first + row * step * width * pixel;
    for (let column = 0; column < columns; column++) {
      for (let word = 0; word < pixel; word++) picked[at++] = words[from + word]!;
      from += step * pixel;
    }
  }
  return asBytes(picked);
}

function asBytes({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

function viewNumbers(leaf: BatchLeaf, item: number, most: number): SampleView {
  const { role, shape, dtype, data } = leaf;
  const count = shape.slice(1).reduce((product, axis) => product * axis, 1);
  if (role === "oneHot" && count > mostOneHot) {
    const row = { ...leaf, shape: [1, count], data: data.slice(item * count, (item + 1) * count) };
    return { kind: "numbers", values: classesIn(row as BatchLeaf), count, channels: 1 };
  }
  const channels = shape.length > 2 || role === "boxes" ? shape.at(-1)! : 1;
  const steps = channels === 0 ? 0 : count / channels;
  const taken = Math.min(steps, Math.max(1, Math.floor(most / channels)));
  const values: (number | null)[] = [];
  // Of boxes the first: those that are added to make all samples alike are the last.
  const stepOf = (i: number): number => (role === "boxes" ? i : Math.floor((i * steps) / taken));
  for (let i = 0; i < taken; i++) {
    const from = item * count + stepOf(i) * channels;
    for (let channel = 0; channel < channels; channel++) {
      const value = data[from + channel];
      const number = dtype === "float16" ? halfValue(value as number) : Number(value);
      values.push(Number.isFinite(number) ? number : null);
    }
  }
  return { kind: "numbers", values, count, channels };
}
