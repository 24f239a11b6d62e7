/** Classes of a folder: the names of the folders in it, numbered in the order of their names. */
import { show } from "../../core/check.ts";
import { OptionError } from "../../core/errors.ts";
import { dataError } from "../data-file.ts";
import { foldersIn, join } from "./listing.ts";

/** Names that folders of splits have. */
const splitNames: readonly string[] = [
  ...["train", "training", "val", "valid", "validation", "dev", "test", "testing", "eval"],
];

/** The classes of the data in `root`, or of the split of it in `root/split`, which are those of all its splits. */
export function classesOf(
  root: string,
  split: string | undefined,
  given: readonly string[] | undefined,
): readonly string[] {
  const base = split === undefined ? root : join(root, split);
  const here = foldersIn(base);
  if (given !== undefined) {
    const unknown = here.filter((name) => !given.includes(name));
    if (unknown.length === 0) return given;
    throw dataError(
      `It has the folders ${unknown.map(show).join(", ")}, which are none of the ${given.length} \`classes\`. Add them, or move the folders away.`,
      { path: base },
    );
  }
  if (here.length === 0) {
    throw dataError(
      "It has no folders of classes: files of a class lie in a folder of its name. Leave the class out, or check the path.",
      {
        path: base,
      },
    );
  }
  if (split === undefined) {
    if (here.every((name) => splitNames.includes(name.toLowerCase())))
      throw dataError(
        `Its folders are splits, not classes: ${here.join(", ")}. Say which one: split: ${show(here[0])}. If they are classes, name them: classes: [${here.map(show).join(", ")}].`,
        { path: root },
      );
    return here;
  }
  // A class that this split has nothing of has its number all the same, as the next would have it otherwise.
  const splits = foldersIn(root).filter((name) => splitNames.includes(name.toLowerCase()));
  return [...new Set([split, ...splits].flatMap((name) => foldersIn(join(root, name))))].sort((a, b) =>
    a < b ? -1 : 1,
  );
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
