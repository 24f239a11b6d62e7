/**
 * Data read from wherever a page has them, and in Node from disk: of the same file the rows, as JSON, must be the same.
 * What travels to workers is here, too, as `sources-worker.js` serves it.
 */
import { batches, DataLoader, Sequence } from "epochal";
import {
  csv,
  diskCache,
  folder,
  http,
  jsonl,
  lines,
  npy,
  npz,
  tar,
  tfrecord,
  wav,
  zipArchive,
} from "epochal/data";
import { arrow } from "epochal/data/arrow";
import { parquet } from "epochal/data/parquet";
import { imread } from "epochal/image";

/** A reader for each file, by the file's name. */
export const readers = {
  "table.csv": (where) => csv(where, { columns: { name: "string", x: "float32" } }),
  "rows.jsonl": (where) => jsonl(where, { columns: { name: "string", x: "float32" } }),
  "text.txt": (where) => lines(where),
  "numbers.npy": (where) => npy(where, { dtype: "float32" }),
  "arrays.npz": (where) => npz(where),
  "samples.tar": (where) => tar(where, { png: "image", cls: "int32" }),
  "samples.zip": (where) => zipArchive(where, { png: "image", cls: "int32" }),
  "records.tfrecord": (where) => tfrecord(where, { label: "int32", name: "string" }),
  "sound.wav": (where) => wav(where),
  "columns.parquet": (where) => parquet(where),
  "columns.arrow": (where) => arrow(where),
  "image.png": (where) => new Picture(where),
};

/** One image of any source. */
export class Picture extends Sequence {
  static id = "Picture";
  length = 1;
  constructor(source) {
    super();
    this.source = source;
  }
  getItem() {
    return { image: imread(this.source) };
  }
}

/** All rows of a reader, as plain JSON. */
export async function rowsOf(reader) {
  const rows = [];
  for (let i = 0; i < reader.length; i++) rows.push(plain(await reader.at(i)));
  return rows;
}

function plain(value) {
  if (ArrayBuffer.isView(value)) return Array.from(value, String);
  if (typeof value === "bigint") return `${value}`;
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(plain);
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, plain(each)]));
}

/** What each place makes of a file's bytes, its name and its relative URL. */
const places = {
  url: (_, __, url) => url,
  http: (_, __, url) => http(url, { headers: { "x-asked": "yes" } }),
  bytes: (bytes) => bytes,
  buffer: (bytes) => bytes.slice().buffer,
  blob: (bytes) => new Blob([bytes]),
  file: (bytes, name) => new File([bytes], name, { lastModified: 5 }),
  "blob URL": (bytes) => URL.createObjectURL(new Blob([bytes])),
  handle: async (bytes, name) => write(await storageOf(), name, bytes),
};

/** Rows of all files from all places, by place and file. */
export async function readAll(base) {
  const read = {};
  for (const [place, put] of Object.entries(places)) {
    if (place === "handle" && !(await storageOf())) continue;
    read[place] = {};
    for (const [name, open] of Object.entries(readers)) {
      const url = `${base}${name}`;
      read[place][name] = await rowsOf(await open(await put(await bytesAt(url), name, url)));
    }
  }
  return { isolated: globalThis.crossOriginIsolated, read };
}

async function bytesAt(url) {
  return new Uint8Array(await (await fetch(url)).arrayBuffer());
}

/** The page's storage; undefined where the engine has none, or none that a page can write to. */
async function storageOf() {
  if (!("createWritable" in (globalThis.FileSystemFileHandle?.prototype ?? {}))) return undefined;
  return navigator.storage.getDirectory().catch(() => undefined);
}

async function write(directory, name, bytes) {
  const handle = await directory.getFileHandle(name, { create: true });
  const writable = await handle.createWritable();
  await writable.write(bytes);
  await writable.close();
  return handle;
}

const fields = { image: "image", label: "class", path: "path" };

/** What is read of a folder: samples, and what it says of itself. */
export async function readFolder(root, options = {}) {
  const reader = await folder(root, fields, options);
  const captioned = await folder(root, { image: "image", caption: "string" }, { split: "train" });
  return {
    classes: reader.classes,
    labels: [...reader.labels],
    passedOver: reader.passedOver,
    rows: await rowsOf(reader),
    captioned: await rowsOf(captioned),
  };
}

