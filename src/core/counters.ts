/**
 * What loading a batch costs.
 *
 * Costs belong to the batch that they were spent on. While one fetch runs in a thread, as in every worker, all that is
 * begun and done in between is its own. All else that is done while fetches run, as with two loaders without workers, is
 * noted on the memory that it filled, and counts for the batch in which that is delivered. Times are unions within the
 * fetch: what two downloads take side by side is not counted twice, and neither is what went on before. What is spent
 * while no fetch runs is not counted. Limit: what the program itself reads while one fetch runs counts for that.
 *
 * How long a thread worked is measured where the fetch goes on in a promise, or the one before took long enough for that
 * to cost nothing beside it; a short one that is not awaited counts as work.
 */
import { startMeter } from "#core/thread-meter";
import type { ReadMeter } from "./thread-meter.ts";

/** Time, in milliseconds, and bytes spent on a batch, or on several. */
export interface Counters {
  /** From the start of `getItem` to the finished batch; contains reading and decoding. */
  fetchMs: number;
  /** Of it at work; where the platform does not tell, also ready to work while other programs ran. */
  cpuMs: number;
  /** Of it waiting: for the network, a timer, a disk. */
  waitMs: number;
  /** In file reads and downloads. */
  readMs: number;
  /** In decoding and resampling. */
  decodeMs: number;
  /** In handing batches over. That of a batch is known only after it has left, so it comes with the next. */
  sendMs: number;
  /** Encoded bytes read. */
  bytes: number;
  /** Images decoded. */
  images: number;
  /** Bytes of batch memory that were newly allocated, not recycled. */
  allocated: number;
  /** When all that was; only of a fetch that somebody observes. */
  when?: FetchTimes;
}

/** When a fetch began, and when what in it, in milliseconds; the pairs count from `begin`. */
export interface FetchTimes {
  /** Since 1970. */
  readonly begin: number;
  /** Each read as from, to, from, to, and so on; those under a millisecond that begin within five are one. */
  readonly reads: readonly number[];
  /** Each image decoded, likewise. */
  readonly decodes: readonly number[];
}

/** Counters at zero. */
export function noCounters(): Counters {
  return {
    fetchMs: 0,
    cpuMs: 0,
    waitMs: 0,
    readMs: 0,
    decodeMs: 0,
    sendMs: 0,
    bytes: 0,
    images: 0,
    allocated: 0,
  };
}

/** Adds `more` to `sum`. */
export function addCounters(sum: Counters, more: Counters): void {
  sum.fetchMs += more.fetchMs;
  sum.cpuMs += more.cpuMs;
  sum.waitMs += more.waitMs;
  sum.readMs += more.readMs;
  sum.decodeMs += more.decodeMs;
  sum.sendMs += more.sendMs;
  sum.bytes += more.bytes;
  sum.images += more.images;
  sum.allocated += more.allocated;
}

/** What was noted so far, times as from, to, from, to, and so on. */
interface Notes {
  /** Made when there is a first one: most batches are no images. */
  reads: number[] | undefined;
  decodes: number[] | undefined;
  bytes: number;
  images: number;
}

/** A fetch that runs in this thread. */
export interface Fetch extends Notes {
  readonly start: number;
  /** Whether somebody wants to know when what was done. */
  readonly observed: boolean;
  /** Says what of it was no work; undefined where that is not worth measuring. */
  readMeter: ReadMeter | undefined;
}

/** Milliseconds of a fetch beside which a measurement is nothing: it takes 5 µs. */
const worthMeasuring = 0.5;

/** Whether the fetch before took as long as that. */
let measures = true;

/** The costs of this thread that are not counted yet. */
interface OpenCosts {
  readonly running: Set<Fetch>;
  /** Whether memory has ever been noted on. */
  noting: boolean;
  readonly noted: WeakMap<ArrayBufferLike, Notes>;
}

const key = Symbol.for("epochal.costs");
const shared = globalThis as { [key]?: OpenCosts };
shared[key] ??= { running: new Set(), noting: false, noted: new WeakMap() };

/** One for all copies of the package: the images of one may be loaded by another. */
const open = shared[key];

/** A fetch begins, which somebody may observe. It must be ended by {@link endFetch}, whatever comes of it. */
export function beginFetch(observed = false): Fetch {
  const fetch: Fetch = {
    start: performance.now(),
    observed,
    readMeter: measures ? startMeter(true) : undefined,
    reads: undefined,
    decodes: undefined,
    bytes: 0,
    images: 0,
  };
  open.running.add(fetch);
  return fetch;
}

/**
 * The fetch is over; what it cost, with what the memory of its batch tells: `buffers` gives that, where it is asked.
 * Ending it once more changes nothing.
 */
