/** Runs schedules from a seed on, side by side, until the time is over; shrinks what fails. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { drawImages } from "./images.ts";
import { Runner } from "./runner.ts";
import type { Result } from "./runner-main.ts";
import { drawSchedule, type Schedule } from "./schedule.ts";
import { shrink } from "./shrink.ts";
import { type Counts, Tally } from "./tally.ts";

/** What to run, and for how long. */
export interface SoakOptions {
  /** Seed of the first schedule; the next ones count up. */
  readonly seed: number;
  /** Features that schedules go without. */
  readonly without: ReadonlySet<string>;
  /** Schedules that run side by side, each in a program of its own. */
  readonly lanes: number;
  /** Milliseconds that the smallest failing schedule is looked for, for each kind of failure. */
  readonly shrinking: number;
  /** Whether no further schedule shall begin. */
  over(schedules: number): boolean;
  onProgress?(soak: SoakResult): void;
  onFailure?(failure: Failure): void;
}

/** A schedule that failed. */
export interface Failure {
  readonly seed: number;
  /** Which promise was broken, in a few words. */
  readonly check: string;
  readonly message: string;
  /** The smallest schedule found that breaks it. */
  readonly schedule: Schedule;
}

/** What a soak has done so far. */
export interface SoakResult {
  readonly schedules: number;
  readonly counts: Counts;
  readonly failures: readonly Failure[];
  /** How often what failed over which sequences; the first of each is among `failures`. */
  readonly failed: Counts;
  /** Resident memory of a lane, in bytes: after its first schedules, at most, at last. */
  readonly rss: { readonly first: number; readonly most: number; readonly last: number };
}

/** Bytes of resident memory that no lane may pass. */
const mostMemory = 600e6;

/** Runs a soak. */
export async function soak(options: SoakOptions): Promise<SoakResult> {
  const bench = await Bench.open();
  const tally = new Tally();
  const failed = new Tally();
  const failures: Failure[] = [];
  const rss = { first: 0, most: 0, last: 0 };
  let begun = 0;
  let schedules = 0;
  const result = (): SoakResult => ({
    schedules,
    counts: tally.counts,
    failures,
    failed: failed.counts,
    rss,
  });
  const lane = async (): Promise<void> => {
    const runner = new Runner();
    try {
      for (let done = 0; !options.over(begun); done++) {
        const seed = options.seed + begun++;
        const schedule = drawSchedule(seed, options.without);
        const outcome = await bench.run(runner, schedule);
        schedules++;
        if (outcome.ok) {
          tally.addAll(outcome.counts);
          rss.last = outcome.rss;
          rss.most = Math.max(rss.most, outcome.rss);
          if (done === 20) rss.first = Math.max(rss.first, outcome.rss);
        }
        const failure = outcome.ok ? tooMuch(outcome.rss) : outcome;
        if (failure) await fail(runner, seed, schedule, failure);
        options.onProgress?.(result());
      }
    } finally {
      runner.close();
    }
  };
  const fail = async (
    runner: Runner,
    seed: number,
    schedule: Schedule,
    { check, message }: { readonly check: string; readonly message: string },
  ): Promise<void> => {
    const what = `${check}, over ${schedule.sequence} sequences`;
    failed.add(what);
    if (failed.counts[what]! > 1) return;
    const fails = async (candidate: Schedule): Promise<boolean> => {
      const outcome = await bench.run(runner, candidate);
      return !outcome.ok && outcome.check === check;
    };
    const failure = { seed, check, message, schedule: await shrink(schedule, fails, options.shrinking) };
    failures.push(failure);
    options.onFailure?.(failure);
  };
  try {
    await Promise.all(Array.from({ length: options.lanes }, lane));
  } finally {
    await bench.close();
  }
  return result();
}

function tooMuch(rss: number): { readonly check: string; readonly message: string } | undefined {
  if (rss <= mostMemory) return undefined;
  return { check: "memory grows", message: `${Math.round(rss / 1e6)} MB are resident` };
}

/** Runs one schedule, in a program of its own. */
export async function replay(schedule: Schedule): Promise<Result> {
  const bench = await Bench.open();
  const runner = new Runner();
  try {
    return await bench.run(runner, schedule);
  } finally {
    runner.close();
    await bench.close();
  }
}

/** The folder that schedules run in, with the images. */
class Bench {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async open(): Promise<Bench> {
    const bench = new Bench(await mkdtemp(join(tmpdir(), "epochal-soak-")));
    await drawImages(bench.#images);
    return bench;
  }

  get #images(): string {
    return join(this.#folder, "images");
  }

  run(runner: Runner, schedule: Schedule): Promise<Result> {
    return runner.run({ schedule, folder: this.#folder, images: this.#images });
  }

  close(): Promise<void> {
    return rm(this.#folder, { recursive: true, force: true });
  }
}
