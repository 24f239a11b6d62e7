/**
 * TFRecord files: records by their places, and the features of the `tf.train.Example` in each.
 *
 * No generated code and no package: an example is read for the features that were asked for, and no others.
 */
import { checkBoolean, checkInteger, checkKnown, checkSignal, checkText, show } from "../../core/check.ts";
import { maskedCrc32c } from "../../core/crc32c.ts";
import { OptionError } from "../../core/errors.ts";
import { isThenable } from "../../core/settle.ts";
import { uint32 } from "../../image/header/integers.ts";
import { type Image, imageAt } from "../../image/image.ts";
import { type Context, createContext } from "../../sequence/context.ts";
import { identify } from "../../sequence/identity.ts";
import type { Awaitable } from "../../sequence/sequence.ts";
import { type DataFile, dataError, openDataFile } from "../data-file.ts";
import {
  checkFieldType,
  type FieldType,
  type FieldValue,
  fieldTypes,
  type NumberType,
  numberTypes,
} from "../fields.ts";
import { filesOf, type Where } from "../files.ts";
import { checkCache, keptIndex } from "../index-cache.ts";
import { joinArrays } from "../joined.ts";
import { DataReader } from "../reader.ts";
import { readBytesFrom } from "../room.ts";
import { type PlannedFeature, parseExample } from "./example.ts";
import { headSize, indexRecords, tailSize } from "./records.ts";

/**
 * A field of the samples of {@link tfrecord}: the type of the feature of the same name; or its type, the feature's name
 * (`from`), and of numbers their shape: that of a tensor, or `"ragged"` where the list varies in length.
 */
export type ExampleField =
  | FieldType
  | { readonly type: FieldType; readonly from?: string }
  | { readonly type: NumberType; readonly from?: string; readonly shape: readonly number[] | "ragged" };

/** What the samples of {@link tfrecord} are made of. */
export type ExampleFields = Readonly<Record<string, ExampleField>>;

/** The sample that fields make. */
export type ExampleSample<F extends ExampleFields> = {
  -readonly [K in keyof F]: F[K] extends { readonly type: infer T } ? FieldValue<T> : FieldValue<F[K]>;
};

/** Options of {@link tfrecord}. */
export interface TFRecordOptions {
  /** Whether the checksum of a record is checked when it is read (default true); that of its length always is. */
  readonly verify?: boolean;
  /**
   * The folder where the index of a file is kept if it took long to make, or the file is far away; `false` for none.
   * Default: `epochal/index` in the user's cache folder.
   */
  readonly cache?: string | false;
  /** Ends the opening of files that are far away. */
  readonly signal?: AbortSignal;
}

/**
 * The records of TFRecord files: the bytes of each, or features of the `tf.train.Example` that it is.
 *
 * Numbers have the dtype that is asked for, and are refused where that does not hold them. Without a shape, a feature
 * is one value. Lists that vary in length are `"ragged"`: make batches of them with `pad`.
 *
 * @param where one file, a list, or a pattern
 * @param fields the features to take: `image`, `bytes`, `string`, `json`, or a dtype; without them, bytes of records
 * @throws DataError if a file cannot be read, was cut off, is compressed, or if its first record lacks a field.
 * @example
 * const photos = await tfrecord("train-*.tfrecord", {
 *   image: { type: "image", from: "image/encoded" },
 *   label: "int32",
 *   box: { type: "float32", shape: [4] },
 *   tokens: { type: "int32", shape: "ragged" },
 * });
 * const records = await tfrecord("train-*.tfrecord"); // Uint8Array each
 */
export function tfrecord(
  where: Where,
  fields?: undefined,
  options?: TFRecordOptions,
): Promise<TFRecordReader<Uint8Array>>;
export function tfrecord<const F extends ExampleFields>(
  where: Where,
  fields: F,
  options?: TFRecordOptions,
): Promise<TFRecordReader<ExampleSample<F>>>;
export async function tfrecord(
  where: Where,
  fields?: ExampleFields,
  options: TFRecordOptions = {},
): Promise<TFRecordReader<unknown>> {
  checkKnown("tfrecord()", options, ["verify", "cache", "signal"]);
  const { verify = true, cache, signal } = options;
  checkBoolean("verify", verify);
  checkCache(cache);
  if (signal !== undefined) checkSignal("signal", signal);
  const features = fields === undefined ? undefined : featuresOf(fields);
  const files: DataFile[] = [];
  const starts: Float64Array[] = [];
  for (const source of filesOf("tfrecord", where)) {
    const file = await openDataFile(source, signal);
    files.push(file);
    const index = await keptIndex(file, "tfrecord 1", cache, async () => ({
      starts: await indexRecords(file, signal),
    }));
    starts.push(index.starts);
  }
  if (starts.every(({ length }) => length === 0))
    throw dataError(`There are no records in ${files.length === 1 ? "it" : "any of the files"}.`, {
      path: files[0]!.path,
    });
  const reader = new TFRecordReader(files, starts, features, verify);
  // A feature that is missing, or of another kind, is so in all records most often.
  await reader.getItem(0, createContext({ epoch: 0, index: 0, seed: 0 }));
  return reader;
}

