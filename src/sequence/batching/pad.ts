import { checkInteger, checkKnown, checkNumber } from "../../core/check.ts";
import { moveNotes } from "../../core/counters.ts";
import { ShapeError } from "../../core/errors.ts";
import { isBigDType, type TypedArray } from "../../tensor/dtype.ts";
import { isLazyTensor, type LazyTensor, runEach } from "../../tensor/lazy.ts";
import { stack } from "../../tensor/stack.ts";
import { sameShape, showShape, sizeOf, type Tensor, zeros } from "../../tensor/tensor.ts";
import type { Awaitable } from "../sequence.ts";
import { type Collated, collateWith } from "./collate.ts";

/** Options of {@link pad}. */
export interface PadOptions {
  /** What the room beyond a sample's own elements is filled with. Default 0. */
  readonly value?: number;
  /**
   * The samples' first axis is lengthened to a multiple of this. Default 1. A larger one gives fewer different shapes,
   * which spares models that are compiled for each shape (jax-js, WebGPU).
   */
  readonly multipleOf?: number;
}

/** Collates ragged samples; made by {@link pad}. */
export class PadCollator {
  /** Where workers find this class. */
  static readonly module: string = import.meta.url;
  /** What workers of a bundled program know it by. */
  static readonly id: string = "epochal:sequence/batching/pad#PadCollator";
  /** What the room beyond a sample's own elements is filled with. */
  readonly value: number;
  /** The samples' first axis is lengthened to a multiple of this. */
  readonly multipleOf: number;

  constructor({ value = 0, multipleOf = 1 }: PadOptions = {}) {
    this.value = value;
    this.multipleOf = multipleOf;
  }

  /** The batch of `samples`. */
  collate<S>(samples: readonly S[]): Awaitable<Collated<S>> {
    return collateWith(samples, (rows) => joinPadded(rows, this)) as Awaitable<Collated<S>>;
  }
}

/**
 * A collate for ragged samples: tensors, images and typed arrays of one leaf may differ in shape, and are padded at the
 * end of each axis to the longest of the batch. All else is as {@link collate} does it.
 *
 * To know where a sample ends, return its length as a leaf of its own. Batches of like length waste less:
 * {@link BucketSampler}.
 *
 * @throws OptionError if an option is not what it should be; and, when collating, ShapeError if the samples of a leaf
 * differ in their number of axes or in dtype.
 * @example
 * batches(tokens, { batchSize: 32, collate: pad({ value: tokenizer.padId }) });
 */
export function pad(options: PadOptions = {}): PadCollator {
  checkKnown("pad()", options, ["value", "multipleOf"]);
  const { value = 0, multipleOf = 1 } = options;
  checkNumber("value", value);
  checkInteger("multipleOf", multipleOf, 1);
  return new PadCollator(options);
}

function joinPadded(
  rows: readonly (Tensor | LazyTensor)[],
  options: Required<PadOptions>,
): Tensor | Promise<Tensor> {
  const shape = rows[0]!.shape;
  const length = shape?.[0] ?? 0;
  // Images of one size still run straight into their rows.
  if (
    shape &&
    length % options.multipleOf === 0 &&
    rows.every((row) => row.shape && sameShape(row.shape, shape))
  ) {
    return stack(rows);
  }
  return rows.some(isLazyTensor) ? runAndPad(rows, options) : padRows(rows as readonly Tensor[], options);
}

async function runAndPad(
  rows: readonly (Tensor | LazyTensor)[],
  options: Required<PadOptions>,
): Promise<Tensor> {
  return padRows(await runEach(rows), options);
}

function padRows(rows: readonly Tensor[], { value, multipleOf }: Required<PadOptions>): Tensor {
  const first = rows[0]!;
  const longest = first.shape.slice();
  for (const [i, row] of rows.entries()) {
    if (row.shape.length !== first.shape.length || row.dtype !== first.dtype) {
      throw new ShapeError(
        `Rows to be padded must have the same number of axes and one dtype, but row ${i} is ${row.dtype} ${showShape(row.shape)} and row 0 is ${first.dtype} ${showShape(first.shape)}.`,
      );
    }
    for (const [axis, size] of row.shape.entries()) longest[axis] = Math.max(longest[axis]!, size);
  }
  if (longest.length > 0) longest[0] = Math.ceil(longest[0]! / multipleOf) * multipleOf;
  const batch = zeros([rows.length, ...longest], first.dtype);
  if (value !== 0)
    (batch.data as Float32Array).fill((isBigDType(first.dtype) ? BigInt(value) : value) as number);
  const size = sizeOf(longest);
  for (const [i, row] of rows.entries()) {
    copyInto(batch.data, i * size, longest, row.data, 0, row.shape);
    moveNotes(row.data.buffer, batch.data.buffer);
  }
  return batch;
}

/** Copies a row of shape `shape` into the corner of a block of shape `room`, axis by axis. */
function copyInto(
  target: TypedArray,
  at: number,
  room: readonly number[],
  source: TypedArray,
  from: number,
  shape: readonly number[],
): void {
  if (shape.length <= 1) {
    const part = source.subarray(from, from + sizeOf(shape));
    (target as Uint8Array).set(part as Uint8Array, at);
    return;
  }
  const [roomInner, shapeInner] = [room.slice(1), shape.slice(1)];
  const [roomSize, size] = [sizeOf(roomInner), sizeOf(shapeInner)];
  for (let i = 0; i < shape[0]!; i++) {
    copyInto(target, at + i * roomSize, roomInner, source, from + i * size, shapeInner);
  }
}
