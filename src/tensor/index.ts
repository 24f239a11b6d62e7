/** Numbers with a shape. */
export { type ConcatenateOptions, concatenate } from "./concatenate.ts";
export type { ArrayOf, DType, TypedArray } from "./dtype.ts";
export type { LazyTensor } from "./lazy.ts";
export { stack } from "./stack.ts";
export { type DTypeOf, isTensor, type NestedNumbers, type Tensor, tensor, zeros } from "./tensor.ts";
export type { Delivered } from "./tree.ts";
