/**
 * The ledger: proof, kept while running, that an epoch delivers every index once.
 *
 * One bit an index, allocated in pages as they are touched, so that an epoch of a billion batches costs nothing before
 * it is read. A violation would be a defect of epochal; it is an error, never silence.
 */
import { LedgerError } from "../core/errors.ts";

/** Indices per page: 8 kB of bits. */
const pageSize = 65_536;

/** See the head of this file. */
export class Ledger {
  readonly #epoch: number;
  readonly #pages = new Map<number, Uint32Array>();
  readonly #skipped: number[] = [];
  #delivered = 0;

  constructor(epoch: number) {
    this.#epoch = epoch;
  }

  /** Batches delivered. */
  get delivered(): number {
    return this.#delivered;
  }

  /** Indices left out because they could not be fetched and the user chose to go on. */
  get skipped(): readonly number[] {
    return this.#skipped;
  }

  /** Notes a delivery; throws if the index was delivered before. */
  deliver(index: number): void {
    this.#mark(index);
    this.#delivered++;
  }

  /** Notes an index that is left out. */
  skip(index: number): void {
    this.#mark(index);
    this.#skipped.push(index);
  }

  /** Checks, at the epoch's end, that `expected` indices were delivered or left out by choice. */
  close(expected: number): void {
    const seen = this.#delivered + this.#skipped.length;
    if (seen === expected) return;
    throw new LedgerError(
      `Epoch ${this.#epoch} should deliver ${expected} batches but delivered ${seen}. Please report this: it is a defect of epochal.`,
    );
  }

  #mark(index: number): void {
    const number = Math.floor(index / pageSize);
    let page = this.#pages.get(number);
    if (!page) {
      page = new Uint32Array(pageSize / 32);
      this.#pages.set(number, page);
    }
    const place = index % pageSize;
    const bit = 1 << (place & 31);
    if ((page[place >>> 5]! & bit) !== 0) {
      throw new LedgerError(
        `Epoch ${this.#epoch} would deliver batch ${index} a second time. Please report this: it is a defect of epochal.`,
      );
    }
    page[place >>> 5]! |= bit;
  }
}
