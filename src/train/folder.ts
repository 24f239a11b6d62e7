/** Folders that training writes into: of checkpoints, of logs. */
import { OptionError } from "../core/errors.ts";

/**
 * Makes the folder at `path` and those above it, where they are not there yet.
 *
 * `mkdir`'s own `recursive` never returns on Node 20 where the folder above is there and takes none, as `/proc`.
 *
 * @throws OptionError if it cannot be made, with the system's error as `cause`.
 */
export async function makeFolder(path: string): Promise<void> {
  try {
    await make(path);
  } catch (cause) {
    throw new OptionError(
      `The folder ${path} cannot be made: ${(cause as Error).message}. Name another one, or give yourself permission to write there.`,
      { cause },
    );
  }
}

async function make(path: string): Promise<void> {
  const [{ mkdir }, { dirname }] = await Promise.all([import("node:fs/promises"), import("node:path")]);
  try {
    // Tried once more after the folders above it are there, and no further: so it ends.
    await mkdir(path).catch(async (error: NodeJS.ErrnoException) => {
      if (error.code !== "ENOENT" || dirname(path) === path) throw error;
      await make(dirname(path));
      await mkdir(path);
    });
  } catch (error) {
    if (!(await isFolder(path))) throw error;
  }
}

async function isFolder(path: string): Promise<boolean> {
  const { stat } = await import("node:fs/promises");
  const found = await stat(path).catch(() => undefined);
  return found?.isDirectory() ?? false;
}
