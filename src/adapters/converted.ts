/// <reference lib="esnext.disposable" preserve="true" />
/** A batch in which each tensor has become a framework's own, and everything else is as it was; and back. */
import { ShapeError } from "../core/errors.ts";
import { type DType, dtypes, viewOf } from "../tensor/dtype.ts";
import { checkTensor, isTensor, type Tensor } from "../tensor/tensor.ts";
import { isInnerNode, mapTree } from "../tensor/tree.ts";

/** What `batch` becomes where tensors become `T`. Keeps tuples, records and their names. */
export type Converted<B, T> = B extends Tensor
  ? T
  : B extends infer Own & Disposable
    ? Inner<Own, T>
    : Inner<B, T>;

/** Leaves that are no tensors stay. */
type Inner<B, T> = B extends Untouched ? B : B extends object ? { [K in keyof B]: Converted<B[K], T> } : B;

/** Objects that are leaves, and no tensors of anybody. */
type Untouched =
  | ArrayBufferView
  | ArrayBufferLike
  | Date
  | RegExp
  | Error
  | ReadonlyMap<unknown, unknown>
  | ReadonlySet<unknown>
  | ((...args: never) => unknown);

/**
 * What `batch` becomes where a framework's arrays `A` become tensors of dtype `D`: the way back of {@link Converted}.
 * Keeps tuples, records and their names.
 */
export type Reverted<B, A, D extends DType = DType> = B extends A
  ? Tensor<D>
  : B extends Untouched
    ? B
    : B extends object
      ? { [K in keyof B]: Reverted<B[K], A, D> }
      : B;

/**
 * The batch with `convert` applied to each of its tensors. Where one fails, those made before it are disposed: nobody
 * else could.
 *
 * @throws ShapeError if a tensor has an unknown dtype, or more or fewer elements than its shape holds, or `convert`
 *   fails; naming the leaf.
 */
export function convertTensors<B, T>(batch: B, convert: (tensor: Tensor) => T): Converted<B, T> {
  const made: T[] = [];
  try {
    return mapTree(batch, (leaf) => {
      if (!isTensor(leaf)) return leaf;
      const converted = nameLeafOf(batch, leaf, () => {
        checkTensor("A tensor", leaf);
        return convert(leaf);
      });
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
 * The batch with `revert` applied to each array of a framework; undefined where there is none in it.
 *
 * @throws ShapeError if `revert` fails; naming the leaf.
 */
export function revertTensors<A, R>(
  batch: unknown,
  isArray: (leaf: unknown) => leaf is A,
  revert: (array: A) => R,
): { readonly batch: unknown } | undefined {
  let found = false;
  const visit = (leaf: unknown): unknown => {
    if (!isArray(leaf)) return leaf;
    found = true;
    return nameLeafOf(batch, leaf, () => revert(leaf));
  };
  // Some are plain records, such as those that were sent from another thread.
  const reverted = mapTree(batch, visit, (value) => isInnerNode(value) && !isArray(value));
  return found ? { batch: reverted } : undefined;
}

/** What `work` gives; where it fails, the error says which leaf of `batch` it is about. */
export function nameLeafOf<R>(batch: unknown, leaf: unknown, work: () => R): R {
  const rethrow = (cause: unknown): never => {
    const path = pathTo(leaf, batch);
    if (!path) throw cause;
    throw new ShapeError(`Leaf \`${path}\` of the batch: ${(cause as Error).message}`, { cause });
  };
  try {
    const result = work();
    return result instanceof Promise ? (result.catch(rethrow) as R) : result;
  } catch (error) {
    return rethrow(error);
  }
}

/** Where `leaf` is in `tree`: `[0].pixels`; empty if it is all of it, undefined if it is not there. */
function pathTo(leaf: unknown, tree: unknown, path: string = ""): string | undefined {
  if (tree === leaf) return path;
  if (!isInnerNode(tree)) return undefined;
  for (const [key, child] of Object.entries(tree)) {
    const below = Array.isArray(tree) ? `${path}[${key}]` : path === "" ? key : `${path}.${key}`;
    const found = pathTo(leaf, child, below);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Throws {@link ShapeError} where a tensor is of another dtype than the one that was asked for. */
export function checkDTypeOf(tensor: Tensor, dtype: DType | undefined): void {
  if (dtype === undefined || tensor.dtype === dtype) return;
  throw new ShapeError(
    `It is ${tensor.dtype}, where ${dtype} was asked for. Ask for ${tensor.dtype}, or make the model give ${dtype}.`,
  );
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
