/** The jax example trains the demo's model: same weights in, same loss, same weights after a step. */
import { defaultDevice, init, numpy as np, tree } from "@jax-js/jax";
import * as tf from "@tensorflow/tfjs";
import { beforeAll, expect, it } from "vitest";
import { buildModel } from "../../examples/demo/model.ts";
import type { Layer } from "../../examples/jax/conv.ts";
import { initialise, logits, lossAndGradient, type Params, update } from "../../examples/jax/model.ts";
import { fromJax, toJax } from "../../src/adapters/jax/index.ts";
import { fromTfjs } from "../../src/adapters/tfjs/convert.ts";
import { fit, predict } from "../../src/adapters/tfjs/index.ts";
import { keyedRandom } from "../../src/random/random.ts";
import { Sequence } from "../../src/sequence/sequence.ts";
import { type Tensor, tensor } from "../../src/tensor/tensor.ts";

const names = ["conv1", "conv2", "conv3", "dense"] as const;

beforeAll(async () => {
  await init("wasm", "cpu");
  defaultDevice("wasm");
  await tf.setBackend("cpu");
});

/** One batch. */
class One extends Sequence<[x: Tensor<"float32">, y: Tensor<"int32">]> {
  readonly length = 1;
  constructor(readonly batch: [x: Tensor<"float32">, y: Tensor<"int32">]) {
    super();
  }
  getItem() {
    return this.batch;
  }
}

// 16 divides into the strides, 11 does not: there the padding differs at each side.
it.each([16, 11])("examples/jax has the demo's model, for images of %i pixels", async (size) => {
  const [rows, classes] = [5, 10];
  const random = keyedRandom(7, "batch", 0, 0);
  const pixels = Float32Array.from({ length: rows * size * size * 3 }, () => random.normal());
  const x = tensor(pixels, { shape: [rows, size, size, 3] });
  const y = tensor([3, 1, 4, 1, 5], "int32");

  const theirs = buildModel(size, classes, 7);
  const state = initialise(7, size, classes);
  const counted = tree.leaves(state.params).reduce((sum, { size }) => sum + size, 0);
  expect(counted).toBe(theirs.countParams());

  const weights = await Promise.all(theirs.getWeights().map(fromTfjs));
  const params = Object.fromEntries(
    names.map((name, i) => [
      name,
      { kernel: toJax(np, weights[2 * i]!), bias: toJax(np, weights[2 * i + 1]!) } satisfies Layer,
    ]),
  ) as Params;

  const probabilities = await predict(theirs, x, { verbose: 0 });
  const { data } = await fromJax(logits(tree.ref(params), toJax(np, x)));
  for (let row = 0; row < rows; row++) {
    const exponentials = [...data.subarray(row * classes, (row + 1) * classes)].map((z) =>
      Math.exp(Number(z)),
    );
    const sum = exponentials.reduce((a, b) => a + b);
    for (const [i, value] of exponentials.entries())
      expect(value / sum).toBeCloseTo(probabilities.data[row * classes + i]!, 4);
  }

  const { history } = await fit(theirs, new One([x, y]), { epochs: 3, verbose: 0 });
  let ours = { ...state, params };
  for (const [i, expected] of history.loss!.entries()) {
    const [loss, gradient] = lossAndGradient(tree.ref(ours.params), toJax(np, x), toJax(np, y));
    expect((await loss.data())[0]).toBeCloseTo(expected, 3);
    ours = update(ours, gradient, i + 1);
  }
  const trained = await Promise.all(theirs.getWeights().map(fromTfjs));
  for (const [i, name] of names.entries()) {
    const { data } = await fromJax(ours.params[name].kernel);
    const difference = Math.max(
      ...[...data].map((value, j) => Math.abs(Number(value) - Number(trained[2 * i]!.data[j]))),
    );
    expect(difference).toBeLessThan(1e-3);
  }
});
