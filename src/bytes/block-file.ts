/**
 * Bytes of a far file on disk, as far as they have come: a file of the same length with what is there at its place, and one
 * of checksums, four bytes for each piece of 64 KiB.
 *
 * A piece is there exactly where its checksum says so, CRC-32 begun from the piece's number + 1, so that no piece passes
 * for another; 0 stands for none. It is written last, and nothing is ever locked: two who write a piece write the same
 * bytes, and what is torn by a kill, a power cut or a full disk is no piece. So are rows of `diskCache`.
 */
import { crc32Of, storedCrc32 } from "../core/crc32.ts";
import { type Fs, openToWrite } from "../core/file.ts";

/** Bytes that have a checksum together. */
export const pieceLength: number = 2 ** 16;

const markLength = 4;

/** A far file's bytes on disk, opened. */
export class BlockFile {
  readonly byteLength: number;
  readonly #fs: Fs;
  readonly #bytes: number;
  readonly #marks: number;
  readonly #scratch: Uint8Array = new Uint8Array(pieceLength);
  #closed = false;

  /** @throws Error of the system where the files beginning with `path` can neither be opened nor made. */
  constructor(fs: Fs, path: string, byteLength: number) {
    this.#fs = fs;
    this.byteLength = byteLength;
    this.#bytes = openToWrite(fs, `${path}.bytes`).file;
    try {
      this.#marks = openToWrite(fs, `${path}.crc32`).file;
    } catch (error) {
      fs.closeSync(this.#bytes);
      throw error;
    }
  }

  /** Fills `target` with the bytes from `start` on; false, and of no use what is in it, where they are not all there. */
  read(target: Uint8Array, start: number): boolean {
    // The system gives a number that was closed to the next file that anybody opens.
    if (this.#closed) return false;
    const end = start + target.length;
    const [first, last] = [Math.floor(start / pieceLength), Math.ceil(end / pieceLength)];
    const marks = new Uint32Array(Math.max(0, last - first));
    if (!this.#fill(this.#marks, new Uint8Array(marks.buffer), first * markLength)) return false;
    for (let piece = first; piece < last; piece++) {
      const at = piece * pieceLength;
      const length = Math.min(pieceLength, this.byteLength - at);
      const whole = at >= start && at + length <= end;
      const room = whole
        ? target.subarray(at - start, at - start + length)
        : this.#scratch.subarray(0, length);
      const mark = marks[piece - first]!;
      if (mark === 0 || !this.#fill(this.#bytes, room, at) || markOfPiece(room, piece) !== mark) return false;
      if (!whole) {
        const [from, to] = [Math.max(start, at), Math.min(end, at + length)];
        target.set(room.subarray(from - at, to - at), from - start);
      }
    }
    return true;
  }

  /** Whether all pieces were written, as far as their checksums are there. */
  get isComplete(): boolean {
    const marks = new Uint32Array(Math.ceil(this.byteLength / pieceLength));
    return !this.#closed && this.#fill(this.#marks, new Uint8Array(marks.buffer), 0) && !marks.includes(0);
  }

  /**
   * Writes whole pieces, those from `start` on; their checksums last.
   *
   * @throws Error of the system where that is not possible.
   */
  write(bytes: Uint8Array, start: number): void {
    if (this.#closed) return;
    const first = start / pieceLength;
    const marks = Uint32Array.from({ length: Math.ceil(bytes.length / pieceLength) }, (_, i) =>
      markOfPiece(bytes.subarray(i * pieceLength, (i + 1) * pieceLength), first + i),
    );
    this.#put(this.#bytes, bytes, start);
    this.#put(this.#marks, new Uint8Array(marks.buffer), first * markLength);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const file of [this.#bytes, this.#marks]) this.#fs.closeSync(file);
  }

  #fill(file: number, target: Uint8Array, start: number): boolean {
    for (let at = 0; at < target.length; ) {
      const count = this.#fs.readSync(file, target, at, target.length - at, start + at);
      if (count === 0) return false;
      at += count;
    }
    return true;
  }

  #put(file: number, bytes: Uint8Array, start: number): void {
    for (let at = 0; at < bytes.length; )
      at += this.#fs.writeSync(file, bytes, at, bytes.length - at, start + at);
  }
}

function markOfPiece(bytes: Uint8Array, piece: number): number {
  return storedCrc32(crc32Of(bytes, (piece + 1) >>> 0));
}
