/** `tf.train.Example`: features by name, each a list of bytes, of float32 or of int64. What was asked for is taken of it. */
import { type ArrayOf, bytesPerElement, isBigDType, viewOf } from "../../tensor/dtype.ts";
import { showShape, sizeOf, type Tensor } from "../../tensor/tensor.ts";
import {
  type ByteFields,
  checkHolds,
  decodeField,
  type FieldType,
  type NumberType,
  textOf,
} from "../fields.ts";
import { Wire, wireType } from "./wire.ts";

/** A feature that is asked for. */
export interface PlannedFeature {
  readonly field: string;
  /** The feature's name in the example. */
  readonly from: string;
  readonly type: FieldType;
  /** The shape of its numbers; `"ragged"` where it is as long as its list. */
  readonly shape: readonly number[] | "ragged";
}

/** Throws about one feature, or the whole example. */
export type Fail = (message: string, feature: PlannedFeature | undefined, cause?: unknown) => never;

/** Lists of a feature, by the number of their field. */
const lists = ["nothing", "bytes", "float32", "int64"] as const;

/**
 * The sample that `features` make of the example in `bytes`.
 *
 * @param names the names of `features` in UTF-8
 */
export function parseExample(
  bytes: Uint8Array,
  features: readonly PlannedFeature[],
  names: readonly Uint8Array[],
  fail: Fail,
): Record<string, unknown> {
  const found: (Wire | undefined)[] = new Array(features.length).fill(undefined);
  let feature: PlannedFeature | undefined;
  try {
    const example = new Wire(bytes);
    while (example.next()) {
      if (example.field === 1) findFeatures(example.message(), names, found);
      else example.skip();
    }
    const sample: Record<string, unknown> = {};
    for (let i = 0; i < features.length; i++) {
      feature = features[i]!;
      const list = found[i];
      if (list === undefined) throw new Error(`The record has no feature ${JSON.stringify(feature.from)}.`);
      sample[feature.field] = featureValue(list, feature);
    }
    return sample;
  } catch (cause) {
    return fail((cause as Error).message, feature, cause);
  }
}

/** Notes in `found` which of the entries of a map are features of `names`; of two of one name the last counts. */
function findFeatures(map: Wire, names: readonly Uint8Array[], found: (Wire | undefined)[]): void {
  while (map.next()) {
    if (map.field !== 1) {
      map.skip();
      continue;
    }
    const entry = map.message();
    let [start, end] = [0, 0];
    let value: Wire | undefined;
    let again = false;
    while (entry.next()) {
      if (entry.field === 1) {
        end = entry.part();
        start = entry.at;
        entry.at = end;
      } else if (entry.field === 2) {
        again = value !== undefined;
        value = entry.message();
      } else entry.skip();
    }
    for (let i = 0; i < names.length; i++) {
      if (!isName(names[i]!, map.bytes, start, end)) continue;
      if (again) throw twice(`The feature ${JSON.stringify(new TextDecoder().decode(names[i]))}`);
      found[i] = value ?? new Wire(map.bytes, 0, 0);
    }
  }
}

function isName(name: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
  if (name.length !== end - start) return false;
  for (let i = 0; i < name.length; i++) if (name[i] !== bytes[start + i]) return false;
  return true;
}

/** What a feature is in the sample. */
function featureValue(list: Wire, { type, shape }: PlannedFeature): unknown {
  let kind = 0;
  let values: Wire | undefined;
  while (list.next()) {
    if (list.field < 1 || list.field > 3) list.skip();
    else {
      if (values !== undefined) throw twice("Its list");
      kind = list.field;
      values = list.message();
    }
  }
  const wanted = type in byteTypes ? 1 : type === "float32" || type === "float64" ? 2 : 3;
  if (kind !== wanted)
    throw new Error(
      `It is a list of ${lists[kind]}, and no list of ${lists[wanted]}, of which ${type} is made.`,
    );
  if (wanted === 1) {
    const bytes = onlyBytes(values!);
    if (type === "string") return wholeText(bytes);
    return decodeField(type, type === "bytes" ? bytes.slice() : bytes);
  }
  const dtype = type as NumberType;
  const numbers = wanted === 2 ? floatsOf(values!) : integersOf(values!, dtype);
  checkCount(numbers.length, shape);
  if (numbers instanceof Float32Array && dtype === "float32")
    return { data: numbers, shape: shapeOf(shape, numbers.length), dtype };
  return tensorOf(dtype, numbers as ArrayLike<number | bigint>, shapeOf(shape, numbers.length));
}

