/**
 * Tables as text: rows of cells between delimiters, by RFC 4180 and what people write instead of it.
 *
 * Cells are text. Which of them are numbers is stated, never guessed: `007`, 12345678901234567890 and a late `abc` stay
 * what they are, or are refused.
 */
import { checkBoolean, show } from "../../core/check.ts";
import { OptionError } from "../../core/errors.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { type DataFile, dataError, readFrom } from "../data-file.ts";
import { checkFieldNames } from "../fields.ts";
import type { Where } from "../files.ts";
import { type CellPlaces, type CellSyntax, cellText, findCells } from "./cells.ts";
import {
  type Columns,
  type RowOf,
  statedColumns,
  type TextColumn,
  tensorOf,
  writeNumber,
} from "./columns.ts";
import { checkEncoding, decodeText } from "./encoding.ts";
import { numberOfCell } from "./numbers.ts";
import { RowScanner, type RowSyntax } from "./offsets.ts";
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

/** How a table is read. */
export interface CsvOptions extends TextOptions {
  /** The columns to take, and what their cells are; without it all, as text. */
  readonly columns?: Columns;
  /** What stands between cells: one character. Default `","`, of `tsv` a tab. */
  readonly delimiter?: string;
  /** What stands around cells with delimiters or newlines in them: one character, `false` for none. Default `'"'`. */
  readonly quote?: string | false;
  /** `true` (default): the first row names the columns. `false`: they are named "0", "1", …; or a list of names. */
  readonly header?: boolean | readonly string[];
  /** Lines that begin with this character are no rows. */
  readonly comment?: string;
  /**
   * Whether lines without a character are passed over, or rows. Default `true`; in a table of one column, where such a
   * line may be an empty cell, one that rows follow is an error until it is said.
   */
  readonly skipEmpty?: boolean;
  /** What empty cells of numbers are taken for where their column does not say; NaN in columns of floats only. */
  readonly missing?: number;
  /**
   * What becomes of a row of which no sample can be made: `"error"` (default) when it is read; `"skip"` passes over it
   * at opening, for which all rows are parsed once, and counts it in `skipped`.
   */
  readonly malformed?: Malformed;
}

/** How the reader's rows are to be read: plain data. */
interface Table {
  readonly cells: CellSyntax;
  /** Names of all columns. */
  readonly names: readonly string[];
  /** What is taken of them; undefined for all, as text. */
  readonly fields: readonly TextColumn[] | undefined;
}

/** The rows of tables, each a sample. */
export interface TableRows<S> extends TextRows<S> {
  /** Names of all columns of the file, in its order. */
  readonly names: readonly string[];
}

/** The rows of tables; made by {@link csv} and {@link tsv}. */
export class CsvReader<S> extends TextReader<S> {
  static override readonly module: string = import.meta.url;
  static override readonly id: string = "epochal:data/text/csv#CsvReader";
  /** Names of all columns of the file, in its order. */
  readonly names: readonly string[];
  readonly fields: readonly TextColumn[] | undefined;
  readonly cells: CellSyntax;
  /** Of each field the numbers of the columns that it is made of. */
  readonly places: readonly (readonly number[])[];

  constructor(text: TextFiles, { cells, names, fields }: Table) {
    super(text);
    this.cells = cells;
    this.names = names;
    this.fields = fields;
    this.places = (fields ?? []).map(({ from }) => from.map((name) => names.indexOf(name)));
  }

  parse(bytes: Uint8Array, place: RowPlace): S {
    const { names, fields, cells } = this;
    const text = decodeText(bytes, this.encoding);
    const found = findCells(text, cells, places);
    if (found !== names.length) {
      throw dataError(
        `It has ${count(found)}, and there are ${names.length} columns. Check delimiter and quotes, or pass over such rows by \`malformed: "skip"\`.`,
        place,
      );
    }
    const sample: Record<string, string | Tensor> = {};
    if (fields === undefined)
      for (let i = 0; i < names.length; i++) sample[names[i]!] = cellText(text, places, i, cells);
    else
      for (let i = 0; i < fields.length; i++) {
        const field = fields[i]!;
        const from = this.places[i]!;
        if (field.dtype === "string") {
          const cell = cellText(text, places, from[0]!, cells);
          sample[field.name] = cell === "" ? ((field.missing as string | undefined) ?? "") : cell;
        } else sample[field.name] = numbersOf(text, field, from, place);
      }
    return sample as S;
  }
}

/** The cells of the row that is parsed. */
const places: CellPlaces = [];

function numbersOf(text: string, field: TextColumn, from: readonly number[], place: RowPlace): Tensor {
  const tensor = tensorOf(field);
  for (let i = 0; i < from.length; i++) {
    const start = places[2 * from[i]!]!;
    const end = places[2 * from[i]! + 1]!;
    try {
      writeNumber(
        tensor,
        i,
        start === end && field.missing !== undefined
          ? (field.missing as number)
          : numberOfCell(text, start, end < 0 ? ~end : end, tensor.dtype),
      );
    } catch (error) {
      throw dataError((error as Error).message, { ...place, column: field.from[i] });
    }
  }
  return tensor;
}

