/**
 * Settings of a loader against each other, over the same batches, in turns.
 *
 * Each round has a loader of its own, whose workers have started and delivered before the clock does. What is measured
 * begins with the first batch of epoch 0, for every setting, so that all do the same work; the next round goes through the
 * settings the other way round, so that a machine that slows down or warms up favours none.
 */
import { DataLoader } from "../../loader/data-loader.ts";
import type { Sequence } from "../../sequence/sequence.ts";
import { work } from "../consume.ts";
import { bestOf, type MeasuredSetting, type Round, type SettingOutcome, sumUp } from "./compare.ts";
import type { BenchSetting } from "./settings.ts";
import { collectGarbage, countsProcesses, type Usage, usageNow } from "./usage.ts";

/** What is measured. */
export interface BenchTask {
  readonly sequence: Sequence<unknown>;
  readonly settings: readonly BenchSetting[];
  readonly seed: number;
  /** Milliseconds for each setting, all its rounds together. */
  readonly time: number;
  /** Milliseconds that the consumer works on each batch. */
  readonly consume: number;
  readonly signal: AbortSignal;
  /** Is told which round of how many begins. */
  readonly onRound: (setting: BenchSetting, round: number, rounds: number) => void;
}

/** What was found. */
export interface BenchResult {
  /** Batches of a round. */
  readonly batches: number;
  readonly outcomes: readonly SettingOutcome[];
  readonly best: MeasuredSetting;
}

/** Rounds of each setting, where batches are not so slow that one takes all the time. */
const mostRounds = 3;

/** Milliseconds for which workers may start. */
const longestWarmUp = 30_000;

/** Milliseconds, at most, in which `"auto"` finds out how many workers it takes. */
const settles = 1500;

/**
 * Measures the settings.
 *
 * @throws whatever a batch fails with where there are no workers; what fails with some only is their outcome.
 */
export async function compareSettings(task: BenchTask): Promise<BenchResult> {
  const { settings, time, signal } = task;
  const most = Math.max(...settings.map(({ workers }) => (workers === "auto" ? 0 : workers)));
  const each = await timeOfBatch(task, time / mostRounds);
  // So many that a worker's first and last one do not count.
  const batches = Math.max(4 * most, Math.round(time / mostRounds / each), 1);
  const rounds = Math.max(1, Math.min(mostRounds, Math.floor((1.5 * time) / (batches * each))));
  const measured = new Map<BenchSetting, Round[]>();
  const errors = new Map<BenchSetting, Error>();
  for (let round = 0; round < rounds; round++) {
    for (const setting of round % 2 === 0 ? settings : [...settings].reverse()) {
      if (errors.has(setting)) continue;
      task.onRound(setting, round + 1, rounds);
      try {
        const result = await runRound(setting, batches, task);
        measured.set(setting, [...(measured.get(setting) ?? []), result]);
      } catch (error) {
        signal.throwIfAborted();
        if (setting.workers === 0) throw error;
        errors.set(setting, error as Error);
      }
    }
  }
  const outcomes = settings.map((setting): SettingOutcome => {
    const error = errors.get(setting);
    return error === undefined
      ? sumUp(setting, measured.get(setting)!)
      : { ...setting, error: error.message };
  });
  const best = bestOf(outcomes);
  if (best === undefined) throw errors.get(settings[0]!);
  return { batches, outcomes, best };
}

/** Milliseconds that a batch takes without workers, over about so many milliseconds. */
async function timeOfBatch({ sequence, seed, consume, signal }: BenchTask, time: number): Promise<number> {
  const loader = new DataLoader(sequence, { seed, signal });
  try {
    let begin = performance.now();
    let count = -1;
    for await (const _ of loader.epochs(Number.MAX_SAFE_INTEGER)) {
      work(consume);
      // The first one is slower: code is compiled, files are opened.
      if (++count === 0) begin = performance.now();
      else if (performance.now() - begin > time) break;
    }
    return (performance.now() - begin) / count;
  } finally {
    await loader.close();
  }
}

/** One round of a setting. */
async function runRound(
  { workers, worker }: BenchSetting,
  batches: number,
  { sequence, seed, time, consume, signal }: BenchTask,
): Promise<Round> {
  collectGarbage();
  const before = usageNow();
  const loader = new DataLoader(sequence, { workers, worker, seed, signal });
  try {
    const began = performance.now();
    const isWarm = (): boolean => {
      const elapsed = performance.now() - began;
      if (workers === "auto") return elapsed > Math.min(settles, time);
      const least = Math.min(workers, sequence.length);
      return elapsed > longestWarmUp || loader.stats().perWorker.length >= least;
    };
    for await (const _ of loader.epochs(Number.MAX_SAFE_INTEGER)) {
      work(consume);
      if (isWarm()) break;
    }
    loader.setEpoch(0);
    const { elapsed, waited, used, memory } = await goThrough(loader, batches, consume);
    const told = worker === "thread" || countsProcesses();
    return {
      rate: (1000 * batches) / elapsed,
      wait: waited / elapsed,
      cores: told ? used / elapsed : undefined,
      memory: told ? memory - before.memory : undefined,
      workers: loader.stats().workers,
    };
  } finally {
    await loader.close();
  }
}

/** Milliseconds between two looks at memory. */
const lookEvery = 50;

/** The next `batches` of a loader: milliseconds, those of them waited, of processor time, and the most bytes in memory. */
async function goThrough(
  loader: DataLoader<unknown>,
  batches: number,
  consume: number,
): Promise<{ elapsed: number; waited: number; used: number; memory: number }> {
  const before: Usage = usageNow();
  let { memory } = before;
  let waited = 0;
  const begin = performance.now();
  let looked = begin;
  const iterator = loader.epochs(Number.MAX_SAFE_INTEGER);
  for (let i = 0; i < batches; i++) {
    const asked = performance.now();
    await iterator.next();
    const got = performance.now();
    waited += got - asked;
    work(consume);
    if (got - looked < lookEvery) continue;
    looked = got;
    memory = Math.max(memory, usageNow().memory);
  }
  const elapsed = performance.now() - begin;
  const after = usageNow();
  await iterator.return(undefined);
  return { elapsed, waited, used: after.cpu - before.cpu, memory: Math.max(memory, after.memory) };
}
