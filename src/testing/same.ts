/** Holds a sequence against the promise that its batches depend on (seed, epoch, index) and nothing else. */
import { checkBoolean, checkInteger, checkKnown } from "../core/check.ts";
import { DataLoader } from "../loader/data-loader.ts";
import type { DataLoaderOptions } from "../loader/options.ts";
import { checkList } from "../sampler/sampler.ts";
import { loadedBy } from "../sequence/batching/loaded.ts";
import { nameOf, type Sequence } from "../sequence/sequence.ts";
import { digest } from "./digest.ts";

/** How {@link assertSameForAnyWorkers} works. */
export interface SameOptions {
  /** Numbers of workers to compare; the first is the one that others are held against. Default 0, 1, 2 and 4. */
  readonly workers?: readonly number[];
  /** Whether worker processes are compared as well as threads. Default true. */
  readonly processes?: boolean;
  /** Epochs to compare. Default 2. */
  readonly epochs?: number;
  /** As the loader's option. Default true, but for sequences that a loader does not shuffle. */
  readonly shuffle?: boolean;
  /** As the loader's option. Default 7. */
  readonly seed?: number;
}

/**
 * Loads `epochs` epochs with each number and kind of workers, and from the middle of the first epoch as after a
 * resume, and checks that every stream of batches is the same, byte for byte.
 *
 * @throws Error naming the first batch that differs.
 * @example
 * await assertSameForAnyWorkers(new CIFAR10Sequence(files, labels, 32));
 */
export async function assertSameForAnyWorkers(
  sequence: Sequence<unknown>,
  options: SameOptions = {},
): Promise<void> {
  checkKnown("assertSameForAnyWorkers", options, ["workers", "processes", "epochs", "shuffle", "seed"]);
  const { workers = [0, 1, 2, 4], processes = true, epochs = 2, seed = 7 } = options;
  const { shuffle = canShuffle(sequence) } = options;
  checkList("workers", workers);
  checkBoolean("processes", processes);
  checkInteger("epochs", epochs, 1);
  let first: Reading | undefined;
  for (const worker of processes ? (["thread", "process"] as const) : (["thread"] as const)) {
    for (const count of workers) {
      // There is no inline process.
      if (worker === "process" && count === 0) continue;
      const loading = { workers: count, worker, shuffle, seed };
      const name = count === 0 ? "inline" : `${count} ${worker === "process" ? "processes" : "threads"}`;
      const stream = { name, digests: await digestsOf(sequence, loading, epochs) };
      first ??= stream;
      compare(nameOf(sequence), first, stream);
      const resumed = { name: `${name}, resumed`, digests: await digestsOf(sequence, loading, epochs, true) };
      compare(nameOf(sequence), first, resumed);
    }
  }
}

/** Whether a loader takes `shuffle` over the sequence. */
function canShuffle(sequence: Sequence<unknown>): boolean {
  try {
    loadedBy(sequence, { shuffle: true });
    return true;
  } catch {
    return false;
  }
}

/** What one way of loading gave. */
interface Reading {
  readonly name: string;
  readonly digests: readonly string[];
}

/** The digests of all batches; with `resume`, by two loaders, the second of which goes on where the first was left. */
async function digestsOf(
  sequence: Sequence<unknown>,
  options: DataLoaderOptions,
  epochs: number,
  resume: boolean = false,
): Promise<string[]> {
  const digests: string[] = [];
  let loader = new DataLoader(sequence, options);
  try {
    if (resume) {
      const half = Math.ceil(loader.length / 2);
      for await (const batch of loader) {
        digests.push(digest(batch));
        if (digests.length === half) break;
      }
      const state = JSON.parse(JSON.stringify(loader.state())) as NonNullable<DataLoaderOptions["state"]>;
      await loader.close();
      loader = new DataLoader(sequence, { ...options, state });
    }
    while (loader.epoch < epochs) for await (const batch of loader) digests.push(digest(batch));
  } finally {
    await loader.close();
  }
  return digests;
}

function compare(sequence: string, one: Reading, other: Reading): void {
  const length = Math.max(one.digests.length, other.digests.length);
  for (let i = 0; i < length; i++) {
    if (one.digests[i] === other.digests[i]) continue;
    throw new Error(
      `Batch ${i} of ${sequence}, counted over the epochs, differs between ${one.name} (${one.digests[i]}) and ${other.name} (${other.digests[i]}). getItem must depend on nothing but the index, the context and the sequence's fields: draw random numbers from context.random, not Math.random(), and keep no state between calls.`,
    );
  }
}
