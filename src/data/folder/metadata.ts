/**
 * What is said of the files of a folder in a `metadata.jsonl` beside them: an object a line, with the path of its file
 * as `file_name`, as the Hugging Face hub has it.
 */
import { readBytes } from "../../bytes/open.ts";
import { builtin } from "../../core/node.ts";
import { dataError } from "../data-file.ts";
import { jsonOf, textOf } from "../fields.ts";
import { join } from "./listing.ts";

/** What is said of one file. */
export type Metadata = Readonly<Record<string, unknown>>;

/** What is said of files, by their paths from `folder` on; and where that stands. */
export interface MetadataFile {
  readonly path: string;
  readonly rows: ReadonlyMap<string, Metadata>;
}

/**
 * Reads the metadata of `folder`.
 *
 * @throws DataError if there are none, or with the line that is none.
 */
export function readMetadata(folder: string): MetadataFile {
  const path = join(folder, "metadata.jsonl");
  const { existsSync } = builtin("fs")!;
  if (!existsSync(path)) {
    const isCsv = existsSync(join(folder, "metadata.csv"));
    throw dataError(
      isCsv
        ? "It has a metadata.csv, and fields beside the file are read of a metadata.jsonl. Convert it: a JSON object a line."
        : "It has no metadata.jsonl, of which fields beside the file are read: a JSON object a line, with the path of its file as file_name.",
      { path: folder },
    );
  }
  const rows = new Map<string, Metadata>();
  let row = 0;
  try {
    const text = textOf(readBytes(path, { most: 2 ** 30 }) as Uint8Array);
    for (const line of text.split("\n")) {
      if (line.trim() !== "") {
        const value = jsonOf(line);
        const name = (value as Partial<Metadata> | null)?.file_name;
        if (typeof name !== "string")
          throw new Error('The line has no "file_name", the path of a file as text.');
        const file = name.replaceAll("\\", "/").replace(/^\.\//, "");
        if (rows.has(file)) throw new Error(`The file ${file} is in another line already.`);
        rows.set(file, value as Metadata);
      }
      row++;
    }
  } catch (cause) {
    throw dataError((cause as Error).message, { path, row }, { cause });
  }
  return { path, rows };
}
