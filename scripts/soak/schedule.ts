/**
 * A schedule: all that happens in one run of a program, as a value that can be printed and read again. Drawn from a seed.
 *
 * A program goes through the epochs of one sequence in phases. Each phase is a loader, or one a rank, that goes on from
 * the state of the phase before, with workers of its own; each of its loops is an epoch, or a part of one. Any value of
 * these types means something (an index that is not there is never met), so that a schedule can be cut down freely.
 */
import { keyedRandom, type Random } from "../../src/random/random.ts";

/** Which sequence; see sequences.js. `samples` and `combined` are made of combinators; `careless` is never drawn. */
export type SequenceKind =
  | "plain"
  | "samples"
  | "combined"
  | "growing"
  | "staged"
  | "ordered"
  | "drifting"
  | "images"
  | "careless";

/** Where batches are fetched. `auto` is `workers: "auto"`, with threads. */
export type WorkerKind = "inline" | "thread" | "process" | "auto";

/** What goes wrong inside `getItem`; see faults.js. */
export type FaultKind = keyof typeof faults;

/** How a loop is left after its last batch. */
export type Leave = "return" | "throw" | "dispose" | "abort" | "close" | "abort waiting" | "close waiting";

/** A fault at the batch of `index`, the first `times` times that it is fetched; null: each time. */
export interface Fault {
  readonly index: number;
  readonly kind: FaultKind;
  readonly times: number | null;
}

/** A signal to a worker process from outside, `delay` milliseconds after `after` batches. A stop ends after `lasts`. */
export interface Kill {
  readonly after: number;
  readonly delay: number;
  readonly signal: "SIGKILL" | "SIGTERM" | "SIGSEGV" | "SIGSTOP";
  readonly which: number;
  readonly lasts?: number;
}

/** A file changed after `after` batches: another image or a cut one in its place, put there at once or written over. */
export interface Mutation {
  readonly after: number;
  readonly file: number;
  readonly to: "first" | "second" | "cut";
  readonly how: "renamed" | "written";
}

/** One loop over a loader. */
export interface Loop {
  /** Batches after which it is left; null where it is read to its end. */
  readonly take: number | null;
  readonly leave: Leave;
  /** Calls of `next` at a time. */
  readonly overlap: number;
  /** Whether each batch is released. */
  readonly release: boolean;
  /** Whether a second loop is tried in the midst of it. */
  readonly second: boolean;
  /** Milliseconds that the consumer takes over its third batch. */
  readonly pause: number;
  readonly faults: readonly Fault[];
  readonly kills: readonly Kill[];
  readonly mutations: readonly Mutation[];
}

/** One loader. */
export interface Phase {
  readonly kind: WorkerKind;
  readonly workers: number;
  readonly world: number;
  readonly ragged: "uneven" | "drop";
  readonly maxQueueSize: number;
  readonly retries: number;
  readonly retryErrors: boolean;
  readonly onError: "throw" | "skip";
  /** Whether it iterates over the very instance of the phase before, where there was one loader; else over a new one. */
  readonly reuse: boolean;
  /** Whether it ends with the first failure; else the next loop goes on with the next epoch. */
  readonly endOnFailure: boolean;
  readonly loops: readonly Loop[];
}

/** See the head of this file. */
export interface Schedule {
  /** What order and random numbers are drawn from. */
  readonly seed: number;
  readonly sequence: SequenceKind;
  readonly length: number;
  /** Numbers in a batch. */
  readonly size: number;
  readonly shuffle: boolean;
  readonly phases: readonly Phase[];
}

/**
 * The faults: `throws` reach the loader as an error, `dies` take the worker, `sticks` keep it until its deadline,
 * `passes` do nothing. `where` says who can suffer it without taking the program along.
 */
export const faults = {
  throw: { does: "throws", where: ["inline", "thread", "process", "auto"] },
  reject: { does: "throws", where: ["inline", "thread", "process", "auto"] },
  text: { does: "throws", where: ["inline", "thread", "process", "auto"] },
  huge: { does: "throws", where: ["inline", "thread", "process", "auto"] },
  knotted: { does: "throws", where: ["inline", "thread", "process", "auto"] },
  nothing: { does: "throws", where: ["inline", "thread", "process", "auto"] },
  exit: { does: "dies", where: ["thread", "process"] },
  stray: { does: "dies", where: ["thread", "process"] },
  memory: { does: "dies", where: ["thread", "process"] },
  kill: { does: "dies", where: ["process"] },
  crash: { does: "dies", where: ["process"] },
  loop: { does: "sticks", where: ["thread", "process"] },
  never: { does: "sticks", where: ["inline", "thread", "process"] },
  foreign: { does: "passes", where: ["thread", "process"] },
} as const satisfies Record<string, { does: string; where: readonly WorkerKind[] }>;

/** What can be left out of schedules by name: kinds of sequences, of workers and of faults, and what a program does. */
export const features = [
  ...["samples", "combined", "growing", "staged", "ordered", "drifting", "images"],
  ...["thread", "process", "auto"],
  ...Object.keys(faults).filter((name) => name !== "throw"),
  ...["failure", "resume", "reuse", "shards", "skip", "kills", "stops", "mutations", "overlap", "release"],
] as const;

