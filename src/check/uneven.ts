/**
 * As many labels as samples: x and y of a pair, or what a record names so, of which one is longer than the other.
 *
 * Judged only where it is plain how many there are: where all leaves of a part are of one length. What is given sample by
 * sample, in a list, has a leaf for each, whose first axis is something else.
 */
import { showShape } from "../tensor/tensor.ts";
import { type BatchCheck, countOf, type Finding } from "./finding.ts";
import { labelName } from "./labels.ts";
import type { BatchLeaf } from "./leaves.ts";

/** Holds the first axes of each batch against each other. */
export function unevenCheck(): BatchCheck {
  let seen = 0;
  let batches = 0;
  let first: Finding | undefined;
  return {
    see({ epoch, index, leaves }) {
      seen++;
      const odd = unevenIn(leaves);
      if (odd === undefined) return;
      batches++;
      first ??= { check: "shape", severity: "error", epoch, index, ...odd };
    },
    findings() {
      if (first === undefined) return [];
      const message = `${first.message}, in ${batches} of ${countOf(seen, "batch", "batches")}`;
      return [{ ...first, message }];
    },
  };
}

function unevenIn(leaves: readonly BatchLeaf[]): Pick<Finding, "path" | "message" | "cure"> | undefined {
  const [x, y] = partsOf(leaves.filter(({ shape }) => shape.length > 0));
  const [samples, labels] = [lengthOf(x), lengthOf(y)];
  if (samples === undefined || labels === undefined || samples === labels) return undefined;
  if (isList(x) && (isList(y) || x.length % labels === 0)) return undefined;
  if (isList(y) && y.length % samples === 0) return undefined;
  const [input, target] = [x[0]!, y[0]!];
  return {
    path: target.path,
    message: `${input.path} is ${showShape(input.shape)} and ${target.path} is ${showShape(target.shape)}: ${countOf(samples, "sample")} and ${countOf(labels, "label")}`,
    cure: "Cut both by the same bounds.",
  };
}

/** What a model is given, and what it is to give: of a pair, which may have weights beside it, or of a record. */
function partsOf(leaves: readonly BatchLeaf[]): readonly [BatchLeaf[], BatchLeaf[]] {
  const part = (name: string): BatchLeaf[] => leaves.filter(({ path }) => path.startsWith(name));
  if (leaves.every(({ path }) => /^\[[012]\]/.test(path))) return [part("[0]"), part("[1]")];
  // Boxes and the like may be those of all samples in one list.
  const isLabel = ({ path, role }: BatchLeaf): boolean =>
    labelName.test(path) && (role === "classes" || role === "oneHot" || role === "number");
  return [leaves.filter((leaf) => !isLabel(leaf)), leaves.filter(isLabel)];
}

/** The length of the first axis that all leaves have; undefined where they have several, or there are none. */
function lengthOf(leaves: readonly BatchLeaf[]): number | undefined {
  const length = leaves[0]?.shape[0];
  return leaves.every(({ shape }) => shape[0] === length) ? length : undefined;
}

/** Whether leaves are the items of lists. */
function isList(leaves: readonly BatchLeaf[]): boolean {
  return leaves.length > 1 && leaves.every(({ path }) => path.replace(/^\[\d+\]/, "").includes("["));
}
