/** What a check says: a finding each, in words for people and fields for programs. */
import { showShape } from "../tensor/tensor.ts";
import type { BatchLeaf } from "./leaves.ts";

/** Names of all checks. */
export const checkNames = [
  "empty",
  "unreadable",
  "exactly-once",
  "repeat",
  "workers",
  "finite",
  "shape",
  "range",
  "channels",
  "labels",
  "one-hot",
  "one-class",
  "duplicates",
  "overlap",
] as const;

/** Name of a check. */
export type CheckName = (typeof checkNames)[number];

/** Something that is wrong with the data. */
export interface Finding {
  readonly check: CheckName;
  /** `error`: it cannot be meant. `warning`: it is wrong, but for a model that is made for it. */
  readonly severity: "error" | "warning";
  /** The leaf, as `[1].label`; undefined where it concerns the whole batch. */
  readonly path?: string;
  /** The first batch in which it is, and the element of the leaf, by its index along each axis. */
  readonly epoch?: number;
  readonly index?: number;
  readonly element?: readonly number[];
  /** What is wrong, with numbers. */
  readonly message: string;
  /** Why, most likely. */
  readonly cause?: string;
  /** What to do. */
  readonly cure?: string;
}

/** A batch that is looked at. */
export interface SeenBatch {
  readonly epoch: number;
  readonly index: number;
  readonly leaves: readonly BatchLeaf[];
}

/** What is no fault, but worth knowing. */
export type CheckNote = Pick<Finding, "check" | "message">;

/** A check over batches: is shown one after the other, and says in the end what it found. */
export interface BatchCheck {
  see(batch: SeenBatch): void;
  findings(): readonly Finding[];
  notes?(): readonly CheckNote[];
}

/** A leaf in words: `the batch` where it is all of it. */
export function showPath(path: string): string {
  return path === "" ? "the batch" : path;
}

/** Where an element of a leaf is, by its index along each axis. */
export function elementAt(shape: readonly number[], at: number): readonly number[] {
  const element: number[] = [];
  let rest = at;
  for (const axis of shape.toReversed()) {
    element.unshift(axis === 0 ? 0 : rest % axis);
    rest = axis === 0 ? 0 : Math.floor(rest / axis);
  }
  return element;
}

/** The element of a leaf, as a program would write it: `[0][3, 12]`. */
export function showElement(path: string, element: readonly number[]): string {
  return `${path === "" ? "element " : path}${showShape(element)}`;
}

/** A number as people read it: four digits. */
export function showNumber(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e9) return String(value);
  return String(Number(value.toPrecision(4)));
}

/** `1 batch`, `3 batches`. */
export function countOf(count: number, one: string, many: string = `${one}s`): string {
  return `${count.toLocaleString("en")} ${count === 1 ? one : many}`;
}
