/** Texts as the numbers of their tokens, by the `tokenizer.json` of a model. */
import { readFileSync } from "node:fs";
import { Tokenizer } from "@huggingface/tokenizers";
import { type Dataset, tensor } from "epochal";

/** Tokens of a text that a model takes at most, the special ones at both ends among them. */
const longest = 512;

/** One tokenizer a file and thread: workers load their own. */
const tokenizers = new Map<string, Tokenizer>();

/** A sample for each text: what BERT's kind of models take, with its row and its number of tokens. */
export class Tokens {
  static readonly module = import.meta.url;
  readonly texts: Dataset<{ readonly text: string }>;
  readonly file: string;

  constructor(texts: Dataset<{ readonly text: string }>, file: string) {
    this.texts = texts;
    this.file = file;
  }

  get length() {
    return this.texts.length;
  }

  async getItem(row: number, context: Parameters<typeof this.texts.getItem>[1]) {
    const { text } = await this.texts.getItem(row, context);
    const { ids } = tokenizerOf(this.file).encode(text);
    if (ids.length > longest) ids.splice(longest - 1, ids.length - longest); // all but the last, which ends the text
    const length = ids.length;
    return {
      row: tensor(row, "int32"),
      length: tensor(length, "int32"),
      // pad() fills up with 0: that is "ignore" in the mask, and then any token does.
      input_ids: tensor(ids, "int64"),
      attention_mask: tensor(Array(length).fill(1), "int64"),
      token_type_ids: tensor(Array(length).fill(0), "int64"),
    };
  }
}

function tokenizerOf(file: string): Tokenizer {
  let tokenizer = tokenizers.get(file);
  if (tokenizer === undefined) {
    tokenizer = new Tokenizer(JSON.parse(readFileSync(file, "utf8")), {});
    tokenizers.set(file, tokenizer);
  }
  return tokenizer;
}
