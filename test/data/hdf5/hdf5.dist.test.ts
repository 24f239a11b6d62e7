/** The built package reads the same rows in every kind of worker. */
import { batches } from "epochal";
import { hdf5 } from "epochal/data/hdf5";
import { assertSameForAnyWorkers } from "epochal/testing";
import { expect, it } from "vitest";

const fileOf = (name: string) => new URL(`../../fixtures/data/hdf5-${name}.h5`, import.meta.url);

it("gives the same batches for any workers", async () => {
  const rows = await hdf5([fileOf("plain"), fileOf("gzip")], { x: "train/images", y: "train/labels" });
  expect(rows.length).toBe(20);
  await assertSameForAnyWorkers(batches(rows, { batchSize: 4, shuffle: true }), { workers: [0, 1, 2] });
});
