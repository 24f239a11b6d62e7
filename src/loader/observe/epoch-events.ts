/** What is told of one run through an epoch. */
import type { Outcome } from "../../worker/pool/job.ts";
import type { LoaderEvent, Observers, TimeSpan } from "./events.ts";
import type { BatchFacts } from "./stats.ts";

/** How a job ends that has brought its batch. */
export type Arrival = Extract<Outcome, { ok: true }>;

/** Tells observers of an epoch's batches. */
export class EpochEvents {
  readonly #observers: Observers;
  readonly #epoch: number;

  constructor(observers: Observers, epoch: number) {
    this.#observers = observers;
    this.#epoch = epoch;
  }

  /** Whether somebody observes. */
  get heard(): boolean {
    return this.#observers.present;
  }

  /** The epoch begins, and delivers so many batches. */
  begun(steps: number): void {
    this.#observers.note({ type: "epoch", epoch: this.#epoch, steps, time: performance.now() });
  }

  /** It is over, run to its end or not. */
  ended(complete: boolean): void {
    this.#observers.note({ type: "epochEnd", epoch: this.#epoch, complete, time: performance.now() });
  }

  /** A batch has arrived: when it was fetched, and what in it was read and decoded when. */
  arrived({ worker: { name: worker }, counters, sentAt }: Arrival, index: number): void {
    const { when, fetchMs, cpuMs: cpu, waitMs: waited } = counters;
    // It may have been asked for before anybody observed.
    if (when === undefined || sentAt === 0) return;
    const epoch = this.#epoch;
    const latest = performance.now() - fetchMs;
    const begin = Math.max(sentAt, Math.min(when.begin - performance.timeOrigin, latest));
    this.#observers.note({ type: "fetched", worker, epoch, index, begin, end: begin + fetchMs, cpu, waited });
    const tell = (type: "read" | "decoded", times: readonly number[]): void => {
      for (let at = 0; at < times.length; at += 2)
        this.#observers.note({
          type,
          worker,
          epoch,
          index,
          begin: begin + times[at]!,
          end: begin + times[at + 1]!,
        });
    };
    tell("read", when.reads);
    tell("decoded", when.decodes);
  }

  /** The consumer has waited for a batch. */
  waited(index: number, span: TimeSpan): void {
    this.#observers.note({ type: "wait", epoch: this.#epoch, index, ...span });
  }

  /** A batch is left out. */
  skipped(index: number, error: Error): void {
    this.#observers.note({ type: "skipped", epoch: this.#epoch, index, error, time: performance.now() });
  }

  /** A batch is handed to the consumer. */
  delivered({ worker, epoch, index, bytes, queued }: BatchFacts, position: number, batch: unknown): void {
    if (!this.heard) return;
    const time = performance.now();
    const event: LoaderEvent = {
      type: "delivered",
      worker,
      epoch,
      index,
      position,
      time,
      bytes,
      queued,
      batch,
    };
    // Now, as it is the consumer's in a moment.
    this.#observers.tell(event);
  }
}
