/**
 * Runs a model over a folder of images with onnxruntime, and writes one row for each file, in order, into a CSV file.
 * Started again after whatever ended it, it goes on where it was: no row is lost, none comes twice.
 *
 *     node --import ./examples/tsx.js examples/onnx/main.ts FOLDER predictions.csv
 *
 * Rows are appended first; then a note of how far that was, the loader's state with the length of the CSV file, is
 * replaced in one step. Rows beyond the note belong to a batch that is about to be run again, so they are cut off.
 */
import { existsSync, readFileSync, renameSync, truncateSync, writeFileSync } from "node:fs";
import { appendFile, readdir } from "node:fs/promises";
import { join, relative } from "node:path";
import { DataLoader, type LoaderState, release } from "epochal";
import { fromOrt, toOrt } from "epochal/onnx";
import * as ort from "onnxruntime-node";
import { number, parse, run, UsageError } from "../demo/program.ts";
import { encodeModel } from "./model.ts";
import { Pictures } from "./pictures.ts";

/** How far the CSV file is known to be good. */
interface Note {
  readonly state: LoaderState;
  readonly bytes: number;
}

const usage = "Usage: main.ts FOLDER predictions.csv [--batch-size 32] [--workers 2]";

// Which colour a picture has most of: mean colour, times weights, softmax.
const colours = ["red", "green", "blue"];
const model = encodeModel({
  input: { name: "pixels", shape: ["batch", 32, 32, 3] },
  output: { name: "probabilities", shape: ["batch", 3] },
  nodes: [
    {
      op: "ReduceMean",
      inputs: ["pixels"],
      outputs: ["mean"],
      attributes: { axes: [1, 2], keepdims: 0 },
    },
    { op: "MatMul", inputs: ["mean", "weights"], outputs: ["logits"] },
    { op: "Softmax", inputs: ["logits"], outputs: ["probabilities"] },
  ],
  weights: { weights: { data: Float32Array.of(10, -5, -5, -5, 10, -5, -5, -5, 10), shape: [3, 3] } },
});

await run(async () => {
  const { positionals, values } = parse({
    allowPositionals: true,
    options: {
      "batch-size": { type: "string", default: "32" },
      workers: { type: "string", default: "2" },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) return console.log(usage);
  const [folder, csv] = positionals;
  if (folder === undefined || csv === undefined) throw new UsageError(usage);
  if (!existsSync(folder)) throw new UsageError(`There is no folder ${folder}.`);
  const batchSize = number("batch-size", values["batch-size"], 1, 65536);
  const workers = number("workers", values.workers, 0, 1024);
  const session = await ort.InferenceSession.create(model);

  const noteFile = `${csv}.state.json`;
  const note: Note | undefined = existsSync(noteFile)
    ? JSON.parse(readFileSync(noteFile, "utf8"))
    : undefined;
  if (note) truncateSync(csv, note.bytes);
  else writeFileSync(csv, "file,colour,probability\n");
  let bytes = note?.bytes ?? readFileSync(csv).length;

  if (note?.state.epoch === 1) return console.log("Everything is there already.");
  const files = (await readdir(folder, { recursive: true }))
    .filter((name) => /\.(jpe?g|png|webp)$/i.test(name) && !/(^|[/\\])\./.test(name)) // none of hidden folders
    .sort()
    .map((name) => join(folder, name));
  const pictures = new Pictures(files, batchSize);
  await using loader = new DataLoader(pictures, { workers, state: note?.state });
  for await (const batch of loader) {
    const { probabilities } = await session.run(toOrt(ort, { pixels: batch.pixels }));
    const rows = toRows(
      batch.files.map((file) => relative(folder, file)),
      fromOrt<"float32">(probabilities!).data,
    );
    release(batch); // after run() has resolved, not before
    await appendFile(csv, rows);
    bytes += Buffer.byteLength(rows);
    replaceFile(noteFile, JSON.stringify({ state: loader.state(), bytes } satisfies Note));
    console.log(`${batch.files.length} files more`);
  }
  console.log(loader.report().summary);
});

function toRows(files: readonly string[], probabilities: Float32Array): string {
  const rows = files.map((file, i) => {
    const row = probabilities.subarray(3 * i, 3 * i + 3);
    const best = row.indexOf(Math.max(...row));
    return `${file},${colours[best]},${row[best]!.toFixed(4)}\n`;
  });
  return rows.join("");
}

/** Writes a file in one step: whoever reads it finds the old text or the new one, never half of it. */
function replaceFile(path: string, text: string): void {
  writeFileSync(`${path}.new`, text);
  renameSync(`${path}.new`, path);
}
