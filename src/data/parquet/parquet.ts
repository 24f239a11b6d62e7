/**
 * Parquet files as a data set: rows in any order at once where the columns fit into memory, which is the default as far as
 * they do, else by row groups.
 *
 * A row of a Parquet file cannot be read alone: it lies in as many places as there are columns, each in pages of a
 * compressed block. So columns are decoded once, on the caller's thread, into memory that workers share; or, where that
 * would be more than `memory`, a thread decodes the group of the row that is asked for, and keeps the last ones.
 */
import { checkIndex, checkKnown, checkNumber } from "../../core/check.ts";
import type { DataLocation } from "../../core/errors.ts";
import { partOf } from "../../core/search.ts";
import { isThenable, settleAll } from "../../core/settle.ts";
import { type Image, imageAt } from "../../image/image.ts";
import type { Context } from "../../sequence/context.ts";
import { type Awaitable, nameOf, type Returned, type Sequence } from "../../sequence/sequence.ts";
import { bytesPerElement } from "../../tensor/dtype.ts";
import { type DataFile, dataError, openDataFile } from "../data-file.ts";
import { filesOf, type Where } from "../files.ts";
import { own, shared } from "../memory.ts";
import { DataReader } from "../reader.ts";
import { joinColumns, type PickedColumn, valueAt } from "./decoded.ts";
import {
  codecsOf,
  type DecodedGroup,
  decodeGroup,
  type Footer,
  readFooter,
  rowsOf,
  sizeOfGroup,
} from "./group.ts";
import type { ParquetColumns, ParquetSample, ParquetValue } from "./kinds.ts";
import { type ParquetOptions, pickColumns, refuseEncrypted, refuseNulls } from "./options.ts";
import { loadCompressors } from "./peer.ts";
import { RecentGroups } from "./recent.ts";

const mebi = 2 ** 20;

/** The rows of Parquet files: what {@link parquet} gives. */
export interface ParquetReader<S = Record<string, ParquetValue>> extends Sequence<S> {
  /** Rows of each row group, in order: `new BlockSampler(rows.blocks)`. */
  readonly blocks: readonly number[];
  /** Whether all columns are in memory, so that rows in any order are cheap. `loader.explain()` says where they are not. */
  readonly decoded: boolean;
}

/** Row groups that lie together in memory. */
interface DecodedPart {
  /** The number of their first row. */
  readonly start: number;
  readonly group: DecodedGroup;
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
  /** All rows in shared memory; undefined where they are more than `memory`. */
  readonly parts: readonly DecodedPart[] | undefined;
  /** The number of the first row of each part, and behind them of all rows. */
  readonly partStarts: Float64Array | undefined;
  /** The number of the first row of each group, and behind them of all rows. */
  readonly groupStarts: Float64Array;
  /** The number of the first group of each file. */
  readonly firstGroups: readonly number[];

  constructor(
    files: readonly DataFile[],
    footers: readonly Footer[],
    columns: readonly PickedColumn[],
    memory: number,
    parts?: readonly DecodedPart[],
  ) {
    super(
      files,
      footers.map(({ metadata }) => metadata.row_groups.reduce((sum, group) => sum + rowsOf(group), 0)),
    );
    this.columns = columns;
    this.memory = memory;
    this.parts = parts;
    this.partStarts =
      parts === undefined ? undefined : Float64Array.of(...parts.map(({ start }) => start), this.length);
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
    return this.parts !== undefined;
  }

  /** Samples of several rows, each row group decoded once. */
  override getItems(indices: readonly number[], contexts: readonly Context[]): Awaitable<Returned<S>[]> {
    if (this.decoded) return indices.map((index, i) => this.getItem(index, contexts[i]!) as Returned<S>);
    return byGroups(this, indices) as Promise<Returned<S>[]>;
  }

  protected override read(file: number, row: number): Awaitable<S> {
    const index = this.starts[file]! + row;
    const { parts, partStarts, groupStarts } = this;
    if (parts !== undefined) {
      const { group, start } = parts[partOf(partStarts!, index)]!;
      return sampleOf(this, group, index - start, index);
    }
    const number = partOf(groupStarts, index);
    const at = index - groupStarts[number]!;
    const group = recentOf(this).get(number);
    return isThenable(group)
      ? Promise.resolve(group as Promise<DecodedGroup>).then((there) => sampleOf(this, there, at, index))
      : sampleOf(this, group as DecodedGroup, at, index);
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
    for (const i of places)
      samples[i] = sampleOf(reader, group, indices[i]! - groupStarts[number]!, indices[i]!);
  }
  return samples;
}

/** The sample at `index`, which is row `row` of `group`. */
function sampleOf<S>(reader: ParquetSequence<S>, group: DecodedGroup, row: number, index: number): S {
  const { columns } = reader;
  const sample: Record<string, ParquetValue> = {};
  for (let i = 0; i < columns.length; i++) {
    const { name, kind } = columns[i]!;
    const value = valueAt(columns[i]!, group[i]!, row);
    sample[name] = kind === "image" ? imageAt(value as Image<"uint8">, placeOf(reader, index, name)) : value;
  }
  return sample as S;
}

