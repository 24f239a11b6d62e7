/** Things that happened: the last so many of them, in a memory that does not grow. */
export class Ring<T> {
  readonly #items: T[] = [];
  readonly #most: number;
  #count = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** How many there have been. */
  get count(): number {
    return this.#count;
  }

  /** Takes note of one. */
  add(item: T): void {
    const place = this.#count++ % this.#most;
    if (place === this.#items.length) this.#items.push(item);
    else this.#items[place] = item;
  }

  /** Those after the first `count`, the oldest first, as far as they are still there; and how many are not. */
  since(count: number): { readonly items: readonly T[]; readonly left: number } {
    const first = Math.max(count, this.#count - this.#items.length);
    const items = Array.from(
      { length: this.#count - first },
      (_, i) => this.#items[(first + i) % this.#most]!,
    );
    return { items, left: first - count };
  }
}
