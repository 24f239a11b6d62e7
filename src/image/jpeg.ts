/**
 * What a JPEG file says about itself before its pixels: size, components, orientation.
 *
 * Source: ITU-T T.81 annex B, CIPA DC-008 (Exif). Invariant: for a header that is accepted here, libjpeg reads the
 * same size; a native decoder that computes sizes in 32 bits is therefore never shown a hostile one. Anything unusual
 * (garbage between segments, 12 bits, lossless, arithmetic coding, CMYK) is not accepted: the general decoder takes
 * such files.
 */

/** A JPEG's header. */
export interface JpegHeader {
  readonly width: number;
  readonly height: number;
  /** 1 (grey) or 3 (colour). */
  readonly components: 1 | 3;
  /** EXIF orientation, 1 (upright) to 8. */
  readonly orientation: number;
}

/** libjpeg-turbo's own limit against files that make a decoder run for hours (`TJFLAG_LIMITSCANS`). */
const maxScans = 500;

/** Whether `bytes` begin as a JPEG file does. */
export function isJpeg(bytes: Uint8Array): boolean {
  return bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff;
}

/** The header of a JPEG of the usual kind; undefined for anything else. */
export function readJpegHeader(bytes: Uint8Array): JpegHeader | undefined {
  if (!isJpeg(bytes)) return undefined;
  let frame: Omit<JpegHeader, "orientation"> | undefined;
  let progressive = false;
  let orientation = 1;
  for (let at = 2; at + 4 <= bytes.length; ) {
    if (bytes[at] !== 0xff) return undefined;
    const marker = bytes[at + 1]!;
    if (marker === 0xff) {
      at++;
      continue;
    }
    // SOF1 to SOF15 without DHT, JPG and DAC; only baseline, extended and progressive Huffman are usual.
    const length = uint16(bytes, at + 2);
    if (marker < 0xc0 || (marker >= 0xd0 && marker <= 0xd9) || length < 2) return undefined;
    const end = at + 2 + length;
    if (end > bytes.length) return undefined;
    if (marker <= 0xc2) {
      if (frame !== undefined || length < 11 || bytes[at + 4] !== 8) return undefined;
      const components = bytes[at + 9]!;
      frame = {
        height: uint16(bytes, at + 5),
        width: uint16(bytes, at + 7),
        components: components as 1 | 3,
      };
      if (frame.height === 0 || frame.width === 0 || (components !== 1 && components !== 3)) return undefined;
      progressive = marker === 0xc2;
    } else if (marker <= 0xcf && marker !== 0xc4 && marker !== 0xcc) return undefined;
    else if (marker === 0xe1 && orientation === 1) orientation = readOrientation(bytes, at + 4, end);
    else if (marker === 0xda) {
      if (frame === undefined || (progressive && countScans(bytes, at) > maxScans)) return undefined;
      return { ...frame, orientation };
    }
    at = end;
  }
  return undefined;
}

/** Whether the file ends before its end-of-image marker. Trailing bytes after the marker do not matter. */
export function isTruncated(bytes: Uint8Array): boolean {
  for (let at = bytes.length - 2; at >= 2; at--)
    if (bytes[at] === 0xff && bytes[at + 1] === 0xd9) return false;
  return true;
}

/**
 * The most pixels that a JPEG of so many bytes can hold: each 8 x 8 block takes a bit at least, and all but one
 * component may be subsampled four times each way. More can only be a lie.
 */
export function mostPixels(byteLength: number): number {
  return byteLength * 8 * 64 * 16;
}

function countScans(bytes: Uint8Array, from: number): number {
  let scans = 0;
  for (let at = from; at >= 0 && scans <= maxScans; scans++) {
    at = bytes.indexOf(0xff, at + 1);
    while (at >= 0 && bytes[at + 1] !== 0xda) at = bytes.indexOf(0xff, at + 1);
  }
  return scans;
}

/** The orientation in an Exif segment; 1 where there is none that makes sense. */
function readOrientation(bytes: Uint8Array, start: number, end: number): number {
  // "Exif\0\0", then a TIFF header.
  if (end - start < 14 || uint32(bytes, start, false) !== 0x45786966 || uint16(bytes, start + 4) !== 0)
    return 1;
  const tiff = start + 6;
  const little = bytes[tiff] === 0x49;
  if (uint16(bytes, tiff) !== (little ? 0x4949 : 0x4d4d)) return 1;
  const directory = tiff + uint32(bytes, tiff + 4, little);
  if (directory + 2 > end) return 1;
  const count = uint16(bytes, directory, little);
  for (let i = 0; i < count; i++) {
    const entry = directory + 2 + 12 * i;
    if (entry + 12 > end) return 1;
    if (uint16(bytes, entry, little) !== 0x0112) continue;
    const orientation = uint16(bytes, entry + 8, little);
    return orientation >= 1 && orientation <= 8 ? orientation : 1;
  }
  return 1;
}

function uint16(bytes: Uint8Array, at: number, little = false): number {
  return little ? bytes[at]! | (bytes[at + 1]! << 8) : (bytes[at]! << 8) | bytes[at + 1]!;
}

function uint32(bytes: Uint8Array, at: number, little: boolean): number {
  const [high, low] = little ? [at + 2, at] : [at, at + 2];
  return uint16(bytes, high, little) * 65536 + uint16(bytes, low, little);
}
