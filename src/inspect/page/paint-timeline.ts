/** Draws the timeline: a lane a worker, the consumer, the batches that lie ready, and what happened. */
import { consumerLane, type OpenSpan, type TimelineMark, type TimelineSpan } from "../protocol.ts";
import type { Palette } from "./canvas.tsx";
import { type Lane, placeMarks } from "./lanes.ts";
import { type Model, reach } from "./model.ts";
import { type Fill, filling, type Kind } from "./patterns.ts";
import { time } from "./words.ts";

const labels = 88;
const lane = 24;
const bar = 18;
const queueHeight = 40;
const axis = 20;
const markRow = 16;
const markRows = 2;

/** What the picture is of. */
export type Timeline = Pick<Model, "marks" | "queue"> & {
  readonly lanes: readonly Lane[];
  /** The end of what is shown. */
  readonly now: number;
  /** Whether that is the past, as nothing goes on. */
  readonly isOver: boolean;
  /** Batches that may lie ready. */
  readonly capacity: number;
};

/** The picture's height, which only the number of lanes and whether there are marks decide. */
export function timelineHeight({ lanes, marks }: Timeline): number {
  return axis + lanes.length * lane + 8 + queueHeight + 8 + (marks.length > 0 ? markRows * markRow + 4 : 0);
}

/** Where a time lies in a picture of this width. */
function scale(now: number, width: number): (time: number) => number {
  return (at) => Math.max(labels, labels + ((at - now + reach) / reach) * (width - labels - 1));
}

/** Draws all of it. */
export function paintTimeline(
  context: CanvasRenderingContext2D,
  width: number,
  colour: Palette,
  timeline: Timeline,
): void {
  const { lanes, now, isOver, marks } = timeline;
  const x = scale(now, width);
  const fill = filling(context, colour);
  const height = timelineHeight(timeline);
  context.clearRect(0, 0, width, height);
  context.textBaseline = "middle";
  paintAxis(context, { width, height, colour, x, now, end: isOver ? "end" : "now" });
  for (const [row, { name, spans, open }] of lanes.entries()) {
    const top = axis + row * lane + (lane - bar) / 2;
    context.fillStyle = colour("quiet");
    context.fillText(fitted(context, name, labels - 8), 0, top + bar / 2);
    paintSpans(context, { spans, open, top, x, now, colour, fill });
  }
  const top = axis + lanes.length * lane + 8;
  paintQueue(context, timeline, { top, x, colour, fill });
  if (marks.length > 0) paintMarks(context, timeline, { top: top + queueHeight + 8, width, x, colour });
}

function paintAxis(
  context: CanvasRenderingContext2D,
  {
    width,
    height,
    colour,
    x,
    now,
    end,
  }: {
    readonly width: number;
    readonly height: number;
    readonly colour: Palette;
    readonly x: (at: number) => number;
    readonly now: number;
    readonly end: string;
  },
): void {
  const every = width < 560 ? 5000 : 2000;
  context.textAlign = "center";
  for (let back = 0; back <= reach; back += every) {
    const at = Math.round(x(now - back)) - 0.5;
    context.strokeStyle = colour("line");
    context.lineWidth = 1;
    context.beginPath();
    context.moveTo(at, axis);
    context.lineTo(at, height);
    context.stroke();
    context.fillStyle = colour("quiet");
    context.textAlign = back === 0 ? "right" : back === reach ? "left" : "center";
    context.fillText(back === 0 ? end : `−${back / 1000} s`, at, axis / 2);
  }
  context.textAlign = "left";
}

/** Of what is drawn over others the later. */
const order: Readonly<Record<TimelineSpan["kind"], number>> = {
  consume: 0,
  wait: 1,
  start: 1,
  fetch: 1,
  read: 2,
  decode: 3,
};

