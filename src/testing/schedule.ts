/** What varies from run to run of a loader. Pure: a seed gives the same on every machine, so it repeats a failure. */
import { keyedRandom, type Random } from "../random/random.ts";
import { type Fault, faultKinds, type WorkerKind } from "./faults.ts";

/**
 * Everything that may vary from run to run of a loader, drawn from one seed: workers, queue, order, what goes wrong and
 * when, how slowly the consumer reads and where it stops.
 */
export interface FaultSchedule {
  /** The number that it was drawn from. */
  readonly seed: number;
  /** Where batches are fetched. */
  readonly kind: WorkerKind;
  /** As the loader's option; 0 inline. */
  readonly workers: number;
  /** As the loader's option. */
  readonly maxQueueSize: number;
  /** As the loader's option. */
  readonly shuffle: boolean;
  /** Epochs that are loaded. */
  readonly epochs: number;
  /** As the loader's option. */
  readonly retries: number;
  /** What goes wrong, and where. */
  readonly faults: readonly Fault[];
  /** Steps of the whole run before which the consumer pauses, in milliseconds. */
  readonly pauses: ReadonlyMap<number, number>;
  /** Batches after which each epoch is left; Infinity where it is read to its end. */
  readonly stopAfter: readonly number[];
}

/** What schedules are drawn for. */
export interface FaultScheduleOptions {
  /** Any number; the same gives the same schedule. */
  readonly seed: number;
  /** Batches of an epoch. */
  readonly length: number;
  /** Kinds of workers to choose from. */
  readonly kinds: readonly WorkerKind[];
}

/** Draws a schedule. */
export function drawSchedule({ seed, length, kinds }: FaultScheduleOptions): FaultSchedule {
  const random = keyedRandom(seed, "mix", 0, 0);
  const kind = random.choice(kinds);
  const epochs = random.integer(1, 4);
  const retries = random.integer(0, 3);
  const steps = epochs * length;
  return {
    seed,
    kind,
    workers: kind === "inline" ? 0 : random.integer(1, 4),
    maxQueueSize: random.integer(1, 12),
    shuffle: random.boolean(),
    epochs,
    retries,
    faults: drawFaults(random, kind, length, epochs, retries),
    pauses: new Map(
      Array.from({ length: random.integer(0, 4) }, () => [random.integer(0, steps), random.integer(0, 40)]),
    ),
    stopAfter: Array.from({ length: epochs }, () =>
      random.integer(0, 4) === 0 ? random.integer(0, length) : Number.POSITIVE_INFINITY,
    ),
  };
}

/** Up to three faults, each mostly survivable: one more than `retries` ends its epoch. */
function drawFaults(
  random: Random,
  kind: WorkerKind,
  length: number,
  epochs: number,
  retries: number,
): Fault[] {
  const faults = Array.from({ length: random.integer(0, 4) }, () => ({
    epoch: random.integer(0, epochs),
    index: random.integer(0, length),
    kind: random.choice(faultKinds[kind]),
    times: random.integer(1, retries + 2),
  }));
  return faults.filter(
    ({ epoch, index }, i) => faults.findIndex((each) => each.epoch === epoch && each.index === index) === i,
  );
}