/** Draws the schedule of `seed`, without the features in `without`. */
export function drawSchedule(seed: number, without: ReadonlySet<string> = new Set()): Schedule {
  const random = keyedRandom(seed, "mix", 0, 0);
  const pick = <T extends string>(...of: readonly T[]): T =>
    random.choice(of.filter((each) => !without.has(each)));
  const sequence = pick(
    ...(["plain", "plain", "samples", "combined", "growing", "staged"] as const),
    ...(["ordered", "drifting", "images"] as const),
  );
  const length = random.choice([1, 2, 3, 5, 8, 13, 20, 40]);
  const phases = without.has("resume") ? 1 : random.integer(1, 5);
  return {
    seed,
    sequence,
    length: sequence === "images" ? Math.min(length, imageFiles) : length,
    // Beyond 1 kB, arrays of processes go through shared memory.
    size: random.choice([1, 8, 300, 3000]),
    shuffle: random.boolean(),
    phases: Array.from({ length: phases }, () => drawPhase(random, { sequence, length, without, pick })),
  };
}

/** Images that may be changed. */
export const imageFiles = 8;

interface Drawn {
  readonly sequence: SequenceKind;
  readonly length: number;
  readonly without: ReadonlySet<string>;
  readonly pick: <T extends string>(...of: readonly T[]) => T;
}

function drawPhase(random: Random, drawn: Drawn): Phase {
  const { without, pick } = drawn;
  const kind = pick("inline", "thread", "thread", "process", "auto");
  const chance = (feature: string, probability: number): boolean =>
    random.boolean(probability) && !without.has(feature);
  const world = chance("shards", 0.25) ? random.integer(2, 5) : 1;
  // Faults and kills from outside may meet in one batch.
  const retries = without.has("failure") ? 9 : random.integer(0, 3);
  const retryErrors = random.boolean(0.2);
  const onError = chance("skip", 0.15) ? "skip" : "throw";
  const loops = random.choice([0, 1, 1, 1, 2, 2, 3]);
  return {
    kind,
    workers: kind === "inline" ? 0 : random.integer(1, world > 1 ? 3 : 5),
    world,
    ragged: random.boolean(0.8) ? "uneven" : "drop",
    maxQueueSize: random.integer(1, 12),
    retries,
    retryErrors,
    onError,
    reuse: chance("reuse", 0.2),
    endOnFailure: random.boolean(0.8),
    loops: Array.from({ length: loops }, () => ({
      take: random.boolean(0.5) ? null : random.integer(1, Math.ceil(drawn.length / world) + 1),
      leave: random.choice(leaves),
      overlap: chance("overlap", 0.2) ? random.integer(2, 6) : 1,
      release: chance("release", 0.25),
      second: random.boolean(0.1),
      pause: random.boolean(0.15) ? random.integer(1, 30) : 0,
      faults: random.boolean(0.5) ? drawFaults(random, drawn, kind, retries, retryErrors) : [],
      kills: kind === "process" && chance("kills", 0.5) ? drawKills(random, drawn) : [],
      mutations: drawn.sequence === "images" && chance("mutations", 0.6) ? drawMutations(random, drawn) : [],
    })),
  };
}

const leaves: readonly Leave[] = [
  ...(["return", "return", "return", "throw", "dispose"] as const),
  ...(["abort", "close", "abort waiting", "close waiting"] as const),
];

/** Up to three faults, most of them survived. */
function drawFaults(
  random: Random,
  { length, without, pick }: Drawn,
  kind: WorkerKind,
  retries: number,
  retryErrors: boolean,
): Fault[] {
  const possible = (Object.keys(faults) as FaultKind[]).filter((name) =>
    faults[name].where.some((where) => where === kind),
  );
  // What takes seconds is rare.
  const quick = possible.filter((name) => faults[name].does !== "sticks" && name !== "memory");
  const drawn = Array.from({ length: random.integer(1, 4) }, (): Fault | undefined => {
    const fault = random.boolean(0.1) ? pick(...possible) : pick(...quick);
    const survivable = faults[fault].does !== "throws" || retryErrors;
    const fatal = !survivable || retries === 0 || random.boolean(0.25);
    if (fatal && without.has("failure") && faults[fault].does !== "passes") return undefined;
    return {
      index: random.integer(0, length),
      kind: fault,
      times: fatal ? null : random.integer(1, without.has("failure") ? 3 : retries + 1),
    };
  });
  return drawn.filter(
    (fault, i): fault is Fault =>
      fault !== undefined && drawn.findIndex((each) => each?.index === fault.index) === i,
  );
}

function drawKills(random: Random, { length, without }: Drawn): Kill[] {
  const signals = (["SIGKILL", "SIGTERM", "SIGSEGV", "SIGSTOP"] as const).filter(
    (signal) => signal !== "SIGSTOP" || !without.has("stops"),
  );
  return Array.from({ length: random.integer(1, 4) }, () => {
    const signal = random.choice(signals);
    return {
      after: random.integer(0, length),
      delay: random.choice([0, 0, 1, 5, 20, 60, 120]),
      signal,
      which: random.integer(0, 8),
      ...(signal === "SIGSTOP" && { lasts: random.choice([20, 100, 300, 3000]) }),
    };
  });
}

function drawMutations(random: Random, { length, without }: Drawn): Mutation[] {
  const whole = without.has("failure");
  return Array.from({ length: random.integer(1, 4) }, () => ({
    after: random.integer(0, length),
    file: random.integer(0, Math.min(length, imageFiles)),
    to: random.choice(
      whole ? (["first", "second"] as const) : (["first", "second", "second", "cut"] as const),
    ),
    how: random.choice(whole ? (["renamed"] as const) : (["renamed", "written"] as const)),
  }));
}
