/** How combinators take their sources: one by one or in an array; and what is none. */
import { describe, expect, it } from "vitest";
import { batches } from "../../src/sequence/batching/batches.ts";
import { cache } from "../../src/sequence/combinators/cache.ts";
import { concat } from "../../src/sequence/combinators/concat.ts";
import { filter } from "../../src/sequence/combinators/filter.ts";
import { map } from "../../src/sequence/combinators/map.ts";
import { mix } from "../../src/sequence/combinators/mix.ts";
import { repeat } from "../../src/sequence/combinators/repeat.ts";
import { shard } from "../../src/sequence/combinators/shard.ts";
import { skip } from "../../src/sequence/combinators/skip.ts";
import { slice } from "../../src/sequence/combinators/slice.ts";
import { take } from "../../src/sequence/combinators/take.ts";
import { zip } from "../../src/sequence/combinators/zip.ts";
import { lazyTensor } from "../../src/tensor/lazy.ts";
import { tensor } from "../../src/tensor/tensor.ts";
import { fetchAll, Probe } from "./probe.ts";

const [a, b] = [new Probe("a", 3), new Probe("b", 3)];
const [t, u] = [tensor([1, 2]), tensor([3])];
const image = { [lazyTensor]: true, shape: undefined, dtype: "uint8" };

/** Both with a hole between them. */
function around(first: unknown, last: unknown): unknown[] {
  const list = [first];
  list[2] = last;
  return list;
}

/** Calls in JavaScript, where no compiler is in the way. */
type Loose = (...args: unknown[]) => unknown;

describe("sources", () => {
  it("are taken one by one or in an array", async () => {
    expect(await fetchAll(concat([a, b]))).toEqual(await fetchAll(concat(a, b)));
    expect(await fetchAll(zip([a, b]))).toEqual(await fetchAll(zip(a, b)));
    expect(await fetchAll(concat([a]))).toEqual(await fetchAll(a));
    const list = [a, b, a].filter((one) => one !== b);
    expect(concat(list).length).toBe(6);
    expect(concat([t, u])).toEqual(tensor([1, 2, 3]));
  });

  it("stay as they were given when the array changes", () => {
    const list = [a, b];
    const made = [concat(list), zip(list), mix(list)];
    const lengths = made.map(({ length }) => length);
    list.pop();
    expect(made.map(({ length }) => length)).toEqual(lengths);
  });

  it.each<[string, () => unknown, RegExp]>([
    ["concat()", () => (concat as Loose)(), /^concat\(\) needs at least one sequence, got none\./],
    ["concat([])", () => (concat as Loose)([]), /^concat\(\) needs at least one sequence, got none\./],
    ["zip()", () => (zip as Loose)(), /^zip\(\) needs at least one sequence, got none\./],
    ["zip([])", () => (zip as Loose)([]), /^zip\(\) needs at least one sequence, got none\./],
    ["mix([])", () => (mix as Loose)([]), /^mix\(\) needs at least one sequence, got none\./],
    [
      "mix()",
      () => (mix as Loose)(),
      /^mix\(\) takes sequences in an array, mix\(\[a, b\], weights\), got undefined/,
    ],
    [
      "mix(a, b)",
      () => (mix as Loose)(a, b),
      /^mix\(\) takes sequences in an array.*got an instance of Probe/,
    ],
    ["mix(endless)", () => (mix as Loose)(repeat(a)), /^mix\(\) takes sequences in an array/],
    [
      "mix([a, b], b)",
      () => (mix as Loose)([a, b], null),
      /^`weights` must be an array or a typed array, got null/,
    ],
    [
      "mix([a, b], 2)",
      () => (mix as Loose)([a, b], 2),
      /^`weights` must be an array or a typed array, got 2/,
    ],
    [
      "concat(t, u)",
      () => (concat as Loose)(t, u),
      /^concat\(\) takes tensors in an array: concat\(\[a, b\]\)\./,
    ],
    ["concat(t)", () => (concat as Loose)(t), /^concat\(\) takes tensors in an array/],
    ["concat(a, t)", () => (concat as Loose)(a, t), /^concat\(\) takes tensors in an array/],
    [
      "concat([t, a])",
      () => (concat as Loose)([t, a]),
      /^concat\(\) joins tensors, got an instance of Probe at part 1\./,
    ],
    [
      "concat([a, t])",
      () => (concat as Loose)([a, t]),
      /^concat\(\) joins tensors, got an instance of Probe at part 0\./,
    ],
    [
      "concat([t, , u])",
      () => (concat as Loose)(around(t, u)),
      /^concat\(\) joins tensors, got undefined at part 1\./,
    ],
    [
      "concat([image])",
      () => (concat as Loose)([image]),
      /^concat\(\) joins tensors, .* Await its tensor\(\) first\./,
    ],
    [
      "concat([a, , b])",
      () => (concat as Loose)(around(a, b)),
      /^concat\(\) takes a Sequence, got undefined at place 1\./,
    ],
    ["concat(a, undefined)", () => (concat as Loose)(a, undefined), /got undefined at place 1\./],
    [
      "concat([[a], [b]])",
      () => (concat as Loose)([[a], [b]]),
      /got an array of 1 at place 0\. Arrays of sequences are joined/,
    ],
    ["concat([a], [b])", () => (concat as Loose)([a], [b]), /got an array of 1 at place 0\./],
    ["concat(null)", () => (concat as Loose)(null), /^concat\(\) takes a Sequence, got null at place 0\./],
    [
      "zip([a, , b])",
      () => (zip as Loose)(around(a, b)),
      /^zip\(\) takes a Sequence, got undefined at place 1\./,
    ],
    ["zip(a, t)", () => (zip as Loose)(a, t), /^zip\(\) takes a Sequence, got an object at place 1\./],
    ["mix([a, 3])", () => (mix as Loose)([a, 3]), /^mix\(\) takes a Sequence, got 3 at place 1\./],
    ...[take, skip, slice, repeat, shard, filter, map, cache].map((one): [string, () => unknown, RegExp] => [
      `${one.name}([a])`,
      () => (one as Loose)([a], 1),
      new RegExp(
        `^${one.name}\\(\\) takes a Sequence, got an array of 1\\. Arrays of sequences are joined by`,
      ),
    ]),
    ["batches([a])", () => (batches as Loose)([a], { batchSize: 1 }), /For an array of samples/],
  ])("%s is refused by name", (_, call, message) => {
    expect(call).toThrow(message);
    expect(call).toThrow(expect.objectContaining({ name: expect.stringMatching(/^(Option|Shape)Error$/) }));
  });
});
