/**
 * A sampler says which samples an epoch has, and in which order. It chooses; it fetches nothing.
 */
import { show } from "../core/check.ts";
import { OptionError } from "../core/errors.ts";

/** What an order may depend on. */
export interface OrderKey {
  /** That of `batches`, or else the loader's. */
  readonly seed: number;
  /** Number of the epoch, from 0. */
  readonly epoch: number;
}

/** The index of the sample at `position`, 0 ≤ position < length. */
export type Order = (position: number) => number;

/**
 * Chooses samples: give one to `batches(dataset, { sampler })`, or write your own.
 *
 * `order` must be a pure function of its key: every worker asks for it on its own, and again after a retry. For
 * random choices key a generator with it, as {@link Order} is asked in any sequence. A sampler that shall reach
 * workers is an instance of an exported class with `static readonly module = import.meta.url`.
 *
 * @example
 * export class EveryOther implements Sampler {
 *   static readonly module = import.meta.url;
 *   constructor(readonly population: number) {}
 *   get length() { return Math.ceil(this.population / 2); }
 *   order({ epoch }: OrderKey): Order { return (position) => 2 * position + (epoch % 2); }
 * }
 */
export interface Sampler {
  /** Samples in an epoch. */
  readonly length: number;
  /** The order of one epoch. Called once an epoch and worker; the function that it returns, once a sample. */
  order(key: OrderKey): Order;
}

/** Throws {@link OptionError} unless `value`, of which a sampler is made, is an array or like one. */
export function checkList(name: string, value: unknown): asserts value is ArrayLike<unknown> {
  const { length } = (value ?? {}) as { readonly length?: unknown };
  if (typeof length === "number" && typeof value !== "function") return;
  throw new OptionError(`\`${name}\` must be an array or a typed array, got ${show(value)}.`);
}
