/**
 * Chooses the number of workers and the length of the queue while the loader runs.
 *
 * Pure: it is told what each batch cost and answers with what to use from now on, so that tests drive it with simulated
 * workloads. The rule, in words: start without workers and look at the first batches. What loads faster than the hand-off
 * from a worker costs stays where it is, for as long as it does. Otherwise take as many workers as the consumer can empty,
 * at most one a core, and one more as long as it still waits and throughput rises. Where `getItem` waits itself, as for the
 * network, cores are no limit: go on to twice as many for as long as that is worth it. Not at once, as what a package's own
 * threads do looks like waiting too. Workers that are waited for almost as long as the consumer would take to fetch the
 * batches itself are put on trial: it does so for a while. Those that lose several trials in a row are given up; each that
 * they win makes the next one rarer, so that trials come to an end. The queue grows where the consumer waits although
 * batches were ready before, within the byte budget.
 *
 * Lineage: tf.data's AUTOTUNE adjusts while running under a CPU and a RAM budget; here two knobs suffice. Why this rule:
 * docs/decisions/tuning.md.
 */

import { mostWorkers, waitingPart, worthAWorker } from "./judge.ts";
import {
  type Chooser,
  capacityOf,
  firstQueue,
  type Observation,
  type Setting,
  type SettingOptions,
} from "./setting.ts";

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

/** How many times the rate of before is to be reached, by one worker more and by twice as many: each has its price. */
const worthIt = { oneMore: 1.03, twiceAsMany: 1.1 };

/** Sums over batches. */
interface Sums {
  batches: number;
  fetch: number;
  asleep: number;
  waited: number;
  interval: number;
}

const noSums = (): Sums => ({ batches: 0, fetch: 0, asleep: 0, waited: 0, interval: 0 });

/** What a number of workers achieved, in batches a millisecond. */
interface Achieved {
  readonly workers: number;
  readonly rate: number;
}

/** More workers are taken as long as that brings something over what there was `before`. */
interface Growing {
  readonly name: "growing";
  readonly before?: Achieved;
}

/** No more workers are of use; those that there are may be none either. */
interface Grown {
  readonly name: "grown";
}

/** What is being found out about the number of workers. */
type Phase =
  /** The first batches are looked at, without workers. */
  | { readonly name: "probing"; readonly seen: Observation[] }
  /** There are no workers for as long as batches are quick. */
  | { readonly name: "inline" }
  | Growing
  | Grown
  /** This thread fetches for a while, against what the `workers` achieved; `after` it they go on, unless they lose for good. */
  | { readonly name: "trial"; readonly workers: Achieved; readonly after: Growing | Grown }
  /** The number stays what it is. */
  | { readonly name: "settled" };

/** The choice of workers and queue: is told of each batch, and says what to use from now on. */
export class Tuner implements Chooser {
  readonly #options: SettingOptions;
  #phase: Phase;
  #workers: number;
  #queue: number;
  #look = new Look();
  #largest = 0;
  /** Whether batches come from files. */
  #reads = false;
  /** Milliseconds that a batch took when last fetched here. */
  #inline = Number.POSITIVE_INFINITY;
  /** Looks in a row that found workers of little use, and how many of them put them on trial. */
  #doubts = 0;
  #patience = 1;
  /** Trials in a row that the workers lost. */
  #lost = 0;

  constructor(options: SettingOptions) {
    this.#options = options;
    this.#workers = options.workers ?? 0;
    this.#queue = options.maxQueueSize ?? firstQueue;
    this.#phase = options.workers === undefined ? { name: "probing", seen: [] } : { name: "settled" };
  }

