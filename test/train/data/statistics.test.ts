import fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import { fromPixels, normalize } from "../../../src/image/index.ts";
import { batches } from "../../../src/sequence/batching/batches.ts";
import { repeat } from "../../../src/sequence/combinators/repeat.ts";
import type { HookContext } from "../../../src/sequence/context.ts";
import { Sequence } from "../../../src/sequence/sequence.ts";
import { type Tensor, tensor } from "../../../src/tensor/tensor.ts";
import { mergeStatistics, type Statistics, statistics } from "../../../src/train/data/statistics.ts";

/** The given batches. */
class Given<B> extends Sequence<B> {
  readonly given: readonly B[];
  constructor(given: readonly B[]) {
    super();
    this.given = given;
  }
  get length(): number {
    return this.given.length;
  }
  getItem(index: number): never {
    return this.given[index] as never;
  }
}

const quiet = { verbose: 0 } as const;
const of = <B>(given: readonly B[]): Promise<Statistics> => statistics(new Given(given), quiet);

/** Mean and deviation of a column, as its definition says. */
function reference(values: readonly number[]): { mean: number; std: number } {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  return { mean, std: Math.sqrt(values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length) };
}

afterEach(() => void vi.restoreAllMocks());

describe("statistics", () => {
  const value = fc.double({ min: -1000, max: 1000, noNaN: true });
  const rows = fc.array(fc.tuple(value, value), { minLength: 1, maxLength: 30 });

  it("are mean and standard deviation of each channel, however they are cut into batches", async () => {
    await fc.assert(
      fc.asyncProperty(rows, fc.integer({ min: 1, max: 9 }), async (all, size) => {
        const parts: Tensor<"float64">[] = [];
        for (let i = 0; i < all.length; i += size) parts.push(tensor(all.slice(i, i + size), "float64"));
        const { count, mean, std } = await of(parts);
        expect(count).toBe(all.length);
        for (const c of [0, 1] as const) {
          const expected = reference(all.map((row) => row[c]));
          expect(mean[c]).toBeCloseTo(expected.mean, 9);
          expect(std[c]).toBeCloseTo(expected.std, 9);
        }
      }),
    );
  });

  it("lose nothing where the mean is large and the deviation small", async () => {
    const all = Array.from({ length: 1000 }, (_, i) => 1e9 + (i % 7));
    const { mean, std } = await of([tensor(all.slice(0, 300), "float64"), tensor(all.slice(300), "float64")]);
    const expected = reference(all.map((it) => it - 1e9));
    expect(mean[0]! - 1e9).toBeCloseTo(expected.mean, 6);
    expect(std[0]).toBeCloseTo(expected.std, 6);
  });

  it("take bytes as 0 to 1, and give what normalize needs", async () => {
    const data = Uint8Array.from({ length: 2 * 4 * 5 * 3 }, (_, i) => (i * 53) % 256);
    const x = tensor(data, { shape: [2, 4, 5, 3] });
    const found = await of([[x, tensor([0, 1])] as const]);
    expect(found.count).toBe(40);
    const floats = await of([
      tensor(
        Float64Array.from(data, (byte) => byte / 255),
        { shape: [40, 3] },
      ),
    ]);
    for (const c of [0, 1, 2]) {
      expect(found.mean[c]).toBeCloseTo(floats.mean[c]!, 12);
      expect(found.std[c]).toBeCloseTo(floats.std[c]!, 12);
    }
    const first = tensor(data.slice(0, 60), { shape: [4, 5, 3] });
    const second = tensor(data.slice(60), { shape: [4, 5, 3] });
    const normal = await Promise.all([first, second].map((it) => normalize(fromPixels(it), found).tensor()));
    const { mean, std } = await of(normal.map(({ data: pixels }) => tensor(pixels, { shape: [1, 4, 5, 3] })));
    for (const c of [0, 1, 2]) {
      expect(mean[c]).toBeCloseTo(0, 5);
      expect(std[c]).toBeCloseTo(1, 5);
    }
  });

  it("look at the batch, the first of a tuple, x of a record, or what is selected", async () => {
    const x = tensor([[1], [3]]);
    const expected = { count: 2, mean: [2], std: [1] };
    const other = tensor([[100], [200]]);
    expect(await of([x])).toEqual(expected);
    expect(await of([tensor([1, 3], "int32")])).toEqual(expected);
    expect(await of([[x, other, other] as const])).toEqual(expected);
    expect(await of([{ y: other, x }])).toEqual(expected);
    const photos = new Given([{ image: x, label: other }]);
    expect(await statistics(photos, { ...quiet, select: ({ image }) => image })).toEqual(expected);
    // Images that are not read yet.
    const image = fromPixels(tensor(Uint8Array.of(0, 255), { shape: [1, 2, 1] }));
    expect(await of([[image, 0] as const])).toMatchObject({ mean: [0.5], std: [0.5] });
  });

  it("are of epoch 0, each batch once, hooks as in any epoch", async () => {
    const calls: string[] = [];
    class Hooked extends Given<Tensor<"float32">> {
      override onEpochBegin(epoch: number, _: HookContext) {
        calls.push(`begin ${epoch}`);
      }
      override getItem(index: number): never {
        calls.push(`get ${index}`);
        return super.getItem(index);
      }
      override onEpochEnd(epoch: number, _: HookContext) {
        calls.push(`end ${epoch}`);
      }
    }
    await statistics(new Hooked([tensor([1]), tensor([2])]), quiet);
    expect(calls).toEqual(["begin 0", "get 0", "get 1", "end 0"]);
  });

  it("show a progress line, unless told not to", async () => {
    const written = vi.spyOn(process.stderr, "write").mockReturnValue(true);
    await of([tensor([1]), tensor([2])]);
    expect(written).not.toHaveBeenCalled();
    await statistics(new Given([tensor([1]), tensor([2])]));
    expect(written.mock.calls.map(([text]) => text).join("")).toMatch(/statistics.*2\/2/);
  });

  it("of parts are merged to those of the whole", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(rows, { minLength: 1, maxLength: 5 }), async (parts) => {
        const whole = await of([tensor(parts.flat(), "float64")]);
        const found = await Promise.all(parts.map((part) => of([tensor(part, "float64")])));
        // As they come from another machine.
        const merged = mergeStatistics(...(JSON.parse(JSON.stringify(found)) as Statistics[]));
        expect(merged.count).toBe(whole.count);
        for (const c of [0, 1]) {
          expect(merged.mean[c]).toBeCloseTo(whole.mean[c]!, 8);
          expect(merged.std[c]).toBeCloseTo(whole.std[c]!, 6);
        }
      }),
    );
  });

  it("of shards are merged, too", async () => {
    const all = new Given([tensor([1, 2]), tensor([3, 9]), tensor([4])]);
    const [a, b] = await Promise.all(
      [0, 1].map((rank) => statistics(all, { ...quiet, shard: { rank, worldSize: 2 } })),
    );
    expect(a!.count + b!.count).toBe(5);
    const merged = mergeStatistics(a!, b!);
    const whole = await statistics(all, quiet);
    expect(merged.mean[0]).toBeCloseTo(whole.mean[0]!, 12);
    expect(merged.std[0]).toBeCloseTo(whole.std[0]!, 12);
  });

  it("say what is wrong", async () => {
    const x = tensor([[1], [2]]);
    const rejects = (call: Promise<unknown>) => expect(call).rejects;
    await rejects(statistics({ length: 2, getItem: () => x } as never)).toThrow(
      "statistics() takes a Sequence, got an object. A dataset of samples becomes one with batches(dataset, { batchSize }).",
    );
    await rejects(statistics(new Given([x]), { shuffle: true } as never)).toThrow(
      /no option `shuffle`. The order/,
    );
    await rejects(statistics(new Given([x]), { select: "image" as never })).toThrow(
      /`select` must be a function/,
    );
    await rejects(statistics(new Given([x]), { verbose: 2 as never })).toThrow(
      /`verbose` must be 0 or 1, got 2/,
    );
    await rejects(statistics(repeat(new Given([x])), quiet)).toThrow(/endless sequence. Cut it: take/);
    await rejects(of([{ image: x }])).toThrow(/^Batch 0 of epoch 0/);
    const cause = async (given: readonly unknown[]) =>
      String(
        await of(given).then(
          () => expect.unreachable("it should have been refused"),
          (error: unknown) => (error as Error).cause ?? error,
        ),
      );
    expect(await cause([{ image: x }])).toMatch(
      /x of a record, but found undefined. Say where it is: \{ select/,
    );
    expect(await cause([["a", x]])).toMatch(/but found "a"/);
    expect(await cause([tensor([1n])])).toMatch(/x is int64. Convert/);
    expect(await cause([tensor([[1, Number.NaN]])])).toMatch(/Channel 1 of x has no mean: it holds NaN/);
    expect(await cause([x, tensor([[1, 2]])])).toMatch(/last axis.*is 1 and then 2/);
    expect(await cause([tensor([], { shape: [0, 3] })])).toMatch(/found no values/);
    expect(() => mergeStatistics()).toThrow(/at least one result/);
    expect(() => mergeStatistics([] as never)).toThrow(
      /one by one, got an array of 0. Of a list: mergeStatistics/,
    );
    expect(() =>
      mergeStatistics({ count: 1, mean: [1], std: [0] }, { count: 1, mean: [1, 2], std: [0, 0] }),
    ).toThrow(/is 1 and then 2/);
  });

  it("come from samples that are batched", async () => {
    const dataset = { length: 5, getItem: (i: number) => [tensor([i, 2 * i]), i] as const };
    expect(await statistics(batches(dataset, { batchSize: 2, shuffle: true }), quiet)).toMatchObject({
      count: 5,
      mean: [2, 4],
    });
  });
});
