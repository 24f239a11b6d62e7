/**
 * What limits a loader, of what was measured in the last seconds.
 *
 * Pure: numbers in, a judgement out, so that tests drive it with simulated pipelines. The rule, in words: a loader whose
 * consumer hardly waits lacks nothing. Else the waits themselves say what they were for: tries that failed, a worker that
 * was starting, a few indices that take many times as long as the others, one that never returns. What is left is spread
 * over all batches: where workers are at work most of the time, the parts of getItem say what with; where they are not,
 * batches lie ready and are not handed over, or may not be fetched for want of memory.
 */
import type { InFlight } from "../../worker/pool/in-flight.ts";
import type { CoreShares } from "./process-load.ts";
import { quantile, type Recent, slowestOf, sortedNumbers } from "./recent.ts";

/** A share of waiting under which the data keeps up. */
const keepsUp = 0.05;

/** A share of time in `getItem` above which workers are at work. */
const atWork = 0.6;

/** A part of the cores' time that is all that can be had. */
const allCores = 0.85;

/** A part of the time without a core above which that is what slows everything. */
const oftenStarved = 0.25;

/** What is judged. Times in milliseconds. */
export interface Evidence extends CoreShares {
  /** The last batches. */
  readonly batches: readonly Recent[];
  /** Workers at present; 0 for none. */
  readonly workers: number;
  readonly cores: number;
  /** Whether fewer batches may exist ahead than were asked for, for want of memory. */
  readonly lacksMemory: boolean;
  /** How long the consumer has worked on the batch that it has; 0 where it does not. */
  readonly consuming: number;
  /** How long it has waited for a batch that has not come; 0 where it does not wait. */
  readonly waiting: number;
  /** Who that waits for; undefined for nobody. */
  readonly holder: InFlight | undefined;
  /** Name of a dataset whose rows cost a whole block each in the order in which they are read. */
  readonly scattered: string | undefined;
  /** How long hooks of the sequence took since the last batch. */
  readonly hooks: number;
  /** What became of the last epoch, where none of its batches could be had; undefined where one was. */
  readonly lost: LostEpoch | undefined;
}

/** An epoch of which nothing was delivered, as its batches failed and were left out. */
export interface LostEpoch {
  /** Batches that were left out. */
  readonly count: number;
  /** Whether these were all. */
  readonly ended: boolean;
  /** What the first failed with. */
  readonly message: string;
}

/** An index that takes long. */
export interface SlowItem {
  /** Number of its epoch. */
  readonly epoch: number;
  /** What `getItem` is called with. */
  readonly index: number;
  /** Milliseconds in `getItem`. */
  readonly fetch: number;
}

/** What limits a loader. Times in milliseconds, parts from 0 to 1; `wanted` is the number of workers to use. */
export type Limit =
  /** Too few batches have come to say anything. */
  | { readonly name: "unknown" }
  /** One batch takes so long that it may never come. */
  | { readonly name: "hang"; readonly holder: InFlight; readonly median: number }
  /** Workers that start are waited for. */
  | { readonly name: "start"; readonly waited: number }
  /** The consumer hardly waits; the workers are at work for the part `busy` of the time, most of it for `"nothing"`. */
  | { readonly name: "nothing" | "consumer"; readonly busy: number }
  /** Most of the waiting, the part `part`, is for tries of `getItem` that failed; or there is nothing else, `lost`. */
  | { readonly name: "failed"; readonly part: number; readonly lost?: LostEpoch }
  /** The hooks of the sequence take the part `part` of the time, more than all else. */
  | { readonly name: "hooks"; readonly part: number }
  /** Some indices take many times as long as the others. */
  | {
      readonly name: "slow";
      readonly items: readonly SlowItem[];
      readonly median: number;
      /** Median time that the consumer spends on a batch. */
      readonly consume: number;
    }
  /** Each row costs the decoding of a block. */
  | { readonly name: "order"; readonly of: string }
  /** `getItem` waits: for files and downloads, or for anything else. */
  | { readonly name: "disk" | "waiting"; readonly part: number; readonly wanted: number }
  /** `getItem` works; on what, for the part that is that. None is wanted for batches quicker than a hand-off. */
  | {
      readonly name: "cpu";
      readonly on: "read" | "decode" | "own" | "threads";
      readonly part: number;
      readonly wanted: number;
    }
  /** Workers could work and get no core, or the loader's own thread, which hands over what they give. */
  | { readonly name: "starved"; readonly who: "workers" | "loader"; readonly part: number }
  /** The memory budget keeps workers from fetching ahead. */
  | { readonly name: "memory" }
  /** Workers are free for most of the time, and the consumer waits all the same. */
  | { readonly name: "handOff"; readonly busy: number };

