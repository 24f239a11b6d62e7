/**
 * The picked columns of a record batch, each read by its own range: the others are not read.
 *
 * What a batch says of its parts is taken for no more than that: each buffer must lie in the batch, and hold what its type
 * needs; offsets rise, and end where the values do.
 */
import { beginEach, whenThere } from "../../core/settle.ts";
import type { Awaitable } from "../../sequence/sequence.ts";
import { type ArrayOf, bytesPerElement, viewOf } from "../../tensor/dtype.ts";
import type { Decompress } from "../columns/codecs.ts";
import {
  type Allocate,
  type DecodedGroup,
  decodeColumn,
  type PageValues,
  type PickedColumn,
} from "../columns/decoded.ts";
import { type DataFile, readFrom } from "../data-file.ts";
import type { NumberType } from "../fields.ts";
import { columnBuffers, type MessagePlace } from "./messages.ts";
import { type BatchHead, messageOf } from "./metadata.ts";
import { type ArrowColumn, dictionarySpan, type Layout } from "./schema.ts";

/** What is needed to read of a file. */
export interface ArrowParts {
  readonly file: DataFile;
  /** What undoes codecs, by their numbers. */
  readonly codecs: Readonly<Record<number, Decompress>>;
}

/** The values of a dictionary, by its number. */
export type Dictionaries = ReadonlyMap<number, PageValues>;

/**
 * The columns `picked` of the record batch at `place`.
 *
 * @param firstRow the number of its first row in the file
 * @throws DataError if it is damaged, or a value is not what it should be.
 */
export function decodeBatch(
  parts: ArrowParts,
  { place, firstRow }: { readonly place: MessagePlace; readonly firstRow: number },
  columns: readonly { readonly stored: ArrowColumn; readonly picked: PickedColumn }[],
  dictionaries: Dictionaries,
  allocate: Allocate,
): Awaitable<DecodedGroup> {
  const { path } = parts.file;
  return whenThere(headOf(parts, place), (batch) =>
    beginEach(columns.length, (i) => {
      const { stored, picked } = columns[i]!;
      const whole = !/^float(32|64)$/.test(String(stored.content));
      const location = { row: firstRow, column: picked.name };
      const values = readFrom(parts.file, location, () =>
        valuesOf(parts, place, batch, stored, dictionaries),
      );
      return whenThere(values, (there) =>
        decodeColumn(
          picked,
          { pages: [there], rows: batch.rows, record: false, whole, path, firstRow },
          allocate,
        ),
      );
    }),
  );
}

/** The values of a dictionary that the message at `place` has. */
export function dictionaryValues(
  parts: ArrowParts,
  place: MessagePlace,
  layout: Layout,
): Awaitable<PageValues> {
  const column = { layout, span: dictionarySpan(layout), before: { nodes: 0, buffers: 0, views: 0 } };
  return whenThere(headOf(parts, place), (batch) =>
    readFrom(parts.file, { offset: place[0] }, () => valuesOf(parts, place, batch, column, new Map())),
  );
}

function headOf({ file }: ArrowParts, [start, length]: MessagePlace): Awaitable<BatchHead> {
  return readFrom(file, { offset: start }, (bytes) =>
    whenThere(bytes.slice(start, start + length), (metadata) => messageOf(metadata).batch!),
  );
}

/** Reads the buffers of a column, and makes values of them. */
function valuesOf(
  { file, codecs }: ArrowParts,
  [metadata, length, bodyLength]: MessagePlace,
  batch: BatchHead,
  column: Pick<ArrowColumn, "layout" | "before" | "span">,
  dictionaries: Dictionaries,
): Awaitable<PageValues> {
  const own = batch.buffers.slice(...columnBuffers(column as ArrowColumn, batch));
  const stored = own.filter((buffer) => buffer.length !== 0);
  const start = Math.min(...stored.map(({ offset }) => offset), bodyLength);
  const end = Math.max(...stored.map((buffer) => buffer.offset + buffer.length), start);
  if (!(start >= 0 && end <= bodyLength && stored.every((buffer) => buffer.length > 0)))
    throw damaged("Its bytes are said to lie outside of the record batch");
  const body = metadata + length;
  const codec = batch.codec === undefined ? undefined : codecs[batch.codec];
  if (batch.codec !== undefined && codec === undefined)
    throw new Error(`It is compressed by codec ${batch.codec}, which is not known.`);
  return readFrom(file, {}, (bytes) =>
    whenThere(bytes.slice(body + start, body + end), (all) => {
      if (all.length !== end - start) throw damaged("It was cut off");
      const buffers = own.map(({ offset, length: size }) => {
        const stored = size === 0 ? new Uint8Array() : all.subarray(offset - start, offset - start + size);
        return codec === undefined ? stored : decompressed(stored, codec);
      });
      const nodes = batch.nodes.slice(column.before.nodes, column.before.nodes + column.span.nodes);
      const views = batch.views[column.before.views] ?? 0;
      return new ColumnBuffers(nodes, buffers, views, dictionaries).read(column.layout!);
    }),
  );
}

