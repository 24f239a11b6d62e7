/** What is wrong with labels: out of range, beginning at 1, always the same; rows that are not one-hot; one class a batch. */
import { ClassMix } from "../train/class-mix.ts";
import {
  type BatchCheck,
  type CheckNote,
  countOf,
  elementAt,
  type Finding,
  type SeenBatch,
  showElement,
  showNumber,
  showPath,
} from "./finding.ts";
import type { BatchLeaf } from "./leaves.ts";
import { classesIn } from "./values.ts";

/** Names of members of a record that hold labels. */
export const labelName: RegExp = /^(ys?|labels?|targets?|class(es)?|classLabels?|category|digits?|species)$/i;

/**
 * The leaves that hold labels: the second part of a tuple, as a model is fitted to it, or what is named so in a record.
 * Others that look like classes may be inputs.
 */
export function labelLeaves(leaves: readonly BatchLeaf[]): readonly BatchLeaf[] {
  return leaves.filter(({ path, role, shape }) => {
    // A list of unequal things has a leaf for each, whose rows are no samples.
    if (shape[0] !== leaves[0]!.shape[0]) return false;
    if (role !== "classes" && role !== "oneHot" && role !== "vector") return false;
    if (/^\[1\]/.test(path)) return true;
    return !path.includes("[") && labelName.test(path.split(".").pop()!);
  });
}

/** What is known of the labels of one leaf. */
interface SeenLabels {
  readonly counts: Map<number, number>;
  readonly leaf: BatchLeaf;
  batches: number;
  samples: number;
  /** The first sample whose class is out of range. */
  odd?: {
    readonly index: number;
    readonly element: readonly number[];
    readonly label: number;
    batches: number;
  };
}

/** Labels out of range, where the number of classes is known, and labels that are all the same. */
export function labelCheck(classes: number | undefined): BatchCheck {
  const seen = new Map<string, SeenLabels>();
  return {
    see({ index, leaves }) {
      for (const leaf of labelLeaves(leaves)) {
        if (leaf.role === "vector") continue;
        const known: SeenLabels = seen.get(leaf.path) ?? { counts: new Map(), leaf, batches: 0, samples: 0 };
        seen.set(leaf.path, known);
        const labels = classesIn(leaf);
        known.batches++;
        known.samples += labels.length;
        for (const label of labels) known.counts.set(label, (known.counts.get(label) ?? 0) + 1);
        const at = labels.findIndex((label) => label < 0 || label >= (classes ?? Number.POSITIVE_INFINITY));
        // Without their number nothing is known of those below 0 either: -1 is what a loss may be told to leave out.
        if (at < 0 || classes === undefined) continue;
        if (known.odd) known.odd.batches++;
        else known.odd = { index, element: elementAt(leaf.shape, at), label: labels[at]!, batches: 1 };
      }
    },
    findings: () => [...seen.values()].flatMap((each) => judge(each, classes)),
    notes: () => (classes === undefined ? [...seen.values()].flatMap(beginsAtOne) : []),
  };
}

/** Samples of the rarest class from which on one as rare would have been met: by chance it is missed once in 20,000 times. */
const enough = 10;

/** A word on labels from 1 on without a gap, which may be ratings or counts, and as they should be. */
function beginsAtOne({ counts, leaf, samples }: SeenLabels): CheckNote[] {
  const greatest = counts.size;
  if (leaf.role !== "classes" || greatest < 2) return [];
  for (let label = 1; label <= greatest; label++) if ((counts.get(label) ?? 0) < enough) return [];
  return [
    {
      check: "labels",
      message: `${showPath(leaf.path)} goes from 1 to ${greatest} in ${countOf(samples, "sample")}, and is never 0. Where these are classes, take 1 off: sparseCategoricalCrossentropy and one-hot rows count from 0, and ${greatest} is out of range of ${greatest} classes.`,
    },
  ];
}

function judge({ counts, leaf, batches, samples, odd }: SeenLabels, classes: number | undefined): Finding[] {
  const { path, dtype, role } = leaf;
  const labels = [...counts.keys()].sort((a, b) => a - b);
  const [least, greatest] = [labels[0]!, labels.at(-1)!];
  const of = { check: "labels", severity: "error", path } as const;
  const looked = `of ${countOf(batches, "batch", "batches")}`;
  if (odd !== undefined && classes !== undefined) {
    const shifted = least === 1 && greatest === classes;
    return [
      {
        ...of,
        index: odd.index,
        element: odd.element,
        message: `${showElement(path, odd.element)} of batch ${odd.index} is ${odd.label}, but there are ${classes} classes, 0 to ${classes - 1}; labels go from ${least} to ${greatest}, in ${odd.batches} ${looked} some are out of range`,
        ...(shifted ? { cause: "labels begin at 1" } : {}),
        cure: shifted ? "Take 1 off." : "Correct the labels, or --classes.",
      },
    ];
  }
  // A first column that is never 1, while all others are: labels that begin at 1 were made one-hot.
  const columns = role === "oneHot" ? leaf.shape[1]! : 0;
  if (columns > 2 && least === 1 && labels.length === columns - 1 && samples >= 20 * columns) {
    return [
      {
        ...of,
        message: `column 0 of ${showPath(path)} is never 1 in ${countOf(samples, "sample")}, while each of the other ${columns - 1} is`,
        cause: "labels that begin at 1 were made one-hot",
        cure: "Take 1 off before.",
      },
    ];
  }
  // Fractions may stand where no label is needed.
  const isDummy = dtype.startsWith("float") || dtype === "number";
  if (labels.length > 1 || batches < 2 || samples < 32 || isDummy) return [];
  return [
    {
      ...of,
      severity: "warning",
      message: `${showPath(path)} is ${showNumber(least)} for all ${countOf(samples, "sample")} ${looked}`,
      cure: "Look where labels are read: there is nothing to be learned from one class. Where none is needed, --ignore labels.",
    },
  ];
}

