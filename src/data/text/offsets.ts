/**
 * Where the rows of a text file begin: an index that is built once, by one pass over the file in pieces, so that any row
 * is then one read by position.
 *
 * Invariant: the same rows whatever the size of the pieces. A newline ends a row; in a file with quotes one that stands
 * between them does not. A quote opens only where a field begins, so that `5" disk` opens none, and two in a row are one
 * of the field's characters. Limit: the encoding has newline, quote and delimiter as single bytes that are part of no
 * other character, as UTF-8 and the one-byte encodings do.
 */
import type { Bytes } from "../../bytes/bytes.ts";
import { yieldIfDue } from "../../core/event-loop.ts";
import { type DataFile, dataError, readFrom } from "../data-file.ts";
import { shared } from "../memory.ts";

/** What ends and begins rows: bytes, and -1 for none. */
export interface RowSyntax {
  /** Which lines without content are none: no line, those without a byte, those of spaces only. */
  readonly skip: "none" | "empty" | "space";
  readonly delimiter: number;
  readonly quote: number;
  /** What a line begins with that is no row. */
  readonly comment: number;
}

/** Lines, each of them a row. */
export const plainLines: RowSyntax = { skip: "none", delimiter: -1, quote: -1, comment: -1 };

/** Where rows begin. */
export interface RowOffsets {
  /** That of each row, or of each 16th. In memory that all threads share. */
  readonly starts: Float64Array;
  /** 1, or 16 where there are very many rows. */
  readonly every: number;
  /** How many rows there are. */
  readonly count: number;
  /** Where the first line without content stands that is no row and that a row follows; -1 where there is none. */
  readonly passed: number;
}

/** What takes the starts of rows as they are found, some at a time. */
export interface StartSink {
  /** @param starts valid during the call only */
  take(starts: Float64Array): void;
}

const newline = 0x0a;
const [begin, plain, quoted, comment] = [0, 1, 2, 3];

/** Finds rows in bytes that come in pieces. */
export class RowScanner {
  readonly #syntax: RowSyntax;
  readonly #sink: StartSink;
  readonly #found: Float64Array = new Float64Array(4096);
  #count = 0;
  #mode: number = begin;
  /** Where the line began that is looked at. */
  #start: number;
  /** Where the last quote was opened and closed. */
  #opened = -1;
  #closed = -2;
  /** The last byte of the piece before. */
  #last = newline;
  /** The first line that was passed over since the last row, and the first of all that a row follows. */
  #skipped = -1;
  #passed = -1;

  /** @param start where the first row begins */
  constructor(syntax: RowSyntax, start: number, sink: StartSink) {
    this.#syntax = syntax;
    this.#start = start;
    this.#sink = sink;
  }

  /** Where a quote was opened that is still open; undefined if none is. */
  get open(): number | undefined {
    return this.#mode === quoted ? this.#opened : undefined;
  }

  /** Where the first line without content stands that is no row and that a row follows; -1 where there is none. */
  get passed(): number {
    return this.#passed;
  }