/** What a compressed buffer holds: eight bytes say how much that is, or that it was left as it is. */
function decompressed(stored: Uint8Array, codec: Decompress): Uint8Array {
  if (stored.length === 0) return stored;
  if (stored.length < 8) throw damaged("A compressed part is cut off");
  const length = Number(new DataView(stored.buffer, stored.byteOffset).getBigInt64(0, true));
  const rest = stored.subarray(8);
  if (length === -1) return rest;
  const bytes = codec(rest, length);
  if (bytes.length !== length) throw damaged("A compressed part has another length than it says");
  return bytes;
}

function damaged(problem: string): Error {
  return new Error(`${problem}. The file is damaged.`);
}

/** Nodes and buffers of one column, taken one after the other as its type asks for them. */
class ColumnBuffers {
  readonly #nodes: BatchHead["nodes"];
  readonly #buffers: readonly Uint8Array[];
  readonly #views: number;
  readonly #dictionaries: Dictionaries;
  #node = 0;
  #buffer = 0;

  constructor(
    nodes: BatchHead["nodes"],
    buffers: readonly Uint8Array[],
    views: number,
    dictionaries: Dictionaries,
  ) {
    this.#nodes = nodes;
    this.#buffers = buffers;
    this.#views = views;
    this.#dictionaries = dictionaries;
  }

  /** Values that lie as `layout` says; null where there is none. */
  read(layout: Layout): PageValues {
    const rows = this.#rows();
    const present = this.#presence(rows);
    const values = this.#valuesOf(layout, rows);
    if (values.length !== rows) throw damaged("It has fewer values than it says");
    if (present === undefined && layout.as !== "dictionary" && layout.as !== "views") return values;
    return Array.from({ length: rows }, (_, i) => {
      if (present !== undefined && present[i] === 0) return null;
      // Not for values that are not there: what stands in their place means nothing.
      if (values[i] === undefined) throw damaged("A value is said to lie where there is none");
      return values[i];
    });
  }

