/** What the leaves of batches are, over all batches that were looked at. */
import type { BatchCheck } from "./finding.ts";
import { labelLeaves } from "./labels.ts";
import type { LeafRole } from "./leaves.ts";
import {
  addMoments,
  classesIn,
  type MomentSums,
  momentsOver,
  noMoments,
  summarize,
  type ValueMoments,
} from "./values.ts";

/** A leaf over all batches. */
export interface LeafFacts {
  readonly path: string;
  readonly role: LeafRole;
  readonly dtype: string;
  /** As in the first batch that was looked at. */
  readonly shape: readonly number[];
  /** Extremes of values looked at, and moments; undefined where it holds no numbers. */
  readonly values: ValueMoments | undefined;
  /** Of labels, the samples of each class that was met, by its number. */
  readonly classes: Readonly<Record<string, number>> | undefined;
}

interface Growing extends Omit<LeafFacts, "values" | "classes"> {
  readonly sums: MomentSums;
  readonly classes: Map<number, number>;
}

/** Leaves beyond these are not noted: a list of unequal things is a leaf each. */
const mostLeaves = 64;

/** Gathers facts of leaves; finds nothing. */
export function leafFacts(): BatchCheck & { facts(): readonly LeafFacts[] } {
  const known = new Map<string, Growing>();
  return {
    see({ leaves }) {
      const labels = labelLeaves(leaves);
      for (const leaf of leaves.slice(0, mostLeaves)) {
        const { path, role, dtype, shape } = leaf;
        let facts = known.get(path);
        if (facts === undefined) {
          facts = { path, role, dtype, shape, sums: noMoments(), classes: new Map() };
          known.set(path, facts);
        }
        if (labels.includes(leaf))
          for (const label of classesIn(leaf)) facts.classes.set(label, (facts.classes.get(label) ?? 0) + 1);
        const summary = summarize(leaf);
        if (summary === undefined || summary.nan + summary.infinite === summary.sampled) continue;
        addMoments(facts.sums, summary);
      }
    },
    findings: () => [],
    facts: () => [...known.values()].map(finished),
  };
}

function finished({ path, role, dtype, shape, sums, classes }: Growing): LeafFacts {
  return {
    path,
    role,
    dtype,
    shape,
    values: sums.batches === 0 ? undefined : momentsOver(sums),
    classes: classes.size === 0 ? undefined : Object.fromEntries([...classes].sort(([a], [b]) => a - b)),
  };
}
