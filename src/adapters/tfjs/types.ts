/** The types of batches that a TensorFlow.js model takes. */
import type { DType, TypedArray } from "../../tensor/dtype.ts";
import type { Tensor } from "../../tensor/tensor.ts";

/** One array of a batch: a tensor, or a bare typed array as a tensor of one axis. */
export type ArrayLeaf = Tensor<DType> | TypedArray;

/** The arrays of a model's inputs or outputs: one, several in the model's order, or several by the model's names. */
export type Arrays = ArrayLeaf | readonly ArrayLeaf[] | { readonly [name: string]: ArrayLeaf };

/**
 * What `fit` and `evaluate` take: `[x, y]`, or `[x, y, sampleWeight]` with a weight for each sample; where the model's
 * losses are functions of your own, also `[x]`, or `x` that is one tensor.
 */
export type TrainBatch =
  | Tensor
  | readonly [x: Arrays]
  | readonly [x: Arrays, y: Arrays]
  | readonly [x: Arrays, y: Arrays, sampleWeight: Arrays];

/** What `predict` takes: `x` alone, or a tuple whose first element is `x`. */
export type PredictBatch = Arrays | TrainBatch;
