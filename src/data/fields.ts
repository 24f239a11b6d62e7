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
import { type DType, dtypes, isBigDType, rangeOf, zerosOf } from "../tensor/dtype.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { lostNumber } from "./json.ts";

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

/** Throws {@link OptionError} unless a sample can have such a field, and `type` is one of `types`. */
export function checkFieldType(reader: string, field: string, type: unknown, types: readonly string[]): void {
  checkFieldNames(`${reader}()`, [field]);
  if (types.includes(type as string)) return;
  throw new OptionError(
    `${reader}(): the field \`${field}\` must be one of ${types.join(", ")}, got ${show(type)}.`,
  );
}

/** Throws {@link OptionError} if one of `names` is none that a field of a sample can have. */
export function checkFieldNames(reader: string, names: readonly string[]): void {
  // It would be the sample's prototype, and no field.
  if (names.includes("__proto__"))
    throw new OptionError(
      `${reader}: a field cannot be called "__proto__" in JavaScript. Give it another name.`,
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

/** Text of UTF-8; throws if it is none, or begins like UTF-16, whose letters of ASCII UTF-8 reads as well, with zeros. */
export function textOf(bytes: Uint8Array): string {
  if (beginsLikeUtf16(bytes))
    throw new Error('It is text in UTF-16. Convert it: iconv -f utf-16le -t utf-8. Or take it as "bytes".');
  try {
    return utf8.decode(bytes);
  } catch (cause) {
    throw new Error('It is no text in UTF-8. Take it as "bytes", or convert it.', { cause });
  }
}

/** Whether of the bytes of the first character one is 0, and those of the second, if there is one, are not both. */
function beginsLikeUtf16(bytes: Uint8Array): boolean {
  const { length } = bytes;
  if (length === 0 || length % 2 !== 0 || (bytes[0] === 0) === (bytes[1] === 0)) return false;
  return length === 2 || bytes[2] !== 0 || bytes[3] !== 0;
}

/** The value that JSON is; throws if it is none, or holds a number that JavaScript's numbers are not. */
export function jsonOf(text: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new Error(`It is no JSON: ${(cause as Error).message}.`, { cause });
  }
  const lost = lostNumber(text);
  if (lost === undefined) return value;
  throw new Error(`${lost.problem} Write it as text, in quotes, or take the whole as "string".`);
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
    if (/^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text)) {
      // One that is written as a number, and is too large for any.
      if (Number.isFinite(Number(text))) return scalarOf(dtype, Number(text));
      throw new Error(`It is ${show(text)}, which is out of the range of dtype ${dtype}, too large for it.`);
    }
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
  const data = zerosOf(dtype, 1);
  if (isBigDType(dtype)) (data as unknown as BigInt64Array)[0] = BigInt(value);
  else (data as unknown as Float64Array)[0] = Number(value);
  return { data, shape: [], dtype };
}
