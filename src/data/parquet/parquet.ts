/**
 * Parquet files as a data set: rows in any order at once where the columns fit into memory, which is the default as far as
 * they do, else by row groups.
 *
 * A row of a Parquet file cannot be read alone: it lies in as many places as there are columns, each in pages of a
 * compressed block. So columns are decoded once, on the caller's thread, into memory that workers share; or, where that
 * would be more than `memory`, a thread decodes the group of the row that is asked for, and keeps the last ones.
 */
import { checkIndex, checkKnown, checkNumber, show } from "../../core/check.ts";
import { OptionError } from "../../core/errors.ts";
import { partOf } from "../../core/search.ts";
import { isThenable, settleAll } from "../../core/settle.ts";
import type { Context } from "../../sequence/context.ts";
import { type Awaitable, nameOf, type Returned, type Sequence } from "../../sequence/sequence.ts";
import { bytesPerElement } from "../../tensor/dtype.ts";
import { type DataFile, dataError, openDataFile } from "../data-file.ts";
import { filesOf, type Where } from "../files.ts";
import { DataReader, shared } from "../reader.ts";
import { type Missing, type PickedColumn, valueAt } from "./decoded.ts";
import {
  codecsOf,
  type DecodedGroup,
  decodeGroup,
  type Footer,
  readFooter,
  rowsOf,
  sizeOfGroup,
} from "./group.ts";
import {
  checkKind,
  kindProblem,
  ownKind,
  type ParquetColumns,
  type ParquetSample,
  type ParquetValue,
} from "./kinds.ts";
import { loadCompressors } from "./peer.ts";
import { RecentGroups } from "./recent.ts";

/** Options of {@link parquet}. */
export interface ParquetOptions<C extends ParquetColumns = ParquetColumns> {
  /** The columns that are read, and what each is given as. Left out: all of them, as what they are. */
  readonly columns?: C;
  /**
   * Bytes of decoded columns that are kept in memory. Columns that fit are decoded once, when the data set is opened, and
   * shared by all workers; of larger ones each thread keeps the row groups that it used last. Default 256 MiB.
   */
  readonly memory?: number;
  /** What stands for values that are not there (null), by column. Without, a null is an error with its row. */
  readonly missing?: Readonly<Partial<Record<NoInfer<keyof C>, Missing>>>;
}

const mebi = 2 ** 20;

/** The rows of Parquet files: what {@link parquet} gives. */
export interface ParquetReader<S = Record<string, ParquetValue>> extends Sequence<S> {
  /** Rows of each row group, in order: `new BlockSampler(rows.blocks)`. */
  readonly blocks: readonly number[];
  /** Whether all columns are in memory, so that rows in any order are cheap. */
  readonly decoded: boolean;
}

/** The class behind {@link ParquetReader}. */
export class ParquetSequence<S> extends DataReader<S> implements ParquetReader<S> {
  /** Where workers find this class. */
  static override readonly module: string = import.meta.url;
  readonly blocks: readonly number[];
  /** Bytes of decoded columns that a thread keeps. */
  readonly memory: number;
  /** The columns that are read. */
  readonly columns: readonly PickedColumn[];
  /** The decoded columns of each row group, in shared memory; undefined where they are more than `memory`. */
  readonly groups: readonly DecodedGroup[] | undefined;
  /** The number of the first row of each group, and behind them of all rows. */
  readonly groupStarts: Float64Array;
  /** The number of the first group of each file. */
  readonly firstGroups: readonly number[];

  constructor(
    files: readonly DataFile[],
    footers: readonly Footer[],
    columns: readonly PickedColumn[],
    memory: number,
    groups?: readonly DecodedGroup[],
  ) {
    super(
      files,
      footers.map(({ metadata }) => metadata.row_groups.reduce((sum, group) => sum + rowsOf(group), 0)),
    );
    this.columns = columns;
    this.memory = memory;
    this.groups = groups;
    this.blocks = footers.flatMap(({ metadata }) => metadata.row_groups.map(rowsOf));
    this.groupStarts = shared(Float64Array, this.blocks.length + 1);
    this.blocks.forEach((rows, group) => {
      this.groupStarts[group + 1] = this.groupStarts[group]! + rows;
    });
    let first = 0;
    this.firstGroups = footers.map(({ metadata }) => {
      first += metadata.row_groups.length;
      return first - metadata.row_groups.length;
    });
  }

