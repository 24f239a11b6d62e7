/** Runs a schedule with real loaders and compares, batch by batch, what comes with what must come. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DataLoader, isEpochalError, type LoaderState, type Sequence } from "epochal";
import { Expected, type ExpectedEpoch } from "./expected.ts";
import { variable } from "./faults.js";
import { Files } from "./images.ts";
import { Killer } from "./killer.ts";
import { type LoopContext, runLoop } from "./loop.ts";
import type { Place } from "./oracle.ts";
import { beforeEpoch, makeSequence, mayRefuse } from "./program.ts";
import { faults, imageFiles, type Phase, type Schedule } from "./schedule.ts";
import type { Batch } from "./sequences.js";
import { type Counts, Tally } from "./tally.ts";
import { Violation } from "./violation.ts";

/** Where a program stands between two phases. */
interface Stand {
  readonly place: Place;
  readonly state: LoaderState | undefined;
  /** The instance that was iterated over, where there was one. */
  readonly sequence: Sequence<Batch> | undefined;
}

/** A loader of one rank. */
export interface Rank {
  readonly rank: number;
  readonly sequence: Sequence<Batch>;
  readonly loader: DataLoader<Batch>;
  readonly controller: AbortController;
  /** Where it must stand. */
  place: Place;
  closed: boolean;
}

/**
 * Runs `schedule`. Writes into `folder` what it needs meanwhile; `images` are those of `drawImages`.
 *
 * @returns what was done and compared, counted by name
 * @throws Violation where a promise was broken.
 */
export async function runSchedule(schedule: Schedule, folder: string, images: string): Promise<Counts> {
  const root = mkdtempSync(join(folder, "schedule-"));
  const files =
    schedule.sequence === "images"
      ? new Files(join(root, "files"), images, Math.min(schedule.length, imageFiles))
      : undefined;
  const expected = new Expected(schedule, images, files);
  const tally = new Tally();
  tally.add(`${schedule.sequence} sequences`);
  try {
    let stand: Stand | undefined = {
      place: { epoch: 0, position: 0 },
      state: undefined,
      sequence: undefined,
    };
    for (const [n, phase] of schedule.phases.entries()) {
      stand = await new PhaseRun(schedule, phase, expected, files, tally).run(
        stand,
        join(root, `phase-${n}`),
      );
      if (!stand) break;
    }
  } finally {
    process.env[variable] = "";
    await expected.close();
    rmSync(root, { recursive: true, force: true });
  }
  return tally.counts;
}

class PhaseRun {
  readonly #schedule: Schedule;
  readonly #phase: Phase;
  readonly #expected: Expected;
  readonly #files: Files | undefined;
  readonly #tally: Tally;
  readonly #killer: Killer;

  constructor(schedule: Schedule, phase: Phase, expected: Expected, files: Files | undefined, tally: Tally) {
    this.#schedule = schedule;
    this.#phase = phase;
    this.#expected = expected;
    this.#files = files;
    this.#tally = tally;
    this.#killer = new Killer(tally);
  }

