/**
 * A data set in parts to train with and to test with: by samples, exact, disjoint, the same on every machine.
 *
 * The parts are cut from a permutation keyed by (seed, length), so that no sample can be in two, or in none. Within a part
 * samples keep their order: `batches(part, { shuffle: true })` shuffles them.
 */
import { checkKnown, checkSeed, show } from "../core/check.ts";
import { OptionError } from "../core/errors.ts";
import { permute } from "../random/permutation.ts";
import { keyedRandom } from "../random/random.ts";
import { checkList } from "../sampler/sampler.ts";
import { BatchSequence, type Dataset, type SampleOf } from "../sequence/batching/batches.ts";
import { type Hooked, isCombinator } from "../sequence/combinator.ts";
import { Selection, type SourceBatch } from "../sequence/combinators/selection.ts";
import type { Sequence } from "../sequence/sequence.ts";
import { shared } from "./memory.ts";

/** Parts that a data set may be split into beside `train`. */
export type SplitPart = "validation" | "test";

/** How a data set is {@link split}: a share (between 0 and 1) or a number of samples of each part, and which go where. */
export interface SplitOptions {
  /** To test with, when all is done. */
  readonly test?: number;
  /** To validate with after each epoch. */
  readonly validation?: number;
  /** Says which samples go where. Default 0. */
  readonly seed?: number;
  /**
   * The class of each sample, all numbers or all strings: of every class each part has its share, give or take one, and `train` at least one sample.
   * Excludes `groups`.
   */
  readonly stratify?: ArrayLike<number | string>;
  /**
   * The group of each sample, as the patient of an image, all numbers or all strings: no group is in two parts. Their sizes are then as near to what
   * was asked for as whole groups allow.
   */
  readonly groups?: ArrayLike<number | string>;
}

/** The parts of a data set of samples `S`: `train`, and those that `O` names. */
export type Split<S, O> = { readonly [P in "train" | Extract<keyof O, SplitPart>]: Sequence<S> };

/** Some samples of a data set, in its order; made by {@link split}. */
export class PartSequence<S> extends Selection<S> {
  static override readonly module: string = import.meta.url;
  static override readonly id: string = "epochal:data/split#PartSequence";
  readonly source: Sequence<S>;
  /** Their indices in the source, rising. */
  readonly indices: Float64Array;

  constructor(source: Sequence<S>, indices: Float64Array) {
    super();
    this.source = source;
    this.indices = indices;
  }

  get length(): number {
    return this.indices.length;
  }

  protected locate(index: number): SourceBatch<S> {
    return { source: this.source, index: this.indices[index]! };
  }

  combines(): readonly Hooked[] {
    return [this.source];
  }
}

/**
 * A data set in parts that share no sample: `train`, and `test`, `validation` or both.
 *
 * A share of 0.2 is a fifth of all samples, rounded; 500 is 500 samples. What is left is `train`. The same seed and length
 * give the same parts on every machine; samples keep their order within a part. Split samples, and make batches of the
 * parts: parts of shuffled batches would share samples.
 *
 * @throws OptionError if a part would be empty, or an option is not what it should be.
 * @example
 * const { train, test } = split(photos, { test: 0.2, seed: 7, stratify: labels });
 * const batched = batches(train, { batchSize: 32, shuffle: true });
 */
