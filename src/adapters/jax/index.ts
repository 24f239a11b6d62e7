/**
 * jax-js: batches to its arrays, and back.
 *
 * ```ts
 * import { init, numpy as np } from "@jax-js/jax";
 * import { toJax } from "epochal/jax";
 *
 * await init("wasm", "cpu"); // Node has no WebGPU; a bare init() fails on Node 20
 * for await (const batch of loader) {
 *   const [x, y] = toJax(np, batch);
 *   release(batch); // jax-js has copied it
 *   …
 * }
 * ```
 *
 * Lifetimes: jax-js copies an array when it is made, on every backend, so the batch may be released or overwritten at
 * once. An array of jax-js is used up by the first operation it goes into; `array.ref` keeps it for one more. The arrays
 * that `toJax` makes are yours: each goes into one operation, or you dispose it (`tree.dispose(arrays)`). `fromJax` is
 * such an operation. Nothing here keeps an array.
 *
 * @module epochal/jax
 */
import { show } from "../../core/check.ts";
import { OptionError, ShapeError } from "../../core/errors.ts";
import { settleAll } from "../../core/settle.ts";
import { checkDType, type DType } from "../../tensor/dtype.ts";
import { showShape, type Tensor } from "../../tensor/tensor.ts";
import { forEachLeaf, mapTree } from "../../tensor/tree.ts";
import {
  type Converted,
  checkDTypeOf,
  convertTensors,
  type Reverted,
  revertTensors,
  takeOver,
} from "../converted.ts";
import { toFloat32, toInt32, toNumbers } from "../numbers.ts";

export type { Converted, Reverted } from "../converted.ts";

/** The part of `numpy` of `@jax-js/jax` that is used. */
export interface JaxNumpy<A> {
  /** A new array with a copy of `values`: of `shape`, and of the dtype of the typed array where `dtype` is left out. */
  array(
    values: Float32Array<ArrayBuffer> | Int32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>,
    options?: { shape?: number[]; dtype?: string },
  ): A;
}

/** The part of an array of jax-js that is used. */
export interface JaxArray {
  /** Its axes, outermost first. */
  readonly shape: readonly number[];
  /** Name of its element type, as numpy spells it. */
  readonly dtype: string;
  /** A copy of its values, row by row; uses the array up. */
  data(): Promise<ArrayBufferView>;
}

/**
 * The batch with its tensors as arrays of jax-js; everything else in it stays as it is.
 *
 * float32, int32, uint32 and bool keep their dtype. float64 and float16 become float32, as jax-js computes in it;
 * all other whole numbers become int32, as it has no 8-bit or 64-bit ones. Make images float32 where they are decoded:
 * `resize` does, at no cost.
 *
 * @param np `numpy` of `@jax-js/jax`
 * @throws ShapeError, naming the leaf, if a whole number does not fit into int32, a tensor is empty, or its dtype is
 *   unknown; then no array is left of those that were made. OptionError if `np` is not what it should be.
 */
export function toJax<A, B>(np: JaxNumpy<A>, batch: B): Converted<B, A> {
  if (typeof np?.array !== "function") {
    throw new OptionError(
      `toJax takes numpy of @jax-js/jax first, toJax(np, batch), got ${show(np)}. Import it: import { numpy as np } from "@jax-js/jax".`,
    );
  }
  return convertTensors(batch, (tensor) => toArray(np, tensor));
}

/**
 * Arrays of jax-js as tensors with a copy of their values: one array, or any nest of tuples and records of them, in
 * which everything else stays as it is. The tensors are yours, and of the arrays' own dtypes.
 *
 * Every array in it is used up, also where one fails; keep them by `fromJax(tree.ref(arrays))`, with jax-js' `tree`.
 *
 * @param dtype what they all are, for the type of `data`; it is checked. Default: each as it is
 * @throws OptionError if there is no array of jax-js in it, or no such dtype; ShapeError, naming the leaf, if an array
 *   cannot be read or is of another dtype.
 * @example
 * const { data, shape } = await fromJax(predictions);
 */
export function fromJax<D extends DType = DType>(array: JaxArray, dtype?: D): Promise<Tensor<D>>;
export function fromJax<B, D extends DType = DType>(arrays: B, dtype?: D): Promise<Reverted<B, JaxArray, D>>;
export async function fromJax(arrays: unknown, dtype?: DType): Promise<unknown> {
  if (dtype !== undefined) checkDType(dtype);
  const pending: Promise<Tensor>[] = [];
  // All are begun before one is awaited, so that all are used up whichever fails.
  const reverted = revertTensors(arrays, isJaxArray, (array) => read(array, dtype));
  if (reverted === undefined) {
    throw new OptionError(
      `fromJax takes an array of jax-js, or a tuple or record of them, got ${show(arrays)}. Await what makes them first.`,
    );
  }
  const { batch } = reverted;
  forEachLeaf(batch, (leaf) => {
    if (leaf instanceof Promise) pending.push(leaf as Promise<Tensor>);
  });
  const tensors = await settleAll(pending);
  const byPromise = new Map<unknown, Tensor>(pending.map((promise, i) => [promise, tensors[i]!]));
  return mapTree(batch, (leaf) => byPromise.get(leaf) ?? leaf);
}

function isJaxArray(value: unknown): value is JaxArray {
  return typeof (value as Partial<JaxArray> | null | undefined)?.data === "function";
}

async function read(array: JaxArray, wanted: DType | undefined): Promise<Tensor> {
  const { shape, dtype } = array;
  const data = await array.data();
  // A bool comes as int32.
  const tensor = takeOver(
    "jax-js",
    dtype === "bool" ? Uint8Array.from(data as Int32Array) : data,
    shape,
    dtype,
  );
  checkDTypeOf(tensor, wanted);
  return tensor;
}

function toArray<A>(np: JaxNumpy<A>, { data, shape, dtype }: Tensor): A {
  if (data.length === 0) {
    throw new ShapeError(`A tensor of shape ${showShape(shape)} is empty, and jax-js has no empty arrays.`);
  }
  const options = { shape: [...shape] };
  switch (dtype) {
    case "float16":
    case "float32":
    case "float64":
      return np.array(toFloat32(data, dtype) as Float32Array<ArrayBuffer>, options);
    case "uint32":
      return np.array(data as Uint32Array<ArrayBuffer>, options);
    case "bool":
      return np.array(new Int32Array(toNumbers(data, dtype)), { ...options, dtype });
    default:
      return np.array(toInt32(data, dtype, "A tensor", "jax-js") as Int32Array<ArrayBuffer>, options);
  }
}
