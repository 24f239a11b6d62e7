/**
 * Folders of files, as people keep images, sounds and texts: a folder a class, or one with what is said of each file.
 *
 * Invariant: a file is what it was when it was listed, or reading it is an error. Limits: what it was is its size and time;
 * an image is looked at where its sample is made, and read where the batch is, a moment later. Of a folder that was chosen
 * on a page the platform sees to that.
 */
import { type BytesSource, readBytes } from "../../bytes/open.ts";
import { checkIndex, checkKnown, checkText, show } from "../../core/check.ts";
import { OptionError } from "../../core/errors.ts";
import { hashStart, hashText, hashWord, hexOf } from "../../core/hash.ts";
import { builtin } from "../../core/node.ts";
import { isThenable, settleAll } from "../../core/settle.ts";
import { warn } from "../../core/warn.ts";
import type { Image } from "../../image/image.ts";
import { imread, imreadAt } from "../../image/imread.ts";
import type { Context } from "../../sequence/context.ts";
import { identify } from "../../sequence/identity.ts";
import { type Awaitable, nameOf, type Returned, Sequence } from "../../sequence/sequence.ts";
import type { DType } from "../../tensor/dtype.ts";
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
import type { ColumnOptions } from "../text/columns.ts";
import { checkClasses, classesOf } from "./classes.ts";
import { checkUnchanged, DiskTree } from "./disk.ts";
import { listFiles } from "./listing.ts";
import {
  type FolderFile,
  type MetadataColumns,
  type MetadataReader,
  type MetadataRow,
  withMetadata,
} from "./metadata.ts";
import { isPickedFolder, openPicked, type PickedFolder, PickedTree } from "./picked.ts";
import { splitsOf } from "./splits.ts";
import { join, type Tree } from "./tree.ts";

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
 * its `metadata.csv` or `metadata.jsonl`, of the field's name: `string`, `json`, a dtype, or what `csv` takes for a column.
 */
export type FolderField = keyof FolderValues | "string" | "json" | NumberType | ColumnOptions;

/** What the samples of {@link folder} are made of. */
export type FolderFields = Readonly<Record<string, FolderField>>;

/** The sample that fields make. */
export type FolderSample<F extends FolderFields> = {
  -readonly [K in keyof F]: F[K] extends keyof FolderValues
    ? FolderValues[F[K]]
    : F[K] extends { readonly dtype: infer D }
      ? D extends DType
        ? Tensor<D>
        : string
      : FieldValue<F[K]>;
};

/** Options of {@link folder}. */
export interface FolderOptions {
  /**
   * The folder in the root that has the data, `"train"`, or several of them: `["fold1", "fold2"]`. Classes are numbered
   * over all splits of the root, so that all agree; where it cannot be told which these are, give `classes`.
   */
  readonly split?: string | readonly string[];
  /** The classes, in the order of their numbers; a folder of another name is an error. Default: the folders' names, sorted. */
  readonly classes?: readonly string[];
}

/**
 * The files in a folder: a sample each, with its class, which is the name of the folder that it is in.
 *
 * Classes are sorted by name, as Keras and torchvision number them, and a class without files keeps its number. Files
 * come class by class: shuffle them. Hidden files and files of other kinds are passed over, and counted in `passedOver`.
 *
 * Fields that are columns are those of a `metadata.csv` or `metadata.jsonl` in the folder of the files or one above, up to
 * the root, with each file's path from there as `file_name`. Files then come in the order of its rows. A row without a file
 * is an error; a file without a row is no sample, and counted.
 *
 * @param root the folder's path, or, on a page, what the user has chosen or dropped, or is in the page's storage (OPFS): a
 *   `FileSystemDirectoryHandle`, a `FileSystemDirectoryEntry`, or the files of an input with `webkitdirectory`
 * @param fields what to take of each file
 * @throws DataError if the folder cannot be read, has no files of the kind, splits where classes are expected, or splits
 *   whose classes would have other numbers each.
 * @example
 * const photos = await folder("flowers", { image: "image", label: "class" }, { split: "train" });
 * photos.classes; // ["daisy", "rose", …]
 * const captioned = await folder("captions", { image: "image", text: "string" }); // of metadata.csv or .jsonl
 */
