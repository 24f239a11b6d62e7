/**
 * HDF5's own library, compiled for WebAssembly by the package `h5wasm`, over bytes that this package reads.
 *
 * Each file is a node of the library's file system whose bytes come by range from where they are, so that versions and
 * errors are those of every other reader. What the library says of a failure is its message. Of h5wasm's functions those
 * are used that say whether they failed: its `slice` gives whatever lay in memory where a chunk cannot be read.
 * Limits: the library asks for bytes at once, so what is far away is read into memory, whole, by each thread.
 */
import { MissingPeerError } from "../../core/errors.ts";
import { isThenable, whenThere } from "../../core/settle.ts";
import { wasmRefusal } from "../../core/wasm.ts";
import type { Awaitable } from "../../sequence/sequence.ts";
import { type DataFile, readFrom } from "../data-file.ts";

/** What the library says of an array. */
export interface Hdf5Array {
  /** Kind: 0 whole numbers, 1 fractions, 8 names of numbers; others are none. */
  readonly type: number;
  readonly size: number;
  readonly signed: boolean;
  readonly shape: readonly number[] | null;
  readonly enum_type?: { readonly members: Readonly<Record<string, number>> };
  /** Arrays of other files that it is put together of. */
  readonly virtual_sources?: readonly unknown[];
}

interface OpenStream {
  position: number;
  stream_ops: object;
}

/** The parts of h5wasm's module that are used. */
interface Library {
  readonly HEAPU8: Uint8Array;
  readonly FS: {
    createFile(folder: string, name: string, properties: object, canRead: boolean, canWrite: boolean): Node;
    unlink(path: string): void;
    getStream(descriptor: number): OpenStream;
    readonly ErrnoError: new (code: number) => Error;
  };
  _malloc(size: number): number;
  _free(at: number): void;
  open(path: string, mode: number, trackOrder: boolean, least: number, most: number): bigint;
  close_file(id: bigint): number;
  get_dataset_metadata(id: bigint, path: string): Hdf5Array;
  get_dataset_data(
    id: bigint,
    path: string,
    count: readonly bigint[],
    offset: readonly bigint[],
    strides: readonly bigint[],
    at: bigint,
  ): number;
}

interface Node {
  readonly id: number;
  readonly mode: number;
  node_ops: object;
  stream_ops: object;
}

/** The library in this thread. */
let library: Library | undefined;

/** What the library said since it was last asked for something. */
let said = "";

/** Files open in a thread at most. */
const mostOpen = 16;

interface OpenHdf5 {
  readonly id: bigint;
  readonly path: string;
  /** Why bytes could not be had, where they could not. */
  failure: { readonly error: unknown } | undefined;
}

/** What this thread has open, that which was used last at the end. */
const opened = new Map<DataFile, OpenHdf5>();

let count = 0;

async function loadLibrary(): Promise<Library> {
  const found = await loadH5wasm();
  const loaded = (await found.default.ready.catch((cause: unknown): never => {
    throw wasmRefusal("HDF5 files are read", cause) ?? cause;
  })) as unknown as Library;
  if (library !== undefined) return library;
  // What it writes to the standard error is the message of our error instead.
  const errors = loaded.FS.getStream(2);
  errors.stream_ops = {
    ...errors.stream_ops,
    write(_: unknown, bytes: Uint8Array, offset: number, length: number): number {
      if (said.length < 2 ** 14) said += new TextDecoder().decode(bytes.slice(offset, offset + length));
      return length;
    },
  };
  library = loaded;
  return loaded;
}

async function loadH5wasm(): Promise<typeof import("h5wasm")> {
  // By `try`, not `catch()`: so bundlers see that the package may be missing.
  try {
    return await import("h5wasm");
  } catch (cause) {
    throw new MissingPeerError(
      "epochal/data/hdf5 needs the package `h5wasm`. Install it: npm install h5wasm",
      { cause },
    );
  }
}

