/** Arrays that numpy saved (`.npy`), a row a sample. */
import { DataError } from "../../core/errors.ts";
import type { DType } from "../../tensor/dtype.ts";
import { compressedProblem } from "../compressed.ts";
import { type DataFile, dataError, readFrom } from "../data-file.ts";
import type { Where } from "../files.ts";
import { npyHeaderLength, npyPrefix, readNpyHeader } from "./npy-header.ts";
import { type ArrayLayout, type ArrayOptions, type ArrayReader, openArrays } from "./rows.ts";

/**
 * The rows of arrays that `numpy.save` wrote: of an array of shape [60000, 28, 28] 60,000 tensors of shape [28, 28].
 *
 * A row is read by its position, at once where the file is local; nothing is loaded in advance. Several files follow
 * one another. dtype is the file's, numbers of either byte order; `float16` comes as raw bits, as in every tensor.
 * With `dtype` it is what you say: whole numbers as long as they fit, float64 rounded to float32.
 *
 * @throws DataError if a file is no .npy file or was cut off, holds objects, text or records, lies in Fortran's order, or
 *   has rows of another dtype or shape than the first.
 * @example
 * const x = await npy("x.npy", { dtype: "float32" });
 * const y = await npy("y.npy", { dtype: "int32" });
 * const train = batches(zip(x, y), { batchSize: 32, shuffle: true });
 */
export function npy<D extends DType>(
  where: Where,
  options: ArrayOptions<D> & { readonly dtype: D },
): Promise<ArrayReader<D>>;
export function npy(where: Where, options?: ArrayOptions): Promise<ArrayReader<DType>>;
export async function npy(where: Where, options: ArrayOptions = {}): Promise<ArrayReader<DType>> {
  return openArrays("npy", where, options, (file, signal) =>
    npyLayout(file, { start: 0, end: file.byteLength }, signal),
  );
}

/** What is read of a file first: longer than the header of any array of numbers. */
const firstRead = 1024;

/**
 * What the header says of the array that lies at `part` of `file`.
 *
 * @throws DataError if it is none, or is of numbers or in an order that is not read.
 */
export async function npyLayout(
  file: DataFile,
  part: { readonly start: number; readonly end: number },
  signal: AbortSignal | undefined,
  column?: string,
): Promise<ArrayLayout> {
  const { start, end } = part;
  const head = async (length: number): Promise<Uint8Array> =>
    readFrom(file, { offset: start, column }, (bytes) =>
      bytes.slice(start, Math.min(start + length, end), signal),
    );
  let bytes = await head(firstRead);
  try {
    const problem = compressedProblem(bytes);
    if (problem !== undefined) throw new Error(problem);
    if (bytes.length >= npyPrefix && npyHeaderLength(bytes) > bytes.length)
      bytes = await head(npyHeaderLength(bytes));
    const { dtype, shape, bigEndian, fortranOrder, dataStart } = readNpyHeader(bytes);
    if (fortranOrder && shape.length > 1)
      throw new Error(
        "It lies in Fortran's order, in which no row is in one place. Save it as np.save(path, np.ascontiguousarray(x)).",
      );
    return { dtype, shape, bigEndian, start: start + dataStart, end };
  } catch (error) {
    if (error instanceof DataError) throw error;
    throw dataError((error as Error).message, { path: file.path, column });
  }
}
