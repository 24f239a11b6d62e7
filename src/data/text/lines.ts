/** Lines of text files: each a sample. */
import { checkBoolean } from "../../core/check.ts";
import type { Sequence } from "../../sequence/sequence.ts";
import type { Where } from "../files.ts";
import { checkEncoding, decodeText } from "./encoding.ts";
import { plainLines } from "./offsets.ts";
import { checkTextOptions, openText, type TextOptions, TextReader } from "./reader.ts";

/** How lines are read. */
export interface LinesOptions extends TextOptions {
  /** Passes over lines without a character. Default `false`: they are samples too. */
  readonly skipEmpty?: boolean;
}

/** Lines of text files; made by {@link lines}. */
export class LinesReader extends TextReader<string> {
  static override readonly module: string = import.meta.url;
  static override readonly id: string = "epochal:data/text/lines#LinesReader";

  parse(bytes: Uint8Array): string {
    const text = decodeText(bytes, this.encoding);
    const end = text.indexOf("\n");
    if (end < 0) return text.endsWith("\r") ? text.slice(0, -1) : text;
    return text.slice(0, end > 0 && text.charCodeAt(end - 1) === 0x0d ? end - 1 : end);
  }
}

/**
 * Text files by line: each line is a sample, a string without its end (LF or CRLF). A last line counts whether it ends
 * or not; nothing behind the last newline is no line. A byte order mark is no part of the first.
 *
 * @throws DataError if a file cannot be read or is compressed; OptionError for options that are none.
 * @example
 * const verses = await lines("poems/*.txt", { skipEmpty: true });
 * const train = batches(verses, { batchSize: 32, shuffle: true }); // Sequence<string[]>
 */
export async function lines(where: Where, options: LinesOptions = {}): Promise<Sequence<string>> {
  checkTextOptions("lines", options, ["skipEmpty"]);
  const { skipEmpty = false, encoding = "utf-8", cache } = options;
  checkBoolean("skipEmpty", skipEmpty);
  checkEncoding(encoding);
  const syntax = skipEmpty ? { ...plainLines, skip: "empty" as const } : plainLines;
  return new LinesReader(await openText(where, { reader: "lines", syntax, encoding, cache }));
}
