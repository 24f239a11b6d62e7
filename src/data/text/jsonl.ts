/**
 * JSON lines: each line a value.
 *
 * Invariant: a number is never another number. One that a column takes is read as it is written: as a dtype of whole
 * numbers exactly, as "string" its characters, as a float the nearest double. A line without columns is what JSON.parse
 * makes of it, whose numbers are doubles: a whole number that no double is, an id of 20 digits say, is an error there,
 * and so is one beyond all doubles. With a point or a power of ten it is a fraction, which the nearest double stands for.
 */
import { show } from "../../core/check.ts";
import { type DType, zerosOf } from "../../tensor/dtype.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { dataError } from "../data-file.ts";
import type { Where } from "../files.ts";
import { eachField, eachItem, lostNumber, skipSpace, valueEnd } from "../json.ts";
import {
  type Columns,
  type RowOf,
  statedColumns,
  type TextColumn,
  tensorOf,
  writeNumber,
} from "./columns.ts";
import { checkEncoding, decodeText } from "./encoding.ts";
import { numberOfJson } from "./numbers.ts";
import type { RowSyntax } from "./offsets.ts";
import {
  checkMalformed,
  checkTextOptions,
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
  static override readonly id: string = "epochal:data/text/jsonl#JsonlReader";
  /** The fields that are taken; undefined for the whole value. */
  readonly fields: readonly TextColumn[] | undefined;
  /** Names that they are taken from, each once. */
  readonly names: readonly string[];
  /** Of each field the numbers of the names that it is made of. */
  readonly places: readonly (readonly number[])[];

  constructor(text: TextFiles, fields: readonly TextColumn[] | undefined) {
    super(text);
    this.fields = fields;
    const names = [...new Set((fields ?? []).flatMap(({ from }) => from))];
    this.names = names;
    this.places = (fields ?? []).map(({ from }) => from.map((name) => names.indexOf(name)));
  }

  parse(bytes: Uint8Array, place: RowPlace): T {
    // Lines of spaces may follow, which are such to JSON as well.
    const text = decodeText(bytes, this.encoding);
    if (this.fields !== undefined) return sampleOf(text, this.fields, this, place) as T;
    const value = parsed(text, place);
    const lost = lostNumber(text);
    if (lost === undefined) return value as T;
    throw dataError(
      `${lost.problem} Say what it is: columns: { ${lost.key ?? "id"}: "int64" }, or "string" for its digits.`,
      { ...place, column: lost.key },
    );
  }
}

function parsed(text: string, place: RowPlace): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw dataError(
      `It is no JSON: ${(cause as Error).message}. Correct the line, or pass over such lines by \`malformed: "skip"\`.`,
      place,
      { cause },
    );
  }
}

/** Where the values of the line that is parsed begin and end, of each name that is taken; -1 where it is not there. */
const places: number[] = [];

/** What `fields` take of the object that `text` is. */
function sampleOf(
  text: string,
  fields: readonly TextColumn[],
  { names, places: from }: Pick<JsonlReader<unknown>, "names" | "places">,
  place: RowPlace,
): Record<string, Tensor | string> {
  findValues(text, names, place);
  const sample: Record<string, Tensor | string> = {};
  for (let i = 0; i < fields.length; i++) {
    const field = fields[i]!;
    let part = 0;
    try {
      const { dtype } = field;
      const start = places[2 * from[i]![0]!]!;
      if (dtype === "string") sample[field.name] = textAt(text, from[i]![0]!, field);
      else if (field.shape.length === 0 && text.charCodeAt(start) === openBracket)
        sample[field.name] = nestedTensor(text, start, dtype);
      else {
        const tensor = tensorOf(field);
        for (; part < field.from.length; part++)
          writeNumber(tensor, part, numberAt(text, from[i]![part]!, field, dtype));
        sample[field.name] = tensor;
      }
    } catch (error) {
      throw dataError((error as Error).message, { ...place, column: field.from[part] });
    }
  }
  return sample;
}

const openBracket = 0x5b;

/** Finds the values of `names` in the object that `text` is: of a name that comes twice the last, as JSON.parse does. */
function findValues(text: string, names: readonly string[], place: RowPlace): void {
  for (let i = 0; i < 2 * names.length; i++) places[i] = -1;
  // Lines have their fields in one order, most often that of the columns.
  let next = 0;
  try {
    const begin = skipSpace(text, 0);
    if (text.charCodeAt(begin) === 0x7b) {
      const end = eachField(text, begin, (key, keyEnd, value) => {
        const name = nameAt(text, key, keyEnd, names, next);
        const valueEnds = valueEnd(text, value);
        if (name >= 0) {
          next = name + 1;
          places[2 * name] = value;
          places[2 * name + 1] = valueEnds;
        }
        return valueEnds;
      });
      if (skipSpace(text, end) === text.length) return;
    }
  } catch {
    // Said by JSON.parse, whose text it is not either.
  }
  const value = parsed(text, place);
  throw dataError(
    typeof value !== "object" || value === null || Array.isArray(value)
      ? `The line is ${show(value)}, no object, which \`columns\` could take fields of.`
      : "It holds values in values too deep to be looked at. Read the line without `columns`.",
    place,
  );
}

