/** Brings the arrays of a batch into the order of a model's inputs or outputs, and checks that they fit. */
import { show } from "../../core/check.ts";
import { ShapeError } from "../../core/errors.ts";
import { showShape } from "../../tensor/tensor.ts";
import { isInnerNode } from "../../tensor/tree.ts";
import { isLeaf, shapeOf, showLeaf } from "./convert.ts";
import type { ArrayLeaf } from "./types.ts";

/** A model's axes: null where any length goes. */
export type Axes = readonly (number | null)[];

/** What a model takes or gives at one place. */
export interface Slot {
  readonly name: string;
  readonly axes: Axes;
}

/**
 * The arrays of `value` in the order of `slots`.
 *
 * @param what `x`, `y` or `sampleWeight`, for messages.
 * @throws ShapeError if one is missing, too many, unknown by name, or no array.
 */
export function arrange(what: string, value: unknown, slots: readonly Slot[]): readonly ArrayLeaf[] {
  const names = slots.map(({ name }) => name);
  if (isLeaf(value)) {
    if (slots.length === 1) return [value];
    throw new ShapeError(
      `${what} is one array, but the model has ${slots.length}: ${names.join(", ")}. Return them as a tuple in this order, or as a record by name.`,
    );
  }
  if (!isInnerNode(value) || isPlain(value)) {
    throw new ShapeError(
      `${what} must be a tensor or a typed array, or a tuple or record of them, got ${showOther(value)}.`,
    );
  }
  const found = Array.isArray(value)
    ? inOrder(what, value, names)
    : byName(what, value as Record<string, unknown>, names);
  return found.map((leaf, i) => {
    if (isLeaf(leaf)) return leaf;
    throw new ShapeError(`${what}'s ${names[i]} must be a tensor or a typed array, got ${showOther(leaf)}.`);
  });
}

/** Whether `value` is an array of numbers, strings or other values that are no object, or of such arrays. */
function isPlain(value: unknown): value is readonly unknown[] {
  return Array.isArray(value) && value.length > 0 && (typeof value[0] !== "object" || isPlain(value[0]));
}

/** What is no leaf, as messages show it, with what to make of it. */
function showOther(value: unknown): string {
  if (isPlain(value)) {
    const [first] = value.flat(Number.POSITIVE_INFINITY);
    if (typeof first === "string")
      return `an array of strings (${show(first)}, …), which no model takes. Make numbers of them in getItem, of a label tensor(classes.indexOf(label), "int32")`;
    return `an array of plain ${typeof first}s. Make it a tensor: tensor(values)`;
  }
  if (value instanceof Promise) return "a promise. Await it in getItem: `await stack(…)`";
  const { dataSync } = (value ?? {}) as { readonly dataSync?: unknown };
  if (typeof dataSync !== "function") return show(value);
  return "a tensor of TensorFlow.js, which no worker can send. Make one of epochal: tensor(values)";
}

function inOrder(what: string, values: readonly unknown[], names: readonly string[]): readonly unknown[] {
  if (values.length === names.length) return values;
  throw new ShapeError(
    `${what} is a tuple of ${values.length}, but the model has ${names.length}: ${names.join(", ")}. Return one array for each.`,
  );
}

function byName(what: string, record: Record<string, unknown>, names: readonly string[]): readonly unknown[] {
  const missing = names.find((name) => !Object.hasOwn(record, name));
  const unknown = Object.keys(record).find((name) => !names.includes(name));
  if (missing === undefined && unknown === undefined) return names.map((name) => record[name]);
  const fault =
    missing === undefined ? `an array \`${unknown}\` that the model does not have` : `no \`${missing}\``;
  throw new ShapeError(
    `${what} has ${fault}: the record has ${Object.keys(record).join(", ") || "nothing"}, the model takes ${names.join(", ")}. Name the record's arrays as the model does.`,
  );
}

/** Number of samples of the arrays: the length of the first axis, which all must share. */
export function sizeOfBatch(arrays: readonly (readonly [name: string, leaf: ArrayLeaf])[]): number {
  const [first, ...rest] = arrays;
  const size = shapeOf(first![1])[0];
  if (size === undefined) {
    throw new ShapeError(
      `${first![0]} is ${showLeaf(first![1])}: a batch's arrays have one row for each sample.`,
    );
  }
  if (size === 0) {
    throw new ShapeError(
      `${first![0]} is ${showLeaf(first![1])}, a batch without a sample. Let \`length\` end before it.`,
    );
  }
  for (const [name, leaf] of rest) {
    const rows = shapeOf(leaf)[0];
    if (rows === size) continue;
    throw new ShapeError(
      `${first![0]} has ${size} samples, but ${name} has ${rows ?? "none, as it is a scalar"}. Return as many rows of each in getItem.`,
    );
  }
  return size;
}

/**
 * Checks arrays that are to be cut into batches: said of the whole, as nobody has made the batches yet.
 *
 * @param what `evaluate`, `predict` or `validationData`, for messages.
 * @throws ShapeError if they are single samples, or do not fit the model's inputs.
 */
export function checkRows(what: string, arrays: unknown, x: () => unknown, slots: readonly Slot[]): void {
  const isSample = (leaf: unknown, { axes }: Slot) => isLeaf(leaf) && fits(shapeOf(leaf), axes.slice(1));
  const [slot] = slots;
  // evaluate and validationData take [x, y], so only predict can have been given a list.
  const list = what !== "predict" ? [] : Array.isArray(arrays) ? arrays : [arrays];
  if (slots.length === 1 && list.length > 0 && list.every((leaf) => isSample(leaf, slot!))) {
    const samples = list.length === 1 ? "a single sample" : `a list of ${list.length} samples`;
    throw new ShapeError(
      `${what} got ${samples} of shape ${showShape(shapeOf(list[0]))}, but the model's input ${slot!.name} takes ${showAxes(slot!.axes)}: the first axis is that of the samples. Stack ${list.length === 1 ? "it: await stack([sample])" : "them: await stack(samples)"}.`,
    );
  }
  for (const [i, leaf] of arrange("x", x(), slots).entries()) {
    const { name, axes } = slots[i]!;
    if (fits(shapeOf(leaf), [null, ...axes.slice(1)])) continue;
    const hint = isSample(leaf, slots[i]!) ? " It is a single sample; stack it: await stack([sample])." : "";
    throw new ShapeError(
      `x is ${showLeaf(leaf)}, but the model's input ${name} takes ${showAxes(axes)}, of which the first axis is that of the samples.${hint}`,
    );
  }
}

/** Whether an array of `shape` goes where `axes` are taken. */
export function fits(shape: readonly number[], axes: Axes): boolean {
  return shape.length === axes.length && axes.every((axis, i) => axis === null || axis === shape[i]);
}

/** Axes as messages show them: `[any, 28, 28, 1]`. */
export function showAxes(axes: Axes): string {
  return `[${axes.map((axis) => axis ?? "any").join(", ")}]`;
}
