/** Rows of a file of text, of which processor time is measured: by epochal's readers, or by a loop by hand. */
import { closeSync, mkdtempSync, openSync, readFileSync, readSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRandom } from "epochal";
import { csv, jsonl, lines } from "epochal/data";
import { options, report } from "./bench.js";

const { kind, order, hand, rows } = options({ kind: "csv", order: "random", hand: 0, rows: 400_000 });
const isTable = kind === "csv";
const folder = mkdtempSync(join(tmpdir(), "epochal-rows-"));
const path = join(folder, "rows");
const random = createRandom(1);
const words = "the quick brown fox jumps over the lazy dog";
const texts = Array.from({ length: rows }, (_, id) => {
  const x = random.uniform();
  if (isTable)
    return `${x.toFixed(6)},${(100 * x).toFixed(3)},${Math.floor(1000 * x)},${(x - 0.5).toFixed(5)}`;
  const text = words.slice(0, 10 + Math.floor(33 * random.uniform()));
  return JSON.stringify({ id, text, label: id % 10, score: Number(x.toFixed(4)) });
});
writeFileSync(path, `${isTable ? "x,y,z,w\n" : ""}${texts.join("\n")}\n`);

/** What reads the row of a number. */
async function readerOf() {
  if (hand) return byHand();
  const float = "float32";
  const columns = { text: "string", label: "int32", score: float };
  const reader = isTable
    ? await csv(path, { columns: { x: float, y: float, z: float, w: float }, cache: false })
    : kind === "lines"
      ? await lines(path, { cache: false })
      : await jsonl(path, kind === "columns" ? { columns, cache: false } : { cache: false });
  // Rows depend on their number only.
  const context = { epoch: 0, index: 0, seed: 0, signal: new AbortController().signal };
  return { get: (index) => reader.getItem(index, context), close: () => {} };
}

function byHand() {
  const bytes = readFileSync(path);
  const starts = new Float64Array(rows + 1);
  let at = isTable ? bytes.indexOf(10) + 1 : 0;
  for (let row = 0; row < rows; row++) {
    starts[row] = at;
    at = bytes.indexOf(10, at) + 1;
  }
  starts[rows] = at;
  const file = openSync(path, "r");
  const room = Buffer.alloc(2 ** 16);
  const float = (text) => ({ data: Float32Array.of(Number(text)), shape: [], dtype: "float32" });
  const get = (index) => {
    const length = starts[index + 1] - starts[index];
    readSync(file, room, 0, length, starts[index]);
    const text = room.utf8Slice(0, length - 1);
    if (kind === "lines") return text;
    if (!isTable) {
      const value = JSON.parse(text);
      if (kind !== "columns") return value;
      const label = { data: Int32Array.of(value.label), shape: [], dtype: "int32" };
      return { text: value.text, label, score: float(value.score) };
    }
    const [x, y, z, w] = text.split(",");
    return { x: float(x), y: float(y), z: float(z), w: float(w) };
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