/** Rows that should sum to 1 and do not, where nearly all do. */
export function oneHotCheck(): BatchCheck {
  const sums = new Map<string, { fit: number; rows: number; more: number; first?: Finding }>();
  return {
    see({ epoch, index, leaves }) {
      for (const leaf of labelLeaves(leaves)) {
        const { path, shape, data, dtype, role } = leaf;
        if ((role !== "oneHot" && role !== "vector") || shape.length !== 2 || dtype === "float16") continue;
        const [rows, columns] = shape as readonly [number, number];
        const known = sums.get(path) ?? { fit: 0, rows: 0, more: 0 };
        sums.set(path, known);
        for (let row = 0; row < rows; row++) {
          const sum = rowSum(data, row * columns, columns);
          // No share of a whole at all.
          if (sum === undefined) {
            known.more = Number.POSITIVE_INFINITY;
            continue;
          }
          known.rows++;
          if (Math.abs(sum - 1) < 0.01) known.fit++;
          else {
            if (sum > 1) known.more++;
            known.first ??= {
              check: "one-hot",
              severity: "error",
              path,
              epoch,
              index,
              element: [row],
              message: `row ${row} of ${showPath(path)} in batch ${index} sums to ${showNumber(sum)} instead of 1`,
              cure: "A row of zeros is a label out of range: see toCategorical(labels, classes).",
            };
          }
        }
      }
    },
    findings: () =>
      [...sums.values()].flatMap(({ fit, rows, more, first }) => {
        // Several labels a sample are no fault; nor are a few of many that have none or two.
        const meant = more === 0 ? fit >= 0.5 * rows : fit >= 0.98 * rows;
        if (first === undefined || !meant || rows < 32) return [];
        return [{ ...first, message: `${first.message}, as ${rows - fit} of ${countOf(rows, "row")} do` }];
      }),
  };
}

/** The sum of a row; undefined where it holds something that is no share of a whole. */
function rowSum(data: ArrayLike<unknown>, from: number, columns: number): number | undefined {
  let sum = 0;
  for (let i = from; i < from + columns; i++) {
    const value = Number(data[i]);
    if (!(value >= 0 && value <= 1.0001)) return undefined;
    sum += value;
  }
  return sum;
}

/** Batches of one class each, where that is no accident. */
export function oneClassCheck(): BatchCheck {
  const mixes = new Map<
    string,
    { readonly mix: ClassMix; batches: number; alike: number; first: SeenBatch }
  >();
  const sure = new Map<string, true>();
  return {
    see(batch) {
      for (const leaf of labelLeaves(batch.leaves)) {
        if (leaf.role === "vector") continue;
        const values = classesIn(leaf);
        const known = mixes.get(leaf.path) ?? { mix: new ClassMix(), batches: 0, alike: 0, first: batch };
        mixes.set(leaf.path, known);
        if (values.length < 2) continue;
        known.batches++;
        if (values.every((value) => value === values[0])) known.alike++;
        if (known.mix.over) continue;
        const labels = {
          name: leaf.path,
          shape: [values.length],
          values,
          form: "number",
          classes: true,
          weights: undefined,
        } as const;
        if (known.mix.see([labels], 0) !== undefined) sure.set(leaf.path, true);
      }
    },
    findings: () =>
      [...sure.keys()].map((path): Finding => {
        const { batches, alike, first } = mixes.get(path)!;
        return {
          check: "one-class",
          severity: "error",
          path,
          epoch: first.epoch,
          index: first.index,
          message: `${alike} of ${countOf(batches, "batch", "batches")} hold one class only`,
          cause: "a list sorted by class was cut into batches",
          cure: "Shuffle the samples, not the batches: batches(dataset, { batchSize, shuffle: true }), or the list once, createRandom(seed).shuffle(samples). A loader's `shuffle` changes only the order of a Sequence's batches.",
        };
      }),
  };
}
