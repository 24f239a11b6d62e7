/** Several arrays that numpy saved in one zip archive (`.npz`), their rows side by side. */
import { checkInteger, checkKnown, checkSignal, show } from "../../core/check.ts";
import { crc32Of } from "../../core/crc32.ts";
import { OptionError } from "../../core/errors.ts";
import { isThenable, settleEach } from "../../core/settle.ts";
import type { Context } from "../../sequence/context.ts";
import { identify } from "../../sequence/identity.ts";
import type { Awaitable } from "../../sequence/sequence.ts";
import type { DType } from "../../tensor/dtype.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { type DataFile, dataError, openDataFile, readFrom } from "../data-file.ts";
import { checkFieldNames } from "../fields.ts";
import { filesOf, type Where } from "../files.ts";
import { shared } from "../memory.ts";
import { DataReader } from "../reader.ts";
import { type ZipMember, zipDataStart, zipMembers } from "../zip/directory.ts";
import { inflateInto } from "../zip/inflate.ts";
import { npyLayout } from "./npy.ts";
import { checkAlike, readRow, type StoredArray, storedArray, withoutFile } from "./rows.ts";

/** The fields of a sample, each with the name of its array in the file: `{ x: "x_train", y: "y_train" }`. */
export type NpzFields = Readonly<Record<string, string>>;

/** What {@link npz} makes of fields `F`: a tensor each. */
export type NpzSample<F extends NpzFields> = { -readonly [K in keyof F]: Tensor };

/** Options of {@link npz}. */
export interface NpzOptions {
  /** Bytes of memory that compressed arrays may take together, as they are unpacked when opened. Default 256 MB. */
  readonly memory?: number;
  /** Ends the wait for what is far away while the files are opened. */
  readonly signal?: AbortSignal;
}

/** Rows of arrays side by side; made by {@link npz}. */
export class NpzReader<S extends Readonly<Record<string, Tensor>>> extends DataReader<S> {
  static override readonly module: string = import.meta.url;
  static override readonly id: string = "epochal:data/array/npz#NpzReader";
  /** The arrays of each file, by the name of the field. */
  readonly arrays: readonly Readonly<Record<string, StoredArray>>[];

  constructor(files: readonly DataFile[], arrays: readonly Readonly<Record<string, StoredArray>>[]) {
    super(
      files,
      arrays.map((each) => Object.values(each)[0]!.count),
    );
    this.arrays = arrays;
  }

  /** Each record of arrays lies in the file of its number. @internal */
  override [identify](): object {
    const arrays = this.arrays.map((each) =>
      Object.entries(each).map(([field, array]) => [field, withoutFile(array)]),
    );
    return { ...super[identify](), arrays };
  }

  protected read(file: number, row: number, context: Context): Awaitable<S> {
    const sample: Record<string, unknown> = {};
    const waits: Promise<unknown>[] = [];
    for (const [field, array] of Object.entries(this.arrays[file]!)) {
      const value = readRow(array, row, context, field);
      sample[field] = value;
      if (isThenable(value))
        waits.push(
          Promise.resolve(value).then((there) => {
            sample[field] = there;
          }),
        );
    }
    return waits.length === 0 ? (sample as S) : Promise.all(waits).then(() => sample as S);
  }
}

/**
 * The rows of arrays that `numpy.savez` wrote, side by side: a record of tensors each.
 *
 * Arrays are read a row at a time by its position, as `npy` does. Those of `savez_compressed` have no rows that can be
 * read by themselves: they are unpacked into memory when they are opened, where they fit.
 *
 * @param fields which arrays, and what their rows are called in a sample; all, by their own names, if there are none
 * @throws DataError if a file is no such archive or was cut off, has no such array, arrays of unequal length, or
 *   compressed ones that do not fit in `memory`.
 * @example
 * const digits = await npz("mnist.npz", { x: "x_train", y: "y_train" });
 * const train = batches(digits, { batchSize: 32, shuffle: true });
 */
export function npz<const F extends NpzFields>(
  where: Where,
  fields: F,
  options?: NpzOptions,
): Promise<NpzReader<NpzSample<F>>>;
export function npz(where: Where): Promise<NpzReader<Record<string, Tensor<DType>>>>;
export async function npz(
  where: Where,
  fields?: NpzFields,
  options: NpzOptions = {},
): Promise<NpzReader<Record<string, Tensor>>> {
  const { memory = 256e6, signal } = options;
  checkKnown("npz()", options, ["memory", "signal"]);
  checkInteger("memory", memory);
  if (signal !== undefined) checkSignal("signal", signal);
  checkNames(fields);
  const sources = filesOf("npz", where);
  const budget = { left: memory, memory };
  const files = await settleEach(sources.length, (i) => openDataFile(sources[i]!, signal));
  const arrays: Readonly<Record<string, StoredArray>>[] = [];
  // One after the other: what one takes of the memory is not there for the next.
  for (const file of files) arrays.push(await arraysOf(file, fields ?? arrays[0], budget, signal));
  for (const field of Object.keys(arrays[0]!))
    checkAlike(
      arrays.map((each) => each[field]!),
      field,
    );
  return new NpzReader(files, arrays);
}