/**
 * The samples of {@link tfrecord}.
 *
 * @typeParam S the sample
 */
export class TFRecordReader<S> extends DataReader<S> {
  static override readonly module: string = import.meta.url;
  static override readonly id: string = "epochal:data/tfrecord/tfrecord#TFRecordReader";
  /** @internal */
  readonly features: readonly PlannedFeature[] | undefined;
  /** The names of the features in UTF-8. @internal */
  readonly names: readonly Uint8Array[];
  /** Where the bytes of each record begin. @internal */
  readonly offsets: Float64Array;
  /** @internal */
  readonly verify: boolean;

  /** @internal */
  constructor(
    files: readonly DataFile[],
    starts: readonly Float64Array[],
    features: readonly PlannedFeature[] | undefined,
    verify: boolean,
  ) {
    super(
      files,
      starts.map(({ length }) => length),
    );
    this.offsets = joinArrays(starts);
    this.features = features;
    this.names = (features ?? []).map(({ from }) => new TextEncoder().encode(from));
    this.verify = verify;
  }

  /** Whether checksums are looked at changes no sample. @internal */
  override [identify](): object {
    const { verify: _, ...rest } = super[identify]() as this;
    return rest;
  }

  protected read(file: number, row: number, context: Context): Awaitable<S> {
    const index = this.starts[file]! + row;
    const offset = this.offsets[index]!;
    const { byteLength } = this.files[file]!;
    const next = index + 1 < this.starts[file + 1]! ? this.offsets[index + 1]! : byteLength + headSize;
    const size = next - offset - headSize - tailSize;
    const end = offset + size + tailSize;
    const bytes = readBytesFrom(this.files[file]!, { row, offset }, offset, end, context.signal);
    return isThenable(bytes)
      ? Promise.resolve(bytes).then((there) => this.sample(file, row, there, size))
      : this.sample(file, row, bytes as Uint8Array, size);
  }

  /** The sample in a record of `size` bytes, which its checksum follows. */
  private sample(file: number, row: number, bytes: Uint8Array, size: number): S {
    const { path } = this.files[file]!;
    const location = { path, row, offset: this.offsets[this.starts[file]! + row]! };
    const record = bytes.subarray(0, size);
    if (this.verify && maskedCrc32c(record) !== uint32(bytes, size, true))
      throw dataError(
        "The record is damaged: it and its checksum differ. Copy or download the file again.",
        location,
      );
    if (this.features === undefined) return record.slice() as S;
    const sample = parseExample(record, this.features, this.names, (message, feature, cause) => {
      throw dataError(message, { ...location, column: feature?.field }, { cause });
    });
    for (const { field, type } of this.features)
      if (type === "image")
        sample[field] = imageAt(sample[field] as Image<"uint8">, () => ({ ...location, column: field }));
    return sample as S;
  }
}

function featuresOf(fields: ExampleFields): PlannedFeature[] {
  if (typeof fields !== "object" || fields === null || Object.keys(fields).length === 0)
    throw new OptionError(
      `tfrecord() takes the features of a sample, { image: "image", label: "int32" }, or none at all for the bytes of records, got ${show(fields)}.`,
    );
  return Object.entries(fields).map(([field, given]) => {
    const {
      type,
      from = field,
      shape = [],
    } = (typeof given === "string" ? { type: given } : given) as Partial<PlannedFeature>;
    if (typeof given !== "string") {
      checkKnown(`tfrecord(): the field \`${field}\``, given, ["type", "from", "shape"]);
      if ("shape" in given) checkFieldType("tfrecord", field, type, numberTypes);
    }
    checkFieldType("tfrecord", field, type, fieldTypes);
    checkText("from", from);
    if (shape !== "ragged") {
      if (!Array.isArray(shape))
        throw new OptionError(
          `tfrecord(): \`shape\` of the field \`${field}\` must be a list, [4], or "ragged", got ${show(shape)}.`,
        );
      for (const axis of shape) checkInteger("shape", axis);
    }
    return { field, from, type: type as FieldType, shape };
  });
}
