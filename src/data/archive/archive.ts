/**
 * What archives of samples share, whatever their format: members of one name are a sample, their endings its fields.
 *
 * A format says which members an archive has, and what becomes of the bytes of one. Every member is found by its place,
 * so a shuffle is one over all samples of all archives, and no window or buffer of them.
 */
import { checkChoice, checkKnown, checkSignal } from "../../core/check.ts";
import type { DataLocation } from "../../core/errors.ts";
import { isThenable } from "../../core/settle.ts";
import { imreadAt } from "../../image/imread.ts";
import type { Context } from "../../sequence/context.ts";
import type { Awaitable } from "../../sequence/sequence.ts";
import { type DataFile, dataError, openDataFile } from "../data-file.ts";
import { decodeField } from "../fields.ts";
import { filesOf, type Where } from "../files.ts";
import { type CacheFolder, checkCache, type IndexArrays, keptIndex } from "../index-cache.ts";
import { joinArrays, joinStrings } from "../joined.ts";
import { DataReader } from "../reader.ts";
import { readBytesFrom } from "../room.ts";
import { type Strings, stringAt, stringsOf } from "../strings.ts";
import { type ArchiveFields, type PlannedField, planFields, wantedOf } from "./fields.ts";
import { type Grouped, type GroupingOptions, kindsPassedOver } from "./samples.ts";

/** Options of readers of archives. */
export interface ArchiveOptions {
  /** What becomes of a sample that lacks a field: an error (`"throw"`, default), or it is left out, and counted. */
  readonly missing?: "throw" | "skip";
  /**
   * The folder where the index of an archive is kept if it took long to make, or the archive is far away; `false` for
   * none. Default: `epochal/index` in the user's cache folder.
   */
  readonly cache?: string | false;
  /** Ends the opening of archives that are far away. */
  readonly signal?: AbortSignal;
}

/** Where the members of all samples lie: as many places a sample as there are fields that are members, side by side. */
export interface MemberPlaces extends IndexArrays {
  /** Where the bytes of each begin. */
  readonly offsets: Float64Array;
  /** How many they are. */
  readonly lengths: Uint32Array;
}

/** Archives that are open, and what is known of them. */
export interface OpenedArchives<P extends MemberPlaces> {
  readonly files: readonly DataFile[];
  readonly counts: readonly number[];
  readonly fields: readonly PlannedField[];
  readonly places: P;
  readonly keys: Strings;
  readonly passedOver: Readonly<Record<string, number>>;
  readonly skipped: number;
}

/** A format of archives. */
export interface ArchiveFormat<P extends MemberPlaces> {
  /** The reader's name. */
  readonly name: string;
  /** Is raised where the index of an archive is another one: it is kept on disk. */
  readonly version: number;
  /**
   * The places of the members that are fields, and what else there is.
   *
   * @throws DataError if the archive cannot be read, or lacks what is asked for
   */
  readonly index: (
    file: DataFile,
    options: GroupingOptions,
    signal: AbortSignal | undefined,
  ) => Promise<Grouped & { readonly places: P }>;
}

/**
 * Opens archives, and finds their samples.
 *
 * @throws DataError if one cannot be read, or has no samples; OptionError if the fields or options are none.
 */
export async function openArchives<P extends MemberPlaces>(
  format: ArchiveFormat<P>,
  where: Where,
  fields: ArchiveFields,
  options: ArchiveOptions,
): Promise<OpenedArchives<P>> {
  checkKnown(`${format.name}()`, options, ["missing", "cache", "signal"]);
  const { missing = "throw", cache, signal } = options;
  checkChoice("missing", missing, ["throw", "skip"]);
  checkCache(cache);
  if (signal !== undefined) checkSignal("signal", signal);
  const plan = planFields(format.name, fields);
  const grouping = { missing, wanted: wantedOf(plan) };
  const files: DataFile[] = [];
  const indexes: IndexArrays[] = [];
  for (const source of filesOf(format.name, where)) {
    const file = await openDataFile(source, signal);
    files.push(file);
    indexes.push(await indexOf(format, file, grouping, cache, signal));
  }
  const arrays = (name: string) => indexes.map((index) => index[name]!);
  const names = Object.keys(indexes[0]!).filter((name) => !besides.includes(name));
  const totals = ["skipped", ...kindsPassedOver].map((what, i) => {
    const total = arrays("counts").reduce((sum, counts) => sum + Number(counts[i]), 0);
    return [what, total] as const;
  });
  const opened = {
    files,
    counts: arrays("keyStarts").map(({ length }) => length - 1),
    fields: plan,
    places: Object.fromEntries(names.map((name) => [name, joinArrays(arrays(name))])) as unknown as P,
    keys: joinStrings(
      indexes.map(({ keys, keyStarts }) => ({
        bytes: keys as Uint8Array,
        starts: keyStarts as Float64Array,
      })),
    ),
    skipped: totals[0]![1],
    passedOver: Object.fromEntries(totals.slice(1).filter(([, total]) => total > 0)),
  };
  if (opened.counts.every((count) => count === 0)) throw nothingIn(opened);
  return opened;
}

/** What an index holds besides places. */
const besides: readonly string[] = ["keys", "keyStarts", "counts"];

/** The index of one archive: the places of its members, the names of its samples, and how many were passed over. */
function indexOf<P extends MemberPlaces>(
  format: ArchiveFormat<P>,
  file: DataFile,
  options: GroupingOptions,
  cache: CacheFolder,
  signal: AbortSignal | undefined,
): Promise<IndexArrays> {
  const { missing, wanted } = options;
  const kind = [format.name, format.version, missing, wanted.map(({ endings }) => endings)];
  return keptIndex(file, JSON.stringify(kind), cache, async () => {
    const { places, keys, skipped, passedOver } = await format.index(file, options, signal);
    const { bytes, starts } = stringsOf(keys);
    const counts = Float64Array.of(skipped, ...kindsPassedOver.map((what) => passedOver[what] ?? 0));
    return { ...places, keys: bytes, keyStarts: starts, counts };
  });
}

