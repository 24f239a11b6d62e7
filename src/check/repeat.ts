/** Whether a batch is the same when it is fetched again, here and now: the promise that all else rests on. */
import type { Sequence } from "../sequence/sequence.ts";
import { differenceOf, differenceOfLeaves } from "./differences.ts";
import type { Finding } from "./finding.ts";
import { leavesOf } from "./leaves.ts";
import { type Suspects, spyOn } from "./spies.ts";

/** Fetches the batch of an index. */
export type FetchBatch = (index: number) => Promise<unknown>;

/** A batch was not there in time. */
export class LateBatch extends Error {
  override readonly name = "LateBatch";
}

/** Batches that are watched as they are fetched first: a cache may hide later who asked for chance. */
const watched = 2;

/** Fetches batches, each twice, and says where they differ and why. */
export class RepeatCheck {
  readonly #sequence: Sequence<unknown>;
  readonly #fetch: FetchBatch;
  readonly #suspects = new Set<string>();
  readonly #found = new Map<string, { readonly finding: Finding; batches: number }>();
  #fetched = 0;
  #compared = 0;

  constructor(sequence: Sequence<unknown>, fetch: FetchBatch) {
    this.#sequence = sequence;
    this.#fetch = fetch;
  }

  /** Who asked for chance, the time or a field of its own in the batches that were watched. */
  get suspects(): Suspects {
    return this.#suspects;
  }

  /** Whether a batch differed. */
  get differs(): boolean {
    return this.#found.size > 0;
  }

  /** The batch of an index; rejects as `getItem` does. */
  async first(index: number): Promise<unknown> {
    if (this.#fetched++ >= watched) return this.#fetch(index);
    let batch: unknown;
    let error: unknown;
    await this.#watch(async () => {
      try {
        batch = await this.#fetch(index);
      } catch (thrown) {
        error = thrown;
      }
    });
    if (error instanceof LateBatch) throw error;
    return batch ?? this.#fetch(index);
  }

  /** Fetches it again, and compares it with a copy: what is kept and changed in place gives the same object again. */
  async again(index: number, batch: unknown): Promise<void> {
    this.#compared++;
    const before = leavesOf(batch).map((leaf) => ({ ...leaf, data: leaf.data.slice() }));
    const difference = differenceOfLeaves(before, leavesOf(await this.#fetch(index)));
    if (difference === undefined) return;
    const { path, element, text } = difference;
    const known = this.#found.get(path);
    if (known) {
      known.batches++;
      return;
    }
    const cause = await this.#cause(index);
    const finding: Finding = {
      check: "repeat",
      severity: "error",
      path,
      epoch: 0,
      index,
      ...(element && { element }),
      message: `batch ${index} is another one when it is fetched again: ${text}`,
      ...cause,
    };
    this.#found.set(path, { finding, batches: 1 });
  }

  /** What was found, the first of each leaf. */
  findings(): readonly Finding[] {
    return [...this.#found.values()].map(({ finding, batches }) => ({
      ...finding,
      message: `${finding.message}; so in ${batches} of the ${this.#compared} batches`,
    }));
  }

  async #watch(fetch: () => Promise<unknown>): Promise<void> {
    for (const suspect of await spyOn(this.#sequence, fetch)) this.#suspects.add(suspect);
  }

  async #cause(index: number): Promise<Pick<Finding, "cause" | "cure">> {
    await this.#watch(() => this.#fetch(index));
    if (this.#suspects.size > 0) return whyOf(this.#suspects);
    const [third, fourth] = [await this.#fetch(index), await this.#fetch(index)];
    return differenceOf(third, fourth) === undefined
      ? { cause: "the data changed meanwhile, as a file that is being written" }
      : {
          cause:
            "something outside of the sequence, as a variable of its module that getItem changes, or a file that keeps changing",
          cure: "Let getItem depend on the index, the context and the sequence's fields alone.",
        };
  }
}

/** Cause and cure in words, the worst suspect first. */
export function whyOf(suspects: Suspects): Pick<Finding, "cause" | "cure"> {
  const all = [...suspects].sort((a, b) => rank(a) - rank(b));
  const cures = [
    "Draw from the context: getItem(index, context) has context.random, which is the same for an index wherever it is fetched.",
    "Make it of the index; keep nothing between calls.",
    "Leave the time out of batches.",
  ];
  return {
    cause: all.slice(0, 3).join(", "),
    cure: cures[all.length > 0 ? rank(all[0]!) : 1]!,
  };
}

function rank(suspect: string): number {
  if (/random/i.test(suspect)) return 0;
  return suspect.startsWith("getItem changes") ? 1 : 2;
}
