/**
 * Rows on disk: an `.npy` file for each leaf of one shape, of full length from the start; archives for what has none, and
 * an index, which says of each row where its record lies in them and has a checksum for each leaf.
 *
 * A leaf is there exactly where its checksum says so: CRC-32 over its bytes, begun from the numbers of row and leaf, so
 * that none passes for another; 0 stands for none. Checksums are written last, and nothing is ever locked: as samples are
 * pure, two who write one row write the same bytes, and what is torn by a kill, a power cut or a full disk is no row.
 * Files that are missing, short or of another head are made good by whoever opens them: what they should be follows from
 * the layout alone.
 */
import { crc32Of, storedCrc32 } from "../../core/crc32.ts";
import { type Fs, openToWrite } from "../../core/file.ts";
import { bytesPerElement, type TypedArray, viewOf } from "../../tensor/dtype.ts";
import { sameShape, sizeOf } from "../../tensor/tensor.ts";
import { readNpyHeader, writeNpyHeader } from "../array/npy-header.ts";
import {
  isRunLater,
  type KeptLeaf,
  type LeafLayout,
  type RowLayout,
  type RowLeaf,
  type SampleRow,
} from "./row.ts";
import { type RecordMember, type RecordPlace, Segments } from "./segments.ts";

/** A file of rows. */
interface RowFile {
  readonly file: number;
  /** Where its first row begins. */
  readonly start: number;
  readonly rowBytes: number;
  readonly writable: boolean;
}

/** A row as it is kept, but for leaves that are read when they are run. */
export type KeptRow = readonly (RowLeaf | KeptLeaf)[];

/** Numbers in the index before the checksums: the segment, the offset and the length of the record. */
const placeNumbers = 3;

/** The rows in a folder, opened. */
export class RowFiles {
  readonly layout: RowLayout;
  /** Whether rows can be written; else they are only read. */
  readonly writable: boolean;
  readonly #fs: Fs;
  /** By leaf; undefined of those that are in archives. */
  readonly #columns: readonly (RowFile | undefined)[];
  readonly #index: RowFile;
  /** A row of the index: 64 bits a number, low half first. */
  readonly #entry: Uint32Array;
  readonly #segments: Segments;
  /** The end of the names of each leaf's members. */
  readonly #endings: readonly string[];
  /** Bytes that a row takes beside its record. */
  readonly #rowBytes: number;
  /** Whether each row has a record. */
  readonly #varies: boolean;
  /** Rows from this one on are not kept. */
  readonly #end: number;
  #closed = false;

  private constructor(
    fs: Fs,
    folder: string,
    layout: RowLayout,
    files: { readonly columns: readonly (RowFile | undefined)[]; readonly index: RowFile },
    { length, maxBytes }: { readonly length: number; readonly maxBytes: number },
  ) {
    const { columns, index } = files;
    this.layout = layout;
    this.writable = index.writable && columns.every((column) => column?.writable ?? true);
    this.#fs = fs;
    this.#columns = columns;
    this.#index = index;
    this.#entry = new Uint32Array(index.rowBytes / 4);
    this.#endings = namesOf(layout).map((name, i) => (isRaw(layout.leaves[i]!) ? name : `${name}.npy`));
    this.#rowBytes = columns.reduce((sum, column) => sum + (column?.rowBytes ?? 0), index.rowBytes);
    this.#varies = columns.includes(undefined);
    // Where each row has a record, archives take the room for both; else a row is no exception to what comes first.
    this.#end = this.#varies ? length : Math.min(length, Math.floor(maxBytes / this.#rowBytes));
    const most = this.#varies ? maxBytes : maxBytes - this.#end * this.#rowBytes;
    this.#segments = new Segments(fs, folder, most);
  }

  /**
   * Opens the files in `folder`, and makes what is missing.
   *
   * @throws Error of the system where one cannot be opened, or is not what it should be and cannot be changed.
   */
  static open(
    fs: Fs,
    folder: string,
    layout: RowLayout,
    limits: { readonly length: number; readonly maxBytes: number },
  ): RowFiles {
    const opened: RowFile[] = [];
    try {
      const open = (name: string, form: Pick<LeafLayout, "dtype" | "shape">): RowFile | undefined => {
        if (form.shape === null) return undefined;
        const shape = [limits.length, ...form.shape];
        const file = openRows(fs, `${folder}/${name}.npy`, { dtype: form.dtype, shape });
        opened.push(file);
        return file;
      };
      const names = namesOf(layout);
      const columns = layout.leaves.map((leaf, i) => open(names[i]!, leaf));
      const index = open(indexName, { dtype: "int64", shape: [placeNumbers + columns.length] })!;
      return new RowFiles(fs, folder, layout, { columns, index }, limits);
    } catch (error) {
      for (const { file } of opened) fs.closeSync(file);
      throw error;
    }
  }

