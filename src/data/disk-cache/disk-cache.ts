/**
 * A cache of samples on disk, for sources that are slow to compute: decoded photographs, far files, parsed text.
 *
 * Samples are pure functions of their index below a cache, so it needs no locks: any number of workers and programs may
 * fill one at once. Invariant: what it gives is what its source gives in epoch 0, whatever state the files are in.
 * Limits: what a change of the source cannot be told from is `version`'s; one sample is compared with its source when a
 * thread first finds one in a folder, which finds most of it, but not a second cache there in the same thread.
 */
import { checkIndex, checkInteger, checkKnown, checkText, show } from "../../core/check.ts";
import { DataError, OptionError } from "../../core/errors.ts";
import { builtin } from "../../core/node.ts";
import { isThenable, whenThere } from "../../core/settle.ts";
import { warn } from "../../core/warn.ts";
import {
  Combinator,
  checkSequence,
  type Hooked,
  isCombinator,
  type Keeper,
} from "../../sequence/combinator.ts";
import { MixingSequence } from "../../sequence/combinators/mixing.ts";
import { RandomChoiceSequence } from "../../sequence/combinators/random-choice.ts";
import { type Context, createContext, fixedContext } from "../../sequence/context.ts";
import { type Awaitable, nameOf, type Returned, type Sequence } from "../../sequence/sequence.ts";
import type { TypedArray } from "../../tensor/dtype.ts";
import { run } from "../../tensor/tree.ts";
import { keyOf, partsOf } from "./fingerprint.ts";
import {
  absolute,
  type CacheIdentity,
  createCacheFolder,
  folderOf,
  readLayout,
  storageProblem,
} from "./folder.ts";
import { type Cached, checkRow, rowOf, type SampleRow, sampleFrom } from "./row.ts";
import { RowFiles } from "./rows.ts";

/** Options of {@link diskCache}. */
export interface DiskCacheOptions {
  /** Where caches are kept: each version of each source in a folder of its own in there. It is made where it is not there. */
  readonly folder: string;
  /**
   * What the samples follow from that cannot be seen in the source: the size that a function closes over, the day of the
   * files that it reads. Another `version` is another cache. Default `""`.
   */
  readonly version?: string;
  /**
   * Bytes that the samples may take on disk. Where that is less than all, the first ones are kept, always the same:
   * a quarter of the room is then a quarter of the work saved. Default: no limit.
   */
  readonly maxBytes?: number;
}

/** A sequence whose samples are kept on disk; made by {@link diskCache}. */
export class DiskCacheSequence<S> extends Combinator<Cached<S>> implements Keeper {
  static override readonly module: string = import.meta.url;
  readonly source: Sequence<S>;
  readonly options: Required<DiskCacheOptions>;
  /** What it is a cache of; made anew where the source has changed. */
  identity: CacheIdentity;

  constructor(source: Sequence<S>, options: Required<DiskCacheOptions>) {
    super();
    this.source = source;
    this.options = options;
    this.identity = identityOf(source, options);
  }

  get length(): number {
    return this.source.length;
  }

  getItem(index: number, context: Context): Awaitable<Returned<NoInfer<Cached<S>>>> {
    checkIndex("diskCache(…)", index, this.length);
    if (this.identity.length !== this.length) this.forget();
    const store = storeOf(this);
    return whenThere(store, (opened) => sampleAt(this, opened, index, context)) as never;
  }

  combines(): readonly Hooked[] {
    return [this.source];
  }

  forget(): void {
    this.identity = identityOf(this.source, this.options);
  }
}

