import { expect, it } from "vitest";
import { DataLoader } from "../../src/loader/data-loader.ts";
import { Sequence } from "../../src/sequence/sequence.ts";

/** Says in its hook how many batches are being fetched from the very instance that the hook may change. */
class Busy extends Sequence<number> {
  readonly length = 10;
  fetching = 0;
  seen: number | undefined;

  async getItem(index: number): Promise<number> {
    this.fetching++;
    await new Promise((resolve) => setTimeout(resolve, 10));
    this.fetching--;
    return index;
  }

  override onEpochEnd(): void {
    this.seen = this.fetching;
  }
}

it("onEpochEnd waits for the batch under way where there are no workers, also when the epoch is left", async () => {
  const sequence = new Busy();
  await using loader = new DataLoader(sequence);
  for await (const _ of loader) {
    while (sequence.fetching === 0) await new Promise((resolve) => setImmediate(resolve));
    break;
  }
  expect(sequence.seen).toBe(0);
});