/** What is left of the memory that unpacked arrays may take, and what there was. */
interface MemoryLeft {
  left: number;
  readonly memory: number;
}

function checkNames(fields: unknown): void {
  if (fields === undefined) return;
  if (
    typeof fields === "object" &&
    fields !== null &&
    Object.keys(fields).length > 0 &&
    Object.values(fields).every((name) => typeof name === "string")
  )
    return;
  throw new OptionError(
    `npz() takes the names of arrays by field, { x: "x_train", y: "y_train" }, got ${show(fields)}.`,
  );
}

/** The arrays of one file; all that are in it where no fields are given, and the same as in the first file. */
async function arraysOf(
  file: DataFile,
  fields: Readonly<Record<string, unknown>> | undefined,
  budget: MemoryLeft,
  signal: AbortSignal | undefined,
): Promise<Readonly<Record<string, StoredArray>>> {
  const members = new Map(
    (await zipMembers(file, signal))
      .filter(({ name }) => name.endsWith(".npy"))
      .map((member) => [member.name.slice(0, -4), member]),
  );
  const wanted = Object.entries(
    fields ?? Object.fromEntries([...members.keys()].map((name) => [name, name])),
  );
  checkFieldNames(
    "npz()",
    wanted.map(([field]) => field),
  );
  if (wanted.length === 0) throw dataError("It holds no arrays (.npy).", { path: file.path });
  const arrays: Record<string, StoredArray> = {};
  for (const [field, value] of wanted) {
    const name = typeof value === "string" ? value : field;
    const member = members.get(name);
    if (member === undefined)
      throw dataError(`It has no array ${show(name)}, but ${[...members.keys()].map(show).join(", ")}.`, {
        path: file.path,
        column: field,
      });
    arrays[field] = await arrayOf(file, member, field, budget, signal);
  }
  const [first, ...others] = Object.entries(arrays) as [[string, StoredArray], ...[string, StoredArray][]];
  for (const [field, { count }] of others)
    if (count !== first[1].count)
      throw dataError(
        `It has ${count} rows, but ${show(first[0])} has ${first[1].count}. Say which arrays belong together: npz(path, { x: "x_train", y: "y_train" }).`,
        { path: file.path, column: field },
      );
  return arrays;
}

async function arrayOf(
  file: DataFile,
  member: ZipMember,
  field: string,
  budget: MemoryLeft,
  signal: AbortSignal | undefined,
): Promise<StoredArray> {
  const start = await zipDataStart(file, member, signal);
  const end = start + member.packedSize;
  if (member.method === 0)
    return storedArray(file, await npyLayout(file, { start, end }, signal, field), undefined, field);
  if (member.size > budget.left)
    throw dataError(
      `It is compressed, and unpacked it has ${member.size} bytes, of ${budget.left} that are left of \`memory\`: ${budget.memory}. Save it with np.savez, unpack the archive for npy(), or give more memory.`,
      { path: file.path, column: field },
    );
  budget.left -= member.size;
  const packed = await readFrom(file, { column: field, offset: start }, (bytes) =>
    bytes.slice(start, end, signal),
  );
  const unpacked: DataFile = {
    where: await unpack(packed, member).catch((cause: Error) => {
      throw dataError(cause.message, { path: file.path, column: field, offset: start }, { cause });
    }),
    path: file.path,
    byteLength: member.size,
    version: undefined,
  };
  const whole = { start: 0, end: member.size };
  return storedArray(unpacked, await npyLayout(unpacked, whole, signal, field), undefined, field);
}

/** What `packed` is unpacked, in memory that all threads share. */
async function unpack(packed: Uint8Array, { method, size, crc }: ZipMember): Promise<Uint8Array> {
  if (method !== 8)
    throw new Error(`It is compressed by method ${method}, and only deflate (8) is unpacked.`);
  const unpacked = shared(Uint8Array, size);
  await inflateInto(packed, unpacked);
  if (crc32Of(unpacked) === crc) return unpacked;
  throw new Error("Its compressed data are damaged: what they unpack to is not what was packed.");
}
