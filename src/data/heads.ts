/**
 * Heads of parts that follow one another in a file, read one by one: an index is made of them.
 *
 * Where the parts are small, the file is read in chunks, in which heads lie close together; where they are large, the
 * heads alone are read, and the parts between them never. Which of the two costs less is a matter of the distance
 * between heads so far: on a disk they cost the same at some 32 kB, over a network, where each reading waits, at 1 MB.
 */
import { pacer } from "../core/event-loop.ts";
import { isThenable } from "../core/settle.ts";
import type { Awaitable } from "../sequence/sequence.ts";
import { type DataFile, readFrom } from "./data-file.ts";

/** Parts up to this size, on average, are read in chunks: of files that are here, and far away. */
const smallPart = { near: 2 ** 15, far: 2 ** 20 };

/** Bytes of a chunk. */
const chunk = { near: 2 ** 20, far: 2 ** 23 };

/** Bytes that are read of a file first, when nothing is known of it. */
const first = 2 ** 16;

/** Reads heads of one file, at offsets that only grow. */
export class Heads {
  readonly #file: DataFile;
  readonly #signal: AbortSignal | undefined;
  readonly #due = pacer();
  #memory: Uint8Array = new Uint8Array(first);
  /** What is in memory: bytes of the file from `#start` to `#end`. */
  #start = 0;
  #end = 0;
  #reads = 0;
  #place: "near" | "far" = "near";

  constructor(file: DataFile, signal: AbortSignal | undefined) {
    this.#file = file;
    this.#signal = signal;
  }

  /**
   * The bytes from `offset` on, `length` of them, and fewer only where the file ends; valid until the next call.
   *
   * @throws DataError if they cannot be read.
   */
  read(offset: number, length: number): Awaitable<Uint8Array> {
    this.#reads++;
    const end = Math.min(offset + length, this.#file.byteLength);
    if (offset >= this.#start && end <= this.#end)
      return this.#memory.subarray(offset - this.#start, end - this.#start);
    return this.#fill(offset, end);
  }

  #fill(offset: number, end: number): Awaitable<Uint8Array> {
    const mean = offset / this.#reads;
    const size =
      this.#reads === 1 ? first : mean < smallPart[this.#place] ? chunk[this.#place] : end - offset;
    const stop = Math.min(Math.max(offset + size, end), this.#file.byteLength);
    if (this.#memory.length < stop - offset) this.#memory = new Uint8Array(stop - offset);
    const target = this.#memory.subarray(0, stop - offset);
    const read = readFrom(this.#file, { offset }, (bytes) => bytes.readInto(target, offset, this.#signal));
    const filled = (): Uint8Array => {
      this.#start = offset;
      this.#end = stop;
      return target.subarray(0, end - offset);
    };
    if (isThenable(read)) {
      this.#place = "far";
      return Promise.resolve(read).then(filled);
    }
    const turn = this.#due();
    return turn === undefined ? filled() : turn.then(filled);
  }
}
