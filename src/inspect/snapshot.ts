/**
 * A look at a batch, taken while it is handed to the consumer, who waits for it: it may take 5 ms, whatever the batch is.
 *
 * So values are sampled, pictures are thinned, and how much is looked at follows from how long the look before took.
 */
import { type BatchLeaf, leavesOf } from "../check/leaves.ts";
import { summarize } from "../check/values.ts";
import { countClasses } from "./class-counts.ts";
import type { BatchLook, LeafView } from "./protocol.ts";
import { pictureOf, samplesIn, type ViewLimits, viewSample } from "./sample-view.ts";

/** How much is looked at of a batch. */
export interface Effort {
  /** Values that are summed up, of all leaves together. */
  readonly values: number;
  /** Values of pictures that are shown, of all leaves together. */
  readonly pixels: number;
}

/** What is looked at where nobody waits. */
export const fullEffort: Effort = { values: 1 << 20, pixels: 1 << 20 };

/** Samples of a batch that are shown. */
const mostSamples = 64;

/** Pictures are shown of about this many rows or columns, and where there is no room of fewer, down to a third. */
const side = 96;

/** A few pictures are shown, however large they are. */
const fewest = 8;

/** Shown of each sample, and numbers in all. */
const limits: Omit<ViewLimits, "step"> = { numbers: 256, text: 400 };
const mostNumbers = 4096;

/** A look at the batch of an epoch and index. */
export function lookAt(
  batch: unknown,
  { epoch, index }: { readonly epoch: number; readonly index: number },
  effort: Effort = fullEffort,
): BatchLook {
  const leaves = leavesOf(batch);
  const pictures = Math.max(1, leaves.filter((leaf) => pictureOf(leaf) !== undefined).length);
  const each = { values: effort.values / Math.max(1, leaves.length), pixels: effort.pixels / pictures };
  const first = leaves.find(({ shape }) => shape.length > 0);
  return {
    type: "batch",
    epoch,
    index,
    samples: first === undefined ? 1 : samplesIn(first),
    leaves: leaves.map((leaf) => viewLeaf(leaf, each)),
    classes: countClasses(leaves),
  };
}

function viewLeaf(leaf: BatchLeaf, effort: Effort): LeafView {
  const { path, role, dtype, shape } = leaf;
  const { count, ...most } = shown(leaf, effort.pixels);
  return {
    path,
    role,
    dtype,
    shape,
    values: summarize(leaf, { most: effort.values }),
    samples: Array.from({ length: count }, (_, item) => viewSample(leaf, item, most)),
  };
}

/** How many samples of a leaf are shown, and how much of each. */
function shown(leaf: BatchLeaf, pixels: number): ViewLimits & { readonly count: number } {
  const samples = Math.min(mostSamples, samplesIn(leaf));
  const picture = pictureOf(leaf);
  if (picture === undefined) {
    // Curves of a few samples rather than the beginnings of many.
    const isCurve = leaf.role === "series" || leaf.role === "audio";
    const count = isCurve ? Math.min(mostNumbers / limits.numbers, samples) : samples;
    const numbers = Math.max(4, Math.min(limits.numbers, Math.floor(mostNumbers / Math.max(1, count))));
    return { ...limits, numbers, step: 1, count };
  }
  const { height, width, channels } = picture;
  const longer = Math.max(height, width);
  const room = pixels / (Math.min(fewest, samples) * channels);
  const fits = Math.ceil(Math.sqrt((height * width) / room));
  // No coarser than a picture that can still be told.
  const coarsest = Math.ceil((3 * longer) / side);
  const step = Math.max(1, Math.ceil(longer / side), Math.min(fits, coarsest));
  const values = Math.ceil(height / step) * Math.ceil(width / step) * channels;
  return { ...limits, step, count: Math.min(samples, Math.max(1, Math.floor(pixels / values))) };
}

/** Milliseconds that a look may take, with some room for what is unforeseen. */
const budget = 2.5;

/** The most that a look comes to, and the least, as a part of it. */
const mostEffort: Effort = { values: 1 << 16, pixels: 400_000 };
const leastPart = 0.03;

/** What a look begins with: nothing is known yet of how fast this computer is, and no code has run. */
const firstPart = 0.1;

/** Looks whose times are remembered. The shortest counts: the others took longer as other programs ran. */
const remembered = 5;

/** Looks at batches as closely as there is time for. */
export class Looks {
  /** What whole looks would have taken, in milliseconds, by the last ones. */
  readonly #whole: number[] = [];

  /** What `look` gives with as much effort as there is time for; the consumer waits for it. */
  take<T>(look: (effort: Effort) => T): T {
    const part = this.#part();
    const began = performance.now();
    const result = look({ values: part * mostEffort.values, pixels: part * mostEffort.pixels });
    if (this.#whole.push((performance.now() - began) / part) > remembered) this.#whole.shift();
    return result;
  }

  #part(): number {
    if (this.#whole.length === 0) return firstPart;
    return Math.max(leastPart, Math.min(1, budget / Math.min(...this.#whole)));
  }
}
