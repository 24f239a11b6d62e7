/**
 * Classifies texts with onnxruntime, and writes a JSON line for each, in order. Started again after whatever ended it,
 * it goes on where it was.
 *
 *     node --import ./examples/tsx.js examples/onnx/texts.ts MODEL texts.jsonl predictions.jsonl
 *
 * MODEL is a folder as transformers.js takes it: onnx/model.onnx, config.json and tokenizer.json. Each line of the texts
 * is { "text": "…" }.
 *
 * A batch is as long as its longest text, so that texts of like length go together: rows are sorted by length within
 * windows of some batches, and results are written when a window is done, in the order of the rows.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { batches, DataLoader, pad, progress, release, SubsetSampler } from "epochal";
import { jsonl } from "epochal/data";
import { fromOrt, toOrt } from "epochal/onnx";
import * as ort from "onnxruntime-node";
import { number, parse, run, UsageError } from "../demo/program.ts";
import { classify, type Labels, Results } from "./results.ts";
import { Tokens } from "./tokens.ts";

const usage =
  "Usage: texts.ts MODEL texts.jsonl predictions.jsonl [--batch-size 32] [--window 32] [--workers 2]";

await run(async () => {
  const { positionals, values } = parse({
    allowPositionals: true,
    options: {
      "batch-size": { type: "string", default: "32" },
      window: { type: "string", default: "32" }, // in batches
      workers: { type: "string", default: "2" },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) return console.log(usage);
  const [model, input, output] = positionals;
  if (model === undefined || input === undefined || output === undefined) throw new UsageError(usage);
  for (const path of [model, input]) if (!existsSync(path)) throw new UsageError(`There is no ${path}.`);
  const batchSize = number("batch-size", values["batch-size"], 1, 65536);
  const window = number("window", values.window, 1, 65536);
  const workers = number("workers", values.workers, 0, 1024);

  const results = new Results(output);
  if (results.done) return console.log("Everything is there already.");
  const { id2label }: { id2label: Labels } = JSON.parse(readFileSync(join(model, "config.json"), "utf8"));
  const session = await ort.InferenceSession.create(join(model, "onnx/model.onnx"));

  const texts = await jsonl(input, { columns: { text: "string" } });
  const tokens = new Tokens(texts, join(model, "tokenizer.json"));
  const sampler = new SubsetSampler(await byLength(texts, batchSize * window));
  const sequence = batches(tokens, { batchSize, sampler, collate: pad() });
  await using loader = new DataLoader(sequence, { workers, state: results.state });
  let done: { row: number; label: string; score: number }[] = [];
  let [used, all] = [0, 0];
  for await (const batch of progress(loader)) {
    const { row, length, ...inputs } = batch;
    const { logits } = fromOrt(await session.run(toOrt(ort, inputs)), "float32");
    classify(logits!, id2label).forEach((answer, i) => {
      done.push({ row: row.data[i]!, ...answer });
    });
    used += length.data.reduce((sum, one) => sum + one, 0);
    all += inputs.input_ids.data.length;
    release(batch); // after run() has resolved, not before
    if (loader.state().position % window !== 0) continue;
    await results.append(
      done.sort((a, b) => a.row - b.row),
      loader.state(),
    );
    done = [];
  }
  console.log(`${((100 * (all - used)) / all).toFixed(1)} % of what the model was given was padding.`);
  console.log(loader.report().summary);
});

/** All rows, those of each window by the lengths of their texts. */
async function byLength(texts: AsyncIterable<{ text: string }>, window: number): Promise<number[]> {
  const lengths: number[] = [];
  for await (const { text } of texts) lengths.push(text.length);
  const rows = lengths.map((_, row) => row);
  return Array.from({ length: Math.ceil(rows.length / window) }, (_, w) =>
    rows.slice(w * window, (w + 1) * window).sort((a, b) => lengths[a]! - lengths[b]!),
  ).flat();
}
