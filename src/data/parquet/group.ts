/** Footers and row groups, decoded by hyparquet. */
import type {
  AsyncBuffer,
  DecodedArray,
  FileMetaData,
  ParquetParsers,
  RowGroup,
  SchemaTree,
} from "hyparquet";
import type { Bytes } from "../../bytes/bytes.ts";
import { type Allocate, type DecodedGroup, decodeColumn, type PickedColumn } from "../columns/decoded.ts";
import type { GroupPlace } from "../columns/groups.ts";
import { type DataFile, dataError, readFrom } from "../data-file.ts";
import { loadCompressors, loadHyparquet } from "./peer.ts";
import { annotate, columnsOf, type ParquetColumn } from "./schema.ts";

/** What the end of a file says of it. */
export interface Footer {
  readonly metadata: FileMetaData;
  readonly columns: readonly ParquetColumn[];
}

/** Values stay as they are stored: text is decoded once it is asked for, and times are numbers. */
const parsers = {
  timestampFromMilliseconds: (millis: bigint) => millis,
  timestampFromMicroseconds: (micros: bigint) => micros,
  timestampFromNanoseconds: (nanos: bigint) => nanos,
  dateFromDays: (days: number) => days,
  stringFromBytes: (bytes: Uint8Array) => bytes,
  jsonFromBytes: (bytes: Uint8Array) => bytes,
  uuidFromBytes: (bytes: Uint8Array) => bytes,
} as unknown as Partial<ParquetParsers>;

const magic = "PAR1";

/**
 * What the end of `file` says of it.
 *
 * @throws DataError if it is no Parquet file, or is cut off.
 */
export async function readFooter(file: DataFile): Promise<Footer> {
  const { parquetMetadataAsync, parquetSchema } = await loadHyparquet();
  return readFrom(file, {}, async (bytes) => {
    try {
      const what = "The end of the file, which says what is in it,";
      const footer = await decoding(what, bytes, async (buffer) => {
        const metadata = await parquetMetadataAsync(buffer, { parsers, geoparquet: false });
        if (listsOthers(metadata)) return undefined;
        annotate(metadata);
        const tree = parquetSchema(metadata);
        checkFooter(metadata, leavesOf(tree));
        return { metadata, columns: columnsOf(metadata, tree) };
      });
      if (footer !== undefined) return footer;
      throw new Error("It lists other files, and has no rows itself. Name those: part-*.parquet.");
    } catch (error) {
      const problem = await otherProblem(bytes);
      throw problem === undefined ? error : new Error(problem, { cause: error });
    }
  });
}

/** What is wrong with a file of which the end cannot be read, where its first and last bytes say so. */
async function otherProblem(bytes: Bytes): Promise<string | undefined> {
  const { byteLength } = bytes;
  const ends = [await bytes.slice(0, 4), await bytes.slice(Math.max(0, byteLength - 4), byteLength)];
  const [first, last] = ends.map((end) => String.fromCharCode(...end));
  if (last === "PARE") return "It is encrypted.";
  if (first !== magic) return "It is no Parquet file: it does not begin with PAR1.";
  return last === magic && byteLength >= 12
    ? undefined
    : "It was cut off: a Parquet file ends with PAR1, and what is in it.";
}

/** Whether it is a `_metadata` or `_common_metadata`, which stands beside the files of a data set. */
function listsOthers({ num_rows, row_groups }: FileMetaData): boolean {
  if (row_groups.length === 0) return num_rows > 0n;
  return row_groups.some(({ columns }) => columns.some(({ file_path = "" }) => file_path !== ""));
}

/** Throws unless each row group has every column, and all rows are in one: a damaged footer may be one all the same. */
function checkFooter({ num_rows, row_groups }: FileMetaData, leaves: number): void {
  let rows = 0;
  for (const group of row_groups) {
    rows += rowsOf(group);
    if (!(rowsOf(group) >= 0) || group.columns.length !== leaves)
      throw new Error("a row group has other columns than the file");
    for (const { meta_data } of group.columns) {
      const known = Array.isArray(meta_data?.path_in_schema) && typeof meta_data.codec === "string";
      if (!known || !(meta_data.num_values >= 0n) || !(meta_data.total_uncompressed_size >= 0n))
        throw new Error("it does not say how a column lies in it");
    }
  }
  if (rows !== Number(num_rows)) throw new Error(`it has ${num_rows} rows, and ${rows} in its row groups`);
}

