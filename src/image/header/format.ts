/**
 * Which format a file has, by its first bytes.
 *
 * Only formats that are pixels are handed to the general decoder: it would also render drawings, and a drawing of 263
 * bytes can take minutes. The others are here to be called by their names.
 */

/** A format of files. */
export interface Format {
  /** As a message says it: `a PNG image`. */
  readonly name: string;
  /** Who decodes it: every build of sharp, some builds, or nobody here. */
  readonly decoded: "always" | "sometimes" | "never";
}

type Signature = readonly [name: string, decoded: Format["decoded"], ...starts: readonly string[]];

/** First bytes, as text of one byte a character; `?` is any byte. */
const signatures: readonly Signature[] = [
  ["a JPEG image", "always", "\xff\xd8\xff"],
  ["a PNG image", "always", "\x89PNG\r\n\x1a\n"],
  ["a GIF image", "always", "GIF87a", "GIF89a"],
  ["a WebP image", "always", "RIFF????WEBP"],
  ["a TIFF image", "always", "II*\0", "MM\0*", "II+\0", "MM\0+"],
  ["a JPEG XL image", "sometimes", "\xff\x0a", "\0\0\0\x0cJXL "],
  ["a JPEG 2000 image", "sometimes", "\0\0\0\x0cjP  ", "\xff\x4f\xff\x51"],
  ["a BMP image", "never", "BM"],
  ["an icon (ICO)", "never", "\0\0\x01\0", "\0\0\x02\0"],
  ["a Photoshop file", "never", "8BPS"],
  ["an OpenEXR image", "never", "v/1\x01"],
  ["a Radiance HDR image", "never", "#?RADIANCE", "#?RGBE"],
  ["a DDS texture", "never", "DDS "],
  ["a QOI image", "never", "qoif"],
  ["a FITS file", "never", "SIMPLE  ="],
  ["a PDF document", "never", "%PDF"],
  ["a PostScript document", "never", "%!PS", "\xc5\xd0\xd3\xc6"],
  ["a compressed file (gzip), such as an SVGZ drawing,", "never", "\x1f\x8b"],
  ["a ZIP archive", "never", "PK\x03\x04"],
];

/** The format of a file; undefined where it is none that is known. */
export function formatOf(bytes: Uint8Array): Format | undefined {
  const head = text(bytes.subarray(0, 16));
  const found = signatures.find(([, , ...starts]) => starts.some((start) => begins(head, start)));
  if (found !== undefined) return { name: found[0], decoded: found[1] };
  if (/^P[1-7FfM]\s/.test(head)) return { name: "a PNM image (PBM, PGM, PPM)", decoded: "sometimes" };
  if (head.slice(4, 8) === "ftyp") return isoFormat(text(bytes.subarray(8, 64)));
  return markup(text(bytes.subarray(0, 4096)));
}

function text(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}

function begins(head: string, start: string): boolean {
  return head.length >= start.length && [...start].every((char, i) => char === "?" || char === head[i]);
}

/** Of the formats in ISO base media files, by their brands. */
function isoFormat(brands: string): Format | undefined {
  if (/^(?:....)*?avi[fs]/s.test(brands)) return { name: "an AVIF image", decoded: "always" };
  if (/^(?:....)*?(?:he[iv][cxms]|mif1|msf1)/s.test(brands))
    return { name: "a HEIC image", decoded: "sometimes" };
  return undefined;
}

/** Of text, in bytes or in UTF-16. */
function markup(head: string): Format | undefined {
  const plain = head.replace(/\0/g, "").replace(/^(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)?\s*/, "");
  if (!plain.startsWith("<")) return undefined;
  if (/<(?:[\w.-]+:)?svg[\s>/]/i.test(plain)) return { name: "an SVG drawing", decoded: "never" };
  if (/<(?:!doctype html|html)[\s>]/i.test(plain)) return { name: "a web page", decoded: "never" };
  return { name: "a text (XML)", decoded: "never" };
}
