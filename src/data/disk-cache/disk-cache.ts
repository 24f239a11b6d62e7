/**
 * A cache of samples on disk, for sources that are slow to compute: decoded photographs, far files, parsed text.
 *
 * Samples are pure functions of their index below a cache, so it needs no locks: any number of workers and programs may
 * fill one at once. Invariant: what it gives is what its source gives in epoch 0, whatever state the files are in.
 * Limits: what a change of the source cannot be told from is `version`'s. Of the samples that a cache finds in a thread the
 * first, the second, the fourth, the eighth and so on are compared with the source; a change of others goes unseen.
 */
import { checkIndex, checkInteger, checkKnown, checkText, show } from "../../core/check.ts";
import { DataError, OptionError } from "../../core/errors.ts";
import { builtin } from "../../core/node.ts";
import { isThenable, whenThere } from "../../core/settle.ts";
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
import { run } from "../../tensor/run.ts";
import { sameShape } from "../../tensor/tensor.ts";
import { fingerprintOf } from "./fingerprint.ts";
import { absolute, type CacheIdentity } from "./folder.ts";
import { type Cached, checkRow, type RowLeaf, rowOf, type SampleRow, sampleFrom } from "./row.ts";
import { openStore, type Store } from "./store.ts";

/** Options of {@link diskCache}. */
export interface DiskCacheOptions {
  /** Where caches are kept: each version of each source in a folder of its own in there. It is made where it is not there. */
  readonly folder: string;
  /**
   * What the samples follow from that cannot be seen in the source: the size that a function closes over, the day of the
   * files that it reads, the version of a package that it calls. Another `version` is another cache. Default `""`.
   */
  readonly version?: string;
  /**
   * Bytes that the samples may take on disk. Where that is less than all, the first ones are kept, of texts and leaves of
   * many shapes those that came first, and always the same: a quarter of the room is then a quarter of the work saved.
   * Default: no limit.
   */
  readonly maxBytes?: number;
}

/** A sequence whose samples are kept on disk; made by {@link diskCache}. */
export class DiskCacheSequence<S> extends Combinator<Cached<S>> implements Keeper {
  static override readonly module: string = import.meta.url;
  static override readonly id: string = "epochal:data/disk-cache/disk-cache#DiskCacheSequence";
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
    trusts.delete(this);
  }
}

/**
 * The sequence with its samples kept on disk as they are fetched: the next epoch, the next run and the next program read
 * them there. Any number of workers and programs may use one folder at once; a kill or a full disk spoils nothing.
 *
 * **Augment after the cache**: `map(diskCache(photos, …), augment)`. Samples are those of epoch 0, and what draws from
 * `context.random` below a cache is an error. So it is with what shuffles: `batches(diskCache(photos, …), { shuffle:
 * true, … })`. Images are kept as the pixels that their steps come to, and are images again, for more steps, where they
 * are uint8, which is a quarter of the size: `resize(image, [200, 200], { dtype: "uint8" })`. They go from the disk straight
 * into their place in a batch.
 *
 * What the samples follow from names the folder, so that no old data are read after a change: the tree of sequences, their
 * classes and fields, the text of functions, the versions of readers' files, and `version`. Not seen is what a function
 * closes over, was bound to or calls, `#private` fields, files that your own sequence reads by their paths, environment
 * variables, and packages, this one too: say those by `version`. As that is forgotten, the first, second, fourth, eighth …
 * sample that is found, by each cache in each thread, is computed and compared; where it differs that is an error, then
 * and for all further samples. What has content that nobody can see, such as a Blob in a field, is refused.
 *
 * In the folder each leaf of one shape is an `.npy` file, which numpy opens, half filled too: `np.load(file,
 * mmap_mode="r")`. Texts and leaves of many shapes are members of tar archives, `42.caption`, tensors as `42.ids.npy`. Rows
 * of `index.npy` say where: archive, offset and length, and then a checksum for each leaf, 0 where there is none yet.
 * Folders are never deleted; old ones are yours to delete.
 *
 * @throws OptionError if `source` is no sequence, is endless or shuffles, holds what nobody can see, or an option is not
 *   what it should be; and, when it is read, if a sample holds what cannot be kept, or something was drawn. ShapeError if a
 *   sample has other parts than sample 0; DataError if one is found to be another than when it was kept.
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
    throw new OptionError("diskCache() keeps files on disk, which a page cannot. Leave it out there.");
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
  return { folder, ...fingerprintOf(source, version), length: source.length };
}

/** What is known of the rows that a sequence has found in this thread. */
interface Trust {
  /** How many it has found. */
  found: number;
  /** Why none is believed: one was another than its source gives. */
  failed?: DataError;
  /** A row that is compared just now. */
  comparing?: Promise<unknown>;
}