export function split<D extends Dataset<unknown>, const O extends SplitOptions>(
  dataset: D,
  // A name that it does not have is never ignored.
  options: O & { readonly [K in Exclude<keyof O, keyof SplitOptions>]: never },
): Split<SampleOf<D>, O> {
  checkDataset(dataset);
  checkKnown("split()", options, ["test", "validation", "seed", "stratify", "groups"], {
    train: "It is what the other parts leave.",
    shuffle: "Shuffle the parts: batches(part, { batchSize, shuffle: true }).",
  });
  const { length } = dataset;
  if (!Number.isSafeInteger(length))
    throw new OptionError(`split() takes a data set with an end, got one of length ${show(length)}.`);
  const { seed = 0, stratify, groups } = options;
  checkSeed("seed", seed);
  const parts = (["validation", "test"] as const).filter((part) => options[part] !== undefined);
  if (parts.length === 0)
    throw new OptionError("split() needs the size of a part: { test: 0.2 }, { validation: 0.1, test: 0.1 }.");
  const sizes = parts.map((part) => sizeOfPart(part, options[part], length));
  const taken = sizes.reduce((sum, size) => sum + size, 0);
  if (taken >= length) {
    throw new OptionError(
      `split() of ${length} samples into ${parts.map((part, i) => `${sizes[i]} for \`${part}\``).join(" and ")} leaves none to train with.`,
    );
  }
  const order = shuffledOrder(length, seed);
  const partOf = assign(order, sizes, options);
  const indices = ["train", ...parts].map((_, part) => indicesOf(partOf, part));
  if (stratify !== undefined || groups !== undefined) checkNoneEmpty(["train", ...parts], indices);
  const source = dataset as unknown as Sequence<SampleOf<D>>;
  return Object.fromEntries(
    ["train", ...parts].map((part, i) => [part, new PartSequence(source, indices[i]!)]),
  ) as unknown as Split<SampleOf<D>, O>;
}

function checkDataset(dataset: unknown): void {
  if (typeof (dataset as Partial<Dataset<unknown>> | null)?.getItem !== "function") {
    throw new OptionError(
      `split() takes a data set with \`length\` and \`getItem(index)\`, got ${show(dataset)}. Of an array: { length: rows.length, getItem: (i) => rows[i] }.`,
    );
  }
  if (holdsBatches(dataset as Hooked)) {
    throw new OptionError(
      "split() takes samples, got batches(…), whose samples may be others in each epoch. Split the data set first, then make batches of each part: batches(train, { batchSize, shuffle: true }).",
    );
  }
}

function holdsBatches(node: Hooked): boolean {
  return node instanceof BatchSequence || (isCombinator(node) && node.combines().some(holdsBatches));
}

function sizeOfPart(name: string, value: unknown, length: number): number {
  if (typeof value === "number" && value > 0 && value < 1) {
    const size = Math.round(value * length);
    if (size > 0) return size;
    throw new OptionError(
      `\`${name}\` of ${value} is no whole sample of ${length}. Give it more, or a number of samples.`,
    );
  }
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 1) {
    throw new OptionError(
      `\`${name}\` must be a share between 0 and 1, or a number of samples, got ${show(value)}.`,
    );
  }
  return value;
}

function shuffledOrder(length: number, seed: number): Float64Array {
  const permutation = permute(length, keyedRandom(seed, "split", 0, length));
  return Float64Array.from({ length }, (_, position) => permutation.at(position));
}

/** The number of the part of each sample: 0 is `train`, 1 and on are those of `sizes`. */
function assign(
  order: Float64Array,
  sizes: readonly number[],
  { stratify, groups }: SplitOptions,
): Uint8Array {
  if (stratify !== undefined && groups !== undefined) {
    throw new OptionError(
      "split() takes `stratify` or `groups`, not both: whole groups have the classes that they have.",
    );
  }
  const partOf = new Uint8Array(order.length);
  if (groups !== undefined) assignGroups(partOf, membersOf("groups", groups, order), sizes);
  else if (stratify !== undefined) assignStrata(partOf, membersOf("stratify", stratify, order), sizes);
  else {
    let next = 0;
    for (const [part, size] of sizes.entries())
      for (const end = next + size; next < end; next++) partOf[order[next]!] = part + 1;
  }
  return partOf;
}

