/** What readers of text say of their samples. Compiled with the rest, never run. */
import { csv, jsonl, lines, tsv } from "../../src/data/index.ts";
import { batches } from "../../src/sequence/batching/batches.ts";
import type { BatchOf, Sequence } from "../../src/sequence/sequence.ts";
import type { Tensor } from "../../src/tensor/tensor.ts";
import type { Assert, Same } from "./assert.ts";

const table = await csv("t.csv", {
  columns: {
    x: { dtype: "float32", from: ["a", "b"] },
    label: "int32",
    id: { dtype: "int64", missing: 0n },
    note: "string",
  },
});
const texts = await tsv(["a.tsv", "b.tsv"]);
const few = await tsv("a.tsv", { quote: false, columns: { n: "uint8" } });
const chat = await jsonl<{ prompt: string; answer: string }>("chat/*.jsonl");
const anything = await jsonl("x.jsonl");
const typed = await jsonl("x.jsonl", { columns: { id: "int64", text: "string" }, malformed: "skip" });
const verses = await lines("poem.txt");
const batch = batches(table, { batchSize: 2 });

type Sample = BatchOf<typeof table>;

export type Checks = [
  Assert<Same<Sample["x"], Tensor<"float32">>>,
  Assert<Same<Sample["label"], Tensor<"int32">>>,
  Assert<Same<Sample["id"], Tensor<"int64">>>,
  Assert<Same<Sample["note"], string>>,
  Assert<Same<keyof Sample, "x" | "label" | "id" | "note">>,
  Assert<Same<BatchOf<typeof texts>, Record<string, string>>>,
  Assert<Same<BatchOf<typeof few>["n"], Tensor<"uint8">>>,
  Assert<Same<BatchOf<typeof chat>, { prompt: string; answer: string }>>,
  Assert<Same<BatchOf<typeof anything>, unknown>>,
  Assert<Same<BatchOf<typeof typed>["id"], Tensor<"int64">>>,
  Assert<Same<BatchOf<typeof verses>, string>>,
  Assert<Same<BatchOf<typeof batch>["label"], Tensor<"int32">>>,
  Assert<typeof verses extends Sequence<string> ? true : false>,
];

// @ts-expect-error: no dtype
csv("t.csv", { columns: { x: "float" } });
// @ts-expect-error: no option
csv("t.csv", { sep: ";" });
