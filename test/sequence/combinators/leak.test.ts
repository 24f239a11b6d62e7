/** A split by `take` and `skip` of shuffled batches is said to be none; other uses of them pass without a word. */
import { afterAll, beforeEach, describe, expect, it, vi } from "vitest";
import { RandomSampler } from "../../../src/sampler/random.ts";
import { SubsetSampler } from "../../../src/sampler/subset.ts";
import { type BatchesOptions, batches } from "../../../src/sequence/batching/batches.ts";
import { map } from "../../../src/sequence/combinators/map.ts";
import { skip } from "../../../src/sequence/combinators/skip.ts";
import { slice } from "../../../src/sequence/combinators/slice.ts";
import { take } from "../../../src/sequence/combinators/take.ts";
import { named, Probe } from "../probe.ts";

const emitted = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
beforeEach(() => void emitted.mockClear());
afterAll(() => void emitted.mockRestore());
const warnings = (): string[] => emitted.mock.calls.map(([message]) => String(message));

const samples = () => new Probe("samples", 100);
/** Ten shuffled batches of new samples. */
const shuffled = (options: Partial<BatchesOptions> = { shuffle: true }, dataset = samples()) =>
  batches(dataset, { batchSize: 10, ...options });

describe("two parts of shuffled batches that do not overlap", () => {
  it("are said once, whichever way they were taken", () => {
    const all = shuffled();
    take(all, 8);
    expect(warnings()).toEqual([]);
    skip(all, 8);
    expect(warnings()).toEqual([
      expect.stringMatching(/^batches 0 to 7 and batches 8 to 9 of shuffled batches are no split.*split\(/),
    ]);
    skip(all, 9);
    expect(warnings()).toHaveLength(1);
  });

  it("are said of slices from the end", () => {
    const all = shuffled();
    slice(all, 0, -2);
    slice(all, -2);
    expect(warnings()).toHaveLength(1);
  });

  it("are found through map, slices of slices, and batches made twice of one dataset", () => {
    const mapped = map(
      batches(samples(), { batchSize: 10, shuffle: true, collate: ([first]) => first! }),
      named,
    );
    take(mapped, 5);
    skip(mapped, 5);
    expect(warnings()).toHaveLength(1);
    const rest = skip(shuffled(), 2);
    take(rest, 4);
    skip(rest, 4);
    expect(warnings()).toHaveLength(2);
    const dataset = samples();
    take(shuffled({ shuffle: true, seed: 3 }, dataset), 8);
    skip(shuffled({ shuffle: true, seed: 3 }, dataset), 8);
    expect(warnings()).toHaveLength(3);
    const sizes = samples();
    take(shuffled({ shuffle: true, batchSize: 20 }, sizes), 4);
    skip(shuffled({}, sizes), 8);
    expect(warnings()).toHaveLength(3);
    skip(shuffled({ shuffle: true }, sizes), 8);
    expect(warnings()[3]).toMatch(/^batches 0 to 3 and batches 8 to 9 /);
  });

  it("are said of samplers that shuffle", () => {
    for (const sampler of [
      new RandomSampler(100),
      new SubsetSampler([...Array(100).keys()], { shuffle: true }),
    ]) {
      emitted.mockClear();
      const all = shuffled({ sampler });
      take(all, 8);
      skip(all, 8);
      expect(warnings()).toHaveLength(1);
    }
  });
});

it("says nothing of parts in order, of parts that overlap, or of a part of a part", () => {
  for (const all of [shuffled({}), shuffled({ sampler: new SubsetSampler([...Array(100).keys()]) })]) {
    take(all, 8);
    skip(all, 8);
  }
  const all = shuffled();
  take(all, 8);
  take(all, 3);
  take(skip(all, 2), 4);
  take(all, 0);
  skip(all, 99);
  take(shuffled(), 8);
  skip(shuffled(), 8);
  expect(warnings()).toEqual([]);
});