/** Text with the mark (BOM) that it may begin with, which is the file's where a text is a file, and here its own. */
function wholeText(bytes: Uint8Array): string {
  const marked = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  return marked ? `\ufeff${textOf(bytes)}` : textOf(bytes);
}

/** Of what joined messages say in two ways: some readers join it, some take the first, some the last. */
function twice(what: string): Error {
  return new Error(`${what} is there twice, which readers take in different ways. Write it once.`);
}

const byteTypes: Readonly<Record<keyof ByteFields | "json", true>> = {
  image: true,
  bytes: true,
  string: true,
  json: true,
};

function shapeOf(shape: PlannedFeature["shape"], count: number): readonly number[] {
  return shape === "ragged" ? [count] : shape.slice();
}

function checkCount(count: number, shape: PlannedFeature["shape"]): void {
  if (shape === "ragged" || sizeOf(shape) === count) return;
  throw new Error(
    shape.length === 0
      ? `It has ${count} values, and a field without a shape has one. Give its shape: { type, shape: [${count}] }, or shape: "ragged" where it varies.`
      : `It has ${count} values, and shape ${showShape(shape)} has ${sizeOf(shape)}. Where it varies, it is shape: "ragged".`,
  );
}

function tensorOf<D extends NumberType>(
  dtype: D,
  numbers: ArrayLike<number | bigint>,
  shape: readonly number[],
): Tensor<D> {
  const { length } = numbers;
  const data: ArrayOf<D> = viewOf(dtype, new ArrayBuffer(length * bytesPerElement(dtype)), 0, length);
  const out = data as { [index: number]: number | bigint };
  for (let i = 0; i < length; i++) {
    if (dtype !== "int64") checkHolds(dtype, numbers[i]!);
    out[i] = numbers[i]!;
  }
  return { data, shape, dtype };
}

/** The bytes in a list of one, as they lie in the record. */
function onlyBytes(list: Wire): Uint8Array {
  let bytes: Uint8Array | undefined;
  let count = 0;
  while (list.next()) {
    if (list.field !== 1) {
      list.skip();
      continue;
    }
    const end = list.part();
    bytes = list.bytes.subarray(list.at, end);
    list.at = end;
    count++;
  }
  if (bytes === undefined || count !== 1)
    throw new Error(`It has ${count} values, and bytes, text and images are one.`);
  return bytes;
}

function floatsOf(list: Wire): Float32Array {
  const parts: Float32Array[] = [];
  while (list.next()) {
    if (list.field !== 1) {
      list.skip();
      continue;
    }
    const end = list.type === wireType.fixed32 ? list.at + 4 : list.part();
    if ((end - list.at) % 4 !== 0 || end > list.end) throw new Error("Its list of float32 is damaged.");
    parts.push(new Float32Array(list.bytes.slice(list.at, end).buffer));
    list.at = end;
  }
  if (parts.length === 1) return parts[0]!;
  const all = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** Whole numbers: bigints for dtypes that have them, where a number would not keep them. */
function integersOf(list: Wire, dtype: NumberType): (number | bigint)[] {
  const values: (number | bigint)[] = [];
  const isBig = isBigDType(dtype);
  while (list.next()) {
    if (list.field !== 1) {
      list.skip();
      continue;
    }
    const packed = list.type === wireType.bytes ? list.message() : undefined;
    const wire = packed ?? list;
    if (packed === undefined && list.type !== wireType.varint)
      throw new Error("Its list of int64 is damaged.");
    do {
      if (packed !== undefined && packed.at >= packed.end) break;
      wire.varint();
      values.push(
        isBig
          ? BigInt.asIntN(64, (BigInt(wire.high >>> 0) << 32n) | BigInt(wire.low))
          : (wire.high | 0) * 2 ** 32 + wire.low,
      );
    } while (packed !== undefined);
  }
  return values;
}
