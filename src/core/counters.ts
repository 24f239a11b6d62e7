/**
 * What loading a batch costs.
 *
 * Costs belong to the batch that they were spent on. While one fetch runs in a thread, as in every worker, all that is
 * spent in between is its own. Where several run at once, as with two loaders without workers, a cost is noted on the
 * memory that it filled, and counts for the batch in which that is delivered. Times are unions: what two downloads take
 * side by side is not counted twice. What is spent while no fetch runs is not counted.
 */

/** Time, in milliseconds, and bytes spent on a batch, or on several. */
export interface Counters {
  /** From the start of `getItem` to the finished batch; contains reading and decoding. */
  fetchMs: number;
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
}

/** Counters at zero. */
export function noCounters(): Counters {
  return { fetchMs: 0, readMs: 0, decodeMs: 0, sendMs: 0, bytes: 0, images: 0, allocated: 0 };
}

/** Adds `more` to `sum`. */
export function addCounters(sum: Counters, more: Counters): void {
  sum.fetchMs += more.fetchMs;
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
}

interface Ledger {
  readonly running: Fetch[];
  /** Whether fetches have ever overlapped, so that memory may have notes. */
  overlapped: boolean;
  readonly noted: WeakMap<ArrayBufferLike, Notes>;
}

const key = Symbol.for("epochal.costs");
const shared = globalThis as { [key]?: Ledger };
shared[key] ??= { running: [], overlapped: false, noted: new WeakMap() };

/** Of this thread: the images of one copy of the package may be loaded by another. */
const ledger = shared[key];

/** A fetch begins. It must be ended by {@link endFetch}, whatever comes of it. */
export function beginFetch(): Fetch {
  const fetch: Fetch = {
    start: performance.now(),
    reads: undefined,
    decodes: undefined,
    bytes: 0,
    images: 0,
  };
  ledger.running.push(fetch);
  if (ledger.running.length > 1) ledger.overlapped = true;
  return fetch;
}

/** The fetch is over; what it cost, with what the memory of its batch tells: `buffers` gives that, where it is asked. */
export function endFetch(fetch: Fetch, buffers: () => Iterable<ArrayBufferLike> = () => []): Counters {
  const { running, noted, overlapped } = ledger;
  if (overlapped) {
    for (const buffer of buffers()) {
      const notes = noted.get(buffer);
      if (notes === undefined) continue;
      noted.delete(buffer);
      merge(fetch, notes);
    }
  }
  running.splice(running.indexOf(fetch), 1);
  const { start, reads, decodes, bytes, images } = fetch;
  return {
    fetchMs: performance.now() - start,
    readMs: union(reads),
    decodeMs: union(decodes),
    sendMs: 0,
    bytes,
    images,
    allocated: 0,
  };
}

/** An image was read from `started` to `loaded` and decoded until now, `bytes` of it from elsewhere, into `buffer`. */
export function noteImage(
  buffer: ArrayBufferLike,
  { started, loaded, bytes }: { readonly started: number; readonly loaded: number; readonly bytes: number },
): void {
  const notes = notesFor(buffer);
  if (notes === undefined) return;
  notes.reads ??= [];
  notes.reads.push(started, loaded);
  notes.decodes ??= [];
  notes.decodes.push(loaded, performance.now());
  notes.bytes += bytes;
  notes.images++;
}

/** What was noted on `from` is in `to` from now on. */
export function moveNotes(from: ArrayBufferLike, to: ArrayBufferLike): void {
  const { running, noted } = ledger;
  const notes = running.length > 1 ? noted.get(from) : undefined;
  if (notes === undefined) return;
  noted.delete(from);
  merge(notesFor(to)!, notes);
}

function notesFor(buffer: ArrayBufferLike): Notes | undefined {
  const { running, noted } = ledger;
  if (running.length <= 1) return running[0];
  let notes = noted.get(buffer);
  if (notes === undefined) {
    notes = { reads: undefined, decodes: undefined, bytes: 0, images: 0 };
    noted.set(buffer, notes);
  }
  return notes;
}

function merge(into: Notes, more: Notes): void {
  if (more.reads) into.reads = [...(into.reads ?? []), ...more.reads];
  if (more.decodes) into.decodes = [...(into.decodes ?? []), ...more.decodes];
  into.bytes += more.bytes;
  into.images += more.images;
}

/** How long at least one of the `times` ran, given as from, to, from, to, and so on. */
export function union(times: readonly number[] | undefined): number {
  if (!times) return 0;
  const spans = Array.from({ length: times.length / 2 }, (_, i) => 2 * i);
  // Work that was done at once is in order already.
  if (spans.some((at) => at > 0 && times[at]! < times[at - 2]!)) spans.sort((a, b) => times[a]! - times[b]!);
  let total = 0;
  let reached = Number.NEGATIVE_INFINITY;
  for (const at of spans) {
    const to = times[at + 1]!;
    total += Math.max(0, to - Math.max(times[at]!, reached));
    reached = Math.max(reached, to);
  }
  return total;
}
