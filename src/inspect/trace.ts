/**
 * A loader's timeline in Chrome's trace event format, which Perfetto (https://ui.perfetto.dev) and chrome://tracing open.
 *
 * Source: "Trace Event Format", https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU.
 * Invariant: bars of one track lie beside each other or one within the other, as viewers draw nothing else; of a worker
 * that reads several files at once the others have tracks of their own below its first. At most so many bars are held,
 * the last ones, and the file says how many were left out.
 */
import { checkInteger, checkKnown } from "../core/check.ts";
import { node } from "../core/node.ts";
import type { Observer } from "../loader/observe/events.ts";
import { consumerLane, type TimelineMark, type TimelineSpan } from "./protocol.ts";
import { timelineObserver } from "./timeline.ts";

/** One event of a trace, by the format's own names. Times in microseconds. */
export interface TraceEvent {
  /** What is written on it: what is done, as `fetch`; of `M`, what is said of a track. */
  readonly name: string;
  /** `X` a bar, `i` a moment, `C` a number that changes, `M` what a track is called. */
  readonly ph: "X" | "i" | "C" | "M";
  /** Of which kind it is, for filters. */
  readonly cat?: string;
  /** When it begins, in microseconds. */
  readonly ts?: number;
  /** How long it lasts, in microseconds. */
  readonly dur?: number;
  /** The process: always the same. */
  readonly pid: number;
  /** The track: of a worker, or the consumer's. */
  readonly tid: number;
  /** How far a moment is drawn: over all tracks of the process. */
  readonly s?: "p";
  /** Numbers and words that a click shows. */
  readonly args: Readonly<Record<string, string | number>>;
}

/** What is in a trace file. */
export interface TraceFile {
  /** In what viewers write times. */
  readonly displayTimeUnit: "ms";
  /** What happened. */
  readonly traceEvents: readonly TraceEvent[];
  /** `leftOut`: bars, moments and numbers that were left out, the oldest ones, as there were too many. */
  readonly otherData: { readonly writer: "epochal"; readonly leftOut: number };
}

/** Options of {@link recordTrace}. */
export interface TraceOptions {
  /** Bars, moments and numbers that are held at most, the last ones. About 100 bytes each. Default 100,000. */
  readonly most?: number;
}

/** What a loader does from now on, made by {@link recordTrace}. */
export interface TraceRecorder {
  /** Bars, moments and numbers that were left out so far, the oldest ones, as there were too many. */
  readonly leftOut: number;
  /** Takes note of nothing more. */
  stop(): void;
  /** What was recorded so far, as what is in a file: `JSON.stringify(trace)` is one. */
  toJSON(): TraceFile;
  /** Writes what was recorded so far to a file. */
  write(path: string): Promise<void>;
}

/** What can be recorded: a loader. */
export interface Observable {
  /** Tells `observer` of what happens, until what is returned is called. */
  observe(observer: Observer): () => void;
}

/**
 * Records what a loader does from now on: a track for each worker, with its start, the batches that it fetched, what was
 * read and decoded for them; one for the consumer, with its waits and its work; the batches that lay ready; epochs and
 * faults. It changes no batch, and keeps none.
 *
 * @throws OptionError if an option is not what it should be.
 * @example
 * const trace = recordTrace(loader);
 * for await (const [x, y] of loader) await step(x, y);
 * await trace.write("trace.json"); // open it at https://ui.perfetto.dev
 */
export function recordTrace(loader: Observable, options: TraceOptions = {}): TraceRecorder {
  checkKnown("recordTrace()", options, ["most"]);
  const { most = 100_000 } = options;
  checkInteger("most", most, 1);
  const records: TraceRecord[] = [];
  let taken = 0;
  const take = (record: TraceRecord): void => {
    records[taken++ % most] = record;
  };
  const stop = loader.observe(
    timelineObserver({
      span: (span) => take({ type: "span", ...span }),
      mark: (mark) => take({ type: "mark", ...mark }),
      ready: (time, batches) => take({ type: "ready", time, batches }),
    }),
  );
  const leftOut = (): number => taken - records.length;
  const toJSON = (): TraceFile => ({
    displayTimeUnit: "ms",
    traceEvents: traceEvents(records),
    otherData: { writer: "epochal", leftOut: leftOut() },
  });
  return {
    get leftOut() {
      return leftOut();
    },
    stop,
    toJSON,
    write: (path) => node("fs").promises.writeFile(path, JSON.stringify(toJSON())),
  };
}

/** What is kept of an event. */
type TraceRecord =
  | ({ readonly type: "span" } & TimelineSpan)
  | ({ readonly type: "mark" } & TimelineMark)
  | { readonly type: "ready"; readonly time: number; readonly batches: number };