function paintSpans(
  context: CanvasRenderingContext2D,
  {
    spans,
    open,
    top,
    x,
    now,
    colour,
    fill,
  }: {
    readonly spans: readonly TimelineSpan[];
    readonly open: OpenSpan | undefined;
    readonly top: number;
    readonly x: (at: number) => number;
    readonly now: number;
    readonly colour: Palette;
    readonly fill: Fill;
  },
): void {
  const kindOf = (kind: TimelineSpan["kind"]): Kind => (kind === "fetch" ? "own" : kind);
  let last = { kind: "", right: 0 };
  const sorted = [...spans].sort((a, b) => order[a.kind] - order[b.kind] || a.begin - b.begin);
  for (const { kind, begin, end } of sorted) {
    // Narrower than a pixel a bar is as faint as it is short, so that many do not look like a long one; but not if alone.
    const isAlone = kind !== last.kind || x(begin) > last.right + 3;
    fill(kindOf(kind), x(begin), top, Math.max(isAlone ? 1 : 0, x(end) - x(begin)), bar);
    last = { kind, right: x(end) };
  }
  const fetches = spans.filter(({ kind }) => kind === "fetch");
  context.strokeStyle = colour("ground");
  context.lineWidth = 1;
  for (const { begin, end, waited = 0, index } of fetches) {
    const width = x(end) - x(begin);
    const share = end > begin ? Math.min(1, waited / (end - begin)) : 0;
    if (share > 0.02) fill("waited", x(begin), top + bar * (1 - share), width, bar * share);
    if (width < 4) continue;
    context.strokeRect(x(begin) + 0.5, top - 0.5, width, bar + 1);
    const text = width > 90 ? `${index} · ${time(end - begin)}` : String(index);
    if (index !== undefined)
      plate(context, { text, x: x(begin) + 4, right: x(end), y: top + bar / 2, colour });
  }
  if (!open) return;
  fill(kindOf(open.kind), x(open.begin), top, x(now) - x(open.begin), bar);
  // Open to the right: it is not over.
  context.strokeStyle = colour("text");
  context.lineWidth = 1.5;
  context.beginPath();
  context.moveTo(x(now), top);
  context.lineTo(x(open.begin), top);
  context.lineTo(x(open.begin), top + bar);
  context.lineTo(x(now), top + bar);
  context.stroke();
  const what = open.kind === "start" ? "starts" : open.index === undefined ? "" : String(open.index);
  const text = `${what}${what && " · "}${time(now - open.begin)} so far`;
  // What is held for long has its text in any case; what comes and goes would flicker.
  const always = now - open.begin >= 500;
  plate(context, { text, x: x(open.begin) + 4, right: x(now), y: top + bar / 2, colour, always });
}

/** Text on a ground of its own, where it has room; one that is always shown moves to the left for it. */
function plate(
  context: CanvasRenderingContext2D,
  {
    text,
    x,
    right,
    y,
    colour,
    always = false,
  }: {
    readonly text: string;
    readonly x: number;
    readonly right: number;
    readonly y: number;
    readonly colour: Palette;
    readonly always?: boolean;
  },
): void {
  const width = context.measureText(text).width + 6;
  if (!always && x + width > right) return;
  const left = Math.min(x, right - width);
  context.fillStyle = colour("ground");
  context.fillRect(left, y - 7, width, 14);
  context.fillStyle = colour("text");
  context.fillText(text, left + 3, y + 0.5);
}

function paintQueue(
  context: CanvasRenderingContext2D,
  { queue, now, capacity }: Timeline,
  {
    top,
    x,
    colour,
    fill,
  }: {
    readonly top: number;
    readonly x: (at: number) => number;
    readonly colour: Palette;
    readonly fill: Fill;
  },
): void {
  const most = Math.max(1, capacity, ...queue.map(([, ready]) => ready));
  context.fillStyle = colour("quiet");
  context.fillText("ready", 0, top + queueHeight / 2 - 7);
  context.fillText(`of ${most}`, 0, top + queueHeight / 2 + 7);
  context.fillStyle = colour("soft");
  context.fillRect(labels, top, x(now) - labels, queueHeight);
  for (const [i, [begin, ready]] of queue.entries()) {
    const end = queue[i + 1]?.[0] ?? now;
    const height = (ready / most) * queueHeight;
    if (ready > 0 && x(end) > labels)
      fill("queue", x(begin), top + queueHeight - height, x(end) - x(begin), height);
  }
}

