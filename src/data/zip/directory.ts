/**
 * What a zip archive says it holds: the directory at its end, with zip64.
 *
 * Names are UTF-8, where they can be, as every tool of the last decade writes them, whatever it says; others are of
 * IBM's code page 437. Invariant: the directory is read whole, or it is an error. Limits: archives in several parts, and
 * directories that are encrypted, are refused.
 *
 * Source: PKWARE, APPNOTE.TXT 6.3.10.
 */
import { crc32Of } from "../../core/crc32.ts";
import { type DataFile, dataError, readFrom } from "../data-file.ts";

/** A member of a zip archive. */
export interface ZipMember {
  readonly name: string;
  /** How it is compressed: 0 is not at all, 8 is deflate. */
  readonly method: number;
  readonly isEncrypted: boolean;
  /** Check sum of what it is unpacked. */
  readonly crc: number;
  /** Bytes that it takes in the archive. */
  readonly packedSize: number;
  /** Bytes that it is unpacked. */
  readonly size: number;
  /** The byte that its header begins at. */
  readonly header: number;
  /** Check sum of its name as it is written. */
  readonly nameCrc: number;
  /** Bytes of its name and of what else the directory says of it, as about as many are in its header. */
  readonly saidSize: number;
  /** Whether its content is the path of what it leads to. */
  readonly isLink: boolean;
}

const endSignature = 0x06054b50;
const end64Signature = 0x06064b50;
const locatorSignature = 0x07064b50;
const entrySignature = 0x02014b50;
const localSignature = 0x04034b50;

/** The end of an archive, without the comment that follows, which has up to 65,535 bytes. */
const endSize = 22;
const end64Size = 56;
const locatorSize = 20;

/** Where a directory is, and what it says of itself. */
interface Directory {
  readonly entries: number;
  /** Bytes between where offsets count from and where the archive says it begins, as it may stand behind others. */
  readonly shift: number;
  readonly start: number;
  readonly end: number;
}

/**
 * The members of the zip archive that `file` is, in its order.
 *
 * @throws DataError if it is none, was cut off, or is of a kind that is not read.
 */
export async function zipMembers(
  file: DataFile,
  signal: AbortSignal | undefined,
): Promise<readonly ZipMember[]> {
  const { entries, shift, start, end } = await findDirectory(file, signal);
  const wrong = (problem: string, at: number): never => {
    throw dataError(`Its directory is damaged${problem}.`, { path: file.path, offset: start + at });
  };
  const directory = await part(file, start, end, signal);
  const view = viewOfBytes(directory);
  const members: ZipMember[] = [];
  let at = 0;
  while (members.length < entries) {
    const [member, next] = entryAt(directory, view, at) ?? [];
    if (member === undefined) return wrong(` at member ${members.length} of ${entries}`, at);
    members.push({ ...member, header: member.header + shift });
    at = next!;
  }
  // Programs that do not know zip64 count their members from 0 again after 65,535.
  if (at + 4 <= directory.length && view.getUint32(at, true) === entrySignature)
    wrong(`: it says that there are ${entries} members, and has more`, at);
  return members;
}

async function findDirectory(file: DataFile, signal: AbortSignal | undefined): Promise<Directory> {
  const wrong = (problem: string, offset?: number): never => {
    throw dataError(problem, { path: file.path, offset });
  };
  const tailStart = Math.max(0, file.byteLength - endSize - locatorSize - end64Size - 0xffff);
  const tail = viewOfBytes(await part(file, tailStart, file.byteLength, signal));
  const end = findEnd(tail);
  if (end < 0)
    return wrong("It is no zip archive, or was cut off: it does not end with the directory of one.");
  let parts = tail.getUint16(end + 4, true);
  let entries = tail.getUint16(end + 10, true);
  let size = tail.getUint32(end + 12, true);
  let start = tail.getUint32(end + 16, true);
  let after = tailStart + end;
  const locator = end - locatorSize;
  if (locator >= 0 && tail.getUint32(locator, true) === locatorSignature) {
    const stated = Number(tail.getBigUint64(locator + 8, true));
    let end64: DataView | undefined;
    // Where it is said to be; or, of an archive behind other bytes, in front of what says so.
    for (const place of [stated, tailStart + locator - end64Size]) {
      const record = viewOfBytes(await part(file, place, place + end64Size, signal));
      if (record.byteLength < end64Size || record.getUint32(0, true) !== end64Signature) continue;
      after = place;
      end64 = record;
      break;
    }
    if (end64 === undefined)
      return wrong("Its directory is damaged: there is no zip64 record where it should be.", stated);
    parts = end64.getUint32(16, true);
    entries = Number(end64.getBigUint64(32, true));
    size = Number(end64.getBigUint64(40, true));
    start = Number(end64.getBigUint64(48, true));
  }
  if (parts !== 0)
    return wrong(
      "It is the last of several parts of an archive. Join them: zip -s 0 parts.zip --out whole.zip.",
    );
  const shift = after - size - start;
  if (shift < 0 || !Number.isSafeInteger(shift))
    return wrong("Its directory is damaged: it does not lie in the file.", tailStart + end);
  return { entries, shift, start: start + shift, end: after };
}

/** What a member's own header says. */
export interface LocalHeader {
  readonly isEncrypted: boolean;
  readonly method: number;
  /** Check sum and sizes, packed and unpacked; undefined where they follow the data. */
  readonly content: readonly [crc: number, packedSize: number, size: number] | undefined;
  /** Where in it the name ends, which begins at byte 30. */
  readonly nameEnd: number;
  /** Its length: where the data begin. */
  readonly length: number;
}

/** Bytes of a header in front of the name. */
export const headerSize = 30;

