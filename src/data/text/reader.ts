/** What readers of text share: files with an index of their rows, and a row's bytes by one read. */

import type { Bytes } from "../../bytes/bytes.ts";
import { FileBytes } from "../../bytes/file.ts";
import { checkChoice, checkKnown } from "../../core/check.ts";
import { isEpochalError } from "../../core/errors.ts";
import { isThenable } from "../../core/settle.ts";
import type { Context } from "../../sequence/context.ts";
import type { Awaitable, Sequence } from "../../sequence/sequence.ts";
import { type DataFile, dataError, openDataFile, readFrom } from "../data-file.ts";
import { filesOf, type Where } from "../files.ts";
import { type CacheFolder, checkCache, keptIndex } from "../index-cache.ts";
import { shared } from "../memory.ts";
import { DataReader } from "../reader.ts";
import { type RowOffsets, RowScanner, type RowSyntax, rowOffsets } from "./offsets.ts";

/** Options that all readers of text have. */
export interface TextOptions {
  /** How the text is encoded, as `TextDecoder` names it. Default `"utf-8"`. */
  readonly encoding?: string;
  /**
   * The folder where the index of a file is kept if it took long to make, or the file is far away; `false` for none.
   * Default: `epochal/index` in the user's cache folder.
   */
  readonly cache?: string | false;
}

/** Where a row of a file stands. */
export interface RowPlace {
  /** The path or URL of the file. */
  readonly path: string | undefined;
  /** Its number in the file. */
  readonly row: number;
  /** Its first byte in the file. */
  readonly offset: number;
}

/** Where rows of local files are read to, one at a time: memory of its own for each costs more than to read it. */
const room = new Uint8Array(2 ** 16);

/** What is in it: bytes of which file, and from where to where. */
const held: { file: DataFile | undefined; from: number; to: number } = { file: undefined, from: 0, to: 0 };

/** Its beginnings of each length up to 1024 that was asked for: to make one costs as much as to read a short row. */
const beginnings: Uint8Array[] = [];

function roomFor(length: number): Uint8Array {
  if (length > 1024) return room.subarray(0, length);
  beginnings[length] ??= room.subarray(0, length);
  return beginnings[length];
}

/** The bytes of a row, valid until the next call. After the row before it, those that follow are read with it. */
function rowBytes(bytes: Bytes, file: DataFile, start: number, end: number): Uint8Array {
  const { from, to } = held;
  const isNext = held.file === file && start === to;
  if (held.file === file && start >= from && end <= to) return room.subarray(start - from, end - from);
  const until = isNext ? Math.min(start + room.length, file.byteLength) : end;
  const part = roomFor(until - start);
  held.file = undefined;
  bytes.readInto(part, start);
  held.file = file;
  held.from = start;
  held.to = until;
  return until === end ? part : roomFor(end - start);
}

/** Rows of text files, each a sample. */
export interface TextRows<S> extends Sequence<S> {
  /** How many rows were passed over as they are malformed, where that was asked for. */
  readonly skipped: number;
}

/** Rows of text in files. A subclass makes samples of rows. */
export abstract class TextReader<S> extends DataReader<S> {
  /** Where the rows of each file begin. */
  readonly offsets: readonly RowOffsets[];
  readonly syntax: RowSyntax;
  readonly encoding: string;
  /** Rows that were passed over as they are malformed, where that was asked for. */
  readonly skipped: number;

  constructor({ files, offsets, syntax, encoding, skipped }: TextFiles) {
    super(
      files,
      offsets.map(({ count }) => count),
    );
    this.offsets = offsets;
    this.syntax = syntax;
    this.encoding = encoding;
    this.skipped = skipped;
  }

  protected read(number: number, row: number, { signal }: Context): Awaitable<S> {
    const file = this.files[number]!;
    const { starts, every } = this.offsets[number]!;
    const at = every === 1 ? row : Math.floor(row / every);
    const offset = starts[at]!;
    const end = at + 1 < starts.length ? starts[at + 1]! : file.byteLength;
    const place = { path: file.path, row, offset };
    return readFrom(file, place, (bytes) => {
      if (bytes instanceof FileBytes && end - offset <= room.length) {
        const row = rowBytes(bytes, file, offset, end);
        return every === 1 ? this.parse(row, place) : this.parseAt(row, place, every);
      }
      const part = bytes.slice(offset, end, signal);
      return isThenable(part)
        ? Promise.resolve(part).then((there) => this.parseAt(there, place, every))
        : this.parseAt(part as Uint8Array, place, every);
    });
  }

  /** The sample of a row, of which `bytes` begin with it, or with that which has an offset before it. */
  private parseAt(bytes: Uint8Array, place: RowPlace, every: number): S {
    if (every === 1) return this.parse(bytes, place);
    const starts: number[] = [];
    new RowScanner(this.syntax, 0, { take: (found) => starts.push(...found) }).scan(bytes, 0);
    const number = place.row % every;
    const start = starts[number]!;
    const row = bytes.subarray(start, starts[number + 1]);
    return this.parse(row, { ...place, offset: place.offset + start });
  }

  /**
   * The sample of the row that `bytes` are; lines that are no row may follow it.
   *
   * @throws Error if it is malformed.
   */
  abstract parse(bytes: Uint8Array, place: RowPlace): S;
}

/** Files of text, open, with where their rows begin. */
export interface TextFiles {
  readonly files: readonly DataFile[];
  readonly offsets: readonly RowOffsets[];
  readonly syntax: RowSyntax;
  readonly encoding: string;
  readonly skipped: number;
}

