/** The network that the example trains, in jax-js: a convolution, a mean over squares, a dense layer, and Adam. */
import { jit, lax, nn, numpy as np, random, tree, valueAndGrad } from "@jax-js/jax";

/** Weights of the network. */
export type Params = { conv: np.Array; dense: np.Array; bias: np.Array };

/** Weights and the running moments of Adam. */
export type TrainingState = { params: Params; mean: Params; square: Params };

const rate = 0.005;
const [beta1, beta2] = [0.9, 0.999];
const [filters, pool] = [8, 4];

/** Fresh weights for images of `size` pixels a side. */
export function initialise(seed: number, size: number, classes: number): TrainingState {
  const features = filters * (size / pool) ** 2;
  const weights = (place: number, shape: number[], inputs: number): np.Array =>
    random.normal(random.key(seed * 10 + place), shape).mul(Math.sqrt(2 / inputs));
  const params: Params = {
    conv: weights(0, [filters, 3, 3, 3], 27),
    dense: weights(1, [features, classes], features),
    bias: np.zeros([classes]),
  };
  return { mean: zerosLike(params), square: zerosLike(params), params };
}

/** Logits of images [n, size, size, 3]. */
function logits({ conv, dense, bias }: Params, x: np.Array): np.Array {
  const [rows, size] = [x.shape[0]!, x.shape[1]!];
  const maps = nn.relu(lax.conv(np.transpose(x, [0, 3, 1, 2]), conv, [1, 1], "SAME"));
  const pooled = np.mean(maps.reshape([rows, filters, size / pool, pool, size / pool, pool]), [3, 5]);
  return np.matmul(pooled.reshape([rows, -1]), dense).add(bias);
}

/** Mean cross-entropy, of labels [n]. */
function loss(params: Params, x: np.Array, y: np.Array, classes: number): np.Array {
  const likelihoods = nn.logSoftmax(logits(params, x)).mul(nn.oneHot(y, classes));
  return np.negative(np.mean(np.sum(likelihoods, 1)));
}

/** Loss and gradient of a batch; compiled once for each batch size. */
export const lossAndGradient = jit((params: Params, x: np.Array, y: np.Array): [np.Array, Params] => {
  const classes = params.bias.shape[0]!;
  return valueAndGrad((weights: Params) => loss(weights, x, y, classes))(params) as [np.Array, Params];
});

/** The state after a step of Adam, the `step`-th, from 1. */
export function update(
  { params, mean, square }: TrainingState,
  gradient: Params,
  step: number,
): TrainingState {
  const next = { params: {}, mean: {}, square: {} } as TrainingState;
  for (const name of Object.keys(params) as (keyof Params)[]) {
    const slope = gradient[name];
    const m = mean[name].mul(beta1).add(slope.ref.mul(1 - beta1));
    const v = square[name].mul(beta2).add(np.square(slope).mul(1 - beta2));
    const spread = np.sqrt(v.ref.div(1 - beta2 ** step)).add(1e-7);
    const direction = m.ref.div(1 - beta1 ** step).div(spread);
    next.params[name] = params[name].sub(direction.mul(rate));
    next.mean[name] = m;
    next.square[name] = v;
  }
  return next;
}

/** The class with the largest logit, of each image. */
export const classify = jit((params: Params, x: np.Array): np.Array => np.argmax(logits(params, x), 1));

function zerosLike(params: Params): Params {
  return tree.map((array: np.Array) => np.zeros(array.shape), params) as Params;
}
