/**
 * Rows on disk: an `.npy` file for each leaf, all of full length from the start, and one of checksums.
 *
 * A row is there exactly where its checksum says so: CRC-32 over the row's bytes of all leaves, begun from the row's number
 * + 1, so that no row passes for another; 0 stands for none. It is written last, and nothing is ever locked: as samples
 * are pure, two who write one row write the same bytes, and what is torn by a kill, a power cut or a full disk is no row.
 * Files that are missing, short or of another head are made good by whoever opens them: what they should be follows from
 * the layout alone.
 */
import { codeOf, type Fs } from "../../core/file.ts";
import { node } from "../../core/node.ts";
import { bytesPerElement, type TypedArray, viewOf } from "../../tensor/dtype.ts";
import { sizeOf } from "../../tensor/tensor.ts";
import { writeNpyHeader } from "../array/npy-header.ts";
import type { LeafLayout, RowLayout } from "./row.ts";

/** A leaf's file. */
interface LeafFile {
  readonly leaf: LeafLayout;
  readonly file: number;
  /** Where its first row begins. */
  readonly start: number;
  readonly rowBytes: number;
}

/** The leaf of the checksums. */
const checksums: LeafLayout = { path: "checksums", kind: "number", dtype: "uint32", shape: [] };

/** The rows in a folder, opened. */
export class RowFiles {
  readonly layout: RowLayout;
  /** Whether rows can be written; else they are only read. */
  readonly writable: boolean;
  readonly #fs: Fs;
  readonly #columns: readonly LeafFile[];
  readonly #marks: LeafFile;
  readonly #crc32: (bytes: Uint8Array, before: number) => number;
  readonly #mark = new Uint32Array(1);
  #closed = false;

  private constructor(fs: Fs, layout: RowLayout, columns: readonly LeafFile[], writable: boolean) {
    this.layout = layout;
    this.writable = writable;
    this.#fs = fs;
    this.#columns = columns.slice(0, -1);
    this.#marks = columns.at(-1)!;
    this.#crc32 = node("zlib").crc32;
  }

  /**
   * Opens the files in `folder`, and makes what is missing.
   *
   * @throws Error of the system where one cannot be opened, or is not what it should be and cannot be changed.
   */
  static open(fs: Fs, folder: string, layout: RowLayout, length: number): RowFiles {
    const opened: LeafFile[] = [];
    let writable = true;
    try {
      for (const [i, leaf] of [...layout.leaves, checksums].entries()) {
        const path = `${folder}/${fileNames(layout)[i]}`;
        const column = openColumn(fs, path, leaf, length);
        writable &&= column.writable;
        opened.push(column);
      }
    } catch (error) {
      for (const { file } of opened) fs.closeSync(file);
      throw error;
    }
    return new RowFiles(fs, layout, opened, writable);
  }

  /** Bytes that a row takes. */
  get rowBytes(): number {
    return this.#columns.reduce((sum, { rowBytes }) => sum + rowBytes, this.#marks.rowBytes);
  }