/**
 * The sequence with its samples kept on disk as they are fetched: the next epoch, the next run and the next program read
 * them there. Any number of workers and programs may use one folder at once; a kill or a full disk spoils nothing.
 *
 * **Augment after the cache**: `map(diskCache(photos, …), augment)`. Samples are those of epoch 0, and what draws from
 * `context.random` below a cache is an error. So it is with what shuffles: `batches(diskCache(photos, …), { shuffle:
 * true, … })`. Images are kept as the pixels that their steps come to, and are images again, for more steps, where they
 * are uint8, which is a quarter of the size: `resize(image, [200, 200], { dtype: "uint8" })`. All samples have one shape.
 *
 * What the samples follow from (classes, fields, functions, versions of files, `version`) names the folder, so that no old
 * data are read after a change; what cannot be seen, such as a variable that a function closes over, is said by
 * `version`. In it each leaf is an `.npy` file, which numpy opens: `np.load(file, mmap_mode="r")`. Rows that are not there
 * yet are 0 in `checksums.npy`. Folders are never deleted; old ones are yours to delete.
 *
 * @throws OptionError if `source` is no sequence, is endless or shuffles, or an option is not what it should be; and,
 *   when it is read, if a sample holds what cannot be kept, or something was drawn. ShapeError if a sample has another
 *   shape than sample 0; DataError if one is found to be another than when it was kept.
 * @example
 * const small = map(images, ([x, y]) => [resize(x, [200, 200], { dtype: "uint8" }), y]);
 * const fast = diskCache(small, { folder: ".cache", version: "200" });
 * const train = batches(map(fast, augment), { batchSize: 32, shuffle: true });
 */
export function diskCache<S>(source: Sequence<S>, options: DiskCacheOptions): Sequence<Cached<S>> {
  checkSequence("diskCache", source);
  checkKnown("diskCache()", options, ["folder", "version", "maxBytes"]);
  const { folder, version = "", maxBytes = Number.POSITIVE_INFINITY } = options;
  if (typeof folder !== "string" || folder === "")
    throw new OptionError(`\`folder\` must be a path, got ${show(folder)}.`);
  checkText("version", version);
  if (maxBytes !== Number.POSITIVE_INFINITY) checkInteger("maxBytes", maxBytes, 1);
  if (builtin("fs") === undefined)
    throw new OptionError("diskCache() needs files, which a browser has not. Leave it out there.");
  if (source.length === Number.POSITIVE_INFINITY)
    throw new OptionError("diskCache() takes no endless sequence. Cut it: diskCache(take(source, 1000), …).");
  checkStill(source);
  return new DiskCacheSequence(source, { folder: absolute(folder), version, maxBytes });
}

/** Throws {@link OptionError} where epochs of `node` differ: the first one's would be kept for ever. */
function checkStill(node: Hooked): void {
  if (!isCombinator(node)) return;
  const { shuffle, sampler } = node as { readonly shuffle?: boolean; readonly sampler?: object };
  if (shuffle === true || sampler !== undefined)
    throw new OptionError(
      "diskCache() would keep the order of the first epoch for ever. Shuffle after the cache: batches(diskCache(dataset, …), { shuffle: true, … }).",
    );
  if (node instanceof MixingSequence || node instanceof RandomChoiceSequence)
    throw new OptionError(
      `diskCache() would keep what ${nameOf(node)} drew in the first epoch for ever. Mix and choose after the cache.`,
    );
  for (const source of node.combines()) checkStill(source);
}

const refusal =
  "Random numbers were drawn below a disk cache, which would keep what was drawn for ever. Augment after the cache: map(diskCache(photos, …), augment).";

function identityOf(
  source: Sequence<unknown>,
  { folder, version }: Required<DiskCacheOptions>,
): CacheIdentity {
  const parts = partsOf(source, version);
  return { folder, key: keyOf(parts), parts, length: source.length };
}

/** The sample at `index`: the one that is kept, else that of the source, which is kept then. */
function sampleAt(
  sequence: DiskCacheSequence<unknown>,
  store: Store,
  index: number,
  context: Context,
): Awaitable<unknown> {
  const data = store.read(index);
  if (data === undefined)
    return whenThere(rowAt(sequence, index, context), (row) => {
      store.write(index, row);
      return sampleFrom(row);
    });
  const kept = { layout: store.rows!.layout, data };
  if (store.compared) return sampleFrom(kept);
  store.compared = true;
  return whenThere(rowAt(sequence, index, context), (row) => {
    store.compare(index, row, data);
    return sampleFrom(kept);
  });
}

/** The sample of the source at `index`, as a row. */
function rowAt(
  { source }: DiskCacheSequence<unknown>,
  index: number,
  context: Context,
): Awaitable<SampleRow> {
  const given = source.getItem(index, fixedContext(context, index, refusal)) as Awaitable<unknown>;
  return whenThere(given, (sample) => whenThere(run(sample), (delivered) => rowOf(sample, delivered)));
}

/** A cache as a thread has it open. */
class Store {
  readonly folder: string;
  /** Undefined where there is nowhere to keep them. */
  readonly rows: RowFiles | undefined;
  /** Rows from this one on are not kept. */
  readonly #end: number;
  /** Whether a row was compared with the source. */
  compared: boolean;
  #writes: boolean;

