/** Parquet files as a data set: what {@link parquet} gives. */
import { checkKnown, checkNumber } from "../../core/check.ts";
import { bytesPerElement } from "../../tensor/dtype.ts";
import type { Allocate, DecodedGroup, PickedColumn } from "../columns/decoded.ts";
import { type ColumnReader, decodeAll, eachOf, GroupedRows, type GroupPlace } from "../columns/groups.ts";
import type { ColumnKinds, ColumnSample, ColumnValue } from "../columns/kinds.ts";
import { type ColumnReaderOptions, pickColumns, refuseNulls } from "../columns/options.ts";
import { type DataFile, dataError, openDataFile } from "../data-file.ts";
import { filesOf, type Where } from "../files.ts";
import { codecsOf, decodeGroup, type Footer, readFooter, rowsOf } from "./group.ts";
import { loadCompressors } from "./peer.ts";
import type { ParquetColumn } from "./schema.ts";

/** The rows of Parquet files. */
export class ParquetSequence<S> extends GroupedRows<S> {
  /** Where workers find this class. */
  static override readonly module: string = import.meta.url;
  static override readonly id: string = "epochal:data/parquet/parquet#ParquetSequence";

  override async decode(place: GroupPlace, allocate: Allocate): Promise<DecodedGroup> {
    const file = this.files[place.file]!;
    return decodeGroup(file, await footerOf(this, place.file), place, this.columns, allocate);
  }
}

/** The footers that each thread has read for a reader, by the numbers of the files. */
const footersOf = new WeakMap<ParquetSequence<unknown>, (Promise<Footer> | Footer | undefined)[]>();

async function footerOf(reader: ParquetSequence<unknown>, number: number): Promise<Footer> {
  const footers = footersOf.get(reader) ?? [];
  footersOf.set(reader, footers);
  const coming = footers[number] ?? readFooter(reader.files[number]!);
  footers[number] = coming;
  try {
    return await coming;
  } catch (error) {
    // Who asks next tries again.
    footers[number] = undefined;
    throw error;
  }
}

/**
 * The rows of Parquet files, as records.
 *
 * The file says what its columns are; what is asked for is checked against that, here. Whole numbers may be asked for as
 * another dtype, and are refused where that does not hold them; int64 stays int64 (bigint) otherwise. Dates and times are
 * the numbers that are stored. Lists of numbers are tensors of shape [length].
 *
 * Rows come in any order as quickly as from memory where the columns fit into `memory`. Where they do not, each row costs
 * the decoding of its row group: shuffle by `new BlockSampler(rows.blocks)`, or keep samples in a cache on disk.
 *
 * @throws DataError if a file is no Parquet file, is damaged, or has a null in a picked column; OptionError if there is no
 *   such column, or it is not of that kind; MissingPeerError if the package `hyparquet` is not installed.
 * @example
 * const rows = await parquet("data/*.parquet", { columns: { text: "string", label: "int32" } });
 * batches(rows, { batchSize: 32, shuffle: true }); // { text: string[], label: Tensor<"int32"> }
 */
export function parquet(where: Where, options?: Omit<ColumnReaderOptions, "columns">): Promise<ColumnReader>;
export function parquet<const C extends ColumnKinds>(
  where: Where,
  options: ColumnReaderOptions<C> & { readonly columns: C },
): Promise<ColumnReader<ColumnSample<C>>>;
export async function parquet(where: Where, options: ColumnReaderOptions = {}): Promise<ColumnReader> {
  checkKnown("parquet()", options, ["columns", "memory", "missing"]);
  const { memory = 256 * 2 ** 20 } = options;
  checkNumber("memory", memory, 0);
  const sources = filesOf("parquet", where);
  const opened = await eachOf(sources.length, async (i) => {
    const file = await openDataFile(sources[i]!);
    return { file, footer: await readFooter(file) };
  });
  const files = opened.map(({ file }) => file);
  const footers = opened.map(({ footer }) => footer);
  const columns = pickColumns(
    files,
    footers.map((footer) => footer.columns),
    options,
  );
  for (const { name } of columns) refuseEncrypted(files, footers, name);
  refuseCountedNulls(files, footers, columns);
  const names = columns.map(({ name }) => name);
  await loadCompressors(
    footers.flatMap(({ metadata }) => metadata.row_groups.flatMap((group) => [...codecsOf(group, names)])),
  );
  const blocks = footers.map(({ metadata }) => metadata.row_groups.map(rowsOf));
  const reader = new ParquetSequence<Record<string, ColumnValue>>(files, blocks, columns, memory);
  if (reader.length === 0) throw dataError("It has no rows.", { path: files[0]!.path });
  footersOf.set(reader, footers);
  const parts = await decodeAll(reader, estimates(footers, columns));
  // Where workers read, this thread would keep them for nothing.
  footersOf.delete(reader);
  return parts === undefined ? reader : new ParquetSequence(files, blocks, columns, memory, parts);
}

function columnOf({ columns }: Footer, name: string): ParquetColumn {
  return columns.find((column) => column.name === name)!;
}

/** Throws a DataError where the column `name` is encrypted, as it may be for itself. */
function refuseEncrypted(files: readonly DataFile[], footers: readonly Footer[], name: string): void {
  for (const [i, { metadata }] of footers.entries())
    for (const { columns } of metadata.row_groups)
      if (
        columns.some(
          ({ crypto_metadata, meta_data }) =>
            crypto_metadata !== undefined && meta_data?.path_in_schema[0] === name,
        )
      )
        throw dataError("It is encrypted.", { path: files[i]!.path, column: name });
}

/** Throws a DataError where the footers count nulls in a column that must have none. */
function refuseCountedNulls(
  files: readonly DataFile[],
  footers: readonly Footer[],
  columns: readonly PickedColumn[],
): void {
  for (const { name, missing, list } of columns) {
    if (missing !== undefined || list) continue;
    for (const [i, footer] of footers.entries()) {
      const column = columnOf(footer, name);
      let nulls = 0;
      for (const { columns: chunks } of footer.metadata.row_groups) {
        const chunk = chunks.find(({ meta_data }) => meta_data?.path_in_schema.join(".") === column.leaf);
        nulls += Number(chunk?.meta_data?.statistics?.null_count ?? 0);
      }
      refuseNulls(files[i]!.path, column, nulls);
    }
  }
}

/** Bytes that the columns of each row group will take when they are decoded, about. */
function estimates(footers: readonly Footer[], columns: readonly PickedColumn[]): number[] {
  return footers.flatMap((footer) =>
    footer.metadata.row_groups.map((group) => {
      const places = 16 * rowsOf(group);
      let bytes = 0;
      for (const { name, kind, list } of columns) {
        const { leaf } = columnOf(footer, name);
        const chunk = group.columns.find(({ meta_data }) => meta_data!.path_in_schema.join(".") === leaf);
        const { num_values = 0, total_uncompressed_size = 0 } = chunk?.meta_data ?? {};
        bytes +=
          kind === "string" || kind === "bytes" || kind === "image"
            ? Number(total_uncompressed_size) + places
            : Number(num_values) * bytesPerElement(kind) + (list ? places : 0);
      }
      return bytes;
    }),
  );
}
