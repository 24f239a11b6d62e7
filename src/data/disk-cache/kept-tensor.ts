/** A tensor that is kept somewhere, and goes from there straight into the row of a batch. */
import type { ArrayOf, DType, TypedArray } from "../../tensor/dtype.ts";
import { type LazyTensor, lazyTensor } from "../../tensor/lazy.ts";
import { empty, type Tensor } from "../../tensor/tensor.ts";

/** A lazy tensor of known shape whose elements `read` writes. */
export function keptTensor<D extends DType>(
  dtype: D,
  shape: readonly number[],
  read: (out: TypedArray) => void | Promise<void>,
): LazyTensor<D> {
  return new KeptTensor(dtype, shape, read);
}

class KeptTensor<D extends DType> implements LazyTensor<D> {
  declare readonly [lazyTensor]: true;
  readonly dtype: D;
  readonly shape: readonly number[];
  readonly #read: (out: TypedArray) => void | Promise<void>;

  constructor(dtype: D, shape: readonly number[], read: (out: TypedArray) => void | Promise<void>) {
    this.dtype = dtype;
    this.shape = shape;
    this.#read = read;
  }

  async tensor(): Promise<Tensor<D>> {
    const result = empty(this.shape, this.dtype);
    await this.#read(result.data);
    return result;
  }

  into(out: ArrayOf<D>): void | Promise<void> {
    return this.#read(out);
  }
}
Object.defineProperty(KeptTensor.prototype, lazyTensor, { value: true });
