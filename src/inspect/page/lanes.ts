/** What stands where on the timeline: pure, so that the picture and the table behind it are of one account. */
import type { LoaderStats } from "../../loader/observe/stats.ts";
import { consumerLane, type OpenSpan, type TimelineMark, type TimelineSpan } from "../protocol.ts";

/** A lane of the timeline: a worker, or the consumer. */
export interface Lane {
  readonly name: string;
  readonly spans: readonly TimelineSpan[];
  readonly open: OpenSpan | undefined;
}

/** Workers that there are, and the names of all that have ever given a batch. */
type Workers = Pick<LoaderStats, "workers"> & { readonly perWorker: readonly { readonly name: string }[] };

/** The lanes, workers by their numbers first, also those that were idle for all of the time; the consumer last. */
export function lanesOf(
  spans: readonly TimelineSpan[],
  open: readonly OpenSpan[],
  { workers, perWorker }: Workers,
): readonly Lane[] {
  const names = new Set([...spans, ...open].map(({ lane }) => lane));
  names.delete(consumerLane);
  // Of those that have done nothing, the youngest: others were replaced.
  const idle = inOrder(perWorker.map(({ name }) => name).filter((name) => !names.has(name)));
  const missing = Math.max(0, workers - names.size);
  for (const name of idle.slice(idle.length - Math.min(missing, idle.length))) names.add(name);
  const sorted = inOrder([...names]);
  return [...sorted, consumerLane].map((name) => ({
    name,
    spans: spans.filter(({ lane }) => lane === name),
    open: open.filter(({ lane }) => lane === name).sort((a, b) => a.begin - b.begin)[0],
  }));
}

function inOrder(names: readonly string[]): readonly string[] {
  return [...names].sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
}

/** What a lane did in the time that is shown, in milliseconds. */
export interface LaneSums {
  readonly fetch: number;
  readonly read: number;
  readonly decode: number;
  /** Waiting inside `getItem`. */
  readonly waited: number;
  readonly start: number;
  /** Of the consumer: waiting for batches, and at work on them. */
  readonly wait: number;
  readonly consume: number;
}

/** Sums what a lane did between two times; what is not over counts up to the end. */
export function sumsOf({ spans, open }: Lane, from: number, to: number): LaneSums {
  const sums = { fetch: 0, read: 0, decode: 0, waited: 0, start: 0, wait: 0, consume: 0 };
  for (const { kind, begin, end, waited = 0 } of spans) {
    const inside = Math.min(to, end) - Math.max(from, begin);
    if (inside <= 0) continue;
    sums[kind] += inside;
    if (end > begin) sums.waited += (waited * inside) / (end - begin);
  }
  if (open) sums[open.kind] += Math.max(0, to - Math.max(from, open.begin));
  return sums;
}

/** A mark with its place. */
export interface PlacedMark {
  readonly mark: TimelineMark;
  readonly x: number;
  /** Where its text begins; undefined where there is no room for text. */
  readonly textX: number | undefined;
  readonly row: number;
}

/**
 * Places marks and their texts in rows, so that no text lies over another: the newest first, in the first row with room.
 * One that has room nowhere keeps its tick, and is in the table.
 */
export function placeMarks(
  marks: readonly TimelineMark[],
  {
    x,
    widthOf,
    left,
    right,
    rows,
  }: {
    readonly x: (time: number) => number;
    readonly widthOf: (text: string) => number;
    readonly left: number;
    readonly right: number;
    readonly rows: number;
  },
): readonly PlacedMark[] {
  const gap = 8;
  /** The leftmost place that is taken in each row. */
  const taken = Array.from({ length: rows }, () => Number.POSITIVE_INFINITY);
  return [...marks]
    .sort((a, b) => b.time - a.time)
    .map((mark) => {
      const at = x(mark.time);
      const width = widthOf(mark.text);
      // Beside its tick, to the left where there is no room to the right.
      const textX = at + gap + width <= right ? at + gap : Math.max(left, at - gap - width);
      const row = taken.findIndex((edge) => Math.max(at, textX + width) + gap <= edge);
      if (row < 0) return { mark, x: at, textX: undefined, row: 0 };
      taken[row] = Math.min(at, textX);
      return { mark, x: at, textX, row };
    });
}
