/**
 * A column of a group of rows, decoded: plain data, in memory that threads may share.
 *
 * Numbers lie one after the other; text, bytes and lists besides have a beginning and an end a row, so that a value that a
 * dictionary gives many rows stands there once. Whatever a value cannot be given as, or is not there, is found here, while
 * it is decoded, and named by row and column: reading a row checks nothing.
 */
import { show } from "../../core/check.ts";
import { builtin } from "../../core/node.ts";
import { imread } from "../../image/imread.ts";
import { isBigDType, type TypedArray, viewOf } from "../../tensor/dtype.ts";
import { dataError } from "../data-file.ts";
import type { NumberType } from "../fields.ts";
import type { ArrayType } from "../memory.ts";
import type { ColumnKind, ColumnValue } from "./kinds.ts";

/** What stands for a value that is not there. */
export type Missing = number | bigint | boolean | string;

/** A column that is read. */
export interface PickedColumn {
  readonly name: string;
  readonly kind: ColumnKind;
  /** Whether a row has a list of numbers. */
  readonly list: boolean;
  /** Shape of each list, where the file says it. */
  readonly shape?: readonly number[];
  readonly missing: Missing | undefined;
}

/** The values of a column. */
export interface DecodedColumn {
  readonly data: TypedArray;
  /** Where in `data` each row's begin; undefined where each row has one. */
  readonly starts?: Float64Array;
  /** Where they end. */
  readonly ends?: Float64Array;
}

/** The picked columns of a group of rows, in their order. */
export type DecodedGroup = readonly DecodedColumn[];

/** Makes an array, of memory that is shared or not. */
export type Allocate = <A>(type: ArrayType<A>, length: number) => A;

/** Values of some rows, as a format's package has them: numbers, a Uint8Array a row, or a list a row; null what is not there. */
export type PageValues = ArrayLike<unknown>;

/** Values to be decoded: pages of a column, and where the first of them is, for messages. */
export interface Pages {
  readonly pages: readonly PageValues[];
  /** Rows in all of them. */
  readonly rows: number;
  /** Whether a row is a record whose field `bytes` is meant. */
  readonly record: boolean;
  /** Whether they are whole numbers by their type. */
  readonly whole: boolean;
  readonly path: string | undefined;
  /** The number of their first row in the file. */
  readonly firstRow: number;
}

/** Bytes that `group` takes. */
export function sizeOfGroup(group: DecodedGroup): number {
  return group.reduce(
    (sum, { data, starts, ends }) =>
      sum + data.byteLength + (starts?.byteLength ?? 0) + (ends?.byteLength ?? 0),
    0,
  );
}

/**
 * The values of `pages` as `column` asks for them.
 *
 * @throws DataError if a value is not there, or is none of the column's kind.
 */
export function decodeColumn(column: PickedColumn, pages: Pages, allocate: Allocate): DecodedColumn {
  const { kind, list } = column;
  if (kind === "string" || kind === "bytes" || kind === "image")
    return decodeBytes(column, pages, kind === "string", allocate);
  return list ? decodeLists(column, kind, pages, allocate) : decodeNumbers(column, kind, pages, allocate);
}

/** The values of several columns, one behind the other. */
export function joinColumns(columns: readonly DecodedColumn[], allocate: Allocate): DecodedColumn {
  const [{ data: first, starts: places }] = columns as [DecodedColumn, ...DecodedColumn[]];
  const total = (lengthOf: (column: DecodedColumn) => number) =>
    columns.reduce((sum, column) => sum + lengthOf(column), 0);
  const type = first.constructor as ArrayType<TypedArray>;
  const data = allocate(
    type,
    total((column) => column.data.length),
  );
  const rows = places === undefined ? 0 : total(({ starts }) => starts!.length);
  const [starts, ends] = [allocate(Float64Array, rows), allocate(Float64Array, rows)];
  let [at, row] = [0, 0];
  for (const column of columns) {
    data.set(column.data as never, at);
    const count = column.starts?.length ?? 0;
    for (let i = 0; i < count; i++, row++) {
      starts[row] = column.starts![i]! + at;
      ends[row] = column.ends![i]! + at;
    }
    at += column.data.length;
  }
  return places === undefined ? { data } : { data, starts, ends };
}

/** The value of `column` in `row`, in memory of its own. */
export function valueAt(
  { kind, shape: stated }: PickedColumn,
  { data, starts, ends }: DecodedColumn,
  row: number,
): ColumnValue {
  const start = starts === undefined ? row : starts[row]!;
  const end = ends === undefined ? row + 1 : ends[row]!;
  if (kind === "string") return textOf(data as Uint8Array, start, end);
  const own = data.slice(start, end);
  if (kind === "image") return imread(own as Uint8Array);
  const shape = starts === undefined ? [] : (stated ?? [end - start]);
  return { data: own, shape, dtype: kind === "bytes" ? "uint8" : kind } as ColumnValue;
}

function textOf(data: Uint8Array, start: number, end: number): string {
  const { Buffer } = globalThis;
  return Buffer === undefined
    ? new TextDecoder("utf-8", { ignoreBOM: true }).decode(data.slice(start, end))
    : Buffer.from(data.buffer, data.byteOffset + start, end - start).toString();
}

function decodeNumbers(
  column: PickedColumn,
  dtype: NumberType,
  pages: Pages,
  allocate: Allocate,
): DecodedColumn {
  const data = allocate(arrayOf(dtype), pages.rows);
  let at = 0;
  for (const page of pages.pages) {
    const start = at;
    fill({ column, dtype, pages, rowOf: (i) => pages.firstRow + start + i }, data, start, page);
    at += page.length;
  }
  return { data };
}

