/** Which files a data set is made of: those that were named, in that order, and of a pattern those that match it, sorted. */
import type { Dirent } from "node:fs";
import { type BytesSource, isBytesSource } from "../bytes/open.ts";
import { show } from "../core/check.ts";
import { DataError, OptionError } from "../core/errors.ts";
import { fileProblem } from "../core/file.ts";
import { builtin } from "../core/node.ts";

/**
 * Where data are: a path, a URL, a Blob or File, a `FileSystemFileHandle`, bytes; or several of them, as a FileList has.
 *
 * A path that has a `*` or `?` is a pattern: `*` stands for any part of a name, `?` for one character, `**` for any
 * folders: `"chat/*.jsonl"`, `"shard-??.tar"`. Files that match come sorted by their paths, which have slashes. Where a `?` stands alone and a
 * file has this very name, it is that file. Brackets and braces stand for themselves, and URLs are never patterns. Blobs
 * do not reach worker processes: give bytes, or use threads.
 */
export type Where = BytesSource | readonly BytesSource[] | ArrayLike<Blob>;

/**
 * The files of `where`.
 *
 * @throws OptionError if it is nothing that can be read from, or empty; DataError if a pattern matches nothing.
 */
export function filesOf(reader: string, where: Where): readonly BytesSource[] {
  const given: readonly unknown[] = isList(where) ? Array.from(where as ArrayLike<unknown>) : [where];
  if (given.length === 0)
    throw new OptionError(
      `${reader}() needs at least one file, got an empty list. Check where it comes from.`,
    );
  return given.flatMap((each) => {
    if (!isBytesSource(each)) {
      throw new OptionError(
        `${reader}() takes a path, a URL, a Blob, a file's handle or bytes, or a list of them, got ${each === "" ? "an empty string" : show(each)}.`,
      );
    }
    return typeof each === "string" && isPath(each) ? named(each) : [each];
  });
}

/** Whether it is a list: an array, or a FileList, as inputs and drops have. */
export function isList(value: unknown): value is ArrayLike<unknown> {
  return Array.isArray(value) || Object.prototype.toString.call(value) === "[object FileList]";
}

/** Whether it is a path, and no URL: a letter before a colon is a drive of Windows. */
function isPath(path: string): boolean {
  return !/^[a-z][a-z0-9+.-]+:/i.test(path);
}

/** The files that `path` names: itself, or those that match it. */
function named(path: string): readonly BytesSource[] {
  const hasStar = path.includes("*");
  if (builtin("fs") === undefined) {
    if (!hasStar) return [path];
    throw new OptionError(
      `${path} is a pattern for files on disk, and a page cannot list those of a server. Name them in a list.`,
    );
  }
  if (!hasStar && !/[?[\]{}]/.test(path)) return [path];
  if (!hasStar && builtin("fs")!.existsSync(path)) return [path];
  if (hasStar || path.includes("?")) return matching(path);
  throw new DataError(`${path}: There is no such file. ${noPattern}`, { path });
}

/** What people take for patterns, and other tools do. */
const noPattern =
  "Check the path. Only *, ** and ? stand for other characters, and [ ] and { } for themselves: name such files in a list.";

/** Files whose paths match `pattern`, sorted. */
function matching(pattern: string): string[] {
  const segments = slashed(pattern).split("/");
  const first = segments.findIndex((segment) => /[*?]/.test(segment));
  const base = segments.slice(0, first).join("/");
  const found: string[] = [];
  walk(first === 0 ? "" : `${base}/`, segments.slice(first), found);
  if (found.length > 0) return [...new Set(found)].sort((a, b) => (a < b ? -1 : 1));
  throw new DataError(
    `No file matches ${pattern}. Check the pattern, and the folder it is relative to: ${globalThis.process.cwd()}.${/[[\]{}]/.test(pattern) ? ` ${noPattern}` : ""}`,
    { path: pattern },
  );
}

/** `path` with slashes between its names, where Windows also takes backslashes; elsewhere those are part of names. */
export function slashed(path: string): string {
  return globalThis.process?.platform === "win32" ? path.replaceAll("\\", "/") : path;
}

/** Adds to `found` the files in `folder`, a path that ends with a slash, or the one that the program runs in, "". */
function walk(folder: string, [segment, ...rest]: readonly string[], found: string[]): void {
  if (segment === undefined) return;
  if (segment === "**") {
    walk(folder, rest, found);
    for (const entry of entriesOf(folder))
      if (entry.isDirectory() && !entry.name.startsWith("."))
        walk(`${folder}${entry.name}/`, [segment, ...rest], found);
    return;
  }
  const matches = matcher(segment);
  for (const entry of entriesOf(folder)) {
    if (!matches(entry.name)) continue;
    const path = `${folder}${entry.name}`;
    const stats = entry.isSymbolicLink() ? builtin("fs")!.statSync(path, { throwIfNoEntry: false }) : entry;
    if (rest.length > 0 && stats?.isDirectory()) walk(`${path}/`, rest, found);
    if (rest.length === 0 && stats?.isFile()) found.push(path);
  }
}

function entriesOf(folder: string): Dirent[] {
  try {
    return builtin("fs")!.readdirSync(folder === "" ? "." : folder, { withFileTypes: true });
  } catch (cause) {
    throw new DataError(`${folder}: ${fileProblem(cause as Error)}`, { path: folder, cause });
  }
}

/** Whether a name matches; a hidden one only where the pattern says so. */
function matcher(segment: string): (name: string) => boolean {
  const source = segment
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  const expression = new RegExp(`^${source}$`, "su");
  return (name) => (segment.startsWith(".") || !name.startsWith(".")) && expression.test(name);
}
