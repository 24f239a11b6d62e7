/** A TensorFlow.js model as `fit` sees it. */
import type { LayersModel, Tensor as TFTensor } from "@tensorflow/tfjs";
import { show } from "../../core/check.ts";
import { OptionError, ShapeError, TrainingError } from "../../core/errors.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { predictInputs, trainParts } from "../../train/data/batch.ts";
import type { Labels, ModelState, StepResult, Trainable, Weights } from "../../train/trainable.ts";
import { arrange, checkRows, fits, type Slot, showAxes, sizeOfBatch } from "./arrays.ts";
import { fromTfjs, numbersOf, shapeOf, showLeaf, type TFDType, toLeaf } from "./convert.ts";
import type { TF } from "./peer.ts";
import { SlowBackend } from "./slow-backend.ts";
import { getOptimizerState, getWeights, setOptimizerState, setWeights } from "./state.ts";
import { forward, type StepTensors, testStep, trainStep } from "./step.ts";
import { checkTarget, checkUnlabelled, describeLabels, hasOwnLoss, lossName } from "./target.ts";
import type { ArrayLeaf, TrainBatch } from "./types.ts";
import { checkTrainable } from "./untrainable.ts";
import { matchWeights } from "./weight-match.ts";

/** What the optimizers of TensorFlow.js have besides their public type. */
interface LearningRate {
  learningRate?: number;
  setLearningRate?(learningRate: number): void;
}

/** A layers model with the contract of {@link Trainable}. Every tensor it makes is disposed before a call returns. */
export class TfjsModel implements Trainable<TrainBatch> {
  readonly #tf: TF;
  readonly native: LayersModel;
  readonly #slow: SlowBackend;

  /** @throws OptionError if it is none, such as a GraphModel, which cannot be trained. */
  constructor(tf: TF, model: LayersModel) {
    if (typeof (model as Partial<LayersModel> | null | undefined)?.getLayer !== "function") {
      throw new OptionError(
        `The model must be a LayersModel of TensorFlow.js, of tf.sequential() or tf.model(), got ${show(model)}.`,
      );
    }
    this.#tf = tf;
    this.native = model;
    this.#slow = new SlowBackend(tf, model);
  }

  get name(): string {
    return this.native.name;
  }

  get metricsNames(): readonly string[] {
    return this.native.metricsNames;
  }

  get stopTraining(): boolean {
    return this.native.stopTraining ?? false;
  }
  set stopTraining(stop: boolean) {
    this.native.stopTraining = stop;
  }

  get learningRate(): number | undefined {
    return (this.native.optimizer as unknown as LearningRate).learningRate;
  }
  set learningRate(rate: number | undefined) {
    const optimizer = this.native.optimizer as unknown as LearningRate;
    if (rate === undefined || typeof optimizer.learningRate !== "number") {
      throw new OptionError(`${this.name}'s optimizer has no learning rate that can be set.`);
    }
    // Stochastic gradient descent keeps a tensor of it, so it has a setter.
    if (optimizer.setLearningRate) optimizer.setLearningRate(rate);
    else optimizer.learningRate = rate;
  }

