/** What columns of text are taken for: a cell's text or a value of JSON as what was stated, exactly, or an error. */
import { checkKnown, show } from "../../core/check.ts";
import { OptionError } from "../../core/errors.ts";
import { type ArrayOf, checkDType, type DType, isBigDType, rangeOf, zerosOf } from "../../tensor/dtype.ts";
import type { Tensor } from "../../tensor/tensor.ts";

/** A column, or several of them as one vector, and what stands for a value that is missing. */
export interface ColumnOptions {
  /** What its values are. */
  readonly dtype: DType | "string";
  /** The columns that become one vector, in this order; without it that of its own name. */
  readonly from?: readonly string[];
  /** What an empty cell, or a field that is not there or null, is taken for; without it that is an error. */
  readonly missing?: number | bigint | string | boolean;
}

/** Columns by name, each with what its values are: a dtype, `"string"`, or {@link ColumnOptions}. */
export type Columns = Readonly<Record<string, DType | "string" | ColumnOptions>>;

/** The sample of `columns`: text, and tensors of the dtypes that are stated. */
export type RowOf<C extends Columns> = {
  -readonly [K in keyof C]: ValueOf<C[K] extends { readonly dtype: infer D } ? D : C[K]>;
};

type ValueOf<D> = D extends "string" ? string : D extends DType ? Tensor<D> : never;

/** A column as readers keep it: plain data. */
export interface TextColumn {
  readonly name: string;
  readonly dtype: DType | "string";
  /** The columns it is made of. */
  readonly from: readonly string[];
  /** Of a vector `[from.length]`, of one value `[]`. */
  readonly shape: readonly number[];
  readonly missing: number | bigint | string | undefined;
}

/**
 * The fields that `columns` asks for.
 *
 * @param missing stands for values that are missing in all columns of numbers that state none; NaN in those of floats
 * @throws OptionError if a column is none, or what is missing cannot be of its dtype.
 */
export function statedColumns(reader: string, columns: Columns, missing?: number): readonly TextColumn[] {
  if (typeof columns !== "object" || columns === null || Object.keys(columns).length === 0) {
    throw new OptionError(
      `\`columns\` of ${reader}() must name at least one column, as { x: "float32", label: "int32" }, got ${show(columns)}.`,
    );
  }
  return Object.entries(columns).map(([name, column]) => {
    const options = typeof column === "string" ? { dtype: column } : column;
    checkKnown(`The column ${show(name)}`, options, ["dtype", "from", "missing"]);
    const { dtype, from = [name] } = options;
    if (dtype !== "string") checkDType(dtype);
    const isList = Array.isArray(from) && from.every((each) => typeof each === "string");
    if (!isList || from.length === 0) {
      throw new OptionError(
        `\`from\` of the column ${show(name)} must be a list of columns, got ${show(from)}.`,
      );
    }
    const isVector = options.from !== undefined;
    if (dtype === "string" && isVector)
      throw new OptionError(
        `The column ${show(name)} is to be a vector of strings. A vector has a dtype of numbers.`,
      );
    const general = dtype === "string" || (Number.isNaN(missing) && !isFloat(dtype)) ? undefined : missing;
    return {
      name,
      dtype,
      from,
      shape: isVector ? [from.length] : [],
      missing: missingOf(name, dtype, options.missing ?? general),
    };
  });
}

function missingOf(
  name: string,
  dtype: DType | "string",
  missing: ColumnOptions["missing"],
): number | bigint | string | undefined {
  if (missing === undefined) return undefined;
  if (dtype === "string" && typeof missing === "string") return missing;
  if (dtype !== "string" && typeof missing !== "string") {
    if (Number.isNaN(missing) && isFloat(dtype)) return Number.NaN;
    try {
      return numberFrom(String(missing), dtype);
    } catch {
      // Said below.
    }
  }
  throw new OptionError(`\`missing\` of the column ${show(name)} is ${show(missing)}, which is no ${dtype}.`);
}

/** A tensor of `field` whose elements are still to be written. */
export function tensorOf(field: TextColumn): Tensor {
  const dtype = field.dtype as DType;
  // A shape may be held by who gets the sample, but not changed: it is readonly.
  return { data: zerosOf(dtype, field.from.length), shape: field.shape, dtype };
}

/**
 * Writes `value` into place `i` of `tensor`.
 *
 * @throws Error if its dtype has no such number.
 */
export function writeNumber({ data, dtype }: Tensor, i: number, value: number | bigint): void {
  if (dtype === "float16") {
    (data as ArrayOf<"float16">)[i] = halfBits(value as number);
    if (Number.isFinite(value) && ((data[i] as number) & 0x7c00) === 0x7c00)
      throw outOfRange(String(value), dtype);
    return;
  }
  (data as ArrayOf<"float64">)[i] = value as number;
  if (dtype === "float32" && !Number.isFinite(data[i]) && Number.isFinite(value))
    throw outOfRange(String(value), dtype);
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
    const value = Number(text);
    // Number() also takes nothing, 0x10 and 0b1 for numbers, which do not begin as most do.
    if (Number.isFinite(value) && startsPlainly(text)) return value;
    if (float.test(text)) {
      if (Number.isFinite(value)) return value;
      throw outOfRange(text, dtype);
    }
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
  const value = isBigDType(dtype) ? bigOf(text.trim()) : Number(text);
  const [low, high] = rangeOf(dtype)!;
  if (value < low || value > high) throw outOfRange(text, dtype);
  return value;
}

/** Whether it begins with a digit, a sign or a point, and no letter follows. */
function startsPlainly(text: string): boolean {
  const first = text.charCodeAt(0);
  return (
    (first === 0x2d || first === 0x2e || (first >= 0x30 && first <= 0x39)) && !(text.charCodeAt(1) > 0x39)
  );
}

const bools: Readonly<Record<string, number>> = { __proto__: null as never, true: 1, false: 0, 1: 1, 0: 0 };

function bigOf(text: string): bigint {
  return BigInt(text.startsWith("+") ? text.slice(1) : text);
}

function isFloat(dtype: DType): boolean {
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

function outOfRange(text: string, dtype: DType): Error {
  return new Error(
    `${show(text)} is out of the range of ${dtype}. Take the column as a wider dtype${isFloat(dtype) ? "" : ', "int64" say,'} or as "string".`,
  );
}

/** The bits of the float16 nearest to `value`, of two that are as near the even one; infinite where it is too large. */
function halfBits(value: number): number {
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
