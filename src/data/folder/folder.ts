/**
 * Folders of files, as people keep images, sounds and texts: a folder a class, or one with what is said of each file.
 *
 * Limits: a file is read when a sample needs it, as it is then; `version` is what the files were when they were listed.
 */
import { readBytes } from "../../bytes/open.ts";
import { checkIndex, checkKnown, checkText, show } from "../../core/check.ts";
import { OptionError } from "../../core/errors.ts";
import { hashStart, hashText, hashWord, hexOf } from "../../core/hash.ts";
import { builtin } from "../../core/node.ts";
import { warn } from "../../core/warn.ts";
import type { Image } from "../../image/image.ts";
import { imread } from "../../image/imread.ts";
import { nameOf, type Returned, Sequence } from "../../sequence/sequence.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { dataError } from "../data-file.ts";
import {
  checkFieldType,
  type FieldValue,
  type NumberType,
  numberTypes,
  scalarOf,
  textOf,
} from "../fields.ts";
import { shared } from "../memory.ts";
import { type Strings, stringAt, stringsOf } from "../strings.ts";
import { checkClasses, classesOf } from "./classes.ts";
import { join, type ListedFile, listFiles } from "./listing.ts";
import { type Metadata, type MetadataFile, readMetadata } from "./metadata.ts";

/** Endings of the files that a field is made of. */
const endings = {
  image: [
    ...["jpg", "jpeg", "jfif", "png", "webp", "gif", "avif", "heic", "tif", "tiff"],
    ...["bmp", "ppm", "pgm"],
  ],
  audio: ["wav", "mp3", "flac", "ogg", "opus", "m4a", "aac", "aif", "aiff"],
  text: ["txt"],
} as const;

/** What a field of a folder's sample is, by the word for it. */
export interface FolderValues {
  /** The file as an image, decoded when a batch needs it. */
  image: Image<"uint8">;
  /** The bytes of a file of sound. */
  audio: Uint8Array;
  /** The text in a file, in UTF-8. */
  text: string;
  /** The number of the class that the file's folder is. */
  class: Tensor<"int32">;
  /** The file's path from the folder on. */
  path: string;
}

/**
 * A field of the samples of {@link folder}: the file (`image`, `audio` or `text`), its `class` or `path`; or a column of
 * `metadata.jsonl`, of the field's name: `string`, `json` or a dtype.
 */
export type FolderField = keyof FolderValues | "string" | "json" | NumberType;

/** What the samples of {@link folder} are made of. */
export type FolderFields = Readonly<Record<string, FolderField>>;

/** The sample that fields make. */
export type FolderSample<F extends FolderFields> = {
  -readonly [K in keyof F]: F[K] extends keyof FolderValues ? FolderValues[F[K]] : FieldValue<F[K]>;
};

/** Options of {@link folder}. */
export interface FolderOptions {
  /**
   * The folder in the root that has the data: `"train"`. Classes are numbered over all splits there that have the usual
   * names, so that all agree; for others give `classes`.
   */
  readonly split?: string;
  /** The classes, in the order of their numbers; a folder of another name is an error. Default: the folders' names, sorted. */
  readonly classes?: readonly string[];
}

/**
 * The files in a folder: a sample each, with its class, which is the name of the folder that it is in.
 *
 * Classes are sorted by name, as Keras and torchvision number them, and a class without files keeps its number. Files
 * come class by class: shuffle them. Hidden files and files of other kinds are passed over, and counted in `passedOver`.
 *
 * @param root the folder
 * @param fields what to take of each file
 * @throws DataError if the folder cannot be read, has no files of the kind, or splits where classes are expected.
 * @example
 * const photos = await folder("flowers", { image: "image", label: "class" }, { split: "train" });
 * photos.classes; // ["daisy", "rose", …]
 * const captioned = await folder("captions", { image: "image", text: "string" }); // of metadata.jsonl
 */
