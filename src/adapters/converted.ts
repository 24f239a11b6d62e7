/// <reference lib="esnext.disposable" preserve="true" />
/** A batch in which each tensor has become a framework's own, and everything else is as it was; and back. */
import { ShapeError } from "../core/errors.ts";
import { type DType, dtypes, viewOf } from "../tensor/dtype.ts";
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
 * The batch with `convert` applied to each of its tensors. Where one fails, those made before it are disposed: nobody
 * else could.
 *
 * @throws ShapeError if a tensor has an unknown dtype, or more or fewer elements than its shape holds.
 */
export function convertTensors<B, T>(batch: B, convert: (tensor: Tensor) => T): Converted<B, T> {
  const made: T[] = [];
  try {
    return mapTree(batch, (leaf) => {
      if (!isTensor(leaf)) return leaf;
      checkTensor("A tensor", leaf);
      const converted = convert(leaf);
      made.push(converted);
      return converted;
    }) as Converted<B, T>;
  } catch (error) {
    // The tensors of every framework have it.
    for (const converted of made) (converted as { dispose?(): void }).dispose?.();
    throw error;
  }
}

/**
 * A tensor of ours over a framework's values, without a copy.
 *
 * @param library whose tensor it was, for the message
 * @throws ShapeError if there is no such dtype here, or the values are of another, or do not fill the shape.
 */
export function takeOver(
  library: string,
  data: ArrayBufferView,
  shape: readonly number[],
  dtype: string,
): Tensor {
  if (!dtypes.includes(dtype as DType)) {
    throw new ShapeError(
      `A tensor of ${library} of dtype ${dtype} has no counterpart here; cast it to float32.`,
    );
  }
  const kind = dtype as DType;
  // Not the array as it is: where there is a Float16Array, frameworks use it.
  const values = viewOf(kind, data.buffer, data.byteOffset, (data as Uint8Array).length);
  const [is, wanted] = [data, values].map((array) => (array as Uint8Array)[Symbol.toStringTag] as string);
  if (is !== wanted && !(kind === "float16" && is === "Float16Array")) {
    throw new ShapeError(
      `A tensor of ${library} of dtype ${dtype} holds its values in a ${is}, but they belong in a ${wanted}.`,
    );
  }
  const tensor = { data: values, shape: [...shape], dtype: kind } as Tensor;
  checkTensor(`A tensor of ${library}`, tensor);
  return tensor;
}