function count(cells: number): string {
  return cells === 1 ? "1 cell" : `${cells} cells`;
}

/**
 * Tables as text (CSV): each row is a sample, an object of its cells by the names in the header.
 *
 * Without `columns` cells are strings. With it a sample has those columns: `"string"`, or a dtype, as which the cell is a
 * tensor of shape [] of the number that is written there: whole numbers exactly, as a float the nearest one; several
 * columns make one vector by `from`. A cell
 * that is no such number, or empty, is an error with path, row and column. Lines without a character are no rows,
 * unless `skipEmpty` says otherwise.
 *
 * @throws DataError if a file cannot be read, has another header than the first or an unclosed quote; OptionError for
 *   options that are none, and columns that are not there.
 * @example
 * const rows = await csv("houses.csv", { columns: { price: "float32", rooms: "int32", note: "string" } });
 * const points = await csv("points.csv", { columns: { x: { dtype: "float32", from: ["a", "b", "c"] } } });
 */
export async function csv<const C extends Columns>(
  where: Where,
  options: CsvOptions & { readonly columns: C },
): Promise<TableRows<RowOf<C>>>;
export async function csv(
  where: Where,
  options?: CsvOptions & { readonly columns?: never },
): Promise<TableRows<Record<string, string>>>;
export async function csv(where: Where, options: CsvOptions = {}): Promise<TableRows<unknown>> {
  return openTable("csv", where, options);
}

/**
 * Tables as text with tabs between cells: {@link csv} with `delimiter: "\t"`.
 *
 * @throws what `csv` throws.
 * @example
 * const pairs = await tsv("pairs.tsv", { header: ["english", "french"], quote: false });
 */
export async function tsv<const C extends Columns>(
  where: Where,
  options: CsvOptions & { readonly columns: C },
): Promise<TableRows<RowOf<C>>>;
export async function tsv(
  where: Where,
  options?: CsvOptions & { readonly columns?: never },
): Promise<TableRows<Record<string, string>>>;
export async function tsv(where: Where, options: CsvOptions = {}): Promise<TableRows<unknown>> {
  return openTable("tsv", where, options);
}

const known = ["columns", "delimiter", "quote", "header", "comment", "skipEmpty", "missing", "malformed"];

async function openTable(
  reader: "csv" | "tsv",
  where: Where,
  options: CsvOptions,
): Promise<TableRows<unknown>> {
  checkTextOptions(reader, options, known);
  const { columns, header = true, malformed = "error", encoding = "utf-8", cache, missing } = options;
  const cells = {
    delimiter: options.delimiter ?? (reader === "tsv" ? "\t" : ","),
    quote: options.quote === false ? "" : (options.quote ?? '"'),
  };
  const { skipEmpty } = options;
  if (skipEmpty !== undefined) checkBoolean("skipEmpty", skipEmpty);
  const syntax = syntaxOf(cells, options);
  checkHeader(header);
  checkMalformed(malformed);
  checkEncoding(encoding);
  if (missing !== undefined && typeof missing !== "number")
    throw new OptionError(`\`missing\` must be a number, got ${show(missing)}.`);
  const fields = columns === undefined ? undefined : statedColumns(reader, columns, missing);
  let names: readonly string[] | undefined = Array.isArray(header)
    ? (header as readonly string[])
    : undefined;
  const firstRow = async (file: DataFile, start: number): Promise<number> => {
    const { found, end } = await firstCells(file, start, syntax, cells, encoding);
    if (header === true && found === undefined)
      throw dataError('It has no row that names its columns. Name them by `header: ["x", "y"]`.', {
        path: file.path,
      });
    const given = header === true ? found! : found?.map((_, i) => String(i));
    if (names !== undefined && given !== undefined) checkSame(names, given, file, header === true);
    names ??= given;
    return header === true ? end : start;
  };
  const text = await openText(where, { reader, syntax, encoding, cache, firstRow });
  const table: Table = { cells, names: names ?? [], fields };
  checkFields(reader, table);
  if (skipEmpty === undefined && table.names.length === 1) checkNoneEmpty(text);
  const rows = new CsvReader<unknown>(text, table);
  return malformed === "error" ? rows : new CsvReader<unknown>(await wellFormed(text, rows), table);
}