  /** Goes on with `bytes`, which stand at `base` in the file. */
  scan(bytes: Uint8Array, base: number): void {
    const { delimiter, quote } = this.#syntax;
    const { length } = bytes;
    const search = searchable(bytes);
    // The next of each that is known of; before `i` where none is.
    let nextNewline = -1;
    let nextQuote = quote < 0 ? length : -1;
    for (let i = 0; i < length; i++) {
      if (this.#mode === begin) {
        this.#beginRow(bytes[i]!, base + i);
        continue;
      }
      if (this.#mode !== quoted && nextNewline < i) nextNewline = placeOf(search, newline, i);
      if (this.#mode !== comment && nextQuote < i) nextQuote = placeOf(search, quote, i);
      if (this.#mode === quoted) {
        i = nextQuote;
        if (i === length) break;
        this.#closed = base + i;
        this.#mode = plain;
      } else if (nextNewline <= nextQuote || this.#mode === comment) {
        i = nextNewline;
        if (i === length) break;
        this.#start = base + i + 1;
        this.#mode = begin;
      } else {
        i = nextQuote;
        // The second of two in a row goes on with a field; else one opens where the field begins.
        if (base + i === this.#closed + 1) {
          this.#mode = quoted;
        } else if ((i > 0 ? bytes[i - 1] : this.#last) === delimiter) {
          this.#mode = quoted;
          this.#opened = base + i;
        }
      }
    }
    if (length > 0) this.#last = bytes[length - 1]!;
    this.#flush();
  }

  /** Looks at a byte of a line of which nothing was seen yet but what may be skipped. */
  #beginRow(byte: number, at: number): void {
    const { skip, quote, comment: hash } = this.#syntax;
    if (byte === newline) {
      if (skip === "none") this.#push(this.#start);
      else if (this.#skipped < 0) this.#skipped = this.#start;
      this.#start = at + 1;
    } else if (byte === hash) {
      this.#mode = comment;
    } else if (
      skip === "none" ||
      !(byte === 0x0d || (skip === "space" && (byte === 0x20 || byte === 0x09)))
    ) {
      this.#push(this.#start);
      this.#mode = byte === quote ? quoted : plain;
      this.#opened = at;
    }
  }

  #push(start: number): void {
    if (this.#passed < 0) this.#passed = this.#skipped;
    this.#found[this.#count++] = start;
    if (this.#count === this.#found.length) this.#flush();
  }

  #flush(): void {
    this.#sink.take(this.#found.subarray(0, this.#count));
    this.#count = 0;
  }
}

/** Node's Buffer over `bytes`, where there is one: it looks for a byte several times as fast as a Uint8Array does. */
function searchable(bytes: Uint8Array): Uint8Array {
  return globalThis.Buffer?.from(bytes.buffer, bytes.byteOffset, bytes.length) ?? bytes;
}

/** Where `byte` stands in `bytes` from `from` on; their length where it does not. */
function placeOf(bytes: Uint8Array, byte: number, from: number): number {
  const place = bytes.indexOf(byte, from);
  return place < 0 ? bytes.length : place;
}

/** How the index is built. Others than those that are given here are for tests. */
export interface IndexSizes {
  /** Bytes that are read at a time. */
  readonly piece: number;
  /** So many rows have an offset each; of more, each 16th has one. */
  readonly dense: number;
}

/** 4 MB are read at a time, and up to ten million rows have an offset each. */
export const indexSizes: IndexSizes = { piece: 2 ** 22, dense: 1e7 };

/** Of very many rows, those that have an offset. */
export const sparse = 16;

const block = 2 ** 16;

/** Starts of rows as they come: all, until there are too many of them. */
class Starts implements StartSink {
  readonly #dense: number;
  #blocks: Float64Array[] = [];
  #kept = 0;
  every = 1;
  count = 0;

  constructor(dense: number) {
    this.#dense = dense;
  }

  take(starts: Float64Array): void {
    if (this.every === 1 && this.count + starts.length > this.#dense) this.#thin();
    if (this.every === 1) this.#keep(starts);
    else {
      const first = (sparse - (this.count % sparse)) % sparse;
      this.#keep(starts.filter((_, i) => i % sparse === first));
    }
    this.count += starts.length;
  }

  /** All that are kept, in memory that threads share. */
  finish(passed: number): RowOffsets {
    const starts = shared(Float64Array, this.#kept);
    this.#blocks.forEach((each, i) => {
      starts.set(each.subarray(0, this.#kept - i * block), i * block);
    });
    return { starts, every: this.every, count: this.count, passed };
  }

  #keep(starts: Float64Array): void {
    for (let i = 0; i < starts.length; ) {
      const at = this.#kept % block;
      if (at === 0) this.#blocks.push(new Float64Array(block));
      const part = starts.subarray(i, i + block - at);
      this.#blocks[this.#blocks.length - 1]!.set(part, at);
      this.#kept += part.length;
      i += part.length;
    }
  }

  #thin(): void {
    const all = this.#blocks;
    const kept = this.#kept;
    [this.#blocks, this.#kept, this.every] = [[], 0, sparse];
    // A block is a multiple of what is left out.
    all.forEach((each, i) => {
      this.#keep(each.subarray(0, kept - i * block).filter((_, at) => at % sparse === 0));
    });
  }
}

/**
 * Where the rows of `file` begin, from byte `from` on.
 *
 * @throws DataError if it cannot be read, or a quote is never closed.
 */
export async function rowOffsets(
  file: DataFile,
  from: number,
  syntax: RowSyntax,
  { piece, dense }: IndexSizes = indexSizes,
): Promise<RowOffsets> {
  const starts = new Starts(dense);
  const scanner = new RowScanner(syntax, from, starts);
  const room = new Uint8Array(Math.min(piece, Math.max(0, file.byteLength - from)));
  for (let at = from; at < file.byteLength; at += piece) {
    const part = room.subarray(0, Math.min(piece, file.byteLength - at));
    await yieldIfDue();
    await readFrom(file, { offset: at }, (bytes) => bytes.readInto(part, at) ?? undefined);
    scanner.scan(part, at);
  }
  // What was read piece by piece is of one version.
  await readFrom(file, {}, (bytes: Bytes) => bytes.checkUnchanged?.());
  if (scanner.open !== undefined) {
    throw dataError(
      "A quote is opened here and never closed. The file was cut off, or a field begins with a quote that is none: then give `quote: false`.",
      { path: file.path, row: starts.count - 1, offset: scanner.open },
    );
  }
  return starts.finish(scanner.passed);
}
