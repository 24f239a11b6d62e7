import { describe, expect, expectTypeOf, it } from "vitest";
import { DataLoader } from "../../src/loader/data-loader.ts";
import { fromGenerator, isStream, type Stream } from "../../src/sequence/generator.ts";
import { type LazyTensor, lazyTensor } from "../../src/tensor/lazy.ts";
import { type Tensor, tensor } from "../../src/tensor/tensor.ts";

async function collect<T>(source: AsyncIterable<T>, most = Number.POSITIVE_INFINITY): Promise<T[]> {
  const seen: T[] = [];
  if (most === 0) return seen;
  for await (const item of source) if (seen.push(item) >= most) break;
  return seen;
}

describe("fromGenerator", () => {
  it.each([
    [
      "a generator",
      function* () {
        yield* [1, 2, 3];
      },
    ],
    [
      "an async generator",
      async function* () {
        yield* [1, 2, 3];
      },
    ],
    ["an array", () => [1, 2, 3]],
  ])("gives the batches of %s in each pass", async (_name, factory) => {
    const stream = fromGenerator<number>(factory);
    expect(isStream(stream)).toBe(true);
    expect(await collect(stream)).toEqual([1, 2, 3]);
    expect(await collect(stream)).toEqual([1, 2, 3]);
  });

  it("tells each pass its number, and when it is left", async () => {
    const log: string[] = [];
    const stream = fromGenerator<number>(
      async function* ({ pass, signal }) {
        signal.addEventListener("abort", () => log.push(`abort ${pass}`));
        try {
          for (let i = 0; ; i++) yield i;
        } finally {
          log.push(`closed ${pass}`);
        }
      },
      { length: Number.POSITIVE_INFINITY },
    );
    expect(await collect(stream, 2)).toEqual([0, 1]);
    await expect(async () => {
      for await (const _ of stream) throw new Error("mine");
    }).rejects.toThrow("mine");
    expect(log).toEqual(["abort 0", "closed 0", "abort 1", "closed 1"]);
  });

  it("never runs two passes on one generator", async () => {
    const one = (function* () {
      for (let i = 0; ; i++) yield i;
    })();
    const stream = fromGenerator<number>(() => one, { length: Number.POSITIVE_INFINITY });
    await collect(stream, 1);
    await expect(collect(stream)).rejects.toThrow("returned the same generator twice");
  });

  it("holds the generator to its length", async () => {
    const three = function* () {
      yield* [1, 2, 3];
    };
    expect(await collect(fromGenerator<number>(three, { length: 3 }))).toEqual([1, 2, 3]);
    await expect(collect(fromGenerator<number>(three, { length: 4 }))).rejects.toThrow(
      "ended after 3 batches",
    );
    await expect(collect(fromGenerator<number>(three, { length: 2 }))).rejects.toThrow(
      "more than the 2 batches",
    );
  });

  it("lets the generator's own error through, once, after the batches before it", async () => {
    const failure = new TypeError("bad line");
    const seen: number[] = [];
    const stream = fromGenerator<number>(function* () {
      yield 1;
      throw failure;
    });
    await expect(async () => {
      for await (const batch of stream) seen.push(batch);
    }).rejects.toBe(failure);
    expect(seen).toEqual([1]);
  });

  it.each([undefined, null])("refuses a batch that is %s", async (batch) => {
    const stream = fromGenerator<unknown>(() => [1, batch]);
    await expect(collect(stream)).rejects.toThrow(`The generator yielded ${batch} instead of batch 1.`);
  });

  it("runs images before it hands a batch out", async () => {
    const image: LazyTensor<"float32"> = {
      [lazyTensor]: true,
      dtype: "float32",
      shape: [2],
      tensor: async () => tensor([1, 2]),
      into: (out) => void out.set([1, 2]),
    };
    const stream = fromGenerator<{ x: LazyTensor<"float32"> }>(() => [{ x: image }]);
    const [batch] = await collect(stream);
    expectTypeOf(batch!).toEqualTypeOf<{ x: Tensor<"float32"> }>();
    expect(batch).toEqual({ x: tensor([1, 2]) });
  });

  it("refuses what is no factory, with the way out", async () => {
    const generator = (function* () {})();
    expect(() => fromGenerator(generator as never)).toThrow("without calling it");
    expect(() => fromGenerator(() => [], { length: 0 })).toThrow(
      "`length` must be a whole number of batches",
    );
    expect(() => fromGenerator(() => [], { steps: 3 } as never)).toThrow("has no option `steps`");
    const promised = fromGenerator((async () => [1]) as never);
    await expect(collect(promised)).rejects.toThrow("Write it as function* or async function*");
    await expect(collect(fromGenerator((() => ({})) as never))).rejects.toThrow("something to iterate over");
  });

  it("is not taken by a DataLoader: by type, and at run time", () => {
    const stream: Stream<number> = fromGenerator<number>(() => [1]);
    // @ts-expect-error a stream has no index, so it is no Sequence
    expect(() => new DataLoader(stream, { workers: 2 })).toThrow("DataLoader takes a Sequence");
  });
});
