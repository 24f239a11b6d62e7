/** Rows of text files reach the same batches in every kind of worker, in whatever number. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { batches, DataLoader } from "epochal";
import { csv, jsonl, lines } from "epochal/data";
import { digest } from "epochal/testing";
import { afterAll, expect, it } from "vitest";

const root = mkdtempSync(join(tmpdir(), "epochal-text-"));
afterAll(() => rmSync(root, { recursive: true }));
const write = (name: string, rows: readonly string[]) => {
  writeFileSync(join(root, name), rows.map((row) => `${row}\n`).join(""));
  return join(root, name);
};
const numbers = Array.from({ length: 50 }, (_, i) => i);
const table = [1, 2].map((k) =>
  write(`${k}.csv`, ["x,y,s", ...numbers.map((i) => `${i / k},${i},"é\n${i}"`)]),
);
const values = write(
  "a.jsonl",
  numbers.map((i) => JSON.stringify({ i, s: `${i}` })),
);
const columns = { v: { dtype: "float32", from: ["x", "y"] }, y: "int64", s: "string" } as const;

const readers = {
  csv: () => csv(table, { columns, cache: false }),
  jsonl: () => jsonl<{ i: number; s: string }>(values, { cache: false }),
  lines: () => lines(values, { cache: false }),
};

it.each(Object.entries(readers))("%s", async (_, open) => {
  const digests = new Set<string>();
  for (const [workers, worker] of [
    [0],
    [1, "thread"],
    [2, "thread"],
    [4, "thread"],
    [1, "process"],
    [2, "process"],
    [4, "process"],
  ] as const) {
    const sequence = batches((await open()) as Awaited<ReturnType<typeof readers.csv>>, {
      batchSize: 8,
      shuffle: true,
    });
    await using loader = new DataLoader(sequence, {
      workers,
      seed: 3,
      ...(worker === undefined ? {} : { worker }),
    });
    const seen: string[] = [];
    for await (const batch of loader) seen.push(digest(batch));
    digests.add(seen.join());
  }
  expect(digests.size).toBe(1);
});
