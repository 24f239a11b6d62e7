/**
 * What a loader tells, as the bars, moments and numbers that a timeline draws: of the page and of a trace alike.
 *
 * Invariant: no batch is kept. What the consumer spends on a batch is told by nobody: it lasts from the batch's delivery
 * until the consumer asks for the next one.
 */

import type { LoaderEvent, Observer } from "../loader/observe/events.ts";
import { thrownSentence } from "../worker/wire/error-name.ts";
import { consumerLane, type TimelineMark, type TimelineSpan } from "./protocol.ts";

/** What draws, or keeps, a timeline. */
export interface TimelineSink {
  /** A bar is over. */
  span(span: TimelineSpan): void;
  /** Something has happened. */
  mark(mark: TimelineMark): void;
  /** Batches that lie ready from now on. */
  ready?(time: number, batches: number): void;
}

/** An observer of a loader that tells `sink` what is to be drawn. */
export function timelineObserver(sink: TimelineSink): Observer {
  let handed: { readonly epoch: number; readonly index: number; readonly begin: number } | undefined;
  const asks = (time: number): void => {
    if (handed === undefined) return;
    const { epoch, index, begin } = handed;
    sink.span({ lane: consumerLane, kind: "consume", begin, end: Math.max(begin, time), epoch, index });
    handed = undefined;
  };
  return (event) => {
    switch (event.type) {
      case "ready":
        return sink.span({ lane: event.worker, kind: "start", begin: event.begin, end: event.end });
      case "fetched":
        return sink.span({
          lane: event.worker,
          kind: "fetch",
          begin: event.begin,
          end: event.end,
          epoch: event.epoch,
          index: event.index,
          cpu: event.cpu,
          waited: event.waited,
        });
      case "read":
        return sink.span(spanOf(event, event.worker, "read"));
      case "decoded":
        return sink.span(spanOf(event, event.worker, "decode"));
      case "wait":
        asks(event.begin);
        return sink.span(spanOf(event, consumerLane, "wait"));
      case "delivered":
        asks(event.time);
        handed = { epoch: event.epoch, index: event.index, begin: event.time };
        return sink.ready?.(event.time, event.queued);
      case "epochEnd":
        asks(event.time);
        return sink.mark(markOf(event));
      case "epoch":
      case "skipped":
      case "retry":
      case "lost":
        return sink.mark(markOf(event));
    }
  };
}

type SpanEvent = Extract<LoaderEvent, { readonly begin: number; readonly index: number }>;
type MarkEvent = Extract<LoaderEvent, { readonly type: TimelineMark["kind"] }>;

function spanOf(
  { epoch, index, begin, end }: SpanEvent,
  lane: string,
  kind: TimelineSpan["kind"],
): TimelineSpan {
  return { lane, kind, begin, end, epoch, index };
}

function markOf(event: MarkEvent): TimelineMark {
  return { time: event.time, kind: event.type, text: markText(event) };
}

/** What has happened, as a sentence. */
export function markText(event: MarkEvent): string {
  switch (event.type) {
    case "epoch":
      return `Epoch ${event.epoch} begins: ${event.steps} batches.`;
    case "epochEnd":
      return event.complete ? `Epoch ${event.epoch} is over.` : `Epoch ${event.epoch} was left.`;
    case "skipped":
      return `Batch ${event.index} is left out. ${thrownSentence(event.error)}`;
    case "retry":
      return `Batch ${event.index} is tried again. ${thrownSentence(event.reason)}`;
    case "lost":
      return `${event.worker} has ended${event.index === undefined ? "" : ` at batch ${event.index}`}. ${thrownSentence(event.reason)}`;
  }
}
