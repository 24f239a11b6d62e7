/**
 * What a zip archive says it holds: the directory at its end, with zip64.
 *
 * Limits: neither encrypted members nor archives in several parts are read. Names are UTF-8, as every tool of the last
 * decade writes them.
 */
import { type DataFile, dataError, readFrom } from "./data-file.ts";

/** A member of a zip archive. */
export interface ZipMember {
  readonly name: string;
  /** How it is compressed: 0 is not at all, 8 is deflate. */
  readonly method: number;
  /** Check sum of what it is unpacked. */
  readonly crc: number;
  /** Bytes that it takes in the archive. */
  readonly packedSize: number;
  /** Bytes that it is unpacked. */
  readonly size: number;
  /** The byte that its header begins at. */
  readonly header: number;
}

const endSignature = 0x06054b50;
const end64Signature = 0x06064b50;
const locatorSignature = 0x07064b50;
const entrySignature = 0x02014b50;
const localSignature = 0x04034b50;

/** The end of an archive, without the comment that follows, which has up to 65,535 bytes. */
const endSize = 22;
const locatorSize = 20;

/**
 * The members of the zip archive that `file` is, in its order.
 *
 * @throws DataError if it is none, was cut off, or is of a kind that is not read.
 */
export async function zipMembers(
  file: DataFile,
  signal: AbortSignal | undefined,
): Promise<readonly ZipMember[]> {
  const wrong = (problem: string, offset?: number): never => {
    throw dataError(problem, { path: file.path, offset });
  };
  const tailStart = Math.max(0, file.byteLength - endSize - locatorSize - 0xffff);
  const tail = viewOfBytes(await part(file, tailStart, file.byteLength, signal));
  const end = findEnd(tail);
  if (end < 0)
    return wrong("It is no zip archive, or was cut off: it does not end with the directory of one.");
  let entries = tail.getUint16(end + 10, true);
  let size = tail.getUint32(end + 12, true);
  let start = tail.getUint32(end + 16, true);
  /** Where the directory ends, as archives may stand behind other bytes, from which they do not count. */
  let after = tailStart + end;
  const locator = end - locatorSize;
  if (locator >= 0 && tail.getUint32(locator, true) === locatorSignature) {
    after = Number(tail.getBigUint64(locator + 8, true));
    const end64 = viewOfBytes(await part(file, after, after + 56, signal));
    if (end64.byteLength < 56 || end64.getUint32(0, true) !== end64Signature)
      return wrong("Its directory is damaged: there is no zip64 record where it should be.", after);
    entries = Number(end64.getBigUint64(32, true));
    size = Number(end64.getBigUint64(40, true));
    start = Number(end64.getBigUint64(48, true));
  }
  const shift = after - size - start;
  if (shift < 0 || !Number.isSafeInteger(shift))
    return wrong("Its directory is damaged: it does not lie in the file.", tailStart + end);
  const directory = await part(file, start + shift, after, signal);
  const members: ZipMember[] = [];
  for (let at = 0; members.length < entries; ) {
    const [member, next] = entryAt(directory, at) ?? [];
    if (member === undefined)
      return wrong(`Its directory is damaged at member ${members.length} of ${entries}.`, start + shift + at);
    members.push({ ...member, header: member.header + shift });
    at = next!;
  }
  return members;
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
  const local = viewOfBytes(await part(file, member.header, member.header + 30, signal));
  const found = local.byteLength === 30 && local.getUint32(0, true) === localSignature;
  const encrypted = found && (local.getUint16(6, true) & 1) === 1;
  const start = found
    ? member.header + 30 + local.getUint16(26, true) + local.getUint16(28, true)
    : Number.POSITIVE_INFINITY;
  if (!encrypted && start + member.packedSize <= file.byteLength) return start;
  throw dataError(
    encrypted
      ? "It is encrypted. Unpack it."
      : "It is not where the directory says: the archive is damaged, or was cut off.",
    { path: file.path, column: member.name, offset: member.header },
  );
}

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

/** The entry of the directory at byte `at`, and where the next one is; undefined if there is none. */
function entryAt(directory: Uint8Array, at: number): [ZipMember, number] | undefined {
  if (at + 46 > directory.length) return undefined;
  const view = viewOfBytes(directory.subarray(at));
  const nameEnd = 46 + view.getUint16(28, true);
  const extraEnd = nameEnd + view.getUint16(30, true);
  const next = extraEnd + view.getUint16(32, true);
  if (view.getUint32(0, true) !== entrySignature || next > view.byteLength) return undefined;
  const [size, packedSize, header] = wideSizes(view, nameEnd, extraEnd);
  const name = new TextDecoder().decode(directory.subarray(at + 46, at + nameEnd));
  const member = {
    name,
    method: view.getUint16(10, true),
    crc: view.getUint32(16, true),
    packedSize,
    size,
    header,
  };
  return [member, at + next];
}

/** Size, packed size and place of an entry; those that do not fit 32 bits stand in its extra field of kind 1. */
function wideSizes(entry: DataView, extraStart: number, extraEnd: number): [number, number, number] {
  const values = [24, 20, 42].map((offset) => entry.getUint32(offset, true));
  for (let at = extraStart; at + 4 <= extraEnd; at += 4 + entry.getUint16(at + 2, true)) {
    if (entry.getUint16(at, true) !== 1) continue;
    const end = Math.min(extraEnd, at + 4 + entry.getUint16(at + 2, true));
    let next = at + 4;
    for (const [i, value] of values.entries()) {
      if (value !== 0xffffffff || next + 8 > end) continue;
      values[i] = Number(entry.getBigUint64(next, true));
      next += 8;
    }
  }
  return values as [number, number, number];
}
