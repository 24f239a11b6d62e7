/**
 * Folders that a page was given: by a handle (`showDirectoryPicker`, the page's own storage), by a dropped entry
 * (`webkitGetAsEntry`), or as the list of files of an input with `webkitdirectory`.
 *
 * All are gone through when they are opened, to the files themselves: a File is what it was at that moment, and reading
 * one that has changed since is an error of the platform's. Limit: lists of files know of no folder without files.
 */
import { pickedProblem } from "../../bytes/handle.ts";
import { show } from "../../core/check.ts";
import { OptionError } from "../../core/errors.ts";
import { dataError } from "../data-file.ts";
import { isList } from "../files.ts";
import { type Found, isStranger, join, type Tree } from "./tree.ts";

/** What of a `FileSystemDirectoryHandle` is used here. */
export interface DirectoryHandleLike {
  /** That it is a folder's. */
  readonly kind: "directory";
  /** The folder's name. */
  readonly name: string;
  /** The handle of a file in it. */
  getFileHandle(name: string): Promise<object>;
}

/** What of a `FileSystemDirectoryEntry` is used here, which a `DataTransferItem` gives by `webkitGetAsEntry()`. */
export interface DirectoryEntryLike {
  /** That it is a folder's. */
  readonly isDirectory: boolean;
  /** The folder's name. */
  readonly name: string;
  /** What gives the entries in it. */
  createReader(): object;
}

/** A folder that somebody chose on a page. */
export type PickedFolder = DirectoryHandleLike | DirectoryEntryLike | ArrayLike<Blob>;

/** Whether `value` is a folder of a page, and no path. */
export function isPickedFolder(value: unknown): value is PickedFolder {
  return isList(value) || isHandle(value) || isEntry(value);
}

/** Goes through a folder, but for what is hidden there and in none of `splits`. */
export async function openPicked(folder: PickedFolder, splits: readonly string[]): Promise<PickedTree> {
  if (!isHandle(folder) && !isEntry(folder)) return treeOfList(folder as ArrayLike<File>);
  const tree = new PickedTree(folder.name === "" ? "." : folder.name);
  await walk(tree, "", isHandle(folder) ? inHandle(folder) : inEntry(folder), splits);
  return tree;
}

/** What is in a folder that was gone through, by its paths. */
export class PickedTree implements Tree {
  readonly root: string;
  /** Names of what is in each folder, or why it cannot be read. */
  readonly folders: Map<string, string[] | Error> = new Map();
  /** Each file, or why it cannot be had. */
  readonly files: Map<string, File | Error> = new Map();

  constructor(root: string) {
    this.root = root;
  }

  namesIn(path: string): readonly string[] {
    const names = this.folders.get(path);
    if (names instanceof Error) throw this.#error(path, pickedProblem(names), names);
    if (names !== undefined) return names;
    throw this.#error(
      path,
      this.files.has(path) ? "It is a file, not a folder." : "There is no such folder. Check the path.",
    );
  }

  folderNamesIn(path: string): readonly string[] {
    return this.namesIn(path).filter((name) => !isStranger(name) && this.folders.has(join(path, name)));
  }

  look(path: string): Found | undefined {
    if (this.folders.has(path)) return { kind: "folder", size: 0, time: 0 };
    const file = this.files.get(path);
    if (file === undefined) return undefined;
    // Why one cannot be had is of interest where it is taken.
    return file instanceof Error
      ? { kind: "file", size: 0, time: 0 }
      : { kind: "file", size: file.size, time: file.lastModified };
  }

  identityOf(path: string): string {
    return path;
  }

  fileAt(path: string): File {
    const file = this.files.get(path)!;
    if (file instanceof Error) throw this.#error(path, pickedProblem(file), file);
    return file;
  }

  #error(path: string, problem: string, cause?: Error): Error {
    return dataError(problem, { path: join(this.root, path) }, cause === undefined ? {} : { cause });
  }
}

/** Something in a folder, with what is in it where it is one itself. */
type Entry =
  | { readonly name: string; readonly file: () => Promise<File> }
  | { readonly name: string; readonly inside: () => Promise<readonly Entry[]> };

