/** The demo's network (examples/demo/model.ts) in jax-js: three convolutions, a dense layer, and Adam. */
import { jit, nn, numpy as np, random, tree, valueAndGrad } from "@jax-js/jax";
import { convolve, type Layer } from "./conv.ts";

/** Weights of the network, in the shapes that TensorFlow.js gives them. */
export type Params = { conv1: Layer; conv2: Layer; conv3: Layer; dense: Layer };

/** Weights and the running moments of Adam. */
export type TrainingState = { params: Params; mean: Params; square: Params };

const rate = 0.002;
const [beta1, beta2] = [0.9, 0.999];

/** Fresh weights for images of `size` pixels a side, and the optimizer's zeros. */
export function initialise(seed: number, size: number, classes: number): TrainingState {
  const layer = (place: number, ...shape: number[]): Layer => {
    const inputs = shape.slice(0, -1).reduce((product, length) => product * length);
    const normal = random.normal(random.key(seed * 10 + place), shape);
    return { kernel: normal.mul(Math.sqrt(2 / inputs)), bias: np.zeros([shape.at(-1)!]) };
  };
  const features = Math.ceil(size / 8) ** 2 * 64;
  const params: Params = {
    conv1: layer(0, 5, 5, 3, 32),
    conv2: layer(1, 3, 3, 32, 48),
    conv3: layer(2, 3, 3, 48, 64),
    dense: layer(3, features, classes),
  };
  return { mean: zerosLike(params), square: zerosLike(params), params };
}

/** Logits of images [n, size, size, 3]. */
export function logits({ conv1, conv2, conv3, dense }: Params, x: np.Array): np.Array {
  const rows = x.shape[0]!;
  const maps = convolve(convolve(convolve(x, conv1), conv2), conv3);
  return project(maps.reshape([rows, -1]), dense.kernel, dense.bias);
}

const project = jit(
  (x: np.Array, kernel: np.Array, bias: np.Array): np.Array => np.matmul(x, kernel).add(bias),
);

/** Mean cross-entropy of logits, for labels [n]. */
export const crossEntropy = jit((logits: np.Array, y: np.Array): np.Array => {
  const classes = logits.shape[1]!;
  return np.negative(np.mean(np.sum(nn.logSoftmax(logits).mul(nn.oneHot(y, classes)), 1)));
});

/** Loss and gradient of a batch. */
export const lossAndGradient = valueAndGrad(
  (params: Params, x: np.Array, y: np.Array): np.Array => crossEntropy(logits(params, x), y),
) as (params: Params, x: np.Array, y: np.Array) => [np.Array, Params];

/** The state after a step of Adam, the `step`-th, from 1. */
export function update(state: TrainingState, gradient: Params, step: number): TrainingState {
  return adam(state, gradient, np.array([1 - beta1 ** step]), np.array([1 - beta2 ** step]));
}

const adam = jit(
  ({ params, mean, square }: TrainingState, gradient: Params, share1: np.Array, share2: np.Array) => {
    const decay = (beta: number) => (moment: np.Array, value: np.Array) =>
      moment.mul(beta).add(value.mul(1 - beta));
    const m = tree.map(decay(beta1), mean, tree.ref(gradient)) as Params;
    const v = tree.map(decay(beta2), square, tree.map(np.square, gradient)) as Params;
    const move = (weight: np.Array, first: np.Array, second: np.Array) =>
      weight.sub(
        first
          .div(share1.ref)
          .div(np.sqrt(second.div(share2.ref)).add(1e-7))
          .mul(rate),
      );
    const next = tree.map(move, params, tree.ref(m), tree.ref(v)) as Params;
    tree.dispose([share1, share2]);
    return { params: next, mean: m, square: v };
  },
) as (state: TrainingState, gradient: Params, share1: np.Array, share2: np.Array) => TrainingState;

function zerosLike(params: Params): Params {
  return tree.map((array: np.Array) => np.zeros(array.shape), params) as Params;
}
