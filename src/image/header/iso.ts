/** ISO base media files (AVIF, HEIC, JPEG XL and 2000): boxes one behind the other, each with its length. ISO/IEC 14496-12. */
import { uint32 } from "./integers.ts";

/** Whether the file ends within a box. */
export function endsInBox(bytes: Uint8Array): boolean {
  for (let at = 0; at < bytes.length; ) {
    const short = uint32(bytes, at);
    // 0: up to the end of the file, 1: the length has eight bytes and stands behind the name.
    if (short === 0) return false;
    const length = short === 1 ? uint32(bytes, at + 8) * 2 ** 32 + uint32(bytes, at + 12) : short;
    if (!(length >= 8)) return false;
    at += length;
    if (at > bytes.length) return true;
  }
  return false;
}
