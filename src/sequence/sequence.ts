/**
 * The base class: a dataset whose `getItem(index)` returns one complete batch.
 *
 * Lineage: `tf.keras.utils.Sequence`, `keras.utils.PyDataset`. The one idea: a batch is a pure function of
 * (seed, epoch, index), so order, workers, retries and resume are index arithmetic and live in the loader.
 */
import { checkIndex, checkInteger, checkKnown, checkSeed, show } from "../core/check.ts";
import { OptionError, ShapeError } from "../core/errors.ts";
import { yieldIfDue } from "../core/event-loop.ts";
import { nameOfClass } from "../core/native.ts";
import { isThenable } from "../core/settle.ts";
import { type Delivered, run } from "../tensor/tree.ts";
import {
  type Context,
  type ContextInit,
  createContext,
  createHookContext,
  type HookContext,
} from "./context.ts";

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
   * `static override readonly id = "Photos"`, it is what workers that {@link serve} several classes know it by, and what
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
    for (let turn = yieldIfDue(); turn !== undefined; turn = yieldIfDue()) await turn;
    return fetchBatch(this, createContext(init));
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

/**
 * The batch that `context` names, checked and with its images run: the one way in which batches are fetched,
 * by `at`, by the inline worker and in every other worker. Returns a promise only where something is awaited.
 */
export function fetchBatch<B>(sequence: Sequence<B>, context: Context): Awaitable<Delivered<B>> {
  checkIndex(nameOf(sequence), context.index, sequence.length);
  const batch = sequence.getItem(context.index, context) as Awaitable<B>;
  if (!isThenable(batch)) return run(checkBatch(sequence, batch, context.index));
  return Promise.resolve(batch).then((settled) => run(checkBatch(sequence, settled, context.index)));
}

/** Calls a hook, with a generator from which nobody has drawn. */
export async function callHook(
  sequence: Sequence<unknown>,
  hook: "begin" | "end",
  { epoch, seed }: { readonly epoch: number; readonly seed: number },
): Promise<void> {
  const context = createHookContext(hook, { epoch, seed });
  await (hook === "begin" ? sequence.onEpochBegin(epoch, context) : sequence.onEpochEnd(epoch, context));
}

/** The name of a sequence's class. */
export function nameOf(sequence: object): string {
  return nameOfClass(sequence.constructor) || "Sequence";
}

function checkBatch<B>(sequence: Sequence<B>, batch: B, index: number): B {
  if (batch !== undefined && batch !== null) return batch;
  throw new ShapeError(
    `${nameOf(sequence)}.getItem(${index}) returned ${show(batch)} instead of a batch. Return the batch; to leave samples out, shorten \`length\`.`,
  );
}

/**
 * The number of batches of a sequence, checked.
 *
 * @throws OptionError if it is no whole number, or 0.
 */
export function lengthOf(sequence: Sequence<unknown>): number {
  const { length } = sequence;
  if (length === Number.POSITIVE_INFINITY || (Number.isSafeInteger(length) && length > 0)) return length;
  throw new OptionError(
    length === 0
      ? `${nameOf(sequence)} has length 0: there is nothing to load. ${whyEmpty(sequence) ?? "Check the files or samples it was given."}`
      : `${nameOf(sequence)}.length must be a whole number of batches or Infinity, got ${show(length)}.${Number.isFinite(length) && length > 0 ? " Round it: Math.ceil counts a smaller last batch, Math.floor does not." : whyNone(length)}`,
  );
}

/** What is likely to be meant by a length that is none. */
function whyNone(length: unknown): string {
  if (typeof length === "function" || length === undefined)
    return " Write it as a getter: get length() { … }.";
  return Number.isNaN(length)
    ? " Something that it is computed from, such as a dataset's own length, is no number."
    : "";
}

/** Why a sequence without batches has none, and what to do, where it can say so. */
export function whyEmpty(sequence: object): string | undefined {
  return (sequence as { whyEmpty?(): string | undefined }).whyEmpty?.();
}
