/** Ten million rows: opened in a second or two, any of them read by any worker, in memory that does not grow with the file. */
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { batches, DataLoader } from "epochal";
import { csv } from "epochal/data";
import { afterAll, expect, it } from "vitest";

const count = 10_000_000;
const root = mkdtempSync(join(tmpdir(), "epochal-rows-"));
afterAll(() => rmSync(root, { recursive: true }));

/** What stands beside a number. */
const beside = (i: number) => (i * 7919) % 9973;

function writeTable(path: string): void {
  const file = openSync(path, "w");
  const piece = Buffer.alloc(2 ** 22);
  let length = piece.write("i,beside\n", 0, "latin1");
  for (let i = 0; i < count; i++) {
    length += piece.write(`${i},${beside(i)}\n`, length, "latin1");
    if (length > piece.length - 32 || i === count - 1) {
      writeSync(file, piece, 0, length);
      length = 0;
    }
  }
  closeSync(file);
}

it("reads random rows of ten million in bounded memory", async () => {
  const path = join(root, "rows.csv");
  writeTable(path);
  const before = process.memoryUsage().rss;
  const rows = await csv(path, { columns: { i: "int32", beside: "int32" }, cache: false });
  expect(rows).toHaveLength(count);
  const sequence = batches(rows, { batchSize: 1000, shuffle: true });
  await using loader = new DataLoader(sequence, { workers: 2, worker: "thread", seed: 5 });
  const seen = new Set<number>();
  let most = 0;
  let [halves, wrong] = [0, 0];
  for await (const batch of loader) {
    for (const [k, i] of batch.i.data.entries()) {
      if (batch.beside.data[k] !== beside(i)) wrong++;
      seen.add(i);
      if (i < count / 2) halves++;
    }
    most = Math.max(most, process.memoryUsage().rss - before);
    if (seen.size >= 100_000) break;
  }
  expect(wrong).toBe(0);
  // Each another one, of the whole file.
  expect(seen.size).toBe(100_000);
  expect(Math.abs(halves - 50_000)).toBeLessThan(1000);
  // The index is 80 MB, twice that while it is made, and shared: with a copy of it in each worker, or with the file in
  // memory, it would be more.
  expect(most).toBeLessThan(330e6);
});
