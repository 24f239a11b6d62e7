/**
 * The members of an archive, one after the other, by their headers alone.
 *
 * Known are ustar, the long names of GNU, and PAX; what lies elsewhere than in one piece (sparse files, several volumes)
 * is refused. Invariant: an archive that was cut off anywhere is an error, also where it was cut between two members: an
 * archive ends with two blocks of zeros.
 */
import { isThenable } from "../../core/settle.ts";
import { compressedProblem } from "../compressed.ts";
import { type DataFile, dataError } from "../data-file.ts";
import { Heads } from "../heads.ts";
import { blockSize, isZero, longName, parseHeader, parsePax, type TarHeader } from "./header.ts";

/** A member of an archive. */
export interface Member {
  readonly name: string;
  /** Where its bytes begin. */
  readonly start: number;
  readonly size: number;
  /** Whether it is a file with bytes of its own, and no folder, link, device. */
  readonly isFile: boolean;
  readonly isFolder: boolean;
}

/** Names and records in front of a member are not longer. */
const longestRecords = 2 ** 20;

/** So many bytes behind the end are looked at: programs fill archives up with zeros, to 10 kB most often. */
const lookedAtBehind = 2 ** 16;

/**
 * Calls `onMember` for each member of `file`.
 *
 * @throws DataError if it is no archive, damaged, or was cut off.
 */
export async function readMembers(
  file: DataFile,
  onMember: (member: Member) => void,
  signal: AbortSignal | undefined,
): Promise<void> {
  const heads = new Heads(file, signal);
  const read = (offset: number, length: number) => heads.read(offset, length);
  let name: string | undefined;
  let pax: ReadonlyMap<string, string> | undefined;
  for (let offset = 0; ; ) {
    const reading = read(offset, blockSize);
    const block = isThenable(reading) ? await reading : (reading as Uint8Array);
    if (block.length < blockSize) throw cutOff(file, offset, block);
    if (isZero(block)) return checkEnd(file, offset, await read(offset, lookedAtBehind));
    const header = parseHeader(block) ?? noHeader(file, offset, block);
    const start = offset + blockSize;
    if (isRecords(header)) {
      if (header.size > longestRecords) throw damaged(file, offset);
      const data = (await read(start, header.size)).slice();
      if (data.length < header.size) throw cutOff(file, start, data);
      if (header.type === "L") name = longName(data);
      if (header.type === "x") pax = parsePax(data) ?? damaged(file, offset);
      offset = nextAfter(start, header.size);
      continue;
    }
    const size = sizeOf(file, offset, header, pax);
    if (nextAfter(start, size) > file.byteLength) throw cutOff(file, offset);
    const { type } = header;
    onMember({
      name: pax?.get("path") ?? name ?? header.name,
      start,
      size,
      isFile: type === "0",
      isFolder: type === "5",
    });
    name = pax = undefined;
    offset = nextAfter(start, size);
  }
}

/** Whether what follows a header is said of the next one: GNU's long names, and PAX' records. */
function isRecords({ type }: TarHeader): boolean {
  return type === "L" || type === "K" || type === "x" || type === "g";
}

function nextAfter(start: number, size: number): number {
  return start + Math.ceil(size / blockSize) * blockSize;
}

/** The bytes of a member, which is in one piece. */
function sizeOf(
  file: DataFile,
  offset: number,
  { size, type }: TarHeader,
  pax: ReadonlyMap<string, string> | undefined,
): number {
  const isSparse =
    type === "S" || (pax !== undefined && [...pax.keys()].some((key) => key.startsWith("GNU.sparse.")));
  if (isSparse)
    throw problem(file, offset, "The member is a sparse file. Pack the archive without --sparse.");
  if (type === "M")
    throw problem(file, offset, "The archive is of several volumes. Pack each with whole members.");
  // Links have no bytes, whatever the size of what they lead to.
  if (type === "1" || type === "2" || type === "5") return 0;
  const stated = pax?.get("size");
  if (stated === undefined) return size;
  return /^\d{1,15}$/.test(stated) ? Number(stated) : damaged(file, offset);
}

/** Checks the blocks with which an archive ends, and what `behind` has after them. */
function checkEnd(file: DataFile, offset: number, behind: Uint8Array): void {
  if (behind.length < 2 * blockSize) throw cutOff(file, offset, behind);
  const more = behind.findIndex((byte) => byte !== 0);
  if (more < 0) return;
  throw problem(
    file,
    offset + more,
    "Something follows behind the end of the archive, another archive perhaps. Give archives one by one, in a list, or join them with tar --concatenate.",
  );
}

function noHeader(file: DataFile, offset: number, block: Uint8Array): never {
  const compressed = offset === 0 ? compressedProblem(block) : undefined;
  if (compressed !== undefined || offset > 0) throw problem(file, offset, compressed ?? damage);
  throw problem(file, offset, "It is no tar archive: there is no header where it begins.");
}

const damage = "The archive is damaged: there is no header of a member here.";

function damaged(file: DataFile, offset: number): never {
  throw problem(file, offset, damage);
}

/** Why the archive ends too early, at `offset`, where `head` is all that there is. */
function cutOff(file: DataFile, offset: number, head?: Uint8Array): Error {
  const compressed = offset === 0 && head !== undefined ? compressedProblem(head) : undefined;
  if (compressed !== undefined) return problem(file, offset, compressed);
  return problem(
    file,
    offset,
    head === undefined || !isZero(head)
      ? `It was cut off: it has ${file.byteLength} bytes, and more belong to it. Copy or download it again.`
      : "It was cut off, or never finished: an archive ends with two blocks of zeros. Copy or download it again; if all is there, append 1024 zeros (head -c 1024 /dev/zero >> …).",
  );
}

function problem({ path }: DataFile, offset: number, message: string): Error {
  return dataError(message, { path, offset });
}
