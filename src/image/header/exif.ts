/** The one fact of EXIF that pixels depend on: which way is up. CIPA DC-008, which is TIFF 6.0. */
import { uint16, uint32 } from "./integers.ts";

/** The orientation (1 to 8) that the TIFF file from `start` to `end` gives; 1 where there is none that makes sense. */
export function orientationIn(bytes: Uint8Array, start: number, end: number): number {
  const little = bytes[start] === 0x49;
  if (end - start < 8 || uint16(bytes, start) !== (little ? 0x4949 : 0x4d4d)) return 1;
  const directory = start + uint32(bytes, start + 4, little);
  if (directory + 2 > end) return 1;
  const count = uint16(bytes, directory, little);
  for (let i = 0; i < count; i++) {
    const entry = directory + 2 + 12 * i;
    if (entry + 12 > end) return 1;
    if (uint16(bytes, entry, little) !== 0x0112) continue;
    // A SHORT, or a LONG.
    const read = uint16(bytes, entry + 2, little) === 4 ? uint32 : uint16;
    const orientation = read(bytes, entry + 8, little);
    return orientation >= 1 && orientation <= 8 ? orientation : 1;
  }
  return 1;
}
