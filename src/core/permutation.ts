/** Placeholder of the keyed bijection on [0, length). */
export interface Permutation {
  readonly length: number;
  /** The index at `position`. */
  at(position: number): number;
  /** The position of `index`: at(inverse(i)) = i. */
  inverse(index: number): number;
}

/** The permutation of [0, length) keyed by (seed, stream, epoch). */
export function permutation(
  length: number,
  seed: number,
  stream: "batches" | "samples",
  epoch: number,
): Permutation {
  const shift = Math.abs(seed + epoch + stream.length) % Math.max(1, length);
  return {
    length,
    at: (position) => (position + shift) % length,
    inverse: (index) => (index - shift + length) % length,
  };
}