/** The folder that `paths` lie in, as a page is given it: by a handle, and as a list of files. */
async function pickedFolders(base, paths) {
  const storage = await storageOf();
  const root = await storage?.getDirectoryHandle("pictures", { create: true });
  const files = [];
  for (const path of paths) {
    const bytes = await bytesAt(`${base}pictures/${path}`);
    const name = path.split("/").at(-1);
    const file = new File([bytes], name);
    Object.defineProperty(file, "webkitRelativePath", { value: `pictures/${path}` });
    files.push(file);
    let directory = root;
    for (const folder of path.split("/").slice(0, -1))
      directory = await directory?.getDirectoryHandle(folder, { create: true });
    if (directory) await write(directory, name, bytes);
  }
  return { files, handle: root };
}

/** What is read of the folder of `paths`, however it was given. */
export async function readFolders(base, paths, options) {
  const { files, handle } = await pickedFolders(base, paths);
  return {
    files: await readFolder(files, options),
    handle: handle && (await readFolder(handle, options)),
  };
}

/** Sequences over sources of all kinds, through none and through a worker. */
export async function readInWorkers(base, paths, makeWorker) {
  const bytes = await bytesAt(`${base}image.png`);
  const { files, handle } = await pickedFolders(base, paths);
  const storage = await storageOf();
  const table = storage && (await write(storage, "table.csv", await bytesAt(`${base}table.csv`)));
  const columns = { columns: { x: "float32" } };
  const [labelled, train] = [{ image: "image", label: "class" }, { split: "train" }];
  const sequences = {
    "image by relative URL": new Picture(`${base}image.png`),
    "image by File": new Picture(new File([bytes], "image.png")),
    "image by handle": storage && new Picture(await write(storage, "image.png", bytes)),
    "table by relative URL": batches(await csv(`${base}table.csv`, columns), { batchSize: 2 }),
    "table by File": batches(await csv(new File([await bytesAt(`${base}table.csv`)], "table.csv"), columns), {
      batchSize: 2,
    }),
    "table by handle": table && batches(await csv(table, columns), { batchSize: 2 }),
    "folder by files": batches(await folder(files, labelled, train), { batchSize: 2 }),
    "folder by handle": handle && batches(await folder(handle, labelled, train), { batchSize: 2 }),
  };
  const read = {};
  for (const [name, sequence] of Object.entries(sequences)) {
    if (sequence === undefined) continue;
    read[name] = [];
    for (const workers of [0, 1]) {
      const loader = new DataLoader(sequence, { workers, shuffle: true, seed: 3, worker: makeWorker });
      const seen = [];
      for await (const batch of loader) seen.push(plain(batch));
      read[name].push(seen);
    }
  }
  return read;
}

/** What is said where a page cannot have it. */
export async function refusals(base) {
  const said = {};
  const ask = async (name, read) => {
    said[name] = await Promise.resolve()
      .then(read)
      .then(
        () => "nothing",
        (error) => `${error.name}: ${error.message}`,
      );
  };
  const rows = await csv(`${base}table.csv`);
  await ask("folder by path", () => folder("pictures", fields));
  await ask("diskCache", () => diskCache(rows, { folder: "cache" }));
  await ask("cache of http", () => http(new URL(base, document.baseURI), { cache: "cache" }));
  await ask("pattern", () => csv("data/*.csv"));
  await ask("path of Windows", () => imread("C:\\data\\x.png").tensor());
  await ask("file URL", () => csv("file:///data/x.csv"));
  await ask("missing", () => imread(`${base}none.png`).tensor());
  const storage = await storageOf();
  if (storage === undefined) return said;
  const handle = await write(storage, "gone.png", new Uint8Array(3));
  const table = await write(storage, "gone.csv", new TextEncoder().encode("x\n1\n2\n"));
  const gone = await csv(table, { columns: { x: "int32" } });
  const changed = await csv(await write(storage, "changed.csv", new TextEncoder().encode("x\n1\n2\n")), {
    columns: { x: "int32" },
  });
  await write(storage, "changed.csv", new TextEncoder().encode("x\n10\n20\n30\n"));
  for (const name of ["gone.png", "gone.csv"]) await storage.removeEntry(name);
  await ask("image that is gone", () => imread(handle).tensor());
  await ask("table that is gone", () => gone.at(1));
  await ask("table that has changed", () => changed.at(1));
  return said;
}