/** The samples of each class or group, both in the shuffled order. */
function membersOf(
  name: string,
  labels: ArrayLike<number | string>,
  order: Float64Array,
): readonly (readonly number[])[] {
  checkList(name, labels);
  if (typeof labels === "string")
    throw new OptionError(`\`${name}\` must be an array or a typed array, got the string ${show(labels)}.`);
  if (labels.length !== order.length) {
    throw new OptionError(
      `\`${name}\` has ${labels.length} entries for ${order.length} samples. Give one for each sample, in their order.`,
    );
  }
  const [first] = order;
  const members = new Map<number | string, number[]>();
  for (const index of order) {
    const label = labels[index]!;
    if ((typeof label !== "number" && typeof label !== "string") || Number.isNaN(label))
      throw new OptionError(`\`${name}\` must hold numbers or strings, got ${show(label)} at ${index}.`);
    // 1 and "1" are two to a Map, and one to whoever wrote them.
    if (typeof label !== typeof labels[first!])
      throw new OptionError(
        `\`${name}\` holds numbers and strings, ${show(labels[first!])} at ${first} and ${show(label)} at ${index}: ${show(1)} and ${show("1")} would be two. Make all of them one: labels.map(String).`,
      );
    const known = members.get(label);
    if (known) known.push(index);
    else members.set(label, [index]);
  }
  return [...members.values()];
}

/** Each class gives a part its share of it, by largest remainders, so that the parts have the sizes asked for. */
function assignStrata(
  partOf: Uint8Array,
  classes: readonly (readonly number[])[],
  sizes: readonly number[],
): void {
  /** Members of each class that have gone to a part. */
  const used = classes.map(() => 0);
  for (const [part, size] of sizes.entries()) {
    const shares = classes.map(({ length }) => (size * length) / partOf.length);
    // One of each class stays to train with.
    const room = classes.map(({ length }, which) => length - 1 - used[which]!);
    const quotas = shares.map((share, which) => Math.min(Math.floor(share), room[which]!));
    const byRemainder = [...classes.keys()].sort(
      (a, b) => shares[b]! - quotas[b]! - (shares[a]! - quotas[a]!) || a - b,
    );
    let missing = size - quotas.reduce((sum, quota) => sum + quota, 0);
    // A second turn is rare: where small classes could give nothing.
    for (let before = -1; missing > 0 && missing !== before; ) {
      before = missing;
      for (const which of byRemainder) {
        if (missing === 0 || quotas[which]! >= room[which]!) continue;
        quotas[which]!++;
        missing--;
      }
    }
    if (missing > 0) {
      throw new OptionError(
        `split() cannot take ${size} samples of ${classes.length} classes and leave one of each to train with. Ask for fewer, or leave \`stratify\` out.`,
      );
    }
    for (const [which, quota] of quotas.entries()) {
      for (let i = 0; i < quota; i++) partOf[classes[which]![used[which]! + i]!] = part + 1;
      used[which]! += quota;
    }
  }
}

/** Each group goes, one after the other, to the first part that it brings nearer to its size, else to `train`. */
function assignGroups(
  partOf: Uint8Array,
  groups: readonly (readonly number[])[],
  sizes: readonly number[],
): void {
  const filled = sizes.map(() => 0);
  for (const group of groups) {
    const part = sizes.findIndex((size, which) => group.length < 2 * (size - filled[which]!));
    if (part < 0) continue;
    filled[part]! += group.length;
    for (const index of group) partOf[index] = part + 1;
  }
}

function checkNoneEmpty(names: readonly string[], indices: readonly Float64Array[]): void {
  const empty = names.filter((_, i) => indices[i]!.length === 0);
  if (empty.length === 0) return;
  throw new OptionError(
    `split() by groups leaves \`${empty.join("` and `")}\` without a sample: the groups are too large, or too few. Ask for another size.`,
  );
}

function indicesOf(partOf: Uint8Array, part: number): Float64Array {
  let count = 0;
  for (const each of partOf) if (each === part) count++;
  const indices = shared(Float64Array, count);
  let at = 0;
  for (let index = 0; index < partOf.length; index++) if (partOf[index] === part) indices[at++] = index;
  return indices;
}