/** Beside the sequences: it shall not travel to workers. */
const trusts = new WeakMap<object, Trust>();

function trustOf(sequence: object): Trust {
  let trust = trusts.get(sequence);
  if (trust === undefined) {
    trust = { found: 0 };
    trusts.set(sequence, trust);
  }
  return trust;
}

/**
 * The sample at `index`: the one that is kept, else that of the source, which is kept then. Of those that are found the
 * first, the second, the fourth and so on are compared with the source, and none is given meanwhile.
 */
function sampleAt(
  sequence: DiskCacheSequence<unknown>,
  store: Store,
  index: number,
  context: Context,
): Awaitable<unknown> {
  const trust = trustOf(sequence);
  if (trust.failed) throw trust.failed;
  const kept = store.read(index, (leaf, checksum, shape) => ({
    shape,
    into: (out) => readLeaf(sequence, { index, leaf, checksum }, out, context),
  }));
  if (kept === undefined) return computeSample(sequence, store, index, context);
  if (trust.comparing) {
    const again = () => sampleAt(sequence, store, index, context);
    return trust.comparing.then(again, again);
  }
  const count = trust.found + 1;
  if ((count & (count - 1)) !== 0) {
    trust.found = count;
    return sampleFrom(store.layout!, kept);
  }
  const whole = store.read(index) as readonly RowLeaf[] | undefined;
  if (whole === undefined) return computeSample(sequence, store, index, context);
  const compared = whenThere(rowAt(sequence, index, context), (row) => {
    checkRow(index, row, store.layout!);
    if (!sameLeaves(row.leaves, whole)) {
      trust.failed = differs(index, store.folder);
      throw trust.failed;
    }
    trust.found = count;
    return sampleFrom(store.layout!, whole);
  });
  if (isThenable(compared)) {
    const over = () => {
      delete trust.comparing;
    };
    trust.comparing = (compared as Promise<unknown>).then(over, over);
  }
  return compared;
}

function computeSample(
  sequence: DiskCacheSequence<unknown>,
  store: Store,
  index: number,
  context: Context,
): Awaitable<unknown> {
  return whenThere(rowAt(sequence, index, context), (row) => {
    store.write(index, row);
    return sampleFrom(row.layout, row.leaves);
  });
}

/** Reads a leaf that is run into its place; computes the sample where it is not there any more, or not whole. */
function readLeaf(
  sequence: DiskCacheSequence<unknown>,
  { index, leaf, checksum }: { readonly index: number; readonly leaf: number; readonly checksum: number },
  out: TypedArray,
  context: Context,
): void | Promise<void> {
  return whenThere(storeOf(sequence), (store) => {
    if (store.readInto(index, leaf, checksum, out)) return undefined;
    return whenThere(rowAt(sequence, index, context), (row) => {
      store.write(index, row);
      const { data } = row.leaves[leaf]!;
      if (data.length !== out.length) throw differs(index, store.folder);
      (out as Uint8Array).set(data as Uint8Array);
    });
  }) as void | Promise<void>;
}

function differs(index: number, folder: string): DataError {
  return new DataError(
    `Sample ${index} is not what it was when it was kept in ${folder}. Something has changed that cannot be seen in the source, such as a variable that a function closes over, a file that it reads or the version of a package: give diskCache() another \`version\`. Or the samples are not pure: they must follow from their index alone.`,
    { path: folder, row: index },
  );
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

/** The files of a cache, open in this thread; where there are none they are made, by its first samples. */
export function storeOf(sequence: DiskCacheSequence<unknown>): Awaitable<Store> {
  const { identity, options } = sequence;
  const compute = (index: number) => rowAt(sequence, index, createContext({ epoch: 0, index, seed: 0 }));
  return openStore(identity, options.maxBytes, compute);
}

function sameLeaves(some: readonly RowLeaf[], others: readonly RowLeaf[]): boolean {
  return some.every(
    ({ shape, data }, i) => sameShape(shape, others[i]!.shape) && sameBytes(data, others[i]!.data),
  );
}

function sameBytes(a: TypedArray, b: TypedArray): boolean {
  const [one, other] = [a, b].map(
    ({ buffer, byteOffset, byteLength }) => new Uint8Array(buffer, byteOffset, byteLength),
  );
  return one!.length === other!.length && one!.every((byte, i) => byte === other![i]);
}
