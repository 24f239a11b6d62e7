/** What a worker's own code posts is nobody's answer, and harms nobody. */
import { DataLoader } from "epochal";
import { expect, it } from "vitest";
import { Chatty } from "../../fixtures/chatty.js";
import { Numbers } from "../../fixtures/sequences.js";

async function all(loader: AsyncIterable<unknown>): Promise<unknown[]> {
  const batches = [];
  for await (const batch of loader) batches.push(batch);
  return batches;
}

it.each([false, true])("messages of the user's are ignored (processes: %s)", async (useMultiprocessing) => {
  const options = { workers: 2, useMultiprocessing };
  await using loader = new DataLoader(new Chatty(8, 2000), options);
  expect(await all(loader)).toEqual(await all(new DataLoader(new Numbers(8, 2000))));
  expect(loader.report()).toMatchObject({ delivered: 8, retries: 0, workersLost: 0, exactlyOnce: true });
});
