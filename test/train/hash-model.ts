/** A model whose only weight is a digest of all batches it was trained with, in their order, at their learning rates. */
import { tensor } from "../../src/tensor/tensor.ts";
import type { ModelState, StepResult, Trainable, Weights } from "../../src/train/trainable.ts";

/** Digests numbers into numbers below 2^32. */
function mix(hash: number, value: number): number {
  const bits = new Uint32Array(new Float64Array([value]).buffer);
  for (const word of bits) {
    hash = Math.imul(hash ^ word, 0x9e3779b1);
    hash = (hash ^ (hash >>> 15)) >>> 0;
  }
  return hash;
}

/** A batch as {@link HashModel} takes it. */
export type Numbers = readonly number[];

/** See the head of this file. Its loss is drawn from the digest too. */
export class HashModel implements Trainable<Numbers> {
  readonly name = "hash";
  readonly native = {};
  readonly metricsNames: readonly string[];
  stopTraining = false;
  learningRate: number | undefined = 1;
  hash = 1;
  steps = 0;
  /** Called in the midst of each step, when the weight is half changed. */
  inStep: (() => unknown) | undefined;
  constructor(metricsNames: readonly string[] = ["loss"]) {
    this.metricsNames = metricsNames;
  }
  check(): void {}
  async trainOnBatch(batch: Numbers): Promise<StepResult> {
    this.hash = mix(this.hash, this.learningRate!);
    await this.inStep?.();
    for (const value of batch) this.hash = mix(this.hash, value);
    this.steps++;
    return { values: this.metricsNames.map((_, i) => (this.hash % (1000 + i)) / 1000), size: batch.length };
  }
  async testOnBatch(batch: Numbers): Promise<StepResult> {
    const hash = batch.reduce(mix, this.hash);
    return { values: this.metricsNames.map((_, i) => (hash % (1000 + i)) / 1000), size: batch.length };
  }
  async predictOnBatch(): Promise<never> {
    throw new Error("not asked here");
  }
  async getWeights(): Promise<Weights> {
    return { hash: tensor([this.hash], "uint32") };
  }
  async setWeights(weights: Weights): Promise<void> {
    this.hash = Number(weights.hash!.data[0]);
  }
  async getState(): Promise<ModelState> {
    return {
      model: await this.getWeights(),
      optimizer: { steps: tensor([this.steps], "int32") },
      learningRate: this.learningRate,
    };
  }
  async setState(state: ModelState): Promise<void> {
    await this.setWeights(state.model);
    this.steps = Number(state.optimizer.steps!.data[0]);
    this.learningRate = state.learningRate;
  }
}