/** What limits a loader, in one word. */
export type LimitName = Limit["name"];

/** Batches on which a judgement is founded, at least. */
const fewest = 2;

/** Milliseconds of a wait that may be a hang. */
const hangsAfter = 2000;

/**
 * Milliseconds below which a batch stays without workers: the hand-off from a thread costs 0.03 to 0.1 ms of it on both
 * sides, more on a busy machine, and what is left to gain is little. One that reads files would make the consumer wait
 * for the disk, so less is enough.
 */
export const worthAWorker: { readonly inMemory: number; readonly fromFiles: number } = {
  inMemory: 1,
  fromFiles: 0.3,
};

/** Most workers of any use: each is a thread with a copy of the program. */
const most = 32;

const sum = (batches: readonly Recent[], of: (batch: Recent) => number): number =>
  batches.reduce((total, batch) => total + of(batch), 0);

/** The part of `fetch` milliseconds in `getItem` that was spent waiting, for which no core is needed. */
export function waitingPart(fetch: number, asleep: number): number {
  return fetch === 0 ? 0 : Math.min(1, asleep / fetch);
}

/** Workers that keep the cores at work where `getItem` waits for a part of its time: one a core where it does not. */
export function mostWorkers(cores: number, waiting: number): number {
  // What waits for less than a third does so by measurement, or by a disk that more workers would make no faster.
  if (waiting < 1 / 3) return cores;
  // A measured part is a hair above or below what it is.
  return Math.max(cores, Math.min(most, Math.ceil(cores / (1 - Math.min(waiting, 0.999)) - 1e-6)));
}

/** Says what limits a loader. */
export function judge(evidence: Evidence): Limit {
  const { batches, consuming, waiting, holder, workers, lost, starved = 0 } = evidence;
  const median = medianOf(batches, ({ counters }) => counters.fetchMs);
  if (waiting > Math.max(hangsAfter, 20 * median) && holder?.doing === "fetching")
    return { name: "hang", holder, median };
  if (lost && (lost.ended || batches.length < fewest)) return { name: "failed", part: 1, lost };
  if (batches.length < fewest) return { name: "unknown" };
  const waited = sum(batches, ({ wait }) => wait) + waiting;
  const elapsed = waited + sum(batches, ({ consume }) => consume) + consuming;
  const hooks = sum(batches, (batch) => batch.hooks) + evidence.hooks;
  if (hooks > elapsed) return { name: "hooks", part: hooks / (hooks + elapsed) };
  const fetch = sum(batches, ({ counters }) => counters.fetchMs);
  // Before there was nobody who could be at work, and what failed has left no account of its work.
  const started = Math.max(0, elapsed - sum(batches, ({ start, failed }) => start + failed));
  const busy = started === 0 ? 0 : Math.min(1, fetch / (started * Math.max(1, workers)));
  if (waited < keepsUp * elapsed) return { name: busy < 0.5 ? "consumer" : "nothing", busy };
  return (
    waitsForFew(evidence, { waited, median }) ??
    (busy > atWork || workers === 0 ? work(evidence, { waited, elapsed, fetch, median }) : undefined) ??
    (evidence.lacksMemory ? { name: "memory" } : undefined) ??
    (starved > oftenStarved && othersRun(evidence)
      ? { name: "starved", who: "loader", part: starved }
      : { name: "handOff", busy })
  );
}

