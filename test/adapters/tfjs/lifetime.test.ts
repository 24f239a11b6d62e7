/** How long TensorFlow.js uses a batch's memory, held against the table of docs/understand/one-idea.md by overwriting it. */
import * as tf from "@tensorflow/tfjs";
import "@tensorflow/tfjs-backend-wasm";
import { beforeAll, describe, expect, it } from "vitest";
import { toLeaf } from "../../../src/adapters/tfjs/convert.ts";
import { evaluate, fit, predict } from "../../../src/adapters/tfjs/index.ts";
import { DataLoader, release, Sequence, type Tensor, tensor } from "../../../src/index.ts";
import type { CallbackHooks } from "../../../src/train/callback.ts";
import { quiet } from "../../train/points.ts";

const [rows, width] = [256, 16]; // large enough for a buffer to be used again

/** Batches whose memory can be overwritten from outside, once they were handed out. */
class Watched extends Sequence<[x: Tensor<"float32">, y: Tensor<"float32">]> {
  readonly length = 5;
  readonly #given: Float32Array[] = [];
  getItem(index: number) {
    const x = Float32Array.from({ length: rows * width }, (_, i) => Math.sin(i * (index + 1)));
    const y = Float32Array.from({ length: rows }, (_, i) => Math.cos(i + index));
    return [tensor(x, { shape: [rows, width] }), tensor(y, { shape: [rows, 1] })];
  }
  /** The batch as it is delivered. */
  give(batch: readonly Tensor<"float32">[]): void {
    this.#given.push(...batch.map(({ data }) => data));
  }
  /** Fills the memory of the first batch that was not overwritten yet with what would be noticed. */
  overwrite(): void {
    for (const data of this.#given.splice(0, 2)) data.fill(Number.NaN);
  }
}

/** An iterable over the batches of `watched`, which overwrites each one when the next is asked for. */
async function* overwritten(watched: Watched) {
  for await (const batch of new DataLoader(watched)) {
    watched.give(batch);
    yield batch;
    watched.overwrite();
  }
}

/** As {@link overwritten}, but the memory goes back to the loader, which uses it for the next batch. */
async function* released(watched: Watched) {
  for await (const batch of new DataLoader(watched, { maxQueueSize: 1 })) {
    yield batch;
    release(batch);
  }
}

function build(optimizer: tf.Optimizer): tf.LayersModel {
  const model = tf.sequential({
    layers: [
      tf.layers.reshape({ targetShape: [width], inputShape: [width] }),
      tf.layers.dense({ units: 1, kernelInitializer: "ones" }),
    ],
  });
  model.compile({ optimizer, loss: "meanSquaredError", metrics: ["mae"] });
  return model;
}

describe.each(["cpu", "wasm"] as const)("on %s", (backend) => {
  beforeAll(async () => {
    await tf.setBackend(backend);
  });

  it(`a tensor ${backend === "cpu" ? "uses the batch's memory while it lives" : "is a copy"}`, async () => {
    const x = tensor([1, 2, 3]);
    const own = toLeaf(tf, x, "x");
    const bare = tf.tensor1d(x.data);
    x.data.fill(9);
    const expected = backend === "cpu" ? [9, 9, 9] : [1, 2, 3];
    expect([...own.dataSync()]).toEqual(expected);
    expect([...bare.dataSync()]).toEqual(expected);
    tf.dispose([own, bare]);
  });

  it("a tensor of a released batch never shows another batch's values", async () => {
    const kept: tf.Tensor[] = [];
    for await (const batch of new DataLoader(new Watched(), { maxQueueSize: 1 })) {
      kept.push(toLeaf(tf, batch[0], "x"));
      release(batch);
    }
    for (const [index, own] of kept.entries()) {
      const values = own.dataSync();
      if (backend === "cpu") expect(values).toHaveLength(0);
      else expect([...values]).toEqual([...(await new Watched().at(index))[0].data]);
    }
    tf.dispose(kept);
  });

  it.each(["sgd", "momentum", "adam"] as const)(
    "fit with %s has done with a batch when its step ends",
    async (name) => {
      const optimizer = () => (name === "momentum" ? tf.train.momentum(0.01, 0.9) : tf.train[name](0.01));
      const expected = build(optimizer());
      const { history } = await fit(expected, new Watched(), { epochs: 2, ...quiet });

      const model = build(optimizer());
      const watched = new Watched();
      // Inline, the batch that getItem made is the one that fit gets.
      const getItem = watched.getItem.bind(watched);
      watched.getItem = (index) => {
        const batch = getItem(index);
        watched.give(batch);
        return batch;
      };
      const overwrite: CallbackHooks = { onTrainBatchEnd: () => watched.overwrite() };
      const same = await fit(model, watched, { epochs: 2, callbacks: overwrite, maxQueueSize: 1, ...quiet });
      expect(same.history).toEqual(history);
      for (const [i, weight] of model.getWeights().entries())
        expect(weight.dataSync()).toEqual(expected.getWeights()[i]!.dataSync());
    },
  );

  it.each([overwritten, released])(
    "evaluate and predict have done with a batch when they ask for the next: %o",
    async (source) => {
      const model = build(tf.train.sgd(0.01));
      expect(await evaluate(model, source(new Watched()), quiet)).toEqual(
        await evaluate(model, new Watched(), quiet),
      );
      // The outputs of a model that only gives its input another shape are the batch's own memory, on cpu.
      const same = tf.sequential({
        layers: [tf.layers.reshape({ targetShape: [4, width / 4], inputShape: [width] })],
      });
      for (const the of [model, same]) {
        const { data } = await predict(the, source(new Watched()), quiet);
        expect(data).toEqual((await predict(the, new Watched(), quiet)).data);
        expect(data.some(Number.isNaN)).toBe(false);
      }
    },
  );
});
