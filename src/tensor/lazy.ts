/**
 * A tensor that is not computed yet: a description that can be run straight into a row of a batch.
 *
 * `imread` and `resize` make such descriptions; `stack` allocates the batch and runs each into its row, so that no
 * image exists twice. Anything with these members works; the image floor is just the first user.
 */
import { settleEach } from "../core/settle.ts";
import type { ArrayOf, DType } from "./dtype.ts";
import type { Tensor } from "./tensor.ts";

/** Key that marks a lazy tensor, the same across two copies of the package. */
export const lazyTensor: unique symbol = Symbol.for("epochal.lazyTensor") as never;

/** A tensor to be computed: run alone by `tensor()`, or into given memory by `into()`. */
export interface LazyTensor<D extends DType = DType> {
  readonly [lazyTensor]: true;
  /** Name of the elements' type, such as `float32`. */
  readonly dtype: D;
  /** The shape, where it is known without running; undefined where only running tells (an image of unknown size). */
  readonly shape: readonly number[] | undefined;
  /** Runs the description alone. */
  tensor(): Promise<Tensor<D>>;
  /**
   * Writes every element into `out`, which has exactly as many as `shape` says. Called only where `shape` is known.
   * Finishes at once, or returns a promise.
   */
  into(out: ArrayOf<D>): void | Promise<void>;
}

/** Whether `value` is a lazy tensor. */
export function isLazyTensor(value: unknown): value is LazyTensor {
  return typeof value === "object" && value !== null && lazyTensor in value;
}

/** The rows as tensors: each lazy one is run alone, with turns of the event loop in between. */
export async function runEach(rows: readonly (Tensor | LazyTensor)[]): Promise<Tensor[]> {
  return settleEach(rows.length, (place) => {
    const row = rows[place]!;
    return isLazyTensor(row) ? row.tensor() : row;
  });
}