/** Whether it is not the program itself, by as many workers as there are cores, that has nearly all of the cores' time. */
function othersRun({ load, workers, cores }: Evidence): boolean {
  return load === undefined || load < allCores || workers > cores;
}

/** Whether most of the waits were for what failed, for a start, or for a few batches. */
function waitsForFew(
  { batches, waiting, holder }: Evidence,
  { waited, median }: { readonly waited: number; readonly median: number },
): Limit | undefined {
  const failed = sum(batches, (batch) => batch.failed);
  if (failed > waited / 2) return { name: "failed", part: failed / waited };
  // By what it took itself: any may have been without a core for a while.
  const isSlow = ({ counters: { cpuMs, waitMs } }: Recent): boolean =>
    cpuMs + waitMs > Math.max(5 * median, median + 10);
  // A worker loads and compiles much of what it needs with its first batch.
  const starting =
    sum(batches, (batch) => (batch.first && isSlow(batch) ? batch.wait : batch.start)) +
    (holder?.doing === "starting" ? waiting : 0);
  if (starting > waited / 2) return { name: "start", waited: starting };
  const slow = batches.filter((batch) => isSlow(batch) && !batch.first);
  if (slow.length > batches.length / 4 || sum(slow, ({ wait }) => wait) < waited / 2) return undefined;
  const items = slowestOf(slow);
  return { name: "slow", items, median, consume: medianOf(batches, ({ consume }) => consume) };
}

/** What the work of fetching is; undefined where there is none. */
function work(
  evidence: Evidence,
  { waited, elapsed, fetch, median }: { readonly [T in "waited" | "elapsed" | "fetch" | "median"]: number },
): Limit | undefined {
  const { batches, workers, cores, load, scattered } = evidence;
  if (fetch === 0) return undefined;
  if (scattered !== undefined) return { name: "order", of: scattered };
  const part = (of: (counters: Recent["counters"]) => number): number =>
    Math.min(1, sum(batches, ({ counters }) => of(counters)) / fetch);
  // As many as would fetch in the time that the consumer works: where it does nothing but wait, as many as are of use.
  const needed = Math.ceil(fetch / Math.max(1, elapsed - waited));
  const asleep = part(({ waitMs }) => waitMs);
  const read = part(({ readMs }) => readMs);
  const decode = part(({ decodeMs }) => decodeMs);
  const starved = 1 - asleep - part(({ cpuMs }) => cpuMs);
  if (asleep > 0.5) {
    // What a package's own threads do is waiting for the thread that asked them.
    if (load !== undefined && load > allCores)
      return { name: "cpu", on: "threads", part: asleep, wanted: cores };
    const wanted = Math.min(needed, mostWorkers(cores, asleep));
    return read > 0.5 ? { name: "disk", part: read, wanted } : { name: "waiting", part: asleep, wanted };
  }
  if (starved > oftenStarved && othersRun(evidence))
    return { name: "starved", who: "workers", part: starved };
  const quick = workers === 0 && median < (read > 0 ? worthAWorker.fromFiles : worthAWorker.inMemory);
  const wanted = quick ? 0 : Math.max(1, Math.min(needed, mostWorkers(cores, asleep)));
  const on = read > 0.5 ? "read" : decode > 0.5 ? "decode" : "own";
  return {
    name: "cpu",
    on,
    part: on === "read" ? read : on === "decode" ? decode : 1 - read - decode,
    wanted,
  };
}

function medianOf(batches: readonly Recent[], of: (batch: Recent) => number): number {
  return quantile(sortedNumbers(batches.map(of)), 0.5);
}
