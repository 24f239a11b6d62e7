/** Folders on disk, read by Node. Links to files and folders are followed. */
import type { Stats } from "node:fs";
import { codeOf, type Fs, fileProblem } from "../../core/file.ts";
import { node } from "../../core/node.ts";
import { dataError } from "../data-file.ts";
import { type Found, isStranger, join, type Tree } from "./tree.ts";

/** The folder at `root`. */
export class DiskTree implements Tree {
  readonly root: string;
  readonly #fs: Fs = node("fs");

  constructor(root: string) {
    this.root = root;
  }

  namesIn(path: string): string[] {
    return attempt(this.fileAt(path), (folder) => this.#fs.readdirSync(folder));
  }

  folderNamesIn(path: string): string[] {
    return attempt(this.fileAt(path), (folder) => this.#fs.readdirSync(folder, { withFileTypes: true }))
      .filter((entry) => {
        if (isStranger(entry.name)) return false;
        // Besides links, as some file systems do not say what an entry is.
        if (entry.isFile() || entry.isDirectory()) return entry.isDirectory();
        return this.look(join(path, entry.name))?.kind === "folder";
      })
      .map(({ name }) => name);
  }

  look(path: string): Found | undefined {
    const stats = statOf(this.#fs, this.fileAt(path));
    if (stats === undefined) return undefined;
    const kind = stats.isDirectory() ? "folder" : stats.isFile() ? "file" : "other";
    return { kind, size: stats.size, time: stats.mtimeMs };
  }

  identityOf(path: string): string {
    // Whole: on Windows numbers of files have 64 bits, and a double would make one of a folder's and its parent's.
    const { dev, ino } = attempt(this.fileAt(path), (folder) => this.#fs.statSync(folder, { bigint: true }));
    return `${dev}:${ino}`;
  }

  fileAt(path: string): string {
    return join(this.root, path);
  }
}

/**
 * Looks at a file that was listed.
 *
 * @throws DataError if it is gone, or has another size or time than it had then.
 */
export function checkUnchanged(path: string, size: number, time: number): void {
  const stats = statOf(node("fs"), path);
  if (stats !== undefined && stats.size === size && stats.mtimeMs === time) return;
  const now = stats === undefined ? "now it is gone" : `now ${showStamp(stats.size, stats.mtimeMs)}`;
  throw dataError(
    `It is not what it was when the folder was opened: ${showStamp(size, time)}, ${now}. Open the folder again; data that change have no epochs.`,
    { path },
  );
}

function showStamp(size: number, time: number): string {
  return `${size} bytes of ${new Date(time).toISOString()}`;
}

function statOf(fs: Fs, path: string): Stats | undefined {
  return attempt(path, () => {
    try {
      return fs.statSync(path, { throwIfNoEntry: false });
    } catch (error) {
      if (codeOf(error) === "ELOOP") return undefined;
      throw error;
    }
  });
}

function attempt<T>(path: string, read: (path: string) => T): T {
  try {
    return read(path);
  } catch (cause) {
    const problem =
      codeOf(cause) === "ENOTDIR"
        ? "It is a file, not a folder."
        : fileProblem(cause as Error).replace("no such file.", "no such folder.");
    throw dataError(problem, { path }, { cause });
  }
}
