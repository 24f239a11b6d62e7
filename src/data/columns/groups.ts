/**
 * Files of columns as a data set: rows in any order at once where the columns fit into memory, which is the default as far
 * as they do, else by groups of rows.
 *
 * A row of such a file cannot be read alone: it lies in as many places as there are columns, each most often compressed with
 * those of many rows. So columns are decoded once, on the caller's thread, into memory that workers share; or, where that
 * would be more than `memory`, a thread decodes the group of the row that is asked for, and keeps the last ones.
 */
import { checkIndex } from "../../core/check.ts";
import type { DataLocation } from "../../core/errors.ts";
import { pacer } from "../../core/event-loop.ts";
import { partOf } from "../../core/search.ts";
import { isThenable, settleAll, whenThere } from "../../core/settle.ts";
import { type Image, imageAt } from "../../image/image.ts";
import type { Context } from "../../sequence/context.ts";
import { identify } from "../../sequence/identity.ts";
import { type Awaitable, nameOf, type Returned, type Sequence } from "../../sequence/sequence.ts";
import type { DataFile } from "../data-file.ts";
import { own, shared } from "../memory.ts";
import { DataReader } from "../reader.ts";
import {
  type Allocate,
  type DecodedGroup,
  joinColumns,
  type PickedColumn,
  sizeOfGroup,
  valueAt,
} from "./decoded.ts";
import type { ColumnValue } from "./kinds.ts";
import { RecentGroups } from "./recent.ts";

/** The rows of files of columns. */
export interface ColumnReader<S = Record<string, ColumnValue>> extends Sequence<S> {
  /** Rows of each group that is decoded together, in order: `new BlockSampler(rows.blocks)`. */
  readonly blocks: readonly number[];
  /** Whether all columns are in memory, so that rows in any order are cheap. `loader.explain()` says where they are not. */
  readonly decoded: boolean;
}

/** Which group of rows is meant. */
export interface GroupPlace {
  /** The number of its file. */
  readonly file: number;
  /** Its number in that file. */
  readonly group: number;
  /** The number of its first row in that file. */
  readonly firstRow: number;
}

/** Groups that lie together in memory. */
export interface DecodedPart {
  /** The number of their first row. */
  readonly start: number;
  readonly group: DecodedGroup;
}

/** What readers of columns are; a subclass says how a group is decoded. */
export abstract class GroupedRows<S> extends DataReader<S> implements ColumnReader<S> {
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

  /** @param blocks rows of each group of each file */
  constructor(
    files: readonly DataFile[],
    blocks: readonly (readonly number[])[],
    columns: readonly PickedColumn[],
    memory: number,
    parts?: readonly DecodedPart[],
  ) {
    super(
      files,
      blocks.map((groups) => groups.reduce((sum, rows) => sum + rows, 0)),
    );
    this.columns = columns;
    this.memory = memory;
    this.parts = parts;
    this.partStarts =
      parts === undefined ? undefined : Float64Array.of(...parts.map(({ start }) => start), this.length);
    this.blocks = blocks.flat();
    this.groupStarts = shared(Float64Array, this.blocks.length + 1);
    this.blocks.forEach((rows, group) => {
      this.groupStarts[group + 1] = this.groupStarts[group]! + rows;
    });
    let first = 0;
    this.firstGroups = blocks.map((groups) => {
      first += groups.length;
      return first - groups.length;
    });
  }

  /** Without what is a matter of speed. @internal */
  override [identify](): object {
    const { files, starts, columns } = super[identify]() as this;
    return { files, starts, columns };
  }

  /** The picked columns of a group, in their order: at once where it is local and its format can be decoded at once. */
  abstract decode(place: GroupPlace, allocate: Allocate): Awaitable<DecodedGroup>;

  get decoded(): boolean {
    return this.parts !== undefined;
  }

  /** Samples of several rows, each group decoded once. */
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
    return whenThere(group, (there) => sampleOf(this, there, at, index));
  }
}

/** The samples at `indices`, of one group after the other. */
async function byGroups<S>(reader: GroupedRows<S>, indices: readonly number[]): Promise<S[]> {
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
    const group = recentOf(reader).get(number);
    const there = isThenable(group) ? await group : (group as DecodedGroup);
    for (const i of places)
      samples[i] = sampleOf(reader, there, indices[i]! - groupStarts[number]!, indices[i]!);
  }
  return samples;
}

/** The sample at `index`, which is row `row` of `group`. */
function sampleOf<S>(reader: GroupedRows<S>, group: DecodedGroup, row: number, index: number): S {
  const { columns } = reader;
  const sample: Record<string, ColumnValue> = {};
  for (let i = 0; i < columns.length; i++) {
    const { name, kind } = columns[i]!;
    const value = valueAt(columns[i]!, group[i]!, row);
    sample[name] =
      kind === "image" ? imageAt(value as Image<"uint8">, () => locationOf(reader, index, name)) : value;
  }
  return sample as S;
}

/** Where `column` of the sample at `index` lies. */
function locationOf({ files, starts }: GroupedRows<unknown>, index: number, column: string): DataLocation {
  const file = partOf(starts, index);
  return { path: files[file]!.path, row: index - starts[file]!, column };
}

/** What each thread has decoded of a reader. */
const recent = new WeakMap<GroupedRows<unknown>, RecentGroups>();

function recentOf(reader: GroupedRows<unknown>): RecentGroups {
  let groups = recent.get(reader);
  if (groups === undefined) {
    groups = new RecentGroups(reader.memory, (number) => reader.decode(placeOf(reader, number), own));
    recent.set(reader, groups);
  }
  return groups;
}

function placeOf({ firstGroups, groupStarts, starts }: GroupedRows<unknown>, number: number): GroupPlace {
  // Files without groups begin where the next does, which is the one that is meant.
  const file = firstGroups.findLastIndex((first) => first <= number);
  return {
    file,
    group: number - firstGroups[file]!,
    firstRow: groupStarts[number]! - starts[file]!,
  };
}

/** So many bytes of small groups lie together at most: of each its own arrays would be looked at each epoch. */
const largestPart = 16 * 2 ** 20;

/**
 * All rows of `reader` in shared memory; undefined where they are more than there is room for.
 *
 * @param sizes bytes that each group will take, about
 */
export async function decodeAll(
  reader: GroupedRows<unknown>,
  sizes: readonly number[],
): Promise<DecodedPart[] | undefined> {
  const { groupStarts, columns, memory } = reader;
  if (sizes.reduce((sum, size) => sum + size, 0) > memory) return undefined;
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
      const group = await reader.decode(placeOf(reader, numbers[i]!), numbers.length === 1 ? shared : own);
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
export async function eachOf<T>(count: number, run: (index: number) => Promise<T>): Promise<T[]> {
  const results = new Array<T>(count);
  const pace = pacer();
  let next = 0;
  const lane = async () => {
    try {
      while (next < count) {
        const index = next++;
        results[index] = await run(index);
        await pace();
      }
    } finally {
      // After a failure nothing more is begun.
      next = count;
    }
  };
  await settleAll(Array.from({ length: Math.min(mostAtOnce, count) }, lane));
  return results;
}
