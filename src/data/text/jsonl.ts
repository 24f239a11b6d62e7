/**
 * JSON lines: each line a value.
 *
 * Invariant: a number is never another number. JSON's numbers are doubles to JavaScript, which do not hold whole numbers
 * of more than 15 to 16 digits, ids say: where a line has such digits its numbers are looked at one by one, and one that
 * would change is only taken by a column that says what it is.
 */
import { show } from "../../core/check.ts";
import { type DType, zerosOf } from "../../tensor/dtype.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { dataError } from "../data-file.ts";
import type { Where } from "../files.ts";
import {
  type Columns,
  numberFrom,
  type RowOf,
  statedColumns,
  type TextColumn,
  tensorOf,
  writeNumber,
} from "./columns.ts";
import { checkEncoding, decodeText } from "./encoding.ts";
import type { RowSyntax } from "./offsets.ts";
import {
  checkMalformed,
  checkTextOptions,
  lineEnd,
  type Malformed,
  openText,
  type RowPlace,
  type TextFiles,
  type TextOptions,
  TextReader,
  type TextRows,
  wellFormed,
} from "./reader.ts";

/** How JSON lines are read. */
export interface JsonlOptions extends TextOptions {
  /** The fields to take of each line, and what their values are; without it all, as JSON has them. */
  readonly columns?: Columns;
  /**
   * What becomes of a line of which no sample can be made: `"error"` (default) when it is read; `"skip"` passes over it
   * at opening, for which all lines are parsed once, and counts it in `skipped`.
   */
  readonly malformed?: Malformed;
}

/** The values of JSON lines; made by {@link jsonl}. */
export class JsonlReader<T> extends TextReader<T> {
  static override readonly module: string = import.meta.url;
  /** The fields that are taken; undefined for the whole value. */
  readonly fields: readonly TextColumn[] | undefined;

  constructor(text: TextFiles, fields: readonly TextColumn[] | undefined) {
    super(text);
    this.fields = fields;
  }

  parse(bytes: Uint8Array, place: RowPlace): T {
    const text = decodeText(bytes, 0, lineEnd(bytes), this.encoding);
    // A run of digits that may be too long, but for those behind a point.
    const marked = longDigits.test(text) ? markInexact(text) : text;
    let value: unknown;
    try {
      value = JSON.parse(marked);
    } catch (cause) {
      throw dataError(
        `It is no JSON: ${(cause as Error).message}. Correct the line, or pass over such lines by \`malformed: "skip"\`.`,
        place,
        { cause },
      );
    }
    if (this.fields !== undefined) return sampleOf(value, this.fields, place) as T;
    if (marked !== text) refuseInexact(value, undefined, place);
    return value as T;
  }
}

const longDigits = /(?:^|[^.\d])\d{16}/;

/** Stands before the digits of a number that JSON.parse would change. */
const mark = "\u{10FFFE}inexact:";

/** `json` with each whole number that a double does not hold as text, marked. */
function markInexact(json: string): string {
  return json.replace(/"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[\d.eE+-]*/g, (token) =>
    token.length >= 16 && /^-?\d+$/.test(token) && BigInt(token) !== BigInt(Number(token))
      ? `"${mark}${token}"`
      : token,
  );
}

/** The digits that were marked; undefined of any other value. */
function inexactDigits(value: unknown): string | undefined {
  return typeof value === "string" && value.startsWith(mark) ? value.slice(mark.length) : undefined;
}

function refuseInexact(value: unknown, name: string | undefined, place: RowPlace): void {
  const digits = inexactDigits(value);
  if (digits !== undefined) {
    const column = name ?? "id";
    throw dataError(
      `${digits} is too long for a number of JavaScript, which would be ${Number(digits)}. Say what it is: columns: { ${column}: "int64" }, or "string" for its digits.`,
      { ...place, column: name },
    );
  }
  if (typeof value !== "object" || value === null) return;
  for (const [key, each] of Object.entries(value))
    refuseInexact(each, Array.isArray(value) ? name : key, place);
}

/** What `fields` take of `value`. */
function sampleOf(
  value: unknown,
  fields: readonly TextColumn[],
  place: RowPlace,
): Record<string, Tensor | string> {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw dataError(`The line is ${show(value)}, no object, which \`columns\` could take fields of.`, place);
  const record = value as Record<string, unknown>;
  const sample: Record<string, Tensor | string> = {};
  for (const field of fields) {
    let column = field.from[0]!;
    try {
      if (field.dtype === "string") {
        sample[field.name] = textOf(fieldOf(record, column, field));
        continue;
      }
      const first = record[column];
      if (field.shape.length === 0 && Array.isArray(first)) {
        sample[field.name] = nestedTensor(first, field.dtype);
        continue;
      }
      const tensor = tensorOf(field);
      for (let i = 0; i < field.from.length; i++) {
        column = field.from[i]!;
        writeNumber(tensor, i, numberOfValue(fieldOf(record, column, field), field.dtype));
      }
      sample[field.name] = tensor;
    } catch (error) {
      throw dataError((error as Error).message, { ...place, column });
    }
  }
  return sample;
}