/** The last reason that the library gave, the innermost. */
function reason(): string {
  const reasons = [...said.matchAll(/^ *#\d+: .*?\(\): (.*)$/gm)];
  return reasons.at(-1)?.[1] ?? "no reason is given";
}

/** The file in HDF5's library: at once where this thread has it open. */
function openHdf5(file: DataFile): Awaitable<OpenHdf5> {
  const known = opened.get(file);
  if (known !== undefined) {
    opened.delete(file);
    opened.set(file, known);
    return known;
  }
  return whenThere(library ?? loadLibrary(), (loaded) =>
    whenThere(readerOf(file), (read) => opened.get(file) ?? openIn(loaded, file, read)),
  );
}

/** Fills `target` with bytes from `start` on. */
type Read = (target: Uint8Array, start: number) => void;

/** What reads bytes of `file` at once. */
function readerOf(file: DataFile): Awaitable<Read> {
  const first = readFrom(file, {}, (bytes) => bytes.slice(0, 0));
  if (!isThenable(first))
    return (target, start) => void readFrom(file, {}, (bytes) => bytes.readInto(target, start));
  if (file.byteLength > 2 ** 30)
    throw new Error(
      "It is far away, and larger than 1 GiB, which is not read into memory. Download it, and give its path.",
    );
  return whenThere(
    readFrom(file, {}, (bytes) => bytes.slice(0, file.byteLength)),
    (all) => (target: Uint8Array, start: number) => target.set(all.subarray(start, start + target.length)),
  );
}

function openIn(loaded: Library, file: DataFile, read: Read): OpenHdf5 {
  const { FS } = loaded;
  const path = `/epochal-${count++}`;
  const size = file.byteLength;
  let current: OpenHdf5 | undefined;
  let early: OpenHdf5["failure"];
  const node = FS.createFile("/", path.slice(1), {}, true, false);
  const time = new Date(0);
  node.node_ops = {
    ...node.node_ops,
    getattr: ({ id, mode }: Node) => ({
      ...{ dev: 1, ino: id, mode, nlink: 1, uid: 0, gid: 0, rdev: 0, size },
      ...{ atime: time, mtime: time, ctime: time, blksize: 4096, blocks: 1 },
    }),
  };
  node.stream_ops = {
    llseek: ({ position }: OpenStream, offset: number, from: number) =>
      offset + (from === 1 ? position : from === 2 ? size : 0),
    read(_: OpenStream, memory: Uint8Array, offset: number, length: number, position: number): number {
      const there = Math.max(0, Math.min(length, size - position));
      try {
        read(memory.subarray(offset, offset + there), position);
      } catch (error) {
        // Not through the library, which would be left in the middle of its work.
        if (current === undefined) early ??= { error };
        else current.failure ??= { error };
        throw new FS.ErrnoError(29);
      }
      return there;
    },
  };
  said = "";
  const id = loaded.open(path, 0, false, -1, -1);
  if (id <= 0n) {
    FS.unlink(path);
    if (early !== undefined) throw early.error;
    throw new Error(`It cannot be opened as HDF5: ${reason()}.`);
  }
  current = { id, path, failure: undefined };
  opened.set(file, current);
  if (opened.size > mostOpen) {
    const [oldest, { id: closing, path: gone }] = opened.entries().next().value!;
    opened.delete(oldest);
    loaded.close_file(closing);
    FS.unlink(gone);
  }
  return current;
}

/** What `use` makes of the library and the open file, or its reason where it fails. */
function using<T>(file: DataFile, use: (loaded: Library, id: bigint) => T): Awaitable<T> {
  return whenThere(openHdf5(file), (open) => {
    said = "";
    open.failure = undefined;
    try {
      return use(library!, open.id);
    } catch (cause) {
      const { failure } = open as OpenHdf5;
      if (failure !== undefined) throw failure.error;
      throw new Error(
        `HDF5's library cannot read it: ${reason()}. It is damaged, or compressed in a way that h5wasm does not know.`,
        { cause },
      );
    }
  });
}

/** What the array at `path` in `file` is; undefined where there is none. */
export function describeArray(file: DataFile, path: string): Awaitable<Hdf5Array | undefined> {
  return whenThere(openHdf5(file), (open) => {
    try {
      return library!.get_dataset_metadata(open.id, path);
    } catch {
      if (open.failure !== undefined) throw open.failure.error;
      return undefined;
    }
  });
}

/** The bytes of row `row` of the array at `path`, whose rows have `shape` and `size` bytes. */
export function readHdf5Row(
  file: DataFile,
  path: string,
  row: number,
  shape: readonly number[],
  size: number,
): Awaitable<Uint8Array> {
  return readFrom(file, { row }, () =>
    using(file, (loaded, id) => {
      const at = loaded._malloc(size);
      try {
        const counts = [1n, ...shape.map(BigInt)];
        const offsets = [BigInt(row), ...shape.map(() => 0n)];
        const strides = counts.map(() => 1n);
        const status = loaded.get_dataset_data(id, path, counts, offsets, strides, BigInt(at));
        if (status !== 0) throw new Error(`status ${status}`);
        return loaded.HEAPU8.slice(at, at + size);
      } finally {
        loaded._free(at);
      }
    }),
  );
}
