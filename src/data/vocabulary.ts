/** Text as numbers: each token, a word or a character, has one. */
import { checkInteger, checkKnown, show } from "../core/check.ts";
import { OptionError } from "../core/errors.ts";
import { empty, type Tensor } from "../tensor/tensor.ts";

/** What a {@link vocabulary} is made by. */
export interface VocabularyOptions {
  /**
   * What a text is cut into. `"words"` (default): runs of letters, digits and apostrophes, in lower case; `"characters"`:
   * each character. To reach workers, a function must be `portable`.
   */
  readonly tokens?: "words" | "characters" | ((text: string) => readonly string[]);
  /** Numbers there are at most, with those of padding and of unknown tokens: the commonest tokens stay. Default: all. */
  readonly size?: number;
  /** A token that comes less often is unknown. Default 1. */
  readonly minCount?: number;
}

/** Tokens and their numbers; made by {@link vocabulary}. 0 is padding, 1 any token that it does not have. */
export class Vocabulary {
  /** Where workers find this class. */
  static readonly module: string = import.meta.url;
  /** What workers of a bundled program know it by. */
  static readonly id: string = "epochal:data/vocabulary#Vocabulary";
  /** All tokens by their numbers; the first two are `""` and `"[UNK]"`. */
  readonly tokens: readonly string[];
  /** How texts are cut. */
  readonly by: "words" | "characters" | ((text: string) => readonly string[]);

  /**
   * @param tokens all tokens from number 2 on
   * @throws OptionError if one is there twice, or is `""` or `"[UNK]"`, which have numbers already.
   */
  constructor(tokens: readonly string[], by: Vocabulary["by"] = "words") {
    this.tokens = ["", unknown, ...tokens];
    this.by = by;
    if (numbersOf(this).size < this.tokens.length) throw twice(this.tokens);
  }

  /** The highest number, and one: as large as an embedding of it has to be. */
  get size(): number {
    return this.tokens.length;
  }

  /**
   * The numbers of a text's tokens, int32 of shape [length]: cut off at `length`, and filled up with 0 behind; without it as
   * long as the text is (`collate: pad()` makes batches of them).
   */
  encode(text: string, length?: number): Tensor<"int32"> {
    if (typeof text !== "string") throw new OptionError(`encode() takes a text, got ${show(text)}.`);
    if (length !== undefined) checkInteger("length", length);
    const tokens = cut(text, this.by);
    const result = empty([length ?? tokens.length], "int32");
    result.data.fill(0);
    const count = Math.min(result.data.length, tokens.length);
    const numbers = numbersOf(this);
    for (let i = 0; i < count; i++) result.data[i] = numbers.get(tokens[i]!) || 1;
    return result;
  }

  /** The tokens of numbers, padding left out. */
  decode(numbers: Tensor | ArrayLike<number>): readonly string[] {
    checkNoText("decode() takes numbers", numbers, "");
    const values = "data" in numbers ? numbers.data : numbers;
    return Array.from(values as ArrayLike<number>, Number)
      .filter((number) => number !== 0)
      .map((number) => this.tokens[number] ?? unknown);
  }
}

/**
 * The vocabulary of texts: their tokens, the commonest first. Build it from the texts to train on alone, and keep
 * `vocabulary.tokens` with the model: `new Vocabulary(tokens.slice(2))` is the same again.
 *
 * @throws OptionError if an option is not what it should be, or a text is none.
 * @example
 * const words = await vocabulary(map(reviews, ({ text }) => text), { size: 20_000 });
 * const train = map(reviews, ({ text, label }) => [words.encode(text, 200), label]); // portable, to reach workers
 */
export async function vocabulary(
  texts: Iterable<string> | AsyncIterable<string>,
  options: VocabularyOptions = {},
): Promise<Vocabulary> {
  checkKnown("vocabulary()", options, ["tokens", "size", "minCount"]);
  const { tokens: by = "words", size = Number.POSITIVE_INFINITY, minCount = 1 } = options;
  if (by !== "words" && by !== "characters" && typeof by !== "function")
    throw new OptionError(
      `\`tokens\` must be "words", "characters" or a function of a text, got ${show(by)}.`,
    );
  if (size !== Number.POSITIVE_INFINITY) checkInteger("size", size, 3);
  checkInteger("minCount", minCount, 1);
  checkNoText("vocabulary() takes texts", texts, " Of one text: [text].");
  const counts = new Map<string, number>();
  for await (const text of texts) {
    if (typeof text !== "string")
      throw new OptionError(
        `vocabulary() takes texts, got ${show(text)}. Of rows: map(rows, ({ text }) => text).`,
      );
    for (const token of cut(text, by)) counts.set(token, (counts.get(token) ?? 0) + 1);
  }
  // These have numbers of their own, whatever a function makes of a text.
  counts.delete("");
  counts.delete(unknown);
  const kept = [...counts]
    .filter(([, count]) => count >= minCount)
    .sort(([a, countA], [b, countB]) => countB - countA || (a < b ? -1 : 1))
    .slice(0, size - 2);
  return new Vocabulary(
    kept.map(([token]) => token),
    by,
  );
}

const unknown = "[UNK]";

/** Numbers by token, apart from the vocabulary: it travels to workers as its list. */
const byVocabulary = new WeakMap<Vocabulary, Map<string, number>>();

function numbersOf(vocabulary: Vocabulary): Map<string, number> {
  let numbers = byVocabulary.get(vocabulary);
  if (numbers === undefined) {
    numbers = new Map(vocabulary.tokens.map((token, number) => [token, number]));
    byVocabulary.set(vocabulary, numbers);
  }
  return numbers;
}

const word = /[\p{L}\p{M}\p{N}']+/gu;

function cut(text: string, by: Vocabulary["by"]): readonly string[] {
  if (by === "characters") return Array.from(text);
  if (by === "words") return text.toLowerCase().match(word) ?? [];
  const tokens = by(text);
  if (Array.isArray(tokens) && tokens.every((token) => typeof token === "string")) return tokens;
  throw new OptionError(`\`tokens\` must make a list of strings of a text, got ${show(tokens)}.`);
}

/** A string is a list of its characters to whoever asks for its items. */
function checkNoText(what: string, value: unknown, next: string): void {
  if (typeof value === "string") throw new OptionError(`${what}, got the string ${show(value)}.${next}`);
}

function twice(tokens: readonly string[]): OptionError {
  const again = tokens.find((token, number) => tokens.indexOf(token) < number);
  return new OptionError(
    `The token ${show(again)} is there twice, and a token has one number. Of the tokens of another vocabulary leave out the first two: tokens.slice(2).`,
  );
}
