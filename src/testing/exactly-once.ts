/** Holds a sequence against random schedules of faults. */
import { checkChoice, checkInteger, checkKnown } from "../core/check.ts";
import { checkList } from "../sampler/sampler.ts";
import type { Sequence } from "../sequence/sequence.ts";
import { faultKinds, type WorkerKind } from "./faults.ts";
import { Expected, runSchedule } from "./run.ts";
import { drawSchedule, type FaultSchedule } from "./schedule.ts";

/** How {@link assertExactlyOnce} works. */
export interface AssertOptions {
  /** Random schedules to run. Default 20. */
  readonly schedules?: number;
  /** Seed of the first schedule; the next ones count up. Default: the time, or `EPOCHAL_SEED` from the environment. */
  readonly seed?: number;
  /** Kinds of workers. Default inline and threads; processes take longer to start. */
  readonly kinds?: readonly WorkerKind[];
  /** Schedules that run side by side. Default 4. */
  readonly concurrency?: number;
}

/**
 * Runs `sequence` through random schedules (workers, queue sizes, order, worker deaths, errors, hangs, pauses, early
 * stops) and checks that every epoch delivers each batch once, in order, with the bytes that the sequence gives on its
 * own, or ends with a typed error at the place of a fault that was too much.
 *
 * A failure names its seed; `EPOCHAL_SEED=<seed>` in the environment runs that one schedule again, alone.
 *
 * @throws Error with the seed, the schedule, and what was lost, repeated or different.
 * @example
 * await assertExactlyOnce(new CIFAR10Sequence(files, labels, 32), { kinds: ["thread", "process"] });
 */
export async function assertExactlyOnce(
  sequence: Sequence<unknown>,
  options: AssertOptions = {},
): Promise<void> {
  checkKnown("assertExactlyOnce", options, ["schedules", "seed", "kinds", "concurrency"]);
  const { schedules = 20, seed = Date.now(), kinds = ["inline", "thread"], concurrency = 4 } = options;
  checkInteger("schedules", schedules, 1);
  checkInteger("concurrency", concurrency, 1);
  const replayed = process.env.EPOCHAL_SEED;
  const first = replayed === undefined ? seed : Number(replayed);
  checkInteger("seed", first);
  checkList("kinds", kinds);
  for (const kind of Array.from(kinds)) checkChoice("kinds", kind, Object.keys(faultKinds));
  const expected = new Expected(sequence);
  let next = first;
  const end = replayed === undefined ? first + schedules : first + 1;
  const lane = async (): Promise<void> => {
    while (next < end) {
      const schedule = drawSchedule({ seed: next++, length: sequence.length, kinds });
      try {
        await runSchedule(sequence, schedule, expected);
      } catch (error) {
        next = end;
        throw new Error(`${(error as Error).message}\n${describe(schedule)}`, { cause: error });
      }
    }
  };
  const lanes = await Promise.allSettled(Array.from({ length: concurrency }, lane));
  const failed = lanes.find((each) => each.status === "rejected");
  if (failed) throw failed.reason;
}

function describe(schedule: FaultSchedule): string {
  const { seed, pauses, ...rest } = schedule;
  return `Repeat it with EPOCHAL_SEED=${seed}. The schedule: ${JSON.stringify({ ...rest, pauses: [...pauses] })}`;
}
