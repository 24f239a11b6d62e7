/**
 * Files that are being written, under names that say by whom, and those among them that nobody writes any more.
 *
 * A kill in the midst of a write leaves such a file. Whether its writer still lives is asked of the system where that
 * can know: on the same boot of the same machine, in the same space of process numbers, a number and the time of its
 * start are one process. Numbers alone are not, as every container has a process 1. Of writers elsewhere only a file
 * that nobody touched for a long time is given up.
 */
import { node } from "../../core/node.ts";

/** A file untouched for so long, in milliseconds, by a writer that cannot be asked after, is left over. */
const longest = 60 * 60 * 1000;

const pattern = /^\.epochal-(?:(\w+-\d+)-(\d+)-(\d+))?-[0-9a-f]+\.tmp$/;

/** This machine, boot and space of process numbers as a word, and when this process started; undefined if unknown. */
let self: Promise<{ readonly space: string; readonly start: string } | undefined> | undefined;

/** A new name for a file that is being written, that nobody can guess. */
export async function temporaryName(): Promise<string> {
  self ??= identify();
  const known = await self;
  const writer = known ? `${known.space}-${process.pid}-${known.start}` : "";
  return `.epochal-${writer}-${crypto.randomUUID().replaceAll("-", "")}.tmp`;
}

/**
 * Removes files from `folder` whose writers are gone. What cannot be removed stays.
 *
 * @param now the time by the clock that dates the folder's files, in milliseconds since 1970; files of writers that
 *   cannot be asked after are left alone without it.
 */
export async function removeLeftovers(folder: string, now: number = Number.NEGATIVE_INFINITY): Promise<void> {
  const { readdir, rm, stat } = node("fs").promises;
  const { join } = node("path");
  for (const name of await readdir(folder).catch(() => [])) {
    const match = pattern.exec(name);
    if (!match) continue;
    const path = join(folder, name);
    const [, space, pid, start] = match;
    self ??= identify();
    const here = space !== undefined && space === (await self)?.space;
    const over = here
      ? await isOver(Number(pid), start!)
      : await stat(path).then(
          ({ mtimeMs }) => now - mtimeMs > longest,
          () => false,
        );
    if (over) await rm(path, { force: true }).catch(() => {});
  }
}

/** Whether the process numbered `pid` that started at `start` has ended. */
async function isOver(pid: number, start: string): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // Any other answer, such as that we may not, comes from a process that is there.
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return true;
  }
  const found = await readStatus(pid);
  return found !== undefined && (found.start !== start || found.dead);
}

async function identify(): Promise<{ readonly space: string; readonly start: string } | undefined> {
  const { readFile, readlink } = node("fs").promises;
  try {
    const boot = await readFile("/proc/sys/kernel/random/boot_id", "utf8");
    const numbers = /\d+/.exec(await readlink("/proc/self/ns/pid"))![0];
    const status = await readStatus(process.pid);
    return status && { space: `${boot.trim().replaceAll("-", "")}-${numbers}`, start: status.start };
  } catch {
    return undefined; // No Linux.
  }
}

/** When a process started, in the kernel's ticks, and whether it is only a body; undefined where that is hidden. */
async function readStatus(
  pid: number,
): Promise<{ readonly start: string; readonly dead: boolean } | undefined> {
  const { readFile } = node("fs").promises;
  try {
    const text = await readFile(`/proc/${pid}/stat`, "utf8");
    // The name in parentheses may hold anything; fields 3 (state) and 22 (start) of proc(5) come after it.
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    return { start: fields[19]!, dead: fields[0] === "Z" || fields[0] === "X" };
  } catch {
    return undefined;
  }
}