/** Adds to `tree` what is in the folder at `path`. */
async function walk(
  tree: PickedTree,
  path: string,
  reading: Promise<readonly Entry[]>,
  splits: readonly string[],
): Promise<void> {
  let entries: readonly Entry[];
  try {
    entries = await reading;
  } catch (error) {
    tree.folders.set(path, error as Error);
    return;
  }
  tree.folders.set(
    path,
    entries.map(({ name }) => name),
  );
  const isAsked = (name: string) => splits.some((split) => `${split}/`.startsWith(`${join(path, name)}/`));
  const known = entries.filter(({ name }) => !isStranger(name) || isAsked(name));
  await Promise.all(
    known.map(async (entry) => {
      if (!("file" in entry)) return;
      const file = await entry.file().catch((error: Error) => error);
      tree.files.set(join(path, entry.name), file);
    }),
  );
  for (const entry of known)
    if ("inside" in entry) await walk(tree, join(path, entry.name), entry.inside(), splits);
}

interface FileHandle {
  readonly kind: "file";
  readonly name: string;
  getFile(): Promise<File>;
}

interface DirectoryHandle {
  readonly kind: "directory";
  readonly name: string;
  values(): AsyncIterable<FileHandle | DirectoryHandle>;
}

function isHandle(value: unknown): value is DirectoryHandle & DirectoryHandleLike {
  const { kind, values } = Object(value) as Partial<DirectoryHandle>;
  return kind === "directory" && typeof values === "function";
}

async function inHandle(folder: DirectoryHandle): Promise<Entry[]> {
  const entries: Entry[] = [];
  for await (const each of folder.values()) {
    const { name } = each;
    if (each.kind === "file") entries.push({ name, file: () => each.getFile() });
    else entries.push({ name, inside: () => inHandle(each) });
  }
  return entries;
}

type Callbacks<T> = [done: (value: T) => void, failed: (error: Error) => void];

interface FileEntry {
  readonly isDirectory: false;
  readonly name: string;
  file(...callbacks: Callbacks<File>): void;
}

interface DirectoryEntry {
  readonly isDirectory: true;
  readonly name: string;
  createReader(): { readEntries(...callbacks: Callbacks<readonly (FileEntry | DirectoryEntry)[]>): void };
}

function isEntry(value: unknown): value is DirectoryEntry {
  const { isDirectory, createReader } = Object(value) as Partial<DirectoryEntry>;
  return isDirectory === true && typeof createReader === "function";
}

async function inEntry(folder: DirectoryEntry): Promise<Entry[]> {
  const entries: Entry[] = [];
  const reader = folder.createReader();
  for (;;) {
    // A part of them, until there are none any more.
    const some = await new Promise<readonly (FileEntry | DirectoryEntry)[]>((...callbacks) =>
      reader.readEntries(...callbacks),
    );
    if (some.length === 0) return entries;
    for (const each of some) {
      const { name } = each;
      if (each.isDirectory) entries.push({ name, inside: () => inEntry(each) });
      else entries.push({ name, file: () => new Promise((...callbacks) => each.file(...callbacks)) });
    }
  }
}

/** The folder that a list has the files of, by the paths that they have from the folder on that was chosen. */
function treeOfList(list: ArrayLike<File>): PickedTree {
  const files = Array.from(list);
  if (files.length === 0)
    throw new OptionError(
      "folder() got an empty list of files. Was a folder chosen? An input for folders has the attribute `webkitdirectory`.",
    );
  const paths = files.map(pathOfFile);
  const tops = [...new Set(paths.map((path) => path.slice(0, Math.max(0, path.indexOf("/")))))];
  if (tops.length > 1)
    throw new OptionError(
      `folder() takes the files of one folder, and these are of several: ${tops.map((top) => show(top)).join(", ")}. Open each, and join them by concat().`,
    );
  const top = tops[0]!;
  const tree = new PickedTree(top === "" ? "." : top);
  tree.folders.set("", []);
  files.forEach((file, i) => {
    const path = top === "" ? paths[i]! : paths[i]!.slice(top.length + 1);
    if (tree.files.has(path))
      throw new OptionError(`The list of folder() has the file ${show(path)} twice. Give each once.`);
    addFile(tree, path, file);
  });
  return tree;
}

function pathOfFile(file: File): string {
  if (!(file instanceof File))
    throw new OptionError(
      `folder() takes a list of Files, as an input with \`webkitdirectory\` has, with ${show(file)} in it.`,
    );
  return (file as { readonly webkitRelativePath?: string }).webkitRelativePath || file.name;
}

function addFile(tree: PickedTree, path: string, file: File): void {
  tree.files.set(path, file);
  for (let at = path; ; ) {
    const end = at.lastIndexOf("/");
    const above = at.slice(0, Math.max(0, end));
    const names = tree.folders.get(above) as string[] | undefined;
    names?.push(at.slice(end + 1));
    if (names !== undefined) return;
    tree.folders.set(above, [at.slice(end + 1)]);
    at = above;
  }
}
