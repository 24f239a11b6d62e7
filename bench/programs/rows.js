/** Rows of a file, of which processor time is measured: by epochal's readers, or by a loop by hand. */
import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRandom } from "epochal";
import { csv, jsonl, lines, npy, tar } from "epochal/data";
import { options, report } from "./bench.js";

const { kind, order, hand, rows } = options({ kind: "csv", order: "random", hand: 0, rows: 400_000 });
const random = createRandom(1);

const float = (text) => ({ data: Float32Array.of(Number(text)), shape: [], dtype: "float32" });
const int = (number) => ({ data: Int32Array.of(number), shape: [], dtype: "int32" });

/** A row of JSON lines. */
function jsonOf(id) {
  const words = "the quick brown fox jumps over the lazy dog";
  const text = words.slice(0, 10 + Math.floor(33 * random.uniform()));
  return JSON.stringify({ id, text, label: id % 10, score: Number(random.uniform().toFixed(4)) });
}

/** A member of a tar archive: its head, five digits, and what fills the block. */
function memberOf(id) {
  const block = Buffer.alloc(1024);
  const octal = (number, length) => number.toString(8).padStart(length, "0");
  block.write(`${String(id).padStart(8, "0")}.cls`);
  for (const [number, length, at] of [
    [0o644, 7, 100],
    [0, 7, 108],
    [0, 7, 116],
    [5, 11, 124],
    [0, 11, 136],
  ])
    block.write(octal(number, length), at);
  block.write("        0", 148);
  block.write("ustar", 257);
  block.write("00", 263);
  const sum = block.subarray(0, 512).reduce((all, byte) => all + byte, 0);
  block.write(`${octal(sum, 6)}\0 `, 148);
  block.write(String(id % 100_000).padStart(5, "0"), 512);
  return block;
}

/** numpy's head of 128 bytes, of rows of 784 bytes. */
function npyHead() {
  const dict = `{'descr': '|u1', 'fortran_order': False, 'shape': (${rows}, 784), }`;
  return Buffer.from(`\x93NUMPY\x01\x00\x76\x00${dict.padEnd(117)}\n`, "latin1");
}

const row = Buffer.alloc(784, 7);
const columns = { text: "string", label: "int32", score: "float32" };

/**
 * Of each kind: what stands before the rows, how one is written, what of it is read, who reads it, and what a loop by hand
 * makes of its bytes.
 */
const kinds = {
  csv: {
    head: "x,y,z,w\n",
    write() {
      const x = random.uniform();
      return `${x.toFixed(6)},${(100 * x).toFixed(3)},${Math.floor(1000 * x)},${(x - 0.5).toFixed(5)}\n`;
    },
    open: (path) =>
      csv(path, { columns: { x: "float32", y: "float32", z: "float32", w: "float32" }, cache: false }),
    make(bytes, length) {
      const [x, y, z, w] = bytes.utf8Slice(0, length - 1).split(",");
      return { x: float(x), y: float(y), z: float(z), w: float(w) };
    },
  },
  jsonl: {
    write: (id) => `${jsonOf(id)}\n`,
    open: (path) => jsonl(path, { cache: false }),
    make: (bytes, length) => JSON.parse(bytes.utf8Slice(0, length - 1)),
  },
  columns: {
    write: (id) => `${jsonOf(id)}\n`,
    open: (path) => jsonl(path, { columns, cache: false }),
    make(bytes, length) {
      const { text, label, score } = JSON.parse(bytes.utf8Slice(0, length - 1));
      return { text, label: int(label), score: float(score) };
    },
  },
  lines: {
    write: (id) => `${jsonOf(id)}\n`,
    open: (path) => lines(path, { cache: false }),
    make: (bytes, length) => bytes.utf8Slice(0, length - 1),
  },
  tar: {
    write: memberOf,
    part: [512, 5],
    open: (path) => tar(path, { cls: "int32" }, { cache: false }),
    make: (bytes, length) => ({ cls: int(Number(bytes.latin1Slice(0, length))) }),
  },
  npy: {
    head: npyHead(),
    write: () => row,
    open: (path) => npy(path),
    // Bare reading, which gives the same memory each time.
    make: (bytes) => bytes,
  },
};

const { head = "", write, part, open, make } = kinds[kind];
const folder = mkdtempSync(join(tmpdir(), "epochal-rows-"));
const path = join(folder, "rows");
const starts = new Float64Array(rows + 1).fill(head.length, 0, 1);
const written = Array.from({ length: rows }, (_, id) => Buffer.from(write(id)));
written.forEach(({ length }, id) => {
  starts[id + 1] = starts[id] + length;
});
writeFileSync(path, Buffer.concat([Buffer.from(head), ...written, Buffer.alloc(kind === "tar" ? 1024 : 0)]));

/** What reads the row of a number. */
async function readerOf() {
  if (hand) return byHand();
  const reader = await open(path);
  // Rows depend on their number only.
  const context = { epoch: 0, index: 0, seed: 0, signal: new AbortController().signal };
  return { get: (index) => reader.getItem(index, context), close: () => {} };
}

function byHand() {
  const file = openSync(path, "r");
  const room = Buffer.alloc(2 ** 16);
  const get = (index) => {
    const [from, length] = part ?? [0, starts[index + 1] - starts[index]];
    readSync(file, room, 0, length, starts[index] + from);
    return make(room, length);
  };
  return { get, close: () => closeSync(file) };
}

const { get, close } = await readerOf();
const indices = Array.from({ length: rows }, (_, i) => (order === "random" ? random.integer(0, rows) : i));
let best = Number.POSITIVE_INFINITY;
for (let round = 0; round < 5; round++) {
  const before = process.cpuUsage();
  for (const index of indices) get(index);
  const { user, system } = process.cpuUsage(before);
  best = Math.min(best, user + system);
}
close();
rmSync(folder, { recursive: true });
report((1000 * rows) / best, { packages: ["epochal"] });
