/** Caches on disk as a thread has them open. What cannot be read or written is said once, and computed each time. */
import { builtin } from "../../core/node.ts";
import { isThenable, whenThere } from "../../core/settle.ts";
import { warn } from "../../core/warn.ts";
import type { Awaitable } from "../../sequence/sequence.ts";
import type { TypedArray } from "../../tensor/dtype.ts";
import { type CacheIdentity, createCacheFolder, folderOf, readLayout, storageProblem } from "./folder.ts";
import { checkRow, commonLayout, type RowLayout, type SampleRow } from "./row.ts";
import { type KeptRow, RowFiles } from "./rows.ts";

/** A cache as a thread has it open. */
export class Store {
  readonly folder: string;
  /** Undefined where there is nowhere to keep them. */
  readonly #rows: RowFiles | undefined;
  #writes: boolean;

  constructor(folder: string, rows: RowFiles | undefined) {
    this.folder = folder;
    this.#rows = rows;
    this.#writes = rows !== undefined;
  }

  /** The form of the rows; undefined where none are kept. */
  get layout(): RowLayout | undefined {
    return this.#rows?.layout;
  }

  /** As {@link RowFiles.read}. */
  read(...asked: Parameters<RowFiles["read"]>): KeptRow | undefined {
    return this.#reading((rows) => rows.read(...asked));
  }

  /** As {@link RowFiles.readInto}. */
  readInto(index: number, leaf: number, checksum: number, out: TypedArray): boolean {
    return this.#reading((rows) => rows.readInto(index, leaf, checksum, out)) ?? false;
  }

  /**
   * Keeps a row that was computed.
   *
   * @throws ShapeError if it is not of the form of sample 0.
   */
  write(index: number, row: SampleRow): void {
    if (this.#rows === undefined) return;
    checkRow(index, row, this.#rows.layout);
    if (!this.#writes || !this.#rows.isKept(index)) return;
    if (!this.#rows.writable)
      this.#say("may not be written to: what is not there yet is computed each time.");
    else {
      try {
        this.#rows.write(index, row);
      } catch (error) {
        this.#say(`takes no more samples; they are computed each time. ${storageProblem(error)}`);
      }
    }
  }

  close(): void {
    this.#rows?.close();
  }

  #reading<T>(read: (rows: RowFiles) => T): T | undefined {
    try {
      return this.#rows && read(this.#rows);
    } catch (error) {
      this.#say(`cannot be read, so samples are computed: ${storageProblem(error)}`);
      return undefined;
    }
  }

  /** Says, once, that nothing is written any more. */
  #say(what: string): void {
    if (this.#writes) warn("EPOCHAL_DISK_CACHE", `The disk cache ${this.folder} ${what}`);
    this.#writes = false;
  }
}

/** Caches open in a thread at most: the one that was opened first is closed for another. */
const mostStores = 16;

/** Caches that this thread has open, by folder; a promise while the samples that say their layout are computed. */
const stores = new Map<string, Awaitable<Store>>();

/**
 * The cache that `identity` names; where there is none it is made, by the form of the samples that `compute` gives: the
 * first, and one in the middle, which shows which leaves have many shapes. (The last may be a smaller batch.)
 */
export function openStore(
  identity: CacheIdentity,
  maxBytes: number,
  compute: (index: number) => Awaitable<SampleRow>,
): Awaitable<Store> {
  const folder = folderOf(identity);
  const known = stores.get(folder);
  if (known !== undefined) return known;
  const fs = builtin("fs")!;
  const open = (): RowFiles | undefined => {
    const layout = readLayout(fs, identity);
    return layout && RowFiles.open(fs, folder, layout, { length: identity.length, maxBytes });
  };
  const refuse = (error: unknown): Store => {
    warn("EPOCHAL_DISK_CACHE", `Nothing is kept in ${folder}: ${storageProblem(error)}`);
    return keep(new Store(folder, undefined));
  };
  try {
    const rows = open();
    if (rows) return keep(new Store(folder, rows));
  } catch (error) {
    return refuse(error);
  }
  const middle = identity.length >> 1;
  const make = (first: SampleRow, other: SampleRow | undefined): Store => {
    try {
      createCacheFolder(fs, identity, commonLayout(first, other));
      const store = new Store(folder, open());
      store.write(0, first);
      if (other && fits(middle, other, store.layout)) store.write(middle, other);
      return keep(store);
    } catch (error) {
      return refuse(error);
    }
  };
  // Others wait for it too, so that it does not end with the batch that asked first.
  const made = whenThere(compute(0), (first) => {
    const isScalar = first.leaves.every(({ shape }) => shape.length === 0);
    const other = isScalar || middle === 0 ? undefined : tried(compute, middle);
    return whenThere(other, (row) => make(first, row));
  });
  if (made instanceof Promise) {
    stores.set(folder, made);
    made.catch(() => stores.delete(folder));
  }
  return made;
}

/** What `compute` gives, undefined where it fails: that is said when the sample is fetched. */
function tried(
  compute: (index: number) => Awaitable<SampleRow>,
  index: number,
): Awaitable<SampleRow | undefined> {
  try {
    const row = compute(index);
    return isThenable(row) ? Promise.resolve(row as Promise<SampleRow>).catch(() => undefined) : row;
  } catch {
    return undefined;
  }
}

function fits(index: number, row: SampleRow, layout: RowLayout | undefined): boolean {
  try {
    if (layout) checkRow(index, row, layout);
    return true;
  } catch {
    return false;
  }
}

function keep(store: Store): Store {
  stores.set(store.folder, store);
  for (const [key, oldest] of stores) {
    if (stores.size <= mostStores) break;
    if (isThenable(oldest) || oldest === store) continue;
    stores.delete(key);
    (oldest as Store).close();
  }
  return store;
}
