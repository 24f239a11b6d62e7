/**
 * Small models in folders as transformers.js has them, for where nothing can be downloaded: colours of images, and the
 * mood of English texts.
 *
 *     node --import ./examples/tsx.js examples/onnx/make-models.ts FOLDER
 */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { encodeModel, type Model } from "./model.ts";
import type { PreprocessorConfig } from "./preprocess.ts";

/** CLIP's settings but for the size. */
const clip: PreprocessorConfig = {
  do_resize: true,
  size: { shortest_edge: 32 },
  resample: 3,
  do_center_crop: true,
  crop_size: { height: 32, width: 32 },
  do_rescale: true,
  rescale_factor: 1 / 255,
  do_normalize: true,
  image_mean: [0.48145466, 0.4578275, 0.40821073],
  image_std: [0.26862954, 0.26130258, 0.27577711],
};

/** Which colour an image has most of: mean colour, times weights. */
const colours: Model = {
  inputs: [{ name: "pixel_values", shape: ["batch", 3, "height", "width"] }],
  outputs: [{ name: "logits", shape: ["batch", 3] }],
  nodes: [
    {
      op: "ReduceMean",
      inputs: ["pixel_values"],
      outputs: ["mean"],
      attributes: { axes: [2, 3], keepdims: 0 },
    },
    { op: "MatMul", inputs: ["mean", "weights"], outputs: ["logits"] },
  ],
  weights: { weights: { data: Float32Array.of(2, -1, -1, -1, 2, -1, -1, -1, 2), shape: [3, 3] } },
};

/** What a word piece says of a mood: -1 to 1. */
const words: Readonly<Record<string, number>> = {
  "[PAD]": 9, // would show if the mask were not used
  "[UNK]": 0,
  "[CLS]": 0,
  "[SEP]": 0,
  a: 0,
  the: 0,
  film: 0,
  was: 0,
  and: 0,
  very: 0,
  good: 1,
  fine: 0.55,
  love: 0.9,
  "##ly": 0.2,
  "##d": 0,
  bad: -1,
  bore: -0.8,
  "##dom": -0.1,
  ".": 0,
};

/** The mean of the words' moods, those of padding left out. */
const moods: Model = {
  inputs: ["input_ids", "attention_mask"].map((name) => ({
    name,
    shape: ["batch", "tokens"],
    dtype: "int64",
  })),
  outputs: [{ name: "logits", shape: ["batch", 2] }],
  nodes: [
    { op: "Gather", inputs: ["embedding", "input_ids"], outputs: ["moods"] },
    { op: "Cast", inputs: ["attention_mask"], outputs: ["mask"], attributes: { to: 1 } },
    { op: "Unsqueeze", inputs: ["mask", "last"], outputs: ["column"] },
    { op: "Mul", inputs: ["moods", "column"], outputs: ["seen"] },
    { op: "ReduceSum", inputs: ["seen", "tokens"], outputs: ["sum"], attributes: { keepdims: 0 } },
    { op: "ReduceSum", inputs: ["column", "tokens"], outputs: ["count"], attributes: { keepdims: 0 } },
    { op: "Div", inputs: ["sum", "count"], outputs: ["logits"] },
  ],
  weights: {
    embedding: {
      data: Float32Array.from(Object.values(words).flatMap((mood) => [-mood, mood])),
      shape: [Object.keys(words).length, 2],
    },
    last: { data: BigInt64Array.of(-1n), shape: [1] },
    tokens: { data: BigInt64Array.of(1n), shape: [1] },
  },
};

/** BERT's tokenizer for these words. */
const tokenizer = {
  version: "1.0",
  added_tokens: ["[PAD]", "[UNK]", "[CLS]", "[SEP]"].map((content, id) => ({ id, content, special: true })),
  normalizer: { type: "BertNormalizer", clean_text: true, handle_chinese_chars: true, lowercase: true },
  pre_tokenizer: { type: "BertPreTokenizer" },
  post_processor: {
    type: "TemplateProcessing",
    single: [
      { SpecialToken: { id: "[CLS]", type_id: 0 } },
      { Sequence: { id: "A", type_id: 0 } },
      { SpecialToken: { id: "[SEP]", type_id: 0 } },
    ],
    special_tokens: {
      "[CLS]": { id: "[CLS]", ids: [2], tokens: ["[CLS]"] },
      "[SEP]": { id: "[SEP]", ids: [3], tokens: ["[SEP]"] },
    },
  },
  decoder: { type: "WordPiece", prefix: "##", cleanup: true },
  model: {
    type: "WordPiece",
    unk_token: "[UNK]",
    continuing_subword_prefix: "##",
    max_input_chars_per_word: 100,
    vocab: Object.fromEntries(Object.keys(words).map((word, id) => [word, id])),
  },
};

/** Writes `FOLDER/image` and `FOLDER/text`. */
export async function makeModels(folder: string): Promise<void> {
  await write(join(folder, "image"), colours, {
    config: { id2label: { 0: "red", 1: "green", 2: "blue" } },
    preprocessor_config: clip,
  });
  await write(join(folder, "text"), moods, { config: { id2label: { 0: "bad", 1: "good" } }, tokenizer });
}

async function write(folder: string, model: Model, files: Readonly<Record<string, object>>): Promise<void> {
  await mkdir(join(folder, "onnx"), { recursive: true });
  await writeFile(join(folder, "onnx/model.onnx"), encodeModel(model));
  for (const [name, content] of Object.entries(files))
    await writeFile(join(folder, `${name}.json`), JSON.stringify(content, undefined, 2));
}

if (process.argv[1] === import.meta.filename) await makeModels(process.argv[2] ?? "models");