function nothingIn({ files, skipped, passedOver }: OpenedArchives<MemberPlaces>): Error {
  const over = Object.entries(passedOver).map(([what, count]) => `${count} ${what}`);
  const why = [...(skipped > 0 ? [`${skipped} that lack a field`] : []), ...over];
  return dataError(
    `There are no samples in ${files.length === 1 ? "it" : "any of the archives"}${why.length === 0 ? "" : `, besides ${why.join(", ")}`}. Check what was packed.`,
    { path: files[0]!.path },
  );
}

/** What is between the members of a sample, and read with them rather than passed over: their headers, small members. */
const gap = 4096;

/**
 * Samples of archives. A subclass says what the bytes of a member are.
 *
 * @typeParam S the sample
 */
export abstract class ArchiveReader<S> extends DataReader<S> {
  /** Members that no sample was made of, by what they are. */
  readonly passedOver: Readonly<Record<string, number>>;
  /** Samples that were left out, as they lack a field. */
  readonly skipped: number;
  /** @internal */
  readonly fields: readonly PlannedField[];
  /** Fields of a sample that are members. @internal */
  readonly width: number;
  /** @internal */
  readonly places: MemberPlaces;
  /** The samples' names. @internal */
  readonly keys: Strings;

  /** @internal */
  constructor({ files, counts, fields, places, keys, passedOver, skipped }: OpenedArchives<MemberPlaces>) {
    super(files, counts);
    this.fields = fields;
    this.width = wantedOf(fields).length;
    this.places = places;
    this.keys = keys;
    this.passedOver = passedOver;
    this.skipped = skipped;
  }

  protected read(file: number, row: number, context: Context): Awaitable<S> {
    const { offsets, lengths } = this.places;
    const { width } = this;
    const first = (this.starts[file]! + row) * width;
    let from = Number.POSITIVE_INFINITY;
    let [to, total] = [0, 0];
    for (let i = first; i < first + width; i++) {
      const [start, length] = [offsets[i]!, lengths[i]!];
      if (start < from) from = start;
      if (start + length > to) to = start + length;
      total += length;
    }
    if (total === 0) return this.finish(file, row, new Array(width).fill(new Uint8Array(0)), context);
    const { signal } = context;
    if (to - from <= total + gap) {
      const bytes = readBytesFrom(this.files[file]!, { row, offset: from }, from, to, signal);
      const make = (there: Uint8Array): Awaitable<S> => {
        const parts: Uint8Array[] = [];
        for (let i = first; i < first + width; i++) {
          const start = offsets[i]! - from;
          parts.push(width === 1 ? there : there.subarray(start, start + lengths[i]!));
        }
        return this.finish(file, row, parts, context);
      };
      return isThenable(bytes) ? Promise.resolve(bytes).then(make) : make(bytes as Uint8Array);
    }
    const parts = Array.from({ length: width }, (_, i) => {
      const start = offsets[first + i]!;
      const end = start + lengths[first + i]!;
      return readBytesFrom(this.files[file]!, { row, offset: start }, start, end, signal);
    });
    return parts.some(isThenable)
      ? Promise.all(parts).then((all) => this.finish(file, row, all, context))
      : this.finish(file, row, parts as Uint8Array[], context);
  }

  /** The sample whose members' places have the bytes `parts`. */
  private finish(file: number, row: number, parts: readonly Uint8Array[], context: Context): Awaitable<S> {
    const contents = this.contentsOf(file, row, parts, context);
    return isThenable(contents)
      ? Promise.resolve(contents).then((there) => this.sample(file, row, there))
      : this.sample(file, row, contents as readonly Uint8Array[]);
  }

  /**
   * What the members of a row are whose places have the bytes `parts`.
   *
   * @throws DataError if one cannot be read
   */
  protected abstract contentsOf(
    file: number,
    row: number,
    parts: readonly Uint8Array[],
    context: Context,
  ): Awaitable<readonly Uint8Array[]>;

  /** The sample whose members are `parts`. */
  private sample(file: number, row: number, parts: readonly Uint8Array[]): S {
    const sample: Record<string, unknown> = {};
    const index = this.starts[file]! + row;
    let next = 0;
    for (const { field, type } of this.fields) {
      if (type === "key") {
        sample[field] = stringAt(this.keys, index);
        continue;
      }
      try {
        const bytes = parts[next]!;
        // Bytes are the sample's to keep, alone: not a part of what other fields are.
        if (type === "bytes") sample[field] = bytes.length < bytes.buffer.byteLength ? bytes.slice() : bytes;
        else if (type === "image") sample[field] = imreadAt(bytes, this.placed(file, row, next));
        else sample[field] = decodeField(type, bytes);
      } catch (cause) {
        throw dataError((cause as Error).message, this.placeOf(file, row, next), { cause });
      }
      next++;
    }
    return sample as S;
  }

  /** {@link placeOf}, when it is asked for. */
  private placed(file: number, row: number, i: number): () => DataLocation {
    return () => this.placeOf(file, row, i);
  }

  /** Where the member lies that is field number `i` of those of a row that are members. */
  protected placeOf(file: number, row: number, i: number): DataLocation {
    const index = this.starts[file]! + row;
    return {
      path: this.files[file]!.path,
      row,
      sample: stringAt(this.keys, index),
      column: wantedOf(this.fields)[i]!.field,
      offset: this.places.offsets[index * this.width + i]!,
    };
  }
}
