/**
 * The index of a zip archive: which members are the fields of which sample, where they lie and how they are packed.
 *
 * It is made of the directory alone, so members of a sample may lie anywhere, and an archive on a server is opened by a
 * request or two. What members' own headers say is compared when they are read.
 */
import type { MemberPlaces } from "../archive/archive.ts";
import {
  type ArchiveMember,
  type Grouped,
  Grouping,
  type GroupingOptions,
  nameOfMember,
} from "../archive/samples.ts";
import { type DataFile, dataError } from "../data-file.ts";
import { type ArrayType, shared } from "../memory.ts";
import { encrypted, headerSize, notThere, type ZipMember, zipMembers } from "./directory.ts";

/** Where the members of samples lie, with their headers as far as these are known, and how they are packed. */
export interface ZipPlaces extends MemberPlaces {
  readonly packedSizes: Uint32Array;
  readonly sizes: Uint32Array;
  readonly crcs: Uint32Array;
  /** Check sums of the names as they are written. */
  readonly nameCrcs: Uint32Array;
  /** 0 for what is stored as it is, 8 for deflate. */
  readonly methods: Uint8Array;
}

/** A member's own header often says some bytes more than the directory does: the times of its file. */
const saidMore = 32;

type Entry = ArchiveMember & { readonly zip: ZipMember };

/**
 * The samples in `file`, in the order of their first members.
 *
 * @throws DataError if the archive cannot be read, a field is packed in a way that is not unpacked, or, unless `missing`
 *   is `"skip"`, if a sample lacks a field.
 */
export async function indexZip(
  file: DataFile,
  options: GroupingOptions,
  signal: AbortSignal | undefined,
): Promise<Grouped & { readonly places: ZipPlaces }> {
  const fields: ZipMember[] = [];
  const grouping: Grouping<Entry> = new Grouping(file, options, (members) => {
    members.forEach(({ name, start, zip }, field) => {
      const problem = problemOf(zip, file.byteLength);
      if (problem !== undefined)
        throw dataError(`The member ${name} cannot be read. ${problem}`, {
          path: file.path,
          row: grouping.keys.length,
          column: options.wanted[field]!.field,
          offset: start,
        });
      fields.push(zip);
    });
  });
  for (const entry of sideBySide(await zipMembers(file, signal))) grouping.add(entry);
  grouping.finish();
  const filled = <A extends Float64Array | Uint32Array | Uint8Array>(
    type: ArrayType<A>,
    value: (member: ZipMember) => number,
  ): A => {
    const array = shared(type, fields.length);
    fields.forEach((member, i) => {
      array[i] = value(member);
    });
    return array;
  };
  const places = {
    offsets: filled(Float64Array, ({ header }) => header),
    lengths: filled(Uint32Array, (member) => Math.min(lengthOf(member), file.byteLength - member.header)),
    packedSizes: filled(Uint32Array, ({ packedSize }) => packedSize),
    sizes: filled(Uint32Array, ({ size }) => size),
    crcs: filled(Uint32Array, ({ crc }) => crc),
    nameCrcs: filled(Uint32Array, ({ nameCrc }) => nameCrc),
    methods: filled(Uint8Array, ({ method }) => method),
  };
  const { keys, skipped, passedOver } = grouping;
  return { keys, skipped, passedOver, places };
}

/** Members with those of a sample side by side, samples in the order of their first ones. */
function sideBySide(members: readonly ZipMember[]): Entry[] {
  const samples = new Map<string, Entry[]>();
  const passedOver: Entry[] = [];
  for (const zip of members) {
    // A folder.
    if (zip.name.endsWith("/")) continue;
    const entry: Entry = {
      name: zip.name,
      start: zip.header,
      size: Math.max(zip.size, lengthOf(zip)),
      other: zip.isLink ? "symbolic links" : undefined,
      zip,
    };
    const name = nameOfMember(entry);
    const key = typeof name === "string" ? undefined : name.key;
    const sample = key === undefined ? passedOver : samples.get(key);
    if (sample === undefined) samples.set(key!, [entry]);
    else sample.push(entry);
  }
  return [...passedOver, ...[...samples.values()].flat()];
}

/** About as many bytes as a member takes, from its header on. */
function lengthOf({ saidSize, packedSize }: ZipMember): number {
  return headerSize + saidSize + saidMore + packedSize;
}

/** What members are packed by that are not unpacked. */
const methods: Readonly<Record<number, string>> = {
  1: "Shrink",
  6: "Implode",
  9: "Deflate64",
  12: "bzip2",
  14: "LZMA",
  93: "Zstandard",
  95: "xz",
  98: "PPMd",
  99: "AES encryption",
};

/** Deflate makes no more of a byte. */
const mostUnpacked = 1032;

/** Why a member cannot be unpacked, if it cannot. */
function problemOf(member: ZipMember, byteLength: number): string | undefined {
  const { isEncrypted, method, size, packedSize, header } = member;
  if (isEncrypted) return encrypted;
  if (method !== 0 && method !== 8)
    return `It is compressed by method ${method} (${methods[method] ?? "unknown"}), and stored and deflated members are read. Pack the archive anew: zip -r.`;
  if (header + headerSize + packedSize > byteLength) return notThere;
  if (method === 0 ? size !== packedSize : size > mostUnpacked * packedSize)
    return `It has ${packedSize} bytes, which do not unpack to ${size}: the archive is damaged.`;
  return undefined;
}
