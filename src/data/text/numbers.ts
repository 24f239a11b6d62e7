/**
 * Text as the number that is written there, as a dtype holds it: whole numbers exactly, floats by the nearest double
 * (and float32 and float16 by what is nearest to that); what a dtype does not hold is an error.
 */
import { show } from "../../core/check.ts";
import { type DType, isBigDType, rangeOf } from "../../tensor/dtype.ts";

/** Powers of ten that doubles hold exactly. */
const powers: readonly number[] = Array.from({ length: 16 }, (_, i) => 10 ** i);

/**
 * The number that at most 15 digits from `start` to `end` are, with a sign and a point or without; NaN of anything else.
 *
 * Exact: the digits are a whole number that a double holds, and so is the power of ten: their quotient is the nearest.
 */
function plainFloat(text: string, start: number, end: number): number {
  const negative = text.charCodeAt(start) === 0x2d;
  let value = 0;
  let point = -1;
  const first = negative ? start + 1 : start;
  if (end - first > 16) return Number.NaN;
  for (let i = first; i < end; i++) {
    const digit = text.charCodeAt(i) - 0x30;
    if (digit >= 0 && digit <= 9) value = value * 10 + digit;
    else if (digit === -2 && point < 0) point = i;
    else return Number.NaN;
  }
  const digits = end - first - (point < 0 ? 0 : 1);
  if (digits === 0 || digits > 15) return Number.NaN;
  if (point >= 0) value /= powers[end - point - 1]!;
  return negative ? -value : value;
}

/** The whole number that at most 15 digits from `start` to `end` are, with a minus or without; NaN of anything else. */
function plainWhole(text: string, start: number, end: number): number {
  const negative = text.charCodeAt(start) === 0x2d;
  const first = negative ? start + 1 : start;
  if (end === first || end - first > 15) return Number.NaN;
  let value = 0;
  for (let i = first; i < end; i++) {
    const digit = text.charCodeAt(i) - 0x30;
    if (!(digit >= 0 && digit <= 9)) return Number.NaN;
    value = value * 10 + digit;
  }
  return negative ? -value : value;
}

/** The number from `start` to `end` as `dtype` holds it, where it is written as most are; NaN where it has to be looked at. */
function plainNumber(text: string, start: number, end: number, dtype: DType): number {
  if (isFloat(dtype)) return plainFloat(text, start, end);
  // Of truths 1 and 0 are written, and not 01.
  if (dtype === "bool" && end - start !== 1) return Number.NaN;
  const value = plainWhole(text, start, end);
  const [low, high] = rangeOf(dtype)!;
  return value >= low && value <= high ? value : Number.NaN;
}

/**
 * The number that the cell of a table from `start` to `end` is.
 *
 * @throws Error saying why it is none of `dtype`.
 */
export function numberOfCell(text: string, start: number, end: number, dtype: DType): number | bigint {
  const value = plainNumber(text, start, end, dtype);
  if (Number.isNaN(value)) return numberFrom(text.slice(start, end), dtype);
  return isBigDType(dtype) ? BigInt(value) : value;
}

/**
 * The number of JSON from `start` to `end`: one of a dtype of whole numbers may be written as 1.0 or 1e3 as well.
 *
 * @throws Error saying why it is none of `dtype`.
 */
export function numberOfJson(text: string, start: number, end: number, dtype: DType): number | bigint {
  const value = plainNumber(text, start, end, dtype);
  if (Number.isNaN(value)) return jsonNumber(text.slice(start, end), dtype);
  return isBigDType(dtype) ? BigInt(value) : value;
}

const float = /^[ \t]*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?[ \t]*$/;
const integer = /^[ \t]*[+-]?\d+[ \t]*$/;
const special = /^[ \t]*([+-]?)(?:(nan)|inf(?:inity)?)[ \t]*$/i;

/**
 * The number that `text` is, as `dtype` holds it.
 *
 * @throws Error saying why it is none.
 */
