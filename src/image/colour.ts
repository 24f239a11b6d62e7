/**
 * The colour half of an image pipeline: every step is affine, so any chain of them is one matrix and one offset.
 *
 * Pixels enter as bytes, 0 to 255. The offset and the matrix commute with resizing, whose weights sum to one.
 */

/** Channels of an image: grey, RGB or RGBA. */
export type Channels = 1 | 3 | 4;

/** `out[c] = offset[c] + Σ matrix[c][k] · in[k]`. */
export interface Affine {
  readonly matrix: readonly (readonly number[])[];
  readonly offset: readonly number[];
}

/** Share of red, green and blue in grey: ITU-R BT.601, as JPEG's own luma, Pillow, OpenCV and TensorFlow. */
export const luma: readonly number[] = [0.299, 0.587, 0.114];

/**
 * From the decoded channels to those asked for: grey is repeated, alpha is dropped or added as opaque, colour becomes
 * its luma.
 */
export function channelMap(from: Channels, to: Channels): Affine {
  const grey = from === 1 ? [1] : from === 3 ? luma : [...luma, 0];
  const unit = (k: number) => Array.from({ length: from }, (_, i) => (i === k ? 1 : 0));
  if (to === 1) return { matrix: [grey], offset: [0] };
  const matrix = from === 1 ? [grey, grey, grey] : [unit(0), unit(1), unit(2)];
  if (to === 3) return { matrix, offset: [0, 0, 0] };
  return from === 4
    ? { matrix: [...matrix, unit(3)], offset: [0, 0, 0, 0] }
    : { matrix: [...matrix, Array<number>(from).fill(0)], offset: [0, 0, 0, 255] };
}

/** The map that leaves `channels` values as they are. */
export function identity(channels: Channels): Affine {
  return channelMap(channels, channels);
}

/** Whether a map leaves all values as they are. */
export function isIdentity({ matrix, offset }: Affine): boolean {
  return (
    offset.every((value) => value === 0) &&
    matrix.every(
      (row, o) => row.length === matrix.length && row.every((value, k) => value === (o === k ? 1 : 0)),
    )
  );
}

/** Channel `c` times `scale[c]` plus `shift[c]`, after `affine`. */
export function scaled(affine: Affine, scale: readonly number[], shift: readonly number[]): Affine {
  return {
    matrix: affine.matrix.map((row, c) => row.map((value) => value * scale[c]!)),
    offset: affine.offset.map((value, c) => value * scale[c]! + shift[c]!),
  };
}

/** `outer` after `inner`. */
export function composed(outer: Affine, inner: Affine): Affine {
  return {
    matrix: outer.matrix.map((row) =>
      inner.matrix[0]!.map((_, k) => row.reduce((sum, value, c) => sum + value * inner.matrix[c]![k]!, 0)),
    ),
    offset: outer.offset.map((value, o) =>
      outer.matrix[o]!.reduce((sum, weight, c) => sum + weight * inner.offset[c]!, value),
    ),
  };
}
