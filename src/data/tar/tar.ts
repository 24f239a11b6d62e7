/**
 * Tar archives as WebDataset packs them: members of one name are a sample, their endings its fields.
 *
 * The order is that of the archives; every member is found by its place, so a shuffle is one over all samples of all
 * archives, and no window or buffer of them.
 */
import { checkChoice, checkKnown, checkSignal, show } from "../../core/check.ts";
import { type DataLocation, OptionError } from "../../core/errors.ts";
import { isThenable } from "../../core/settle.ts";
import { type Image, imageAt } from "../../image/image.ts";
import type { Context } from "../../sequence/context.ts";
import type { Awaitable } from "../../sequence/sequence.ts";
import { type DataFile, dataError, openDataFile } from "../data-file.ts";
import { checkFieldType, decodeField, type FieldType, type FieldValue, fieldTypes } from "../fields.ts";
import { filesOf, type Where } from "../files.ts";
import { shared } from "../memory.ts";
import { DataReader } from "../reader.ts";
import { readBytesFrom } from "../room.ts";
import { type Strings, stringAt, stringsOf } from "../strings.ts";
import { indexTar, type TarIndex, type WantedMember } from "./tar-index.ts";

/** What a member of a sample is, or `"key"`: the sample's own name. */
export type TarFieldType = FieldType | "key";

/** A field of the samples of {@link tar}: its type, where the member's ending is the field's name; or both. */
export type TarField =
  | TarFieldType
  | {
      /** What the member is. */
      readonly type: FieldType;
      /** The member's ending, or several: a sample's field is the first of these that it has. */
      readonly from: string | readonly string[];
    };

/** What the samples of {@link tar} are made of. */
export type TarFields = Readonly<Record<string, TarField>>;

/** The sample that fields make. */
export type TarSample<F extends TarFields> = { -readonly [K in keyof F]: TarValue<F[K]> };

/** What a field is in a sample. */
export type TarValue<T> = T extends "key"
  ? string
  : T extends { readonly type: infer U }
    ? FieldValue<U>
    : FieldValue<T>;

/** Options of {@link tar}. */
export interface TarOptions {
  /** What becomes of a sample that lacks a field: an error (`"throw"`, default), or it is left out, and counted. */
  readonly missing?: "throw" | "skip";
  /** Ends the opening of archives that are far away. */
  readonly signal?: AbortSignal;
}

/**
 * Archives of samples, as WebDataset packs them: `n01/0007.jpg` and `n01/0007.cls` are two fields of one sample.
 *
 * A member's name ends at its first dot, and what comes after that, in lower case, is the field; members of a sample lie
 * next to each other. Numbers are text, as in `.cls`. Hidden files (`._0007.jpg`), links and files without an ending are
 * passed over, and counted in `passedOver`. Any sample is read by itself, also of an archive on a server.
 *
 * @param where one archive, a list, or a pattern
 * @param fields what to take of each sample: `image`, `bytes`, `string`, `json`, a dtype, or `key`, its name
 * @throws DataError if an archive cannot be read, was cut off, is compressed, or a sample lacks a field.
 * @example
 * const samples = await tar("shards/*.tar", { jpg: "image", cls: "int32" });
 * const named = await tar(["a.tar", "b.tar"], {
 *   image: { type: "image", from: ["jpg", "png"] },
 *   label: { type: "int32", from: "cls" },
 *   name: "key",
 * });
 */
export async function tar<const F extends TarFields>(
  where: Where,
  fields: F,
  options: TarOptions = {},
): Promise<TarReader<TarSample<F>>> {
  checkKnown("tar()", options, ["missing", "signal"]);
  const { missing = "throw", signal } = options;
  checkChoice("missing", missing, ["throw", "skip"]);
  if (signal !== undefined) checkSignal("signal", signal);
  const plan = Object.entries(checkFields(fields)).map(([name, field]) => planOf(name, field));
  const wanted = plan.filter(({ type }) => type !== "key");
  const index: TarIndex = { offsets: [], sizes: [], keys: [], passedOver: {}, skipped: 0 };
  const files: DataFile[] = [];
  const counts: number[] = [];
  for (const source of filesOf("tar", where)) {
    const file = await openDataFile(source, signal);
    files.push(file);
    counts.push(await indexTar(file, wanted, index, { missing, signal }));
  }
  if (counts.every((count) => count === 0)) throw nothingIn(files, index);
  return new TarReader(files, counts, plan, index);
}

/** A field, and where it is from. */
interface Planned extends WantedMember {
  readonly type: TarFieldType;
}

/** What is between the members of a sample, and read with them rather than passed over: their headers, small members. */
const gap = 4096;

/**
 * The samples of {@link tar}.
 *
 * @typeParam S the sample
 */
export class TarReader<S> extends DataReader<S> {
  static override readonly module: string = import.meta.url;
  /** Members that no sample was made of, by what they are. */
  readonly passedOver: Readonly<Record<string, number>>;
  /** Samples that were left out, as they lack a field. */
  readonly skipped: number;
  /** @internal */
  readonly fields: readonly Planned[];
  /** Fields of a sample that are members. @internal */
  readonly width: number;
  /** Where the members begin, those of a sample side by side. @internal */
  readonly offsets: Float64Array;
  /** @internal */
  readonly sizes: Uint32Array;
  /** The samples' names. @internal */
  readonly keys: Strings;

