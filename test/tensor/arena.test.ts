import fc from "fast-check";
import { beforeEach, describe, expect, it, vi } from "vitest";
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

describe("memory that is made before the last batch has left", () => {
  const size = 1 << 20;
  /** An arena of a thread that has just begun. */
  async function newArena(): Promise<typeof import("../../src/tensor/arena.ts")> {
    vi.resetModules();
    return import("../../src/tensor/arena.ts");
  }
  /** How many large buffers `make` makes. */
  function made(make: () => unknown): number {
    let count = 0;
    const Counted = class extends ArrayBuffer {
      constructor(length: number) {
        super(length);
        if (length >= size) count++;
      }
    };
    vi.stubGlobal("ArrayBuffer", Counted);
    try {
      make();
    } finally {
      vi.unstubAllGlobals();
    }
    return count;
  }

  it("is there for the next of the same size, and counts as new", async () => {
    const arena = await newArena();
    expect(made(() => arena.reserve([size, 100]))).toBe(0);
    expect(made(() => arena.reserve([size, 100]))).toBe(1);
    expect(made(() => arena.reserve([size]))).toBe(0);
    let buffer = new ArrayBuffer(0);
    expect(made(() => (buffer = arena.allocate(size)))).toBe(0);
    expect(buffer.byteLength).toBe(size);
    expect(arena.isNew(buffer)).toBe(true);
    expect(arena.allocate(size)).not.toBe(buffer);
  });

  it("is not made of sizes that come once, of small ones, or where the consumer gives memory back", async () => {
    const arena = await newArena();
    expect(made(() => [0, 8, 16, 24].map((more) => arena.reserve([size + more])))).toBe(0);
    expect(made(() => Array.from({ length: 4 }, () => arena.reserve(Array(300).fill(1 << 19))))).toBe(0);
    arena.recycle(new ArrayBuffer(5000));
    expect(made(() => [arena.reserve([size]), arena.reserve([size])])).toBe(0);
  });

  it("is of each leaf its own", async () => {
    const arena = await newArena();
    arena.reserve([size, size]);
    expect(made(() => arena.reserve([size, size]))).toBe(2);
    const a = arena.allocate(size);
    expect(made(() => expect(arena.allocate(size)).not.toBe(a))).toBe(0);
  });
});
