/** `fit` says when batches hold one class each, and never when samples are mixed. */
import * as tf from "@tensorflow/tfjs";
import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import type { FitOptions } from "../../src/adapters/tfjs/fit.ts";
import { fit } from "../../src/adapters/tfjs/index.ts";
import { createRandom } from "../../src/random/random.ts";
import { Sequence } from "../../src/sequence/sequence.ts";
import { type Tensor, tensor, zeros } from "../../src/tensor/tensor.ts";
import { ClassMix } from "../../src/train/class-mix.ts";
import type { Labels } from "../../src/train/trainable.ts";
import { linear, quiet } from "./points.ts";

beforeAll(async () => {
  await tf.setBackend("cpu");
});

const emitted = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
beforeEach(() => void emitted.mockClear());
afterAll(() => void emitted.mockRestore());
const warnings = (): string[] => emitted.mock.calls.map(([message]) => String(message));
const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);

/** A list cut into batches of `size`. */
class Cut extends Sequence<[x: Tensor<"float32">, y: unknown]> {
  constructor(
    readonly labels: readonly number[],
    readonly toY: (labels: readonly number[]) => unknown,
    readonly size: number,
  ) {
    super();
  }
  get length(): number {
    return Math.ceil(this.labels.length / this.size);
  }
  getItem(index: number): [Tensor<"float32">, unknown] {
    const labels = this.labels.slice(index * this.size, (index + 1) * this.size);
    return [zeros([labels.length, 2], "float32"), this.toY(labels)];
  }
}

function model(units: number, loss: tf.ModelCompileArgs["loss"]): tf.LayersModel {
  const activation = units > 1 ? "softmax" : "sigmoid";
  const built = tf.sequential({ layers: [tf.layers.dense({ units, inputShape: [2], activation })] });
  built.compile({ optimizer: "sgd", loss });
  return built;
}

/** `each` samples of each class, class by class. */
const sorted = (classes: number, each: number): number[] =>
  Array.from({ length: classes * each }, (_, i) => Math.floor(i / each));
const numbers = (labels: readonly number[]): Tensor => tensor([...labels], "int32");
const column = (labels: readonly number[]): Tensor => tensor(labels.map((label) => [label]));
const oneHot = (classes: number) => (labels: readonly number[]) =>
  tensor(labels.map((label) => Array.from({ length: classes }, (_, i) => Number(i === label))));

const train = async (
  of: tf.LayersModel,
  labels: readonly number[],
  toY: (labels: readonly number[]) => unknown,
  { size = 8, ...options }: Pick<FitOptions, "epochs" | "shuffle" | "compat"> & { size?: number } = {},
): Promise<string[]> => {
  await fit(of, new Cut(labels, toY, size) as never, { ...quiet, ...options });
  return warnings();
};

const sparse = "sparseCategoricalCrossentropy";
const own = (y: tf.Tensor, p: tf.Tensor): tf.Tensor =>
  tf.losses.softmaxCrossEntropy(tf.oneHot(y.toInt().flatten(), 3), p);

