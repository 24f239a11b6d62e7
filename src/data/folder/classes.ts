/**
 * Classes of a folder: the names of the folders in it, numbered in the order of their names.
 *
 * Invariant: in one root a class has one number, whichever splits are asked for; where that cannot be, the call is refused.
 * So a split's classes are not its own but those of its level: all folders as deep in the root as it is. Of these the
 * splits are known by their names, and have all classes together; where no name says so, all must have the same.
 * Folders of levels above are told apart from splits the same way.
 */
import { show } from "../../core/check.ts";
import { OptionError } from "../../core/errors.ts";
import { dataError } from "../data-file.ts";
import { byName, foldersIn } from "./listing.ts";
import { join, type Tree } from "./tree.ts";

/** Names that folders of splits have: `train`, `val2017`, `test_set`, `fold1`. */
const splitName =
  /^(?:train|training|val|valid|validation|dev|test|testing|eval|evaluation|holdout|fold|split)(?:[-_ ]?(?:set|data|images))?[-_ ]?\d*$/i;

/** Folders that are about to be numbered together, by the paths from the root to those that they are in. */
interface Group {
  readonly path: string;
  readonly folders: readonly string[];
}

/** The classes of the data in the folders `splits` of a root, by their paths there; "" is the root itself. */
export function classesOf(
  tree: Tree,
  splits: readonly string[],
  given: readonly string[] | undefined,
): readonly string[] {
  const bases = splits.map((path) => ({ path, folders: foldersIn(tree, path) }));
  for (const { path, folders } of bases) {
    if (given !== undefined) checkKnownTo(given, folders, join(tree.root, path));
    else if (folders.length === 0) throw noFolders(join(tree.root, path));
  }
  if (given !== undefined) return given;
  for (const base of bases) {
    const found = splitsAmong(tree, base);
    if (found !== undefined) throw splitsNotClasses(tree, base, found);
  }
  const depths = [...new Set(splits.map(depthOf))].sort((a, b) => a - b);
  const levels = depths.map((depth) => numberedAt(tree, depth, splits));
  const classes = levels[0]!;
  for (const [i, other] of levels.entries()) {
    if (!isSame(classes, other))
      throw severalNumbers(tree.root, `its splits of ${depths[0]} and of ${depths[i]} folders`, [
        ...classes,
        ...other,
      ]);
  }
  for (const { path, folders } of bases) {
    const others = folders.filter((name) => !classes.includes(name));
    if (others.length > 0)
      throw dataError(
        `It has the folders ${listed(others)}, which the splits beside it have not: ${listed(classes)}. Say which classes there are in all of them: ${option([...classes, ...others])}.`,
        { path: join(tree.root, path) },
      );
  }
  for (const depth of depths) checkLevelsAbove(tree, depth, classes);
  return classes;
}

/** The classes of all splits that are `depth` folders deep in `root`, of which `splits` are asked for. */
function numberedAt(tree: Tree, depth: number, splits: readonly string[]): readonly string[] {
  const { classes, differing } = levelAt(tree, depth);
  if (differing === undefined) return classes;
  const [first, second] = differing;
  const names = [...first.folders, ...second.folders];
  // Where splits lie apart, those in one folder can be numbered by themselves.
  const above = splits.map((path) => path.slice(0, -lastOf(path).length - 1));
  const rest =
    depth > 1 && above.every((path) => path === above[0])
      ? ` Or make ${show(join(tree.root, above[0]!))} the root, with split: ${show(lastOf(splits[0]!))}.`
      : "";
  throw severalNumbers(tree.root, `${first.path} and ${second.path}`, names, rest);
}

/** What classes a level has: a function of the root and the depth alone, so that all calls agree. */
function levelAt(
  tree: Tree,
  depth: number,
): { readonly classes: readonly string[]; readonly differing?: readonly [Group, Group] } {
  const paths = pathsAt(tree, depth);
  const known = withFolders(
    tree,
    paths.filter((path) => splitName.test(lastOf(path))),
  );
  const splits = known.length > 0 ? known : withFolders(tree, paths);
  const groups = known.length > 0 ? together(splits) : splits;
  const second = groups.find(({ folders }) => !isSame(folders, groups[0]!.folders));
  return {
    classes: groups[0]?.folders ?? [],
    ...(second === undefined ? {} : { differing: [groups[0]!, second] as const }),
  };
}

