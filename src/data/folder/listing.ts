/**
 * The files of a folder, and of those in it, sorted, as `os.walk` lists them sorted.
 *
 * Links to files and folders are followed, but never into a folder that they are in. Passed over are hidden files and
 * what systems leave behind.
 */
import { dataError } from "../data-file.ts";
import { type Found, isStranger, join, type Tree } from "./tree.ts";

/** A file in a folder. */
export interface ListedFile {
  /** Its path from the folder on, with slashes. */
  readonly path: string;
  readonly found: Found;
}

/** Compares names by their characters, the same on every machine. */
export function byName(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/**
 * The files in the folder at `folder` and in the folders there, those with one of `endings`, by their paths from there on;
 * others are counted in `passedOver` by theirs.
 *
 * @throws DataError if the folder, or a file that was found, cannot be read.
 */
export function listFiles(
  tree: Tree,
  folder: string,
  endings: readonly string[],
  passedOver: Record<string, number>,
): ListedFile[] {
  const folders: { readonly path: string; readonly files: { name: string; found: Found }[] }[] = [];
  const count = (what: string): void => {
    passedOver[what] = (passedOver[what] ?? 0) + 1;
  };
  const walk = (path: string, above: readonly string[]): void => {
    const self = tree.identityOf(join(folder, path));
    if (above.includes(self)) return;
    const files: { name: string; found: Found }[] = [];
    folders.push({ path, files });
    // In one order everywhere, for what is counted.
    for (const name of [...tree.namesIn(join(folder, path))].sort(byName)) {
      if (isStranger(name)) {
        count("hidden files");
        continue;
      }
      const inside = join(path, name);
      const ending = endingOf(name);
      const found = tree.look(join(folder, inside));
      if (found?.kind === "folder") walk(inside, [...above, self]);
      else if (!endings.includes(ending)) count(ending === "" ? "files without an ending" : `.${ending}`);
      else if (found === undefined)
        throw dataError("It is a link that leads nowhere. Remove it, or what it is to lead to is missing.", {
          path: join(tree.root, join(folder, inside)),
        });
      else if (found.kind === "file") files.push({ name, found });
      else count("links and devices");
    }
  };
  walk("", []);
  return folders
    .sort((a, b) => byName(a.path, b.path))
    .flatMap(({ path, files }) => files.map(({ name, found }) => ({ path: join(path, name), found })));
}

/** The folders in the folder at `path` that are the user's, sorted. */
export function foldersIn(tree: Tree, path: string): string[] {
  return [...tree.folderNamesIn(path)].sort(byName);
}

/** What comes after a name's last dot, in lower case. */
function endingOf(name: string): string {
  const dot = name.lastIndexOf(".");
  return dot < 0 ? "" : name.slice(dot + 1).toLowerCase();
}