/** How the files of a reader are opened. */
export interface TextOpening {
  readonly reader: string;
  readonly syntax: RowSyntax;
  readonly encoding: string;
  readonly cache: CacheFolder;
  /** Where the first row begins, behind a header; given the file, and where its text begins. */
  readonly firstRow?: (file: DataFile, start: number) => Promise<number>;
}

/** Throws OptionError unless `options` are such as a reader of text takes. */
export function checkTextOptions(reader: string, options: object, known: readonly string[]): void {
  checkKnown(`${reader}()`, options, [...known, "encoding", "cache"]);
  checkCache((options as TextOptions).cache);
}

/**
 * Opens text files, and finds their rows.
 *
 * @throws DataError if one cannot be read, or is compressed.
 */
export async function openText(where: Where, opening: TextOpening): Promise<TextFiles> {
  const { reader, syntax, encoding, cache, firstRow = async (_, start) => start } = opening;
  const files: DataFile[] = [];
  const offsets: RowOffsets[] = [];
  for (const source of filesOf(reader, where)) {
    const file = await openDataFile(source);
    const from = await firstRow(file, await textStart(file));
    const kind = `rows, and lines that are none ${JSON.stringify([syntax, from])}`;
    const { starts, layout } = await keptIndex(file, kind, cache, async () => {
      const { starts, every, count, passed } = await rowOffsets(file, from, syntax);
      return { starts, layout: Float64Array.of(every, count, passed) };
    });
    const [every, count, passed] = layout as Float64Array as unknown as [number, number, number];
    files.push(file);
    offsets.push({ starts: starts as Float64Array, every, count, passed });
  }
  return { files, offsets, syntax, encoding, skipped: 0 };
}

/** What the beginning of a file says it is, if that is no text that can be read, and what to do. */
const strangers: readonly (readonly [bytes: readonly number[], what: string])[] = [
  [[0x1f, 0x8b], "It is compressed by gzip, in which no row can be found. Unpack it: gunzip."],
  [
    [0x28, 0xb5, 0x2f, 0xfd],
    "It is compressed by Zstandard, in which no row can be found. Unpack it: unzstd.",
  ],
  [[0x50, 0x4b, 0x03, 0x04], "It is a zip archive, not text. Unpack it."],
  [[0xff, 0xfe], "It is text in UTF-16. Convert it: iconv -f utf-16 -t utf-8."],
  [[0xfe, 0xff], "It is text in UTF-16. Convert it: iconv -f utf-16 -t utf-8."],
];

/** Bytes of a file that are looked at for zeros. */
const headSize = 1024;

/** Where the text of `file` begins: behind a byte order mark, if it has one. */
async function textStart(file: DataFile): Promise<number> {
  const head = await readFrom(file, {}, (bytes) => bytes.slice(0, Math.min(headSize, file.byteLength)));
  const begins = (mark: readonly number[]) => mark.every((byte, i) => head[i] === byte);
  for (const [mark, what] of strangers)
    if (begins(mark)) throw dataError(what, { path: file.path, offset: 0 });
  // Letters of ASCII and newlines have one in UTF-16, and are letters of UTF-8 as well, with zeros between.
  const zero = head.indexOf(0);
  if (zero >= 0)
    throw dataError(
      "It has a byte of zero near its beginning, as text in UTF-16 has, and files that are no text. Convert it: iconv -f utf-16le -t utf-8.",
      { path: file.path, offset: zero },
    );
  return begins([0xef, 0xbb, 0xbf]) ? 3 : 0;
}

/** What is done with a row that is malformed: an error when it is read, or passed over at opening. */
export type Malformed = "error" | "skip";

/** Throws OptionError unless `malformed` is what can be done. */
export function checkMalformed(malformed: unknown): asserts malformed is Malformed {
  checkChoice("malformed", malformed, ["error", "skip"]);
}

const piece = 2 ** 22;

/** `text` without the rows of which `reader` can make no sample; each is parsed once. */
export async function wellFormed(text: TextFiles, reader: TextReader<unknown>): Promise<TextFiles> {
  let skipped = 0;
  const offsets: RowOffsets[] = [];
  for (const [number, file] of text.files.entries()) {
    const kept: number[] = [];
    const all = await denseStarts(text, number);
    for (let row = 0; row < all.length; ) {
      let next = row + 1;
      const start = all[row]!;
      const endOf = (at: number) => (at < all.length ? all[at]! : file.byteLength);
      while (next < all.length && endOf(next + 1) - start <= piece) next++;
      const part = await readFrom(file, { row, offset: start }, (bytes: Bytes) =>
        bytes.slice(start, endOf(next)),
      );
      for (; row < next; row++) {
        const bytes = part.subarray(all[row]! - start, endOf(row + 1) - start);
        if (isWellFormed(reader, bytes, { path: file.path, row, offset: all[row]! })) kept.push(all[row]!);
        else skipped++;
      }
    }
    const starts = shared(Float64Array, kept.length);
    starts.set(kept);
    offsets.push({ starts, every: 1, count: kept.length, passed: -1 });
  }
  return { ...text, offsets, skipped };
}

/** The start of every row, where the index has but some. */
async function denseStarts({ files, offsets, syntax }: TextFiles, number: number): Promise<Float64Array> {
  const { starts, every, count } = offsets[number]!;
  if (every === 1) return starts;
  return (await rowOffsets(files[number]!, starts[0]!, syntax, { piece, dense: count })).starts;
}

function isWellFormed(reader: TextReader<unknown>, bytes: Uint8Array, place: RowPlace): boolean {
  try {
    reader.parse(bytes, place);
    return true;
  } catch (error) {
    if (error instanceof TypeError || isEpochalError(error, "OptionError")) throw error;
    return false;
  }
}
