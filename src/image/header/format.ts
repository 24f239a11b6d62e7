/**
 * Which format a file has, by its first bytes (and TGA by its last, or by numbers that make sense, as it has none of its
 * own).
 *
 * Only formats that are pixels are ever decoded: a general decoder would also render drawings, and a drawing of 263
 * bytes can take minutes. The others are here to be called by their names, and not damaged.
 */

/** A format of files. */
export interface Format {
  /** As decoders know it: `PNG`. */
  readonly name: FormatName;
  /** As a message says it: `a PNG image`. */
  readonly called: string;
}

/** First bytes, as text of one byte a character; `?` is any byte. */
const signatures = [
  ["GIF", "a GIF image", ["GIF87a", "GIF89a"]],
  ["WebP", "a WebP image", ["RIFF????WEBP"]],
  ["TIFF", "a TIFF image", ["II*\0", "MM\0*", "II+\0", "MM\0+"]],
  ["JPEG XL", "a JPEG XL image", ["\xff\x0a", "\0\0\0\x0cJXL "]],
  ["JPEG 2000", "a JPEG 2000 image", ["\0\0\0\x0cjP  ", "\xff\x4f\xff\x51"]],
  ["JPEG-LS", "a JPEG-LS image", ["\xff\xd8\xff\xf7"]],
  ["BMP", "a BMP image", ["BM"]],
  ["ICO", "an icon (ICO)", ["\0\0\x01\0", "\0\0\x02\0"]],
  ["PSD", "a Photoshop file", ["8BPS"]],
  ["EXR", "an OpenEXR image", ["v/1\x01"]],
  ["HDR", "a Radiance HDR image", ["#?RADIANCE", "#?RGBE"]],
  ["DDS", "a DDS texture", ["DDS "]],
  ["QOI", "a QOI image", ["qoif"]],
  ["FITS", "a FITS file", ["SIMPLE  ="]],
  ["PDF", "a PDF document", ["%PDF"]],
  ["PostScript", "a PostScript document", ["%!PS", "\xc5\xd0\xd3\xc6"]],
  ["gzip", "a compressed file (gzip), such as an SVGZ drawing,", ["\x1f\x8b"]],
  ["ZIP", "a ZIP archive", ["PK\x03\x04"]],
] as const;

/** Formats that are told apart. */
export type FormatName =
  | (typeof signatures)[number][0]
  | "JPEG"
  | "PNG"
  | "PNM"
  | "AVIF"
  | "HEIC"
  | "TGA"
  | "SVG"
  | "HTML"
  | "XML";

const jpeg: Format = { name: "JPEG", called: "a JPEG image" };
const png: Format = { name: "PNG", called: "a PNG image" };
const tga: Format = { name: "TGA", called: "a TGA image" };

/** The format of a file; undefined where it is none that is known. */
export function formatOf(bytes: Uint8Array): Format | undefined {
  // The usual ones by a look at four bytes.
  if (bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff && bytes[3] !== 0xf7) return jpeg;
  if (bytes[0] === 0x89 && bytes[1] === 0x50 && bytes[2] === 0x4e && bytes[3] === 0x47) return png;
  const head = text(bytes.subarray(0, 16));
  if (isTga(bytes)) return tga;
  const found = signatures.find(([, , starts]) => starts.some((start) => begins(head, start)));
  if (found !== undefined) return { name: found[0], called: found[1] };
  if (/^P[1-7FfM]\s/.test(head)) return { name: "PNM", called: "a PNM image (PBM, PGM, PPM)" };
  if (head.slice(4, 8) === "ftyp") return isoFormat(text(bytes.subarray(8, 64)));
  if (text(bytes.subarray(-18)) === "TRUEVISION-XFILE.\0") return tga;
  return markup(text(bytes.subarray(0, 4096)));
}

function text(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}

function begins(head: string, start: string): boolean {
  return head.length >= start.length && [...start].every((char, i) => char === "?" || char === head[i]);
}

/** Whether the first bytes are a TGA's: no palette or one of colours, a kind that there is, a size, bits of a pixel. */
function isTga(bytes: Uint8Array): boolean {
  if (bytes.length < 18) return false;
  const [palette, kind] = [bytes[1]!, bytes[2]!];
  const makesSense =
    palette === 0
      ? [2, 3, 10, 11].includes(kind) && bytes.subarray(3, 8).every((byte) => byte === 0)
      : palette === 1 && [1, 9].includes(kind) && depths.includes(bytes[7]!);
  const size = (bytes[12]! | bytes[13]!) * (bytes[14]! | bytes[15]!);
  return makesSense && size > 0 && depths.includes(bytes[16]!);
}

/** Bits of a pixel, or a colour, of TGA. */
const depths: readonly number[] = [8, 15, 16, 24, 32];

/** Of the formats in ISO base media files, by their brands. */
function isoFormat(brands: string): Format | undefined {
  if (/^(?:....)*?avi[fs]/s.test(brands)) return { name: "AVIF", called: "an AVIF image" };
  if (/^(?:....)*?(?:he[iv][cxms]|mif1|msf1)/s.test(brands)) return { name: "HEIC", called: "a HEIC image" };
  return undefined;
}

/** Of text, in bytes or in UTF-16. */
function markup(head: string): Format | undefined {
  const plain = head.replace(/\0/g, "").replace(/^(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)?\s*/, "");
  if (!plain.startsWith("<")) return undefined;
  if (/<(?:[\w.-]+:)?svg[\s>/]/i.test(plain)) return { name: "SVG", called: "an SVG drawing" };
  if (/<(?:!doctype html|html)[\s>]/i.test(plain)) return { name: "HTML", called: "a web page" };
  return { name: "XML", called: "a text (XML)" };
}
