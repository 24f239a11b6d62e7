/** Memory for the bytes of small samples, many in one piece: memory of its own for each costs more than reading it. */

import type { DataLocation } from "../core/errors.ts";
import { whenThere } from "../core/settle.ts";
import type { Awaitable } from "../sequence/sequence.ts";
import { allocate } from "../tensor/arena.ts";
import { type DataFile, readFrom } from "./data-file.ts";

/** Bytes of a piece. */
const pieceSize = 2 ** 16;

/** Samples of more bytes get memory of their own: a piece lives as long as any sample in it. */
const largestShared = 2 ** 13;

let piece = new Uint8Array(0);
let used = 0;

/** Memory of `length` bytes, which nobody else is given; what is in it is to be overwritten. */
function roomFor(length: number): Uint8Array {
  if (length > largestShared) return new Uint8Array(allocate(length));
  if (used + length > piece.length) {
    piece = new Uint8Array(pieceSize);
    used = 0;
  }
  const room = piece.subarray(used, used + length);
  // Numbers in it may be looked at as they are, where they begin at a multiple of their size.
  used += (length + 7) & ~7;
  return room;
}

/**
 * The bytes of `file` from `start` up to, not including, `end`, in memory that nobody else has: at once where they are
 * here, else a promise.
 *
 * @throws DataError with the path and `location` if they cannot be read.
 */
export function readBytesFrom(
  file: DataFile,
  location: DataLocation,
  start: number,
  end: number,
  signal: AbortSignal,
): Awaitable<Uint8Array> {
  return readFrom(file, location, (bytes) => {
    const room = roomFor(end - start);
    const read = bytes.readInto(room, start, signal);
    return whenThere(read, () => room);
  });
}
