/** The groups of rows that a thread keeps. */
import { isThenable } from "../../core/settle.ts";
import type { Awaitable } from "../../sequence/sequence.ts";
import { type DecodedGroup, sizeOfGroup } from "./decoded.ts";

/** Groups that are decoded at once at most: each takes its memory. */
const mostAtOnce = 2;

/**
 * The groups that were asked for last, as many as fit.
 *
 * Invariant: who asks for a group that is on its way waits for that one. Limit: the one that is in use stays, however large.
 */
export class RecentGroups {
  readonly #most: number;
  readonly #load: (group: number) => Awaitable<DecodedGroup>;
  /** The one asked for last at the end. */
  readonly #groups = new Map<number, DecodedGroup>();
  readonly #coming = new Map<number, Promise<DecodedGroup>>();
  readonly #waiting: (() => void)[] = [];
  #bytes = 0;
  #last = -1;

  /** @param most bytes kept */
  constructor(most: number, load: (group: number) => Awaitable<DecodedGroup>) {
    this.#most = most;
    this.#load = load;
  }

  /** Group number `group`: at once where it is there, or can be had at once. */
  get(group: number): Awaitable<DecodedGroup> {
    const known = this.#groups.get(group);
    if (known === undefined) return this.#coming.get(group) ?? this.#fetch(group);
    if (group !== this.#last) {
      this.#last = group;
      this.#groups.delete(group);
      this.#groups.set(group, known);
    }
    return known;
  }

  #fetch(group: number): Awaitable<DecodedGroup> {
    const loaded =
      this.#coming.size < mostAtOnce
        ? this.#load(group)
        : new Promise<void>((resolve) => this.#waiting.push(resolve)).then(() => this.#load(group));
    if (!isThenable(loaded)) return this.#keep(group, loaded as DecodedGroup);
    const coming = Promise.resolve(loaded as Promise<DecodedGroup>)
      .then((decoded) => this.#keep(group, decoded))
      .finally(() => {
        this.#coming.delete(group);
        this.#waiting.shift()?.();
      });
    this.#coming.set(group, coming);
    return coming;
  }

  #keep(group: number, decoded: DecodedGroup): DecodedGroup {
    this.#groups.set(group, decoded);
    this.#last = group;
    this.#bytes += sizeOfGroup(decoded);
    for (const [oldest, columns] of this.#groups) {
      if (this.#bytes <= this.#most || oldest === group) break;
      this.#groups.delete(oldest);
      this.#bytes -= sizeOfGroup(columns);
    }
    return decoded;
  }
}
