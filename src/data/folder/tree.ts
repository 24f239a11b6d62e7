/** A folder as it is looked through, wherever it is. */
import type { BytesSource } from "../../bytes/open.ts";

/** What lies at a path: a folder, a file with its size and when it was last changed, or something else. */
export interface Found {
  readonly kind: "folder" | "file" | "other";
  readonly size: number;
  readonly time: number;
}

/** A folder with all that is in it. Paths in it have slashes; "" is the folder itself. */
export interface Tree {
  /** Its path or name, as messages show it. */
  readonly root: string;
  /**
   * What is in the folder at `path`, by name.
   *
   * @throws DataError if it cannot be read.
   */
  namesIn(path: string): readonly string[];
  /** As {@link namesIn}, those of the user's folders, and of links to them. */
  folderNamesIn(path: string): readonly string[];
  /** What is at `path`; undefined if nothing is, or a link that leads nowhere, or to itself. */
  look(path: string): Found | undefined;
  /** What is one and the same folder by whatever path. */
  identityOf(path: string): string;
  /** The file at `path`, to be read. */
  fileAt(path: string): BytesSource;
}

/** Left behind by systems and programs, beside everything that is hidden. */
const strangers: readonly string[] = [
  ...["__MACOSX", "Thumbs.db", "desktop.ini", "$RECYCLE.BIN", "System Volume Information"],
  ...["lost+found", "@eaDir"],
];

/** Whether a name in a folder is nothing of the user's. */
export function isStranger(name: string): boolean {
  return name.startsWith(".") || strangers.includes(name);
}

/** A path in a folder; of the folder `""` the name alone. */
export function join(folder: string, name: string): string {
  if (folder === "" || name === "") return folder + name;
  return folder.endsWith("/") ? `${folder}${name}` : `${folder}/${name}`;
}
