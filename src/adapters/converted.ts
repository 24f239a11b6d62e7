/** A batch in which each tensor has become a framework's own, and everything else is as it was. */
import { checkTensor, isTensor, type Tensor } from "../tensor/tensor.ts";
import { mapTree } from "../tensor/tree.ts";

/** What `batch` becomes where tensors become `T`. Keeps tuples, records and their names. */
export type Converted<B, T> = B extends Tensor
  ? T
  : B extends infer Own & Disposable
    ? Inner<Own, T>
    : Inner<B, T>;

/** Leaves that are no tensors stay. */
type Inner<B, T> = B extends ArrayBufferView | ArrayBufferLike | Date | RegExp | Error
  ? B
  : B extends ReadonlyMap<unknown, unknown> | ReadonlySet<unknown> | ((...args: never) => unknown)
    ? B
    : B extends object
      ? { [K in keyof B]: Converted<B[K], T> }
      : B;

/**
 * The batch with `convert` applied to each of its tensors.
 *
 * @throws ShapeError if a tensor has an unknown dtype, or more or fewer elements than its shape holds.
 */
export function convertTensors<B, T>(batch: B, convert: (tensor: Tensor) => T): Converted<B, T> {
  return mapTree(batch, (leaf) => {
    if (!isTensor(leaf)) return leaf;
    checkTensor("A tensor", leaf);
    return convert(leaf);
  }) as Converted<B, T>;
}
