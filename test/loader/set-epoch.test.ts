import fc from "fast-check";
import { expect, it } from "vitest";
import { DataLoader } from "../../src/loader/data-loader.ts";
import type { Context } from "../../src/sequence/context.ts";
import { Sequence } from "../../src/sequence/sequence.ts";

/** Batches that say where they are from. */
class Places extends Sequence<string> {
  readonly length = 5;
  getItem(index: number, { epoch, random }: Context): string {
    return `${epoch}/${index}/${random.integer(0, 1000)}`;
  }
}

async function epoch(loader: DataLoader<string>, count = 5): Promise<string[]> {
  const places: string[] = [];
  for await (const place of loader) if (places.push(place) === count) break;
  return places;
}

it("gives the batches of any epoch, wherever the loader stands, and goes on from there", async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(1e9), fc.nat(5), async (number, taken) => {
      const options = { shuffle: true, seed: 3 };
      await using expected = new DataLoader(new Places(), { ...options, initialEpoch: number });
      await using loader = new DataLoader(new Places(), options);
      if (taken > 0) await epoch(loader, taken);
      loader.setEpoch(number);
      expect(loader.state()).toEqual(expected.state());
      expect(await epoch(loader)).toEqual(await epoch(expected));
      expect(await epoch(loader)).toEqual(await epoch(expected));
    }),
  );
});

it("refuses what is no epoch, and one in the middle of another", async () => {
  await using loader = new DataLoader(new Places());
  expect(() => loader.setEpoch(-1)).toThrow(/`epoch` must be a whole number of at least 0/);
  for await (const _ of loader) {
    expect(() => loader.setEpoch(2)).toThrow(/Epoch 0 of this loader is still running/);
    break;
  }
});

it("has a state before a length that onEpochBegin makes, and within that hook", async () => {
  class Late extends Sequence<number> {
    files: readonly number[] | undefined;
    readonly seen: unknown[] = [];
    loader: DataLoader<number> | undefined;
    get length(): number {
      return this.files!.length;
    }
    override onEpochBegin(): void {
      this.seen.push(this.loader!.state().position);
      this.files = [4, 5, 6];
    }
    getItem(index: number): number {
      return this.files![index]!;
    }
  }
  const late = new Late();
  await using loader = new DataLoader(late);
  late.loader = loader;
  expect(loader.state()).toMatchObject({ epoch: 0, position: 0 });
  const all: number[] = [];
  for await (const batch of loader) all.push(batch);
  expect({ all, seen: late.seen }).toEqual({ all: [4, 5, 6], seen: [0] });
});
