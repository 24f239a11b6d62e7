/** Many tensors of one shape become one tensor with a leading axis: how rows become a batch. */
import { show } from "../core/check.ts";
import { moveNotes } from "../core/counters.ts";
import { ShapeError } from "../core/errors.ts";
import { settleEach } from "../core/settle.ts";
import type { DType, TypedArray } from "./dtype.ts";
import { isLazyTensor, type LazyTensor, runEach } from "./lazy.ts";
import { empty, isTensor, sameShape, showShape, sizeOf, type Tensor } from "./tensor.ts";

/** Anything with a shape and a dtype that may be stacked. */
type Row<D extends DType = DType> = Tensor<D> | LazyTensor<D>;

/**
 * Stacks tensors of one shape and dtype along a new first axis: n rows of shape `[…s]` become `[n, …s]`.
 *
 * Lazy tensors (images) are run straight into their row of the result; then the result is a promise.
 *
 * @throws ShapeError if there is no row, or naming the first row whose shape or dtype differs from row 0.
 * @example
 * stack([tensor([1, 2]), tensor([3, 4])]);                     // shape [2, 2]
 * await stack(files.map((f) => resize(imread(f), [200, 200]))); // shape [n, 200, 200, 3]
 */
export function stack<D extends DType>(rows: readonly Tensor<D>[]): Tensor<D>;
export function stack<D extends DType>(rows: readonly (Tensor<D> | LazyTensor<D>)[]): Promise<Tensor<D>>;
export function stack(rows: readonly Row[]): Tensor | Promise<Tensor> {
  if (rows.length === 0) throw new ShapeError("stack() needs at least one row, got none.");
  for (const [i, row] of rows.entries()) {
    if (!isTensor(row) && !isLazyTensor(row)) {
      throw new ShapeError(`stack() takes tensors and images, got ${show(row)} at row ${i}.`);
    }
  }
  if (!rows.some(isLazyTensor)) return stackTensors(rows as readonly Tensor[]);
  return stackLazily(rows);
}

function stackTensors(rows: readonly Tensor[]): Tensor {
  const first = rows[0]!;
  for (const [i, row] of rows.entries()) checkAgree(i, row, first);
  const result = empty([rows.length, ...first.shape], first.dtype);
  const size = sizeOf(first.shape);
  for (const [i, row] of rows.entries()) {
    set(result.data, row.data, i * size);
    moveNotes(row.data.buffer, result.data.buffer);
  }
  return result;
}

/**
 * Where the first row's shape is known without running, all rows run into the batch. Otherwise the rows run alone
 * and are copied: their shapes are known only then.
 */
async function stackLazily(rows: readonly Row[]): Promise<Tensor> {
  const first = rows[0]!;
  if (rows.some((row) => row.shape === undefined)) {
    return stackTensors(await runEach(rows));
  }
  const shape = first.shape!;
  for (const [i, row] of rows.entries())
    checkAgree(i, { dtype: row.dtype, shape: row.shape! }, { dtype: first.dtype, shape });
  const result = empty([rows.length, ...shape], first.dtype);
  const size = sizeOf(shape);
  // Also where a row failed it waits for the others: nothing may still write into a batch that was given up.
  await settleEach(rows.length, (place) => {
    const row = rows[place]!;
    const at = place * size;
    if (isLazyTensor(row)) return row.into(result.data.subarray(at, at + size) as never);
    set(result.data, row.data, at);
  });
  return result;
}

interface Form {
  readonly dtype: DType;
  readonly shape: readonly number[];
}

function checkAgree(i: number, form: Form, first: Form): void {
  if (form.dtype !== first.dtype) {
    throw new ShapeError(
      `All rows must have one dtype, but row ${i} is ${form.dtype} and row 0 is ${first.dtype}. Convert them with tensor(data, dtype).`,
    );
  }
  if (!sameShape(form.shape, first.shape)) {
    throw new ShapeError(
      `All rows must have one shape, but row ${i} has ${showShape(form.shape)} and row 0 has ${showShape(first.shape)}. Resize or pad them first.`,
    );
  }
}

function set(target: TypedArray, source: TypedArray, offset: number): void {
  (target as Uint8Array).set(source as Uint8Array, offset);
}
