/** What the leaves of batches are, over all batches that were looked at. */
import type { BatchCheck } from "./finding.ts";
import { labelLeaves } from "./labels.ts";
import type { LeafRole } from "./leaves.ts";
import { classesIn, summarize } from "./values.ts";

/** A leaf over all batches. */
export interface LeafFacts {
  readonly path: string;
  readonly role: LeafRole;
  readonly dtype: string;
  /** As in the first batch that was looked at. */
  readonly shape: readonly number[];
  /** Extremes of values looked at, and moments; undefined where it holds no numbers. */
  readonly values:
    | { readonly min: number; readonly max: number; readonly mean: number; readonly std: number }
    | undefined;
  /** Of labels, the samples of each class that was met, by its number. */
  readonly classes: Readonly<Record<string, number>> | undefined;
}

interface Growing extends Omit<LeafFacts, "values" | "classes"> {
  batches: number;
  min: number;
  max: number;
  mean: number;
  squares: number;
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
          const none = { min: Number.POSITIVE_INFINITY, max: Number.NEGATIVE_INFINITY, mean: 0, squares: 0 };
          facts = { path, role, dtype, shape, batches: 0, ...none, classes: new Map() };
          known.set(path, facts);
        }
        if (labels.includes(leaf))
          for (const label of classesIn(leaf)) facts.classes.set(label, (facts.classes.get(label) ?? 0) + 1);
        const summary = summarize(leaf);
        if (summary === undefined || summary.nan + summary.infinite === summary.sampled) continue;
        const { min, max, mean, std } = summary;
        facts.batches++;
        facts.min = Math.min(facts.min, min);
        facts.max = Math.max(facts.max, max);
        facts.mean += mean;
        facts.squares += std * std + mean * mean;
      }
    },
    findings: () => [],
    facts: () => [...known.values()].map(finished),
  };
}

function finished({
  path,
  role,
  dtype,
  shape,
  batches,
  min,
  max,
  mean: sum,
  squares,
  classes,
}: Growing): LeafFacts {
  const mean = sum / batches;
  const std = Math.sqrt(Math.max(0, squares / batches - mean * mean));
  return {
    path,
    role,
    dtype,
    shape,
    values: batches === 0 ? undefined : { min, max, mean, std },
    classes: classes.size === 0 ? undefined : Object.fromEntries([...classes].sort(([a], [b]) => a - b)),
  };
}