function leavesOf({ children }: SchemaTree): number {
  return children.reduce((sum, child) => sum + (child.children.length === 0 ? 1 : leavesOf(child)), 0);
}

/** Rows of a group. */
export function rowsOf({ num_rows }: RowGroup): number {
  return Number(num_rows);
}

/**
 * The columns `picked` of row group number `group` of `file`.
 *
 * @param firstRow the number of its first row in the file
 * @throws DataError if it is damaged, or a value is not what it should be.
 */
export async function decodeGroup(
  file: DataFile,
  { metadata, columns }: Footer,
  { group, firstRow }: Pick<GroupPlace, "group" | "firstRow">,
  picked: readonly PickedColumn[],
  allocate: Allocate,
): Promise<DecodedGroup> {
  const { parquetRead } = await loadHyparquet();
  const rowGroup = metadata.row_groups[group]!;
  const rows = rowsOf(rowGroup);
  const names = picked.map(({ name }) => name);
  const compressors = await loadCompressors(codecsOf(rowGroup, names));
  const pages = new Map<string, DecodedArray[]>(names.map((name) => [name, []]));
  const options = {
    metadata: { ...metadata, num_rows: rowGroup.num_rows, row_groups: [rowGroup] },
    columns: [...new Set(names)],
    // Its default makes text of all bytes, images among them.
    utf8: false,
    geoparquet: false,
    compressors,
    parsers,
    onChunk: ({ columnName, columnData }: { columnName: string; columnData: DecodedArray }) => {
      pages.get(columnName)!.push(columnData);
    },
  };
  if (rows > 0)
    await readFrom(file, { row: firstRow }, (bytes) =>
      decoding(`Row group ${group}`, bytes, (buffer) => parquetRead({ ...options, file: buffer })),
    );
  return picked.map((column) => {
    const { record, content } = columns.find(({ name }) => name === column.name)!;
    const own = pages.get(column.name)!;
    const count = own.reduce((sum, { length }) => sum + length, 0);
    if (count !== rows)
      throw dataError(
        `Row group ${group} has ${rows} rows, and ${count} of this column. The file is damaged.`,
        {
          path: file.path,
          row: firstRow,
          column: column.name,
        },
      );
    const whole = content !== "float32" && content !== "float64";
    return decodeColumn(column, { pages: own, rows, record, whole, path: file.path, firstRow }, allocate);
  });
}

/** How columns of a group are compressed. */
export function codecsOf({ columns }: RowGroup, names: readonly string[]): Set<string> {
  const picked = columns.filter(({ meta_data }) => names.includes(meta_data?.path_in_schema[0] ?? ""));
  return new Set(picked.map(({ meta_data }) => meta_data!.codec));
}

/** What `run` makes of `bytes` by hyparquet; of its errors ours, and those of reading as they are. */
async function decoding<T>(what: string, bytes: Bytes, run: (buffer: AsyncBuffer) => Promise<T>): Promise<T> {
  let unread: { readonly error: unknown } | undefined;
  const read = async (start: number, end: number): Promise<ArrayBuffer> => {
    try {
      return whole(await bytes.slice(start, end));
    } catch (error) {
      unread = { error };
      throw error;
    }
  };
  try {
    return await run({
      byteLength: bytes.byteLength,
      slice(start, end = bytes.byteLength) {
        const part = read(start, end);
        // Not all that was begun is waited for where something else fails first.
        part.catch(() => {});
        return part;
      },
    });
  } catch (cause) {
    if (unread !== undefined) throw unread.error;
    throw new Error(`${what} cannot be decoded: ${(cause as Error).message}. The file is damaged.`, {
      cause,
    });
  }
}

/** An ArrayBuffer of these bytes and no others. */
function whole(bytes: Uint8Array): ArrayBuffer {
  const { buffer } = bytes;
  const alone = buffer instanceof ArrayBuffer && buffer.byteLength === bytes.byteLength;
  return alone ? buffer : (bytes.slice().buffer as ArrayBuffer);
}