  get setting(): Setting {
    const workers = this.#workers;
    const capacity = capacityOf(workers, this.#queue, this.#options.memory, this.#largest);
    return { workers, keep: this.#phase.name === "trial", capacity };
  }

  stayInline(): void {
    this.#workers = 0;
    this.#phase = { name: "settled" };
  }

  observe(seen: Observation): void {
    this.#largest = Math.max(this.#largest, seen.bytes);
    this.#reads ||= seen.bytesRead > 0;
    if (this.#phase.name === "probing") {
      this.#probe(this.#phase.seen, seen);
      return;
    }
    const look = this.#look;
    look.add(seen);
    if (!look.done) return;
    this.#adjust(look);
    // Unless the setting is another one now, and has its own.
    if (this.#look === look) this.#look = new Look({ before: look });
  }

  #probe(probed: Observation[], seen: Observation): void {
    probed.push(seen);
    if (probed.length < probes) return;
    this.#phase = { name: "inline" };
    this.#choose(probed, 1);
  }

  /**
   * Takes as many workers as the consumer empties, going by the quickest of what was seen without any; none where that
   * took less than `factor` times what is worth a worker.
   */
  #choose(seen: readonly Omit<Observation, "bytes" | "bytesRead">[], factor: number): void {
    this.#inline = Math.min(...seen.map(({ fetch }) => fetch));
    if (this.#inline < factor * (this.#reads ? worthAWorker.fromFiles : worthAWorker.inMemory)) return;
    const consume = Math.min(...seen.map(({ interval, waited }) => Math.max(0, interval - waited)));
    const workers = Math.ceil(this.#inline / Math.max(consume, 0.001));
    this.#use(Math.min(this.#options.cores, Math.max(1, workers)), { name: "growing" });
  }

  #adjust(look: Look): void {
    const waits = look.sum.waited > noWait * look.sum.interval;
    if (this.#options.maxQueueSize === undefined && waits) {
      this.#queue = Math.min(longestQueue, this.#queue * 2);
    }
    if (this.#workers > 0 && !look.warm) return;
    const phase = this.#phase;
    switch (phase.name) {
      case "inline":
        // What was quick enough before may seem slow while another program runs: twice as slow is no seeming.
        this.#choose([mean(look.best)], 2);
        break;
      case "growing":
        this.#grow(look, phase, waits);
        break;
      case "grown":
        this.#doubt(look, phase);
        break;
      case "trial":
        this.#judge(look, phase.workers, phase.after);
        break;
    }
  }

  /** Goes back to the workers `before` where more have brought nothing; else takes more where they are waited for. */
  #grow(look: Look, { before }: Growing, waits: boolean): void {
    const { best } = look;
    const { cores } = this.#options;
    const workers = this.#workers;
    const now = { workers, rate: rate(best) };
    const most = mostWorkers(cores, waitingPart(best.fetch, best.asleep));
    const more = workers < cores ? workers + 1 : Math.min(2 * workers, most);
    const factor = workers > cores ? worthIt.twiceAsMany : worthIt.oneMore;
    if (before && now.rate < before.rate * factor) this.#use(before.workers, { name: "grown" });
    else if (waits && more > workers) this.#use(more, { name: "growing", before: now });
    else {
      const phase = { name: "growing" } as const;
      this.#phase = phase;
      this.#doubt(look, phase);
    }
  }

  /** Puts workers on trial that are waited for almost as long as fetching here would take. */
  #doubt({ sum, best }: Look, after: Growing | Grown): void {
    const here = Math.min(sum.fetch, sum.batches * this.#inline);
    this.#doubts = sum.waited >= littleUse * here ? this.#doubts + 1 : 0;
    if (this.#doubts < this.#patience) return;
    this.#doubts = 0;
    this.#use(0, { name: "trial", workers: { workers: this.#workers, rate: rate(best) }, after });
  }

  /** Ends the trial. Workers that won it are not soon doubted again. */
  #judge({ sum, best }: Look, { workers, rate: reached }: Achieved, after: Growing | Grown): void {
    this.#inline = mean(sum).fetch;
    if (rate(best) < reached) {
      this.#lost = 0;
      this.#patience *= 2;
    } else if (++this.#lost === lostTrials) {
      this.#phase = { name: "settled" };
      return;
    }
    this.#use(workers, after);
  }

  #use(workers: number, phase: Phase): void {
    // Batches to come were asked for under the setting before.
    this.#look = new Look({ ahead: this.setting.capacity });
    this.#workers = workers;
    this.#phase = phase;
  }
}

/** A look at what a setting achieves: some periods, of which the best counts. */
class Look {
  /** All that was seen. */
  readonly sum: Sums = noSums();
  /** The period with the best rate. */
  best: Sums = noSums();
  #period: Sums = noSums();
  /** Batches to come that say nothing, and whether the period after them says nothing either. */
  #ahead: number;
  #fresh: boolean;
  /** Milliseconds in which the same workers fetched a batch in the look before. */
  readonly #before: number;

  /** A look at a new setting, once the batches `ahead` have come; or at the same as the look `before`. */
  constructor({ ahead, before }: { readonly ahead?: number; readonly before?: Look } = {}) {
    this.#ahead = ahead ?? 0;
    this.#fresh = ahead !== undefined;
    // Not the look itself: it would hold the one before it.
    this.#before = before ? mean(before.sum).fetch : Number.POSITIVE_INFINITY;
  }

  /** Whether enough was seen. */
  get done(): boolean {
    return this.sum.interval >= leastLook;
  }

  /** Whether workers run at their full speed: their code is compiled while they run it, for half a second and more. */
  get warm(): boolean {
    return mean(this.sum).fetch > 0.9 * this.#before;
  }

  add(seen: Observation): void {
    if (this.#fresh && seen.isStarting?.()) return;
    if (this.#ahead > 0) {
      this.#ahead--;
      return;
    }
    add(this.#period, seen);
    if (this.#period.batches < period || this.#period.interval < leastPeriod) return;
    if (!this.#fresh) {
      if (rate(this.#period) > rate(this.best)) this.best = this.#period;
      add(this.sum, this.#period);
    }
    this.#fresh = false;
    this.#period = noSums();
  }
}

/** Batches a millisecond; 0 of none. */
function rate({ batches, interval }: Sums): number {
  return batches === 0 ? 0 : batches / interval;
}

/** What one of the batches cost. */
function mean({ batches, fetch, asleep, waited, interval }: Sums): Omit<Sums, "batches"> {
  return {
    fetch: fetch / batches,
    asleep: asleep / batches,
    waited: waited / batches,
    interval: interval / batches,
  };
}

function add(
  to: Sums,
  { batches = 1, fetch, asleep, waited, interval }: Omit<Sums, "batches"> & { batches?: number },
): void {
  to.batches += batches;
  to.fetch += fetch;
  to.asleep += asleep;
  to.waited += waited;
  to.interval += interval;
}