export async function folder<const F extends FolderFields>(
  root: string | URL,
  fields: F,
  options: FolderOptions = {},
): Promise<FolderReader<FolderSample<F>>> {
  checkKnown("folder()", options, ["split", "classes"]);
  const { split, classes } = options;
  if (split !== undefined) checkText("split", split);
  if (classes !== undefined) checkClasses(classes);
  const plan = planOf(fields);
  const top = pathOfRoot(root);
  const base = split === undefined ? top : join(top, split);
  const kind = plan.find(([, type]) => type in endings)![1] as keyof typeof endings;
  const hasClass = plan.some(([, type]) => type === "class");
  const passedOver: Record<string, number> = {};
  const numbered = hasClass ? classesOf(top, split, classes) : [];
  const columns = plan.filter(([, type]) => !(type in files));
  const metadata = columns.length === 0 ? undefined : readMetadata(base);
  let listed = listFiles(base, endings[kind], passedOver);
  if (metadata !== undefined) listed = inOrderOf(metadata, listed, base, passedOver);
  if (hasClass) listed = withClass(listed, passedOver);
  if (listed.length === 0) throw nothingIn(base, kind, passedOver);
  const labels = hasClass ? labelsOf(listed, numbered) : undefined;
  if (labels !== undefined && split === undefined && classes === undefined)
    warnOfEmpty(base, numbered, labels);
  return new FolderReader({
    root: base,
    plan,
    listed,
    labels,
    classes: numbered,
    passedOver,
    columns: Object.fromEntries(
      columns.map(([field, type]) => [field, columnOf(metadata!, listed, field, type as ColumnType)]),
    ),
  });
}

/** Types of fields that are of the file itself. */
const files: Readonly<Record<keyof FolderValues, true>> = {
  image: true,
  audio: true,
  text: true,
  class: true,
  path: true,
};

type ColumnType = "string" | "json" | NumberType;

type FolderPlan = readonly (readonly [field: string, type: FolderField])[];

interface Contents {
  readonly root: string;
  readonly plan: FolderPlan;
  readonly listed: readonly ListedFile[];
  readonly labels: Int32Array | undefined;
  readonly classes: readonly string[];
  readonly passedOver: Readonly<Record<string, number>>;
  readonly columns: Readonly<Record<string, Strings>>;
}

/**
 * The samples of {@link folder}.
 *
 * @typeParam S the sample
 */
export class FolderReader<S> extends Sequence<S> {
  static override readonly module: string = import.meta.url;
  /** The folder that the files are in. */
  readonly root: string;
  /** Names of the classes by their numbers; none where no class was asked for. */
  readonly classes: readonly string[];
  /** The number of each file's class; undefined where no class was asked for. */
  readonly labels: Int32Array | undefined;
  /** Files that no sample was made of, by their endings. */
  readonly passedOver: Readonly<Record<string, number>>;
  /** Names what the files were when they were listed: their paths, sizes and times. */
  readonly version: string;
  /** @internal */
  readonly plan: FolderPlan;
  /** @internal */
  readonly paths: Strings;
  /** Columns of the metadata, as JSON. @internal */
  readonly columns: Readonly<Record<string, Strings>>;

  /** @internal */
  constructor({ root, plan, listed, labels, classes, passedOver, columns }: Contents) {
    super();
    this.root = root;
    this.plan = plan;
    this.paths = stringsOf(listed.map(({ path }) => path));
    this.labels = labels;
    this.classes = classes;
    this.passedOver = passedOver;
    this.columns = columns;
    this.version = versionOf(listed);
  }

  /** Number of files. */
  get length(): number {
    return this.paths.starts.length - 1;
  }

  /** The path of the file at `index`. */
  pathOf(index: number): string {
    checkIndex(nameOf(this), index, this.length);
    return join(this.root, stringAt(this.paths, index));
  }

  getItem(index: number): Returned<NoInfer<S>> {
    const path = this.pathOf(index);
    const sample: Record<string, unknown> = {};
    for (const [field, type] of this.plan) {
      const column = this.columns[field];
      if (column !== undefined) sample[field] = cellOf(stringAt(column, index), type as ColumnType);
      else if (type === "image") sample[field] = imread(path);
      else if (type === "class") sample[field] = scalarOf("int32", this.labels![index]!);
      else if (type === "path") sample[field] = stringAt(this.paths, index);
      else sample[field] = contentOf(path, type as "audio" | "text");
    }
    return sample as Returned<S>;
  }
}

function contentOf(path: string, type: "audio" | "text"): Uint8Array | string {
  try {
    const bytes = readBytes(path, { most: 2 ** 30 }) as Uint8Array;
    return type === "text" ? textOf(bytes) : bytes.slice();
  } catch (cause) {
    throw dataError((cause as Error).message, { path }, { cause });
  }
}

function cellOf(json: string, type: ColumnType): unknown {
  const value = JSON.parse(json);
  return type === "string" || type === "json" ? value : scalarOf(type, Number(value));
}

/** The files that the metadata name, in their order. */
function inOrderOf(
  { path, rows }: MetadataFile,
  listed: readonly ListedFile[],
  base: string,
  passedOver: Record<string, number>,
): ListedFile[] {
  const byPath = new Map(listed.map((file) => [file.path, file]));
  const ordered = [...rows.keys()].map((name, row) => {
    const file = byPath.get(name);
    if (file !== undefined) return file;
    throw dataError(`There is no file ${join(base, name)} of the kind that was asked for.`, {
      path,
      row,
      column: "file_name",
    });
  });
  const others = listed.length - ordered.length;
  if (others > 0) passedOver["files not in metadata.jsonl"] = others;
  return ordered;
}

