/** What the file system refused, in words: which file, what the system said, and what to do. */
import { FileError } from "../../core/errors.ts";
import { codeOf, remedyOfUsedUp } from "../../core/file.ts";

/** What to do about a file, by the system's code. */
const remedies: Readonly<Record<string, string>> = {
  EROFS: "Nothing can be written there: name another place.",
  EACCES: "Give yourself permission for it, or name another place.",
  EPERM: "Give yourself permission for it, or name another place.",
  EISDIR: "There is a folder of this name: name a file.",
  ENXIO: "Nobody reads from this pipe, or the device is not there: name a file.",
  EAGAIN: "Whoever reads from this pipe does not keep up: name a file.",
  ENAMETOOLONG: "Give it a shorter name.",
};

/** The error of a file that could not be written. */
export function cannotWrite(path: string, cause: unknown): FileError {
  return fileError(`The file ${path} cannot be written`, path, cause, remedyOf(cause));
}

/** The error of a file that could not be read. */
export function cannotRead(path: string, cause: unknown): FileError {
  return fileError(`The file ${path} cannot be read`, path, cause, remedyOf(cause));
}

/** The error of a folder that could not be made. */
export function cannotMake(path: string, cause: unknown): FileError {
  const remedy = "Name another one, or give yourself permission to write there.";
  return fileError(`The folder ${path} cannot be made`, path, cause, remedy);
}

function remedyOf(cause: unknown): string {
  return remedies[codeOf(cause) ?? ""] ?? "Name another place, or look there for what is in the way.";
}

/** @param remedy what to do, where nothing is used up */
function fileError(what: string, path: string, cause: unknown, remedy: string): FileError {
  const next = remedyOfUsedUp(cause) ?? remedy;
  return new FileError(`${what}: ${(cause as Error).message}. ${next}`, { path, cause });
}
