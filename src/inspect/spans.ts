/** So many bars of the timeline that they can be drawn. */
import type { TimelineSpan } from "./protocol.ts";

/** Bars of one lane and kind that are made one. */
interface Group {
  readonly begin: number;
  at: number;
  span: TimelineSpan;
}

/**
 * At most `most` spans of these, and how many that leaves out: short ones of one lane and kind that begin within a few
 * milliseconds of each other become one, as long as they are together, so that a lane is as full as it was. Where that is
 * not enough, the oldest are left out.
 */
export function drawable(
  spans: readonly TimelineSpan[],
  most: number,
): { readonly spans: readonly TimelineSpan[]; readonly left: number } {
  let drawn = spans;
  for (let shorter = 2; drawn.length > most && shorter <= 512; shorter *= 4) drawn = merge(drawn, shorter);
  return { spans: drawn.slice(-most), left: spans.length - Math.min(most, drawn.length) };
}

/** Spans shorter than so many milliseconds are merged with those that begin within the same time. */
function merge(spans: readonly TimelineSpan[], shorter: number): readonly TimelineSpan[] {
  const merged: TimelineSpan[] = [];
  const lanes = new Map<string, { [K in TimelineSpan["kind"]]?: Group }>();
  for (const span of spans) {
    const length = span.end - span.begin;
    if (length >= shorter) {
      merged.push(span);
      continue;
    }
    let lane = lanes.get(span.lane);
    if (lane === undefined) {
      lane = {};
      lanes.set(span.lane, lane);
    }
    const group = lane[span.kind];
    if (group === undefined || Math.abs(span.begin - group.begin) >= shorter) {
      lane[span.kind] = { begin: span.begin, at: merged.push(span) - 1, span };
      continue;
    }
    group.span = together(group.span, length, span);
    merged[group.at] = group.span;
  }
  return merged;
}

/** The span, longer by another one; of which batch it is, is no longer said. */
function together(
  { lane, kind, begin, end, cpu, waited }: TimelineSpan,
  length: number,
  more: TimelineSpan,
): TimelineSpan {
  return {
    lane,
    kind,
    begin,
    end: end + length,
    ...(cpu !== undefined && { cpu: cpu + (more.cpu ?? 0) }),
    ...(waited !== undefined && { waited: waited + (more.waited ?? 0) }),
  };
}
