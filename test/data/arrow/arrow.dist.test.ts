/** The built package reads the same rows in every kind of worker, from memory and by record batches. */
import { BlockSampler, batches } from "epochal";
import { arrow } from "epochal/data/arrow";
import { assertSameForAnyWorkers } from "epochal/testing";
import { expect, it } from "vitest";

const file = new URL("../../fixtures/data/arrow-zstd.arrow", import.meta.url);
const columns = { text: "string", label: "int32" } as const;

it.each([
  ["memory", 2 ** 20],
  ["record batches", 0],
])("gives the same batches for any workers, from %s", async (_, memory) => {
  const rows = await arrow(file, { columns, memory });
  expect(rows.decoded).toBe(memory > 0);
  const shuffled = batches(rows, { batchSize: 8, shuffle: true });
  await assertSameForAnyWorkers(shuffled, { workers: [0, 1, 2] });
  const blocks = batches(rows, { batchSize: 8, sampler: new BlockSampler(rows.blocks, { window: 2 }) });
  await assertSameForAnyWorkers(blocks, { workers: [0, 2] });
});
