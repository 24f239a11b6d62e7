/**
 * A digest of bytes that have no version of their own, read in pieces: of any number of them in little memory.
 *
 * Each piece is hashed behind the digest of those before it, as Merkle and Damgård make a hash of a function of blocks:
 * SHA-256 of whole messages is all that a page has. Limit: a page without https has none, and there two contents in 2^32
 * have one digest.
 */
import { hashBytes, hashWord, hexOf } from "../core/hash.ts";
import type { Bytes } from "./bytes.ts";

const digestLength = 32;

/** Bytes that are read at a time. */
const pieceLength = 2 ** 20;

interface Subtle {
  digest(name: string, message: Uint8Array): Promise<ArrayBuffer>;
}

/** Names the content of `bytes`; the same everywhere for the same bytes. */
export async function digestOf(bytes: Bytes, signal?: AbortSignal): Promise<string> {
  const { byteLength } = bytes;
  const subtle = (globalThis as { readonly crypto?: { readonly subtle?: Subtle } }).crypto?.subtle;
  const room = new Uint8Array(digestLength + Math.min(pieceLength, byteLength));
  let plain = hashWord(byteLength >>> 0, Math.floor(byteLength / 2 ** 32));
  for (let at = 0; at < byteLength || at === 0; at += pieceLength) {
    const message = room.subarray(0, digestLength + Math.min(pieceLength, byteLength - at));
    const piece = message.subarray(digestLength);
    await bytes.readInto(piece, at, signal);
    if (subtle === undefined) plain = hashWord(plain ^ (plain >>> 15), hashBytes(piece));
    else room.set(new Uint8Array(await subtle.digest("SHA-256", message)));
    signal?.throwIfAborted();
  }
  if (subtle === undefined) return hexOf(plain);
  return Array.from(room.subarray(0, digestLength / 2), (byte) => byte.toString(16).padStart(2, "0")).join(
    "",
  );
}
