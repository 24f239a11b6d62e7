/**
 * What has no fixed size, in tar archives: a record is the members of one sample, one after the other.
 *
 * Whoever writes has an archive of its own, made under a name that nobody has, and only adds to it: so there are no locks,
 * and what a kill leaves half written is at the end, where nobody reads on. A record's first header is written after all
 * else of it, so that tar and Python's tarfile find an archive that ends there, and not one that is damaged.
 * What is said of where records lie may be torn: what is read is one only by the checksums of its members.
 */
import { codeOf, type Fs } from "../../core/file.ts";
import { blockSize, parseHeader } from "../tar/header.ts";

/** Where a record lies. All zeros: nowhere. */
export interface RecordPlace {
  readonly segment: number;
  readonly offset: number;
  readonly bytes: number;
}

/** A part of a record. */
export interface RecordMember {
  readonly name: string;
  /** Its content, in pieces. */
  readonly body: readonly Uint8Array[];
}

/** Archives open for reading at most. */
const mostOpen = 32;

/** Zeros at the end of an archive. */
const endBytes = 2 * blockSize;

/** An archive that is open. */
interface Segment {
  readonly file: number;
  /** Where what is known to be in it ends. */
  end: number;
}

/** The archives in a folder. */
export class Segments {
  readonly #fs: Fs;
  readonly #folder: string;
  /** Bytes that all archives together may have. */
  readonly #most: number;
  readonly #open = new Map<number, Segment>();
  #own: (Segment & { readonly number: number }) | undefined;

  constructor(fs: Fs, folder: string, most: number) {
    this.#fs = fs;
    this.#folder = folder;
    this.#most = most;
  }

  /**
   * Adds a record. Room for it is taken by the length of the file before anything is written, which all others see: of
   * those who take the last of it at once none goes beyond what is allowed.
   *
   * @param beside bytes that it takes elsewhere, for which room is taken here as well
   * @returns undefined where there is no room.
   */
  append(members: readonly RecordMember[], beside: number): RecordPlace | undefined {
    const parts = members.flatMap(({ name, body }) => {
      const size = body.reduce((sum, { length }) => sum + length, 0);
      return [headerOf(name, size), ...body, new Uint8Array(-size & (blockSize - 1))];
    });
    const bytes = parts.reduce((sum, { length }) => sum + length, 0);
    this.#own ??= this.#begin();
    const { number: segment, file, end } = this.#own;
    // Beyond the record are the zeros with which an archive ends.
    const before = Math.max(this.#fs.fstatSync(file).size, endBytes);
    const isLimited = this.#most !== Number.POSITIVE_INFINITY;
    this.#fs.ftruncateSync(file, before + bytes + (isLimited ? beside : 0));
    if (isLimited && this.#total() > this.#most) {
      this.#fs.ftruncateSync(file, end === 0 ? 0 : before);
      return undefined;
    }
    const record = new Uint8Array(bytes);
    let at = 0;
    for (const part of parts) {
      record.set(part, at);
      at += part.length;
    }
    this.#writeAt(file, record.subarray(blockSize), end + blockSize);
    this.#writeAt(file, record.subarray(0, blockSize), end);
    this.#own.end += bytes;
    return { segment, offset: end, bytes };
  }

  /** The members of the record at `place`, by name; undefined where there is none. */
  read({ segment, offset, bytes }: RecordPlace): ReadonlyMap<string, Uint8Array<ArrayBuffer>> | undefined {
    const found = this.#segmentOf(segment);
    if (found === undefined) return undefined;
    const { file } = found;
    // What is said of the place may be torn: no more is read than there is.
    if (offset + bytes > found.end) found.end = this.#fs.fstatSync(file).size;
    if (offset + bytes > found.end) return undefined;
    const record = new Uint8Array(bytes);
    for (let at = 0; at < bytes; ) {
      const count = this.#fs.readSync(file, record, at, bytes - at, offset + at);
      if (count === 0) return undefined;
      at += count;
    }
    const members = new Map<string, Uint8Array<ArrayBuffer>>();
    for (let at = 0; at < bytes; ) {
      const header = at + blockSize <= bytes ? parseHeader(record.subarray(at, at + blockSize)) : undefined;
      const start = at + blockSize;
      if (header === undefined || start + header.size > bytes) return undefined;
      // Of its own memory, which is given away.
      members.set(header.name, record.slice(start, start + header.size));
      at = start + header.size + (-header.size & (blockSize - 1));
    }
    return members;
  }

  close(): void {
    for (const { file } of this.#open.values()) this.#fs.closeSync(file);
    this.#open.clear();
    if (this.#own) this.#fs.closeSync(this.#own.file);
    this.#own = undefined;
  }

  #begin(): Segment & { readonly number: number } {
    for (;;) {
      const number = 1 + Math.floor(Math.random() * (2 ** 32 - 1));
      try {
        return { number, file: this.#fs.openSync(this.#pathOf(number), "wx+", 0o666), end: 0 };
      } catch (error) {
        if (codeOf(error) !== "EEXIST") throw error;
      }
    }
  }

  #segmentOf(number: number): Segment | undefined {
    if (number === this.#own?.number) return this.#own;
    const known = this.#open.get(number);
    if (known !== undefined) return known;
    let file: number;
    try {
      file = this.#fs.openSync(this.#pathOf(number), "r");
    } catch (error) {
      if (codeOf(error) === "ENOENT") return undefined;
      throw error;
    }
    const opened = { file, end: 0 };
    this.#open.set(number, opened);
    if (this.#open.size > mostOpen) {
      const [oldest, closing] = this.#open.entries().next().value!;
      this.#open.delete(oldest);
      this.#fs.closeSync(closing.file);
    }
    return opened;
  }

  #pathOf(segment: number): string {
    return `${this.#folder}/segment-${segment.toString(16).padStart(8, "0")}.tar`;
  }

  /** Bytes of all archives, those that are about to be written with them. */
  #total(): number {
    let total = 0;
    for (const name of this.#fs.readdirSync(this.#folder)) {
      if (!/^segment-[0-9a-f]{8}\.tar$/.test(name)) continue;
      total += this.#fs.statSync(`${this.#folder}/${name}`, { throwIfNoEntry: false })?.size ?? 0;
    }
    return total;
  }

  #writeAt(file: number, bytes: Uint8Array, to: number): void {
    for (let at = 0; at < bytes.length; )
      at += this.#fs.writeSync(file, bytes, at, bytes.length - at, to + at);
  }
}

/** The header of a member: a file with nothing to say of who and when, so that equal members have equal bytes. */
function headerOf(name: string, size: number): Uint8Array {
  const octal = (value: number, digits: number): string => value.toString(8).padStart(digits, "0");
  const fields: readonly (readonly [at: number, text: string])[] = [
    [0, name],
    [100, "0000644\0"],
    [108, "0000000\0"],
    [116, "0000000\0"],
    [124, `${octal(size, 11)}\0`],
    [136, "00000000000\0"],
    [148, "        0"],
    [257, "ustar\u000000"],
  ];
  const block = new Uint8Array(blockSize);
  for (const [at, text] of fields) for (let i = 0; i < text.length; i++) block[at + i] = text.charCodeAt(i);
  const sum = `${octal(
    block.reduce((total, byte) => total + byte, 0),
    6,
  )}\0 `;
  for (let i = 0; i < sum.length; i++) block[148 + i] = sum.charCodeAt(i);
  return block;
}
