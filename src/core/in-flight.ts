/**
 * Batches that a worker has in flight: the one it is on, and the next, so that it never waits for work.
 *
 * Three things follow from it: how many requests the pool gives a worker, how many shared files a worker process has,
 * and how many idle buffers are worth keeping.
 */
export const batchesInFlight = 2;