  /** The number of values of the next node. */
  #rows(): number {
    const { rows } = this.#nodes[this.#node++]!;
    if (!(rows >= 0)) throw damaged("It has no such number of values");
    return rows;
  }

  #valuesOf(layout: Layout, rows: number): PageValues {
    switch (layout.as) {
      case "numbers":
        return this.#numbers(layout.dtype, rows);
      case "bits":
        return bitsOf(this.#next(), rows);
      case "halves":
        return Float32Array.from(this.#numbers("uint16", rows), halfOf);
      case "bytes": {
        const offsets = this.#offsets(rows, layout.wide);
        return slices(this.#next(), offsets, rows);
      }
      case "fixedBytes":
        return pieces(this.#next(), layout.size, rows);
      case "views":
        return this.#viewed(rows);
      case "list": {
        const offsets = this.#offsets(rows, layout.wide);
        return slices(this.read(layout.of), offsets, rows);
      }
      case "fixedList":
        return this.#fixedLists(layout, rows);
      case "record":
        this.#node += layout.before.nodes;
        this.#buffer += layout.before.buffers;
        return this.read(layout.of);
      case "dictionary": {
        const keys = this.#numbers(layout.keys, rows);
        const values = this.#dictionaries.get(layout.id)!;
        return Array.from(keys as ArrayLike<number | bigint>, (key) => values[Number(key)]);
      }
    }
  }

  #next(): Uint8Array {
    return this.#buffers[this.#buffer++]!;
  }

  #numbers<D extends NumberType>(dtype: D, count: number): ArrayOf<D> {
    const size = bytesPerElement(dtype);
    const bytes = this.#next();
    if (bytes.length < count * size) throw damaged("It has fewer values than it says");
    const aligned = bytes.byteOffset % size === 0 ? bytes : bytes.slice();
    return viewOf(dtype, aligned.buffer, aligned.byteOffset, count);
  }

  /** 1 for each value that is there, of `count`; undefined where all are. */
  #presence(count: number): Uint8Array | undefined {
    const bytes = this.#next();
    const { nulls } = this.#nodes[this.#node - 1]!;
    if (bytes.length === 0 && nulls !== 0) throw damaged("It does not say which of its values are not there");
    if (bytes.length === 0) return undefined;
    const present = bitsOf(bytes, count);
    return present.includes(0) ? present : undefined;
  }

  /** Where values begin, and behind them where the last ends. */
  #offsets(rows: number, wide: boolean): ArrayLike<number> {
    if (rows === 0) {
      this.#next();
      return [0];
    }
    const offsets = this.#numbers(wide ? "int64" : "int32", rows + 1);
    return wide ? Float64Array.from(offsets as BigInt64Array, Number) : (offsets as Int32Array);
  }

  /** Lists within lists are one behind the other: their shape says how they lie. */
  #fixedLists(layout: Extract<Layout, { as: "fixedList" }>, rows: number): PageValues {
    let [size, inner] = [layout.size, layout.of];
    for (; inner.as === "fixedList"; inner = inner.of) {
      if (this.#presence(this.#rows()) !== undefined)
        throw new Error("A list within a list is not there (null). Write it in full.");
      size *= inner.size;
    }
    return pieces(this.read(inner), size, rows);
  }

  /** Text or bytes of up to twelve stand in their view; of longer ones the view says where they are. */
  #viewed(rows: number): PageValues {
    const views = this.#next();
    if (views.length < rows * 16) throw damaged("It has fewer values than it says");
    const data = this.#buffers.slice(this.#buffer, this.#buffer + this.#views);
    const at = new DataView(views.buffer, views.byteOffset, views.byteLength);
    return Array.from({ length: rows }, (_, row) => {
      const start = row * 16;
      const length = at.getInt32(start, true);
      if (length >= 0 && length <= 12) return views.subarray(start + 4, start + 4 + length);
      const bytes = data[at.getInt32(start + 8, true)];
      const offset = at.getInt32(start + 12, true);
      return length >= 0 && bytes !== undefined && offset >= 0 && offset + length <= bytes.length
        ? bytes.subarray(offset, offset + length)
        : undefined;
    });
  }
}

/** A number, 0 or 1, for each of `count` bits. */
function bitsOf(bytes: Uint8Array, count: number): Uint8Array {
  if (bytes.length * 8 < count) throw damaged("It has fewer values than it says");
  const bits = new Uint8Array(count);
  for (let i = 0; i < count; i++) bits[i] = (bytes[i >> 3]! >> (i & 7)) & 1;
  return bits;
}

/** The values from `start` to `end`: a view on numbers. */
function part(values: PageValues, start: number, end: number): PageValues {
  return ArrayBuffer.isView(values)
    ? (values as Uint8Array).subarray(start, end)
    : (values as readonly unknown[]).slice(start, end);
}

function slices(values: PageValues, offsets: ArrayLike<number>, rows: number): PageValues[] {
  const parts = new Array<PageValues>(rows);
  for (let row = 0; row < rows; row++) {
    const [start, end] = [offsets[row]!, offsets[row + 1]!];
    if (!(start >= 0 && start <= end && end <= values.length))
      throw damaged("A value is said to lie where there is none");
    parts[row] = part(values, start, end);
  }
  return parts;
}

function pieces(values: PageValues, size: number, rows: number): PageValues[] {
  if (!(size >= 0 && values.length >= rows * size)) throw damaged("It has fewer values than it says");
  return Array.from({ length: rows }, (_, row) => part(values, row * size, (row + 1) * size));
}

/** The number that 16 bits are. */
function halfOf(bits: number): number {
  const [exponent, fraction] = [(bits >> 10) & 31, bits & 1023];
  const size =
    exponent === 31
      ? fraction === 0
        ? Number.POSITIVE_INFINITY
        : Number.NaN
      : exponent === 0
        ? fraction * 2 ** -24
        : (1 + fraction / 1024) * 2 ** (exponent - 15);
  return bits >> 15 === 1 ? -size : size;
}
