/** Which parts of a folder are asked for: paths from the root on, as they are written there. */
import { show } from "../../core/check.ts";
import { OptionError } from "../../core/errors.ts";
import { slashed } from "../files.ts";

/**
 * The folders that `split` names, without what is only writing (`./train/`); "" is the root itself.
 *
 * @throws OptionError if one is no path in the root, or has the files of another.
 */
export function splitsOf(split: unknown): readonly string[] {
  if (split === undefined) return [""];
  const given: readonly unknown[] = Array.isArray(split) ? split : [split];
  const paths = given.map((each) =>
    typeof each === "string" ? slashed(each).replace(/^(?:\.\/+)+|\/+$/g, "") : each,
  );
  const isPath = (path: unknown): path is string =>
    typeof path === "string" && path.split("/").every((name) => !["", ".", ".."].includes(name));
  if (paths.length === 0 || !paths.every(isPath)) {
    throw new OptionError(
      `\`split\` must be a folder in the root, such as "train", or a list of them: ["fold1", "fold2"]; got ${show(split)}.`,
    );
  }
  paths.forEach((path, i) => {
    const other = paths.find((each, k) => k !== i && `${path}/`.startsWith(`${each}/`));
    if (other !== undefined)
      throw new OptionError(`\`split\` has the files of ${show(path)} twice, as they are in ${show(other)}.`);
  });
  return paths;
}
