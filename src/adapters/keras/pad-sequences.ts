import { checkChoice, checkInteger, checkKnown, show } from "../../core/check.ts";
import { OptionError, ShapeError } from "../../core/errors.ts";
import { type DType, dtypeOf, isBigDType, type TypedArray } from "../../tensor/dtype.ts";
import {
  type NestedNumbers,
  sameShape,
  showShape,
  sizeOf,
  type Tensor,
  tensor,
  zeros,
} from "../../tensor/tensor.ts";

/** Options of {@link padSequences}; names and defaults are Keras'. */
export interface PadSequencesOptions<D extends DType = "int32"> {
  /** Length of every row; default: that of the longest sequence. */
  readonly maxlen?: number;
  /** Default `int32`. */
  readonly dtype?: D;
  /** Where a short sequence is filled. Default `pre`. */
  readonly padding?: "pre" | "post";
  /** Where a long sequence loses what does not fit. Default `pre`: its end is kept. */
  readonly truncating?: "pre" | "post";
  /** What is filled in. Default 0. */
  readonly value?: number;
}

/**
 * Sequences of different lengths as rows of one tensor, as `keras.utils.pad_sequences`.
 *
 * @param sequences each a list of numbers, or of equally shaped arrays of numbers.
 * @returns shape [sequences.length, maxlen, ...shape of an element].
 * @throws ShapeError if elements differ in shape; OptionError on wrong options.
 * @example
 * padSequences([[1, 2, 3], [4]]).data                        // 1 2 3  0 0 4
 * padSequences([[1, 2, 3], [4]], { maxlen: 2, padding: "post" }).data // 2 3  4 0
 */
export function padSequences<D extends DType = "int32">(
  sequences: readonly (readonly NestedNumbers[] | TypedArray)[],
  options: PadSequencesOptions<D> = {},
): Tensor<D> {
  if (!Array.isArray(sequences))
    throw new OptionError(`padSequences takes a list of sequences, got ${show(sequences)}.`);
  checkKnown("padSequences", options, ["maxlen", "dtype", "padding", "truncating", "value"]);
  const { maxlen, padding = "pre", truncating = "pre", value = 0, dtype = "int32" as D } = options;
  if (maxlen !== undefined) checkInteger("maxlen", maxlen, 1);
  checkChoice("padding", padding, ["pre", "post"]);
  checkChoice("truncating", truncating, ["pre", "post"]);
  if (typeof value !== "number") throw new OptionError(`\`value\` must be a number, got ${show(value)}.`);

  const rows = sequences.map((sequence, i) => toRow(sequence, i, dtype));
  const filled = rows.findIndex((row) => row.shape[0] !== 0);
  const element = filled < 0 ? [] : rows[filled]!.shape.slice(1);
  const width = sizeOf(element);
  const length = maxlen ?? Math.max(0, ...rows.map((row) => row.shape[0]!));

  const result = zeros([sequences.length, length, ...element], dtype);
  const out = result.data as Float32Array;
  if (value !== 0) out.fill((isBigDType(dtype) ? BigInt(value) : value) as number);
  for (const [i, { data, shape }] of rows.entries()) {
    if (shape[0] === 0) continue;
    if (!sameShape(shape.slice(1), element)) {
      throw new ShapeError(
        `Sequence ${i} has elements of shape ${showShape(shape.slice(1))}, but sequence ${filled} has ${showShape(element)}.`,
      );
    }
    const kept = Math.min(length, shape[0]!);
    const from = truncating === "pre" ? shape[0]! - kept : 0;
    const to = i * length + (padding === "pre" ? length - kept : 0);
    out.set(data.subarray(from * width, (from + kept) * width) as Float32Array, to * width);
  }
  return result;
}

function toRow<D extends DType>(
  sequence: readonly NestedNumbers[] | TypedArray,
  i: number,
  dtype: D,
): Tensor<D> {
  if (!Array.isArray(sequence) && dtypeOf(sequence) === undefined) {
    throw new OptionError(`padSequences takes a list of sequences, but sequence ${i} is ${show(sequence)}.`);
  }
  return tensor(sequence as readonly NestedNumbers[], dtype);
}
