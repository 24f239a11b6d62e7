/** Zip archives of samples: members of one name are a sample, their endings its fields, as in tar archives. */
import { crc32Of } from "../../core/crc32.ts";
import { isThenable, whenThere } from "../../core/settle.ts";
import type { Context } from "../../sequence/context.ts";
import type { Awaitable } from "../../sequence/sequence.ts";
import { type ArchiveFormat, type ArchiveOptions, ArchiveReader, openArchives } from "../archive/archive.ts";
import type { ArchiveFields, ArchiveSample } from "../archive/fields.ts";
import { dataError } from "../data-file.ts";
import type { Where } from "../files.ts";
import { readBytesFrom } from "../room.ts";
import { encrypted, headerSize, localHeader, notThere, type ZipMember } from "./directory.ts";
import { inflateRaw } from "./inflate.ts";
import { indexZip, type ZipPlaces } from "./zip-index.ts";

/**
 * Zip archives of samples: `n01/0007.jpg` and `n01/0007.cls` are two fields of one sample, as in {@link tar}.
 *
 * Members of a sample may lie anywhere in their archive, stored as they are, which is quickest, or deflated; samples come
 * in the order of their first members. Numbers are text, as in `.cls`. Hidden files, `__MACOSX`, symbolic links and files
 * without an ending are passed over, and counted in `passedOver`. Checksums are checked as members are read. Any sample is
 * read by itself, also of an archive on a server.
 *
 * @param where one archive, a list, or a pattern
 * @param fields what to take of each sample: `image`, `bytes`, `string`, `json`, a dtype, or `key`, its name
 * @throws DataError if an archive cannot be read, was cut off, has a member that is encrypted or compressed otherwise, or
 *   twice, or a sample lacks a field.
 * @example
 * const samples = await zipArchive("photos.zip", { jpg: "image", cls: "int32" });
 */
export async function zipArchive<const F extends ArchiveFields>(
  where: Where,
  fields: F,
  options: ArchiveOptions = {},
): Promise<ZipReader<ArchiveSample<F>>> {
  return new ZipReader(await openArchives(format, where, fields, options));
}

const format: ArchiveFormat<ZipPlaces> = { name: "zipArchive", version: 1, index: indexZip };

/**
 * The samples of {@link zipArchive}.
 *
 * @typeParam S the sample
 */
export class ZipReader<S> extends ArchiveReader<S> {
  static override readonly module: string = import.meta.url;
  static override readonly id: string = "epochal:data/zip/zip-archive#ZipReader";
  /** @internal */
  declare readonly places: ZipPlaces;

  protected override contentsOf(
    file: number,
    row: number,
    parts: readonly Uint8Array[],
    { signal }: Context,
  ): Awaitable<readonly Uint8Array[]> {
    const contents = parts.map((bytes, i) => this.content(file, row, i, bytes, signal));
    return contents.some(isThenable) ? Promise.all(contents) : (contents as Uint8Array[]);
  }

  /** What is in field number `i` of a row, of which `bytes` are all, or its header with a part of what follows. */
  private content(
    file: number,
    row: number,
    i: number,
    bytes: Uint8Array,
    signal: AbortSignal,
  ): Awaitable<Uint8Array> {
    const { offsets, packedSizes, sizes, crcs, nameCrcs, methods } = this.places;
    const member = (this.starts[file]! + row) * this.width + i;
    const fail: FailMember = (problem, cause?) => {
      throw dataError(problem, this.placeOf(file, row, i), cause === undefined ? {} : { cause });
    };
    const packedSize = packedSizes[member]!;
    const packed = { method: methods[member]!, crc: crcs[member]!, size: sizes[member]! };
    const start = checkHeader(bytes, { ...packed, packedSize, nameCrc: nameCrcs[member]! }, fail);
    const end = start + packedSize;
    if (end <= bytes.length) return unpack(bytes.subarray(start, end), packed, fail);
    // Its header is longer than it was taken for.
    const from = offsets[member]! + start;
    if (from + packedSize > this.files[file]!.byteLength) return fail(notThere);
    const read = readBytesFrom(this.files[file]!, { row, offset: from }, from, from + packedSize, signal);
    return whenThere(read, (there) => unpack(there, packed, fail));
  }
}

/** Throws about one member. */
type FailMember = (problem: string, cause?: unknown) => never;

/** What the directory says of a member. */
type Packed = Pick<ZipMember, "method" | "crc" | "size">;

/** Where the data begin in `bytes`, which begin with the member's own header: that says the same as the directory. */
function checkHeader(
  bytes: Uint8Array,
  { method, crc, size, packedSize, nameCrc }: Packed & Pick<ZipMember, "packedSize" | "nameCrc">,
  fail: FailMember,
): number {
  const header = localHeader(bytes) ?? fail(notThere);
  if (header.isEncrypted) return fail(encrypted);
  const said = header.content;
  const differs =
    header.method !== method ||
    crc32Of(bytes.subarray(headerSize, header.nameEnd)) !== nameCrc ||
    // Those of zip64 stand elsewhere.
    said?.some((value, i) => value !== [crc, packedSize, size][i] && (i === 0 || value !== 0xffffffff));
  if (differs)
    fail("Its own header says something else than the directory: the archive is damaged. Pack it anew.");
  return header.length;
}

/** What `bytes` are unpacked: at once where that is to be had, else a promise. */
function unpack(bytes: Uint8Array, packed: Packed, fail: FailMember): Awaitable<Uint8Array> {
  if (packed.method === 0) return checked(bytes, packed, fail);
  const failed = (error: unknown): never => fail((error as Error).message, error);
  let content: Awaitable<Uint8Array>;
  try {
    content = inflateRaw(bytes, packed.size);
  } catch (error) {
    return failed(error);
  }
  return isThenable(content)
    ? Promise.resolve(content).then((there) => checked(there, packed, fail), failed)
    : checked(content as Uint8Array, packed, fail);
}

function checked(content: Uint8Array, { size, crc }: Packed, fail: FailMember): Uint8Array {
  if (content.length === size && crc32Of(content) === crc) return content;
  return fail("It is damaged: it and its checksum differ. Copy or download the archive again.");
}
