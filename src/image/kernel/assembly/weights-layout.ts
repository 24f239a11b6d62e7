/** Where everything lies from which the weights of an axis are made, and that is known of them: see layout.ts. */

/** What is known of an axis once its inputs were weighed: see weights.ts. */
export enum Weighed {
  /** Address of the {@link AxisEntry}s. */
  entries = 0,
  /** Most weights of a position. */
  most = 4,
  /** Input positions that are needed: from the first up to, not including, the second. */
  from = 8,
  to = 12,
  /** Output positions that have an input: from the first up to, not including, the second. */
  inside = 16,
  outside = 20,
}

/** The inputs of an output position: the first, how many, and their weights, i16 in pairs. */
export enum AxisEntry {
  first = 0,
  count = 4,
  weights = 8,
}

/** How a step spreads weights over the positions before it. */
export enum Spread {
  /** Which of {@link SpreadKind}. */
  kind = 0,
  /** Bytes up to the next. */
  bytes = 4,
  /** f64, as all numbers are from which weights are made: what they mean depends on the kind. */
  values = 8,
}

/** What a {@link Spread} does; in brackets, its values. See ../../axis.ts. */
export enum SpreadKind {
  /** Cropping (by how much). */
  shift = 0,
  /** Mirroring (size). */
  flip = 1,
  /** Resizing by means (from, to, origin, direction, spacing, whether as wide as the reduction). */
  triangle = 2,
  /** Upsampling (samples that are stored, spacing). */
  repeat = 3,
  interpolate = 4,
  /** Resizing otherwise (from, to). */
  nearest = 5,
  bicubic = 6,
  linear = 7,
  /** Blurring (length, radius, shares). */
  blur = 8,
  /** Padding (length, before, {@link PadEdge}). */
  pad = 9,
}

/** How a padded axis goes on beyond its ends. */
export enum PadEdge {
  constant = 0,
  edge = 1,
  reflect = 2,
  symmetric = 3,
}
