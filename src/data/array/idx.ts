/** MNIST's format, IDX: a type, the axes, and numbers with their highest byte first. */
import type { DType } from "../../tensor/dtype.ts";
import { compressedProblem } from "../compressed.ts";
import { type DataFile, dataError, readFrom } from "../data-file.ts";
import type { Where } from "../files.ts";
import { type ArrayLayout, type ArrayOptions, type ArrayReader, openArrays } from "./rows.ts";

/** The third byte of a file. */
const dtypeByType: Readonly<Record<number, DType>> = {
  8: "uint8",
  9: "int8",
  11: "int16",
  12: "int32",
  13: "float32",
  14: "float64",
};

/**
 * The rows of IDX files, as MNIST and its kin come in: images of shape [28, 28], labels as scalars.
 *
 * A row is read by its position; several files follow one another. dtype is the file's (uint8 for MNIST), or what you
 * say. Files that end in `.gz` are to be unpacked first: `gunzip train-images-idx3-ubyte.gz`.
 *
 * @throws DataError if a file is no IDX file, was cut off, or has rows of another dtype or shape than the first.
 * @example
 * const x = await idx("train-images-idx3-ubyte");
 * const y = await idx("train-labels-idx1-ubyte", { dtype: "int32" });
 * const train = batches(zip(x, y), { batchSize: 32, shuffle: true });
 */
export function idx<D extends DType>(
  where: Where,
  options: ArrayOptions<D> & { readonly dtype: D },
): Promise<ArrayReader<D>>;
export function idx(where: Where, options?: ArrayOptions): Promise<ArrayReader<DType>>;
export async function idx(where: Where, options: ArrayOptions = {}): Promise<ArrayReader<DType>> {
  return openArrays("idx", where, options, idxLayout);
}

async function idxLayout(file: DataFile, signal: AbortSignal | undefined): Promise<ArrayLayout> {
  // As many axes as a byte says.
  const head = await readFrom(file, {}, (bytes) => bytes.slice(0, 4 + 4 * 255, signal));
  const dtype = head[0] === 0 && head[1] === 0 ? dtypeByType[head[2]!] : undefined;
  const axes = head[3] ?? 0;
  const start = 4 + 4 * axes;
  if (dtype === undefined || head.length < start) {
    const problem =
      compressedProblem(head) ??
      (dtype === undefined
        ? "It is no IDX file: it does not begin with two zeros and a type of numbers."
        : `Its header was cut off: it has ${head.length} bytes of ${start}.`);
    throw dataError(problem, { path: file.path });
  }
  const view = new DataView(head.buffer, head.byteOffset, start);
  const shape = Array.from({ length: axes }, (_, axis) => view.getUint32(4 + 4 * axis));
  return { dtype, shape, bigEndian: true, start, end: file.byteLength };
}
