/** How combinators take their sources: one by one; and what is none. */
import { describe, expect, it } from "vitest";
import { batches } from "../../src/sequence/batching/batches.ts";
import { cache } from "../../src/sequence/combinators/cache.ts";
import { concat } from "../../src/sequence/combinators/concat.ts";
import { map } from "../../src/sequence/combinators/map.ts";
import { mix } from "../../src/sequence/combinators/mix.ts";
import { repeat } from "../../src/sequence/combinators/repeat.ts";
import { select } from "../../src/sequence/combinators/select.ts";
import { shard } from "../../src/sequence/combinators/shard.ts";
import { skip } from "../../src/sequence/combinators/skip.ts";
import { slice } from "../../src/sequence/combinators/slice.ts";
import { take } from "../../src/sequence/combinators/take.ts";
import { zip } from "../../src/sequence/combinators/zip.ts";
import { tensor } from "../../src/tensor/tensor.ts";
import { fetchAll, Probe } from "./probe.ts";

const [a, b] = [new Probe("a", 3), new Probe("b", 3)];
const [t, u] = [tensor([1, 2]), tensor([3])];
const dataset = { length: 3, getItem: (i: number) => i };

/** Calls in JavaScript, where no compiler is in the way. */
type Loose = (...args: unknown[]) => unknown;

describe("sources", () => {
  it("are taken one by one, a list spread", async () => {
    const list = [a, b, a];
    expect(await fetchAll(concat(...list))).toEqual(await fetchAll(concat(a, b, a)));
    expect(await fetchAll(zip(...list))).toEqual(await fetchAll(zip(a, b, a)));
    expect(await fetchAll(mix(...list, { weights: [1, 1, 1] }))).toEqual(await fetchAll(mix(a, b, a)));
    expect(await fetchAll(concat(a))).toEqual(await fetchAll(a));
  });

  it("may be mixed with options that say nothing", async () => {
    expect(await fetchAll(mix(a, b, {}))).toEqual(await fetchAll(mix(a, b)));
  });

  it.each<[string, () => unknown, RegExp]>([
    ["concat()", () => (concat as Loose)(), /^concat\(\) needs at least one sequence, got none\./],
    ["zip()", () => (zip as Loose)(), /^zip\(\) needs at least one sequence, got none\./],
    ["mix()", () => (mix as Loose)(), /^mix\(\) needs at least one sequence, got none\./],
    ["mix({})", () => (mix as Loose)({}), /^mix\(\) needs at least one sequence, got none\./],
    [
      "concat([a, b])",
      () => (concat as Loose)([a, b]),
      /got an array of 2 at place 0\. Give them one by one: concat\(a, b\), or of a list concat\(\.\.\.list\)\./,
    ],
    [
      "concat(a, [b])",
      () => (concat as Loose)(a, [b]),
      /got an array of 1 at place 1\. Give them one by one/,
    ],
    [
      "zip([a, b])",
      () => (zip as Loose)([a, b]),
      /got an array of 2 at place 0\. Give them one by one: zip\(a, b\), or of a list zip\(\.\.\.list\)\./,
    ],
    [
      "mix([a, b], [1, 2])",
      () => (mix as Loose)([a, b], [1, 2]),
      /got an array of 2 at place 0\. Give them one by one, and options last: mix\(a, b, \{ weights \}\)/,
    ],
    [
      "mix(a, b, [1, 2])",
      () => (mix as Loose)(a, b, [1, 2]),
      /got an array of 2 at place 2\. .*options last: mix\(a, b, \{ weights \}\)/,
    ],
    ["mix(a, b, { weight })", () => (mix as Loose)(a, b, { weight: [1, 2] }), /no option `weight`/],
    [
      "mix(a, b, { weights: 2 })",
      () => (mix as Loose)(a, b, { weights: 2 }),
      /^`weights` must be an array or a typed array, got 2/,
    ],
    ["mix(a, b, null)", () => (mix as Loose)(a, b, null), /^mix\(\) takes a Sequence, got null at place 2\./],
    ["mix({ weights }, a)", () => (mix as Loose)({ weights: [1] }, a), /got an object at place 0\./],
    ["mix(a, dataset)", () => (mix as Loose)(a, dataset), /got an object at place 1\. A dataset of samples/],
    [
      "concat(t, u)",
      () => (concat as Loose)(t, u),
      /got an object at place 0\. Tensors are joined by concatenate\(\[a, b\]\)\./,
    ],
    ["zip(a, t)", () => (zip as Loose)(a, t), /place 1\. Tensors are joined by concatenate/],
    ["mix(a, t)", () => (mix as Loose)(a, t), /place 1\. Tensors are joined by concatenate/],
    ["concat(a, undefined)", () => (concat as Loose)(a, undefined), /got undefined at place 1\./],
    ["concat(null)", () => (concat as Loose)(null), /^concat\(\) takes a Sequence, got null at place 0\./],
    ...[take, skip, slice, repeat, shard, select, map, cache].map((one): [string, () => unknown, RegExp] => [
      `${one.name}([a])`,
      () => (one as Loose)([a], 1),
      new RegExp(`^${one.name}\\(\\) takes a Sequence, got an array of 1\\. Several sequences become one by`),
    ]),
    ["batches([a])", () => (batches as Loose)([a], { batchSize: 1 }), /For an array of samples/],
  ])("%s is refused by name", (_, call, message) => {
    expect(call).toThrow(message);
    expect(call).toThrow(expect.objectContaining({ name: expect.stringMatching(/^(Option|Shape)Error$/) }));
  });
});
