/** Whether there is a disk. */
import { OptionError } from "../../core/errors.ts";
import { builtin } from "../../core/node.ts";

/**
 * Checks that files can be read and written by their paths.
 *
 * @throws OptionError in a page, saying what it has instead.
 */
export function checkDisk(who: string): void {
  if (builtin("fs") !== undefined) return;
  throw new OptionError(
    `${who} reads and writes files of a disk, which a page cannot. Save a model by model.save("indexeddb://name") or, for the user to keep, model.save("downloads://name"); load it by tf.loadLayersModel of the same, or of the URL of its model.json.`,
  );
}