/** The format has processes of threads; all workers are shown in one, whatever they are. */
const pid = 1;

/** The track of what belongs to no worker. */
const loaderTrack = 0;

/** Events of a trace: what tracks are called, and what is on them. */
function traceEvents(records: readonly TraceRecord[]): TraceEvent[] {
  const names: TraceEvent[] = [meta("process_name", loaderTrack, { name: "epochal" })];
  const events: TraceEvent[] = [];
  const lanes = new Map<string, TimelineSpan[]>([[consumerLane, []]]);
  for (const record of records) {
    if (record.type === "mark") events.push(momentOf(record));
    else if (record.type === "ready") events.push(numberOf(record));
    else if (lanes.has(record.lane)) lanes.get(record.lane)!.push(record);
    else lanes.set(record.lane, [record]);
  }
  let tid = loaderTrack;
  for (const lane of [...lanes.keys()].sort(consumerFirst)) {
    for (const [i, track] of tracksOf(lanes.get(lane)!).entries()) {
      tid++;
      names.push(meta("thread_name", tid, { name: i === 0 ? lane : `${lane}, at the same time ${i}` }));
      names.push(meta("thread_sort_index", tid, { sort_index: tid }));
      for (const span of track) events.push(barOf(span, tid));
    }
  }
  return [...names, ...events];
}

function consumerFirst(a: string, b: string): number {
  if (a === consumerLane || b === consumerLane) return a === b ? 0 : a === consumerLane ? -1 : 1;
  return a.localeCompare(b, "en", { numeric: true });
}

/** The bars of a lane, shared out among as few tracks as it takes for each to lie beside or within the others of its track. */
function tracksOf(spans: readonly TimelineSpan[]): TimelineSpan[][] {
  const tracks: { readonly spans: TimelineSpan[]; readonly open: number[] }[] = [];
  const inOrder = startedInTime(spans).sort(
    (a, b) => nanoseconds(a.begin) - nanoseconds(b.begin) || nanoseconds(b.end) - nanoseconds(a.end),
  );
  for (const span of inOrder) {
    const [begin, end] = [nanoseconds(span.begin), nanoseconds(span.end)];
    let track = tracks.find(({ open }) => {
      while (open.length > 0 && open.at(-1)! <= begin) open.pop();
      return open.length === 0 || end <= open.at(-1)!;
    });
    if (track === undefined) {
      track = { spans: [], open: [] };
      tracks.push(track);
    }
    track.spans.push(span);
    track.open.push(end);
  }
  return tracks.map((track) => track.spans);
}

/** The bars, with starts that end where something was fetched: the loader may have heard of a start only later. */
function startedInTime(spans: readonly TimelineSpan[]): TimelineSpan[] {
  const first = spans.reduce(
    (least, { kind, begin }) => (kind === "fetch" && begin < least ? begin : least),
    Infinity,
  );
  return spans.map((span) => (span.kind === "start" && span.end > first ? { ...span, end: first } : span));
}

function barOf({ kind, begin, end, epoch, index, cpu, waited }: TimelineSpan, tid: number): TraceEvent {
  const ts = nanoseconds(begin);
  return {
    name: kind,
    cat: tid === 1 ? consumerLane : "worker",
    ph: "X",
    ts: ts / 1000,
    dur: Math.max(0, nanoseconds(end) - ts) / 1000,
    pid,
    tid,
    args: {
      ...(epoch === undefined ? {} : { epoch }),
      ...(index === undefined ? {} : { index }),
      ...(cpu === undefined ? {} : { "at work, ms": rounded(cpu) }),
      ...(waited === undefined ? {} : { "waiting, ms": rounded(waited) }),
    },
  };
}

function momentOf({ time, kind, text }: TimelineMark): TraceEvent {
  return {
    name: kind,
    cat: "loader",
    ph: "i",
    s: "p",
    ts: nanoseconds(time) / 1000,
    pid,
    tid: loaderTrack,
    args: { text },
  };
}

function numberOf({ time, batches }: Extract<TraceRecord, { readonly type: "ready" }>): TraceEvent {
  return {
    name: "batches ready",
    ph: "C",
    ts: nanoseconds(time) / 1000,
    pid,
    tid: loaderTrack,
    args: { batches },
  };
}

function meta(name: string, tid: number, args: TraceEvent["args"]): TraceEvent {
  return { name, ph: "M", pid, tid, args };
}

/** Whole ones, so that what lies within another bar does so in the file as well. */
function nanoseconds(milliseconds: number): number {
  return Math.round(milliseconds * 1e6);
}

function rounded(milliseconds: number): number {
  return Math.round(milliseconds * 1000) / 1000;
}
