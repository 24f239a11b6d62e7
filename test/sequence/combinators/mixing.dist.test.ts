/** Mixed batches: the same bytes from every kind and number of workers, and after a resume; other options are refused. */
import { batches, cutmix, DataLoader, map, mixup, randomChoice, type Sequence } from "epochal";
import { assertSameForAnyWorkers } from "epochal/testing";
import { expect, it } from "vitest";
import { Labelled, weighted } from "../../fixtures/labelled.js";

const train = batches(new Labelled(41), { batchSize: 8, shuffle: true });
const options = { classes: 4, alpha: 0.4, probability: 0.8 };

it.each<[string, Sequence<unknown>]>([
  ["mixup", mixup(train, options)],
  ["cutmix", cutmix(train, options)],
  [
    "both, weighted",
    randomChoice(mixup(map(train, weighted), options), cutmix(map(train, weighted), options)),
  ],
])("is one stream for any workers, resumed or not: %s", async (_, sequence) => {
  await assertSameForAnyWorkers(sequence, { workers: [0, 1, 2] });
});

it("is resumed with the options of its state only", async () => {
  await using loader = new DataLoader(mixup(train, options), { seed: 3 });
  for await (const _ of loader) break;
  const state = loader.state();
  const first = new DataLoader(mixup(train, options), { state });
  expect(first.state()).toEqual(state);
  for (const other of [
    { ...options, alpha: 1 },
    { ...options, probability: 1 },
  ])
    expect(() => new DataLoader(mixup(train, other), { state })).toThrow(/does not belong to this loader/);
});
