/** What the file system refused, in words: which file, what the system said, and what to do. */
import { FileError } from "../../core/errors.ts";

/** What to do about an error of the system, by its code. */
const remedies: Readonly<Record<string, string>> = {
  ENOSPC: "The disk is full: make room on it, or name another place.",
  EDQUOT: "Your share of the disk is used up: make room, or name another place.",
  EMFILE: "The program has too many files open: close some, or raise its limit (ulimit -n).",
  ENFILE: "The system has too many files open: end other programs, or raise its limit.",
  EROFS: "Nothing can be written there: name another place.",
  EACCES: "Give yourself permission for it, or name another place.",
  EPERM: "Give yourself permission for it, or name another place.",
  EISDIR: "There is a folder of this name: name a file.",
  ENXIO: "Nobody reads from this pipe, or the device is not there: name a file.",
  EAGAIN: "Whoever reads from this pipe does not keep up: name a file.",
  ENAMETOOLONG: "Give it a shorter name.",
};

/** Codes of what is used up, not of a path that is wrong. */
const usedUp: readonly string[] = ["ENOSPC", "EDQUOT", "EMFILE", "ENFILE"];

/** The system's code of an error, such as `ENOSPC`; undefined where it has none. */
export function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException | undefined)?.code;
}

/** The error of a file that could not be written. */
export function cannotWrite(path: string, cause: unknown): FileError {
  return fileError("written", path, cause);
}

/** The error of a file that could not be read. */
export function cannotRead(path: string, cause: unknown): FileError {
  return fileError("read", path, cause);
}

/** The error of a folder that could not be made. */
export function cannotMake(path: string, cause: unknown): FileError {
  const code = codeOf(cause) ?? "";
  const remedy = usedUp.includes(code)
    ? remedies[code]
    : "Name another one, or give yourself permission to write there.";
  return new FileError(`The folder ${path} cannot be made: ${(cause as Error).message}. ${remedy}`, {
    path,
    cause,
  });
}

function fileError(done: "written" | "read", path: string, cause: unknown): FileError {
  const remedy = remedies[codeOf(cause) ?? ""] ?? "Name another place, or look there for what is in the way.";
  return new FileError(`The file ${path} cannot be ${done}: ${(cause as Error).message}. ${remedy}`, {
    path,
    cause,
  });
}
