/**
 * Chooses the number of workers and the length of the queue while the loader runs.
 *
 * Pure: it is told what each batch cost and answers with what to use from now on, so that tests drive it with simulated
 * workloads. The rule, in words: start without workers and look at the first batches. What loads faster than the hand-off
 * from a worker costs stays where it is, for as long as it does. Otherwise take as many workers as the consumer can empty,
 * at most one a core, and one more as long as it still waits and throughput rises. Workers that are waited for almost as
 * long as the consumer would take to fetch the batches itself are put on trial: it does so for a while. Those that lose
 * several trials in a row are given up; each that they win makes the next one rarer, so that trials come to an end. The
 * queue grows where the consumer waits although batches were ready before, within the byte budget.
 *
 * Lineage: tf.data's AUTOTUNE adjusts while running under a CPU and a RAM budget; here two knobs suffice. Why this rule:
 * docs/decisions/tuning.md.
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
  /** That the consumer spent on the batch before and on waiting for this one. */
  readonly interval: number;
  readonly bytes: number;
  /** Bytes of files read for it. */
  readonly bytesRead: number;
}

/** What to use from now on. */
export interface Setting {
  readonly workers: number;
  /** Whether other workers are to stay at hand, as they may be taken again soon. */
  readonly keep: boolean;
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

/** Batches of which a rate is taken: enough for every worker to have delivered some. */
const period = 12;

/** Milliseconds that a rate is taken over besides. */
const leastPeriod = 100;

/**
 * Milliseconds that a decision looks at. The best rate in it counts, as all that another program does on the cores makes
 * rates lower.
 */
const leastLook = 300;

/** Trials in a row that workers must lose to be given up: batches differ, and so the luck of one trial. */
const lostTrials = 3;

/** Part of the time of fetching from which on a wait for workers puts them on trial. */
const littleUse = 0.75;

/** Longest queue chosen by itself: what Keras has by default. */
const longestQueue = 10;

/** A part of the time waited that is not worth another worker. */
const noWait = 0.02;

/** Sums over batches. */
interface Sums {
  batches: number;
  fetch: number;
  waited: number;
  interval: number;
}

const noSums = (): Sums => ({ batches: 0, fetch: 0, waited: 0, interval: 0 });

/** What a number of workers achieved, in batches a millisecond. */
interface Achieved {
  readonly workers: number;
  readonly rate: number;
}

/** See the head of this file. */
export class Tuner {
  readonly #options: TunerOptions;
  readonly #probed: Observation[] = [];
  #workers: number;
  #queue: number;
  #largest = 0;
  /** Milliseconds that a batch took when last fetched here. */
  #inline = Number.POSITIVE_INFINITY;
  /** Whether batches come from files. */
  #reads = false;
  #period = noSums();
  #look = noSums();
  /** The period of this look with the best rate. */
  #best = noSums();
  /** Milliseconds that a batch took in the look before, by the same workers. */
  #fetch = Number.POSITIVE_INFINITY;
  /** Batches to come that were asked for under the setting before. */
  #ahead = 0;
  /** Whether the setting has just changed, so that the period says nothing about it. */
  #changed = false;
  /** What one worker fewer achieved. */
  #before: Achieved | undefined;
  /** What the workers achieved that are on trial, while this thread fetches. */
  #onTrial: Achieved | undefined;
  /** Looks in a row that found workers of little use, and how many of them put them on trial. */
  #doubts = 0;
  #patience = 1;
  /** Trials in a row that the workers lost. */
  #lost = 0;
  /** No more workers are of use. */
  #enough = false;
  /** The number of workers stays what it is. */
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
    return {
      workers: this.#workers,
      keep: this.#onTrial !== undefined,
      capacity: Math.max(1, Math.min(wanted, affordable)),
    };
  }

  /** There are no workers to be had: none are chosen. */
  stayInline(): void {
    this.#workers = 0;
    this.#settled = true;
  }