describe("batches of one class", () => {
  it.each([
    ["class numbers", model(3, sparse), numbers],
    ["a column of them", model(3, sparse), column],
    ["one-hot rows", model(3, "categoricalCrossentropy"), oneHot(3)],
    [
      "one-hot rows under a loss of the user's own",
      model(3, (y, p) => tf.losses.softmaxCrossEntropy(y, p)),
      oneHot(3),
    ],
    ["softened one-hot rows", model(3, "categoricalCrossentropy"), soften],
    ["a loss of the user's own", model(3, own), numbers],
    ["a typed array", model(3, sparse), (labels: readonly number[]) => Int32Array.from(labels)],
    ["labels in a record", model(3, sparse), (labels: readonly number[]) => [numbers(labels)]],
  ])("are said once, and what to write: %s", async (_, of, toY) => {
    const [message, ...more] = await train(of, sorted(3, 32), toY, { epochs: 3 });
    expect(message).toMatch(/^Each of the \d+ batches so far holds one class only in y's \S+.*\(0, 1\)/);
    expect(message).toContain("batches(dataset, { batchSize, shuffle: true })");
    expect(message).toContain("createRandom(seed).shuffle(samples)");
    expect(more).toEqual([]);
  });

  it("are said of 0 and 1", async () => {
    const labels = sorted(2, 32);
    expect(await train(model(1, "binaryCrossentropy"), labels, numbers)).toHaveLength(1);
    expect(await train(model(1, "binaryCrossentropy"), labels, column)).toHaveLength(2);
  });

  it("are said where whole batches are shuffled, and in every order of events", async () => {
    for (const compat of [undefined, "tf2.4", "keras3"] as const) {
      emitted.mockClear();
      expect(await train(model(3, sparse), sorted(3, 32), numbers, { shuffle: true, compat })).toHaveLength(
        1,
      );
    }
  });

  it("are said as soon as a second class comes after a long first one, and in the next epoch where few", async () => {
    expect(await train(model(2, sparse), [...Array(800).fill(0), ...Array(8).fill(1)], numbers)).toHaveLength(
      1,
    );
    emitted.mockClear();
    // Two batches of four: chance enough once, not four times.
    expect(await train(model(2, sparse), sorted(2, 4), numbers, { size: 4 })).toEqual([]);
    expect(await train(model(2, sparse), sorted(2, 4), numbers, { size: 4, epochs: 4 })).toHaveLength(1);
  });

  it("are said, and how many, where the batches at borders mix two", async () => {
    const labels = sorted(3, 44);
    const [message, ...more] = await train(model(3, sparse), labels, numbers, { epochs: 2 });
    expect(message).toMatch(/^6 of the 7 batches so far hold one class only in y's \S+.*\(0, 1\)/);
    expect(more).toEqual([]);
  });

  it.each([
    [10, 240, 32],
    [100, 100, 32],
    [5, 50, 32],
    [2, 100, 16],
    [10, 30, 8],
    [20, 20, 16],
    [100, 40, 32],
    [1000, 50, 32],
  ])("are said of %i classes of %i, batches of %i, in whatever order", (classes, each, size) => {
    const cut = batchesOf(sorted(classes, each), size);
    const said = Array.from({ length: 200 }, (_, seed) => watch([createRandom(seed).shuffle([...cut])]));
    expect(said.filter((message) => message === undefined).length).toBeLessThanOrEqual(4);
  });

  it("are said of one output of several", async () => {
    const input = tf.input({ shape: [2] });
    const [kind, size] = ["kind", "size"].map(
      (name) => tf.layers.dense({ units: name === "kind" ? 3 : 1, name }).apply(input) as tf.SymbolicTensor,
    );
    const both = tf.model({ inputs: input, outputs: [size!, kind!] });
    both.compile({ optimizer: "sgd", loss: ["meanSquaredError", sparse] });
    const toY = (labels: readonly number[]) => ({
      kind: numbers(labels),
      size: column(labels.map(Math.sin)),
    });
    expect(await train(both, sorted(3, 32), toY)).toEqual([expect.stringContaining("y's kind")]);
  });
});

describe("no alarm", () => {
  it("is raised by one class, batches of one, regression, several labels each, or mixed samples", async () => {
    expect(await train(model(3, sparse), Array(400).fill(1), numbers)).toEqual([]);
    expect(await train(model(3, sparse), sorted(3, 32), numbers, { size: 1 })).toEqual([]);
    expect(await train(linear(), sorted(3, 32), column)).toEqual([]);
    expect(
      await train(model(2, "meanAbsoluteError"), sorted(3, 32), (l) => tensor(l.map((v) => [v, 1 - v]))),
    ).toEqual([]);
    const mixed = createRandom(7).shuffle(sorted(3, 32));
    expect(await train(model(3, sparse), mixed, numbers, { epochs: 2 })).toEqual([]);
    const steps = tf.sequential({ layers: [tf.layers.dense({ units: 3, inputShape: [2] })] });
    steps.add(tf.layers.reshape({ targetShape: [1, 3] }));
    steps.compile({ optimizer: "sgd", loss: sparse });
    expect(await train(steps, sorted(3, 32), column)).toEqual([]);
  });

  it("is raised by mixed samples but once in many runs, however unequal the classes", () => {
    const share = fc.double({ min: 0.001, max: 1, noNaN: true });
    const shares = fc.oneof(
      fc.array(share, { minLength: 2, maxLength: 5 }),
      fc.array(share, { minLength: 20, maxLength: 100 }),
      fc.integer({ min: 1, max: 4 }).map((rare) => [0.99, ...Array(rare).fill(0.01 / rare)]),
    );
    const sizes = fc.oneof(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 2, max: 40 }));
    fc.assert(
      fc.property(fc.nat(), shares, sizes, (seed, weights, size) => {
        const random = createRandom(seed);
        const total = sum(weights);
        const draw = (): number => {
          const at = random.uniform(0, total);
          return weights.findIndex((_, i) => at < sum(weights.slice(0, i + 1)));
        };
        expect(watch([batchesOf(Array.from({ length: 200 * size }, draw), size)])).toBeUndefined();
      }),
      { numRuns: 2000, seed: 7 },
    );
  });

  it("is raised by a sorted list of long runs that was shuffled, once or for each pass", () => {
    const runs = fc.array(fc.integer({ min: 20, max: 300 }), { minLength: 2, maxLength: 8 });
    fc.assert(
      fc.property(
        fc.nat(),
        runs,
        fc.integer({ min: 1, max: 16 }),
        fc.boolean(),
        (seed, lengths, size, once) => {
          const random = createRandom(seed);
          const labels = random.shuffle(
            lengths.flatMap((length, label) => Array<number>(length).fill(label)),
          );
          const pass = () => batchesOf(once ? labels : random.shuffle([...labels]), size);
          expect(watch(Array.from({ length: 10 }, pass))).toBeUndefined();
        },
      ),
      { numRuns: 2000, seed: 7 },
    );
  });

  it("is raised by the same few batches again, most of one class by chance", () => {
    const cut = batchesOf([0, 0, 1, 1, 1, 1, 0, 0, 1, 1, 0, 1], 2);
    expect(watch(Array(100).fill(cut))).toBeUndefined();
  });

  it("is looked for no longer than needed", () => {
    const looked = (next: (index: number) => number[]): number => {
      const mix = new ClassMix();
      let batches = 0;
      for (; !mix.over; batches++) mix.see([labelsOf(next(batches))], 0);
      return batches;
    };
    expect(looked(() => [0, 1])).toBe(16);
    expect(looked((index) => [index])).toBe(10_001);
    expect(looked(() => [1, 1])).toBe(10_001);
  });
});

function labelsOf(values: readonly number[]): Labels {
  return { name: "y", shape: [values.length], values, form: "number", classes: true, weights: undefined };
}

function batchesOf(labels: readonly number[], size: number): number[][] {
  return Array.from({ length: Math.ceil(labels.length / size) }, (_, i) =>
    labels.slice(i * size, (i + 1) * size),
  );
}

/** What is said of passes of batches. */
function watch(passes: readonly (readonly number[][])[]): string | undefined {
  const mix = new ClassMix();
  for (const [number, pass] of passes.entries()) {
    for (const batch of pass) {
      const said = mix.over ? undefined : mix.see([labelsOf(batch)], number);
      if (said !== undefined) return said;
    }
  }
  return undefined;
}

function soften(labels: readonly number[]): Tensor {
  return tensor(labels.map((label) => [0, 1, 2].map((i) => (i === label ? 0.9 : 0.05))));
}
