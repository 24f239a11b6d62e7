/** Adding to a file that grows: what is added is there as a whole, or not at all. */

import type { FileHandle } from "node:fs/promises";
import { node } from "../../core/node.ts";
import { cannotWrite } from "./file-error.ts";

/**
 * Adds `bytes` at the end of the file at `path`, and flushes it. Where that fails, as on a full disk, the file is cut
 * back to what it was, and a new one removed.
 *
 * @param flag `"ax"` makes a new file, and fails where there is one.
 * @throws FileError, with the system's error as cause.
 */
export async function appendWhole(path: string, bytes: Uint8Array, flag: "a" | "ax" = "a"): Promise<void> {
  const { constants, open, rm } = node("fs").promises;
  const { O_APPEND, O_CREAT, O_EXCL, O_NONBLOCK = 0, O_WRONLY } = constants;
  // Without O_NONBLOCK a pipe waits for somebody who reads, and the program's end for that. Windows has no such flag.
  const flags = O_WRONLY | O_APPEND | O_CREAT | O_NONBLOCK | (flag === "ax" ? O_EXCL : 0);
  try {
    const file = await open(path, flags);
    try {
      await append(file, bytes);
    } catch (error) {
      if (flag === "ax") await rm(path, { force: true }).catch(() => {});
      throw error;
    } finally {
      await file.close();
    }
  } catch (cause) {
    throw cannotWrite(path, cause);
  }
}

async function append(file: FileHandle, bytes: Uint8Array): Promise<void> {
  const stats = await file.stat();
  // A terminal or a pipe has no length, and cannot be flushed.
  if (!stats.isFile()) return file.writeFile(bytes);
  try {
    await file.writeFile(bytes);
    await file.sync();
  } catch (error) {
    await file.truncate(stats.size).catch(() => {});
    throw error;
  }
}
