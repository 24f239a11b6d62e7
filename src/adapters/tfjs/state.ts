/** The weights of a TensorFlow.js model and its optimizer, out as our tensors and back in, bit by bit. */
import type { LayersModel, Optimizer, Variable } from "@tensorflow/tfjs";
import { StateError } from "../../core/errors.ts";
import type { Weights } from "../../train/trainable.ts";
import { fromTfjs, type TFDType, toLeaf } from "./convert.ts";
import type { TF } from "./peer.ts";
import { matchWeights } from "./weight-match.ts";
import { namedWeights } from "./weight-names.ts";

/** The model's weights by their names, layer by layer. */
export async function getWeights(model: LayersModel): Promise<Weights> {
  const entries = namedWeights(model).map(async ({ name, weight }) => [name, await fromTfjs(weight.read())]);
  return Object.fromEntries(await Promise.all(entries)) as Weights;
}

/**
 * Gives a model its weights by their names.
 *
 * @throws StateError as {@link matchWeights}; the model is as it was then.
 */
export function setWeights(tf: TF, model: LayersModel, weights: Weights): void {
  const found = matchWeights(model, weights);
  tf.tidy(() => {
    const values = namedWeights(model).map(({ name, weight }) => ({
      weight,
      value: toLeaf(tf, found[name]!, name, weight.dtype as TFDType),
    }));
    for (const { weight, value } of values) weight.write(value);
  });
}

/**
 * All that the optimizer remembers. `getWeights()` of TensorFlow.js leaves out the powers of Adam's betas, which it
 * computes anew, a little differently; so every variable that is a field of the optimizer is kept too.
 */
export async function getOptimizerState(tf: TF, optimizer: Optimizer): Promise<Weights> {
  const named = await weightsOf(optimizer);
  try {
    const slots = named.map(async ({ name, tensor }, i) => [
      `slot/${keyOf(i, name)}`,
      await fromTfjs(tensor),
    ]);
    const fields = fieldsOf(tf, optimizer).map(async ([name, tensor]) => [
      `field/${name}`,
      await fromTfjs(tensor),
    ]);
    return Object.fromEntries(await Promise.all([...slots, ...fields])) as Weights;
  } finally {
    // The count of steps is made for the caller; the others are the optimizer's own variables.
    for (const { tensor } of named) if (!(tensor instanceof tf.Variable)) tensor.dispose();
  }
}

/**
 * Gives an optimizer what it had gathered.
 *
 * @throws StateError if it was saved from an optimizer of another kind.
 */
export async function setOptimizerState(tf: TF, optimizer: Optimizer, state: Weights): Promise<void> {
  const slots = Object.entries(state).filter(([key]) => key.startsWith("slot/"));
  const fields = fieldsOf(tf, optimizer);
  const differs = differenceIn(state, optimizer, fields);
  if (differs !== undefined) {
    throw new StateError(
      `The saved optimizer is no ${optimizer.getClassName()}: it ${differs}. Compile the model with the optimizer it was saved with.`,
    );
  }
  const values = tf.tidy(() =>
    slots.map(([name, value]) => ({ name: name.replace(placed, ""), tensor: toLeaf(tf, value, name) })),
  );
  const before = await weightsOf(optimizer);
  let unused = before.filter(({ tensor }) => !(tensor instanceof tf.Variable));
  try {
    // It makes variables of its own from the values, in place of those it had.
    await optimizer.setWeights(values);
    unused = before;
  } finally {
    tf.dispose(unused.map(({ tensor }) => tensor));
    tf.dispose(values.map(({ tensor }) => tensor));
  }
  tf.tidy(() => {
    for (const [name, variable] of fields) variable.assign(toLeaf(tf, state[`field/${name}`]!, name));
  });
}

/** What TensorFlow.js' optimizers gather of each weight, by their class. */
const gathered: Readonly<Record<string, readonly string[]>> = {
  SGD: [],
  Momentum: ["momentum"],
  Adagrad: ["accumulator"],
  Adadelta: ["accum_grad", "accum_var"],
  Adam: ["m", "v"],
  RMSProp: ["rms", "momentum"],
};

/** In which way a saved state is that of another kind of optimizer; undefined where it is not. */
function differenceIn(
  state: Weights,
  optimizer: Optimizer,
  fields: readonly (readonly [name: string, variable: Variable])[],
): string | undefined {
  const names = Object.keys(state)
    .filter((key) => key.startsWith("slot/"))
    .map((key) => key.replace(placed, ""));
  if (!names.includes("iter")) return "lacks its count of steps";
  const lost = fields.find(([name]) => state[`field/${name}`] === undefined);
  if (lost !== undefined) return `lacks ${lost[0]}`;
  const own = gathered[optimizer.getClassName()];
  // Somebody's own optimizer knows itself.
  if (own === undefined) return undefined;
  const centered = (optimizer as { readonly centered?: unknown }).centered === true;
  const known = ["iter", ...own, ...(centered ? ["mg"] : [])];
  const extra = names.find((name) => !known.includes(name));
  if (extra !== undefined) return `has ${extra} of each weight`;
  const [, steps] = Object.entries(state).find(([key]) => key.replace(placed, "") === "iter")!;
  // Before its first step it has gathered nothing.
  const missing = Number(steps.data[0]) > 0 ? known.find((name) => !names.includes(name)) : undefined;
  return missing === undefined ? undefined : `lacks ${missing} of each weight`;
}

/** What stands before a slot's own name: that it is one, and its place, also where a release has written that twice. */
const placed = /^slot\/(?:\d+\.)+/;

/** What the optimizer says of its weights; Adamax of TensorFlow.js 4.22 throws. */
async function weightsOf(optimizer: Optimizer): ReturnType<Optimizer["getWeights"]> {
  try {
    return await optimizer.getWeights();
  } catch (cause) {
    throw new StateError(
      `TensorFlow.js cannot save the state of an ${optimizer.getClassName()} optimizer, so training cannot be resumed with it. Use Adam, RMSProp, Momentum or SGD.`,
      { cause },
    );
  }
}

function fieldsOf(tf: TF, optimizer: Optimizer): readonly (readonly [name: string, variable: Variable])[] {
  return Object.entries(optimizer).filter(
    (entry): entry is [string, Variable] => entry[1] instanceof tf.Variable,
  );
}

/** Names hold counters of the process; the place in the list and the last part are the same wherever it is built. */
function keyOf(place: number, name: string): string {
  return `${place}.${name.slice(name.lastIndexOf("/") + 1)}`;
}