export function endFetch(fetch: Fetch, buffers: () => Iterable<ArrayBufferLike> = () => []): Counters {
  open.running.delete(fetch);
  if (open.noting) {
    for (const buffer of buffers()) {
      const notes = takeNotes(buffer);
      if (notes !== undefined) merge(fetch, notes);
    }
  }
  const { start, readMeter, reads, decodes, bytes, images } = fetch;
  const fetchMs = performance.now() - start;
  measures = fetchMs >= worthMeasuring;
  const noWork = readMeter?.();
  const waitMs = noWork ? Math.min(fetchMs, noWork.waited) : 0;
  const counters: Counters = {
    fetchMs,
    cpuMs: noWork ? Math.max(0, fetchMs - waitMs - noWork.starved) : fetchMs,
    waitMs,
    readMs: union(reads, start),
    decodeMs: union(decodes, start),
    sendMs: 0,
    bytes,
    images,
    allocated: 0,
  };
  if (fetch.observed) counters.when = timesOf(fetch);
  return counters;
}

/** Milliseconds below which a span is short, and within which short ones are told as one: of small images there are hundreds a batch. */
const short = 1;
const together = 5;

function timesOf({ start, reads = [], decodes = [] }: Fetch): FetchTimes {
  return {
    begin: performance.timeOrigin + start,
    reads: spansFrom(start, reads),
    decodes: spansFrom(start, decodes),
  };
}

/**
 * The spans of `times`, as milliseconds after `start`. Those that are shorter than a millisecond and begin within five
 * are one, as long as all of them together.
 */
function spansFrom(start: number, times: readonly number[]): number[] {
  const spans: number[] = [];
  let reached = Number.NEGATIVE_INFINITY;
  for (let at = 0; at < times.length; at += 2) {
    // What the memory of a batch tells may have begun before.
    const from = Math.max(0, times[at]! - start);
    const to = Math.max(0, times[at + 1]! - start);
    const after = from - (spans.at(-2) ?? Number.NEGATIVE_INFINITY);
    if (to - from < short && after >= 0 && after < together)
      spans[spans.length - 1]! += Math.max(0, to - Math.max(from, reached));
    else spans.push(from, to);
    reached = Math.max(reached, to);
  }
  return spans;
}

/** The fetch goes on in a promise. */
export function awaitFetch(fetch: Fetch): void {
  fetch.readMeter ??= startMeter(false);
}

/** Something was read from `started` until now. Of several fetches that run nobody knows whose it is: it is not counted. */
export function noteRead(started: number): void {
  const [fetch] = open.running;
  if (fetch === undefined || open.running.size > 1 || fetch.start > started) return;
  fetch.reads ??= [];
  fetch.reads.push(started, performance.now());
}

/** An image was read from `started` to `loaded` and decoded until now, `bytes` of it from elsewhere, into `buffer`. */
export function noteImage(
  buffer: ArrayBufferLike,
  { started, loaded, bytes }: { readonly started: number; readonly loaded: number; readonly bytes: number },
): void {
  const [fetch] = open.running;
  if (fetch === undefined) return;
  const notes = open.running.size === 1 && fetch.start <= started ? fetch : notesOn(buffer);
  notes.reads ??= [];
  notes.reads.push(started, loaded);
  notes.decodes ??= [];
  notes.decodes.push(loaded, performance.now());
  notes.bytes += bytes;
  notes.images++;
}

/** What was noted on `from` is in `to` from now on. */
export function moveNotes(from: ArrayBufferLike, to: ArrayBufferLike): void {
  const notes = open.noting ? takeNotes(from) : undefined;
  if (notes !== undefined) merge(notesOn(to), notes);
}

function notesOn(buffer: ArrayBufferLike): Notes {
  let notes = open.noted.get(buffer);
  if (notes === undefined) {
    notes = { reads: undefined, decodes: undefined, bytes: 0, images: 0 };
    open.noted.set(buffer, notes);
    open.noting = true;
  }
  return notes;
}

function takeNotes(buffer: ArrayBufferLike): Notes | undefined {
  const notes = open.noted.get(buffer);
  if (notes !== undefined) open.noted.delete(buffer);
  return notes;
}

function merge(into: Notes, more: Notes): void {
  if (more.reads) into.reads = [...(into.reads ?? []), ...more.reads];
  if (more.decodes) into.decodes = [...(into.decodes ?? []), ...more.decodes];
  into.bytes += more.bytes;
  into.images += more.images;
}

/** How long after `begin` at least one of the `times` ran, given as from, to, from, to, and so on. */
export function union(times: readonly number[] | undefined, begin: number): number {
  if (!times) return 0;
  const spans = Array.from({ length: times.length / 2 }, (_, i) => 2 * i);
  // Work that was done at once is in order already.
  if (spans.some((at) => at > 0 && times[at]! < times[at - 2]!)) spans.sort((a, b) => times[a]! - times[b]!);
  let total = 0;
  let reached = begin;
  for (const at of spans) {
    const to = times[at + 1]!;
    total += Math.max(0, to - Math.max(times[at]!, reached));
    reached = Math.max(reached, to);
  }
  return total;
}