  /** Takes note of a batch; the setting may be another one afterwards. */
  observe(seen: Observation): void {
    this.#largest = Math.max(this.#largest, seen.bytes);
    this.#reads ||= seen.bytesRead > 0;
    if (this.#options.workers === undefined && !this.#settled && this.#probed.length < probes) {
      this.#probed.push(seen);
      if (this.#probed.length === probes) this.#choose(this.#probed, 1);
      return;
    }
    if (this.#ahead > 0) {
      this.#ahead--;
      return;
    }
    add(this.#period, seen);
    if (this.#period.batches < period || this.#period.interval < leastPeriod) return;
    if (!this.#changed) {
      if (rate(this.#period) > rate(this.#best)) this.#best = this.#period;
      add(this.#look, this.#period);
    }
    this.#changed = false;
    this.#period = noSums();
    if (this.#look.interval < leastLook) return;
    this.#adjust();
    this.#look = noSums();
    this.#best = noSums();
  }

  /**
   * Takes as many workers as the consumer empties, going by the quickest of what was seen without any; none where that
   * took less than `factor` times what is worth a worker.
   */
  #choose(seen: readonly Omit<Observation, "bytes" | "bytesRead">[], factor: number): void {
    this.#inline = Math.min(...seen.map(({ fetch }) => fetch));
    if (this.#inline < factor * (this.#reads ? worthAWorker.fromFiles : worthAWorker.inMemory)) return;
    const consume = Math.min(...seen.map(({ interval, waited }) => Math.max(0, interval - waited)));
    this.#use(Math.min(this.#options.cores, Math.max(1, Math.ceil(this.#inline / Math.max(consume, 0.001)))));
  }

  #adjust(): void {
    const { interval, waited } = this.#look;
    const reached = rate(this.#best);
    const waits = waited > noWait * interval;
    if (this.#options.maxQueueSize === undefined && waits) {
      this.#queue = Math.min(longestQueue, this.#queue * 2);
    }
    if (this.#options.workers !== undefined || this.#settled || !this.#warm()) return;
    if (this.#onTrial) this.#judge(this.#onTrial);
    // What was quick enough before may seem slow while another program runs: twice as slow is no seeming.
    else if (this.#workers === 0) this.#choose([mean(this.#best)], 2);
    else if (this.#before && reached < this.#before.rate * 1.03) {
      this.#use(this.#before.workers);
      this.#before = undefined;
      this.#enough = true;
    } else if (waits && !this.#enough && this.#workers < this.#options.cores) {
      this.#before = { workers: this.#workers, rate: reached };
      this.#use(this.#workers + 1);
    } else {
      this.#before = undefined;
      this.#doubt();
    }
  }

  /** Whether workers run at their full speed: their code is compiled while they run it, for half a second and more. */
  #warm(): boolean {
    const { fetch, batches } = this.#look;
    const before = this.#fetch;
    this.#fetch = fetch / batches;
    return this.#workers === 0 || this.#fetch > 0.9 * before;
  }

  /** Puts workers on trial that are waited for almost as long as fetching here would take. */
  #doubt(): void {
    const { batches, fetch, waited } = this.#look;
    const here = Math.min(fetch, batches * this.#inline);
    this.#doubts = waited >= littleUse * here ? this.#doubts + 1 : 0;
    if (this.#doubts < this.#patience) return;
    this.#doubts = 0;
    this.#onTrial = { workers: this.#workers, rate: rate(this.#best) };
    this.#use(0);
  }

  /** Ends the trial. Workers that won it are not soon doubted again. */
  #judge(workers: Achieved): void {
    this.#onTrial = undefined;
    this.#inline = this.#look.fetch / this.#look.batches;
    if (rate(this.#best) < workers.rate) {
      this.#lost = 0;
      this.#patience *= 2;
    } else if (++this.#lost === lostTrials) {
      this.#settled = true;
      return;
    }
    this.#use(workers.workers);
  }

  #use(workers: number): void {
    this.#fetch = Number.POSITIVE_INFINITY;
    this.#ahead = this.setting.capacity;
    this.#workers = workers;
    this.#changed = true;
  }
}

/** Batches a millisecond; 0 of none. */
function rate({ batches, interval }: Sums): number {
  return batches === 0 ? 0 : batches / interval;
}

/** What one of the batches cost. */
function mean({ batches, fetch, waited, interval }: Sums): Omit<Sums, "batches"> {
  return { fetch: fetch / batches, waited: waited / batches, interval: interval / batches };
}

function add(
  to: Sums,
  { batches = 1, fetch, waited, interval }: Omit<Sums, "batches"> & { batches?: number },
): void {
  to.batches += batches;
  to.fetch += fetch;
  to.waited += waited;
  to.interval += interval;
}