  constructor(folder: string, rows: RowFiles | undefined, maxBytes: number, compared: boolean) {
    this.folder = folder;
    this.rows = rows;
    this.#end = rows ? maxBytes / rows.rowBytes : 0;
    this.compared = compared;
    this.#writes = rows !== undefined;
  }

  read(index: number): TypedArray[] | undefined {
    try {
      return this.rows?.read(index);
    } catch (error) {
      this.#say(`cannot be read, so samples are computed: ${storageProblem(error)}`);
      return undefined;
    }
  }

  /** Keeps a row that was computed. */
  write(index: number, row: SampleRow): void {
    if (this.rows === undefined) return;
    checkRow(index, row, this.rows.layout);
    if (!this.#writes || index + 1 > this.#end) return;
    if (!this.rows.writable) this.#say("may not be written to: what is not there yet is computed each time.");
    else {
      try {
        this.rows.write(index, row.data);
      } catch (error) {
        this.#say(`takes no more samples; they are computed each time. ${storageProblem(error)}`);
      }
    }
  }

  /** Throws {@link DataError} unless a `row` that was computed is as it was kept. */
  compare(index: number, row: SampleRow, kept: readonly TypedArray[]): void {
    checkRow(index, row, this.rows!.layout);
    if (row.data.every((data, i) => sameBytes(data, kept[i]!))) return;
    this.compared = false;
    throw new DataError(
      `Sample ${index} is not what it was when it was kept in ${this.folder}. Something has changed that cannot be seen in the source, such as a variable that a function closes over or a file that it reads: give diskCache() another \`version\`. Or the samples are not pure: they must follow from their index alone.`,
      { path: this.folder, row: index },
    );
  }

  close(): void {
    this.rows?.close();
  }

  /** Says, once, that nothing is written any more. */
  #say(what: string): void {
    if (this.#writes) warn("EPOCHAL_DISK_CACHE", `The disk cache ${this.folder} ${what}`);
    this.#writes = false;
  }
}

/** Caches open in a thread at most: the one that was opened first is closed for another. */
const mostStores = 16;

/** Caches that this thread has open, by folder; a promise while sample 0, which says their layout, is computed. */
const stores = new Map<string, Awaitable<Store>>();

function storeOf(sequence: DiskCacheSequence<unknown>): Awaitable<Store> {
  const { identity, options } = sequence;
  const folder = folderOf(identity);
  const known = stores.get(folder);
  if (known !== undefined) return known;
  const keep = (store: Store): Store => {
    stores.set(folder, store);
    for (const [key, oldest] of stores) {
      if (stores.size <= mostStores) break;
      if (isThenable(oldest) || oldest === store) continue;
      stores.delete(key);
      (oldest as Store).close();
    }
    return store;
  };
  const open = (): RowFiles | undefined => {
    const layout = readLayout(fs, identity);
    return layout && RowFiles.open(fs, folder, layout, identity.length);
  };
  const fs = builtin("fs")!;
  const refuse = (error: unknown): Store => {
    warn("EPOCHAL_DISK_CACHE", `Nothing is kept in ${folder}: ${storageProblem(error)}`);
    return keep(new Store(folder, undefined, options.maxBytes, true));
  };
  try {
    const rows = open();
    if (rows) return keep(new Store(folder, rows, options.maxBytes, false));
  } catch (error) {
    return refuse(error);
  }
  // Others wait for it too, so that it does not end with the batch that asked first.
  const made = whenThere(rowAt(sequence, 0, createContext({ epoch: 0, index: 0, seed: 0 })), (row) => {
    try {
      const first = createCacheFolder(fs, identity, row.layout);
      const store = new Store(folder, open(), options.maxBytes, first);
      store.write(0, row);
      return keep(store);
    } catch (error) {
      return refuse(error);
    }
  });
  if (made instanceof Promise) {
    stores.set(folder, made);
    made.catch(() => stores.delete(folder));
  }
  return made;
}

function sameBytes(a: TypedArray, b: TypedArray): boolean {
  const [one, other] = [a, b].map(
    ({ buffer, byteOffset, byteLength }) => new Uint8Array(buffer, byteOffset, byteLength),
  );
  return one!.length === other!.length && one!.every((byte, i) => byte === other![i]);
}
