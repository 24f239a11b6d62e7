/** What several rounds of a setting come to, and which setting is best. Pure. */
import { quantile } from "../../loader/observe/recent.ts";
import type { BenchSetting } from "./settings.ts";

/** One round of one setting. */
export interface Round {
  /** Batches a second. */
  readonly rate: number;
  /** Part of the time that the consumer waited, 0 to 1. */
  readonly wait: number;
  /** Cores that were at work on average; undefined where nobody tells. */
  readonly cores: number | undefined;
  /** Bytes that the program and its workers had more than before, at most; undefined where nobody tells. */
  readonly memory: number | undefined;
  /** Workers at the end. */
  readonly workers: number;
}

/** A number of each round: the middle one, the smallest, the largest. */
export interface RoundSpread {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

/** What the rounds of one setting come to. */
export interface MeasuredSetting extends BenchSetting {
  readonly rounds: number;
  readonly batchesPerSecond: RoundSpread;
  readonly waitShare: number;
  readonly cores: number | null;
  readonly memory: number | null;
  /** Workers at the end: what `"auto"` came to. */
  readonly workersAtEnd: number;
}

/** A setting that does not work. */
export interface FailedSetting extends BenchSetting {
  readonly error: string;
}

/** What became of a setting. */
export type SettingOutcome = MeasuredSetting | FailedSetting;

/** Whether a setting was measured. */
export function isMeasured(outcome: SettingOutcome): outcome is MeasuredSetting {
  return "rounds" in outcome;
}

/** What the rounds of a setting come to: the middle of each number, as one disturbed round shall not count. */
export function sumUp(setting: BenchSetting, rounds: readonly Round[]): MeasuredSetting {
  const of = (pick: (round: Round) => number | undefined): RoundSpread | undefined =>
    spread(rounds.map(pick).filter((value) => value !== undefined));
  return {
    ...setting,
    rounds: rounds.length,
    batchesPerSecond: of(({ rate }) => rate)!,
    waitShare: of(({ wait }) => wait)!.median,
    cores: of(({ cores }) => cores)?.median ?? null,
    memory: of(({ memory }) => memory)?.median ?? null,
    workersAtEnd: of(({ workers }) => workers)!.high,
  };
}

function spread(values: readonly number[]): RoundSpread | undefined {
  if (values.length === 0) return undefined;
  const sorted = [...values].sort((a, b) => a - b);
  return { median: quantile(sorted, 0.5), low: sorted[0]!, high: sorted.at(-1)! };
}

/** Settings that are slower by less than this are as fast. */
const asFast = 0.95;

/** Where rounds of two settings overlap, by less than this. */
const asFastInNoise = 0.85;

/**
 * The best setting: the fastest, and of those that are as fast, or differ by no more than their rounds do among
 * themselves, the one with the fewest workers, threads before processes, a number before `"auto"`. Undefined where none
 * was measured.
 */
export function bestOf(outcomes: readonly SettingOutcome[]): MeasuredSetting | undefined {
  const measured = outcomes.filter(isMeasured);
  const fastest = measured.reduce<MeasuredSetting | undefined>(
    (best, it) =>
      best === undefined || it.batchesPerSecond.median > best.batchesPerSecond.median ? it : best,
    undefined,
  );
  if (fastest === undefined) return undefined;
  const { median, low } = fastest.batchesPerSecond;
  const near = measured.filter(
    ({ batchesPerSecond: it }) =>
      it.median >= asFast * median || (it.high >= low && it.median >= asFastInNoise * median),
  );
  return near.sort((a, b) => costOf(a) - costOf(b))[0];
}

function costOf({ workers, worker, workersAtEnd }: MeasuredSetting): number {
  const kind = workers === "auto" ? 0.5 : worker === "process" ? 0.25 : 0;
  return (workers === "auto" ? workersAtEnd : workers) + kind;
}