  /** Whether the row `index` has a place where there is not room for all. */
  isKept(index: number): boolean {
    return index < this.#end;
  }

  /**
   * The row `index` in fresh memory; undefined where it is not there, or not whole.
   *
   * @param later what a leaf is that is run to be had, and is then read by {@link readInto}; without it all are read now
   */
  read(
    index: number,
    later?: (leaf: number, checksum: number, shape: readonly number[]) => KeptLeaf,
  ): KeptRow | undefined {
    // The system gives a number that was closed to the next file that anybody opens.
    if (this.#closed) return undefined;
    readAt(this.#fs, this.#index, index, bytesOf(this.#entry));
    const entry = this.#entry;
    const { leaves } = this.layout;
    for (let i = 0; i < leaves.length; i++) if (entry[2 * (placeNumbers + i)] === 0) return undefined;
    const place = placeIn(entry);
    const record = place.bytes > 0 ? this.#segments.read(place) : undefined;
    if (place.bytes > 0 && record === undefined) return undefined;
    const row: (RowLeaf | KeptLeaf)[] = [];
    for (const [i, leaf] of leaves.entries()) {
      const checksum = entry[2 * (placeNumbers + i)]!;
      const member = record?.get(`${index}.${this.#endings[i]}`);
      const column = this.#columns[i];
      if (member === undefined && column === undefined) return undefined;
      if (member === undefined && later && isRunLater(leaf)) {
        row.push(later(i, checksum, leaf.shape!));
        continue;
      }
      const bytes = member ?? new Uint8Array(column!.rowBytes);
      if (member === undefined) readAt(this.#fs, column!, index, bytes);
      if (this.#checksum([bytes], index, i) !== checksum) return undefined;
      row.push(
        member ? unpack(leaf, member) : { shape: leaf.shape!, data: viewOf(leaf.dtype, bytes.buffer) },
      );
    }
    return row;
  }

  /** Reads a leaf of row `index` from its file into `out`; false where it is not that of `checksum` there. */
  readInto(index: number, leaf: number, checksum: number, out: TypedArray): boolean {
    const column = this.#columns[leaf];
    if (this.#closed || column === undefined) return false;
    const bytes = new Uint8Array(out.buffer, out.byteOffset, out.byteLength);
    if (bytes.length !== column.rowBytes) return false;
    readAt(this.#fs, column, index, bytes);
    return this.#checksum([bytes], index, leaf) === checksum;
  }

  /** Writes the row `index`, its checksums last, where there is room. */
  write(index: number, { leaves }: SampleRow): void {
    if (this.#closed || !this.isKept(index)) return;
    const bodies = leaves.map((leaf, i): readonly Uint8Array[] => {
      const form = this.layout.leaves[i]!;
      const bytes = bytesOf(leaf.data);
      if (form.shape && sameShape(form.shape, leaf.shape)) return [bytes];
      return isRaw(form) ? [bytes] : [writeNpyHeader({ dtype: form.dtype, shape: leaf.shape }), bytes];
    });
    const members: RecordMember[] = [];
    for (const [i, body] of bodies.entries()) {
      const { shape } = this.layout.leaves[i]!;
      if (!(shape && sameShape(shape, leaves[i]!.shape)))
        members.push({ name: `${index}.${this.#endings[i]}`, body });
    }
    const place =
      members.length === 0 ? nowhere : this.#segments.append(members, this.#varies ? this.#rowBytes : 0);
    if (place === undefined) return;
    const entry = this.#entry.fill(0);
    for (const [i, number] of [place.segment, place.offset, place.bytes].entries()) {
      entry[2 * i] = number;
      entry[2 * i + 1] = Math.floor(number / 2 ** 32);
    }
    for (const [i, body] of bodies.entries()) {
      const column = this.#columns[i];
      if (column && sameShape(this.layout.leaves[i]!.shape!, leaves[i]!.shape))
        writeAt(this.#fs, column, index, body[0]!);
      entry[2 * (placeNumbers + i)] = this.#checksum(body, index, i);
    }
    writeAt(this.#fs, this.#index, index, bytesOf(entry));
  }

  /** CRC-32 of the bytes of a leaf, as it stands in the index, where 0 is none. */
  #checksum(body: readonly Uint8Array[], index: number, leaf: number): number {
    let sum = (index + 1 + Math.imul(leaf, 0x9e3779b1)) >>> 0;
    // Of no bytes at all zlib says 0 where they have no address.
    for (const bytes of body) if (bytes.length > 0) sum = crc32Of(bytes, sum);
    return storedCrc32(sum);
  }

  close(): void {
    this.#closed = true;
    for (const column of [...this.#columns, this.#index]) if (column) this.#fs.closeSync(column.file);
    this.#segments.close();
  }
}

const nowhere: RecordPlace = { segment: 0, offset: 0, bytes: 0 };

function placeIn(entry: Uint32Array): RecordPlace {
  const number = (i: number): number => entry[2 * i]! + entry[2 * i + 1]! * 2 ** 32;
  return { segment: number(0), offset: number(1), bytes: number(2) };
}

/** Whether a leaf that is in an archive is there as it is: texts, and bytes. Others have a head of numpy's. */
function isRaw({ kind, dtype }: LeafLayout): boolean {
  return kind === "string" || (kind === "array" && dtype === "uint8");
}

/** A leaf out of an archive. Its checksum is right, so that it is what was written. */
function unpack(form: LeafLayout, member: Uint8Array<ArrayBuffer>): RowLeaf {
  if (isRaw(form)) return { shape: [member.length], data: member };
  const { shape, dtype, dataStart } = readNpyHeader(member);
  return { shape, data: viewOf(dtype, member.slice(dataStart).buffer) };
}

const indexName = "index";

/** Names of the leaves' files, or in archives of their members. */
function namesOf({ leaves }: RowLayout): readonly string[] {
  const names = new Set<string>();
  for (const [i, { path }] of leaves.entries()) {
    const name = path === "" ? "sample" : path.replace(/[^\w.-]/g, "_").slice(0, 60);
    // Some systems take A and a for one.
    const isTaken = (wanted: string): boolean =>
      [...names, indexName].some((other) => other.toLowerCase() === wanted.toLowerCase());
    let free = name;
    for (let n = i; isTaken(free); n++) free = `${name}-${n}`;
    names.add(free);
  }
  return [...names];
}

/** Files of a cache with this layout, for those who read it elsewhere: by leaf, null of those in archives. */
export function fileNames(layout: RowLayout): readonly (string | null)[] {
  return namesOf(layout).map((name, i) => (layout.leaves[i]!.shape === null ? null : `${name}.npy`));
}

/** Opens one file, made as it should be: a row for each step of the first axis. */
function openRows(
  fs: Fs,
  path: string,
  form: { readonly dtype: LeafLayout["dtype"]; readonly shape: readonly number[] },
): RowFile {
  const { file, writable } = openToWrite(fs, path);
  try {
    const head = writeNpyHeader(form);
    const [length, ...row] = form.shape;
    const rowBytes = sizeOf(row) * bytesPerElement(form.dtype);
    const size = head.length + length! * rowBytes;
    if (fs.fstatSync(file).size !== size) fs.ftruncateSync(file, size);
    const found = new Uint8Array(head.length);
    fs.readSync(file, found, 0, found.length, 0);
    if (!found.every((byte, i) => byte === head[i])) {
      for (let at = 0; at < head.length; ) at += fs.writeSync(file, head, at, head.length - at, at);
    }
    return { file, start: head.length, rowBytes, writable };
  } catch (error) {
    fs.closeSync(file);
    throw error;
  }
}

/** Fills `target`; what is beyond the end of a file that was cut since is zeros. */
function readAt(fs: Fs, { file, start, rowBytes }: RowFile, index: number, target: Uint8Array): void {
  for (let at = 0; at < rowBytes; ) {
    const count = fs.readSync(file, target, at, rowBytes - at, start + index * rowBytes + at);
    if (count === 0) {
      target.fill(0, at);
      return;
    }
    at += count;
  }
}

function writeAt(fs: Fs, { file, start, rowBytes }: RowFile, index: number, bytes: Uint8Array): void {
  for (let at = 0; at < rowBytes; )
    at += fs.writeSync(file, bytes, at, rowBytes - at, start + index * rowBytes + at);
}

/** The bytes of an array, in memory that is no other thread's. */
function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  const bytes = new Uint8Array(buffer, byteOffset, byteLength);
  return buffer instanceof ArrayBuffer ? bytes : bytes.slice();
}
