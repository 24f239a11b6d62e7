/**
 * What happens in a loader, from its events to what the page is told.
 *
 * Invariant: memory is bounded, whatever happens and however long. A reader says how far it has read, so that several
 * pages, and such that come later or read slowly, each get what is new to them, or are told how much they missed.
 */
import { causesOf } from "../core/causes.ts";
import type { DataLoader } from "../loader/data-loader.ts";
import type { LoaderEvent } from "../loader/observe/events.ts";
import type { LoaderStats } from "../loader/observe/stats.ts";
import { ClassCounter } from "./class-counts.ts";
import { Curves } from "./curves.ts";
import {
  consumerLane,
  type OpenSpan,
  type ShownFault,
  type TimelineMark,
  type TimelineSpan,
  type Update,
} from "./protocol.ts";
import { Ring } from "./ring.ts";
import { drawable } from "./spans.ts";
import { markText, timelineObserver } from "./timeline.ts";

/** How far somebody has read. */
export interface FeedPosition {
  readonly spans: number;
  readonly marks: number;
  readonly faults: number;
  readonly queue: number;
  readonly curves: number;
}

/** Before the first event. */
export const feedStart: FeedPosition = { spans: 0, marks: 0, faults: 0, queue: 0, curves: 0 };

/** Spans that are told at once, at most: a second's worth of pixels in some lanes. */
const mostSpans = 1000;

/** Moments of the queue that are told at once. */
const mostQueue = 250;

/** Takes the events of a loader in, and gives them to pages. */
export class EventFeed {
  readonly #loader: DataLoader<unknown>;
  readonly #spans = new Ring<TimelineSpan>(1 << 13);
  readonly #marks = new Ring<TimelineMark>(256);
  readonly #faults = new Ring<ShownFault>(100);
  readonly #queue = new Ring<readonly [time: number, ready: number]>(1 << 12);
  readonly #curves = new Curves();
  readonly #classes = new ClassCounter();
  readonly #timeline = timelineObserver({
    span: (span) => this.#spans.add(span),
    mark: (mark) => this.#marks.add(mark),
    ready: (time, batches) => this.#queue.add([time, batches]),
  });
  #running = false;

  constructor(loader: DataLoader<unknown>) {
    this.#loader = loader;
  }

  /** Takes an event in. */
  tell(event: LoaderEvent): void {
    this.#timeline(event);
    switch (event.type) {
      case "delivered":
        this.#classes.see(event.batch, event.time);
        return;
      case "epoch":
      case "epochEnd":
        this.#running = event.type === "epoch";
        return;
      case "skipped":
      case "retry":
      case "lost": {
        const { type: kind, time } = event;
        const reason = event.type === "skipped" ? event.error : event.reason;
        this.#faults.add({ time, kind, text: markText(event), causes: causesOf(reason).slice(1) });
      }
    }
  }

  /** Adds a point to a curve. */
  plot(name: string, step: number, value: number): void {
    this.#curves.add(name, step, value);
  }

  /** Where it stands now. */
  get position(): FeedPosition {
    return {
      spans: this.#spans.count,
      marks: this.#marks.count,
      faults: this.#faults.count,
      queue: this.#queue.count,
      curves: this.#curves.count,
    };
  }

  /** What there is after `from`, and how things stand. */
  read(from: FeedPosition): Update {
    const loader = this.#loader;
    const stats = loader.stats();
    const report = loader.report();
    const recent = this.#spans.since(from.spans);
    const { spans, left } = drawable(recent.items, mostSpans);
    return {
      type: "update",
      time: performance.now(),
      sentence: loader.explain(),
      limit: stats.limit,
      stats,
      report,
      epoch: this.#running ? report.last : undefined,
      spans,
      marks: this.#marks.since(from.marks).items,
      open: openSpans(stats),
      queue: thinned(this.#queue.since(from.queue).items, mostQueue),
      left: recent.left + left,
      classes: this.#classes.read(),
      curves: this.#curves.since(from.curves),
      faults: this.#faults.since(from.faults).items,
    };
  }
}

/** What workers are at, and what the consumer waits for, as bars. What is queued waits for the bar before it. */
function openSpans({ inFlight, waiting }: LoaderStats): readonly OpenSpan[] {
  const workers = inFlight.flatMap(({ worker, doing, since, epoch, index }) =>
    doing === "queued" || since === undefined
      ? []
      : {
          lane: worker,
          kind: doing === "starting" ? ("start" as const) : ("fetch" as const),
          begin: since,
          ...(epoch !== undefined && { epoch }),
          ...(index !== undefined && { index }),
        },
  );
  if (waiting === undefined) return workers;
  const { epoch, index, since } = waiting;
  return [...workers, { lane: consumerLane, kind: "wait", begin: since, epoch, index }];
}

/** At most `most` of these, evenly spaced, the last among them. */
function thinned<T>(items: readonly T[], most: number): readonly T[] {
  const every = Math.ceil(items.length / most);
  return every <= 1 ? items : items.filter((_, i) => (items.length - 1 - i) % every === 0);
}
