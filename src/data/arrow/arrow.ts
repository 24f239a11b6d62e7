/** Arrow's files and streams as a data set: what {@link arrow} gives. */
import { checkKnown, checkNumber } from "../../core/check.ts";
import { beginEach, whenThere } from "../../core/settle.ts";
import type { Awaitable } from "../../sequence/sequence.ts";
import { bytesPerElement } from "../../tensor/dtype.ts";
import { codecsMissing, type Decompress, findCodecs } from "../columns/codecs.ts";
import type { Allocate, DecodedGroup, PageValues, PickedColumn } from "../columns/decoded.ts";
import {
  type ColumnReader,
  type DecodedPart,
  decodeAll,
  eachOf,
  GroupedRows,
  type GroupPlace,
} from "../columns/groups.ts";
import type { ColumnKinds, ColumnSample, ColumnValue } from "../columns/kinds.ts";
import { type ColumnReaderOptions, pickColumns, refuseNulls } from "../columns/options.ts";
import { type DataFile, dataError, openDataFile } from "../data-file.ts";
import type { NumberType } from "../fields.ts";
import { filesOf, type Where } from "../files.ts";
import { shared } from "../memory.ts";
import { type ArrowParts, decodeBatch, dictionaryValues } from "./batch.ts";
import { decompressLz4 } from "./lz4.ts";
import { type ArrowIndex, type DictionaryPlace, indexArrow, type MessagePlace } from "./messages.ts";
import type { ArrowColumn } from "./schema.ts";

/** What a reader holds of a file. Plain data. */
interface ArrowFile {
  /** What it says of the picked columns. */
  readonly columns: readonly ArrowColumn[];
  /** Places of its record batches, three numbers each. */
  readonly places: Float64Array;
  readonly dictionaries: readonly DictionaryPlace[];
  readonly footed: boolean;
}

/** The rows of Arrow files. */
export class ArrowSequence<S> extends GroupedRows<S> {
  /** Where workers find this class. */
  static override readonly module: string = import.meta.url;
  static override readonly id: string = "epochal:data/arrow/arrow#ArrowSequence";
  /** What each file says of itself. */
  readonly layouts: readonly ArrowFile[];
  /** Numbers of the codecs that record batches are compressed by. */
  readonly codecs: readonly number[];

  constructor(
    files: readonly DataFile[],
    indexes: readonly ArrowIndex[],
    columns: readonly PickedColumn[],
    memory: number,
    parts?: readonly DecodedPart[],
  ) {
    super(
      files,
      indexes.map(({ rows }) => rows),
      columns,
      memory,
      parts,
    );
    this.codecs = [...new Set(indexes.flatMap(({ codecs }) => [...codecs]))];
    this.layouts = indexes.map(({ columns: all, places, dictionaries, footed }) => {
      const flat = shared(Float64Array, places.length * 3);
      flat.set(places.flat());
      return {
        columns: columns.map(({ name }) => columnOf(all, name)),
        places: flat,
        dictionaries,
        footed,
      };
    });
  }

  override decode({ file, group, firstRow }: GroupPlace, allocate: Allocate): Awaitable<DecodedGroup> {
    const { columns, places } = this.layouts[file]!;
    const place = [...places.subarray(group * 3, group * 3 + 3)] as unknown as MessagePlace;
    return whenThere(loadCodecs(this.codecs), (codecs) => {
      const parts = { file: this.files[file]!, codecs };
      return whenThere(dictionariesFor(this, parts, file, group), (dictionaries) =>
        decodeBatch(
          parts,
          { place, firstRow },
          columns.map((stored, i) => ({ stored, picked: this.columns[i]! })),
          dictionaries,
          allocate,
        ),
      );
    });
  }
}

function columnOf(columns: readonly ArrowColumn[], name: string): ArrowColumn {
  return columns.find((column) => column.name === name)!;
}

const zstd = 1;

function loadCodecs(codecs: Iterable<number>): Awaitable<Record<number, Decompress>> {
  const own = { 0: decompressLz4 };
  if (![...codecs].includes(zstd)) return own;
  return whenThere(findCodecs(), (found) => {
    const decompress = found.codecs?.ZSTD;
    if (decompress === undefined) throw codecsMissing("Arrow files compressed by zstd", found);
    return { ...own, [zstd]: decompress };
  });
}

/** The dictionaries that each thread read last for a reader, by column, and which messages they are of. */
const recentDictionaries = new WeakMap<
  ArrowSequence<unknown>,
  Map<number, { readonly of: string; readonly values: PageValues }>
>();