  /** The row `index` in fresh memory; undefined where it is not there, or not whole. */
  read(index: number): TypedArray[] | undefined {
    // The system gives a number that was closed to the next file that anybody opens.
    if (this.#closed) return undefined;
    this.#readAt(this.#marks, index, bytesOf(this.#mark));
    const mark = this.#mark[0]!;
    if (mark === 0) return undefined;
    let sum = (index + 1) >>> 0;
    const data: TypedArray[] = [];
    for (const column of this.#columns) {
      const bytes = new Uint8Array(column.rowBytes);
      this.#readAt(column, index, bytes);
      sum = this.#checksum(bytes, sum);
      data.push(viewOf(column.leaf.dtype, bytes.buffer));
    }
    return markOf(sum) === mark ? data : undefined;
  }

  /** Writes the row `index`; its checksum last. */
  write(index: number, data: readonly TypedArray[]): void {
    if (this.#closed) return;
    let sum = (index + 1) >>> 0;
    for (const [i, column] of this.#columns.entries()) {
      const bytes = bytesOf(data[i]!);
      this.#writeAt(column, index, bytes);
      sum = this.#checksum(bytes, sum);
    }
    this.#mark[0] = markOf(sum);
    this.#writeAt(this.#marks, index, bytesOf(this.#mark));
  }

  /** CRC-32 of `bytes` that go on from `sum`; of no bytes at all zlib says 0 where they have no address. */
  #checksum(bytes: Uint8Array, sum: number): number {
    return bytes.length === 0 ? sum : this.#crc32(bytes, sum);
  }

  close(): void {
    this.#closed = true;
    for (const { file } of [...this.#columns, this.#marks]) this.#fs.closeSync(file);
  }

  /** Fills `target`; what is beyond the end of a file that was cut since stays what it is. */
  #readAt({ file, start, rowBytes }: LeafFile, index: number, target: Uint8Array): void {
    for (let at = 0; at < rowBytes; ) {
      const count = this.#fs.readSync(file, target, at, rowBytes - at, start + index * rowBytes + at);
      if (count === 0) {
        target.fill(0, at);
        return;
      }
      at += count;
    }
  }

  #writeAt({ file, start, rowBytes }: LeafFile, index: number, bytes: Uint8Array): void {
    for (let at = 0; at < rowBytes; )
      at += this.#fs.writeSync(file, bytes, at, rowBytes - at, start + index * rowBytes + at);
  }
}

/** A checksum as it stands in the file, where 0 is none. */
function markOf(sum: number): number {
  return sum === 0 ? 0xffffffff : sum;
}

/** Names of the leaves' files, and last that of the checksums. */
export function fileNames({ leaves }: RowLayout): readonly string[] {
  const names = new Set<string>();
  for (const [i, { path }] of [...leaves, checksums].entries()) {
    const name = path === "" ? "sample" : path.replace(/[^\w.-]/g, "_");
    // Some systems take A and a for one.
    const taken = [...names, "checksums"].some((other) => other.toLowerCase() === name.toLowerCase());
    names.add(taken && i < leaves.length ? `${name}-${i}` : name);
  }
  return [...names].map((name) => `${name}.npy`);
}

/** Opens one file, made as it should be. */
function openColumn(
  fs: Fs,
  path: string,
  leaf: LeafLayout,
  length: number,
): LeafFile & { writable: boolean } {
  const { file, writable } = openToWrite(fs, path);
  try {
    const head = writeNpyHeader({ shape: [length, ...leaf.shape], dtype: leaf.dtype });
    const rowBytes = sizeOf(leaf.shape) * bytesPerElement(leaf.dtype);
    const size = head.length + length * rowBytes;
    if (fs.fstatSync(file).size !== size) fs.ftruncateSync(file, size);
    const found = new Uint8Array(head.length);
    fs.readSync(file, found, 0, found.length, 0);
    if (!found.every((byte, i) => byte === head[i])) {
      for (let at = 0; at < head.length; ) at += fs.writeSync(file, head, at, head.length - at, at);
    }
    return { leaf, file, start: head.length, rowBytes, writable };
  } catch (error) {
    fs.closeSync(file);
    throw error;
  }
}

/** Opens a file for reading and, where that is allowed, writing; where it is not there it is made, empty. */
function openToWrite(fs: Fs, path: string): { readonly file: number; readonly writable: boolean } {
  const { O_RDWR, O_CREAT, O_RDONLY } = fs.constants;
  try {
    return { file: fs.openSync(path, O_RDWR | O_CREAT, 0o666), writable: true };
  } catch (error) {
    if (!["EACCES", "EPERM", "EROFS"].includes(codeOf(error) ?? "")) throw error;
    return { file: fs.openSync(path, O_RDONLY), writable: false };
  }
}

/** The bytes of an array, in memory that is no other thread's. */
function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  const bytes = new Uint8Array(buffer, byteOffset, byteLength);
  return buffer instanceof ArrayBuffer ? bytes : bytes.slice();
}
