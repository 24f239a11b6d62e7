/**
 * Where the parts of an Arrow file lie: found by its messages, one after the other, once, when it is opened.
 *
 * A stream is its schema, dictionaries and record batches, each with a head that says how long it is, and a mark of its
 * end. A file (Feather) is `ARROW1`, a stream, and a list of what is in it, which is not needed. Invariant: the stream ends
 * where it says so and the file does, with nothing behind it, so that no batch is lost without a word.
 */
import { type DataFile, dataError, readFrom } from "../data-file.ts";
import { Heads } from "../heads.ts";
import { type ArrowMessage, type BatchHead, messageOf } from "./metadata.ts";
import { type ArrowColumn, arrowColumns } from "./schema.ts";

/** Where a message lies: the byte that its metadata begin at, how long those are, and how long what follows them. */
export type MessagePlace = readonly [metadata: number, metadataLength: number, bodyLength: number];

/** A message that has values of a dictionary. */
export interface DictionaryPlace {
  readonly id: number;
  /** Whether they come behind those that were there. */
  readonly delta: boolean;
  /** Record batches before it. */
  readonly after: number;
  readonly place: MessagePlace;
}

/** What is in a file. */
export interface ArrowIndex {
  readonly columns: readonly ArrowColumn[];
  /** Places of the record batches. */
  readonly places: readonly MessagePlace[];
  /** Rows of each. */
  readonly rows: readonly number[];
  /** Bytes of each column in each, as they are stored. */
  readonly sizes: readonly (readonly number[])[];
  /** Values of each column that are not there. */
  readonly nulls: readonly number[];
  readonly dictionaries: readonly DictionaryPlace[];
  /** Whether dictionaries are for all batches, as in a file, and not for those behind them, as in a stream. */
  readonly footed: boolean;
  /** Numbers of the codecs that it is compressed by. */
  readonly codecs: ReadonlySet<number>;
}

/** What a file begins and ends with. */
const magic = "ARROW1";

/** Bytes of the head of a message: a mark, and the length of its metadata. */
const headSize = 8;

/** More than this is no metadata, but what was taken for it. */
const mostMetadata = 2 ** 28;

/** Bytes between the stream and the list behind it at most, where a writer leaves room. */
const mostBetween = 64;

/**
 * What is in `file`.
 *
 * @throws DataError if it is no Arrow file, is damaged, or was cut off.
 */
export async function indexArrow(file: DataFile): Promise<ArrowIndex> {
  const heads = new Heads(file, undefined);
  const footed = startsWith(await heads.read(0, headSize), magic);
  if (!footed) refuseOthers(file, await heads.read(0, headSize));
  const extent = footed
    ? { start: headSize, end: await footerStart(file), between: mostBetween }
    : { start: 0, end: file.byteLength, between: 0 };
  const codecs = new Set<number>();
  const index = {
    columns: [] as readonly ArrowColumn[],
    places: [] as MessagePlace[],
    rows: [] as number[],
    sizes: [] as number[][],
    nulls: [] as number[],
    dictionaries: [] as DictionaryPlace[],
  };
  let begun = false;
  await eachMessage(file, heads, extent, ({ schema, batch, dictionary }, place) => {
    if (begun !== (schema === undefined)) throw new Error("it has no schema at its beginning, or two");
    begun = true;
    if (schema !== undefined) {
      index.columns = arrowColumns(schema);
      index.nulls = index.columns.map(() => 0);
      return;
    }
    if (batch.codec !== undefined) codecs.add(batch.codec);
    if (dictionary !== undefined) {
      index.dictionaries.push({ ...dictionary, after: index.rows.length, place });
    } else {
      checkBatch(batch, index.columns);
      index.places.push(place);
      index.rows.push(batch.rows);
      index.sizes.push(index.columns.map((column) => sizeOf(column, batch)));
      index.columns.forEach((column, i) => {
        index.nulls[i]! += nullsOf(column, batch);
      });
    }
  });
  if (!begun) throw dataError("It has no schema.", { path: file.path });
  return { ...index, footed, codecs };
}