/** Where `column` of the sample at `index` lies. */
function placeOf({ files, starts }: ParquetSequence<unknown>, index: number, column: string): DataLocation {
  const file = partOf(starts, index);
  return { path: files[file]!.path, row: index - starts[file]!, column };
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
      return decodeGroup(files[file]!, await footer, place, columns, own);
    });
    recent.set(reader, groups);
  }
  return groups;
}

/** Files without groups begin where the next does, which is the one that is meant. */
function fileOfGroup(firstGroups: readonly number[], group: number): number {
  return firstGroups.findLastIndex((first) => first <= group);
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
  const { memory = 256 * mebi } = options;
  checkNumber("memory", memory, 0);
  const sources = filesOf("parquet", where);
  const opened = await eachOf(sources.length, async (i) => {
    const file = await openDataFile(sources[i]!);
    return { file, footer: await readFooter(file) };
  });
  const files = opened.map(({ file }) => file);
  const footers = opened.map(({ footer }) => footer);
  const columns = pickColumns(files, footers, options);
  for (const { name, list, missing } of columns) {
    refuseEncrypted(files, footers, name);
    if (missing === undefined && !list) refuseNulls(files, footers, name);
  }
  const names = columns.map(({ name }) => name);
  await loadCompressors(
    footers.flatMap(({ metadata }) => metadata.row_groups.flatMap((group) => [...codecsOf(group, names)])),
  );
  const reader = new ParquetSequence<Record<string, ParquetValue>>(files, footers, columns, memory);
  if (reader.length === 0) throw dataError("It has no rows.", { path: files[0]!.path });
  const sizes = estimates(footers, columns);
  if (sizes.reduce((sum, size) => sum + size, 0) > memory) return reader;
  const parts = await decodeAll(reader, footers, sizes);
  return parts === undefined
    ? reader
    : new ParquetSequence<Record<string, ParquetValue>>(files, footers, columns, memory, parts);
}

/** Bytes that the columns of each row group will take when they are decoded, about. */
function estimates(footers: readonly Footer[], columns: readonly PickedColumn[]): number[] {
  return footers.flatMap(({ metadata, columns: all }) =>
    metadata.row_groups.map((group) => {
      const places = 16 * rowsOf(group);
      let bytes = 0;
      for (const { name, kind, list } of columns) {
        const { leaf } = all.find((column) => column.name === name)!;
        const chunk = group.columns.find(({ meta_data }) => meta_data!.path_in_schema.join(".") === leaf);
        const { num_values = 0, total_uncompressed_size = 0 } = chunk?.meta_data ?? {};
        bytes +=
          kind === "string" || kind === "bytes" || kind === "image"
            ? Number(total_uncompressed_size) + places
            : Number(num_values) * bytesPerElement(kind) + (list ? places : 0);
      }
      return bytes;
    }),
  );
}

/** So many bytes of small row groups lie together at most: of each its own arrays would be looked at each epoch. */
const largestPart = 16 * mebi;

/** All rows in shared memory; undefined where they turn out to be more than there is room for. */
async function decodeAll(
  { files, starts, groupStarts, firstGroups, columns, memory }: ParquetSequence<unknown>,
  footers: readonly Footer[],
  sizes: readonly number[],
): Promise<DecodedPart[] | undefined> {
  // What is joined is there twice for a moment: a small part of what there is room for.
  const partSize = Math.min(largestPart, memory / 16);
  const parts: number[][] = [];
  let room = 0;
  for (const [number, size] of sizes.entries()) {
    room -= size;
    if (room < 0 || parts.length === 0) {
      parts.push([]);
      room = partSize - size;
    }
    parts.at(-1)!.push(number);
  }
  let bytes = 0;
  const decoded = await eachOf(parts.length, async (part) => {
    const numbers = parts[part]!;
    const groups = await eachOf(numbers.length, async (i) => {
      if (bytes > memory) return [];
      const number = numbers[i]!;
      const file = fileOfGroup(firstGroups, number);
      const place = { group: number - firstGroups[file]!, firstRow: groupStarts[number]! - starts[file]! };
      const allocate = numbers.length === 1 ? shared : own;
      const group = await decodeGroup(files[file]!, footers[file]!, place, columns, allocate);
      bytes += sizeOfGroup(group);
      return group;
    });
    const start = groupStarts[numbers[0]!]!;
    if (bytes > memory || groups.length === 1) return { start, group: groups[0]! };
    return {
      start,
      group: columns.map((_, i) =>
        joinColumns(
          groups.map((group) => group[i]!),
          shared,
        ),
      ),
    };
  });
  return bytes > memory ? undefined : decoded;
}

/** Begun at once at most: files that are opened, groups that are read. */
const mostAtOnce = 4;

/** What `run` makes of 0 to `count` - 1, a few at a time. */
async function eachOf<T>(count: number, run: (index: number) => Promise<T>): Promise<T[]> {
  const results = new Array<T>(count);
  let next = 0;
  const lane = async () => {
    try {
      while (next < count) {
        const index = next++;
        results[index] = await run(index);
      }
    } finally {
      // After a failure nothing more is begun.
      next = count;
    }
  };
  await settleAll(Array.from({ length: Math.min(mostAtOnce, count) }, lane));
  return results;
}
