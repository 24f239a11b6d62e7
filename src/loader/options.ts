/** The options of a loader: their defaults, and their checks. */

import { shardFromEnv } from "#loader/shard-env";
import { nodeWorkers } from "#worker/kinds/native";
import { servedChunk } from "#worker/kinds/served";
import {
  checkBoolean,
  checkChoice,
  checkInteger,
  checkKnown,
  checkNumber,
  checkSeed,
  checkSignal,
  show,
} from "../core/check.ts";
import { OptionError } from "../core/errors.ts";
import { checkShard, type Shard } from "../core/shard.ts";
import { parseBytes } from "../core/size.ts";
import { batchOptionNames } from "../sequence/batching/batches.ts";
import type { MakeCopies } from "../worker/copies.ts";
import type { WorkerFactory } from "../worker/kinds/far-port.ts";
import { checkResourceLimits, type ResourceLimits } from "../worker/kinds/limits.ts";
import type { WorkerSource } from "../worker/worker.ts";
import type { LoaderState } from "./state.ts";

/** How a {@link DataLoader} works. Everything has a default. */
export interface DataLoaderOptions {
  /**
   * Number of worker threads (or processes); 0 (default) loads in the program's own thread. `"auto"` starts without,
   * takes as many as the consumer can empty, at most one a core, or up to 32 where `getItem` waits for something that is no
   * work, and gives them up where they bring nothing.
   */
  readonly workers?: number | "auto";
  /**
   * Where a worker comes from: a thread of this program (`"thread"`, the default), or a process of its own
   * (`"process"`), so that a crash in native code takes one worker and not the program. Or a function that makes a Worker,
   * a new one each time, whose script calls `serve`: in a page, in Bun and Deno, and in bundled programs.
   */
  readonly worker?: WorkerSource | WorkerFactory;
  /** Keras' word for `worker: "process"`. */
  readonly useMultiprocessing?: boolean;
  /**
   * Batches that may wait for the consumer. At most `maxQueueSize + workers` exist ahead of it. Default 10. `"auto"`
   * starts with 2 and grows where the consumer waits.
   */
  readonly maxQueueSize?: number | "auto";
  /** Memory that the batches ahead of the consumer may take, such as `"512MB"`, or bytes. At least one is let in. */
  readonly memory?: number | string;
  /** A new random order each epoch: of the batches of a Sequence, of the samples of `batches(…)`. Default false. */
  readonly shuffle?: boolean;
  /** What order and `context.random` are drawn from. Default 0, or the state's. */
  readonly seed?: number;
  /** Number of the first epoch, where no state says it. Default 0. */
  readonly initialEpoch?: number;
  /** Go on where `loader.state()` was taken. */
  readonly state?: LoaderState | undefined;
  /**
   * Load only this rank's part of each epoch. `"env"` takes rank and world size from what torchrun, a Kubernetes
   * Indexed Job or an AWS Batch array job has set.
   */
  readonly shard?: Shard | "env" | undefined;
  /**
   * Milliseconds a worker may take for one batch before it is replaced. Default 120,000: two minutes are longer than
   * a batch should take and shorter than a lost night. A wait of 5 s is said once. A start has at least 60,000.
   */
  readonly timeout?: number;
  /** How often a batch is tried again after its worker died or missed the deadline. Default 2. */
  readonly retries?: number;
  /** Whether a batch is also tried again when `getItem` threw. Default false: an error of yours is yours. */
  readonly retryErrors?: boolean;
  /** What to do when a batch cannot be had: `"throw"` (default), or `"skip"` it with a warning and a note in the report. */
  readonly onError?: "throw" | "skip";
  /** Aborting it closes the loader; a waiting iteration rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Memory limits of a worker in MiB, as `worker_threads` takes them; a process takes those that Node has flags for. */
  readonly resourceLimits?: ResourceLimits;
}

/** Options that stay undefined where they were not given. */
type Optional = "state" | "shard" | "signal";

/** Options whose resolved form is another: the three of a worker make one kind. */
type Reformed = "memory" | "shard" | "worker" | "useMultiprocessing" | "resourceLimits";

/** Options with their defaults filled in: `memory` in bytes, the rank of `shard` known, `worker` the kind it means. */
export type ResolvedOptions = {
  readonly [K in keyof Required<Omit<DataLoaderOptions, Reformed>>]: K extends Optional
    ? DataLoaderOptions[K]
    : Exclude<DataLoaderOptions[K], undefined>;
} & { readonly memory: number; readonly shard: Shard | undefined; readonly worker: MakeCopies };

/** Names of all options. */
export const optionNames: readonly (keyof DataLoaderOptions)[] = [
  "workers",
  "worker",
  "useMultiprocessing",
  "maxQueueSize",
  "memory",
  "shuffle",
  "seed",
  "initialEpoch",
  "state",
  "shard",
  "timeout",
  "retries",
  "retryErrors",
  "onError",
  "signal",
  "resourceLimits",
];

