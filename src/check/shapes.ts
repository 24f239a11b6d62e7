/**
 * Dtypes and shapes that vary between batches.
 *
 * What may vary is left alone: the number of samples, as of the last batch, and the length of what is padded batch by
 * batch, as texts, series and boxes.
 */
import { showShape } from "../tensor/tensor.ts";
import { type BatchCheck, type Finding, showPath } from "./finding.ts";
import type { BatchLeaf, LeafRole } from "./leaves.ts";

/** Leaves whose second axis counts steps or things. */
const ragged: readonly LeafRole[] = ["series", "audio", "boxes", "other"];

/** Holds each batch against the first one that was seen. */
export function shapeCheck(): BatchCheck {
  const found = new Map<string, Finding>();
  let first: { readonly index: number; readonly leaves: ReadonlyMap<string, BatchLeaf> } | undefined;
  const add = (finding: Finding): void => {
    const key = finding.path ?? "";
    if (!found.has(key)) found.set(key, finding);
  };
  return {
    see({ epoch, index, leaves }) {
      const where = { check: "shape", epoch, index } as const;
      // Lists of unequal things are as many leaves as there are things.
      if (first !== undefined && leaves.length === first.leaves.size) {
        for (const leaf of leaves) {
          const message = unlike(first.leaves.get(leaf.path), leaf, first.index);
          if (message === undefined) continue;
          const text = `${message} in batch ${index}`;
          add({ ...where, severity: "error", path: leaf.path, message: text, cure: cureOf(leaf) });
        }
      }
      first ??= { index, leaves: new Map(leaves.map((leaf) => [leaf.path, leaf])) };
    },
    findings: () => [...found.values()],
  };
}

function cureOf({ role }: BatchLeaf): string {
  return role === "image"
    ? "Bring all images to one size and kind: resize(image, [height, width]), and decode with as many channels."
    : "Give every batch the dtype and shape of every other: tensor(values, dtype).";
}

/** How a leaf is unlike the one of another batch; undefined where it is not. */
function unlike(
  before: BatchLeaf | undefined,
  { path, dtype, shape, role }: BatchLeaf,
  index: number,
): string | undefined {
  if (before === undefined) return `${showPath(path)} is not in batch ${index}, but it is`;
  if (before.dtype !== dtype) return `${showPath(path)} is ${before.dtype} in batch ${index} and ${dtype}`;
  const free = ragged.includes(role) || ragged.includes(before.role) ? 2 : 1;
  const same =
    before.shape.length === shape.length && shape.every((axis, i) => i < free || axis === before.shape[i]);
  return same
    ? undefined
    : `${showPath(path)} is ${showShape(before.shape)} in batch ${index} and ${showShape(shape)}`;
}
