/**
 * The base class: a dataset whose `getItem(index)` returns one complete batch.
 *
 * Lineage: `tf.keras.utils.Sequence`, `keras.utils.PyDataset`. The one idea: a batch is a pure function of
 * (seed, epoch, index), so order, workers, retries and resume are index arithmetic and live in the loader.
 */
import { fetchingChunk } from "#sequence/fetching";
import { checkInteger, checkKnown, checkSeed } from "../core/check.ts";
import { nameOfClass } from "../core/native.ts";
import type { Delivered } from "../tensor/tree.ts";
import type { Context, ContextInit, HookContext } from "./context.ts";

/** A value, or a promise of it. */
export type Awaitable<T> = T | Promise<T>;

/** Carries the batch type of a sequence, for inference only; no such property exists. */
export declare const batchType: unique symbol;

/** The batch type of a sequence: `BatchOf<CIFAR10Sequence>`. */
export type BatchOf<S extends Sequence<unknown>> = S extends Sequence<infer B> ? B : never;

/**
 * What `getItem` may return for a batch `B`. TypeScript reads `return [x, y]` in an overriding method as an array,
 * not as a tuple, so an array of a tuple's elements is taken for the tuple.
 */
export type Returned<B> = B extends readonly [unknown, ...unknown[]] ? B | Returned<B[number]>[] : B;

/** Marks sequences, the same across two copies of the package. */
const brand = Symbol.for("epochal.sequence");

/**
 * A dataset in batches. Extend it, and give it `length` and `getItem`.
 *
 * A subclass that shall run in workers says where its module is and is exported from it by its name; its own fields
 * are sent by structured clone (see `portable` in the guide for fields that cannot be).
 *
 * @typeParam B the batch: a tuple or record, nested as you like, of tensors, images, typed arrays, numbers, strings.
 * @example
 * export class Squares extends Sequence<[x: Tensor<"float32">, y: Tensor<"float32">]> {
 *   static override readonly module = import.meta.url;
 *   get length() { return 10; }
 *   getItem(index: number) {
 *     const x = tensor([index, index + 1]);
 *     return [x, tensor(Array.from(x.data, (v) => v * v))];
 *   }
 * }
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the property is optional and never read at run time
export abstract class Sequence<B> {
  /** Where workers find this class: `static override readonly module = import.meta.url`. */
  static readonly module: string | undefined = undefined;

  /**
   * What this class is called, where its name is not enough: bundlers change the names of classes. Written out, as
   * `static override readonly id = "Photos"`, it is what workers that `serve` several classes know it by, and what
   * messages and states name.
   */
  static readonly id: string | undefined = undefined;

  /** Number of batches in an epoch; may be `Infinity`. Read after the hooks, each epoch. */
  abstract readonly length: number;

  /**
   * The batch at `index`, complete. Called with 0 ≤ index < length, in any order, in any worker, and again after a
   * worker died: it must depend on nothing but the sequence, the index and the context. The batch is given away: do
   * not keep or change it afterwards.
   */
  abstract getItem(index: number, context: Context): Awaitable<Returned<NoInfer<B>>>;

  /**
   * The batches at `indices`, in their order, each equal to `getItem` of its index and context. Define it where many at once
   * are cheaper than one by one, as of a server or a file in compressed blocks: `batches` asks for the samples of a batch
   * in this way, through `map`, `zip`, `concat` and what takes a part.
   */
  getItems?(
    indices: readonly number[],
    contexts: readonly Context[],
  ): Awaitable<readonly Returned<NoInfer<B>>[]>;

  /**
   * Called once before an epoch's first batch is fetched, on your own instance; awaited. What it changes reaches every
   * worker. Draw from `context.random`, so that a resumed run draws the same.
   */
  onEpochBegin(_epoch: number, _context: HookContext): void | Promise<void> {}

  /** Called once after an epoch's last batch was consumed, also when it was left early; awaited. */
  onEpochEnd(_epoch: number, _context: HookContext): void | Promise<void> {}

  /** Whether a hook is defined, which may change the sequence between epochs. */
  get hasHooks(): boolean {
    const base = Sequence.prototype;
    return this.onEpochBegin !== base.onEpochBegin || this.onEpochEnd !== base.onEpochEnd;
  }

  /**
   * One batch as a loader would deliver it: index checked, images run. For looking at data and for tests.
   *
   * @throws IndexError if `index` is not a whole number from 0 to length - 1; OptionError if `epoch` or `seed` is none.
   */
  async at(
    index: number,
    options: { readonly epoch?: number; readonly seed?: number } = {},
  ): Promise<Delivered<NoInfer<B>>> {
    checkKnown("at()", options, ["epoch", "seed"]);
    const { epoch = 0, seed = 0 } = options;
    checkInteger("epoch", epoch);
    checkSeed("seed", seed);
    return this.#fetch({ epoch, index, seed });
  }

  /** The batches of epoch 0 with seed 0 in index order, one at a time. A `DataLoader` does it in parallel. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Delivered<NoInfer<B>>, void, undefined> {
    const pass = {};
    for (let index = 0; index < this.length; index++) yield this.#fetch({ epoch: 0, index, seed: 0, pass });
  }

  async #fetch(init: ContextInit): Promise<Delivered<NoInfer<B>>> {
    const { fetchAlone } = fetchingChunk.module ?? (await fetchingChunk.load());
    return fetchAlone<B>(this, init);
  }
}
/** The batch type as a property that exists for inference only. */
export interface Sequence<B> {
  readonly [batchType]?: B;
}
Object.defineProperty(Sequence.prototype, brand, { value: true });

/** Whether `value` is a sequence, also one of another copy of the package. */
export function isSequence(value: unknown): value is Sequence<unknown> {
  return typeof value === "object" && value !== null && brand in value;
}

/** The name of a sequence's class. */
export function nameOf(sequence: object): string {
  return nameOfClass(sequence.constructor) || "Sequence";
}

/** Why a sequence without batches has none, and what to do, where it can say so. */
export function whyEmpty(sequence: object): string | undefined {
  return (sequence as { whyEmpty?(): string | undefined }).whyEmpty?.();
}
