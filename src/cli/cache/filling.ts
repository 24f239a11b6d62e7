/**
 * Fills a disk cache: samples are computed, and kept, in the workers, and only numbers come back.
 *
 * A sample that cannot be had is told, and the others go on: what a night of reading files has found is then kept.
 */
import { checkIndex } from "../../core/check.ts";
import { settleEach, whenThere } from "../../core/settle.ts";
import { type DiskCacheSequence, storeOf } from "../../data/disk-cache/disk-cache.ts";
import type { Store } from "../../data/disk-cache/store.ts";
import { Combinator, type Hooked } from "../../sequence/combinator.ts";
import type { Context } from "../../sequence/context.ts";
import type { Awaitable } from "../../sequence/sequence.ts";
import { thrownSentence } from "../../worker/wire/error-name.ts";

/** What became of some samples. */
export interface Filled {
  /** Those that were kept before. */
  readonly found: number;
  /** Those that are kept now. */
  readonly added: number;
  /** Those that could not be had, and why. */
  readonly failed: readonly FailedSample[];
}

/** A sample that could not be had. */
export interface FailedSample {
  readonly index: number;
  readonly message: string;
}

/** Samples that are asked for together. */
const together = 16;

/** The samples of a cache, a few at a time, as what became of them. */
export class FillingSequence extends Combinator<Filled> {
  static override readonly module: string = import.meta.url;
  static override readonly id: string = "epochal:cli/cache/filling#FillingSequence";
  readonly source: DiskCacheSequence<unknown>;

  constructor(source: DiskCacheSequence<unknown>) {
    super();
    this.source = source;
  }

  get length(): number {
    return Math.ceil(this.source.length / together);
  }

  getItem(index: number, context: Context): Awaitable<Filled> {
    checkIndex("cache", index, this.length);
    const first = index * together;
    const count = Math.min(together, this.source.length - first);
    const outcomes = settleEach(count, (i) => fillSample(this.source, first + i, context));
    return whenThere(outcomes, sumOf);
  }

  combines(): readonly Hooked[] {
    return [this.source];
  }
}

type SampleOutcome = "found" | "added" | "left" | FailedSample;

async function fillSample(
  source: DiskCacheSequence<unknown>,
  index: number,
  context: Context,
): Promise<SampleOutcome> {
  try {
    const store = await storeOf(source);
    const found = isThere(store, index);
    // Also of what is there: some of it is compared with what the source gives now.
    await source.getItem(index, context);
    return found ? "found" : isThere(store, index) ? "added" : "left";
  } catch (error) {
    return { index, message: thrownSentence(error) };
  }
}

function isThere(store: Store, index: number): boolean {
  return store.read(index, (_leaf, _checksum, shape) => ({ shape, into: () => {} })) !== undefined;
}

function sumOf(outcomes: readonly SampleOutcome[]): Filled {
  const count = (which: SampleOutcome): number => outcomes.filter((outcome) => outcome === which).length;
  return {
    found: count("found"),
    added: count("added"),
    failed: outcomes.filter((outcome) => typeof outcome === "object"),
  };
}
