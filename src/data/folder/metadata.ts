/**
 * What is said of the files of a folder beside them: tables `metadata.csv` or `metadata.jsonl`, a row a file, with its
 * path as `file_name`, as the Hugging Face hub has them.
 *
 * A table stands in the folder of its files, or in one above; its paths begin there. It is read as any table is: a row
 * when a sample needs it, its columns as what was stated.
 */
import type { BytesSource } from "../../bytes/open.ts";
import { show } from "../../core/check.ts";
import { beginEach, settleEach, whenThere } from "../../core/settle.ts";
import type { Context } from "../../sequence/context.ts";
import { type Awaitable, type Returned, Sequence } from "../../sequence/sequence.ts";
import { dataError } from "../data-file.ts";
import { jsonOf } from "../fields.ts";
import type { Columns } from "../text/columns.ts";
import { csv } from "../text/csv.ts";
import { jsonl } from "../text/jsonl.ts";
import type { TextReader } from "../text/reader.ts";
import type { ListedFile } from "./listing.ts";
import { join, type Tree } from "./tree.ts";

/** Columns by the fields that they become: as tables have them, or `"json"` for any value. */
export type MetadataColumns = Readonly<Record<string, Columns[string] | "json">>;

/** One row of a table. */
export type MetadataRow = Readonly<Record<string, unknown>>;

/** The rows of one table, each as the fields that were asked for. */
export class MetadataReader extends Sequence<MetadataRow> {
  static override readonly module: string = import.meta.url;
  static override readonly id: string = "epochal:data/folder/metadata#MetadataReader";
  /** Rows of the columns with a type. */
  readonly typed: TextReader<MetadataRow>;
  /** The fields that are JSON, and rows that have them: text in a table, and values in JSON lines. */
  readonly json: readonly string[];
  readonly values: TextReader<MetadataRow> | undefined;

  constructor(
    typed: TextReader<MetadataRow>,
    json: readonly string[],
    values: TextReader<MetadataRow> | undefined,
  ) {
    super();
    this.typed = typed;
    this.json = json;
    this.values = values;
  }

  get length(): number {
    return this.typed.length;
  }

  /** Size and time of the table. */
  get version(): string {
    return this.typed.files[0]!.version!;
  }

  getItem(index: number, context: Context): Awaitable<Returned<MetadataRow>> {
    const { typed, values } = this;
    if (values === undefined) return typed.getItem(index, context) as Awaitable<MetadataRow>;
    const parts = beginEach(2, (i) => [typed, values][i]!.getItem(index, context) as Awaitable<MetadataRow>);
    return whenThere(parts, ([row, rest]) => ({ ...row, ...this.jsonOf(index, rest!) }));
  }

  private jsonOf(index: number, values: MetadataRow): MetadataRow {
    const { path } = this.typed.files[0]!;
    const json = this.json.map((column) => {
      const value = values[column];
      try {
        if (value === undefined)
          throw new Error(`There is no such field. It has: ${Object.keys(values).map(show).join(", ")}.`);
        return [column, typeof value === "string" && isCsv(path!) ? jsonOf(value) : value];
      } catch (cause) {
        throw dataError((cause as Error).message, { path, row: index, column }, { cause });
      }
    });
    return Object.fromEntries(json) as MetadataRow;
  }
}

/** Where a file's row stands: the number of its table, and that of the row there. */
export interface MetadataPlace {
  readonly table: number;
  readonly row: number;
}

/** A file of a folder. */
export interface FolderFile extends ListedFile {
  /** Where its path in its split begins in that from the root on. */
  readonly start: number;
  readonly place?: MetadataPlace;
}

/** What metadata are asked for. */
export interface MetadataRequest {
  readonly tree: Tree;
  /** The folders in it that the files are in. */
  readonly splits: readonly string[];
  readonly columns: MetadataColumns;
  readonly passedOver: Record<string, number>;
}

/**
 * The files that metadata say something of, in the order of the rows there, each with its place.
 *
 * @param listed files, and the tables that lie between them
 * @throws DataError if there are no tables, or one is none, has not the columns, or a row of no file.
 */