  get decoded(): boolean {
    return this.groups !== undefined;
  }

  /** Samples of several rows, each row group decoded once. */
  override getItems(indices: readonly number[], contexts: readonly Context[]): Awaitable<Returned<S>[]> {
    if (this.groups !== undefined)
      return indices.map((index, i) => this.getItem(index, contexts[i]!) as Returned<S>);
    return byGroups(this, indices) as Promise<Returned<S>[]>;
  }

  protected override read(file: number, row: number): Awaitable<S> {
    const index = this.starts[file]! + row;
    const number = partOf(this.groupStarts, index);
    const at = index - this.groupStarts[number]!;
    const group = this.groups?.[number] ?? recentOf(this).get(number);
    return isThenable(group)
      ? Promise.resolve(group as Promise<DecodedGroup>).then((there) => sampleOf(this, there, at))
      : sampleOf(this, group as DecodedGroup, at);
  }
}

/** The samples at `indices`, of one row group after the other. */
async function byGroups<S>(reader: ParquetSequence<S>, indices: readonly number[]): Promise<S[]> {
  const { groupStarts } = reader;
  const placesOf = new Map<number, number[]>();
  indices.forEach((index, i) => {
    checkIndex(nameOf(reader), index, reader.length);
    const number = partOf(groupStarts, index);
    const places = placesOf.get(number);
    if (places === undefined) placesOf.set(number, [i]);
    else places.push(i);
  });
  const samples = new Array<S>(indices.length);
  // Not all at once: more decoded groups than are kept may be more than there is room for.
  for (const [number, places] of placesOf) {
    const group = await recentOf(reader).get(number);
    for (const i of places) samples[i] = sampleOf(reader, group, indices[i]! - groupStarts[number]!);
  }
  return samples;
}

function sampleOf<S>({ columns }: ParquetSequence<S>, group: DecodedGroup, row: number): S {
  const sample: Record<string, ParquetValue> = {};
  for (let i = 0; i < columns.length; i++) sample[columns[i]!.name] = valueAt(columns[i]!, group[i]!, row);
  return sample as S;
}

/** What each thread has decoded of a reader. */
const recent = new WeakMap<ParquetSequence<unknown>, RecentGroups>();

function recentOf(reader: ParquetSequence<unknown>): RecentGroups {
  let groups = recent.get(reader);
  if (groups === undefined) {
    const { files, starts, groupStarts, firstGroups, columns, memory } = reader;
    const footers = new Map<number, Promise<Footer>>();
    groups = new RecentGroups(memory, async (number) => {
      const file = fileOfGroup(firstGroups, number);
      let footer = footers.get(file);
      if (footer === undefined) {
        footer = readFooter(files[file]!);
        footers.set(file, footer);
        // Who asks next tries again.
        footer.catch(() => footers.delete(file));
      }
      const place = {
        group: number - firstGroups[file]!,
        firstRow: groupStarts[number]! - starts[file]!,
      };
      return decodeGroup(files[file]!, await footer, place, columns, (type, length) => own(type, length));
    });
    recent.set(reader, groups);
  }
  return groups;
}

/** Files without groups begin where the next does, which is the one that is meant. */
function fileOfGroup(firstGroups: readonly number[], group: number): number {
  return firstGroups.findLastIndex((first) => first <= group);
}

/** An array of zeros that is this thread's alone. */
function own<A>(type: new (buffer: ArrayBufferLike) => A, length: number): A {
  const { BYTES_PER_ELEMENT } = type as unknown as { readonly BYTES_PER_ELEMENT: number };
  return new type(new ArrayBuffer(length * BYTES_PER_ELEMENT));
}

