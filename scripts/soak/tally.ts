/** Counts of what a soak has done, by name. */
export type Counts = Readonly<Record<string, number>>;

/** Adds them up. */
export class Tally {
  readonly #counts: Record<string, number> = {};

  get counts(): Counts {
    return this.#counts;
  }

  add(what: string, count = 1): void {
    if (count > 0) this.#counts[what] = (this.#counts[what] ?? 0) + count;
  }

  addAll(counts: Counts): void {
    for (const [what, count] of Object.entries(counts)) this.add(what, count);
  }
}