  /** @internal */
  constructor(
    files: readonly DataFile[],
    counts: readonly number[],
    fields: readonly Planned[],
    { offsets, sizes, keys, passedOver, skipped }: TarIndex,
  ) {
    super(files, counts);
    this.fields = fields;
    this.width = fields.filter(({ type }) => type !== "key").length;
    this.offsets = shared(Float64Array, offsets.length);
    this.offsets.set(offsets);
    this.sizes = shared(Uint32Array, sizes.length);
    this.sizes.set(sizes);
    this.keys = stringsOf(keys);
    this.passedOver = passedOver;
    this.skipped = skipped;
  }

  protected read(file: number, row: number, context: Context): Awaitable<S> {
    const { offsets, sizes, width } = this;
    const first = (this.starts[file]! + row) * width;
    let [from, to, total] = [Number.POSITIVE_INFINITY, 0, 0];
    for (let i = first; i < first + width; i++) {
      from = Math.min(from, offsets[i]!);
      to = Math.max(to, offsets[i]! + sizes[i]!);
      total += sizes[i]!;
    }
    if (total === 0) return this.sample(file, row, new Array(width).fill(new Uint8Array(0)));
    const slice = (start: number, end: number): Awaitable<Uint8Array> =>
      readBytesFrom(this.files[file]!, { row, offset: start }, start, end, context.signal);
    if (to - from <= total + gap) {
      const make = (bytes: Uint8Array): S => {
        const parts: Uint8Array[] = [];
        for (let i = first; i < first + width; i++)
          parts.push(bytes.subarray(offsets[i]! - from, offsets[i]! - from + sizes[i]!));
        return this.sample(file, row, parts);
      };
      const bytes = slice(from, to);
      return isThenable(bytes) ? Promise.resolve(bytes).then(make) : make(bytes as Uint8Array);
    }
    const parts = Array.from({ length: width }, (_, i) =>
      slice(offsets[first + i]!, offsets[first + i]! + sizes[first + i]!),
    );
    return parts.some(isThenable)
      ? Promise.all(parts).then((all) => this.sample(file, row, all))
      : this.sample(file, row, parts as Uint8Array[]);
  }

  /** The sample whose members' bytes are `parts`. */
  private sample(file: number, row: number, parts: readonly Uint8Array[]): S {
    const sample: Record<string, unknown> = {};
    const index = this.starts[file]! + row;
    let next = 0;
    for (const { field, type } of this.fields) {
      if (type === "key") {
        sample[field] = stringAt(this.keys, index);
        continue;
      }
      const bytes = parts[next]!;
      try {
        // Bytes are the sample's to keep, alone: not a part of what other fields are.
        const isPart = bytes.length < bytes.buffer.byteLength;
        const value = decodeField(type, type === "bytes" && isPart ? bytes.slice() : bytes);
        sample[field] =
          type === "image" ? imageAt(value as Image<"uint8">, this.placeOf(file, row, next, field)) : value;
      } catch (cause) {
        throw dataError((cause as Error).message, this.placeOf(file, row, next, field), { cause });
      }
      next++;
    }
    return sample as S;
  }

  /** Where a sample's member number `member`, which is `field` of it, lies. */
  private placeOf(file: number, row: number, member: number, field: string): DataLocation {
    const index = this.starts[file]! + row;
    return {
      path: this.files[file]!.path,
      row,
      sample: stringAt(this.keys, index),
      column: field,
      offset: this.offsets[index * this.width + member]!,
    };
  }
}

function checkFields(fields: TarFields): TarFields {
  if (typeof fields === "object" && fields !== null && Object.keys(fields).length > 0) return fields;
  throw new OptionError(
    `tar() needs to know what to take of each sample: { jpg: "image", cls: "int32" }, got ${show(fields)}.`,
  );
}

function planOf(field: string, given: TarField): Planned {
  if (typeof given === "string") {
    checkFieldType("tar", field, given, ["key", ...fieldTypes]);
    return { field, type: given, endings: [field.toLowerCase()] };
  }
  checkKnown(`tar(): the field \`${field}\``, given, ["type", "from"]);
  checkFieldType("tar", field, given.type, fieldTypes);
  const endings = (Array.isArray(given.from) ? given.from : [given.from]) as readonly unknown[];
  if (endings.length === 0 || endings.some((ending) => typeof ending !== "string" || ending === ""))
    throw new OptionError(
      `tar(): \`from\` of the field \`${field}\` must be the ending of a member, "jpg", or a list of such, got ${show(given.from)}.`,
    );
  return {
    field,
    type: given.type,
    endings: (endings as readonly string[]).map((ending) => ending.replace(/^\./, "").toLowerCase()),
  };
}

function nothingIn(files: readonly DataFile[], { skipped, passedOver }: TarIndex): Error {
  const over = Object.entries(passedOver).map(([what, count]) => `${count} ${what}`);
  const why = [...(skipped > 0 ? [`${skipped} that lack a field`] : []), ...over];
  return dataError(
    `There are no samples in ${files.length === 1 ? "it" : "any of the archives"}${why.length === 0 ? "" : `, besides ${why.join(", ")}`}. Check what was packed.`,
    { path: files[0]!.path },
  );
}