/**
 * The rows of Parquet files, as records.
 *
 * The file says what its columns are; what is asked for is checked against that, here. Whole numbers may be asked for as
 * another dtype, and are refused where that does not hold them; int64 stays int64 (bigint) otherwise. Dates and times are
 * the numbers that are stored. Lists of numbers are tensors of shape [length].
 *
 * Rows come in any order as quickly as from memory where the columns fit into `memory`. Where they do not, each row costs
 * the decoding of its row group: shuffle by `new BlockSampler(rows.blocks)`, or keep samples in a cache on disk.
 *
 * @throws DataError if a file is no Parquet file, is damaged, or has a null in a picked column; OptionError if there is no
 *   such column, or it is not of that kind; MissingPeerError if the package `hyparquet` is not installed.
 * @example
 * const rows = await parquet("data/*.parquet", { columns: { text: "string", label: "int32" } });
 * batches(rows, { batchSize: 32, shuffle: true }); // { text: string[], label: Tensor<"int32"> }
 */
export function parquet(where: Where, options?: Omit<ParquetOptions, "columns">): Promise<ParquetReader>;
export function parquet<const C extends ParquetColumns>(
  where: Where,
  options: ParquetOptions<C> & { readonly columns: C },
): Promise<ParquetReader<ParquetSample<C>>>;
export async function parquet(where: Where, options: ParquetOptions = {}): Promise<ParquetReader> {
  checkKnown("parquet()", options, ["columns", "memory", "missing"]);
  const { memory = 256 * mebi, missing = {} } = options;
  checkNumber("memory", memory, 0);
  const sources = filesOf("parquet", where);
  const opened = await eachOf(sources.length, async (i) => {
    const file = await openDataFile(sources[i]!);
    return { file, footer: await readFooter(file) };
  });
  const files = opened.map(({ file }) => file);
  const footers = opened.map(({ footer }) => footer);
  const columns = pick(files, footers, options, missing);
  for (const { name, list, missing: stands } of columns)
    if (stands === undefined && !list) refuseNulls(files, footers, name);
  const names = columns.map(({ name }) => name);
  await loadCompressors(
    footers.flatMap(({ metadata }) => metadata.row_groups.flatMap((group) => [...codecsOf(group, names)])),
  );
  const reader = new ParquetSequence<Record<string, ParquetValue>>(files, footers, columns, memory);
  if (reader.length === 0) throw dataError("It has no rows.", { path: files[0]!.path });
  if (estimate(footers, columns) > memory) return reader;
  const groups = await decodeAll(reader, footers);
  return groups === undefined
    ? reader
    : new ParquetSequence<Record<string, ParquetValue>>(files, footers, columns, memory, groups);
}

/** The columns that are read, checked against each file. */
function pick(
  files: readonly DataFile[],
  footers: readonly Footer[],
  { columns }: ParquetOptions,
  missing: Readonly<Record<string, Missing | undefined>>,
): PickedColumn[] {
  if (columns !== undefined) checkKnownColumns("columns", columns);
  const [{ columns: first }] = footers as [Footer, ...Footer[]];
  const names = columns === undefined ? first.map(({ name }) => name) : Object.keys(columns);
  if (names.length === 0) throw new OptionError("`columns` must name at least one column, got none.");
  for (const name of Object.keys(missing)) {
    if (!names.includes(name))
      throw new OptionError(
        `\`missing\` names the column ${show(name)}, which is not read. Read are: ${names.join(", ")}.`,
      );
  }
  return names.map((name) => {
    const picked = footers.map((footer, i) => {
      const column = footer.columns.find((each) => each.name === name);
      if (column === undefined) {
        const there = footer.columns.map((each) => each.name).join(", ");
        throw new OptionError(
          `${files[i]!.path ?? "The file"} has no column ${show(name)}. It has: ${there}.`,
        );
      }
      return column;
    });
    const { list } = picked[0]!;
    const kind = columns?.[name] ?? ownKind(picked[0]!);
    if (columns !== undefined) checkKind(name, kind);
    for (const [i, column] of picked.entries()) {
      const where = `Column ${show(name)} of ${files[i]!.path ?? "the file"} cannot be read so.`;
      if (kind === undefined || kindProblem(column, kind) !== undefined) {
        const next = columns === undefined ? ` Pick others: columns: { … }.` : "";
        throw new OptionError(`${where} ${kindProblem(column, kind ?? "bytes")}${next}`);
      }
      if (column.list !== list)
        throw new OptionError(
          `${where} It is ${column.described}, and ${picked[0]!.described} in ${files[0]!.path ?? "the first file"}.`,
        );
    }
    const stands = missing[name];
    if (stands !== undefined) checkMissing(name, kind!, stands);
    return { name, kind: kind!, list, missing: stands };
  });
}