function paintMarks(
  context: CanvasRenderingContext2D,
  { marks, lanes }: Timeline,
  {
    top,
    width,
    x,
    colour,
  }: {
    readonly top: number;
    readonly width: number;
    readonly x: (at: number) => number;
    readonly colour: Palette;
  },
): void {
  const widthOf = (text: string): number => context.measureText(text).width;
  const placed = placeMarks(
    marks.map((mark) => ({ ...mark, text: fitted(context, mark.text, Math.min(240, (width - labels) / 2)) })),
    { x, widthOf, left: labels, right: width, rows: markRows },
  );
  const tone = ({ kind }: TimelineMark): string => colour(isBound(kind) ? "quiet" : "wrong");
  for (const { mark, x: at, textX, row } of placed) {
    const y = top + row * markRow;
    const bound = isBound(mark.kind);
    context.strokeStyle = context.fillStyle = tone(mark);
    context.lineWidth = 1;
    context.beginPath();
    context.moveTo(at, axis + (bound ? (lanes.length - 1) * lane : 0));
    context.lineTo(at, textX === undefined ? top - 8 : y + 4);
    context.stroke();
    if (textX === undefined) continue;
    // A fault is a triangle, the bounds of an epoch a square.
    context.beginPath();
    if (bound) context.rect(at - 3, y + 5, 6, 6);
    else {
      context.moveTo(at - 4, y + 12);
      context.lineTo(at + 4, y + 12);
      context.lineTo(at, y + 4);
    }
    context.fill();
  }
  for (const { mark, textX, row } of placed) {
    if (textX === undefined) continue;
    const y = top + row * markRow;
    // Over the ticks of other rows.
    context.fillStyle = colour("ground");
    context.fillRect(textX - 2, y + 1, widthOf(mark.text) + 4, markRow - 2);
    context.fillStyle = tone(mark);
    context.fillText(mark.text, textX, y + 8);
  }
}

/** Whether a mark is the beginning or the end of an epoch. */
function isBound(kind: TimelineMark["kind"]): boolean {
  return kind === "epoch" || kind === "epochEnd";
}

/** A text, cut where it is wider than `width`. */
function fitted(context: CanvasRenderingContext2D, text: string, width: number): string {
  if (context.measureText(text).width <= width) return text;
  // No letter is narrower than two pixels, nearly.
  let length = Math.min(text.length, Math.ceil(width / 2));
  while (length > 1 && context.measureText(`${text.slice(0, length)}…`).width > width) length--;
  return `${text.slice(0, length)}…`;
}

/** What lies under a point of the picture, in words; undefined where nothing does. */
export function pointedAt(timeline: Timeline, width: number, px: number, py: number): string | undefined {
  const at = timeline.lanes[Math.floor((py - axis) / lane)];
  if (!at || px < labels || py < axis) return undefined;
  const moment = timeline.now - reach + ((px - labels) / (width - labels - 1)) * reach;
  const near = reach / (width - labels);
  const { open } = at;
  if (open && moment >= open.begin)
    return `${at.name}: ${told(open.kind, open.index, timeline.now - open.begin)} so far`;
  const found = at.spans
    .filter(({ begin, end }) => moment >= begin - near && moment <= end + near)
    .sort((a, b) => order[a.kind] - order[b.kind]);
  if (found.length === 0) return undefined;
  const main = found.find(({ kind }) => kind === "fetch" || kind === "start") ?? found[0]!;
  const inside = found
    .filter((span) => span !== main && span.index === main.index)
    .map(({ kind, begin, end }) => `${kind} ${time(end - begin)}`);
  const waited = main.waited !== undefined ? [`${time(main.waited)} of it waiting`] : [];
  return `${at.name}: ${[told(main.kind, main.index, main.end - main.begin), ...waited, ...inside].join(", ")}`;
}

function told(kind: TimelineSpan["kind"], index: number | undefined, duration: number): string {
  const which = index === undefined ? "several batches" : `index ${index}`;
  const what = { fetch: which, wait: `waits for ${which}`, consume: `works on ${which}` };
  return `${what[kind as keyof typeof what] ?? kind}, ${time(duration)}`;
}

/** Whether a lane is the consumer's. */
export function isConsumer({ name }: Lane): boolean {
  return name === consumerLane;
}
