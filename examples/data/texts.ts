import { batches, map } from "epochal";
import { jsonl, vocabulary } from "epochal/data";

/** { "prompt": "…", "answer": "…" } a line: the values as they are, of the type that you state. */
export function chat() {
  return jsonl<{ prompt: string; answer: string }>("chat/*.jsonl");
}

/** { "text": "A fine film.", "stars": 5 } a line. */
export async function reviews() {
  const rows = await jsonl("reviews/*.jsonl", { columns: { text: "string", stars: "int32" } });
  const words = await vocabulary(
    map(rows, ({ text }) => text),
    { size: 20_000 },
  );
  const encoded = map(rows, ({ text, stars }) => [words.encode(text, 200), stars]);
  return { words, train: batches(encoded, { batchSize: 32, shuffle: true }) }; // x int32 [32, 200]
}
