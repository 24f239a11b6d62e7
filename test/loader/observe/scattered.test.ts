import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { diskCache } from "../../../src/data/disk-cache/disk-cache.ts";
import { parquet } from "../../../src/data/parquet/parquet.ts";
import { DataLoader } from "../../../src/loader/data-loader.ts";
import { type Blocked, scatteredRows } from "../../../src/loader/observe/scattered.ts";
import { BlockSampler } from "../../../src/sampler/block.ts";
import { SequentialSampler } from "../../../src/sampler/sequential.ts";
import { SubsetSampler } from "../../../src/sampler/subset.ts";
import { batches } from "../../../src/sequence/batching/batches.ts";
import { cache } from "../../../src/sequence/combinators/cache.ts";
import { concat } from "../../../src/sequence/combinators/concat.ts";
import { map } from "../../../src/sequence/combinators/map.ts";
import { Sequence } from "../../../src/sequence/sequence.ts";

class Rows extends Sequence<number> implements Blocked {
  readonly blocks: readonly number[] = [4, 4];
  readonly decoded: boolean = false;
  readonly length = 8;
  getItem(index: number): number {
    return index;
  }
}
class DecodedRows extends Rows {
  override readonly decoded = true;
}
class OneBlock extends Rows {
  override readonly blocks = [8];
}

const rows = new Rows();
const batchSize = 2;

describe("scatteredRows", () => {
  it.each([
    ["a shuffle of samples", batches(rows, { batchSize, shuffle: true })],
    [
      "a shuffle above others",
      batches(
        map(concat(rows, rows), (x) => x),
        { batchSize, shuffle: true },
      ),
    ],
    ["a sampler", batches(rows, { batchSize, sampler: new SubsetSampler([7, 0]) })],
    [
      "one of several sources",
      concat(batches(rows, { batchSize }), batches(rows, { batchSize, shuffle: true })),
    ],
  ])("names what is read so: %s", (_, sequence) => {
    expect(scatteredRows(sequence)).toBe("Rows");
  });

  it.each([
    ["in order", batches(rows, { batchSize })],
    ["in order by a sampler", batches(rows, { batchSize, sampler: new SequentialSampler(8) })],
    ["by blocks", batches(rows, { batchSize, sampler: new BlockSampler(rows.blocks, { window: 1 }) })],
    ["in memory", batches(new DecodedRows(), { batchSize, shuffle: true })],
    ["one block", batches(new OneBlock(), { batchSize, shuffle: true })],
    ["below a cache", batches(cache(rows), { batchSize, shuffle: true })],
    ["no blocks", batches({ length: 8, getItem: (i) => i }, { batchSize, shuffle: true })],
  ])("is silent about others: %s", (_, sequence) => {
    expect(scatteredRows(sequence)).toBeUndefined();
  });
});

it("a loader explains that a shuffle of Parquet that is not in memory is the limit, until there is a cache", async () => {
  const folder = mkdtempSync(join(tmpdir(), "epochal-scattered-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = new URL("../../fixtures/data/parquet-zstd.parquet", import.meta.url);
  const open = (memory: number) => parquet(path, { columns: { label: "int32" }, memory });
  const explained = async (of: Sequence<NonNullable<unknown>>) => {
    await using loader = new DataLoader(batches(of, { batchSize }), { shuffle: true });
    for await (const _ of loader);
    return loader.explain();
  };
  expect(await explained(await open(0))).toMatch(/The order is the limit.*each row of ParquetSequence/);
  expect(await explained(await open(1e6))).not.toMatch(/order/);
  expect(await explained(diskCache(await open(0), { folder }))).not.toMatch(/order/);
});