function decodeLists(
  column: PickedColumn,
  dtype: NumberType,
  pages: Pages,
  allocate: Allocate,
): DecodedColumn {
  const starts = allocate(Float64Array, pages.rows);
  const ends = allocate(Float64Array, pages.rows);
  let [row, length] = [0, 0];
  for (const page of pages.pages) {
    for (let i = 0; i < page.length; i++) {
      const list = page[i] as PageValues | null | undefined;
      if (list === null || list === undefined) throw absent(column, pages, pages.firstRow + row, "list");
      starts[row] = length;
      length += list.length;
      ends[row] = length;
      row++;
    }
  }
  const data = allocate(arrayOf(dtype), length);
  row = 0;
  for (const page of pages.pages) {
    for (let i = 0; i < page.length; i++) {
      const list = page[i] as PageValues;
      const at = row++;
      fill({ column, dtype, pages, rowOf: () => pages.firstRow + at }, data, starts[at]!, list);
    }
  }
  return { data, starts, ends };
}

/** The typed array of `dtype`. */
function arrayOf(dtype: NumberType): ArrayType<TypedArray> {
  return viewOf(dtype, new ArrayBuffer(0)).constructor as ArrayType<TypedArray>;
}

/** What numbers are written for. */
interface Filling {
  readonly column: PickedColumn;
  readonly dtype: NumberType;
  readonly pages: Pages;
  /** The row in the file of the value at an index. */
  readonly rowOf: (index: number) => number;
}

/** Writes `values` to `target` from `at` on. Whole numbers stay the same number, or are refused. */
function fill(filling: Filling, target: TypedArray, at: number, values: PageValues): void {
  if (values.constructor === target.constructor) {
    target.set(values as never, at);
    return;
  }
  const { column, dtype, pages, rowOf } = filling;
  const big = isBigDType(dtype);
  const float = dtype === "float32" || dtype === "float64";
  const numbers = target as unknown as (number | bigint)[];
  for (let i = 0; i < values.length; i++) {
    const given: unknown = values[i] ?? undefined;
    const value: unknown = given ?? column.missing;
    if (value === undefined) throw absent(column, pages, rowOf(i), "value");
    const number = big ? BigInt(value as number) : Number(value);
    numbers[at + i] = number;
    const stored = numbers[at + i]!;
    const same = stored === number && (big || typeof value !== "bigint" || Number.isSafeInteger(number));
    // Fractions are rounded, and NaN equals nothing; either may stand for a whole number.
    const fraction = float && (given === undefined || !pages.whole);
    if (same || (fraction && (Number.isNaN(number) || Number.isFinite(stored)))) continue;
    throw dataError(`${show(value)} is none of the numbers that ${dtype} holds.`, {
      path: pages.path,
      row: rowOf(i),
      column: column.name,
    });
  }
}

function decodeBytes(column: PickedColumn, pages: Pages, text: boolean, allocate: Allocate): DecodedColumn {
  const missing = column.missing === undefined ? undefined : new TextEncoder().encode(String(column.missing));
  const values: Uint8Array[] = [];
  for (const page of pages.pages) {
    for (let i = 0; i < page.length; i++) {
      const value = page[i] as Uint8Array | { readonly bytes?: Uint8Array | null } | null | undefined;
      const bytes =
        (pages.record ? (value as { readonly bytes?: Uint8Array } | null)?.bytes : value) ?? missing;
      if (bytes === undefined) throw absent(column, pages, pages.firstRow + values.length, "value");
      values.push(bytes as Uint8Array);
    }
  }
  const starts = allocate(Float64Array, values.length);
  const ends = allocate(Float64Array, values.length);
  // Values of a dictionary are the same array wherever they stand.
  const places = new Map<Uint8Array, number>();
  let length = 0;
  for (const [row, value] of values.entries()) {
    let start = places.get(value);
    if (start === undefined) {
      start = length;
      places.set(value, start);
      length += value.length;
    }
    starts[row] = start;
    ends[row] = start + value.length;
  }
  const data = allocate(Uint8Array, length);
  for (const [value, start] of places) data.set(value, start);
  if (text) checkText(column, data, places, starts, pages);
  return { data, starts, ends };
}

/** Throws unless every value is UTF-8. */
function checkText(
  column: PickedColumn,
  data: Uint8Array,
  places: ReadonlyMap<Uint8Array, number>,
  starts: Float64Array,
  pages: Pages,
): void {
  // All together are, and none begins in the middle of a character.
  const together = builtin("buffer")?.isUtf8(data) ?? false;
  let broken: number | undefined;
  const decoder = new TextDecoder("utf-8", { fatal: true });
  for (const [value, start] of places) {
    if (together && (value.length === 0 || (data[start]! & 0xc0) !== 0x80)) continue;
    try {
      decoder.decode(value);
    } catch {
      broken = start;
      break;
    }
  }
  if (broken === undefined) return;
  throw dataError('The text is not UTF-8. Ask for "bytes", and decode them with map().', {
    path: pages.path,
    row: pages.firstRow + starts.indexOf(broken),
    column: column.name,
  });
}

function absent(column: PickedColumn, { path }: Pages, row: number, what: string): Error {
  const next =
    what === "list"
      ? "Write an empty one, or leave the column out."
      : column.kind === "image" || column.kind === "bytes"
        ? "Its bytes are not in the file. Leave such rows out where the file is written, or leave the column out."
        : `Say what stands for it: missing: { ${show(column.name)}: ${column.kind === "string" ? '""' : "0"} }.`;
  return dataError(`There is no ${what} (null). ${next}`, { path, row, column: column.name });
}
