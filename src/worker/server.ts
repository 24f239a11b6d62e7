/**
 * Fetches the batches that are asked for, one after the other: the same in the program's own thread and on a far side.
 *
 * Invariant: every request is answered exactly once, in the order of coming, whatever getItem does short of ending the
 * thread, until the server is closed. Limits: a getItem that never yields cannot be stopped; one whose promise never
 * settles is given up by closing, and runs on unheard.
 */
import { Cancellation } from "../core/cancellation.ts";
import { awaitFetch, beginFetch, endFetch, type Fetch } from "../core/counters.ts";
import { LoaderError } from "../core/errors.ts";
import { createContext } from "../sequence/context.ts";
import { fetchBatch } from "../sequence/fetching.ts";
import type { Sequence } from "../sequence/sequence.ts";
import { costsOf } from "../tensor/costs.ts";
import { type Kept, keptBuffers, ownBuffers } from "../tensor/transfer.ts";
import type { BatchRequest, WorkerEvents } from "./worker.ts";

/** What is served: a sequence with the loader's seed, and the buffers that it keeps for itself. */
interface Source {
  readonly sequence: Sequence<unknown>;
  readonly seed: number;
  readonly kept: Kept;
}

/** The fetch that runs. */
interface Running {
  readonly id: number;
  readonly cancellation: Cancellation;
  readonly costs: Fetch;
}

/** Answers requests for batches of the sequence that it was given last, by the two events of a worker that are answers. */
export class Server {
  readonly #answers: Pick<WorkerEvents, "onBatch" | "onError">;
  readonly #mayFetch: () => boolean;
  /** Requests that wait, and sequences to be loaded before those behind them. */
  readonly #queue: (BatchRequest | (() => Promise<void>))[] = [];
  #source: Source | undefined;
  #running: Running | undefined;
  #loading = false;
  #cancelledUpTo = -1;
  #closed = false;

  /** `mayFetch` is asked before each fetch that is not cancelled; where it says no, it sees to a call of `next`. */
  constructor(answers: Pick<WorkerEvents, "onBatch" | "onError">, mayFetch: () => boolean = () => true) {
    this.#answers = answers;
    this.#mayFetch = mayFetch;
  }

  /** Serves `sequence` from here on, with what it keeps for itself by now. */
  open(sequence: Sequence<unknown>, seed: number): void {
    this.#source = { sequence, seed, kept: keptBuffers(sequence) };
  }

  /** Has `load` open a sequence, after the requests that came before and ahead of those that come later. */
  load(load: () => Promise<void>): void {
    this.#queue.push(load);
    this.next();
  }

  /** Fetches a batch when its turn has come. */
  fetch(request: BatchRequest): void {
    this.#queue.push(request);
    this.next();
  }

  /** Aborts what runs and answers what waits, up to the id `upTo`: nobody waits for it. */
  cancel(upTo: number): void {
    this.#cancelledUpTo = Math.max(this.#cancelledUpTo, upTo);
    if (this.#running && this.#running.id <= upTo) this.#running.cancellation.abort();
    // At once: whoever leaves a loop waits for the caller's instance to be free, and the event loop may sleep.
    this.next();
  }

  /** Answers nothing any more. */
  close(): void {
    this.#closed = true;
    if (!this.#running) return;
    this.#running.cancellation.abort();
    endFetch(this.#running.costs);
  }

  /** Goes on with what waits, as far as it may. */
  next(): void {
    while (!this.#closed && !this.#running && !this.#loading && this.#queue.length > 0) {
      const task = this.#queue[0]!;
      if (typeof task === "function") {
        this.#queue.shift();
        void this.#load(task);
      } else {
        const cancelled = task.id <= this.#cancelledUpTo;
        if (!cancelled && !this.#mayFetch()) return;
        this.#queue.shift();
        this.#run(task, cancelled);
      }
    }
  }

  async #load(load: () => Promise<void>): Promise<void> {
    this.#loading = true;
    await load();
    this.#loading = false;
    this.next();
  }

  #run(request: BatchRequest, cancelled: boolean): void {
    const job: Running = {
      id: request.id,
      cancellation: new Cancellation(),
      costs: beginFetch(request.observed),
    };
    this.#running = job;
    let fetched: unknown;
    try {
      if (cancelled) throw new LoaderError("Nobody waits for this batch any more.");
      fetched = fetch(this.#source!, request, job.cancellation);
    } catch (error) {
      this.#fail(job, error);
      return;
    }
    if (fetched instanceof Promise) {
      awaitFetch(job.costs);
      fetched.then(
        (batch) => {
          this.#deliver(job, batch);
          this.next();
        },
        (error) => {
          this.#fail(job, error);
          this.next();
        },
      );
    } else this.#deliver(job, fetched);
  }

  #deliver(job: Running, batch: unknown): void {
    if (this.#closed) return;
    let owned: unknown;
    try {
      owned = ownBuffers(batch, this.#source!.kept);
    } catch (error) {
      this.#fail(job, error);
      return;
    }
    const costs = costsOf(job.costs, batch, owned);
    this.#running = undefined;
    this.#answers.onBatch(job.id, owned, costs);
  }

  #fail(job: Running, error: unknown): void {
    if (this.#closed) return;
    endFetch(job.costs);
    this.#running = undefined;
    this.#answers.onError(job.id, error);
  }
}

/** Apart from what is around it, so that the user's loop is not compiled into that: 6 % in memory. */
function fetch(pass: Source, { epoch, index }: BatchRequest, cancellation: Cancellation): unknown {
  const { sequence, seed } = pass;
  return fetchBatch(sequence, createContext({ epoch, index, seed, cancellation, pass }));
}