function checkKnownColumns(name: string, columns: unknown): void {
  if (typeof columns === "object" && columns !== null && !Array.isArray(columns)) return;
  throw new OptionError(
    `\`${name}\` must say what each column is given as, { text: "string", label: "int32" }, got ${show(columns)}.`,
  );
}

function checkMissing(name: string, kind: string, missing: unknown): void {
  const fits =
    kind === "string"
      ? typeof missing === "string"
      : kind === "bytes" || kind === "image"
        ? false
        : typeof missing === "bigint" ||
          typeof missing === "boolean" ||
          (typeof missing === "number" && (kind.startsWith("float") || Number.isSafeInteger(missing)));
  if (fits) return;
  const next = kind === "bytes" || kind === "image" ? "nothing stands for those" : "it must be one, too";
  throw new OptionError(`\`missing\`: ${show(name)} is given as ${kind}, and ${next}; got ${show(missing)}.`);
}

/** Where the footer counts nulls, they are known before anything is read. */
function refuseNulls(files: readonly DataFile[], footers: readonly Footer[], name: string): void {
  for (const [i, { metadata, columns }] of footers.entries()) {
    const { leaf, record, content } = columns.find((column) => column.name === name)!;
    let nulls = 0;
    for (const { columns: chunks } of metadata.row_groups) {
      const chunk = chunks.find(({ meta_data }) => meta_data?.path_in_schema.join(".") === leaf);
      nulls += Number(chunk?.meta_data?.statistics?.null_count ?? 0);
    }
    if (nulls === 0) continue;
    const next =
      record || content === "bytes"
        ? "Leave those rows out where the file is written."
        : `Say what stands for them: missing: { ${show(name)}: ${content === "text" ? '""' : "0"} }.`;
    throw dataError(`${nulls} of its values are not there (null). ${next}`, {
      path: files[i]!.path,
      column: name,
    });
  }
}

/** Bytes that the columns will take when they are decoded, about. */
function estimate(footers: readonly Footer[], columns: readonly PickedColumn[]): number {
  let bytes = 0;
  for (const { metadata, columns: all } of footers) {
    for (const { name, kind, list } of columns) {
      const { leaf } = all.find((column) => column.name === name)!;
      for (const group of metadata.row_groups) {
        const chunk = group.columns.find(({ meta_data }) => meta_data?.path_in_schema.join(".") === leaf);
        if (chunk?.meta_data === undefined) continue;
        const { num_values, total_uncompressed_size } = chunk.meta_data;
        const places = 16 * rowsOf(group);
        if (kind === "string" || kind === "bytes" || kind === "image")
          bytes += Number(total_uncompressed_size) + places;
        else bytes += Number(num_values) * bytesPerElement(kind) + (list ? places : 0);
      }
    }
  }
  return bytes;
}

/** All groups in shared memory; undefined where they turn out to be more than there is room for. */
async function decodeAll(
  { files, starts, groupStarts, firstGroups, columns, memory, blocks }: ParquetSequence<unknown>,
  footers: readonly Footer[],
): Promise<DecodedGroup[] | undefined> {
  let bytes = 0;
  const groups = await eachOf(blocks.length, async (number) => {
    if (bytes > memory) return [];
    const file = fileOfGroup(firstGroups, number);
    const place = { group: number - firstGroups[file]!, firstRow: groupStarts[number]! - starts[file]! };
    const group = await decodeGroup(files[file]!, footers[file]!, place, columns, shared);
    bytes += sizeOfGroup(group);
    return group;
  });
  return bytes > memory ? undefined : groups;
}

/** Begun at once at most: files that are opened, groups that are read. */
const mostAtOnce = 4;

/** What `run` makes of 0 to `count` - 1, a few at a time. */
async function eachOf<T>(count: number, run: (index: number) => Promise<T>): Promise<T[]> {
  const results = new Array<T>(count);
  let next = 0;
  const lane = async () => {
    while (next < count) {
      const index = next++;
      results[index] = await run(index);
    }
  };
  await settleAll(Array.from({ length: Math.min(mostAtOnce, count) }, lane));
  return results;
}