/** Lists of numbers, or of lists, as a tensor. */
function nestedTensor(value: readonly unknown[], dtype: DType): Tensor {
  const shape: number[] = [];
  for (let list: unknown = value; Array.isArray(list); list = list[0]) shape.push(list.length);
  const flat: unknown[] = [];
  const collect = (item: unknown, axis: number): void => {
    if (axis === shape.length) return void flat.push(item);
    if (!Array.isArray(item) || item.length !== shape[axis])
      throw new Error(
        `Its lists differ in length: ${show(item)} where ${shape[axis]} items are expected. Pad them, or read the line without \`columns\`.`,
      );
    for (const each of item) collect(each, axis + 1);
  };
  collect(value, 0);
  const tensor = { data: zerosOf(dtype, flat.length), shape, dtype };
  flat.forEach((item, i) => {
    writeNumber(tensor, i, numberOfValue(item, dtype));
  });
  return tensor;
}

function fieldOf(record: Record<string, unknown>, name: string, { missing }: TextColumn): unknown {
  const value = Object.hasOwn(record, name) ? record[name] : undefined;
  if (value !== undefined && value !== null) return value;
  if (missing !== undefined) return missing;
  throw new Error(
    value === null
      ? "It is null. Say what stands for it: { dtype: …, missing: … }."
      : `There is no such field. It has: ${Object.keys(record).map(show).join(", ")}. Say what stands for it: { dtype: …, missing: … }.`,
  );
}

function textOf(value: unknown): string {
  if (typeof value === "string") return inexactDigits(value) ?? value;
  if (typeof value === "number" && Number.isInteger(value)) return String(value);
  throw new Error(
    `${show(value)} is no string. Take the field as a dtype, or the whole line without \`columns\`.`,
  );
}

function numberOfValue(value: unknown, dtype: DType): number | bigint {
  const digits = inexactDigits(value);
  if (
    digits === undefined &&
    typeof value !== "number" &&
    typeof value !== "boolean" &&
    typeof value !== "bigint"
  )
    throw new Error(
      `${show(value)} is no ${dtype}, but ${typeof value === "string" ? "text" : "no number"}. Correct it, or take the field as "string".`,
    );
  if (typeof value === "boolean" && dtype !== "bool")
    throw new Error(`${value} is no ${dtype}. Take the field as "bool".`);
  if (typeof value === "number" && (dtype === "float32" || dtype === "float64") && Number.isFinite(value))
    return value;
  return numberFrom(digits ?? numberText(value as number), dtype);
}

/** A number as its digits, where it is whole: 1e21 as well. */
function numberText(value: number | bigint | boolean): string {
  return typeof value === "number" && Number.isInteger(value) ? String(BigInt(value)) : String(value);
}

/** Lines of spaces only are none. */
const syntax: RowSyntax = { skip: "space", delimiter: -1, quote: -1, comment: -1 };

/**
 * JSON lines: each line of the files is a sample, whatever JSON value it is. Lines without content are none.
 *
 * With `columns` a sample has those fields, checked and typed as in `csv`: `"string"`, or a tensor of the dtype that is
 * stated, of shape [] for a number, and of their lengths for lists of numbers. A whole number that a double does not hold exactly, such as an id of 20 digits, is an error unless a column
 * takes it as `"int64"`, `"uint64"` or `"string"`.
 *
 * @typeParam T the value of a line; it is not checked
 * @throws DataError if a file cannot be read or is compressed; OptionError for options that are none.
 * @example
 * const chat = await jsonl<{ prompt: string; answer: string }>("chat/*.jsonl");
 * const rated = await jsonl("ratings.jsonl", { columns: { id: "int64", stars: "int32", text: "string" } });
 */
export async function jsonl<const C extends Columns>(
  where: Where,
  options: JsonlOptions & { readonly columns: C },
): Promise<TextRows<RowOf<C>>>;
export async function jsonl<T = unknown>(
  where: Where,
  options?: JsonlOptions & { readonly columns?: never },
): Promise<TextRows<T>>;
export async function jsonl(where: Where, options: JsonlOptions = {}): Promise<TextRows<unknown>> {
  checkTextOptions("jsonl", options, ["columns", "malformed"]);
  const { columns, malformed = "error", encoding = "utf-8", cache } = options;
  checkMalformed(malformed);
  checkEncoding(encoding);
  const fields = columns === undefined ? undefined : statedColumns("jsonl", columns);
  const text = await openText(where, { reader: "jsonl", syntax, encoding, cache });
  const reader = new JsonlReader<unknown>(text, fields);
  return malformed === "error" ? reader : new JsonlReader<unknown>(await wellFormed(text, reader), fields);
}
