/** Files by their path, opened so that what is none (a pipe, a device, a socket, a folder) is told and never waited for. */
import type { Stats } from "node:fs";

/** Node's file system, which is handed in: this floor loads in a browser. */
export type Fs = typeof import("node:fs");

/** What a path leads to instead of a file, with the end of its name in {@link Stats}. */
const kinds = {
  FIFO: "a named pipe",
  Socket: "a socket",
  CharacterDevice: "a device",
  BlockDevice: "a device",
  Directory: "a folder",
} as const;

/** What is used up, not a path that is wrong, by the system's code: what to do about it. */
const usedUp: Readonly<Record<string, string>> = {
  ENOSPC: "The disk is full: make room on it, or name another place.",
  EDQUOT: "Your share of the disk is used up: make room, or name another place.",
  EMFILE: "The program has too many files open: close some, or raise its limit (ulimit -n).",
  ENFILE: "The system has too many files open: end other programs, or raise its limit.",
};

/**
 * Opens the file at `path` for reading, at once also where nobody writes to a pipe of that name. What was opened may be
 * no file: ask {@link otherKind}, or read by position, which pipes, terminals and sockets refuse.
 */
export function openFile(fs: Fs, path: string): number {
  const { O_RDONLY, O_NONBLOCK = 0, O_NOCTTY = 0 } = fs.constants;
  return fs.openSync(path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
}

/** What it is instead of a file, such as "a folder"; undefined of a file. */
export function otherKind(stats: Stats): string | undefined {
  for (const [kind, name] of Object.entries(kinds) as [keyof typeof kinds, string][])
    if (stats[`is${kind}`]()) return name;
  return undefined;
}

/** That it is of another `kind`, in a sentence. */
export function notFile(kind: string): string {
  return `It is ${kind}, not a file.`;
}

/** The system's code of an error, such as `ENOSPC`; undefined where it has none. */
export function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException | undefined)?.code;
}

/** What to do where room, or files that may be open, are used up; undefined of any other error. */
export function remedyOfUsedUp(error: unknown): string | undefined {
  return usedUp[codeOf(error) ?? ""];
}

/** Why a file cannot be opened or read, in a sentence that does not name it. */
export function fileProblem(error: NodeJS.ErrnoException): string {
  switch (error.code) {
    case undefined:
      return error.message;
    case "ENOENT":
    case "ENOTDIR":
      return "There is no such file. Check the path, and the folder it is relative to.";
    case "EISDIR":
      return notFile(kinds.Directory);
    case "EACCES":
    case "EPERM":
      return "The file may not be read. Check its permissions.";
    case "ENXIO":
      return notFile("a socket, or a device that is not there");
    case "EAGAIN":
    case "ESPIPE":
      return notFile("a pipe or a terminal");
    default:
      // The words of the system, without the call and the path that follow.
      return (
        remedyOfUsedUp(error) ?? `The file cannot be read: ${error.message.split(`, ${error.syscall}`)[0]}.`
      );
  }
}

/** Opens a file for reading and, where that is allowed, writing; where it is not there it is made, empty. */
export function openToWrite(fs: Fs, path: string): { readonly file: number; readonly writable: boolean } {
  const { O_RDWR, O_CREAT, O_RDONLY } = fs.constants;
  try {
    return { file: fs.openSync(path, O_RDWR | O_CREAT, 0o666), writable: true };
  } catch (error) {
    if (!["EACCES", "EPERM", "EROFS"].includes(codeOf(error) ?? "")) throw error;
    return { file: fs.openSync(path, O_RDONLY), writable: false };
  }
}
