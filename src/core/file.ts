/** Files by their path, opened so that what is none (a pipe, a device, a socket, a folder) is told and never waited for. */

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

/**
 * Opens the file at `path` for reading, at once also where nobody writes to a pipe of that name. What was opened may be
 * no file: ask {@link sizeOfFile}, or read by position, which pipes, terminals and sockets refuse.
 */
export function openFile(fs: Fs, path: string): number {
  const { O_RDONLY, O_NONBLOCK = 0, O_NOCTTY = 0 } = fs.constants;
  return fs.openSync(path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
}

/**
 * The size in bytes of the open file.
 *
 * @throws Error saying what it is, if it is no file.
 */
export function sizeOfFile(fs: Fs, file: number): number {
  const stats = fs.fstatSync(file);
  for (const [kind, name] of Object.entries(kinds) as [keyof typeof kinds, string][])
    if (stats[`is${kind}`]()) throw new Error(notFile(name));
  return stats.size;
}

function notFile(name: string): string {
  return `It is ${name}, not a file.`;
}

/** Why a file cannot be opened or read, in a sentence. */
export function fileProblem(error: NodeJS.ErrnoException): string {
  switch (error.code) {
    case undefined:
      return error.message;
    case "ENOENT":
      return "There is no such file. Check the path, and the folder it is relative to.";
    case "EISDIR":
      return notFile(kinds.Directory);
    case "EACCES":
      return "The file may not be read. Check its permissions.";
    case "ENXIO":
      return notFile("a socket, or a device that is not there");
    case "EAGAIN":
    case "ESPIPE":
      return notFile("a pipe or a terminal");
    default:
      return `The file cannot be read: ${error.message}.`;
  }
}
