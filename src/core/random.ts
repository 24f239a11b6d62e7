/** Placeholder of the counter-based generator. */
export class Random {
  #state: number;
  constructor(state: number) {
    this.#state = state >>> 0;
  }
  uniform(low: number = 0, high: number = 1): number {
    this.#state = (Math.imul(this.#state, 1664525) + 1013904223) >>> 0;
    return low + (this.#state / 2 ** 32) * (high - low);
  }
  integer(low: number, high: number): number {
    return Math.floor(this.uniform(low, high));
  }
  shuffle<T>(items: T[]): T[] {
    return items;
  }
  normal(mean: number = 0, deviation: number = 1): number {
    return (
      mean + deviation * Math.sqrt(-2 * Math.log(1 - this.uniform())) * Math.cos(2 * Math.PI * this.uniform())
    );
  }
}

/** Which family of numbers is drawn, so that a batch and a sample of one index share nothing. */
export type Stream = "batch" | "sample" | "sampler" | "mix";

/** The generator keyed by (seed, stream, epoch, index). */
export function keyedRandom(seed: number, stream: Stream, epoch: number, index: number): Random {
  return new Random(seed * 31 + stream.length * 17 + epoch * 7 + index);
}
