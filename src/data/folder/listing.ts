/**
 * The files of a folder, and of those in it, sorted, as `os.walk` lists them sorted.
 *
 * Links to files and folders are followed, but never into a folder that they are in. Passed over are hidden files and
 * what systems leave behind.
 */
import type { Stats } from "node:fs";
import { codeOf, fileProblem } from "../../core/file.ts";
import { builtin } from "../../core/node.ts";
import { dataError } from "../data-file.ts";

/** A file in a folder. */
export interface ListedFile {
  /** Its path from the folder on, with slashes. */
  readonly path: string;
  readonly stats: Stats;
}

/** Left behind by systems and programs, beside everything that is hidden. */
const strangers: readonly string[] = [
  ...["__MACOSX", "Thumbs.db", "desktop.ini", "$RECYCLE.BIN", "System Volume Information"],
  ...["lost+found", "@eaDir"],
];

/** Whether a name in a folder is nothing of the user's. */
export function isStranger(name: string): boolean {
  return name.startsWith(".") || strangers.includes(name);
}

/** Compares names by their characters, the same on every machine. */
export function byName(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/**
 * The files in `folder` and in the folders there, those with one of `endings`; others are counted in `passedOver` by
 * theirs.
 *
 * @throws DataError if the folder, or a file that was found, cannot be read.
 */
export function listFiles(
  folder: string,
  endings: readonly string[],
  passedOver: Record<string, number>,
): ListedFile[] {
  const folders: { readonly path: string; readonly names: string[] }[] = [];
  const found = new Map<string, Stats>();
  const count = (what: string): void => {
    passedOver[what] = (passedOver[what] ?? 0) + 1;
  };
  const walk = (path: string, above: readonly string[]): void => {
    const self = identity(statOf(join(folder, path)));
    if (above.includes(self)) return;
    const names: string[] = [];
    folders.push({ path, names });
    for (const name of namesIn(join(folder, path))) {
      if (isStranger(name)) {
        count("hidden files");
        continue;
      }
      const inside = join(path, name);
      const ending = endingOf(name);
      const isWanted = endings.includes(ending);
      const stats = statOfLink(join(folder, inside));
      if (stats?.isDirectory()) walk(inside, [...above, self]);
      else if (!isWanted) count(ending === "" ? "files without an ending" : `.${ending}`);
      else if (stats === undefined)
        throw dataError("It is a link that leads nowhere. Remove it, or what it is to lead to is missing.", {
          path: join(folder, inside),
        });
      else if (stats.isFile()) {
        names.push(name);
        found.set(inside, stats);
      } else count("links and devices");
    }
  };
  walk("", []);
  return folders
    .sort((a, b) => byName(a.path, b.path))
    .flatMap(({ path, names }) =>
      names.sort(byName).map((name) => ({ path: join(path, name), stats: found.get(join(path, name))! })),
    );
}

/**
 * Looks at a file that was listed.
 *
 * @throws DataError if it is gone, or has another size or time than it had then.
 */
export function checkUnchanged(path: string, size: number, time: number): void {
  const stats = statOfLink(path);
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

/** The folders in `folder` that are the user's, sorted; those that links lead to, too. */
export function foldersIn(folder: string): string[] {
  const { readdirSync } = builtin("fs")!;
  return attempt(folder, () => readdirSync(folder, { withFileTypes: true }))
    .filter((entry) => !isStranger(entry.name))
    .filter((entry) => {
      // Besides links, as some file systems do not say what an entry is.
      if (entry.isFile() || entry.isDirectory()) return entry.isDirectory();
      return statOfLink(join(folder, entry.name))?.isDirectory();
    })
    .map(({ name }) => name)
    .sort(byName);
}

/** A path in a folder; of the folder `""` the name alone. */
export function join(folder: string, name: string): string {
  return folder === ""
    ? name
    : name === ""
      ? folder
      : folder.endsWith("/")
        ? `${folder}${name}`
        : `${folder}/${name}`;
}

function namesIn(folder: string): string[] {
  return attempt(folder, () => builtin("fs")!.readdirSync(folder));
}

function statOf(path: string): Stats {
  return attempt(path, () => builtin("fs")!.statSync(path));
}

/** What is at `path`; undefined if nothing is, or a link that leads nowhere, or to itself. */
function statOfLink(path: string): Stats | undefined {
  return attempt(path, () => {
    try {
      return builtin("fs")!.statSync(path, { throwIfNoEntry: false });
    } catch (error) {
      if (codeOf(error) === "ELOOP") return undefined;
      throw error;
    }
  });
}

function attempt<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    const problem =
      (cause as NodeJS.ErrnoException).code === "ENOTDIR"
        ? "It is a file, not a folder."
        : fileProblem(cause as Error).replace("no such file.", "no such folder.");
    throw dataError(problem, { path }, { cause });
  }
}

/** What is one and the same folder by whatever path. */
function identity({ dev, ino }: Stats): string {
  return `${dev}:${ino}`;
}

/** What comes after a name's last dot, in lower case. */
function endingOf(name: string): string {
  const dot = name.lastIndexOf(".");
  return dot < 0 ? "" : name.slice(dot + 1).toLowerCase();
}
