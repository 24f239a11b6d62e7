import { batches, statistics } from "epochal";
import { expect, it } from "vitest";
import { inputOf, Labelled } from "../../fixtures/labelled.js";

it("is the same bits for any number and kind of workers", async () => {
  const photos = batches(new Labelled(41), { batchSize: 4 });
  const quiet = { verbose: 0 } as const;
  const expected = await statistics(photos, quiet);
  expect(expected.count).toBe(41 * 48);
  expect(await statistics(photos, { ...quiet, workers: 1 })).toEqual(expected);
  expect(await statistics(photos, { ...quiet, workers: 2 })).toEqual(expected);
  expect(await statistics(photos, { ...quiet, workers: 2, worker: "process" })).toEqual(expected);
  // Another function is found in workers where it is portable.
  expect(await statistics(photos, { ...quiet, workers: 1, select: inputOf })).toEqual(expected);
  await expect(statistics(photos, { ...quiet, workers: 1, select: ([x]) => x })).rejects.toThrow(/portable/);
});
