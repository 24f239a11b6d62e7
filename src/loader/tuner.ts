/**
 * Chooses the number of workers and the length of the queue while the loader runs.
 *
 * Pure: it is told what each batch cost and answers with what to use from now on, so that tests drive it with simulated
 * workloads. The rule, in words: start without workers and look at the first batches. What loads faster than the hand-off
 * from a worker costs stays where it is. Otherwise take as many workers as the consumer can empty, at most one a core,
 * and one more whenever it still waits and throughput rose with the last one. Workers that bring batches no sooner than
 * the consumer could have made them itself are given up. The queue grows where the consumer waits although batches were
 * ready before, within the byte budget.
 *
 * Lineage: tf.data's AUTOTUNE adjusts while running under a CPU and a RAM budget; here two knobs suffice.
 */

/** What can be tuned, and within which bounds. */
export interface TunerOptions {
  /** A fixed number, or undefined to choose. */
  readonly workers: number | undefined;
  /** A fixed number, or undefined to choose. */
  readonly maxQueueSize: number | undefined;
  /** Most workers to use: the cores there are. */
  readonly cores: number;
  /** Bytes that all batches ahead of the consumer may take. */
  readonly memory: number;
}

/** What a batch cost. Times in milliseconds. */
export interface Observation {
  /** In `getItem`. */
  readonly fetch: number;
  /** That the consumer waited for it. */
  readonly waited: number;
  /** Between the hand-out of the last batch and this one, waiting included. */
  readonly interval: number;
  readonly bytes: number;
  /** Bytes of files read for it. */
  readonly bytesRead: number;
}

/** What to use from now on. */
export interface Setting {
  readonly workers: number;
  /** Batches that may exist ahead of the consumer. */
  readonly capacity: number;
}

/**
 * Milliseconds below which a batch stays without workers: the hand-off from a thread costs 0.03 to 0.1 ms of it on both
 * sides, more on a busy machine, and what is left to gain is little. One that reads files would make the consumer wait
 * for the disk, so less is enough.
 */
const worthAWorker = { inMemory: 1, fromFiles: 0.3 };

/** Batches seen before workers are started: the first run slowly, as their code is cold; the quickest one counts. */
const probes = 4;

/** Batches that a decision looks at: enough for every worker to have delivered some. */
const period = 12;

/** Milliseconds that it looks at besides: in less, another program's turn on a core looks like a wait. */
const leastPeriod = 100;

/** Longest queue chosen by itself: what Keras has by default. */
const longestQueue = 10;

/** A part of the time waited that is not worth another worker. */
const noWait = 0.02;

/** See the head of this file. */
export class Tuner {
  readonly #options: TunerOptions;
  readonly #probed: Observation[] = [];
  #workers: number;
  #queue: number;
  #largest = 0;
  #batches = 0;
  #fetch = 0;
  #waited = 0;
  #interval = 0;
  /** Whether workers are starting, so that the period says nothing about them. */
  #starting = false;
  #before: { readonly workers: number; readonly rate: number } | undefined;
  #settled = false;

  constructor(options: TunerOptions) {
    this.#options = options;
    this.#workers = options.workers ?? 0;
    this.#queue = options.maxQueueSize ?? 2;
  }

  /** What to use now. Before the first batch its size is unknown, so a byte budget admits one a worker. */
  get setting(): Setting {
    const wanted = this.#queue + this.#workers;
    const affordable =
      this.#options.memory === Number.POSITIVE_INFINITY
        ? wanted
        : this.#largest === 0
          ? Math.max(1, this.#workers)
          : Math.floor(this.#options.memory / this.#largest);
    return { workers: this.#workers, capacity: Math.max(1, Math.min(wanted, affordable)) };
  }

  /** There are no workers to be had: none are chosen. */
  stayInline(): void {
    this.#workers = 0;
    this.#settled = true;
  }

  /** Takes note of a batch; the setting may be another one afterwards. */
  observe(seen: Observation): void {
    this.#largest = Math.max(this.#largest, seen.bytes);
    if (this.#options.workers === undefined && !this.#settled && this.#probed.length < probes) {
      this.#probed.push(seen);
      if (this.#probed.length === probes) this.#choose();
      return;
    }
    this.#batches++;
    this.#fetch += seen.fetch;
    this.#waited += seen.waited;
    this.#interval += seen.interval;
    if (this.#batches < period || this.#interval < leastPeriod) return;
    if (this.#starting) this.#starting = false;
    else this.#adjust();
    this.#batches = this.#fetch = this.#waited = this.#interval = 0;
  }

  /** The first choice: as many workers as the consumer empties, going by the quickest of the probes. */
  #choose(): void {
    const fetch = Math.min(...this.#probed.map((seen) => seen.fetch));
    const reads = this.#probed.some(({ bytesRead }) => bytesRead > 0);
    if (fetch < (reads ? worthAWorker.fromFiles : worthAWorker.inMemory)) {
      this.#settled = true;
      return;
    }
    const consume = Math.min(...this.#probed.map((seen) => Math.max(0, seen.interval - seen.waited)));
    this.#workers = Math.min(this.#options.cores, Math.max(1, Math.ceil(fetch / Math.max(consume, 0.001))));
    this.#starting = true;
  }

  #adjust(): void {
    const waitShare = this.#waited / this.#interval;
    const rate = this.#batches / this.#interval;
    if (this.#options.maxQueueSize === undefined && waitShare > noWait) {
      this.#queue = Math.min(longestQueue, this.#queue * 2);
    }
    if (this.#options.workers !== undefined || this.#settled) return;
    if (this.#waited >= this.#fetch) {
      // The consumer could as well have fetched these very batches itself.
      this.#workers = 0;
      this.#settled = true;
    } else if (this.#before && rate < this.#before.rate * 1.03) {
      // The last worker brought nothing: back, and stay.
      this.#workers = this.#before.workers;
      this.#settled = true;
    } else if (waitShare > noWait && this.#workers < this.#options.cores) {
      this.#before = { workers: this.#workers, rate };
      this.#workers++;
      this.#starting = true;
    } else {
      this.#before = undefined;
    }
  }
}