export async function folder<const F extends FolderFields>(
  root: string | URL | PickedFolder,
  fields: F,
  options: FolderOptions = {},
): Promise<FolderReader<FolderSample<F>>> {
  checkKnown("folder()", options, ["split", "classes"]);
  const { classes } = options;
  const splits = splitsOf(options.split);
  if (classes !== undefined) checkClasses(classes);
  const plan = planOf(fields);
  const tree = isPickedFolder(root) ? await openPicked(root, splits) : new DiskTree(pathOfRoot(root));
  // Paths of samples begin in the split; of a list of them in the root.
  const base = Array.isArray(options.split) ? "" : splits[0]!;
  const kind = plan.map(([, type]) => type).find(isKind)!;
  const hasClass = plan.some(([, type]) => type === "class");
  const columns = Object.fromEntries(
    plan.filter(([, type]) => !Object.hasOwn(ofFile, String(type))),
  ) as MetadataColumns;
  const hasColumns = Object.keys(columns).length > 0;
  const passedOver: Record<string, number> = {};
  const numbered = hasClass ? classesOf(tree, splits, classes) : [];
  const wanted = hasColumns ? [...endings[kind], "csv", "jsonl"] : endings[kind];
  const inSplits = splits.map((split) =>
    listFiles(tree, split, wanted, passedOver).map(({ path, found }) => ({
      path: join(split, path),
      start: split === "" ? 0 : split.length + 1,
      found,
    })),
  );
  const { files, tables } = hasColumns
    ? await withMetadata({ tree, splits, columns, passedOver }, inSplits.flat())
    : { files: inSplits.flat(), tables: [] };
  const listed = hasClass ? withClass(files, passedOver) : files;
  if (listed.length === 0) throw nothingIn(join(tree.root, base), kind, passedOver);
  const labels = hasClass ? labelsOf(listed, numbered) : undefined;
  if (labels !== undefined && options.split === undefined && classes === undefined)
    warnOfEmpty(tree.root, numbered, labels);
  return new FolderReader({
    root: join(tree.root, base),
    start: base === "" ? 0 : base.length + 1,
    plan,
    listed,
    labels,
    classes: numbered,
    passedOver,
    tables,
    tree,
  });
}

/** Types of fields that are of the file itself. */
const ofFile: Readonly<Record<keyof FolderValues, true>> = {
  image: true,
  audio: true,
  text: true,
  class: true,
  path: true,
};

type FolderPlan = readonly (readonly [field: string, type: FolderField])[];

interface Contents {
  readonly root: string;
  /** Where paths begin that samples have, in those of the files. */
  readonly start: number;
  readonly plan: FolderPlan;
  readonly listed: readonly FolderFile[];
  readonly labels: Int32Array | undefined;
  readonly classes: readonly string[];
  readonly passedOver: Readonly<Record<string, number>>;
  readonly tables: readonly MetadataReader[];
  readonly tree: Tree;
}

/**
 * The samples of {@link folder}.
 *
 * @typeParam S the sample
 */
export class FolderReader<S> extends Sequence<S> {
  static override readonly module: string = import.meta.url;
  static override readonly id: string = "epochal:data/folder/folder#FolderReader";
  /** The folder that the files are in; of one that was chosen on a page its name. */
  readonly root: string;
  /** Names of the classes by their numbers; none where no class was asked for. */
  readonly classes: readonly string[];
  /** The number of each file's class; undefined where no class was asked for. */
  readonly labels: Int32Array | undefined;
  /** Files that no sample was made of, by their endings. */
  readonly passedOver: Readonly<Record<string, number>>;
  /** Names what the files were when they were listed: their paths, sizes and times, and those of metadata. */
  readonly version: string;
  /** @internal */
  readonly plan: FolderPlan;
  /** @internal */
  readonly paths: Strings;
  /** Size and time of each file. @internal */
  readonly stamps: Float64Array;
  /** Metadata, and of each file the number of its table and of its row there. @internal */
  readonly tables: readonly MetadataReader[];
  /** @internal */
  readonly rows: Int32Array;
  /** The files of a folder that was chosen on a page. @internal */
  readonly files: readonly File[] | undefined;

  /** @internal */
  constructor({ root, start, plan, listed, labels, classes, passedOver, tables, tree }: Contents) {
    super();
    this.root = root;
    this.plan = plan;
    this.paths = stringsOf(listed.map(({ path }) => path.slice(start)));
    this.stamps = shared(Float64Array, 2 * listed.length);
    this.tables = tables;
    this.rows = shared(Int32Array, tables.length === 0 ? 0 : 2 * listed.length);
    listed.forEach(({ found, place }, i) => {
      this.stamps.set([found.size, found.time], 2 * i);
      if (place !== undefined) this.rows.set([place.table, place.row], 2 * i);
    });
    this.labels = labels;
    this.classes = classes;
    this.passedOver = passedOver;
    this.version = versionOf(listed, start, tables);
    this.files = tree instanceof PickedTree ? listed.map(({ path }) => tree.fileAt(path)) : undefined;
  }