/** The number of the name that the key between two places is, looked for from `next` on; -1 where it is none. */
function nameAt(text: string, key: number, keyEnd: number, names: readonly string[], next: number): number {
  const length = keyEnd - key - 2;
  const first = text.charCodeAt(key + 1);
  for (let k = 0; k < names.length; k++) {
    const i = next + k < names.length ? next + k : next + k - names.length;
    const name = names[i]!;
    if (name.length === length && name.charCodeAt(0) === first && text.startsWith(name, key + 1)) return i;
    if (length === 0 && name === "") return i;
  }
  for (let at = key + 1; at < keyEnd; at++)
    if (text.charCodeAt(at) === 0x5c) return names.indexOf(JSON.parse(text.slice(key, keyEnd)));
  return -1;
}

/** What stands for the value of a name where there is none, or null; undefined where there is one. */
function missingAt(text: string, name: number, { missing }: TextColumn): TextColumn["missing"] {
  const start = places[2 * name]!;
  const isNull = start >= 0 && text.charCodeAt(start) === 0x6e;
  if (start >= 0 && !isNull) return undefined;
  if (missing !== undefined) return missing;
  throw new Error(
    isNull
      ? "It is null. Say what stands for it: { dtype: …, missing: … }."
      : `There is no such field. It has: ${Object.keys(JSON.parse(text)).map(show).join(", ")}. Say what stands for it: { dtype: …, missing: … }.`,
  );
}

function textAt(text: string, name: number, field: TextColumn): string {
  const missing = missingAt(text, name, field);
  if (missing !== undefined) return missing as string;
  const start = places[2 * name]!;
  const end = places[2 * name + 1]!;
  const code = text.charCodeAt(start);
  if (code === 0x22) {
    const inside = text.slice(start + 1, end - 1);
    return inside.includes("\\") ? JSON.parse(text.slice(start, end)) : inside;
  }
  // A number is the digits that are written there.
  if (isNumber(code)) return text.slice(start, end);
  throw new Error(
    `${shown(text, start, end)} is no string. Take the field as a dtype, or the whole line without \`columns\`.`,
  );
}

function numberAt(text: string, name: number, field: TextColumn, dtype: DType): number | bigint {
  const missing = missingAt(text, name, field);
  if (missing !== undefined) return missing as number | bigint;
  return numberBetween(text, places[2 * name]!, places[2 * name + 1]!, dtype);
}

function numberBetween(text: string, start: number, end: number, dtype: DType): number | bigint {
  const code = text.charCodeAt(start);
  if (isNumber(code)) return numberOfJson(text, start, end, dtype);
  if (code !== 0x74 && code !== 0x66)
    throw new Error(
      `${shown(text, start, end)} is no ${dtype}, but ${code === 0x22 ? "text" : "no number"}. Correct it, or take the field as "string".`,
    );
  if (dtype !== "bool")
    throw new Error(`${text.slice(start, end)} is no ${dtype}. Take the field as "bool".`);
  return code === 0x74 ? 1 : 0;
}

/** Whether a value that begins with `code` is a number. */
function isNumber(code: number): boolean {
  return code === 0x2d || (code >= 0x30 && code <= 0x39);
}

function shown(text: string, start: number, end: number): string {
  return show(JSON.parse(text.slice(start, end)));
}

/** Lists of numbers, or of lists, as a tensor. */
function nestedTensor(text: string, start: number, dtype: DType): Tensor {
  /** Items of a list of each axis, as the first has them. */
  const shape: number[] = [];
  const flat: (number | bigint)[] = [];
  const list = (at: number, axis: number): number => {
    const isFirst = axis === shape.length;
    if (isFirst) shape.push(-1);
    let count = 0;
    const end = eachItem(text, at, (item) => {
      count++;
      const isList = text.charCodeAt(item) === openBracket;
      // The first numbers say how deep all are.
      if (isList && (axis + 1 < shape.length || (flat.length === 0 && shape[axis] === -1 && count === 1)))
        return list(item, axis + 1);
      const ends = valueEnd(text, item);
      if (axis + 1 < shape.length) throw uneven(shown(text, item, ends), shape[axis + 1]!);
      flat.push(numberBetween(text, item, ends, dtype));
      return ends;
    });
    if (shape[axis] === -1) shape[axis] = count;
    else if (shape[axis] !== count) throw uneven(`an array of ${count}`, shape[axis]!);
    return end;
  };
  list(start, 0);
  const tensor = { data: zerosOf(dtype, flat.length), shape, dtype };
  flat.forEach((value, i) => {
    writeNumber(tensor, i, value);
  });
  return tensor;
}

function uneven(item: string, count: number): Error {
  return new Error(
    `Its lists differ in length: ${item} where ${count} items are expected. Pad them, or read the line without \`columns\`.`,
  );
}

/** Lines of spaces only are none. */
const syntax: RowSyntax = { skip: "space", delimiter: -1, quote: -1, comment: -1 };

/**
 * JSON lines: each line of the files is a sample, whatever JSON value it is. Lines without content are none.
 *
 * With `columns` a sample has those fields, checked and typed as in `csv`: `"string"`, or a tensor of the dtype that is
 * stated, of shape [] for a number, and of their lengths for lists of numbers. A number is read as it is written: as a
 * dtype of whole numbers exactly (1.0 and 1e3 are whole), as `"string"` its characters, as a float the nearest one.
 * Without columns numbers are JavaScript's, and a whole number that those do not hold, such as an id of 20 digits, or any
 * beyond them (1e400) is an error.
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
