/**
 * The worker that is none: it calls the sequence itself, in the program's own thread.
 *
 * It works ahead only while the program has nothing else to do (between two turns of the event loop), and at once
 * when somebody waits, but for a turn of the event loop where one is due. Limits: a getItem that never yields cannot be
 * stopped; one whose promise never settles is given up, and runs on unheard.
 */
import { Cancellation } from "../../core/cancellation.ts";
import { beginFetch, endFetch, type Fetch } from "../../core/counters.ts";
import { LoaderError } from "../../core/errors.ts";
import { whenIdle, yieldIfDue } from "../../core/event-loop.ts";
import { createContext } from "../../sequence/context.ts";
import { fetchBatch, type Sequence } from "../../sequence/sequence.ts";
import { recycle } from "../../tensor/arena.ts";
import { costsOf } from "../../tensor/costs.ts";
import { keptBuffers, own } from "../../tensor/transfer.ts";
import type { StartWorker, Ticket, Worker, WorkerEvents } from "../worker.ts";

/** Starts inline workers over `sequence`, the caller's own instance. */
export function inlineWorkers(sequence: Sequence<unknown>, seed: number): StartWorker {
  return (_id, events) => startInline(sequence, seed, events);
}

/** A ticket that is being fetched. */
interface Running {
  readonly id: number;
  readonly cancellation: Cancellation;
  readonly costs: Fetch;
}

function startInline(sequence: Sequence<unknown>, seed: number, events: WorkerEvents): Worker {
  let kept = keptBuffers(sequence);
  const queue: Ticket[] = [];
  let running: Running | undefined;
  let cancelledUpTo = -1;
  /** Whether {@link next} is called when the event loop has turned, and when the program is idle. */
  const asked = { turn: false, idle: false };
  let wanted = false;
  let ended = false;

  /**
   * Runs the next ticket: now if it is cancelled, or if somebody waits or the program is `idle` and no turn of the event
   * loop is due; else when that has turned.
   */
  function next(idle = false): void {
    if (ended || running || queue.length === 0) return;
    const cancelled = queue[0]!.id <= cancelledUpTo;
    if (!cancelled && !wanted && !idle) {
      if (!asked.idle) whenIdle(() => answer("idle"));
      asked.idle = true;
      return;
    }
    const turn = cancelled ? undefined : yieldIfDue();
    if (turn === undefined) run(queue.shift()!);
    else if (!asked.turn) {
      asked.turn = true;
      void turn.then(() => answer("turn"));
    }
  }

  function answer(event: keyof typeof asked): void {
    asked[event] = false;
    next(event === "idle");
  }

  // Apart from `run`, so that the user's loop is not compiled into all that is around it: 6 % in memory.
  function fetch({ epoch, index }: Ticket, cancellation: Cancellation): unknown {
    return fetchBatch(sequence, createContext({ epoch, index, seed, cancellation }));
  }

  function run(ticket: Ticket): void {
    const job: Running = { id: ticket.id, cancellation: new Cancellation(), costs: beginFetch() };
    running = job;
    let fetched: unknown;
    try {
      if (ticket.id <= cancelledUpTo) throw new LoaderError("Nobody waits for this batch any more.");
      fetched = fetch(ticket, job.cancellation);
    } catch (error) {
      fail(job, error);
      return;
    }
    if (fetched instanceof Promise) {
      fetched.then(
        (batch) => deliver(job, batch),
        (error) => fail(job, error),
      );
    } else deliver(job, fetched);
  }

  function deliver(job: Running, batch: unknown): void {
    let owned: unknown;
    try {
      owned = own(batch, kept);
    } catch (error) {
      fail(job, error);
      return;
    }
    const costs = costsOf(job.costs, batch, owned);
    if (ended) return;
    running = undefined;
    events.onBatch(job.id, owned, costs);
    next();
  }

  function fail(job: Running, error: unknown): void {
    endFetch(job.costs);
    if (ended) return;
    running = undefined;
    events.onError(job.id, error);
    next();
  }

  queueMicrotask(() => ended || events.onReady());
  return {
    name: "inline worker",
    inline: true,
    send(ticket) {
      queue.push(ticket);
      next();
    },
    cancel(upTo) {
      cancelledUpTo = upTo;
      if (running && running.id <= upTo) running.cancellation.abort();
      // At once: whoever leaves a loop waits for the caller's instance to be free, and the event loop may sleep.
      next();
    },
    reload() {
      kept = keptBuffers(sequence);
    },
    recycle: (buffers) => buffers.forEach(recycle),
    ref() {
      wanted = true;
      next();
    },
    unref() {
      wanted = false;
    },
    async terminate() {
      if (ended) return;
      ended = true;
      running?.cancellation.abort();
      if (running) endFetch(running.costs);
      events.onExit(new Error("was stopped"));
    },
  };
}
