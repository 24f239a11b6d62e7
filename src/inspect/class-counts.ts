/**
 * Which classes were delivered so far.
 *
 * Every label has to be read for that, so that it may take a five-hundredth of the time at most: where batches come so
 * fast that it would take more, some are not counted. `batches` says how many were.
 */
import { type BatchLeaf, leavesOf } from "../check/leaves.ts";
import { classesIn } from "../check/values.ts";
import { type BatchLook, type ClassCounts, lastClass } from "./protocol.ts";

/** The part of the time that counting may take. */
const share = 0.002;

/** Milliseconds that it may take at once. */
const atOnce = 1;

/** Counts the classes of the samples of batches. */
export class ClassCounter {
  #path = "";
  readonly #soFar: number[] = [];
  #batches = 0;
  #ofOneClass = 0;
  /** Milliseconds that counting may still take, and since when. */
  #allowed = atOnce;
  #since = 0;

  /** Counts a batch that is delivered at `time`, if there is time for it. */
  see(batch: unknown, time: number): void {
    this.#allowed = Math.min(atOnce, this.#allowed + share * (time - this.#since));
    this.#since = time;
    if (this.#allowed < 0) return;
    const began = performance.now();
    this.#count(leavesOf(batch));
    this.#allowed -= performance.now() - began;
  }

  /** What was counted; undefined where no leaf holds classes. */
  read(): ClassCounts | undefined {
    if (this.#batches === 0) return undefined;
    return {
      path: this.#path,
      soFar: [...this.#soFar],
      batches: this.#batches,
      batchesOfOneClass: this.#ofOneClass,
    };
  }

  #count(leaves: readonly BatchLeaf[]): void {
    const leaf = classLeaf(leaves);
    if (leaf === undefined) return;
    this.#path = leaf.path;
    this.#batches++;
    const classes = classesOf(leaf);
    // Of one sample there is nothing to be mixed.
    if (classes.length > 1 && classes.every((one) => one === classes[0])) this.#ofOneClass++;
    addTo(this.#soFar, classes);
  }
}

/** The classes of the samples of one batch; undefined where no leaf holds classes. */
export function countClasses(leaves: readonly BatchLeaf[]): BatchLook["classes"] {
  const leaf = classLeaf(leaves);
  if (leaf === undefined) return undefined;
  const counts: number[] = [];
  addTo(counts, classesOf(leaf));
  return { path: leaf.path, counts };
}

/** What labels are called. */
const labels = /(label|class|target|\by)s?$/i;

/** The leaf that holds the classes: one that is called so, or the last, as labels come after what they are of. */
function classLeaf(leaves: readonly BatchLeaf[]): BatchLeaf | undefined {
  const able = leaves.filter(({ role }) => role === "classes" || role === "oneHot");
  return able.find(({ path }) => labels.test(path)) ?? able.at(-1);
}

/** The classes of a leaf's samples, but for what is none, such as -1. */
function classesOf(leaf: BatchLeaf): readonly number[] {
  return classesIn(leaf).filter((one) => one >= 0);
}

/** Adds to counts by class. */
function addTo(counts: number[], classes: readonly number[]): void {
  for (const one of classes) {
    const at = Math.min(one, lastClass);
    while (counts.length <= at) counts.push(0);
    counts[at]!++;
  }
}