export async function withMetadata(
  { tree, splits, columns, passedOver }: MetadataRequest,
  listed: readonly FolderFile[],
): Promise<{ readonly files: FolderFile[]; readonly tables: readonly MetadataReader[] }> {
  const { root } = tree;
  const beside = listed.filter(({ path }) => isMetadata(path)).map(({ path }) => path);
  const paths = [...tablesAbove(tree, splits), ...beside];
  if (paths.length === 0)
    throw dataError(
      "It has no metadata.csv or metadata.jsonl, of which fields beside the file are read: a row a file, with its path as file_name.",
      { path: splits.length === 1 ? join(root, splits[0]!) : root },
    );
  const others = new Map<string, FolderFile>();
  for (const file of listed) {
    const ending = /\.(?:csv|jsonl)$/i.exec(file.path)?.[0].toLowerCase();
    if (ending === undefined) others.set(file.path, file);
    else if (!isMetadata(file.path)) passedOver[ending] = (passedOver[ending] ?? 0) + 1;
  }
  const places = new Map<string, MetadataPlace>();
  const tables: MetadataReader[] = [];
  const files: FolderFile[] = [];
  for (const [table, path] of paths.entries()) {
    const where = join(root, path);
    if (path.endsWith(".jsonl") && paths.includes(path.replace(/jsonl$/, "csv")))
      throw dataError("There is a metadata.csv beside it, and only one can be meant. Move the other away.", {
        path: where,
      });
    const source = tree.fileAt(path);
    const reader = await openTable(source, where, columns);
    tables.push(reader);
    const folder = path.slice(0, path.lastIndexOf("/") + 1);
    for (const [row, name] of (await namesIn(source, where)).entries()) {
      const fail = (problem: string): Error => dataError(problem, { path: where, row, column: "file_name" });
      const full = within(folder, name);
      if (full === undefined) throw fail(`${show(name)} is no path of a file in the folder.`);
      const other = places.get(full);
      if (other !== undefined)
        throw fail(
          `The file ${full} is in ${other.table === table ? "" : `${join(root, paths[other.table]!)}, `}row ${other.row} already.`,
        );
      places.set(full, { table, row });
      // Of files in other splits nothing is asked.
      if (!splits.some((split) => split === "" || full.startsWith(`${split}/`))) continue;
      const file = others.get(full);
      if (file === undefined)
        throw fail(`There is no file ${join(root, full)} of the kind that was asked for.`);
      files.push({ ...file, place: { table, row } });
    }
  }
  // What cannot be read is said now, also of columns.
  await eachOf(files.length, (i) => tables[files[i]!.place!.table]!.at(files[i]!.place!.row));
  if (files.length < others.size) passedOver["files without metadata"] = others.size - files.length;
  return { files, tables };
}

function isMetadata(path: string): boolean {
  return /(?:^|\/)metadata\.(?:csv|jsonl)$/.test(path);
}

/** Tables in the folders from the root down to those that `splits` are in. */
function tablesAbove(tree: Tree, splits: readonly string[]): string[] {
  const folders = new Set(
    splits
      .filter((split) => split !== "")
      .flatMap((split) => split.split("/").map((_, depth, names) => names.slice(0, depth).join("/"))),
  );
  return [...folders]
    .flatMap((folder) => ["metadata.csv", "metadata.jsonl"].map((name) => join(folder, name)))
    .filter((path) => tree.look(path) !== undefined);
}

/** The files that the rows of a table are about, as they are written there. */
async function namesIn(source: BytesSource, where: string): Promise<string[]> {
  const columns = { file_name: "string" } as const;
  const rows = isCsv(where) ? await csv(source, { columns }) : await jsonl(source, { columns });
  return eachOf(rows.length, async (row) => (await rows.at(row)).file_name);
}

/** What `read` gives for 0 to `count` - 1, some at a time: on a page each takes a while. */
async function eachOf<T>(count: number, read: (index: number) => Promise<T>): Promise<T[]> {
  const found: T[] = [];
  while (found.length < count) {
    const from = found.length;
    found.push(...(await settleEach(Math.min(64, count - from), (i) => read(from + i))));
  }
  return found;
}

async function openTable(
  source: BytesSource,
  where: string,
  columns: MetadataColumns,
): Promise<MetadataReader> {
  if (isCsv(where)) await checkHeader(source, where, columns);
  const json = Object.keys(columns).filter((name) => columns[name] === "json");
  const rest = Object.entries(columns).filter(([name]) => !json.includes(name));
  // A row has something, also where no column with a type is asked for.
  const typed = (rest.length === 0 ? { file_name: "string" } : Object.fromEntries(rest)) as Columns;
  const texts = Object.fromEntries(json.map((name) => [name, "string" as const]));
  const rows = isCsv(where) ? await csv(source, { columns: typed }) : await jsonl(source, { columns: typed });
  const values =
    json.length === 0
      ? undefined
      : isCsv(where)
        ? await csv(source, { columns: texts })
        : await jsonl<MetadataRow>(source);
  return new MetadataReader(
    rows as TextReader<MetadataRow>,
    json,
    values as TextReader<MetadataRow> | undefined,
  );
}

/** Throws DataError unless the table has `file_name` and the columns that fields are made of. */
async function checkHeader(source: BytesSource, where: string, columns: MetadataColumns): Promise<void> {
  const { names } = await csv(source);
  const asked = Object.entries(columns).flatMap(([name, column]) =>
    typeof column === "string" ? [name] : [...(column.from ?? [name])],
  );
  for (const column of ["file_name", ...asked]) {
    if (names.includes(column)) continue;
    throw dataError(`It has no column ${show(column)}. There are: ${names.map(show).join(", ")}.`, {
      path: where,
      column,
    });
  }
}

function isCsv(path: string): boolean {
  return path.endsWith(".csv");
}

/** The path of the file `name` in `folder`, from the root on; undefined if it leads out of it, or is none. */
function within(folder: string, name: string): string | undefined {
  const slashed = name.replaceAll("\\", "/");
  const parts: string[] = [];
  for (const part of `${folder}${slashed}`.split("/")) {
    if (part === ".." && parts.pop() === undefined) return undefined;
    if (part !== "" && part !== "." && part !== "..") parts.push(part);
  }
  return name === "" || slashed.startsWith("/") ? undefined : parts.join("/");
}
