/** Rows of several fields, each row of the same bytes, without a header: CIFAR's binary files, and what C programs write. */
import { checkChoice, checkInteger, checkKnown, checkSignal, show } from "../../core/check.ts";
import { OptionError } from "../../core/errors.ts";
import { settleEach } from "../../core/settle.ts";
import type { Context } from "../../sequence/context.ts";
import type { Awaitable } from "../../sequence/sequence.ts";
import { bytesPerElement, checkDType, type DType } from "../../tensor/dtype.ts";
import { sizeOf, type Tensor } from "../../tensor/tensor.ts";
import { compressedProblem } from "../compressed.ts";
import { type DataFile, dataError, openDataFile, readFrom } from "../data-file.ts";
import { checkFieldNames } from "../fields.ts";
import { filesOf, type Where } from "../files.ts";
import { DataReader } from "../reader.ts";
import { asNumbers, readFixed, swapBytes } from "./rows.ts";

/** The fields of a row in their order: dtype, and the shape if it is no single number. */
export type RecordFields = Readonly<Record<string, readonly [dtype: DType, ...shape: number[]]>>;

/** What {@link records} makes of a row of fields `F`. */
export type RecordSample<F extends RecordFields> = { -readonly [K in keyof F]: Tensor<F[K][0]> };

/** Options of {@link records}. */
export interface RecordOptions {
  /** Bytes in front of the first row of each file. Default 0. */
  readonly header?: number;
  /** Whether numbers have their lowest byte first (`"little"`, default) or their highest. */
  readonly endian?: "little" | "big";
  /** Ends the wait for what is far away while the files are opened. */
  readonly signal?: AbortSignal;
}

/** How the rows of a file are divided. Plain data. */
export interface RecordLayout {
  /** The fields, and the bytes of a row that each takes. */
  readonly fields: readonly {
    readonly name: string;
    readonly dtype: DType;
    readonly shape: readonly number[];
    readonly offset: number;
    readonly size: number;
  }[];
  /** Bytes of a row. */
  readonly rowBytes: number;
  /** Bytes in front of the first row of each file. */
  readonly header: number;
  /** Whether numbers have their highest byte first. */
  readonly bigEndian: boolean;
}

/** Rows of fixed fields in files; made by {@link records}. */
export class RecordReader<F extends RecordFields> extends DataReader<RecordSample<F>> {
  static override readonly module: string = import.meta.url;
  static override readonly id: string = "epochal:data/array/records#RecordReader";
  /** How a row is divided. */
  readonly layout: RecordLayout;

  constructor(files: readonly DataFile[], layout: RecordLayout) {
    super(
      files,
      files.map(({ byteLength }) => (byteLength - layout.header) / layout.rowBytes),
    );
    this.layout = layout;
  }

  protected read(file: number, row: number, context: Context): Awaitable<RecordSample<F>> {
    const { header, rowBytes } = this.layout;
    const bytes = readFixed(this.files[file]!, header, rowBytes, row, context);
    return bytes instanceof Uint8Array
      ? recordOf<F>(this.layout, bytes)
      : bytes.then((there) => recordOf<F>(this.layout, there));
  }
}

/**
 * Rows of fields of fixed size, one behind the other, as in CIFAR's binary files: a record of tensors each.
 *
 * A row is read by its position; several files follow one another.
 *
 * @param fields dtype and shape of each field, in the order in which they are stored, by names that are no numbers;
 *   without a shape it is a scalar
 * @throws DataError if a file is empty, compressed, or its size no whole number of rows.
 * @example
 * const cifar = await records("data_batch_*.bin", { label: ["uint8"], image: ["uint8", 3, 32, 32] });
 * const train = batches(cifar, { batchSize: 32, shuffle: true }); // label [32], image [32, 3, 32, 32]
 */
export async function records<const F extends RecordFields>(
  where: Where,
  fields: F,
  options: RecordOptions = {},
): Promise<RecordReader<F>> {
  checkKnown("records()", options, ["header", "endian", "signal"]);
  const { header = 0, endian = "little", signal } = options;
  checkInteger("header", header);
  checkChoice("endian", endian, ["little", "big"]);
  if (signal !== undefined) checkSignal("signal", signal);
  const layout = layoutOf(fields, header, endian === "big");
  const sources = filesOf("records", where);
  const files = await settleEach(sources.length, async (i) => {
    const file = await openDataFile(sources[i]!, signal);
    await checkRows(file, layout, signal);
    return file;
  });
  return new RecordReader(files, layout);
}

function layoutOf(fields: RecordFields, header: number, bigEndian: boolean): RecordLayout {
  checkFields(fields);
  let rowBytes = 0;
  const parts = Object.entries(fields).map(([name, [dtype, ...shape]]) => {
    const offset = rowBytes;
    rowBytes += sizeOf(shape) * bytesPerElement(dtype);
    return { name, dtype, shape, offset, size: rowBytes - offset };
  });
  return { fields: parts, rowBytes, header, bigEndian };
}

function checkFields(fields: unknown): asserts fields is RecordFields {
  const next = 'Say what a row is, as { label: ["uint8"], image: ["uint8", 3, 32, 32] }.';
  if (typeof fields !== "object" || fields === null || Object.keys(fields).length === 0)
    throw new OptionError(`records() needs the fields of a row, got ${show(fields)}. ${next}`);
  checkFieldNames("records()", Object.keys(fields));
  const [number] = Object.keys(fields);
  // Where there is one it comes first, wherever it was written.
  if (/^\d+$/.test(number!))
    throw new OptionError(
      `records(): a field cannot be called ${show(number)}, as JavaScript lists numbers before other names, and the order of fields is that of the file. Call it ${show(`x${number}`)}.`,
    );
  for (const [name, field] of Object.entries(fields)) {
    if (!Array.isArray(field))
      throw new OptionError(`\`${name}\` must be a list of dtype and axes, got ${show(field)}. ${next}`);
    const [dtype, ...shape] = field as unknown[];
    checkDType(dtype);
    for (const axis of shape) checkInteger(`an axis of ${name}`, axis, 1);
  }
}

async function checkRows(
  file: DataFile,
  { rowBytes, header }: RecordLayout,
  signal: AbortSignal | undefined,
): Promise<void> {
  const size = file.byteLength - header;
  if (size > 0 && size % rowBytes === 0) return;
  const head = await readFrom(file, {}, (bytes) => bytes.slice(0, 16, signal));
  const behind = header === 0 ? "" : ` behind its header of ${header}`;
  throw dataError(
    compressedProblem(head) ??
      (size <= 0
        ? `It has no rows: ${Math.max(0, size)} bytes${behind}.`
        : `Its ${size} bytes${behind} are no whole number of rows of ${rowBytes}: ${size % rowBytes} are left. It was cut off, or \`fields\` or \`header\` are not what is in it.`),
    { path: file.path, offset: header + Math.max(0, size - (size % rowBytes)) },
  );
}

/** The fields of a row: parts of its memory where their numbers may stand there, else copies. */
function recordOf<F extends RecordFields>(
  { fields, bigEndian }: RecordLayout,
  row: Uint8Array,
): RecordSample<F> {
  const sample: Record<string, Tensor> = {};
  for (const { name, dtype, shape, offset, size } of fields) {
    const width = bytesPerElement(dtype);
    const part = row.subarray(offset, offset + size);
    const bytes = offset % width === 0 ? part : part.slice();
    if (bigEndian) swapBytes(bytes, width);
    sample[name] = { data: asNumbers(dtype, bytes), shape, dtype };
  }
  return sample as RecordSample<F>;
}
