import { expect, it } from "vitest";
import { describeSequence } from "../../src/loader/describe.ts";
import { map } from "../../src/sequence/combinators/map.ts";
import { MixSequence } from "../../src/sequence/combinators/mix.ts";
import { select } from "../../src/sequence/combinators/select.ts";
import { named, Probe } from "../sequence/probe.ts";

it("names classes, and what combinators were made with", () => {
  const odd = select(new Probe("a", 5), (index) => index % 2 === 1);
  const even = select(new Probe("a", 5), (index) => index % 2 === 0);
  expect(describeSequence(map(odd, named))).toMatch(
    /^MapSequence\(SelectSequence\(kept=#[0-9a-f]{8},Probe\)\)$/,
  );
  expect(describeSequence(odd)).not.toBe(describeSequence(even));
});

it("reads a list once, however often it is asked", () => {
  let reads = 0;
  const parts = new Proxy([1, 2], {
    get(list, key) {
      reads++;
      return Reflect.get(list, key);
    },
  });
  const mixed = new MixSequence([new Probe("a", 5), new Probe("b", 5)], parts);
  const first = describeSequence(mixed);
  reads = 0;
  expect(describeSequence(mixed)).toBe(first);
  // Whether it is a list of numbers is looked up in its first element.
  expect(reads).toBeLessThanOrEqual(1);
});
