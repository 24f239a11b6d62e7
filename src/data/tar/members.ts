/**
 * The members of an archive, one after the other, by their headers alone.
 *
 * Known are ustar, the long names of GNU, and PAX; what lies elsewhere than in one piece (sparse files, several volumes),
 * or is said of all members at once, is refused. Invariant: an archive that was cut off anywhere is an error, also where
 * it was cut between two members: an archive ends with two blocks of zeros.
 */
import { isThenable } from "../../core/settle.ts";
import type { ArchiveMember, PassedOver } from "../archive/samples.ts";
import { compressedProblem } from "../compressed.ts";
import { type DataFile, dataError } from "../data-file.ts";
import { Heads } from "../heads.ts";
import { blockSize, isZero, longName, parseHeader, parsePax, type TarHeader } from "./header.ts";

/** A member of an archive. */
export interface Member extends ArchiveMember {
  /** What it is another name of, if it is a hard link. */
  readonly link: string | undefined;
  /** Whether it is a file with bytes of its own. */
  readonly isFile: boolean;
  readonly isFolder: boolean;
}

/** Names and records in front of a member are not longer. */
const longestRecords = 2 ** 20;

/** So many bytes behind the end are looked at: programs fill archives up with zeros, to 10 kB most often. */
const lookedAtBehind = 2 ** 16;

/** What is said of a member in front of its header. */
interface Said {
  /** Its long name, and that of what it leads to, as GNU has them. */
  name?: string;
  link?: string;
  /** Its records of PAX. */
  pax?: ReadonlyMap<string, string>;
}

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
  let said: Said | undefined;
  for (let offset = 0; ; ) {
    const reading = read(offset, blockSize);
    const block = isThenable(reading) ? await reading : (reading as Uint8Array);
    if (block.length < blockSize || (said !== undefined && isZero(block)))
      throw cutOff(file, offset, said === undefined ? block : undefined);
    if (isZero(block)) return checkEnd(file, offset, await read(offset, lookedAtBehind));
    const header = parseHeader(block) ?? noHeader(file, offset, block);
    const start = offset + blockSize;
    if (isRecords(header)) {
      if (header.size > longestRecords) throw damaged(file, offset);
      const data = (await read(start, header.size)).slice();
      if (data.length < header.size) throw cutOff(file, start, data);
      said = saidIn(file, offset, header, data, said);
      offset = nextAfter(start, header.size);
      continue;
    }
    const member = memberOf(file, offset, header, said);
    said = undefined;
    if (nextAfter(start, member.size) > file.byteLength) throw cutOff(file, offset);
    onMember(member);
    offset = nextAfter(start, member.size);
  }
}

/** Whether what follows a header is said of the next one: GNU's long names, and PAX' records, as Solaris marks them too. */
function isRecords({ type }: TarHeader): boolean {
  return type === "L" || type === "K" || type === "x" || type === "X" || type === "g";
}

/** Records of PAX of members that do not lie in one piece. */
const sparse = /^(?:GNU\.sparse\.|SCHILY\.realsize$|SUN\.holesdata$)/;

/** What is known of the next member once `data`, which `header` is of, are read too. */
function saidIn(
  file: DataFile,
  offset: number,
  { type }: TarHeader,
  data: Uint8Array,
  said: Said | undefined,
): Said | undefined {
  if (type === "L") return { ...said, name: longName(data) };
  if (type === "K") return { ...said, link: longName(data) };
  const pax = parsePax(data) ?? damaged(file, offset);
  if (type !== "g") return { ...said, pax };
  for (const [record, value] of pax)
    if ((["path", "linkpath", "size"].includes(record) || sparse.test(record)) && value !== "")
      throw problem(
        file,
        offset,
        `It says ${record} of all its members at once, which is not read. Pack the archive without --pax-option.`,
      );
  return said;
}

function nextAfter(start: number, size: number): number {
  return start + Math.ceil(size / blockSize) * blockSize;
}

function memberOf(file: DataFile, offset: number, header: TarHeader, said: Said | undefined): Member {
  const { type } = header;
  return {
    name: said?.pax?.get("path") || said?.name || header.name,
    start: offset + blockSize,
    size: sizeOf(file, offset, header, said?.pax),
    link: type === "1" ? said?.pax?.get("linkpath") || said?.link || header.link : undefined,
    isFile: !(type in others) && type !== "1" && type !== "5" && type !== "D",
    isFolder: type === "5" || type === "D",
    other: others[type],
  };
}

/** What members are that are no files, by their type. One of a type that nobody knows is a file, as POSIX has it. */
const others: Readonly<Record<string, PassedOver>> = {
  "2": "symbolic links",
  "3": "devices",
  "4": "devices",
  "6": "devices",
  A: "records of other programs",
  E: "records of other programs",
  I: "records of other programs",
  V: "records of other programs",
};

/** The bytes of a member, which is in one piece. */
function sizeOf(
  file: DataFile,
  offset: number,
  { size, type }: TarHeader,
  pax: ReadonlyMap<string, string> | undefined,
): number {
  const isSparse = type === "S" || (pax !== undefined && [...pax.keys()].some((key) => sparse.test(key)));
  if (isSparse)
    throw problem(file, offset, "The member is a sparse file. Pack the archive without --sparse.");
  if (type === "M")
    throw problem(file, offset, "The archive is of several volumes. Pack each with whole members.");
  if (type === "N")
    throw problem(file, offset, "Its long names are of a format of before 1990. Pack the archive anew.");
  // What is no file has no bytes, whatever the size of what it leads to.
  if (/[1-6]/.test(type)) return 0;
  const stated = pax?.get("size");
  if (stated === undefined || stated === "") return size;
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