function syntaxOf({ delimiter, quote }: CellSyntax, options: CsvOptions): RowSyntax {
  const given = { delimiter, quote: options.quote === false ? undefined : quote, comment: options.comment };
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined) continue;
    if (typeof value !== "string" || !/^[\t\x20-\x7e]$/.test(value))
      throw new OptionError(
        `\`${name}\` must be one character of ASCII, got ${show(value)}.${name === "delimiter" ? " Text with other delimiters is read by lines(), and split by map()." : ""}`,
      );
    const other = Object.entries(given).find(([key, each]) => key !== name && each === value);
    if (other !== undefined)
      throw new OptionError(`\`${name}\` and \`${other[0]}\` are both ${show(value)}. They must differ.`);
  }
  const byte = (character: string | undefined) => (character ? character.charCodeAt(0) : -1);
  const skip = options.skipEmpty === false ? "none" : "empty";
  return { skip, delimiter: byte(delimiter), quote: byte(quote), comment: byte(options.comment) };
}

function checkHeader(header: unknown): void {
  if (typeof header === "boolean") return;
  if (Array.isArray(header) && header.length > 0 && header.every((name) => typeof name === "string")) return;
  throw new OptionError(`\`header\` must be true, false or a list of names, got ${show(header)}.`);
}

/** Bytes of a file that are read to find its first row, and twice as many where that is longer. */
const firstPiece = 2 ** 16;

/** The cells of the first row from `start` on, undefined if there is none, and where the row behind it begins. */
async function firstCells(
  file: DataFile,
  start: number,
  syntax: RowSyntax,
  cells: CellSyntax,
  encoding: string,
): Promise<{ readonly found: string[] | undefined; readonly end: number }> {
  for (let size = firstPiece; ; size *= 2) {
    const end = Math.min(file.byteLength, start + size);
    const bytes = await readFrom(file, { offset: start }, (all) => all.slice(start, end));
    const { starts, open } = scanned(bytes, syntax);
    if (starts.length < 2 && end < file.byteLength) continue;
    const [first] = starts;
    const place = { path: file.path, row: 0, offset: start + (first ?? 0) };
    if (first === undefined) return { found: undefined, end };
    if (open !== undefined && starts.length === 1)
      throw dataError(
        "A quote is opened in the first row and never closed. The file was cut off, or give `quote: false`.",
        place,
      );
    // A line behind it without content may be meant for a row.
    const behind = bytes.subarray(first);
    const [, next = behind.length] = scanned(behind, { ...syntax, skip: "none" }).starts;
    return readFrom(file, place, () => {
      const text = decodeText(behind.subarray(0, next), encoding);
      if (/\r[^\n]/.test(text) && !text.includes('"'))
        throw new Error("Its lines end with carriage returns alone. Convert it: tr '\\r' '\\n'.");
      const found = Array.from({ length: findCells(text, cells, places) }, (_, i) =>
        cellText(text, places, i, cells),
      );
      return { found, end: start + first + next };
    });
  }
}

function scanned(
  bytes: Uint8Array,
  syntax: RowSyntax,
): { readonly starts: number[]; readonly open: unknown } {
  const starts: number[] = [];
  const scanner = new RowScanner(syntax, 0, { take: (some) => starts.push(...some) });
  scanner.scan(bytes, 0);
  return { starts, open: scanner.open };
}

function checkSame(names: readonly string[], given: readonly string[], file: DataFile, named: boolean): void {
  if (names.length === given.length && (!named || names.every((name, i) => name === given[i]))) return;
  throw dataError(
    named
      ? `Its header is ${show(given.join(", "))}, and that of the first file ${show(names.join(", "))}. Files of one table have the same columns in the same order; open others by themselves.`
      : `Its first row has ${count(given.length)}, and there are ${names.length} columns. Check the delimiter, and \`header\`.`,
    { path: file.path },
  );
}

/** Throws DataError where lines of a table of one column are empty, which may be cells, and rows follow. */
function checkNoneEmpty({ files, offsets }: TextFiles): void {
  for (const [i, { passed }] of offsets.entries()) {
    if (passed >= 0)
      throw dataError(
        "A line is empty, and others follow. In a table of one column it may be an empty cell: say `skipEmpty: false` to take it for one, `skipEmpty: true` to pass over it.",
        { path: files[i]!.path, offset: passed },
      );
  }
}

/** Throws OptionError unless the columns that are asked for are there, once. */
function checkFields(reader: string, { names, fields }: Table): void {
  const asked = fields === undefined ? names : fields.flatMap(({ from }) => from);
  if (fields === undefined) checkFieldNames(`${reader}()`, names);
  for (const name of asked) {
    const first = names.indexOf(name);
    if (first < 0) {
      throw new OptionError(
        `${reader}() finds no column ${show(name)}. There are: ${names.map((each) => show(each)).join(", ")}.`,
      );
    }
    if (names.indexOf(name, first + 1) >= 0) {
      throw new OptionError(
        `${reader}() finds several columns ${show(name)}. Name the columns yourself by \`header\`, a list of names, or take others by \`columns\`.`,
      );
    }
  }
}
