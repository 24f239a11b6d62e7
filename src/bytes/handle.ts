/**
 * Files by the handles that a page has of them: those that somebody has chosen or dropped, and those of the page's own
 * storage (OPFS).
 *
 * A handle leads to whatever file is there now, and opening it takes what is in it at this moment.
 */

/** What of a `FileSystemFileHandle` is used here. */
export interface FileHandleLike {
  /** That it is a file's. */
  readonly kind: "file";
  /** The file's name. */
  readonly name: string;
  /** The file, as it is now. */
  getFile(): Promise<Blob>;
}

/** Whether `value` is a handle of a file; told by what it can do, as there are implementations besides browsers'. */
export function isFileHandle(value: unknown): value is FileHandleLike {
  if (typeof value !== "object" || value === null) return false;
  const { kind, getFile } = value as Partial<FileHandleLike>;
  return kind === "file" && typeof getFile === "function";
}

/**
 * The file that `handle` leads to, as it is now.
 *
 * @throws Error saying why it cannot be had; the reason of `signal` if that came.
 */
export async function fileOf(handle: FileHandleLike, signal: AbortSignal | undefined): Promise<Blob> {
  signal?.throwIfAborted();
  const file = await handle.getFile().catch((cause: unknown) => {
    throw new Error(pickedProblem(cause as Error), { cause });
  });
  signal?.throwIfAborted();
  return file;
}

/** Why a browser does not give a file or folder that it gave before, by the name of its error. */
const problems: Readonly<Record<string, string>> = {
  NotFoundError: "It is gone: moved, renamed or deleted since it was chosen. Choose it again.",
  NotAllowedError:
    'The page may not read it any more. Ask for it in a click, `await handle.requestPermission({ mode: "read" })` in the page, or let it be chosen again.',
  NotReadableError:
    "It has changed since it was opened, or another program holds it. Open or choose it again.",
  TypeMismatchError:
    "There is a folder of this name now, where a file was chosen, or the other way round. Choose it again.",
};

/** What a browser's error about something that was chosen means, in a sentence that does not name it. */
export function pickedProblem({ name, message }: Error): string {
  return problems[name] ?? `It cannot be read: ${message.replace(/\.?$/, ".")}`;
}
