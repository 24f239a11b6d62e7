/** A function's value and gradients on two backends of TensorFlow.js. */
import * as tf from "@tensorflow/tfjs";
import "@tensorflow/tfjs-backend-wasm";
import { expect } from "vitest";

/** Values between -1 and 1, the same for the same seed. */
export function uniform(shape: readonly number[], seed: number): tf.Tensor {
  return tf.randomUniform([...shape], -1, 1, "float32", seed);
}

/** What `compute` gives on `backend`, which must leave no tensor there. */
export async function on(backend: string, compute: () => tf.Tensor): Promise<Float32Array> {
  await tf.setBackend(backend);
  const { numTensors } = tf.memory();
  const result = tf.tidy(compute);
  const data = (await result.data()).slice() as Float32Array;
  result.dispose();
  expect(tf.memory().numTensors).toBe(numTensors);
  return data;
}

/** The largest difference between two lists, relative to the largest value where that is above 1. */
export function difference(expected: ArrayLike<number>, actual: ArrayLike<number>): number {
  expect(actual.length).toBe(expected.length);
  let [worst, scale] = [0, 1];
  for (let i = 0; i < expected.length; i++) {
    if (Object.is(expected[i], actual[i])) continue;
    scale = Math.max(scale, Math.abs(expected[i]!));
    const here = Math.abs(expected[i]! - actual[i]!);
    worst = Number.isNaN(here) ? Number.POSITIVE_INFINITY : Math.max(worst, here);
  }
  return worst / scale;
}

/** How far `compute` on wasm is from cpu. */
export async function wasmFromCpu(compute: () => tf.Tensor): Promise<number> {
  return difference(await on("cpu", compute), await on("wasm", compute));
}

/** The gradients of a sum of `of(…inputs)`, each element with a weight of its own, one after the other. */
export function gradientsOf(
  inputs: readonly tf.Tensor[],
  of: (...inputs: tf.Tensor[]) => tf.Tensor,
): tf.Tensor {
  const weights = uniform(of(...inputs).shape, 99);
  const all = tf.grads((...given) => tf.mul(of(...(given as tf.Tensor[])), weights))([...inputs]);
  return tf.concat(all.map((gradient) => gradient.flatten()));
}
