/** What the tests of training share: small data sets, a model, and a callback that writes down what happens. */
import * as tf from "@tensorflow/tfjs";
import { Sequence } from "../../src/sequence/sequence.ts";
import { type Tensor, tensor } from "../../src/tensor/tensor.ts";
import type { CallbackHooks, HookName } from "../../src/train/callback.ts";

/** Points of a plane in batches of 4; 10 of them by default, so that the last batch is smaller. */
export class Points extends Sequence<[x: Tensor<"float32">, y: Tensor<"float32">]> {
  readonly count: number;
  constructor(count: number = 10) {
    super();
    this.count = count;
  }
  get length(): number {
    return Math.ceil(this.count / 4);
  }
  getItem(index: number) {
    const rows = Array.from({ length: Math.min(4, this.count - index * 4) }, (_, i) => index * 4 + i);
    const x = rows.map((row) => [Math.sin(row), Math.cos(row * 2)]);
    return [tensor(x), tensor(x.map(([a, b]) => [2 * a! - b! + 0.5]))];
  }
}

/** A sequence of one given batch. */
export class One<B> extends Sequence<B> {
  readonly #batch: unknown;
  constructor(batch: B) {
    super();
    this.#batch = batch;
  }
  get length(): number {
    return 1;
  }
  getItem(): never {
    return this.#batch as never;
  }
}
/** A sequence whose only batch is `batch`. */
export const one = <B>(batch: B): One<B> => new One(batch);

/** A compiled linear model of two inputs whose first weights are ones. */
export function linear(options: Partial<tf.ModelCompileArgs> = {}): tf.LayersModel {
  const model = tf.sequential({
    layers: [tf.layers.dense({ units: 1, inputShape: [2], kernelInitializer: "ones" })],
  });
  model.compile({ optimizer: tf.train.sgd(0.1), loss: "meanSquaredError", metrics: ["mae"], ...options });
  return model;
}

/** No output. */
export const quiet = { verbose: 0 } as const;

/** Writes down each hook with its number, as `cb.epochBegin 1`. */
export function recorder(events: string[]): CallbackHooks {
  const hooks: HookName[] = [
    "onTrainBegin",
    "onTrainEnd",
    "onTrainError",
    "onEpochBegin",
    "onEpochEnd",
    "onTrainBatchBegin",
    "onTrainBatchEnd",
    "onTestBegin",
    "onTestEnd",
    "onTestBatchBegin",
    "onTestBatchEnd",
    "onPredictBegin",
    "onPredictEnd",
    "onPredictBatchBegin",
    "onPredictBatchEnd",
  ];
  return Object.fromEntries(
    hooks.map((hook) => [
      hook,
      (first: unknown) => {
        const name = `cb.${hook[2]!.toLowerCase()}${hook.slice(3)}`;
        events.push(typeof first === "number" ? `${name} ${first}` : name);
      },
    ]),
  );
}
