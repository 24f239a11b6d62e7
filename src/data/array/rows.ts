/**
 * Rows of numbers, each of the same size, one behind the other: what array files are once their header is read.
 *
 * A row is one read by its position into memory that nobody else writes to: it is the sample's, whoever changes it.
 */
import { checkKnown, checkSignal, show } from "../../core/check.ts";
import { settleEach } from "../../core/settle.ts";
import type { Context } from "../../sequence/context.ts";
import { identify } from "../../sequence/identity.ts";
import type { Awaitable } from "../../sequence/sequence.ts";
import { type ArrayOf, bytesPerElement, checkDType, type DType, viewOf } from "../../tensor/dtype.ts";
import { empty, sameShape, showShape, sizeOf, type Tensor } from "../../tensor/tensor.ts";
import { type DataFile, dataError, openDataFile } from "../data-file.ts";
import { filesOf, type Where } from "../files.ts";
import { DataReader } from "../reader.ts";
import { readBytesFrom } from "../room.ts";
import { conversionProblem, convertNumbers } from "./convert.ts";

/** Options of readers of arrays. */
export interface ArrayOptions<D extends DType = DType> {
  /**
   * The dtype of the samples. Files of another one are converted: whole numbers as long as they fit, float16 to wider
   * floats, float64 rounded to float32. Default: what the file says.
   */
  readonly dtype?: D;
  /** Ends the wait for what is far away while the files are opened. */
  readonly signal?: AbortSignal;
}

/** Where an array lies in a file, and what its rows are. Plain data. */
export interface StoredArray<D extends DType = DType> {
  /** The file that it lies in. */
  readonly file: DataFile;
  /** The byte that row 0 begins at. */
  readonly start: number;
  /** How many rows there are. */
  readonly count: number;
  /** Shape of a row. */
  readonly shape: readonly number[];
  /** dtype of the numbers in the file. */
  readonly stored: DType;
  /** Whether numbers have their highest byte first. */
  readonly bigEndian: boolean;
  /** dtype of the samples. */
  readonly dtype: D;
  /** Bytes of a row. */
  readonly rowBytes: number;
}

/** What an array is, but for its file. */
export function withoutFile({ file: _, ...array }: StoredArray): Omit<StoredArray, "file"> {
  return array;
}

/** What the header of an array says. */
export interface ArrayLayout {
  readonly dtype: DType;
  /** Shape of the whole array, rows first. */
  readonly shape: readonly number[];
  readonly bigEndian: boolean;
  /** The byte of the file that row 0 begins at. */
  readonly start: number;
  /** The byte of the file that the array ends before. */
  readonly end: number;
}

/** Rows of arrays in files, as tensors; made by {@link npy} and {@link idx}. */
export class ArrayReader<D extends DType> extends DataReader<Tensor<D>> {
  static override readonly module: string = import.meta.url;
  static override readonly id: string = "epochal:data/array/rows#ArrayReader";
  /** The array of each file. */
  readonly arrays: readonly StoredArray<D>[];

  constructor(arrays: readonly StoredArray<D>[]) {
    super(
      arrays.map(({ file }) => file),
      arrays.map(({ count }) => count),
    );
    this.arrays = arrays;
  }

  /** Each array lies in the file of its number. @internal */
  override [identify](): object {
    return { ...super[identify](), arrays: this.arrays.map(withoutFile) };
  }

  protected read(file: number, row: number, context: Context): Awaitable<Tensor<D>> {
    return readRow(this.arrays[file]!, row, context);
  }
}

/** Opens the files of `where`, each an array that `layoutOf` finds; all have rows of one dtype and shape. */
export async function openArrays<D extends DType>(
  reader: string,
  where: Where,
  options: ArrayOptions<D>,
  layoutOf: (file: DataFile, signal: AbortSignal | undefined) => Promise<ArrayLayout>,
): Promise<ArrayReader<D>> {
  checkKnown(`${reader}()`, options, ["dtype", "signal"]);
  const { dtype, signal } = options;
  if (dtype !== undefined) checkDType(dtype);
  if (signal !== undefined) checkSignal("signal", signal);
  const sources = filesOf(reader, where);
  const arrays = await settleEach(sources.length, async (i) => {
    const file = await openDataFile(sources[i]!, signal);
    return storedArray(file, await layoutOf(file, signal), dtype);
  });
  checkAlike(arrays);
  return new ArrayReader(arrays);
}

/**
 * The array that `layout` says lies in `file`, with rows of dtype `wanted`.
 *
 * @throws DataError if it does not fill its place, has no rows, or is of another dtype that does not become that.
 */
