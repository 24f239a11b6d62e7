/**
 * What reading and decoding cost in this thread since the counters were last taken.
 *
 * Plain numbers that are added to, so that counting costs nothing worth measuring. A worker takes them with each
 * batch; the loader adds them up.
 */

/** Time and bytes spent on images in this thread. */
export interface Counters {
  /** Time in file reads and downloads, in milliseconds. */
  readMs: number;
  /** Time in decoding and resampling, in milliseconds. */
  decodeMs: number;
  /** Encoded bytes read. */
  bytes: number;
  /** Images decoded. */
  images: number;
}

/** This thread's counters. */
export const counters: Counters = { readMs: 0, decodeMs: 0, bytes: 0, images: 0 };

/** The counters since the last call; they start again from zero. */
export function takeCounters(): Counters {
  const taken = { ...counters };
  counters.readMs = counters.decodeMs = counters.bytes = counters.images = 0;
  return taken;
}
