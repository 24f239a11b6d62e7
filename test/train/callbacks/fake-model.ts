import { tensor } from "../../../src/tensor/tensor.ts";
import type { Callback, CallbackParams } from "../../../src/train/callback.ts";
import type { Logs } from "../../../src/train/logs.ts";
import type { ModelState, Trainable, Weights } from "../../../src/train/trainable.ts";

/** A model of one weight, which counts the epochs it was trained, and a learning rate. */
export class FakeModel implements Trainable {
  readonly name = "fake";
  readonly native = {};
  readonly metricsNames = ["loss"];
  stopTraining = false;
  learningRate: number | undefined = 1;
  weight = 0;
  check(): void {}
  async trainOnBatch(): Promise<never> {
    throw new Error("not trained here");
  }
  async testOnBatch(): Promise<never> {
    throw new Error("not tested here");
  }
  async predictOnBatch(): Promise<never> {
    throw new Error("not asked here");
  }
  async getWeights(): Promise<Weights> {
    return { "dense/kernel": tensor([this.weight, -1], { shape: [2, 1] }) };
  }
  async setWeights(weights: Weights): Promise<void> {
    this.weight = Number(weights["dense/kernel"]!.data[0]);
  }
  async getState(): Promise<ModelState> {
    return { model: await this.getWeights(), optimizer: {}, learningRate: this.learningRate };
  }
  async setState(state: ModelState): Promise<void> {
    await this.setWeights(state.model);
    this.learningRate = state.learningRate;
  }
}

export const params: CallbackParams = { verbose: 0, epochs: 9, steps: 2, initialEpoch: 0, metrics: ["loss"] };

/** What one epoch of {@link train} saw. */
export interface Epoch {
  readonly logs: Logs;
  readonly learningRate: number | undefined;
}

/**
 * Runs a callback over epochs with the given logs, as `fit` would: two batches an epoch, until it stops training.
 *
 * @returns the epochs that ran.
 */
export async function train(
  callback: Callback,
  epochs: readonly Logs[],
  { model = new FakeModel(), from = 0, end = true, begin = true } = {},
): Promise<Epoch[]> {
  const ran: Epoch[] = [];
  callback.setModel(model);
  callback.setParams({ ...params, initialEpoch: from });
  model.stopTraining = false;
  if (begin) await callback.onTrainBegin({});
  for (let epoch = from; epoch < epochs.length && !model.stopTraining; epoch++) {
    const logs = { ...epochs[epoch]! };
    await callback.onEpochBegin(epoch, {});
    model.weight = epoch + 1;
    for (let batch = 0; batch < 2 && !model.stopTraining; batch++) {
      await callback.onTrainBatchBegin(batch, {});
      await callback.onTrainBatchEnd(batch, { loss: logs.loss ?? 0 });
    }
    await callback.onEpochEnd(epoch, logs);
    ran.push({ logs, learningRate: model.learningRate });
  }
  if (end) await callback.onTrainEnd({});
  return ran;
}

/** Logs of epochs with these validation losses. */
export function valLoss(...values: readonly number[]): Logs[] {
  return values.map((value) => ({ loss: 1, val_loss: value }));
}
