/**
 * One step of a TensorFlow.js model: loss, gradients, update and metrics over tensors that are already its own.
 *
 * The model's own `trainOnBatch` takes no sample weights, and its test function adds up the losses of several outputs
 * under the wrong names, so the step is done here, from the model's public parts: its call, losses, metrics and
 * optimizer. As in Keras, the loss is the mean over all elements of loss × weight plus the regularizers, metrics are
 * not weighted, and all numbers are from before the update.
 */
import type { LayersModel, Scalar, Tensor, Variable } from "@tensorflow/tfjs";
import { ShapeError } from "../../core/errors.ts";
import { showShape } from "../../tensor/tensor.ts";
import type { TF } from "./peer.ts";

/** The tensors of a batch, in the order of the model's inputs and outputs. */
export interface StepTensors {
  readonly inputs: readonly Tensor[];
  /** The labels of each output; undefined where the batch has none. */
  readonly targets: readonly Tensor[] | undefined;
  /** A weight for each sample, of each output or of none. */
  readonly weights: readonly Tensor[];
}

/** The outputs for `inputs`. Inside of a `tidy`. */
export function forward(model: LayersModel, inputs: readonly Tensor[], training: boolean): readonly Tensor[] {
  const outputs = model.call([...inputs], { training });
  return Array.isArray(outputs) ? outputs : [outputs];
}

/** One optimizer step; the numbers that `model.metricsNames` names, as one tensor of one axis, to be disposed. */
export function trainStep(tf: TF, model: LayersModel, step: StepTensors): Tensor {
  const kept: Tensor[] = [];
  const keep = <T extends Tensor>(tensor: T): T => {
    kept.push(tf.keep(tensor));
    return tensor;
  };
  try {
    return tf.tidy(() => {
      let outputs: readonly Tensor[] = [];
      let losses: readonly Scalar[] = [];
      const variables = model.trainableWeights.map((weight) => weight.read() as Variable);
      const total = model.optimizer.minimize(
        () => {
          outputs = forward(model, step.inputs, true).map(keep);
          losses = lossesOf(tf, model, outputs, step).map(keep);
          return totalOf(tf, model, losses);
        },
        true,
        variables,
      );
      return report(tf, model, total!, losses, outputs, step);
    });
  } finally {
    tf.dispose(kept);
  }
}

/** The same numbers without learning. */
export function testStep(tf: TF, model: LayersModel, step: StepTensors): Tensor {
  return tf.tidy(() => {
    const outputs = forward(model, step.inputs, false);
    const losses = lossesOf(tf, model, outputs, step);
    return report(tf, model, totalOf(tf, model, losses), losses, outputs, step);
  });
}

/** The mean loss of each output; 0 of one that was compiled without a loss. */
function lossesOf(
  tf: TF,
  model: LayersModel,
  outputs: readonly Tensor[],
  step: StepTensors,
): readonly Scalar[] {
  return outputs.map((output, i) => {
    const loss = model.lossFunctions[i] as LossOrMetric | undefined;
    if (loss === undefined) return tf.scalar(0);
    const losses = apply(`The loss of ${model.outputNames[i]}`, loss, step.targets?.[i], output);
    const weights = step.weights[i];
    return tf.mean(weights === undefined ? losses : tf.mul(losses, alignTo(weights, losses.shape))) as Scalar;
  });
}

type LossOrMetric = LayersModel["lossFunctions"][number];

/** A loss or metric of an output. */
function apply(what: string, of: LossOrMetric, target: Tensor | undefined, output: Tensor): Tensor {
  if (target !== undefined) return of(target, output);
  try {
    return of(undefined as never, output);
  } catch (cause) {
    throw new ShapeError(
      `${what} failed on a batch without labels, for which yTrue is undefined. Return [x, y] from getItem, or let it use yPred alone.`,
      { cause },
    );
  }
}

/** Weights of samples with as many axes as the losses that they are multiplied with, and none that spreads them. */
function alignTo(weights: Tensor, shape: readonly number[]): Tensor {
  const { length: rank } = shape;
  const own = weights.shape.slice(0, rank);
  const fits = weights.shape.slice(rank).every((axis) => axis === 1);
  if (!fits || own.some((axis, i) => axis !== shape[i] && (i === 0 || axis !== 1))) {
    throw new ShapeError(
      `sampleWeight has shape ${showShape(weights.shape)}, but the losses of this batch have shape ${showShape(shape)}. Return one weight for each sample, [${shape[0]}].`,
    );
  }
  return weights.reshape([...own, ...Array<number>(rank - own.length).fill(1)]);
}

function totalOf(tf: TF, model: LayersModel, losses: readonly Scalar[]): Scalar {
  return [...losses, ...model.calculateLosses()].reduce((sum, loss) => tf.add(sum, loss));
}

function report(
  tf: TF,
  model: LayersModel,
  total: Scalar,
  losses: readonly Scalar[],
  outputs: readonly Tensor[],
  { targets }: StepTensors,
): Tensor {
  const metrics = model.metricsTensors.map(([metric, output], i) =>
    // With several outputs, the first metrics are their losses.
    outputs.length > 1 && i < outputs.length
      ? losses[i]!
      : (tf.mean(
          apply(`The metric ${model.metricsNames[i + 1]}`, metric, targets?.[output], outputs[output]!),
        ) as Scalar),
  );
  return tf.stack([total, ...metrics].map((value) => tf.cast(value, "float32")));
}
