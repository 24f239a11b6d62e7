/** What columns of text are taken for: a cell's text or a value of JSON as what was stated, exactly, or an error. */
import { checkKnown, show } from "../../core/check.ts";
import { OptionError } from "../../core/errors.ts";
import { type ArrayOf, checkDType, type DType, zerosOf } from "../../tensor/dtype.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { checkFieldNames } from "../fields.ts";
import { halfBits, isFloat, numberFrom, outOfRange } from "./numbers.ts";

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
  checkFieldNames(`${reader}()`, Object.keys(columns));
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