/** A column of the metadata, a JSON value a file, which are of the type that was stated. */
function columnOf(
  { path, rows }: MetadataFile,
  listed: readonly ListedFile[],
  field: string,
  type: ColumnType,
): Strings {
  return stringsOf(
    listed.map((file, row) => {
      const value = (rows.get(file.path) as Metadata)[field];
      try {
        if (value === undefined) throw new Error(`There is nothing of it for ${file.path}.`);
        if (type === "string" && typeof value !== "string")
          throw new Error(`It is ${show(value)}, and no text. Take it as "json", or a number by its dtype.`);
        if (type !== "string" && type !== "json") {
          if (typeof value !== "number" && !(type === "bool" && typeof value === "boolean"))
            throw new Error(`It is ${show(value)}, and no number.`);
          if (Number.isInteger(value) && !Number.isSafeInteger(value) && /int64/.test(type))
            throw new Error(`It is ${value}, of which JSON does not keep every digit.`);
          scalarOf(type, Number(value));
        }
      } catch (cause) {
        throw dataError((cause as Error).message, { path, row, column: field }, { cause });
      }
      return JSON.stringify(value);
    }),
  );
}

/** Files that are in the folder of a class; others are passed over. */
function withClass(listed: readonly ListedFile[], passedOver: Record<string, number>): ListedFile[] {
  const inside = listed.filter(({ path }) => path.includes("/"));
  if (inside.length < listed.length) passedOver["files in no class"] = listed.length - inside.length;
  return inside;
}

function labelsOf(listed: readonly ListedFile[], classes: readonly string[]): Int32Array {
  const numbers = new Map(classes.map((name, number) => [name, number]));
  const labels = shared(Int32Array, listed.length);
  listed.forEach(({ path }, i) => {
    labels[i] = numbers.get(path.slice(0, path.indexOf("/")))!;
  });
  return labels;
}

function warnOfEmpty(root: string, classes: readonly string[], labels: Int32Array): void {
  const seen = new Set(labels);
  const empty = classes.filter((_, number) => !seen.has(number));
  if (empty.length === 0) return;
  warn(
    "EPOCHAL_EMPTY_CLASS",
    `${root}: no files in the folders ${empty.map(show).join(", ")}. They are classes all the same, and have their numbers; say which folders are classes by \`classes\`.`,
  );
}

function versionOf(listed: readonly ListedFile[]): string {
  let hash = hashStart;
  for (const { path, stats } of listed) {
    hash = hashText(path, hash);
    for (const part of [stats.size, stats.mtimeMs]) {
      hash = hashWord(hash, part | 0);
      hash = hashWord(hash, Math.floor(part / 2 ** 32));
      hash = hashWord(hash, Math.floor((part % 1) * 2 ** 20));
    }
  }
  return `${listed.length}-${hexOf(hash)}`;
}

function planOf(fields: FolderFields): FolderPlan {
  if (typeof fields !== "object" || fields === null || Array.isArray(fields))
    throw new OptionError(
      `folder() needs to know what to take of each file: { image: "image", label: "class" }, got ${show(fields)}.`,
    );
  const plan = Object.entries(fields);
  for (const [field, type] of plan)
    checkFieldType("folder", field, type, [...Object.keys(files), "string", "json", ...numberTypes]);
  const kinds = plan.filter(([, type]) => type in endings);
  if (kinds.length === 1) return plan;
  throw new OptionError(
    `folder(): one field must be the file: "image", "audio" or "text"; ${kinds.length === 0 ? "there is none" : `there are ${kinds.map(([field]) => `\`${field}\``).join(", ")}`}.`,
  );
}

function pathOfRoot(root: string | URL): string {
  if (builtin("fs") === undefined)
    throw new OptionError(
      "folder() lists files, which a page cannot. Give the files that a user chose to another reader.",
    );
  if (root instanceof URL) return builtin("url")!.fileURLToPath(root);
  checkText("root", root);
  return root === "" ? "." : root;
}

function nothingIn(path: string, kind: string, passedOver: Readonly<Record<string, number>>): Error {
  const others = Object.entries(passedOver).map(([what, count]) => `${count} ${what}`);
  return dataError(
    `There are no files of the kind "${kind}" in it${others.length === 0 ? "" : `; passed over: ${others.join(", ")}`}. Check the path.`,
    { path },
  );
}
