/**
 * The ledger: proof, kept while running, that an epoch delivers every index once.
 *
 * One bit an index, in pages that are made when they are touched and dropped when they are full: an epoch of a billion
 * batches costs nothing before it is read, and one without end costs a page. A violation would be a defect of epochal;
 * it is an error, never silence.
 */
import { LedgerError } from "../core/errors.ts";

/** Indices per page: 8 kB of bits. */
const pageSize = 65_536;

interface Page {
  readonly bits: Uint32Array;
  count: number;
}

/** Notes which indices an epoch has delivered, and throws where one came twice or is missing at the end. */
export class Ledger {
  readonly #epoch: number;
  readonly #pages = new Map<number, Page | "full">();
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
      page = { bits: new Uint32Array(pageSize / 32), count: 0 };
      this.#pages.set(number, page);
    }
    const offset = index % pageSize;
    const bit = 1 << (offset & 31);
    if (page === "full" || (page.bits[offset >>> 5]! & bit) !== 0) {
      throw new LedgerError(
        `Epoch ${this.#epoch} would deliver batch ${index} a second time. Please report this: it is a defect of epochal.`,
      );
    }
    page.bits[offset >>> 5]! |= bit;
    page.count++;
    if (page.count === pageSize) this.#pages.set(number, "full");
  }
}
