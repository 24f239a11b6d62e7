/** Runs a schedule with a real loader, and compares what it delivers with what the sequence itself gives. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BatchError, isEpochalError } from "../core/errors.ts";
import { DataLoader } from "../loader/data-loader.ts";
import { permutation } from "../random/permutation.ts";
import { nameOf, type Sequence } from "../sequence/sequence.ts";
import { digest } from "./digest.ts";
import { type Fault, FaultySequence } from "./faults.ts";
import type { FaultSchedule } from "./schedule.ts";

/** Milliseconds after which a worker that spins or never answers is replaced. Long for a batch, short for a test. */
const timeout = 3000;

/** Seed of order and random numbers: one for all schedules, so that a batch is fetched once to compare with. */
const loaderSeed = 7;

/** The batches of a sequence without loader, workers and faults, as digests. Kept, as they are compared many times. */
export class Expected {
  readonly #sequence: Sequence<unknown>;
  readonly #known = new Map<string, Promise<string>>();

  constructor(sequence: Sequence<unknown>) {
    if (sequence.hasHooks) {
      throw new Error(
        `${nameOf(sequence)} has hooks, so its batches depend on what was loaded before; hold it without them, or give a sequence in the state that a hook leaves behind.`,
      );
    }
    this.#sequence = sequence;
  }

  /** Digest of batch `index` of `epoch`. */
  at(epoch: number, index: number): Promise<string> {
    const key = `${epoch}:${index}`;
    let known = this.#known.get(key);
    if (!known) {
      known = this.#sequence.at(index, { epoch, seed: loaderSeed }).then(digest);
      this.#known.set(key, known);
    }
    return known;
  }
}

/**
 * Runs `schedule` over `sequence`.
 *
 * @throws Error saying what was lost, repeated or different, or which fault was not answered with a typed error.
 */
export async function runSchedule(
  sequence: Sequence<unknown>,
  schedule: FaultSchedule,
  expected: Expected = new Expected(sequence),
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "epochal-faults-"));
  const { kind, workers, maxQueueSize, shuffle, retries } = schedule;
  const loader = new DataLoader(new FaultySequence(sequence, schedule.faults, folder), {
    workers,
    ...(kind === "inline" ? {} : { worker: kind }),
    maxQueueSize,
    shuffle,
    seed: loaderSeed,
    retries,
    timeout,
  });
  try {
    let step = 0;
    for (let epoch = 0; epoch < schedule.epochs; epoch++) {
      step = await runEpoch(loader, sequence.length, schedule, epoch, step, expected);
    }
  } finally {
    await loader.close();
    rmSync(folder, { recursive: true });
  }
}

async function runEpoch(
  loader: DataLoader<unknown>,
  length: number,
  schedule: FaultSchedule,
  epoch: number,
  firstStep: number,
  expected: Expected,
): Promise<number> {
  const order = permutation(length, loaderSeed, "batches", epoch);
  const indexAt = (position: number): number => (schedule.shuffle ? order.at(position) : position);
  const stop = Math.min(length, schedule.stopAfter[epoch]!);
  const fatal = firstFatal(schedule, epoch, length, indexAt);
  const where = (position: number): string =>
    `epoch ${epoch}, position ${position}, index ${indexAt(position)}`;
  let position = 0;
  let failure: { readonly error: unknown } | undefined;
  try {
    for await (const batch of loader) {
      const found = digest(batch);
      if (found !== (await expected.at(epoch, indexAt(position)))) {
        throw new Mismatch(`${where(position)}: another batch was delivered than the sequence gives.`);
      }
      position++;
      await pause(schedule.pauses.get(firstStep + position));
      if (position > stop) break;
    }
  } catch (error) {
    if (error instanceof Mismatch) throw error;
    failure = { error };
  }
  if (failure) {
    const { error } = failure;
    if (!isEpochalError(error, "BatchError")) {
      throw new Error(`${where(position)}: not a typed error but ${String(error)}`, { cause: error });
    }
    checkFailure(error, fatal, position, where);
  } else if (position <= stop) {
    if (position !== length)
      throw new Error(`${where(position)}: the epoch ended early, of ${length} batches.`);
    if (fatal) throw new Error(`${where(fatal.position)}: ${fatal.fault.kind} was met, and no error came.`);
  }
  return firstStep + position;
}

/** What a comparison found; told apart from what the loader throws. */
class Mismatch extends Error {}

function checkFailure(
  error: BatchError,
  fatal: { readonly fault: Fault; readonly position: number } | undefined,
  position: number,
  where: (position: number) => string,
): void {
  if (!fatal)
    throw new Error(`${where(position)}: an error without a fault: ${error.message}`, { cause: error });
  const { fault } = fatal;
  if (position === fatal.position && error.index === fault.index && error.position === position) return;
  throw new Error(
    `${where(position)}: ${fault.kind} was put at ${where(fatal.position)}, the error came here: ${error.message}`,
    { cause: error },
  );
}

/** The first position whose fault is not survived. An error that getItem throws is never tried again. */
function firstFatal(
  { faults, retries }: FaultSchedule,
  epoch: number,
  length: number,
  indexAt: (position: number) => number,
): { readonly fault: Fault; readonly position: number } | undefined {
  const deadly = faults.filter(
    (fault) => fault.epoch === epoch && (fault.kind === "throw" || fault.times > retries),
  );
  for (let position = 0; position < length && deadly.length > 0; position++) {
    const fault = deadly.find(({ index }) => index === indexAt(position));
    if (fault) return { fault, position };
  }
  return undefined;
}

function pause(milliseconds: number | undefined): Promise<void> | undefined {
  if (milliseconds === undefined) return undefined;
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
