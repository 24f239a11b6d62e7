/**
 * The ordered window: results come in any order, and go out in the order of their positions.
 *
 * Invariant: below `end` every position is claimed once, settled once and taken once, in order;
 * never are more than `capacity` positions claimed and not yet taken. Knows neither workers nor batches.
 */
import { LedgerError } from "../core/errors.ts";

/** A window over the positions of an epoch: claims them, is told of their results, `T`, and gives those in order. */
export class OrderedWindow<T> {
  /** Positions that may be out at once: being fetched, or fetched and not yet taken. May change at any time. */
  capacity: number;
  readonly #end: number;
  readonly #settled = new Map<number, T>();
  #claimed = 0;
  #taken = 0;

  constructor({ end, capacity }: { readonly end: number; readonly capacity: number }) {
    this.#end = end;
    this.capacity = capacity;
  }

  /** The position whose turn it is to be taken. */
  get head(): number {
    return this.#taken;
  }

  /** Positions claimed and not yet taken. */
  get outstanding(): number {
    return this.#claimed - this.#taken;
  }

  /** Positions settled and not yet taken. */
  get waiting(): number {
    return this.#settled.size;
  }

  /** Whether every position was taken. */
  get done(): boolean {
    return this.#taken >= this.#end;
  }

  /** Whether the head is settled. */
  get ready(): boolean {
    return this.#settled.has(this.#taken);
  }

  /** Claims the next position to be fetched; undefined where the window is full or at its end. */
  claim(): number | undefined {
    if (this.#claimed >= this.#end || this.outstanding >= this.capacity) return undefined;
    return this.#claimed++;
  }

  /** Puts a result at its position. */
  settle(position: number, result: T): void {
    if (position < this.#taken || position >= this.#claimed || this.#settled.has(position)) {
      throw new LedgerError(
        `Position ${position} was settled a second time or never claimed (claimed below ${this.#claimed}, taken below ${this.#taken}). Please report this: it is a defect of epochal.`,
      );
    }
    this.#settled.set(position, result);
  }

  /** The result at the head, which must be ready. */
  peek(): T {
    const position = this.#taken;
    if (!this.#settled.has(position)) {
      throw new LedgerError(
        `Position ${position} was taken before it was settled. Please report this: it is a defect of epochal.`,
      );
    }
    return this.#settled.get(position) as T;
  }

  /** Takes the result at the head, which must be ready. */
  take(): T {
    const result = this.peek();
    this.#settled.delete(this.#taken++);
    return result;
  }

  /** Drops the results that nobody takes any more. */
  clear(): void {
    this.#settled.clear();
  }
}
