/** NaN and infinities: the first of each leaf, and in how many batches there are some. */
import { halfValue } from "../data/array/convert.ts";
import { type BatchCheck, countOf, elementAt, type Finding, showElement, showPath } from "./finding.ts";
import { type BatchLeaf, isFraction, leafNumbers } from "./leaves.ts";

interface Odd {
  readonly finding: Finding;
  batches: number;
}

/** Looks at every number of every leaf that may have a fraction. */
export function finiteCheck(): BatchCheck {
  const odd = new Map<string, Odd>();
  let seen = 0;
  return {
    see({ epoch, index, leaves }) {
      seen++;
      for (const leaf of leaves) {
        const at = firstOdd(leaf);
        if (at < 0) continue;
        const known = odd.get(leaf.path);
        if (known) known.batches++;
        else odd.set(leaf.path, { finding: describe(leaf, at, epoch, index), batches: 1 });
      }
    },
    findings: () =>
      [...odd.values()].map(({ finding, batches }) => ({
        ...finding,
        message: `${finding.message}, in ${batches} of ${countOf(seen, "batch", "batches")}`,
      })),
  };
}

function firstOdd(leaf: BatchLeaf): number {
  const numbers = leafNumbers(leaf);
  if (numbers === undefined || !isFraction(leaf)) return -1;
  if (leaf.dtype === "float16")
    return (numbers as Uint16Array).findIndex((bits) => (bits & 0x7c00) === 0x7c00);
  const values = numbers as Float64Array;
  for (let i = 0; i < values.length; i++) if (values[i]! - values[i]! !== 0) return i;
  return -1;
}

function describe(
  { path, shape, data, dtype }: BatchLeaf,
  at: number,
  epoch: number,
  index: number,
): Finding {
  const value = dtype === "float16" ? halfValue(Number(data[at])) : Number(data[at]);
  const element = elementAt(shape, at);
  return {
    check: "finite",
    severity: "error",
    path,
    epoch,
    index,
    element,
    message: `${showPath(path)} holds ${value}, first at ${showElement(path, element)} of batch ${index}`,
    cure: "A loss is NaN from then on. Fill in or leave out what is missing, and divide by a deviation of 0 by 1 instead.",
  };
}