export function numberFrom(text: string, dtype: DType): number | bigint {
  if (isFloat(dtype)) {
    if (float.test(text)) return finite(text, dtype);
    const [, sign, nan] = special.exec(text) ?? [];
    if (sign === undefined) throw noNumber(text, dtype);
    return nan !== undefined
      ? Number.NaN
      : sign === "-"
        ? Number.NEGATIVE_INFINITY
        : Number.POSITIVE_INFINITY;
  }
  if (dtype === "bool") {
    const value = bools[text.trim().toLowerCase()];
    if (value === undefined) throw noNumber(text, dtype);
    return value;
  }
  if (!integer.test(text)) throw noNumber(text, dtype);
  return inRange(BigInt(text.trim().replace(/^\+/, "")), text, dtype);
}

function jsonNumber(token: string, dtype: DType): number | bigint {
  if (isFloat(dtype)) return finite(token, dtype);
  const [, sign, whole, fraction = "", power = "0"] = /^(-?)(\d+)(?:\.(\d+))?(?:[eE](.+))?$/.exec(token)!;
  const digits = (whole + fraction).replace(/^0+/, "");
  const significant = digits.replace(/0+$/, "");
  if (significant === "") return isBigDType(dtype) ? 0n : 0;
  const zeros = Number(power) - fraction.length + (digits.length - significant.length);
  if (zeros < 0) throw noNumber(token, dtype);
  // No dtype of whole numbers has more than 20 digits: a power of ten may be of any size.
  if (significant.length + zeros > 30) throw outOfRange(token, dtype);
  return inRange(BigInt(`${sign}${significant}${"0".repeat(zeros)}`), token, dtype);
}

function finite(text: string, dtype: DType): number {
  const value = Number(text);
  if (Number.isFinite(value)) return value;
  throw outOfRange(text, dtype);
}

function inRange(value: bigint, text: string, dtype: DType): number | bigint {
  const [low, high] = rangeOf(dtype)!;
  if (value < low || value > high) throw outOfRange(text, dtype);
  return isBigDType(dtype) ? value : Number(value);
}

const bools: Readonly<Record<string, number>> = { __proto__: null as never, true: 1, false: 0, 1: 1, 0: 0 };

/** Whether `dtype` has fractions. */
export function isFloat(dtype: DType): boolean {
  return dtype === "float32" || dtype === "float64" || dtype === "float16";
}

function noNumber(text: string, dtype: DType): Error {
  const is = text.trim() === "" ? "It is empty" : `${show(text)} is`;
  const next =
    text.trim() === ""
      ? 'Say what stands for it, { dtype: …, missing: … }, or take the column as "string".'
      : 'Correct it, or take the column as another dtype or "string".';
  return new Error(`${is}${text.trim() === "" ? ", and" : ""} no ${dtype}. ${next}`);
}

/** Says that `text` is a number that `dtype` does not reach. */
export function outOfRange(text: string, dtype: DType): Error {
  return new Error(
    `${show(text)} is out of the range of ${dtype}. Take the column as a wider dtype${isFloat(dtype) ? "" : ', "int64" say,'} or as "string".`,
  );
}

/** The bits of the float16 nearest to `value`, of two that are as near the even one; infinite where it is too large. */
export function halfBits(value: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const size = Math.abs(value);
  if (Number.isNaN(size)) return 0x7e00;
  if (size >= 65520) return sign | 0x7c00;
  const exponent = Math.max(-14, Math.floor(Math.log2(size)));
  // Carries into the exponent where rounding goes up to the next power of two, also where log2 was one off.
  const steps = evenRound(size / 2 ** (exponent - 10));
  return sign | (exponent === -14 && steps < 1024 ? steps : ((exponent + 15) << 10) + (steps - 1024));
}

function evenRound(value: number): number {
  const low = Math.floor(value);
  const rest = value - low;
  return rest < 0.5 || (rest === 0.5 && low % 2 === 0) ? low : low + 1;
}
