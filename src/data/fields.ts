/**
 * Fields of a sample that are stored as bytes or text: what the user says that they are, and what becomes of them.
 *
 * Nothing is guessed: a number is of the dtype that was stated, or an error. Numbers are scalar tensors, so that their
 * dtype is that of the batch.
 */
import { show } from "../core/check.ts";
import { OptionError } from "../core/errors.ts";
import type { Image } from "../image/image.ts";
import { imread } from "../image/imread.ts";
import { type ArrayOf, type DType, dtypes, isBigDType, rangeOf, viewOf } from "../tensor/dtype.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** dtypes that a field may have: all but float16, whose numbers nobody writes. */
export type NumberType = Exclude<DType, "float16">;

/** What the bytes of a field become, by the word for it. */
export interface ByteFields {
  /** An image, decoded when a batch needs it. */
  image: Image<"uint8">;
  /** The bytes as they are. */
  bytes: Uint8Array;
  /** Text in UTF-8. */
  string: string;
}

/** What the bytes of a field are: an image, bytes, text, JSON, or the text of one number of a dtype. */
export type FieldType = keyof ByteFields | "json" | NumberType;

/** What a field of type `T` is in a sample. */
export type FieldValue<T> = T extends keyof ByteFields
  ? ByteFields[T]
  : T extends DType
    ? Tensor<T>
    : T extends "json"
      ? unknown
      : never;

/** dtypes that a field may have. */
export const numberTypes: readonly NumberType[] = dtypes.filter((dtype) => dtype !== "float16");

/** All types of {@link FieldType}. */
export const fieldTypes: readonly FieldType[] = ["image", "bytes", "string", "json", ...numberTypes];

/** Throws {@link OptionError} unless `type` is one of `types`. */
export function checkFieldType(reader: string, field: string, type: unknown, types: readonly string[]): void {
  if (types.includes(type as string)) return;
  throw new OptionError(
    `${reader}(): the field \`${field}\` must be one of ${types.join(", ")}, got ${show(type)}.`,
  );
}

/**
 * What `bytes` are as a field of type `type`. Images and bytes are these very bytes.
 *
 * @throws Error saying why they are none.
 */
export function decodeField(type: FieldType, bytes: Uint8Array): unknown {
  switch (type) {
    case "image":
      return imread(bytes);
    case "bytes":
      return bytes;
    case "string":
      return textOf(bytes);
    case "json":
      return jsonOf(textOf(bytes));
    default:
      return parseNumber(type, bytes);
  }
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false });

/** Text of UTF-8; throws if it is none. */
export function textOf(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch (cause) {
    throw new Error('It is no text in UTF-8. Take it as "bytes", or convert it.', { cause });
  }
}

/** The value that JSON is; throws if it is none. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Error(`It is no JSON: ${(cause as Error).message}.`, { cause });
  }
}

/** A scalar of the number that `bytes` are the text of. */
function parseNumber<D extends NumberType>(dtype: D, bytes: Uint8Array): Tensor<D> {
  if (dtype !== "float32" && dtype !== "float64" && !isBigDType(dtype)) {
    const digits = digitsOf(bytes);
    if (digits !== undefined) return scalarOf(dtype, digits);
  }
  const text = textOf(bytes).trim();
  if (dtype === "float32" || dtype === "float64") {
    const special = /^([+-]?)(?:(inf(?:inity)?)|nan)$/i.exec(text);
    if (special !== null) {
      const value = special[2] === undefined ? Number.NaN : Number.POSITIVE_INFINITY;
      return filled(dtype, special[1] === "-" ? -value : value);
    }
    if (/^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text)) return scalarOf(dtype, Number(text));
  } else if (/^[+-]?\d+$/.test(text)) {
    return scalarOf(dtype, BigInt(text.replace(/^\+/, "")));
  }
  throw new Error(`It is ${show(text)}, and no text of one number of dtype ${dtype}.`);
}

/** The number that up to nine plain digits are, a newline behind them or none; undefined of anything else. */
function digitsOf(bytes: Uint8Array): number | undefined {
  let { length } = bytes;
  while (length > 0 && (bytes[length - 1] === 10 || bytes[length - 1] === 13)) length--;
  if (length === 0 || length > 9) return undefined;
  let value = 0;
  for (let i = 0; i < length; i++) {
    const digit = bytes[i]! - 48;
    if (digit < 0 || digit > 9) return undefined;
    value = value * 10 + digit;
  }
  return value;
}

/**
 * A tensor of shape [] that holds `value`, whole.
 *
 * @throws Error if `dtype` does not hold it.
 */
export function scalarOf<D extends NumberType>(dtype: D, value: number | bigint): Tensor<D> {
  checkHolds(dtype, value);
  return filled(dtype, value);
}

/** Throws unless `value` is a number of `dtype`: of whole numbers in its range, of others no finite one becomes infinite. */
export function checkHolds(dtype: NumberType, value: number | bigint): void {
  const range = rangeOf(dtype);
  if (range === undefined) {
    if (dtype !== "float32" || !Number.isFinite(Number(value)) || Number.isFinite(Math.fround(Number(value))))
      return;
  } else if (value >= range[0] && value <= range[1]) {
    if (typeof value === "bigint" || Number.isInteger(value)) return;
    throw new Error(`It is ${value}, which is no whole number, as of dtype ${dtype}.`);
  }
  const limits = range === undefined ? "too large for it" : `which goes from ${range[0]} to ${range[1]}`;
  throw new Error(`It is ${value}, which is out of the range of dtype ${dtype}, ${limits}.`);
}

function filled<D extends NumberType>(dtype: D, value: number | bigint): Tensor<D> {
  const data = viewOf(dtype, new ArrayBuffer(8), 0, 1) as ArrayOf<D>;
  if (isBigDType(dtype)) (data as BigInt64Array)[0] = BigInt(value);
  else (data as Float64Array)[0] = Number(value);
  return { data, shape: [], dtype };
}