/** Calls `take` with each message between `start` and `end`. */
async function eachMessage(
  file: DataFile,
  heads: Heads,
  { start, end, between }: { readonly start: number; readonly end: number; readonly between: number },
  take: (message: ArrowMessage, place: MessagePlace) => void,
): Promise<void> {
  let at = start;
  const problem = (text: string, cause?: unknown) =>
    dataError(text, { path: file.path, offset: at }, cause === undefined ? {} : { cause });
  const cut = () =>
    problem("It was cut off, or its writer was not closed. Nothing that begins here is whole.");
  for (;;) {
    if (at + headSize > end) throw cut();
    const head = await heads.read(at, headSize);
    const view = new DataView(head.buffer, head.byteOffset, headSize);
    if (view.getUint32(0, true) !== 0xffffffff)
      throw problem(
        "No message of Arrow begins here. It is damaged, or was written by Arrow before 0.15: write it anew.",
      );
    const length = view.getInt32(4, true);
    if (length === 0) break;
    if (length < 0 || length > mostMetadata) throw problem(`A message has no such length: ${length}.`);
    const body = at + headSize + length;
    if (body > end) throw cut();
    const metadata = await heads.read(at + headSize, length);
    let next: number;
    try {
      const message = messageOf(metadata);
      next = body + message.bodyLength;
      // Its head is whole, and says more of it than where it should end.
      if (next <= end) take(message, [at + headSize, length, message.bodyLength]);
    } catch (cause) {
      throw problem(
        `The message that begins here cannot be read: ${(cause as Error).message}. It is damaged, or not of a kind that is known.`,
        cause,
      );
    }
    if (next > end) throw cut();
    at = next;
  }
  at += headSize;
  if (end - at > between)
    throw problem(
      "There is more behind its end. It is damaged, or several streams are in one file: write each into its own.",
    );
}

/** Where the list behind the stream begins. */
async function footerStart(file: DataFile): Promise<number> {
  const size = 4 + magic.length;
  const start = Math.max(0, file.byteLength - size);
  const end = await readFrom(file, {}, (bytes) => bytes.slice(start, file.byteLength));
  const view = new DataView(end.buffer, end.byteOffset, end.byteLength);
  const length = end.length === size && startsWith(end.subarray(4), magic) ? view.getInt32(0, true) : 0;
  if (length > 0 && length <= start - headSize) return start - length;
  throw dataError(
    `It was cut off: an Arrow file ends with ${magic}, which it has at its beginning. Write it anew, and close its writer.`,
    { path: file.path },
  );
}

const others: Readonly<Record<string, string>> = {
  FEA1: "It is of Feather's first version. Write it anew: pyarrow.feather.write_feather(table, path).",
  PAR1: "It is a Parquet file. Read it by `parquet` of epochal/data/parquet.",
};

/** Throws a DataError where `first`, what a file begins with, is known to be of another kind. */
function refuseOthers({ path }: DataFile, first: Uint8Array): void {
  for (const [name, problem] of Object.entries(others))
    if (startsWith(first, name)) throw dataError(problem, { path });
}

function startsWith(bytes: Uint8Array, text: string): boolean {
  return [...text].every((letter, i) => bytes[i] === letter.charCodeAt(0));
}

/** Which of the buffers of `batch` are those of `column`. */
export function columnBuffers({ before, span }: ArrowColumn, batch: BatchHead): [first: number, end: number] {
  const variadic = (views: number) => batch.views.slice(0, views).reduce((sum, count) => sum + count, 0);
  const first = before.buffers + variadic(before.views);
  return [first, before.buffers + span.buffers + variadic(before.views + span.views)];
}

function sizeOf(column: ArrowColumn, batch: BatchHead): number {
  const [first, end] = columnBuffers(column, batch);
  return batch.buffers.slice(first, end).reduce((sum, { length }) => sum + length, 0);
}

/** Values of `column` that are not there: of a record, of the records or of the bytes in them. */
function nullsOf({ before, layout }: ArrowColumn, { nodes }: BatchHead): number {
  const own = nodes[before.nodes]!.nulls;
  if (layout?.as !== "record") return own;
  return Math.max(own, nodes[before.nodes + 1 + layout.before.nodes]!.nulls);
}

function checkBatch(batch: BatchHead, columns: readonly ArrowColumn[]): void {
  const last = columns.at(-1);
  const nodes = last === undefined ? 0 : last.before.nodes + last.span.nodes;
  const buffers = last === undefined ? 0 : columnBuffers(last, batch)[1];
  const alike = columns.every(({ before }) => batch.nodes[before.nodes]?.rows === batch.rows);
  if (!(batch.rows >= 0) || batch.nodes.length !== nodes || batch.buffers.length !== buffers || !alike)
    throw new Error("it has other columns than the schema");
}