/** As {@link optionNames}, of a loader of samples. */
const sampleOptionNames: readonly string[] = [...new Set([...batchOptionNames, ...optionNames])];

const ofBatches = "It belongs to batches(dataset, { … }).";
const notHere = "Leave it out:";

/** Options that other loaders have, and what they are here. */
const elsewhere: Readonly<Record<string, string>> = {
  numWorkers: "Its name is `workers`.",
  prefetchFactor: "Its name is `maxQueueSize`: batches ahead in all, not for each worker.",
  generator: "Its name is `seed`.",
  epochs: "Each loop is one epoch; loader.epochs(n) goes through several.",
  batchSize: ofBatches,
  dropLast: ofBatches,
  sampler: ofBatches,
  batchSampler: "`sampler` of batches says which samples, `batchSize` how many.",
  collate: ofBatches,
  collateFn: `Its name is \`collate\`. ${ofBatches}`,
  persistentWorkers: `${notHere} workers stay until close().`,
  pinMemory: `${notHere} a batch is moved, not copied.`,
};

/**
 * Checks that the options of a loader, of samples or of a sequence, are there.
 *
 * @throws OptionError naming one that is not, and what is meant or could be.
 */
export function checkOptionNames(
  options: DataLoaderOptions,
  { ofSamples }: { readonly ofSamples: boolean },
): void {
  if (ofSamples)
    checkKnown("DataLoader", options, sampleOptionNames, {
      ...elsewhere,
      collateFn: "Its name is `collate`.",
    });
  else checkKnown("DataLoader", options, optionNames, elsewhere);
}

/** The one option in two words may not say two things. */
function checkAgree(useMultiprocessing: boolean, worker: WorkerSource | WorkerFactory): void {
  checkBoolean("useMultiprocessing", useMultiprocessing);
  if (useMultiprocessing === (worker === "process")) return;
  const what = typeof worker === "function" ? "a function" : `"${worker}"`;
  throw new OptionError(
    `\`useMultiprocessing: ${useMultiprocessing}\` and \`worker\`, which is ${what}, contradict each other: leave \`useMultiprocessing\` out.`,
  );
}

/** The kind of worker that a value of `worker` means. */
function kindOf(worker: WorkerSource | WorkerFactory, limits: ResourceLimits | undefined): MakeCopies {
  if (typeof worker === "function") {
    if (limits === undefined) return (...of) => servedChunk.module!.servedWorkers(worker)(...of);
    throw new OptionError(
      "`resourceLimits` are given to the Worker that the function `worker` makes, where its platform has such limits. Leave them out here.",
    );
  }
  if (worker !== "thread" && worker !== "process") {
    throw new OptionError(
      `\`worker\` must be "thread", "process" or a function that makes a Worker, () => new Worker(new URL("./worker.js", import.meta.url), { type: "module" }), got ${show(worker)}.`,
    );
  }
  return nodeWorkers(worker, limits);
}

/** Longest delay that a timer takes. */
const longestTimeout = 2 ** 31 - 1;

/**
 * Checks options and fills in defaults. A state is left to whoever goes on from it.
 *
 * @throws OptionError naming the option, what it takes and what it was given.
 */
export function resolveOptions(options: DataLoaderOptions): ResolvedOptions {
  checkOptionNames(options, { ofSamples: false });
  const { state } = options;
  const {
    workers = 0,
    useMultiprocessing,
    worker = useMultiprocessing === true ? "process" : "thread",
    maxQueueSize = 10,
    memory,
    shuffle = false,
    seed = state?.seed ?? 0,
    initialEpoch = 0,
    timeout = 120_000,
    retries = 2,
    retryErrors = false,
    onError = "throw",
    signal,
    resourceLimits,
  } = options;
  if (workers !== "auto") checkInteger("workers", workers, 0, 1024);
  if (maxQueueSize !== "auto") checkInteger("maxQueueSize", maxQueueSize, 1);
  checkSeed("seed", seed);
  checkInteger("initialEpoch", initialEpoch);
  checkNumber("timeout", timeout, 1, longestTimeout);
  checkInteger("retries", retries);
  checkChoice("onError", onError, ["throw", "skip"]);
  for (const [name, value] of Object.entries({ shuffle, retryErrors })) checkBoolean(name, value);
  const kind = kindOf(worker, resourceLimits);
  if (useMultiprocessing !== undefined) checkAgree(useMultiprocessing, worker);
  if (signal !== undefined) checkSignal("signal", signal);
  if (resourceLimits !== undefined) checkResourceLimits(resourceLimits);
  const shard = options.shard === "env" ? shardFromEnv() : options.shard;
  if (shard !== undefined) checkShard("`shard`", shard, "shard.");
  return {
    workers,
    worker: kind,
    maxQueueSize,
    memory: memory === undefined ? Number.POSITIVE_INFINITY : parseBytes("memory", memory),
    shuffle,
    seed,
    initialEpoch: state?.epoch ?? initialEpoch,
    state,
    shard,
    timeout,
    retries,
    retryErrors,
    onError,
    signal,
  };
}
