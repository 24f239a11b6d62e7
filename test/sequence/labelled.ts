/** What the tests of mixed batches share: one batch again and again, and labels that tell how it was mixed. */
import type { LabelledBatch } from "../../src/sequence/combinators/mixing.ts";
import { Sequence } from "../../src/sequence/sequence.ts";
import { type Tensor, tensor } from "../../src/tensor/tensor.ts";

/** What labels and weights become. */
export type F = Tensor<"float32">;
/** A mixed batch. */
export type Mixed = readonly [x: Tensor, y: F, sampleWeight?: F];

/** `length` times the same batch, which must stay as it is. */
export class Same<B extends LabelledBatch> extends Sequence<B> {
  readonly batch: B;
  readonly length: number;
  constructor(batch: B, length: number = 1) {
    super();
    this.batch = batch;
    this.length = length;
  }
  getItem(): never {
    return this.batch as never;
  }
}
/** As {@link Same}. */
export const same = <B extends LabelledBatch>(batch: B, length?: number): Same<B> => new Same(batch, length);
/** A batch as it is delivered. */
export const at = async (sequence: Sequence<unknown>, index: number = 0, epoch: number = 0): Promise<Mixed> =>
  (await sequence.at(index, { epoch })) as Mixed;

/** The row that `row` is mixed with. */
export const previous = (row: number, rows: number): number => (row === 0 ? rows : row) - 1;
/** The numbers of one row. */
export const row = ({ data, shape }: Tensor, i: number): number[] => {
  const size = data.length / shape[0]!;
  return Array.from(data.subarray(i * size, (i + 1) * size), Number);
};
/** Labels that say how much of each row is its own: row i is of class i. */
export const ownClasses = (rows: number): Tensor<"int32"> =>
  tensor(Int32Array.from({ length: rows }, (_, i) => i));
/** Images without two pixels of one value close to each other. */
export const images = (rows: number, height: number, width: number, channels: number): Tensor<"uint8"> =>
  tensor(
    Uint8Array.from({ length: rows * height * width * channels }, (_, i) => (i * 37) % 251),
    {
      shape: [rows, height, width, channels],
    },
  );

/** An image of zeros and one of ones. */
export const constantPair: Tensor<"uint8"> = tensor(
  Uint8Array.from({ length: 128 }, (_, i) => Number(i >= 64)),
  { shape: [2, 8, 8, 1] },
);
