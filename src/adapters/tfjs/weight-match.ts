/**
 * Which saved tensor belongs to which weight of a model: by name, or not at all.
 *
 * Two other spellings of the same names are known. Version 0.1.0 wrote a weight's place, `0.kernel`. And who numbers layers
 * over a whole process, as Keras in Python does, has `dense_3` and `dense_4` where a model built anew has `dense` and
 * `dense_1`: such names are the same where they follow each other in the same order, and the program has chosen none of
 * them. Whatever else differs is another model.
 */
import type { LayersModel } from "@tensorflow/tfjs";
import { StateError } from "../../core/errors.ts";
import { sameShape, showShape } from "../../tensor/tensor.ts";
import type { Weights } from "../../train/trainable.ts";
import { type NamedWeight, namedWeights } from "./weight-names.ts";

const otherModel = "It was saved from another model: build the same one, or start anew.";

/**
 * The saved weights under the model's names.
 *
 * @throws StateError naming the first weight that is missing, of another shape, or not the model's.
 */
export function matchWeights(model: LayersModel, saved: Weights): Weights {
  const own = namedWeights(model);
  const found = renamed(model, own, saved);
  for (const { name, weight } of own) {
    const tensor = found[name];
    if (tensor === undefined) {
      throw new StateError(
        `${model.name} has a weight ${name} that the saved model does not have. ${otherModel}`,
      );
    }
    if (sameShape(tensor.shape, weight.shape as number[])) continue;
    throw new StateError(
      `${model.name}'s weight ${name} has shape ${showShape(weight.shape as number[])}, but the saved one has ${showShape(tensor.shape)}. ${otherModel}`,
    );
  }
  const names = new Set(own.map(({ name }) => name));
  const extra = Object.keys(found).find((name) => !names.has(name));
  if (extra === undefined) return found;
  throw new StateError(
    `The saved model has a weight ${extra} that ${model.name} does not have. ${otherModel}`,
  );
}

function renamed(model: LayersModel, own: readonly NamedWeight[], saved: Weights): Weights {
  const keys = Object.keys(saved);
  const known = new Set(own.map(({ name }) => name));
  if (keys.every((key) => known.has(key))) return saved;
  const names = keys.every((key) => /^\d+\.[^/]+$/.test(key)) ? byPlace(model, own) : byCount(own, keys);
  return Object.fromEntries(keys.map((key) => [names.get(key) ?? key, saved[key]!]));
}

/** The model's names by those that 0.1.0 gave: the place in TensorFlow.js' list and the last part. */
function byPlace(model: LayersModel, own: readonly NamedWeight[]): ReadonlyMap<string, string> {
  const names = new Map(own.map(({ name, weight }) => [weight, name]));
  return new Map(
    model.weights.map((weight, i) => [
      `${i}.${weight.originalName.slice(weight.originalName.lastIndexOf("/") + 1)}`,
      names.get(weight)!,
    ]),
  );
}

/** The model's names by those of `keys` that differ from them in nothing but how layers are numbered. */
function byCount(own: readonly NamedWeight[], keys: readonly string[]): ReadonlyMap<string, string> {
  const ranks = ranksOf(own.map(({ name }) => name));
  const byRank = new Map(own.map((each) => [ranks.get(each.name)!, each]));
  const found = new Map<string, string>();
  for (const [key, rank] of ranksOf(keys)) {
    const each = byRank.get(rank);
    // A name that the program chose is that name and no other.
    if (each?.numbered || each?.name === key) found.set(key, each.name);
  }
  return found;
}

/** Names with the rank of their layer, among those that are the same but for numbers, in the place of the numbers. */
function ranksOf(names: readonly string[]): ReadonlyMap<string, string> {
  const layers = new Map<string, Map<string, readonly number[]>>();
  const split = names.map((name) => {
    const end = name.lastIndexOf("/");
    const parts = name.slice(0, Math.max(end, 0)).split("/");
    const base = parts.map((part) => part.replace(/_\d+$/, "")).join("/");
    const counts = parts.map((part) => Number(/_(\d+)$/.exec(part)?.[1] ?? 0));
    const layer = parts.join("/");
    const alike = layers.get(base) ?? new Map<string, readonly number[]>();
    layers.set(base, alike.set(layer, counts));
    return { name, base, layer, last: name.slice(end + 1) };
  });
  const ranks = new Map<string, number>();
  for (const alike of layers.values()) {
    const sorted = [...alike].sort(([, a], [, b]) => compare(a, b));
    for (const [i, [layer]] of sorted.entries()) ranks.set(layer, i);
  }
  return new Map(split.map(({ name, base, layer, last }) => [name, `${base} ${ranks.get(layer)}/${last}`]));
}

function compare(a: readonly number[], b: readonly number[]): number {
  const differs = a.findIndex((count, i) => count !== b[i]);
  return differs < 0 ? 0 : a[differs]! - b[differs]!;
}