export function storedArray<D extends DType>(
  file: DataFile,
  layout: ArrayLayout,
  wanted: D | undefined,
  column?: string,
): StoredArray<D> {
  const { dtype: stored, shape, bigEndian, start, end } = layout;
  const place = { path: file.path, column };
  const [count, ...rowShape] = shape;
  if (count === undefined)
    throw dataError("It holds one number and no rows. Save it with an axis: x.reshape(1).", place);
  const size = sizeOf(shape) * bytesPerElement(stored);
  if (start + size !== end) {
    const is = Math.max(0, end - start);
    throw dataError(
      `${showShape(shape)} numbers of ${stored} are ${size} bytes, but it has ${is}. ${is < size ? "It was cut off." : "It is damaged, or holds more than one array."}`,
      { ...place, offset: start },
    );
  }
  const dtype = wanted ?? (stored as D);
  const problem = conversionProblem(stored, dtype);
  if (problem !== undefined) throw dataError(`\`dtype\`: ${problem}`, place);
  const rowBytes = sizeOf(rowShape) * bytesPerElement(stored);
  return { file, start, count, shape: rowShape, stored, bigEndian, dtype, rowBytes };
}

/** Throws DataError unless all arrays have rows of one dtype and shape. */
export function checkAlike(arrays: readonly StoredArray[], column?: string): void {
  const [first] = arrays;
  for (const { file, dtype, shape } of arrays) {
    if (dtype === first!.dtype && sameShape(shape, first!.shape)) continue;
    const next =
      dtype === first!.dtype
        ? "Open them one by one."
        : "Say which `dtype` all shall have, or open them one by one.";
    throw dataError(
      `Its rows are ${dtype} of shape ${showShape(shape)}, but those of ${first!.file.path ?? "the first file"} are ${first!.dtype} of shape ${showShape(first!.shape)}. ${next}`,
      { path: file.path, column },
    );
  }
}

/** Row `row` of an array: at once where its file is local. */
export function readRow<D extends DType>(
  array: StoredArray<D>,
  row: number,
  context: Context,
  column?: string,
): Awaitable<Tensor<D>> {
  const bytes = readFixed(array.file, array.start, array.rowBytes, row, context);
  return bytes instanceof Uint8Array
    ? rowOf(array, bytes, row, column)
    : bytes.then((there) => rowOf(array, there, row, column));
}

/** The bytes of row `row`, of `rowBytes` bytes each from `start` on, where numbers of any size may stand. */
export function readFixed(
  file: DataFile,
  start: number,
  rowBytes: number,
  row: number,
  context: Context,
): Awaitable<Uint8Array> {
  const offset = start + row * rowBytes;
  return readBytesFrom(file, { row, offset }, offset, offset + rowBytes, context.signal);
}

function rowOf<D extends DType>(
  { file, shape, stored, bigEndian, dtype }: StoredArray<D>,
  bytes: Uint8Array,
  row: number,
  column: string | undefined,
): Tensor<D> {
  if (bigEndian) swapBytes(bytes, bytesPerElement(stored));
  const numbers = asNumbers(stored, bytes);
  if (stored === (dtype as DType)) return { data: numbers as ArrayOf<D>, shape, dtype };
  const converted = empty(shape, dtype);
  const wrong = convertNumbers(numbers, stored, converted.data, dtype);
  if (wrong < 0) return converted;
  throw dataError(`${show(numbers[wrong])} is no ${dtype}. Leave out \`dtype\`, or give another one.`, {
    path: file.path,
    row,
    column,
  });
}

/** `bytes` as numbers of `dtype`, which may stand where they do. */
export function asNumbers<D extends DType>(dtype: D, bytes: Uint8Array): ArrayOf<D> {
  if (dtype === "uint8" || dtype === "bool") return bytes as ArrayOf<D>;
  return viewOf(dtype, bytes.buffer, bytes.byteOffset, bytes.length / bytesPerElement(dtype));
}

/** Turns the bytes of each number of `size` bytes around. Memory has the lowest byte first wherever JavaScript runs. */
export function swapBytes(bytes: Uint8Array, size: number): void {
  if (size === 1) return;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let i = 0; i < bytes.length; i += size) {
    if (size === 2) view.setUint16(i, view.getUint16(i), true);
    else if (size === 4) view.setUint32(i, view.getUint32(i), true);
    else view.setBigUint64(i, view.getBigUint64(i), true);
  }
}
