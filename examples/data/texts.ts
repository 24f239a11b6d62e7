import { batches, map } from "epochal";
import { jsonl, vocabulary } from "epochal/data";

/** { "text": "A fine film.", "stars": 5 } a line. */
export async function reviews() {
  const rows = await jsonl("reviews/*.jsonl", { columns: { text: "string", stars: "int32" } });
  const words = await vocabulary(
    map(rows, ({ text }) => text),
    { size: 20_000 },
  );
  const encoded = map(rows, ({ text, stars }) => ({ x: words.encode(text, 200), y: stars }));
  return { words, train: batches(encoded, { batchSize: 32, shuffle: true }) }; // x int32 [32, 200]
}
