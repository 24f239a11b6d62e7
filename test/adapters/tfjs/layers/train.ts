/** One step of a model on a backend of TensorFlow.js, the same on each: weights, batch and noise follow from a seed. */
import * as tf from "@tensorflow/tfjs";
import "@tensorflow/tfjs-backend-wasm";
import { TfjsModel } from "../../../../src/adapters/tfjs/model.ts";
import { Random } from "../../../../src/random/random.ts";
import { tensor } from "../../../../src/tensor/tensor.ts";
import type { Case } from "./cases.ts";

/** What came of a step. */
export interface Trained {
  readonly loss: readonly number[];
  readonly gradients: readonly Float32Array[];
  readonly weights: readonly Float32Array[];
  readonly predictions: readonly Float32Array[];
  /** Tensors that the steps left behind. */
  readonly left: number;
}

const batchSize = 2;

/**
 * @param check whether the model is refused where it cannot be trained, as `fit` does.
 * @throws what the model throws, before or in the step.
 */
export async function trainOnce(backend: string, the: Case, check: boolean = true): Promise<Trained> {
  await tf.setBackend(backend);
  const random = new Random(7, "program", 0, 0);
  const mathRandom = Math.random;
  Math.random = () => random.uniform();
  const model = the.model();
  const optimizer = the.optimizer?.() ?? tf.train.sgd(0.1);
  try {
    seedWeights(model, random);
    model.compile({ optimizer, loss: the.loss ?? "meanSquaredError", metrics: [...(the.metrics ?? [])] });
    const gradients = watchGradients(optimizer);
    const native = new TfjsModel(tf, model);
    if (check) native.check("train");
    const batch = batchFor(the, model, random);
    const before = tf.memory().numTensors;
    const { values } = await native.trainOnBatch(batch as never);
    const left = tf.memory().numTensors - before - optimizerTensors(optimizer);
    const predicted = await native.predictOnBatch(batch);
    const tested = await native.testOnBatch(batch as never);
    return {
      loss: [...values, ...tested.values],
      gradients,
      weights: model.getWeights().map((weight) => weight.dataSync().slice() as Float32Array),
      predictions: [predicted].flat().map(({ data }) => data as Float32Array),
      left,
    };
  } finally {
    Math.random = mathRandom;
    model.dispose();
    optimizer.dispose();
  }
}

/** Values that are the same on each backend; a variance is none below 0. */
function seedWeights(model: tf.LayersModel, random: Random): void {
  const values = model.weights.map(({ shape, originalName }) => {
    const isVariance = originalName.includes("variance");
    return tf.tensor(
      uniform(tf.util.sizeFromShape(shape as number[]), random, isVariance ? 0.3 : -0.6, 0.6),
      shape as number[],
    );
  });
  model.setWeights(values);
  tf.dispose(values);
}

function uniform(length: number, random: Random, from: number, to: number): Float32Array {
  return Float32Array.from({ length }, () => from + (to - from) * random.uniform());
}

/** The list that gradients come to, as the optimizer is given them. */
function watchGradients(optimizer: tf.Optimizer): Float32Array[] {
  const seen: Float32Array[] = [];
  const apply = optimizer.applyGradients.bind(optimizer);
  optimizer.applyGradients = (gradients) => {
    for (const { tensor: gradient } of gradients as { tensor: tf.Tensor }[])
      seen.push(gradient.dataSync().slice() as Float32Array);
    apply(gradients);
  };
  return seen;
}

function optimizerTensors(optimizer: tf.Optimizer): number {
  const slots = Object.entries(optimizer).filter(([name]) => /^acc/.test(name));
  return slots.reduce((sum, [, list]) => sum + (Array.isArray(list) ? list.length : 0), 0);
}

/** `[x, y]` for the model. */
function batchFor(the: Case, model: tf.LayersModel, random: Random): readonly [unknown, unknown] {
  const sized = (shape: readonly (number | null)[]) => [
    batchSize,
    ...shape.slice(1).map((axis) => axis ?? 5),
  ];
  const x = model.inputs.map(({ shape }) => {
    const own = sized(shape);
    const values = uniform(tf.util.sizeFromShape(own), random, -1, 1);
    const { ids } = the;
    if (ids !== undefined) for (const [i] of values.entries()) values[i] = random.integer(0, ids);
    return tensor(values, { shape: own });
  });
  const outputs = tf.tidy(() =>
    [
      model.call(
        x.map(({ data, shape }) => tf.tensor(data, [...shape])),
        { training: true },
      ),
    ]
      .flat()
      .map(({ shape }) => shape),
  );
  const y = outputs.map((shape) => labels(the.loss, shape, random));
  return [x.length === 1 ? x[0] : x, y.length === 1 ? y[0] : y];
}

function labels(loss: string | undefined, shape: readonly number[], random: Random) {
  const classes = shape.at(-1)!;
  const rows = shape.slice(0, -1);
  if (loss === "sparseCategoricalCrossentropy")
    return tensor(
      Float32Array.from({ length: tf.util.sizeFromShape(rows as number[]) }, () =>
        random.integer(0, classes),
      ),
      { shape: rows },
    );
  const values = uniform(tf.util.sizeFromShape([...shape]), random, 0.05, 0.5);
  if (loss === "categoricalCrossentropy" || loss === "categoricalHinge")
    for (const [i] of values.entries()) values[i] = i % classes === Math.floor(i / classes) % classes ? 1 : 0;
  return tensor(values, { shape });
}
