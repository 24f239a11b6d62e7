import { describe, expect, it } from "vitest";
import { batches } from "../../../src/sequence/batching/batches.ts";
import { cache } from "../../../src/sequence/combinators/cache.ts";
import { map } from "../../../src/sequence/combinators/map.ts";
import { pipe } from "../../../src/sequence/combinators/pipe.ts";
import { skip } from "../../../src/sequence/combinators/skip.ts";
import { take } from "../../../src/sequence/combinators/take.ts";
import { tensor } from "../../../src/tensor/tensor.ts";
import { fetchAll, Probe } from "../probe.ts";

/** Calls in JavaScript, where no compiler is in the way. */
type Loose = (...args: unknown[]) => unknown;

describe("pipe", () => {
  it("is nested calls, in the order of the data", async () => {
    const piped = pipe(
      new Probe("a", 9),
      (it) => skip(it, 2),
      cache,
      (it) => map(it, ({ name, index }) => [name, index]),
      (it) => take(it, 3),
    );
    const nested = take(
      map(cache(skip(new Probe("a", 9), 2)), ({ name, index }) => [name, index]),
      3,
    );
    expect(await fetchAll(piped)).toEqual(await fetchAll(nested));
    expect(piped.length).toBe(3);
  });

  it("begins with samples, too", async () => {
    const piped = pipe(
      { length: 5, getItem: (i: number) => i },
      (it) => batches(it, { batchSize: 2 }),
      (it) => take(it, 1),
    );
    expect(await fetchAll(piped)).toEqual([tensor([0, 1])]);
  });

  const a = new Probe("a", 3);
  it.each<[string, () => unknown, RegExp]>([
    ["a sequence among the steps", () => (pipe as Loose)(a, take(a, 1)), /got an instance of .* as step 0/],
    [
      "a step that returns nothing",
      () => (pipe as Loose)(a, cache, () => {}),
      /^Step 1 of pipe\(\) returned nothing/,
    ],
  ])("refuses %s", (_, call, message) => {
    expect(call).toThrow(message);
    expect(call).toThrow(expect.objectContaining({ name: "OptionError" }));
  });
});
