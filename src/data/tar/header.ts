/**
 * Headers of tar archives: what one block of 512 bytes, and the records of PAX, say of a member.
 *
 * Source: POSIX.1-2017, pax, "ustar Interchange Format" and "pax Header Block"; GNU tar manual, "Basic Tar Format".
 */

/** Everything in an archive begins at a multiple of this. */
export const blockSize = 512;

/** What a header says. */
export interface TarHeader {
  readonly name: string;
  /** Bytes of the member that follow. */
  readonly size: number;
  /** The type flag: "0" of a file. */
  readonly type: string;
  /** The name of what a link leads to. */
  readonly link: string;
}

const utf8 = new TextDecoder("utf-8", { ignoreBOM: true, fatal: true });
/** Has a character for every byte, so that two names are never one. */
const latin1 = new TextDecoder("latin1");

/** A name, or what else is text: most often UTF-8. */
function decode(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    return latin1.decode(bytes);
  }
}

/** Whether a block has only zeros in it. */
export function isZero(block: Uint8Array): boolean {
  for (let i = 0; i < block.length; i++) if (block[i] !== 0) return false;
  return true;
}

/** The header in `block`; undefined if it is none: its checksum is of other bytes. */
export function parseHeader(block: Uint8Array): TarHeader | undefined {
  const expected = numberIn(block, 148, 8);
  if (expected === undefined || !hasSum(block, expected)) return undefined;
  const size = numberIn(block, 124, 12);
  if (size === undefined || size > Number.MAX_SAFE_INTEGER) return undefined;
  let name = textIn(block, 0, 100);
  // "ustar" and a zero; GNU's own has a space there, and keeps other things behind.
  const isPosix = block[257] === 0x75 && block[261] === 0x72 && block[262] === 0;
  if (isPosix && block[345] !== 0) name = `${textIn(block, 345, 155)}/${name}`;
  const flag = block[156]!;
  const type = flag === 0 || flag === 0x37 ? "0" : String.fromCharCode(flag);
  // Before there were types, a folder was a name with a slash at its end.
  const link = type === "1" ? textIn(block, 157, 100) : "";
  return { name, size, type: type === "0" && name.endsWith("/") ? "5" : type, link };
}

/** Whether the bytes of `block` add up to `sum`, its own field taken for spaces; old programs took bytes as signed. */
function hasSum(block: Uint8Array, sum: number): boolean {
  let total = 8 * 32;
  for (let i = 0; i < 148; i++) total += block[i]!;
  for (let i = 156; i < blockSize; i++) total += block[i]!;
  if (total === sum) return true;
  let high = 0;
  for (let i = 0; i < blockSize; i++) if ((i < 148 || i >= 156) && block[i]! > 127) high++;
  return total - 256 * high === sum;
}

/** A number in octal digits, or, where the first bit is set, in base 256; undefined if it is neither. */
function numberIn(block: Uint8Array, start: number, length: number): number | undefined {
  const end = start + length;
  let value = 0;
  if (block[start]! >= 0x80) {
    if (block[start] !== 0x80) return undefined;
    for (let i = start + 1; i < end; i++) value = value * 256 + block[i]!;
    return value;
  }
  let i = start;
  while (i < end && block[i] === 32) i++;
  for (; i < end && block[i] !== 0 && block[i] !== 32; i++) {
    const digit = block[i]! - 48;
    if (digit < 0 || digit > 7) return undefined;
    value = value * 8 + digit;
  }
  return value;
}

function textIn(block: Uint8Array, start: number, length: number): string {
  let end = start;
  while (end < start + length && block[end] !== 0) end++;
  return decode(block.subarray(start, end));
}

/** The text in the member of a long name of GNU's. */
export function longName(data: Uint8Array): string {
  return textIn(data, 0, data.length);
}

/** What the records of PAX say of the member that comes after them; undefined if they are none. */
export function parsePax(data: Uint8Array): ReadonlyMap<string, string> | undefined {
  const records = new Map<string, string>();
  for (let at = 0; at < data.length && data[at] !== 0; ) {
    const space = data.indexOf(32, at);
    const length = space < 0 ? Number.NaN : Number(decode(data.subarray(at, space)));
    const end = at + length;
    if (!Number.isInteger(length) || end <= space || end > data.length || data[end - 1] !== 10)
      return undefined;
    const record = decode(data.subarray(space + 1, end - 1));
    const equals = record.indexOf("=");
    if (equals < 0) return undefined;
    records.set(record.slice(0, equals), record.slice(equals + 1));
    at = end;
  }
  return records;
}