  /** What names its data: what the files were, and not they themselves. @internal */
  [identify](): object {
    const { files: _, ...others } = this;
    return others;
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

  getItem(index: number, context: Context): Awaitable<Returned<NoInfer<S>>> {
    const path = this.pathOf(index);
    const row = this.tables.length === 0 ? undefined : this.rowOf(index, context);
    const [, kind] = this.plan.find(([, type]) => isKind(type))!;
    const content = kind === "image" ? undefined : contentOf(this.files?.[index] ?? path, path, kind);
    // Of a file on disk and a table there both are here.
    if (!isThenable(row) && !isThenable(content)) return this.sampleOf(index, path, content, row);
    return settleAll([row, content]).then(([row, content]) =>
      this.sampleOf(index, path, content, row as MetadataRow | undefined),
    );
  }

  private sampleOf(
    index: number,
    path: string,
    content: unknown,
    row: MetadataRow | undefined,
  ): Returned<NoInfer<S>> {
    const file = this.files?.[index];
    const sample: Record<string, unknown> = {};
    for (const [field, type] of this.plan) {
      if (type === "image")
        sample[field] = file === undefined ? imread(path) : imreadAt(file, () => ({ path }));
      else if (type === "class") sample[field] = scalarOf("int32", this.labels![index]!);
      else if (type === "path") sample[field] = stringAt(this.paths, index);
      else if (isKind(type)) sample[field] = content;
      else sample[field] = row![field];
    }
    // Behind the reading, so that what was read is of the file that was listed.
    if (file === undefined) checkUnchanged(path, this.stamps[2 * index]!, this.stamps[2 * index + 1]!);
    return sample as Returned<S>;
  }

  /** What the metadata say of the file at `index`: of local tables, at once. */
  private rowOf(index: number, context: Context): Awaitable<MetadataRow> {
    const table = this.tables[this.rows[2 * index]!]!;
    return table.getItem(this.rows[2 * index + 1]!, context) as Awaitable<MetadataRow>;
  }
}

function contentOf(source: BytesSource, path: string, kind: FolderField): Awaitable<Uint8Array | string> {
  const take = (bytes: Uint8Array) => (kind === "text" ? textOf(bytes) : bytes.slice());
  const fail = (cause: unknown): never => {
    throw dataError((cause as Error).message, { path }, { cause });
  };
  try {
    const bytes = readBytes(source, { most: 2 ** 30 });
    return isThenable(bytes) ? Promise.resolve(bytes).then(take).catch(fail) : take(bytes as Uint8Array);
  } catch (cause) {
    return fail(cause);
  }
}

/** Files that are in the folder of a class; others are passed over. */
function withClass(files: readonly FolderFile[], passedOver: Record<string, number>): FolderFile[] {
  const inside = files.filter(({ path, start }) => path.includes("/", start));
  if (inside.length < files.length) passedOver["files in no class"] = files.length - inside.length;
  return inside;
}

function labelsOf(listed: readonly FolderFile[], classes: readonly string[]): Int32Array {
  const numbers = new Map(classes.map((name, number) => [name, number]));
  const labels = shared(Int32Array, listed.length);
  listed.forEach(({ path, start }, i) => {
    labels[i] = numbers.get(path.slice(start, path.indexOf("/", start)))!;
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

function versionOf(listed: readonly FolderFile[], start: number, tables: readonly MetadataReader[]): string {
  let hash = hashStart;
  for (const { path, found } of listed) {
    hash = hashText(path.slice(start), hash);
    for (const part of [found.size, found.time]) {
      hash = hashWord(hash, part | 0);
      hash = hashWord(hash, Math.floor(part / 2 ** 32));
      hash = hashWord(hash, Math.floor((part % 1) * 2 ** 20));
    }
  }
  for (const { version } of tables) hash = hashText(version, hash);
  return `${listed.length}-${hexOf(hash)}`;
}

function planOf(fields: FolderFields): FolderPlan {
  if (typeof fields !== "object" || fields === null || Array.isArray(fields))
    throw new OptionError(
      `folder() needs to know what to take of each file: { image: "image", label: "class" }, got ${show(fields)}.`,
    );
  const plan = Object.entries(fields);
  const words = [...Object.keys(ofFile), "string", "json", ...numberTypes];
  for (const [field, type] of plan)
    if (typeof type !== "object" || type === null) checkFieldType("folder", field, type, words);
  const kinds = plan.filter(([, type]) => isKind(type));
  if (kinds.length === 1) return plan;
  throw new OptionError(
    `folder(): one field must be the file: "image", "audio" or "text"; ${kinds.length === 0 ? "there is none" : `there are ${kinds.map(([field]) => `\`${field}\``).join(", ")}`}.`,
  );
}

/** Whether a field is the file itself. */
function isKind(type: FolderField): type is keyof typeof endings {
  return typeof type === "string" && Object.hasOwn(endings, type);
}

function pathOfRoot(root: unknown): string {
  if (builtin("fs") === undefined)
    throw new OptionError(
      `folder() of a path lists files on disk, which a page cannot, got ${show(root)}. Give a folder that the user has chosen: the files of <input type="file" webkitdirectory>, or the handle of showDirectoryPicker().`,
    );
  if (!(root instanceof URL)) checkText("root", root);
  if (root instanceof URL || /^file:/i.test(root)) return builtin("url")!.fileURLToPath(root);
  return root === "" ? "." : root;
}

function nothingIn(path: string, kind: string, passedOver: Readonly<Record<string, number>>): Error {
  const others = Object.entries(passedOver).map(([what, count]) => `${count} ${what}`);
  return dataError(
    `There are no files of the kind "${kind}" in it${others.length === 0 ? "" : `; passed over: ${others.join(", ")}`}. Check the path.`,
    { path },
  );
}