  /** Where the program stands after the phase; undefined where its state was refused, rightly. */
  async run(from: Stand, folder: string): Promise<Stand | undefined> {
    const { loops } = this.#phase;
    const epochs: ExpectedEpoch[] = [];
    for (const i of loops.keys()) epochs.push(await this.#expected.epoch(from.place.epoch + i));
    this.#plant(from.place.epoch, folder);
    this.#tally.add(`${this.#phase.kind} loaders`, this.#phase.world);
    const ranks: Rank[] = [];
    try {
      for (let rank = 0; rank < this.#phase.world; rank++) ranks.push(this.#open(from, rank));
      if (from.state) this.#tally.add("resumes");
      for (const each of ranks) this.#checkStands(each, "as it was opened");
      for (const [i, loop] of loops.entries()) {
        const context: LoopContext = {
          phase: this.#phase,
          loop,
          expected: epochs[i]!,
          resumed: i === 0 && from.state !== undefined,
          files: this.#files,
          killer: this.#killer,
          tally: this.#tally,
        };
        const place = i === 0 ? from.place : { epoch: from.place.epoch + i, position: 0 };
        for (const { sequence } of ranks) beforeEpoch(sequence, place.epoch);
        const ways = await settle(ranks.map((rank) => runLoop(rank, place, context)));
        for (const each of ranks) this.#checkStands(each, `after loop ${i}`);
        this.#files?.settle();
        if (ranks.some(({ closed }) => closed)) break;
        if (this.#phase.endOnFailure && ways.includes("failed")) break;
      }
      for (const { loader } of ranks) this.#checkReport(loader);
      // Only where all ranks stood at one place is their state one of all; else the one behind goes first.
      ranks.sort((a, b) => a.place.epoch - b.place.epoch || a.place.position - b.place.position);
      const [last] = ranks;
      for (const each of ranks) {
        await each.loader.close();
        this.#checkStands(each, "closed");
      }
      const state = JSON.parse(JSON.stringify(last!.loader.state())) as LoaderState;
      return { place: last!.place, state, sequence: ranks.length === 1 ? last!.sequence : undefined };
    } catch (error) {
      if (from.state && isEpochalError(error, "StateError")) return this.#refused(error);
      throw error;
    } finally {
      this.#killer.stop();
      for (const { loader } of ranks) await loader.close();
    }
  }

  /** Puts the faults of the phase where workers find them. */
  #plant(epoch: number, folder: string): void {
    const planted = this.#phase.loops.flatMap((loop, i) =>
      loop.faults.map((fault) => ({ ...fault, epoch: epoch + i })),
    );
    process.env[variable] = planted.length > 0 ? folder : "";
    if (planted.length === 0) return;
    mkdirSync(folder);
    writeFileSync(join(folder, "faults.json"), JSON.stringify(planted));
    for (const { kind } of planted) this.#tally.add(`fault ${kind}`);
  }

  #open({ place, state, sequence: former }: Stand, rank: number): Rank {
    const { kind, workers, world, ragged, maxQueueSize, retries, retryErrors, onError, reuse, loops } =
      this.#phase;
    const folder = this.#files?.folder ?? "";
    const sequence = reuse && world === 1 && former ? former : makeSequence(this.#schedule, folder);
    beforeEpoch(sequence, place.epoch);
    const controller = new AbortController();
    const memory = loops.some((loop) => loop.faults.some((fault) => fault.kind === "memory"));
    const loader = new DataLoader(sequence, {
      workers: kind === "auto" ? "auto" : workers,
      worker: kind === "process" ? "process" : "thread",
      maxQueueSize,
      shuffle: this.#schedule.shuffle,
      seed: this.#schedule.seed,
      retries,
      retryErrors,
      onError,
      timeout: this.#timeout,
      signal: controller.signal,
      ...(state && { state }),
      ...(world > 1 && { shard: { rank, worldSize: world, ragged } }),
      ...(memory && { resourceLimits: { maxOldGenerationSizeMb: 48 } }),
    });
    return { rank, sequence, loader, controller, place, closed: false };
  }

  /** Milliseconds for a batch: short only where a worker is known to stick, as a busy machine makes others late too. */
  get #timeout(): number {
    const sticks = this.#phase.loops.some(
      (loop) =>
        loop.faults.some((fault) => faults[fault.kind].does === "sticks") ||
        loop.kills.some(({ lasts = 0 }) => lasts > 1000),
    );
    return sticks ? 1500 : 20_000;
  }

  #checkStands({ loader, place, rank }: Rank, when: string): void {
    const { epoch, position, ...rest } = loader.state();
    this.#tally.add("states compared");
    if (epoch !== place.epoch || position !== place.position) {
      throw new Violation(
        "another position",
        `${when}, rank ${rank} says epoch ${epoch}, position ${position}; what came ends at epoch ${place.epoch}, position ${place.position}`,
      );
    }
    const bytes = Buffer.byteLength(JSON.stringify({ epoch, position, ...rest }));
    if (bytes > 200) throw new Violation("a long state", `${bytes} bytes`);
  }

  #checkReport(loader: DataLoader<Batch>): void {
    const { workersLost, summary } = loader.report();
    const retries = this.#phase.retries + 1;
    const planted = this.#phase.loops
      .flatMap((loop) => loop.faults)
      .filter(({ kind }) => faults[kind].does === "dies" || faults[kind].does === "sticks")
      .reduce((sum, { times }) => sum + (times ?? retries), 0);
    this.#tally.add("workers lost", workersLost);
    if (workersLost > planted + this.#killer.sent) {
      throw new Violation("workers lost without a fault", summary);
    }
  }

  #refused(error: Error): undefined {
    if (!mayRefuse(this.#schedule))
      throw new Violation("a state was refused", error.message, { cause: error });
    this.#tally.add(`refused states of ${this.#schedule.sequence} sequences`);
    return undefined;
  }
}

/** All of `promises`, each heard out; then the first failure, if there is one. */
async function settle<T>(promises: readonly Promise<T>[]): Promise<T[]> {
  const settled = await Promise.allSettled(promises);
  return settled.map((each) => {
    if (each.status === "rejected") throw each.reason;
    return each.value;
  });
}
