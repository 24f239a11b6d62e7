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
 * once. An array of jax-js is used up by the first operation it goes into; `array.ref` keeps it for one more.
 *
 * @module epochal/jax
 */
import { show } from "../../core/check.ts";
import { OptionError, ShapeError } from "../../core/errors.ts";
import { showShape, type Tensor } from "../../tensor/tensor.ts";
import { type Converted, convertTensors, takeOver } from "../converted.ts";
import { toFloat32, toInt32, toNumbers } from "../numbers.ts";

export type { Converted } from "../converted.ts";

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
 * @throws ShapeError if a whole number does not fit into int32, a tensor is empty, or its dtype is unknown;
 *   OptionError if `np` is not what it should be.
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
 * A tensor with a copy of the values of an array of jax-js, which is used up: pass `array.ref` to keep it.
 *
 * @throws OptionError if it is no array of jax-js.
 * @example
 * const { data, shape } = await fromJax(predictions);
 */
export async function fromJax(array: JaxArray): Promise<Tensor> {
  if (typeof array?.data !== "function") {
    throw new OptionError(
      `fromJax takes one array of jax-js, got ${show(array)}. Of several: await Promise.all(outputs.map(fromJax)).`,
    );
  }
  const { shape, dtype } = array;
  const data = await array.data();
  // A bool comes as int32.
  return takeOver("jax-js", dtype === "bool" ? Uint8Array.from(data as Int32Array) : data, shape, dtype);
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
