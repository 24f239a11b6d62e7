/** The consumer's wait for a batch: since when, for how long, and that a long one is said once. */
import type { TimeSpan } from "./observe/events.ts";

/** A wait longer than this, in milliseconds, is said once. */
const stallAfter = 5000;

/** The wait of a run's consumer, of which there is one at a time. */
export class ConsumerWait {
  #since = 0;
  #waited = 0;
  #gaveUpAt = 0;
  #wake: (() => void) | undefined;
  /** Step whose lateness has been said. */
  #said = -1;

  /** When it began, in milliseconds of `performance.now()`; 0 where the consumer does not wait. */
  get since(): number {
    return this.#since;
  }

  /** When it was last told that a batch cannot be had, likewise; 0 for never. */
  get gaveUpAt(): number {
    return this.#gaveUpAt;
  }

  /** From now on the consumer waits. */
  begin(): void {
    this.#since = performance.now();
  }

  /** Resolves at {@link wake}. */
  woken(): Promise<void> {
    return new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
  }

  /** Wakes the consumer, where it waits. */
  wake(): void {
    this.#wake?.();
  }

  /** It waits no more; from when to when it did. */
  end(): TimeSpan {
    const begin = this.#since;
    this.#wake = undefined;
    this.#since = 0;
    const end = performance.now();
    this.#waited += end - begin;
    return { begin, end };
  }

  /** The batch cannot be had: what it waited so far was in vain. */
  giveUp(): void {
    this.#gaveUpAt = performance.now();
  }

  /** It is given a batch; how long it has waited since the one before, in milliseconds. */
  serve(): number {
    const waited = this.#waited;
    this.#waited = 0;
    return waited;
  }

  /** How long it has lasted, in milliseconds, where it is long and that has not been said of `step`; undefined otherwise. */
  stalled(step: number): number | undefined {
    if (this.#since === 0 || this.#said === step) return undefined;
    const waited = performance.now() - this.#since;
    if (waited < stallAfter) return undefined;
    this.#said = step;
    return waited;
  }
}
