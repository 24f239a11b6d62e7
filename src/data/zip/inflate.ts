/** Bytes that were compressed by deflate. */
import { builtin } from "../../core/node.ts";
import { whenThere } from "../../core/settle.ts";
import type { Awaitable } from "../../sequence/sequence.ts";

/**
 * What `packed` is unpacked, which is `size` bytes: at once where the platform can, else a promise.
 *
 * @throws Error if it is no such thing.
 */
export function inflateRaw(packed: Uint8Array, size: number): Awaitable<Uint8Array> {
  const zlib = builtin("zlib");
  if (zlib === undefined) {
    const unpacked = new Uint8Array(size);
    return whenThere(inflateInto(packed, unpacked), () => unpacked);
  }
  try {
    // One byte more, so that it need not ask for another piece of memory to find that it is at the end.
    const options = { maxOutputLength: size + 1, chunkSize: Math.max(64, size + 1) };
    const { buffer, byteOffset, length } = zlib.inflateRawSync(packed, options);
    if (length === size) return new Uint8Array(buffer, byteOffset, length);
  } catch (cause) {
    throw damaged(cause);
  }
  throw damaged();
}

/**
 * Fills `target` with what `packed` is unpacked, a piece at a time.
 *
 * @throws Error if that is not as many bytes, or `packed` is no such thing.
 */
export async function inflateInto(packed: Uint8Array, target: Uint8Array): Promise<void> {
  const stream = new Blob([packed as Uint8Array<ArrayBuffer>]).stream();
  // Not by `for await`, which WebKit's streams do not know.
  const reader = stream.pipeThrough(new DecompressionStream("deflate-raw")).getReader();
  let length = 0;
  try {
    while (length <= target.length) {
      const { done, value } = await reader.read();
      if (done) break;
      if (length + value.length <= target.length) target.set(value, length);
      length += value.length;
    }
  } catch (cause) {
    throw damaged(cause);
  } finally {
    reader.cancel().catch(() => {});
  }
  if (length !== target.length) throw damaged();
}

function damaged(cause?: unknown): Error {
  return new Error("Its compressed data are damaged.", cause === undefined ? {} : { cause });
}