/** Splits that lie in one folder, with the classes of all of them. */
function together(splits: readonly Group[]): Group[] {
  const above = new Map<string, Set<string>>();
  for (const { path, folders } of splits) {
    const parent = path.slice(0, -lastOf(path).length);
    const names = above.get(parent) ?? new Set();
    above.set(parent, names);
    for (const name of folders) names.add(name);
  }
  return [...above].map(([path, names]) => ({ path, folders: [...names].sort(byName) }));
}

/** Throws where a folder higher up can be read as well, and would give one of `classes` another number. */
function checkLevelsAbove(tree: Tree, depth: number, classes: readonly string[]): void {
  for (let above = 0; above < depth; above++) {
    const { classes: others, differing } = levelAt(tree, above);
    const shifted = others.filter((name, number) => {
      const here = classes.indexOf(name);
      return here >= 0 && here !== number;
    });
    if (shifted.length === 0 || differing !== undefined) continue;
    const isReadable = withFolders(tree, pathsAt(tree, above)).some(
      (base) => base.folders.every((name) => others.includes(name)) && splitsAmong(tree, base) === undefined,
    );
    if (isReadable)
      throw severalNumbers(tree.root, `folders of ${listed(shifted)} at several depths`, [
        ...others,
        ...classes,
      ]);
  }
}

/** Those of the folders that are splits, if there are such as must not be taken for classes. */
function splitsAmong(tree: Tree, { path, folders }: Group): readonly string[] | undefined {
  const named = folders.filter((name) => splitName.test(name));
  // In a split a class may be called train; one that holds folders is most likely none.
  const isSplit =
    (path === "" && named.length === folders.length) ||
    named.some((name) => foldersIn(tree, join(path, name)).length > 0);
  return isSplit && named.length > 0 ? named : undefined;
}

/** Paths of all folders that are `depth` deep. */
function pathsAt(tree: Tree, depth: number): readonly string[] {
  let paths = [""];
  for (let i = 0; i < depth; i++)
    paths = paths.flatMap((path) => besideIn(tree, path).map((name) => join(path, name)));
  return paths;
}

/** Those that have folders in them. */
function withFolders(tree: Tree, paths: readonly string[]): readonly Group[] {
  return paths
    .map((path) => ({ path, folders: besideIn(tree, path) }))
    .filter(({ folders }) => folders.length > 0);
}

/** The folders in one that may have nothing to do with the data: what cannot be read is no split that can be asked for. */
function besideIn(tree: Tree, path: string): readonly string[] {
  try {
    return foldersIn(tree, path);
  } catch {
    return [];
  }
}

function depthOf(path: string): number {
  return path === "" ? 0 : path.split("/").length;
}

function lastOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

function isSame(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((name, i) => name === b[i]);
}

function checkKnownTo(given: readonly string[], folders: readonly string[], path: string): void {
  const unknown = folders.filter((name) => !given.includes(name));
  if (unknown.length === 0) return;
  throw dataError(
    `It has the folders ${listed(unknown)}, which are none of the ${given.length} \`classes\`. Add them, or move the folders away.`,
    { path },
  );
}

function noFolders(path: string): Error {
  return dataError(
    "It has no folders of classes: files of a class lie in a folder of its name. Leave the class out, or check the path.",
    { path },
  );
}

function splitsNotClasses(tree: Tree, { path, folders }: Group, splits: readonly string[]): Error {
  return dataError(
    `Its folders are splits, not classes: ${splits.join(", ")}. Say which one: split: ${show(join(path, splits[0]!))}. If they are classes, name them: ${option(folders)}.`,
    { path: join(tree.root, path) },
  );
}

function severalNumbers(path: string, places: string, names: readonly string[], rest = ""): Error {
  return dataError(
    `A class would have several numbers: ${places} have not the same folders. Say which classes there are in all of them: ${option(names)}.${rest}`,
    { path },
  );
}

/** Names in a message. */
function listed(names: readonly string[]): string {
  const most = 12;
  const more = names.length > most ? `, … (${names.length})` : "";
  return `${names.slice(0, most).map(show).join(", ")}${more}`;
}

/** How the option is written that numbers `names`. */
function option(names: readonly string[]): string {
  return `classes: [${listed([...new Set(names)].sort(byName))}]`;
}

/** Throws {@link OptionError} unless `classes` are names, each once. */
export function checkClasses(classes: unknown): asserts classes is readonly string[] {
  const isNames =
    Array.isArray(classes) && classes.length > 0 && classes.every((name) => typeof name === "string");
  if (isNames && new Set(classes).size === classes.length) return;
  throw new OptionError(
    `\`classes\` must be a list of the names of folders, each once, as of another reader: classes: train.classes; got ${show(classes)}.`,
  );
}