/** The header at the beginning of `bytes`; undefined if there is none. */
export function localHeader(bytes: Uint8Array): LocalHeader | undefined {
  if (bytes.length < headerSize) return undefined;
  const view = viewOfBytes(bytes);
  if (view.getUint32(0, true) !== localSignature) return undefined;
  const flags = view.getUint16(6, true);
  const nameEnd = headerSize + view.getUint16(26, true);
  return {
    isEncrypted: isEncrypted(flags),
    method: view.getUint16(8, true),
    content:
      (flags & 8) !== 0
        ? undefined
        : [view.getUint32(14, true), view.getUint32(18, true), view.getUint32(22, true)],
    nameEnd,
    length: nameEnd + view.getUint16(28, true),
  };
}

/**
 * The byte that the data of `member` begin at.
 *
 * @throws DataError if they are not where the directory says.
 */
export async function zipDataStart(
  file: DataFile,
  member: ZipMember,
  signal: AbortSignal | undefined,
): Promise<number> {
  const local = localHeader(await part(file, member.header, member.header + headerSize, signal));
  const start = local === undefined ? Number.POSITIVE_INFINITY : member.header + local.length;
  if (!local?.isEncrypted && start + member.packedSize <= file.byteLength) return start;
  throw dataError(local?.isEncrypted ? encrypted : notThere, {
    path: file.path,
    column: member.name,
    offset: member.header,
  });
}

/** What is wrong with a member that is encrypted. */
export const encrypted = "It is encrypted. Unpack it.";

/** What is wrong with a member that is somewhere else. */
export const notThere = "It is not where the directory says: the archive is damaged, or was cut off.";

async function part(
  file: DataFile,
  start: number,
  end: number,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  return readFrom(file, { offset: start }, (bytes) => bytes.slice(start, end, signal));
}

function viewOfBytes(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}

/** Where in `tail` the archive's end is: the last place from which a comment reaches just to the end; or -1. */
function findEnd(tail: DataView): number {
  for (let at = tail.byteLength - endSize; at >= 0; at--)
    if (
      tail.getUint32(at, true) === endSignature &&
      at + endSize + tail.getUint16(at + 20, true) === tail.byteLength
    )
      return at;
  return -1;
}

/** Whether a member with these flags is encrypted, in any of three ways. */
function isEncrypted(flags: number): boolean {
  return (flags & 0x2041) !== 0;
}

/** The entry of the directory at byte `at`, and where the next one is; undefined if there is none. */
function entryAt(directory: Uint8Array, view: DataView, at: number): [ZipMember, number] | undefined {
  if (at + 46 > directory.length) return undefined;
  const nameEnd = at + 46 + view.getUint16(at + 28, true);
  const extraEnd = nameEnd + view.getUint16(at + 30, true);
  const next = extraEnd + view.getUint16(at + 32, true);
  if (view.getUint32(at, true) !== entrySignature || next > directory.length) return undefined;
  const [size, packedSize, header] = wideSizes(view, at, nameEnd, extraEnd);
  const written = directory.subarray(at + 46, nameEnd);
  const host = view.getUint8(at + 5);
  const isUnix = host === 3 || host === 19;
  const nameCrc = crc32Of(written);
  const name = unicodeName(directory, view, nameEnd, extraEnd, nameCrc) ?? nameOf(written);
  const member = {
    // Programs of Windows have written its own.
    name: isUnix ? name : name.replaceAll("\\", "/"),
    method: view.getUint16(at + 10, true),
    isEncrypted: isEncrypted(view.getUint16(at + 8, true)),
    crc: view.getUint32(at + 16, true),
    packedSize,
    size,
    header,
    nameCrc,
    saidSize: extraEnd - at - 46,
    isLink: isUnix && view.getUint16(at + 40, true) >> 12 === 0xa,
  };
  return [member, next];
}

/** Where in the extra fields from `start` to `end` that of kind `kind` begins and ends, if there is one. */
function extraField(view: DataView, start: number, end: number, kind: number): [number, number] | undefined {
  for (let at = start; at + 4 <= end; at += 4 + view.getUint16(at + 2, true))
    if (view.getUint16(at, true) === kind)
      return [at + 4, Math.min(end, at + 4 + view.getUint16(at + 2, true))];
  return undefined;
}

/** Size, packed size and place of an entry; those that do not fit 32 bits stand in its extra field of kind 1. */
function wideSizes(
  view: DataView,
  entry: number,
  extraStart: number,
  extraEnd: number,
): [number, number, number] {
  const values = [24, 20, 42].map((offset) => view.getUint32(entry + offset, true));
  const [at, end] = extraField(view, extraStart, extraEnd, 1) ?? [0, 0];
  let next = at;
  for (const [i, value] of values.entries()) {
    if (value !== 0xffffffff || next + 8 > end) continue;
    values[i] = Number(view.getBigUint64(next, true));
    next += 8;
  }
  return values as [number, number, number];
}

const utf8 = new TextDecoder("utf-8", { ignoreBOM: true, fatal: true });

/** The name in UTF-8 that is written beside one that is not, if it is of this one. */
function unicodeName(
  directory: Uint8Array,
  view: DataView,
  extraStart: number,
  extraEnd: number,
  nameCrc: number,
): string | undefined {
  const [start, end] = extraField(view, extraStart, extraEnd, 0x7075) ?? [0, 0];
  if (end - start < 5 || view.getUint8(start) !== 1 || view.getUint32(start + 1, true) !== nameCrc)
    return undefined;
  return nameOf(directory.subarray(start + 5, end));
}

/** Characters of code page 437 from 128 on. */
const upperHalf =
  "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0";

function nameOf(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    return Array.from(bytes, (byte) =>
      byte < 128 ? String.fromCharCode(byte) : upperHalf[byte - 128]!,
    ).join("");
  }
}
