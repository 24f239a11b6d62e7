/**
 * Faults put into a sequence, for tests: at chosen batches its worker throws, ends, is killed, spins or never answers.
 *
 * A fault happens a fixed number of times, however many workers come and go: each time leaves a file in a folder that
 * all of them see. What is fetched after that is what the sequence itself gives.
 */
import { closeSync, openSync } from "node:fs";
import { join } from "node:path";
import { Combinator, type Hooked } from "../sequence/combinator.ts";
import type { Context } from "../sequence/context.ts";
import { type Awaitable, nameOf, type Returned, type Sequence } from "../sequence/sequence.ts";
import type { WorkerSource } from "../worker/worker.ts";

/**
 * What may happen in `getItem`: `throw` an error, `exit` the worker, leave a stray `rejection`, `kill` the process,
 * spin in a `loop`, or `never` settle.
 */
export type FaultKind = "throw" | "exit" | "rejection" | "kill" | "loop" | "never";

/** One fault: at batch `index` of `epoch`, the first `times` times it is fetched. */
export interface Fault {
  /** The epoch in which it happens. */
  readonly epoch: number;
  /** The batch at which it happens: the index given to `getItem`. */
  readonly index: number;
  /** What happens. */
  readonly kind: FaultKind;
  /** How often it happens before the batch is fetched as it is. */
  readonly times: number;
}

/** Where batches are fetched: in the program's own thread, or where the option `worker` says. */
export type WorkerKind = "inline" | WorkerSource;

/** The faults that a kind of worker can suffer without taking the program with it. */
export const faultKinds: Readonly<Record<WorkerKind, readonly FaultKind[]>> = {
  inline: ["throw", "never"],
  thread: ["throw", "exit", "rejection", "loop", "never"],
  process: ["throw", "exit", "rejection", "kill", "loop", "never"],
};

/** A sequence with faults in it. `folder` is an empty folder of its own, removed by whoever made it. */
export class FaultySequence<B> extends Combinator<B> {
  static override readonly module: string = import.meta.url;
  /** The sequence as it is without faults. */
  readonly source: Sequence<B>;
  /** What goes wrong, and where. */
  readonly faults: readonly Fault[];
  /** Where it is counted how often each fault has happened. */
  readonly folder: string;

  constructor(source: Sequence<B>, faults: readonly Fault[], folder: string) {
    super();
    this.source = source;
    this.faults = faults;
    this.folder = folder;
  }

  get length(): number {
    return this.source.length;
  }

  getItem(index: number, context: Context): Awaitable<Returned<NoInfer<B>>> {
    const fault = this.faults.find((each) => each.index === index && each.epoch === context.epoch);
    if (fault && occurrence(this.folder, fault) <= fault.times) return misbehave(fault.kind, this.source);
    return this.source.getItem(index, context);
  }

  combines(): readonly Hooked[] {
    return [this.source];
  }
}

/** How often the fault has been met in all threads and processes, this time counted. */
function occurrence(folder: string, { epoch, index }: Fault): number {
  for (let n = 1; ; n++) {
    try {
      closeSync(openSync(join(folder, `${epoch}-${index}-${n}`), "wx"));
      return n;
    } catch (error) {
      if ((error as { code?: unknown }).code !== "EEXIST") throw error;
    }
  }
}

function misbehave(kind: FaultKind, sequence: object): Promise<never> {
  switch (kind) {
    case "throw":
      throw new Error(`an injected fault in ${nameOf(sequence)}`);
    case "exit":
      return process.exit(3);
    case "rejection":
      Promise.reject(new Error("an injected stray rejection"));
      break;
    case "kill":
      process.kill(process.pid, "SIGKILL");
      break;
    case "loop":
      for (;;);
    case "never":
      break;
  }
  return new Promise(() => {});
}
