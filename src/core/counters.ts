/**
 * What loading costs in this thread since the counters were last taken.
 *
 * Plain numbers that are added to wherever the time goes, so that counting costs nothing worth measuring. A worker
 * takes them with each batch; the loader adds them up.
 */

/** Time, in milliseconds, and bytes spent in this thread. */
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

/** This thread's counters. */
export const counters: Counters = noCounters();

/** The counters since the last call; they start again from zero. */
export function takeCounters(): Counters {
  const taken = { ...counters };
  Object.assign(counters, noCounters());
  return taken;
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
