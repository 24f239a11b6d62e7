/** Handles of files and folders, as browsers give them, here of what is in memory: a real page's are test/browser's. */
import type { FileHandleLike } from "../../src/bytes/handle.ts";

/** What is in a folder by its name: files' bytes or text, and folders. */
export interface Contents {
  readonly [name: string]: string | Uint8Array | Contents;
}

/** A browser's error of this name. */
export function domError(name: string): DOMException {
  return new DOMException("The words of a browser.", name);
}

/** A handle that leads to whatever `read` gives at the moment. */
export function fileHandle(name: string, read: () => Blob): FileHandleLike {
  return { kind: "file", name, getFile: async () => read() };
}

/** The handle of a file with these bytes. */
export function handleOf(bytes: Uint8Array | string, name = "file", lastModified = 5): FileHandleLike {
  return fileHandle(name, () => new File([bytes as Uint8Array<ArrayBuffer>], name, { lastModified }));
}