  check(what: "train" | "test" | "predict"): void {
    const { native } = this;
    if (!native.inputs?.length) {
      throw new TrainingError(
        `${this.name} has no weights yet, as it does not know its input's shape. Give its first layer an \`inputShape\`.`,
      );
    }
    if (what === "predict") return;
    if (native.optimizer === undefined) {
      throw new TrainingError(
        `${this.name} is not compiled. Call model.compile({ optimizer, loss, metrics }) before ${what === "train" ? "fit" : "evaluate"}.`,
      );
    }
    if (what === "train" && native.trainableWeights.length === 0) {
      throw new TrainingError(
        `${this.name} has nothing to train: none of its layers has a trainable weight.`,
      );
    }
    if (what === "train") checkTrainable(native, this.#tf.getBackend());
  }

  checkArrays(what: string, arrays: unknown): void {
    const x = () => (what === "predict" ? predictInputs(arrays) : trainParts(arrays).x);
    checkRows(what, arrays, x, this.#inputs);
    if (what !== "predict" && trainParts(arrays).y === undefined) checkUnlabelled(this.#compiled, arrays);
  }

  labelsOf(batch: TrainBatch): readonly Labels[] {
    const { y, sampleWeight } = trainParts(batch);
    if (y === undefined) return [];
    const outputs = this.#outputs;
    const weights = sampleWeight === undefined ? [] : arrange("sampleWeight", sampleWeight, outputs);
    return arrange("y", y, outputs).map((leaf, i) => {
      const loss = lossName(this.#compiled, i);
      checkTarget(leaf, outputs[i]!, loss);
      const labels = describeLabels(leaf, outputs[i]!, hasOwnLoss(this.#compiled, i) ? undefined : loss);
      return { ...labels, weights: weights[i] && numbersOf(weights[i]) };
    });
  }

  async trainOnBatch(batch: TrainBatch): Promise<StepResult> {
    const result = await this.#step(trainStep, batch);
    this.#slow.count(result.size);
    return result;
  }

  testOnBatch(batch: TrainBatch): Promise<StepResult> {
    return this.#step(testStep, batch);
  }

  async predictOnBatch(batch: unknown): Promise<Tensor | readonly Tensor[]> {
    const tf = this.#tf;
    const slots = this.#inputs;
    const leaves = arrange("x", predictInputs(batch), slots);
    checkShapes("x", leaves, slots);
    const outputs = tf.tidy(() => [
      ...forward(
        this.native,
        leaves.map((leaf, i) => toLeaf(tf, leaf, `x's ${slots[i]!.name}`, this.#inputDType(i))),
        false,
      ),
    ]);
    try {
      const results = await Promise.all(outputs.map(fromTfjs));
      return results.length === 1 ? results[0]! : results;
    } finally {
      tf.dispose(outputs);
    }
  }

  getWeights(): Promise<Weights> {
    return getWeights(this.native);
  }

  async setWeights(weights: Weights): Promise<void> {
    setWeights(this.#tf, this.native, weights);
  }

  async getState(): Promise<ModelState> {
    return {
      model: await this.getWeights(),
      optimizer: await getOptimizerState(this.#tf, this.native.optimizer),
      learningRate: this.learningRate,
    };
  }

  async setState({ model, optimizer, learningRate }: ModelState): Promise<void> {
    // All is checked before anything is set.
    matchWeights(this.native, model);
    await setOptimizerState(this.#tf, this.native.optimizer, optimizer);
    setWeights(this.#tf, this.native, model);
    if (learningRate !== undefined) this.learningRate = learningRate;
  }

  /** The model that holds losses and metrics: a sequential model keeps them in one that it wraps. */
  get #compiled(): LayersModel {
    return (this.native as unknown as { readonly model?: LayersModel }).model ?? this.native;
  }

  async #step(step: typeof trainStep, batch: TrainBatch): Promise<StepResult> {
    const tf = this.#tf;
    const { tensors, size } = this.#tensorsOf(batch);
    let numbers: TFTensor | undefined;
    try {
      numbers = step(tf, this.#compiled, tensors);
      return { values: [...(await numbers.data())], size };
    } finally {
      tf.dispose([tensors.inputs, tensors.targets ?? [], tensors.weights, numbers ?? []] as never);
    }
  }

  /** The tensors of a batch, checked. */
  #tensorsOf(batch: TrainBatch): { readonly tensors: StepTensors; readonly size: number } {
    const tf = this.#tf;
    const parts = trainParts(batch);
    const outputs = this.#outputs;
    const x = arrange("x", parts.x, this.#inputs);
    if (parts.y === undefined) checkUnlabelled(this.#compiled, batch);
    const y = parts.y === undefined ? undefined : arrange("y", parts.y, outputs);
    const w = parts.sampleWeight === undefined ? [] : arrange("sampleWeight", parts.sampleWeight, outputs);
    const size = sizeOfBatch([
      ...named("x", x, this.#inputs),
      ...named("y", y ?? [], outputs),
      ...named("sampleWeight", w, outputs),
    ]);
    checkShapes("x", x, this.#inputs);
    for (const [i, leaf] of y?.entries() ?? []) checkTarget(leaf, outputs[i]!, lossName(this.#compiled, i));
    const tensors = tf.tidy(() => ({
      inputs: x.map((leaf, i) => toLeaf(tf, leaf, `x's ${this.#inputs[i]!.name}`, this.#inputDType(i))),
      targets: y?.map((leaf, i) =>
        this.#target(toLeaf(tf, leaf, `y's ${outputs[i]!.name}`, this.#targetDType(i)), i),
      ),
      weights: w.map((leaf, i) => toLeaf(tf, leaf, `sampleWeight's ${outputs[i]!.name}`, "float32")),
    }));
    return { tensors, size };
  }

  get #inputs(): readonly Slot[] {
    return this.native.inputs.map(({ shape }, i) => ({ name: this.native.inputNames[i]!, axes: shape }));
  }

  get #outputs(): readonly Slot[] {
    return this.native.outputs.map(({ shape }, i) => ({ name: this.native.outputNames[i]!, axes: shape }));
  }

  #inputDType(i: number): TFDType {
    const { dtype } = this.native.inputs[i]!;
    return dtype === "int32" || dtype === "bool" ? dtype : "float32";
  }

  /** TensorFlow.js' own losses take float32 labels only, also for class numbers; a user's own gets what there is. */
  #targetDType(i: number): TFDType | undefined {
    return hasOwnLoss(this.#compiled, i) ? undefined : "float32";
  }

  /** A target [n] for an output [n, 1] gets the missing axis. */
  #target(target: TFTensor, i: number): TFTensor {
    const { axes } = this.#outputs[i]!;
    return axes.at(-1) === 1 && target.rank === axes.length - 1 ? target.expandDims(-1) : target;
  }
}

function named(
  what: string,
  leaves: readonly ArrayLeaf[],
  slots: readonly Slot[],
): (readonly [string, ArrayLeaf])[] {
  return leaves.map((leaf, i) => [leaves.length === 1 ? what : `${what}'s ${slots[i]!.name}`, leaf]);
}

function checkShapes(what: string, leaves: readonly ArrayLeaf[], slots: readonly Slot[]): void {
  for (const [i, leaf] of leaves.entries()) {
    const { name, axes } = slots[i]!;
    if (fits(shapeOf(leaf), axes)) continue;
    throw new ShapeError(
      `${what} is ${showLeaf(leaf)}, but the model's input ${name} takes ${showAxes(axes)}. Resize or reshape it in getItem, or change the model's inputShape.`,
    );
  }
}
