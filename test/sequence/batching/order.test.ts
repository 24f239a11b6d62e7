/** A sampler that the program changes between epochs: the caller's own thread gives what workers give, the new samples. */
import { expect, it } from "vitest";
import { DataLoader } from "../../../src/loader/data-loader.ts";
import type { Sampler } from "../../../src/sampler/sampler.ts";
import { WeightedSampler } from "../../../src/sampler/weighted.ts";
import { batches } from "../../../src/sequence/batching/batches.ts";
import { createContext } from "../../../src/sequence/context.ts";
import type { Sequence } from "../../../src/sequence/sequence.ts";

const numbers = { length: 10, getItem: (index: number): number => index };

class From implements Sampler {
  readonly length = 4;
  from = 0;
  order(): (position: number) => number {
    const { from } = this;
    return (position) => from + position;
  }
}

function over(sampler: Sampler): Sequence<number[]> {
  return batches(numbers, { batchSize: 4, sampler, collate: (all: number[]) => all });
}

async function read(loader: DataLoader<number[]>): Promise<readonly number[]> {
  const read: number[] = [];
  for await (const batch of loader) read.push(...batch);
  return read;
}

it("is asked anew by at()", async () => {
  const sampler = new From();
  const data = over(sampler);
  expect(await data.at(0)).toEqual([0, 1, 2, 3]);
  sampler.from = 6;
  expect(await data.at(0)).toEqual([6, 7, 8, 9]);
});

it("is asked anew by a new loader, after at() too", async () => {
  const sampler = new From();
  const data = over(sampler);
  await data.at(0);
  sampler.from = 6;
  expect(await read(new DataLoader(data))).toEqual([6, 7, 8, 9]);
  sampler.from = 3;
  expect(await read(new DataLoader(data))).toEqual([3, 4, 5, 6]);
});

it("is asked anew where the same epoch comes again", async () => {
  const sampler = new From();
  const loader = new DataLoader(over(sampler));
  expect(await read(loader)).toEqual([0, 1, 2, 3]);
  sampler.from = 6;
  loader.setEpoch(0);
  expect(await read(loader)).toEqual([6, 7, 8, 9]);
});

it("is another one where the program sets another", async () => {
  const data = over(new From());
  const loader = new DataLoader(data);
  await read(loader);
  Object.assign(data, { sampler: Object.assign(new From(), { from: 5 }) });
  loader.setEpoch(0);
  expect(await read(loader)).toEqual([5, 6, 7, 8]);
});

it("draws by the weights that it has now", async () => {
  const sampler = new WeightedSampler([1, 0, 0], { length: 4 });
  const loader = new DataLoader(over(sampler));
  expect(await read(loader)).toEqual([0, 0, 0, 0]);
  sampler.weights.set([0, 0, 1]);
  expect(await read(loader)).toEqual([2, 2, 2, 2]);
});

it("a sampler is asked once for each epoch of a loader and each loop, however many batches there are", async () => {
  let asked = 0;
  const sampler = {
    length: 40,
    order() {
      asked++;
      return (position: number) => position;
    },
  };
  const data = batches({ length: 40, getItem: (i: number) => i }, { batchSize: 2, sampler });
  await using loader = new DataLoader(data);
  for await (const _ of loader);
  expect(asked).toBe(1);
  for await (const _ of loader);
  expect(asked).toBe(2);
  for await (const _ of data);
  expect(asked).toBe(3);
  // By itself a batch is asked for whenever somebody likes.
  await data.at(0);
  await data.at(0);
  expect(asked).toBe(5);
  // Loops side by side do not take each other's order away.
  const [one, other] = [data[Symbol.asyncIterator](), data[Symbol.asyncIterator]()];
  for (let i = 0; i < 20; i++) await Promise.all([one.next(), other.next()]);
  expect(asked).toBe(7);
});

it("a worker that keeps its copy over epochs and seeds has the order of each", async () => {
  const data = batches(numbers, { batchSize: 10, shuffle: true, collate: (all: number[]) => all });
  const pass = {};
  for (const { epoch, seed } of [
    { epoch: 0, seed: 0 },
    { epoch: 1, seed: 0 },
    { epoch: 1, seed: 5 },
    { epoch: 0, seed: 0 },
  ]) {
    const asked = await data.getItem(0, createContext({ epoch, index: 0, seed, pass }));
    expect(asked).toEqual(await data.at(0, { epoch, seed }));
  }
});
