/** One stream of bytes for every number and kind of workers, with and without killed workers, resumed or not. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DataLoader, type DataLoaderOptions, type Sequence } from "epochal";
import { assertSameForAnyWorkers, digest } from "epochal/testing";
import { expect, it } from "vitest";
import type { Fault } from "../../src/testing/faults.ts";
import { Careless } from "../fixtures/faults.js";
import { Numbers } from "../fixtures/sequences.js";

const { FaultySequence } = (await import(
  new URL("../../dist/testing/faults.js", import.meta.url).href
)) as typeof import("../../src/testing/faults.ts");

// Its batches are numbers drawn from context.random, as an augmentation draws them; some arrays go through shared memory.
const sequence = new Numbers(9, 600) as unknown as Sequence<unknown>;

async function stream(of: Sequence<unknown>, options: DataLoaderOptions): Promise<string> {
  const digests: string[] = [];
  await using loader = new DataLoader(of, { shuffle: true, seed: 7, ...options });
  while (loader.epoch < 3) for await (const batch of loader) digests.push(digest(batch));
  return digest(digests);
}

it("is the same for 0, 1, 2 and 4 workers, threads and processes, resumed or not", async () => {
  await assertSameForAnyWorkers(sequence, { epochs: 3 });
});

it("is the same after workers were killed in every epoch", async () => {
  const expected = await stream(sequence, { workers: 0 });
  for (const useMultiprocessing of [false, true]) {
    for (const workers of [1, 2, 4]) {
      const folder = mkdtempSync(join(tmpdir(), "epochal-same-"));
      const kind = useMultiprocessing ? "kill" : "exit";
      const faults: Fault[] = [0, 1, 2].map((epoch) => ({ epoch, index: 2 * epoch + 1, kind, times: 1 }));
      const faulty = new FaultySequence(sequence, faults, folder);
      expect(await stream(faulty, { workers, useMultiprocessing })).toBe(expected);
      rmSync(folder, { recursive: true });
    }
  }
});

it("is not that of a sequence that draws from Math.random(), and the assertion says so", async () => {
  const careless = new Careless(4) as unknown as Sequence<unknown>;
  await expect(assertSameForAnyWorkers(careless, { workers: [0], processes: false })).rejects.toThrow(
    /differs between inline .* and inline, resumed .*context\.random/,
  );
});
