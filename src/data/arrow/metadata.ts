/** What Arrow's messages say: tables of its format's version 5, by the numbers of their fields. */
import { FlatTable } from "./flatbuffer.ts";

/** Kinds of types, by the numbers that the format gives them. */
const kinds = [
  undefined,
  "null",
  "int",
  "float",
  "binary",
  "utf8",
  "bool",
  "decimal",
  "date",
  "time",
  "timestamp",
  "interval",
  "list",
  "struct",
  "union",
  "fixedBinary",
  "fixedList",
  "map",
  "duration",
  "largeBinary",
  "largeUtf8",
  "largeList",
  "runs",
  "binaryView",
  "utf8View",
  "listView",
  "largeListView",
] as const;

/** A kind of type. */
export type ArrowKind = NonNullable<(typeof kinds)[number]>;

/** What values are. */
export interface ArrowType {
  readonly kind: ArrowKind;
  /** Bits of a whole number or time; precision of a fraction: 0 of 16 bits, 1 of 32, 2 of 64; bytes or length of fixed ones. */
  readonly size: number;
  readonly signed: boolean;
  /** Seconds, milliseconds, microseconds, nanoseconds from 0 on; of dates days and milliseconds. */
  readonly unit: number;
  /** Whether the time is the same everywhere, in whatever zone it is shown; that of a local clock otherwise. */
  readonly zoned: boolean;
  readonly children: readonly ArrowField[];
}

/** A field of a schema, or of a type. */
export interface ArrowField {
  readonly name: string;
  readonly type: ArrowType;
  /** The number of the dictionary that its values are numbers of places in, which are of the type `keys`. */
  readonly dictionary: { readonly id: number; readonly keys: ArrowType } | undefined;
}

/** What all batches have. */
export interface ArrowSchema {
  readonly fields: readonly ArrowField[];
  readonly metadata: ReadonlyMap<string, string>;
}

/** What a record batch says of its parts. */
export interface BatchHead {
  readonly rows: number;
  /** Of each list of values: how many, and how many of them are not there. */
  readonly nodes: readonly { readonly rows: number; readonly nulls: number }[];
  /** Where its parts lie behind the message. */
  readonly buffers: readonly { readonly offset: number; readonly length: number }[];
  /** How many buffers each column of views has besides. */
  readonly views: readonly number[];
  /** The number of what it is compressed by. */
  readonly codec: number | undefined;
}

/** A message. */
export type ArrowMessage = { readonly bodyLength: number } & (
  | { readonly schema: ArrowSchema; readonly batch?: undefined; readonly dictionary?: undefined }
  | {
      readonly batch: BatchHead;
      readonly schema?: undefined;
      /** Where its one column is values of a dictionary: which, and whether they come behind those that were there. */
      readonly dictionary: { readonly id: number; readonly delta: boolean } | undefined;
    }
);

/** Fields of a schema at most, those in others too: a damaged one may name the same ever again. */
const mostFields = 100_000;

/**
 * What the message is whose metadata are `bytes`.
 *
 * @throws Error if they are none that is known.
 */
export function messageOf(bytes: Uint8Array): ArrowMessage {
  const message = FlatTable.of(bytes);
  const version = message.int16(0);
  const header = message.table(2);
  const bodyLength = message.int64(3);
  if (header === undefined || !(bodyLength >= 0)) throw new Error("it has no content");
  switch (message.int8(1)) {
    case 1:
      return { bodyLength, schema: schemaOf(header, version) };
    case 2: {
      const data = header.table(1);
      if (data === undefined) throw new Error("a dictionary has no values");
      return {
        bodyLength,
        batch: batchOf(data),
        dictionary: { id: header.int64(0), delta: header.int8(2) !== 0 },
      };
    }
    case 3:
      return { bodyLength, batch: batchOf(header), dictionary: undefined };
    default:
      throw new Error("it is neither a schema nor a batch of records");
  }
}

function batchOf(table: FlatTable): BatchHead {
  const compression = table.table(3);
  return {
    rows: table.int64(0),
    nodes: pairs(table.int64s(1, 2), (rows, nulls) => ({ rows, nulls })),
    buffers: pairs(table.int64s(2, 2), (offset, length) => ({ offset, length })),
    views: table.int64s(4, 1),
    codec: compression?.int8(0),
  };
}

function pairs<T>(numbers: readonly number[], make: (first: number, second: number) => T): T[] {
  return Array.from({ length: numbers.length / 2 }, (_, i) => make(numbers[2 * i]!, numbers[2 * i + 1]!));
}

function schemaOf(table: FlatTable, version: number): ArrowSchema {
  if (table.int16(0) !== 0)
    throw new Error("its numbers have their highest byte first; write it anew on another machine");
  let count = 0;
  const fieldOf = (field: FlatTable): ArrowField => {
    if (++count > mostFields) throw new Error("it has too many fields");
    const kind = kinds[field.int8(2)];
    if (kind === undefined) throw new Error(`a field is of type ${field.int8(2)}, which is not known`);
    // Before version 5 (the fifth, from 0 on) unions had one part more.
    if (kind === "union" && version < 4) throw new Error("it has unions as Arrow wrote them before 1.0");
    const coded = field.table(4);
    return {
      name: field.string(0),
      type: { ...typeOf(kind, field.table(3)), children: field.tables(5).map(fieldOf) },
      dictionary:
        coded === undefined
          ? undefined
          : { id: coded.int64(0), keys: { ...intOf(coded.table(1)), children: [] } },
    };
  };
  const fields = table.tables(1).map(fieldOf);
  return { fields, metadata: new Map(table.tables(2).map((pair) => [pair.string(0), pair.string(1)])) };
}

type Leaf = Omit<ArrowType, "children">;

/** Whole numbers of 32 bits where nothing is said of them. */
function intOf(table: FlatTable | undefined): Leaf {
  const [size, signed] = table === undefined ? [32, true] : [table.int32(0), table.int8(1) !== 0];
  return { kind: "int", size, signed, unit: 0, zoned: false };
}

function typeOf(kind: ArrowKind, table: FlatTable | undefined): Leaf {
  const leaf: Leaf = { kind, size: 0, signed: false, unit: 0, zoned: false };
  switch (kind) {
    case "int":
      return intOf(table);
    case "float":
    case "union":
      return { ...leaf, size: table?.int16(0) ?? 0 };
    case "fixedBinary":
    case "fixedList":
    case "decimal":
      return { ...leaf, size: table?.int32(0) ?? 0 };
    case "timestamp":
      return { ...leaf, unit: table?.int16(0) ?? 0, zoned: (table?.string(1) ?? "") !== "" };
    case "date":
    case "duration":
      return { ...leaf, unit: table?.int16(0, 1) ?? 1 };
    case "time":
      return { ...leaf, unit: table?.int16(0, 1) ?? 1, size: table?.int32(1, 32) ?? 32 };
    default:
      return leaf;
  }
}
