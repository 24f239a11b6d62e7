/**
 * What the page knows: a fold over the messages, bounded in every direction, so that a page left open for a week holds
 * what one of a minute holds.
 */
import {
  type BatchLook,
  type Curve,
  inspectVersion,
  type Message,
  type PageHello,
  type ShownFault,
  type TimelineMark,
  type TimelineSpan,
  type Update,
} from "../protocol.ts";

/** Milliseconds that the timeline shows. */
export const reach = 10_000;

/** How the page stands with the program that it looks at. */
export type Link =
  /** Nothing was heard yet. */
  | { readonly name: "connecting" }
  /** Messages come. */
  | { readonly name: "open" }
  /** The connection stands, and nothing comes. */
  | { readonly name: "silent" }
  /** They came, and come no more. */
  | { readonly name: "lost" }
  /** The program does not talk to this page, and says why. */
  | { readonly name: "refused"; readonly reason: string }
  /** The page is a report: all of it is there. */
  | { readonly name: "still" };

const mostSpans = 20_000;
const mostMarks = 60;
const mostQueue = 3000;
const mostFaults = 100;
const mostPoints = 2000;
const mostCurves = 24;

/** Moments between which rates are told. */
interface Moment {
  readonly time: number;
  readonly batches: number;
  readonly bytes: number;
  readonly waited: number;
  readonly elapsed: number;
}

/** What was measured between the first and the last of the moments that are kept. */
export interface Rates {
  /** Batches and bytes a second. */
  readonly batches: number;
  readonly bytes: number;
  /** Part of the time that the consumer waited. */
  readonly waiting: number;
}

/** The model; `take` is its only way in. */
export class Model {
  link: Link = { name: "connecting" };
  hello: PageHello | undefined;
  update: Update | undefined;
  spans: readonly TimelineSpan[] = [];
  marks: readonly TimelineMark[] = [];
  queue: readonly (readonly [time: number, ready: number])[] = [];
  faults: readonly ShownFault[] = [];
  /** The end of what is shown: the present, or what was last where nothing happens any more. */
  now = 0;
  /** When there were last more spans than can be drawn. */
  crowded = Number.NEGATIVE_INFINITY;
  curves: ReadonlyMap<string, Curve["points"]> = new Map();
  /** Looks at batches: the last one of a running loader, all of a report. */
  snapshots: readonly BatchLook[] = [];
  #moments: readonly Moment[] = [];

  /** Takes one message. */
  take(message: Message): void {
    if (message.type === "hello") this.#begin(message);
    else if (message.type === "batch") {
      this.snapshots = this.hello?.live === false ? [...this.snapshots, message] : [message];
    } else this.#add(message);
  }

  /** Rates of the last seconds; undefined before there are two moments with batches between them. */
  get rates(): Rates | undefined {
    const [first, last] = [this.#moments[0], this.#moments.at(-1)];
    if (!first || !last || last.time <= first.time) return undefined;
    const seconds = (last.time - first.time) / 1000;
    const elapsed = last.elapsed - first.elapsed;
    return {
      batches: (last.batches - first.batches) / seconds,
      bytes: (last.bytes - first.bytes) / seconds,
      waiting: elapsed <= 0 ? 0 : Math.min(1, (last.waited - first.waited) / elapsed),
    };
  }

  /** A loader introduces itself: all is told anew. */
  #begin(hello: PageHello): void {
    const { link, hello: known } = this;
    Object.assign(this, new Model());
    this.#moments = [];
    if (hello.version !== inspectVersion) {
      const reason = `This page reads version ${inspectVersion} of what is told, and the program tells version ${hello.version}. Load the page anew.`;
      this.link = { name: "refused", reason };
      return;
    }
    this.link = link.name === "still" ? link : { name: "open" };
    // After a lost connection it is the same one, and what the page keeps of it stands.
    this.hello = JSON.stringify(known) === JSON.stringify(hello) ? known : hello;
  }

  #add(update: Update): void {
    this.update = update;
    const spans = [...this.spans, ...update.spans];
    const marks = [...this.marks, ...update.marks];
    const last = Math.max(...spans.slice(-mostSpans).map(({ end }) => end), ...marks.map(({ time }) => time));
    const goesOn = update.epoch !== undefined || update.open.length > 0;
    this.now = goesOn || !Number.isFinite(last) ? update.time : last;
    const from = this.now - reach;
    this.spans = spans.filter(({ end }) => end > from).slice(-mostSpans);
    this.marks = marks.filter(({ time }) => time > from).slice(-mostMarks);
    this.queue = since([...this.queue, ...update.queue], from).slice(-mostQueue);
    this.faults = [...this.faults, ...update.faults].slice(-mostFaults);
    if (update.left > 0) this.crowded = update.time;
    if (update.curves.length > 0) this.curves = withPoints(this.curves, update.curves);
    const { batches, bytes, wait, elapsed } = update.stats;
    const waiting = openWait(update);
    // Once an epoch is over, the end of it is what is shown.
    if (this.now <= (this.#moments.at(-1)?.time ?? Number.NEGATIVE_INFINITY)) return;
    const moment = {
      time: this.now,
      batches,
      bytes,
      waited: wait.total + waiting,
      elapsed: elapsed + waiting,
    };
    this.#moments = [...this.#moments, moment].filter(({ time }) => time > from).slice(-100);
  }
}

/** How long the consumer has waited for a batch that has not come: it counts, as in a hang there is no other wait. */
export function openWait({ open, time }: Update): number {
  const wait = open.find(({ kind }) => kind === "wait");
  return wait ? time - wait.begin : 0;
}

/** Points from a time on, with the one before, which says what was at that time. */
function since<P extends readonly [number, number]>(points: readonly P[], from: number): readonly P[] {
  const first = points.findIndex(([time]) => time > from);
  return first < 0 ? points.slice(-1) : points.slice(Math.max(0, first - 1));
}

/** Curves with new points; of one that has too many every other point is left out, but for the last. */
function withPoints(
  known: ReadonlyMap<string, Curve["points"]>,
  added: readonly Curve[],
): ReadonlyMap<string, Curve["points"]> {
  const curves = new Map(known);
  for (const { name, points } of added) {
    if (!curves.has(name) && curves.size >= mostCurves) continue;
    let all = [...(curves.get(name) ?? []), ...points];
    while (all.length > mostPoints) all = all.filter((_, i) => i % 2 === 0 || i === all.length - 1);
    curves.set(name, all);
  }
  return curves;
}
