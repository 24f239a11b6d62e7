/**
 * Classifies a folder of images with onnxruntime, and writes a JSON line for each file, in order. Started again after
 * whatever ended it, it goes on where it was.
 *
 *     node --import ./examples/tsx.js examples/onnx/main.ts MODEL FOLDER predictions.jsonl
 *
 * MODEL is a folder as transformers.js takes it: onnx/model.onnx, config.json and preprocessor_config.json. The tests
 * make a small one (make-models.ts).
 */
import { existsSync, readFileSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join, relative } from "node:path";
import { DataLoader, progress, release } from "epochal";
import { fromOrt, toOrt } from "epochal/onnx";
import * as ort from "onnxruntime-node";
import { number, parse, run, UsageError } from "../demo/program.ts";
import { Pictures } from "./pictures.ts";
import { classify, type Labels, Results } from "./results.ts";

const usage = "Usage: main.ts MODEL FOLDER predictions.jsonl [--batch-size 32] [--workers 2]";

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
  const [model, folder, output] = positionals;
  if (model === undefined || folder === undefined || output === undefined) throw new UsageError(usage);
  for (const path of [model, folder])
    if (!existsSync(path)) throw new UsageError(`There is no folder ${path}.`);
  const batchSize = number("batch-size", values["batch-size"], 1, 65536);
  const workers = number("workers", values.workers, 0, 1024);

  const results = new Results(output);
  if (results.done) return console.log("Everything is there already.");
  const read = (name: string) => JSON.parse(readFileSync(join(model, name), "utf8"));
  const { id2label }: { id2label: Labels } = read("config.json");
  const session = await ort.InferenceSession.create(join(model, "onnx/model.onnx"));

  const files = (await readdir(folder, { recursive: true }))
    .filter((name) => /\.(jpe?g|png|webp)$/i.test(name) && !/(^|[/\\])\./.test(name)) // none of hidden folders
    .sort()
    .map((name) => join(folder, name));
  const pictures = new Pictures(files, batchSize, read("preprocessor_config.json"));
  await using loader = new DataLoader(pictures, { workers, state: results.state });
  for await (const batch of progress(loader)) {
    const { pixel_values } = batch;
    const { logits } = fromOrt(await session.run(toOrt(ort, { pixel_values })), "float32");
    const answers = classify(logits!, id2label);
    const rows = batch.files.map((file, i) => ({ file: relative(folder, file), ...answers[i] }));
    release(batch); // after run() has resolved, not before
    await results.append(rows, loader.state());
  }
  console.log(loader.report().summary);
});
