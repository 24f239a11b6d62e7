/** Tar archives as WebDataset packs them: members of one name are a sample, their endings its fields. */
import {
  type ArchiveFormat,
  type ArchiveOptions,
  ArchiveReader,
  type MemberPlaces,
  openArchives,
} from "../archive/archive.ts";
import type { ArchiveFields, ArchiveSample } from "../archive/fields.ts";
import type { Where } from "../files.ts";
import { indexTar } from "./tar-index.ts";

/**
 * Archives of samples, as WebDataset packs them: `n01/0007.jpg` and `n01/0007.cls` are two fields of one sample.
 *
 * A member's name ends at its first dot, and what comes after that, in lower case, is the field; members of a sample lie
 * next to each other. Numbers are text, as in `.cls`. A hard link is the file that it leads to. Hidden files
 * (`._0007.jpg`), symbolic links and files without an ending are passed over, and counted in `passedOver`. A sample that
 * comes again in its archive is an error; two archives may have samples of one name. Any sample is read by itself, also of
 * an archive on a server.
 *
 * @param where one archive, a list, or a pattern
 * @param fields what to take of each sample: `image`, `bytes`, `string`, `json`, a dtype, or `key`, its name
 * @throws DataError if an archive cannot be read, was cut off, is compressed, or a sample lacks a field.
 * @example
 * const samples = await tar("shards/*.tar", { jpg: "image", cls: "int32" });
 * const named = await tar(["a.tar", "b.tar"], {
 *   image: { type: "image", from: ["jpg", "png"] },
 *   label: { type: "int32", from: "cls" },
 *   name: "key",
 * });
 */
export async function tar<const F extends ArchiveFields>(
  where: Where,
  fields: F,
  options: ArchiveOptions = {},
): Promise<TarReader<ArchiveSample<F>>> {
  return new TarReader(await openArchives(format, where, fields, options));
}

const format: ArchiveFormat<MemberPlaces> = { name: "tar", version: 1, index: indexTar };

/**
 * The samples of {@link tar}.
 *
 * @typeParam S the sample
 */
export class TarReader<S> extends ArchiveReader<S> {
  static override readonly module: string = import.meta.url;
  static override readonly id: string = "epochal:data/tar/tar#TarReader";

  protected override contentsOf(_: number, __: number, parts: readonly Uint8Array[]): readonly Uint8Array[] {
    return parts;
  }
}
