import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import { batchesInFlight } from "../../src/core/in-flight.ts";
import { allocate, isNew, mostIdle, mostIdleBytes, recycle } from "../../src/tensor/arena.ts";

/** Of `sizes`, the places of those buffers that the arena still has, each of a size of its own. */
function kept(sizes: readonly number[]): number[] {
  return sizes.flatMap((size, place) => (isNew(allocate(size)) ? [] : [place]));
}

describe("the arena", () => {
  beforeEach(() => {
    // Small ones drive out whatever is in there.
    for (let i = 0; i < mostIdle; i++) recycle(new ArrayBuffer(5000 + i));
  });

  it("gives out again what was given back, once, and only where the size is the same", () => {
    const buffer = new ArrayBuffer(8192);
    recycle(buffer);
    expect(allocate(8193)).not.toBe(buffer);
    expect(allocate(8192)).toBe(buffer);
    expect(allocate(8192)).not.toBe(buffer);
  });

  it("keeps the youngest within its number and its bytes, and those in flight however large", () => {
    const size = fc.integer({ min: 1, max: 40 });
    fc.assert(
      fc.property(fc.array(size, { minLength: mostIdle, maxLength: 20 }), (megabytes) => {
        // Sizes differ, so that each is found by its own. Nothing is written: the pages are never there.
        const sizes = megabytes.map((each, place) => (each << 20) + 8 * place);
        for (const each of sizes) recycle(new ArrayBuffer(each));
        let bytes = 0;
        const expected = sizes
          .map((each, place) => ({ each, place }))
          .reverse()
          .slice(0, mostIdle)
          .filter(({ each }, age) => {
            bytes += each;
            return bytes <= mostIdleBytes || age < batchesInFlight;
          })
          .map(({ place }) => place);
        expect(kept(sizes)).toEqual(expected.reverse());
      }),
      { numRuns: 4 },
    );
  });
});