/** The dictionaries that columns of a record batch need. */
function dictionariesFor(
  reader: ArrowSequence<unknown>,
  parts: ArrowParts,
  file: number,
  group: number,
): Awaitable<Map<number, PageValues>> {
  const { columns, dictionaries, footed } = reader.layouts[file]!;
  const found = new Map<number, PageValues>();
  const known = recentDictionaries.get(reader) ?? new Map();
  recentDictionaries.set(reader, known);
  const read = beginEach(columns.length, (i) => {
    const { layout, name } = columns[i]!;
    if (layout?.as !== "dictionary") return undefined;
    const { id, of } = layout;
    const own = dictionaries.filter((each) => each.id === id && (footed || each.after <= group));
    const first = own.findLastIndex(({ delta }) => !delta);
    if (first < 0)
      throw dataError("Its dictionary is not in the file. The file is damaged.", {
        path: parts.file.path,
        column: name,
      });
    const used = own.slice(first);
    const key = `${file} ${used.map(({ place }) => place[0]).join(" ")}`;
    const last = known.get(i);
    if (last?.of === key) return void found.set(id, last.values);
    return whenThere(
      beginEach(used.length, (k) => dictionaryValues(parts, used[k]!.place, of)),
      (all) => {
        const values = all.length === 1 ? all[0]! : all.flatMap((each) => Array.from(each));
        known.set(i, { of: key, values });
        found.set(id, values);
      },
    );
  });
  return whenThere(read, () => found);
}

/**
 * The rows of Arrow IPC files (Feather's second version) and streams, as the data sets library of Hugging Face keeps them.
 *
 * What is asked for is checked against what the files say of their columns, here, as `parquet` does, and given as there:
 * lists of one length are tensors of that shape. Compressed files are those of lz4, and of zstd by the package
 * `hyparquet-compressors`. A stream has to have its end: one whose writer was killed is refused.
 *
 * Rows come in any order as quickly as from memory where the columns fit into `memory`. Where they do not, each row costs
 * the picked columns of its record batch: shuffle by `new BlockSampler(rows.blocks)`, or keep samples in a cache on disk.
 *
 * @throws DataError if a file is no Arrow file, is damaged, or has a null in a picked column; OptionError if there is no
 *   such column, or it is not of that kind; MissingPeerError if a file is compressed by zstd and its package not installed.
 * @example
 * const rows = await arrow("data/*.arrow", { columns: { text: "string", label: "int32" } });
 * batches(rows, { batchSize: 32, shuffle: true }); // { text: string[], label: Tensor<"int32"> }
 */
export function arrow(where: Where, options?: Omit<ColumnReaderOptions, "columns">): Promise<ColumnReader>;
export function arrow<const C extends ColumnKinds>(
  where: Where,
  options: ColumnReaderOptions<C> & { readonly columns: C },
): Promise<ColumnReader<ColumnSample<C>>>;
export async function arrow(where: Where, options: ColumnReaderOptions = {}): Promise<ColumnReader> {
  checkKnown("arrow()", options, ["columns", "memory", "missing"]);
  const { memory = 256 * 2 ** 20 } = options;
  checkNumber("memory", memory, 0);
  const sources = filesOf("arrow", where);
  const opened = await eachOf(sources.length, async (i) => {
    const file = await openDataFile(sources[i]!);
    return { file, index: await indexArrow(file) };
  });
  const files = opened.map(({ file }) => file);
  const indexes = opened.map(({ index }) => index);
  const columns = pickColumns(
    files,
    indexes.map((index) => index.columns),
    options,
  );
  for (const { name, missing, list } of columns) {
    if (missing !== undefined || list) continue;
    for (const [i, index] of indexes.entries()) {
      const column = columnOf(index.columns, name);
      refuseNulls(files[i]!.path, column, index.nulls[index.columns.indexOf(column)]!);
    }
  }
  const reader = new ArrowSequence<Record<string, ColumnValue>>(files, indexes, columns, memory);
  await loadCodecs(reader.codecs);
  if (reader.length === 0) throw dataError("It has no rows.", { path: files[0]!.path });
  const parts = await decodeAll(reader, estimates(indexes, columns));
  return parts === undefined ? reader : new ArrowSequence(files, indexes, columns, memory, parts);
}

/** Bytes that the columns of each record batch will take when they are decoded, about. */
function estimates(indexes: readonly ArrowIndex[], picked: readonly PickedColumn[]): number[] {
  return indexes.flatMap(({ columns, rows, sizes }) => {
    const own = picked.map(({ name, kind, list }) => {
      const { content } = columnOf(columns, name);
      const at = columns.findIndex((column) => column.name === name);
      const numbers = kind !== "string" && kind !== "bytes" && kind !== "image";
      // Lists have as many numbers as there is room for where they are stored.
      const growth = numbers ? bytesPerElement(kind) / bytesPerElement(content as NumberType) : 1;
      return (batch: number) =>
        numbers && !list
          ? rows[batch]! * bytesPerElement(kind)
          : growth * sizes[batch]![at]! + 16 * rows[batch]!;
    });
    return rows.map((_, batch) => own.reduce((sum, sizeIn) => sum + sizeIn(batch), 0));
  });
}
