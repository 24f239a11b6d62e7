/** Arrays in HDF5 files, their rows side by side. */
import { show } from "../../core/check.ts";
import { OptionError } from "../../core/errors.ts";
import { isThenable, settleEach } from "../../core/settle.ts";
import type { Awaitable } from "../../sequence/sequence.ts";
import { bytesPerElement, type DType, dtypes } from "../../tensor/dtype.ts";
import { sizeOf, type Tensor } from "../../tensor/tensor.ts";
import { asNumbers, checkAlike, type StoredArray } from "../array/rows.ts";
import { type DataFile, dataError, openDataFile, readFrom } from "../data-file.ts";
import { filesOf, type Where } from "../files.ts";
import { DataReader } from "../reader.ts";
import { describeArray, type Hdf5Array, readHdf5Row } from "./library.ts";

/** The fields of a sample, each with the path of its array in the file: `{ x: "/train/images" }`. */
export type Hdf5Fields = Readonly<Record<string, string>>;

/** What {@link hdf5} makes of fields `F`: a tensor each. */
export type Hdf5Sample<F extends Hdf5Fields> = { -readonly [K in keyof F]: Tensor };

/** Rows of arrays side by side; made by {@link hdf5}. */
export class Hdf5Reader<S extends Readonly<Record<string, Tensor>>> extends DataReader<S> {
  static override readonly module: string = import.meta.url;
  static override readonly id: string = "epochal:data/hdf5/hdf5#Hdf5Reader";
  /** The path of the array of each field. */
  readonly fields: Hdf5Fields;
  /** The arrays of each file, by the name of the field. */
  readonly arrays: readonly Readonly<Record<string, StoredArray>>[];

  constructor(
    files: readonly DataFile[],
    fields: Hdf5Fields,
    arrays: readonly Readonly<Record<string, StoredArray>>[],
  ) {
    super(
      files,
      arrays.map((each) => Object.values(each)[0]!.count),
    );
    this.fields = fields;
    this.arrays = arrays;
  }

  protected read(file: number, row: number): Awaitable<S> {
    const sample: Record<string, Tensor> = {};
    const waits: Promise<unknown>[] = [];
    for (const [field, array] of Object.entries(this.arrays[file]!)) {
      const put = (bytes: Uint8Array): void => {
        sample[field] = { data: asNumbers(array.stored, bytes), shape: array.shape, dtype: array.dtype };
      };
      const bytes = readHdf5Row(array.file, this.fields[field]!, row, array.shape, array.rowBytes);
      if (isThenable(bytes)) waits.push(Promise.resolve(bytes as Promise<Uint8Array>).then(put));
      else put(bytes as Uint8Array);
    }
    return waits.length === 0 ? (sample as S) : Promise.all(waits).then(() => sample as S);
  }
}

/**
 * The rows of arrays in HDF5 files, side by side: a record of tensors each. A row is an index along the first axis.
 *
 * Rows are read one by one, by HDF5's own library: at once where the file is local, once the library is there. Of a chunked
 * array each row costs the whole of its chunks: write chunks of one row or few, or none. Files that are far away are read
 * into memory, by each thread, up to 1 GiB.
 *
 * @throws DataError if a file is no HDF5 file, was cut off, has no such array, or arrays of unequal length or of no numbers;
 *   MissingPeerError if the package `h5wasm` is not installed.
 * @example
 * const photos = await hdf5("train.h5", { x: "/images", y: "/labels" });
 * const train = batches(photos, { batchSize: 32, shuffle: true });
 */
export async function hdf5<const F extends Hdf5Fields>(
  where: Where,
  fields: F,
): Promise<Hdf5Reader<Hdf5Sample<F>>> {
  const valid =
    typeof fields === "object" &&
    fields !== null &&
    Object.keys(fields).length > 0 &&
    Object.values(fields).every((path) => typeof path === "string");
  if (!valid)
    throw new OptionError(
      `hdf5() takes the paths of arrays by field, { x: "/images" }, got ${show(fields)}.`,
    );
  const sources = filesOf("hdf5", where);
  const files = await settleEach(sources.length, (i) => openDataFile(sources[i]!));
  const arrays = await settleEach(files.length, (i) => arraysOf(files[i]!, fields));
  for (const field of Object.keys(fields))
    checkAlike(
      arrays.map((each) => each[field]!),
      field,
    );
  return new Hdf5Reader(files, { ...fields }, arrays);
}

async function arraysOf(file: DataFile, fields: Hdf5Fields): Promise<Readonly<Record<string, StoredArray>>> {
  const arrays: Record<string, StoredArray> = {};
  for (const [field, path] of Object.entries(fields)) {
    const described = await readFrom(file, { column: field }, () => describeArray(file, path));
    arrays[field] = storedIn(file, field, path, described);
  }
  const [first, ...others] = Object.entries(arrays) as [[string, StoredArray], ...[string, StoredArray][]];
  for (const [field, { count }] of others)
    if (count !== first[1].count)
      throw dataError(`It has ${count} rows, but ${show(first[0])} has ${first[1].count}.`, {
        path: file.path,
        column: field,
      });
  if (first[1].count === 0) throw dataError("It has no rows.", { path: file.path, column: first[0] });
  return arrays;
}

/** How the array at `path` is read. */
function storedIn(file: DataFile, field: string, path: string, array: Hdf5Array | undefined): StoredArray {
  const fail = (problem: string): never => {
    throw dataError(problem, { path: file.path, column: field });
  };
  if (array === undefined) return fail(`It has no array ${show(path)}.`);
  const { shape, virtual_sources } = array;
  if (virtual_sources !== undefined)
    return fail(`${show(path)} is put together of arrays in other files. Read those: hdf5([…], …).`);
  const dtype = dtypeOf(array);
  if (dtype === undefined)
    return fail(
      `${show(path)} holds no numbers that a tensor takes. Texts and records are not read from HDF5.`,
    );
  const [count, ...rowShape] = shape ?? [];
  if (count === undefined) return fail(`${show(path)} holds one number and no rows.`);
  return {
    file,
    start: 0,
    count,
    shape: rowShape,
    stored: dtype,
    dtype,
    // The library has turned them around, where that was to be done.
    bigEndian: false,
    rowBytes: sizeOf(rowShape) * bytesPerElement(dtype),
  };
}

/** The dtype of an array's numbers; undefined where they are none. */
function dtypeOf({ type, size, signed, enum_type }: Hdf5Array): DType | undefined {
  // As h5py and PyTables keep booleans.
  const names = Object.entries(enum_type?.members ?? {});
  const isBool = names.length === 2 && names.every(([name, value]) => value === Number(name === "TRUE"));
  const name =
    type === 0
      ? `${signed ? "int" : "uint"}${size * 8}`
      : type === 1
        ? `float${size * 8}`
        : type === 8 && isBool && size === 1
          ? "bool"
          : "";
  return dtypes.find((each) => each === name);
}
