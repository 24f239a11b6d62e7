import { checkInteger, checkKnown, show } from "../core/check.ts";
import { moveNotes } from "../core/counters.ts";
import { OptionError, ShapeError } from "../core/errors.ts";
import type { DType, TypedArray } from "./dtype.ts";
import { isLazyTensor } from "./lazy.ts";
import { empty, isTensor, showShape, sizeOf, type Tensor } from "./tensor.ts";

/** Options of {@link concatenate}. */
export interface ConcatenateOptions {
  /** The axis that grows; a negative one counts from the last, -1. Default 0, the rows. */
  readonly axis?: number;
}

/**
 * Joins tensors along an axis that they have, as numpy's `concatenate`: shapes `[a, …s]` and `[b, …s]` become
 * `[a + b, …s]`. To join them along a new axis, `stack` them; sequences are joined by `concat`.
 *
 * @throws OptionError if the tensors stand in no array, or have no such axis.
 * @throws ShapeError if there is no tensor, one is a scalar, or naming the first that differs from the first one.
 * @example
 * concatenate([tensor([1, 2]), tensor([3])]);                       // [1, 2, 3]
 * concatenate([zeros([2, 3]), zeros([2, 4])], { axis: -1 }).shape;  // [2, 7]
 */
export function concatenate<D extends DType>(
  tensors: readonly Tensor<D>[],
  options: ConcatenateOptions = {},
): Tensor<D> {
  if (!Array.isArray(tensors)) {
    throw new OptionError(
      `concatenate() takes tensors in an array, concatenate([a, b]), got ${show(tensors)}.`,
    );
  }
  checkKnown("concatenate()", options, ["axis"]);
  const parts = checkTensors<D>(tensors);
  const [{ dtype, shape: first }] = parts;
  const axis = resolveAxis(options.axis ?? 0, first);
  const shape = first.slice();
  for (const [i, part] of parts.entries()) {
    checkJoins(i, part, parts[0], axis);
    if (i > 0) shape[axis]! += part.shape[axis]!;
  }
  const result = empty(shape, dtype);
  const outer = sizeOf(shape.slice(0, axis));
  let offset = 0;
  for (let row = 0; row < outer; row++) {
    for (const { data } of parts) {
      const size = data.length / outer;
      const from = outer === 1 ? data : (data.subarray(row * size, (row + 1) * size) as TypedArray);
      (result.data as Uint8Array).set(from as Uint8Array, offset);
      offset += size;
    }
  }
  for (const { data } of parts) moveNotes(data.buffer, result.data.buffer);
  return result;
}

/** The tensors in `values`, at least one. A hole is none. */
function checkTensors<D extends DType>(
  values: readonly Tensor<D>[],
): readonly [Tensor<D>, ...(readonly Tensor<D>[])] {
  for (const [i, value] of values.entries()) {
    if (isTensor(value)) continue;
    const next = isLazyTensor(value)
      ? " Await its tensor() first."
      : " Sequences are joined by concat(a, b).";
    throw new ShapeError(`concatenate() joins tensors, got ${show(value)} at place ${i}.${next}`);
  }
  if (values.length === 0) throw new ShapeError("concatenate() needs at least one tensor, got none.");
  return values as unknown as readonly [Tensor<D>, ...(readonly Tensor<D>[])];
}

/** `axis` as an index of `shape`. */
function resolveAxis(axis: number, shape: readonly number[]): number {
  const { length } = shape;
  if (length === 0)
    throw new ShapeError("concatenate() joins along an axis, which a scalar does not have; use stack().");
  if (Number.isInteger(axis) && axis < 0 && axis >= -length) return length + axis;
  checkInteger("axis", axis, 0, length - 1);
  return axis;
}

function checkJoins(i: number, { dtype, shape }: Tensor, first: Tensor, axis: number): void {
  if (dtype !== first.dtype) {
    throw new ShapeError(
      `All tensors must have one dtype, but that at place ${i} is ${dtype} and that at place 0 is ${first.dtype}. Convert them with tensor(data, dtype).`,
    );
  }
  const agrees = (size: number, d: number): boolean => d === axis || size === first.shape[d];
  if (shape.length === first.shape.length && shape.every(agrees)) return;
  throw new ShapeError(
    `Tensors joined along axis ${axis} must agree in all others, but that at place ${i} has ${showShape(shape)} and that at place 0 has ${showShape(first.shape)}. Resize or pad them first.`,
  );
}
