/** Which files a data set is made of: those that were named, in that order, and of a pattern those that match it, sorted. */
import type { Dirent } from "node:fs";
import { type BytesSource, isBytesSource } from "../bytes/open.ts";
import { show } from "../core/check.ts";
import { DataError, OptionError } from "../core/errors.ts";
import { fileProblem } from "../core/file.ts";
import { builtin } from "../core/node.ts";

/**
 * Where data are: a path, a URL, a Blob or File, bytes; or several of them. In a path `*` stands for any part of a name,
 * `**` for any folders, and beside those `?` for one character: `"chat/*.jsonl"`. Files that match come sorted by their paths.
 */
export type Where = BytesSource | readonly BytesSource[];

/**
 * The files of `where`.
 *
 * @throws OptionError if it is nothing that can be read from, or empty; DataError if a pattern matches nothing.
 */
export function filesOf(reader: string, where: Where): readonly BytesSource[] {
  const given: readonly unknown[] = Array.isArray(where) ? where : [where];
  if (given.length === 0)
    throw new OptionError(
      `${reader}() needs at least one file, got an empty list. Check where it comes from.`,
    );
  return given.flatMap((each) => {
    if (!isBytesSource(each)) {
      throw new OptionError(
        `${reader}() takes a path, a URL, a Blob or the bytes of a file, or a list of them, got ${each === "" ? "an empty string" : show(each)}.`,
      );
    }
    return typeof each === "string" && isPattern(each) ? matching(each) : [each];
  });
}

function isPattern(path: string): boolean {
  return path.includes("*") && !/^[a-z][a-z0-9+.-]+:/i.test(path) && builtin("fs") !== undefined;
}

/** Files whose paths match `pattern`, sorted. */
function matching(pattern: string): string[] {
  const segments = pattern.split("/");
  const first = segments.findIndex((segment) => segment.includes("*"));
  const base = segments.slice(0, first).join("/");
  const found: string[] = [];
  walk(first === 0 ? "" : `${base}/`, segments.slice(first), found);
  if (found.length > 0) return [...new Set(found)].sort((a, b) => (a < b ? -1 : 1));
  throw new DataError(
    `No file matches ${pattern}. Check the pattern, and the folder it is relative to: ${globalThis.process.cwd()}.`,
    { path: pattern },
  );
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
