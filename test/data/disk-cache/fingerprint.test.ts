import { Blob, File } from "node:buffer";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { fingerprintOf } from "../../../src/data/disk-cache/fingerprint.ts";
import { split } from "../../../src/data/split.ts";
import { csv } from "../../../src/data/text/csv.ts";
import * as library from "../../../src/index.ts";
import { Sequence } from "../../../src/sequence/sequence.ts";
import { type Recipe, treesOf } from "../../fixtures/trees.js";

const root = mkdtempSync(join(tmpdir(), "epochal-fingerprint-"));
afterAll(() => rmSync(root, { recursive: true }));

const { build, operations } = treesOf({ ...library, split });

const step = fc.tuple(fc.constantFrom(...operations), fc.nat(6), fc.nat(6), fc.nat(5));
const recipe: fc.Arbitrary<Recipe> = fc.array(step, { maxLength: 5 });

/** A recipe with each of all last steps. */
function variantsOf(recipe: Recipe): Recipe[] {
  const range = (count: number) => Array.from({ length: count }, (_, i) => i);
  return operations.flatMap((operation) =>
    range(3).flatMap((one) =>
      range(3).flatMap((other) => range(4).map((n): Recipe => [...recipe, [operation, one, other, n]])),
    ),
  );
}

const keyOf = (sequence: Sequence<unknown>): string => fingerprintOf(sequence, "").key;

async function samplesOf(sequence: Sequence<unknown>): Promise<string> {
  const samples: unknown[] = [];
  for await (const sample of sequence) samples.push(sample);
  return JSON.stringify(samples);
}

class Holder extends Sequence<number> {
  readonly length = 2;
  readonly held: unknown;
  constructor(held: unknown) {
    super();
    this.held = held;
  }
  getItem(index: number): number {
    return index;
  }
}

describe("a fingerprint", () => {
  it("is another for trees with other samples, and the same for a tree that is made again", async () => {
    await fc.assert(
      fc.asyncProperty(recipe, async (first) => {
        const byKey = new Map<string, Recipe[]>();
        for (const each of variantsOf(first)) {
          const key = keyOf(build(each));
          byKey.set(key, [...(byKey.get(key) ?? []), each]);
        }
        for (const [key, same] of byKey) {
          const [one, ...others] = same.map((each) => build(each));
          const expected = await samplesOf(one!);
          // Where a step does not look at all of its numbers, its variants are one tree.
          for (const [i, other] of others.entries())
            expect(await samplesOf(other), `${key} ${JSON.stringify([same[0], same[i + 1]])}`).toBe(expected);
        }
        expect(byKey.size).toBeGreaterThan(20);
      }),
      { numRuns: 12 },
    );
  });

  it("tells apart what stands where, in which list and field, and what holds what", () => {
    const [a, b] = [new Holder(1), new Holder(2)];
    const { concat, zip, map } = library;
    class Pair extends Sequence<unknown> {
      readonly length = 2;
      readonly left: Sequence<unknown> | undefined;
      readonly right: Sequence<unknown> | undefined;
      readonly plus: number | undefined;
      constructor(left?: Sequence<unknown>, right?: Sequence<unknown>, plus?: number) {
        super();
        this.left = left;
        this.right = right;
        this.plus = plus;
      }
      getItem = () => 0;
    }
    const trees = [
      concat(a, b, a),
      concat(a, a, b),
      concat(concat(a, b), a),
      concat(concat(a), b, a),
      concat(a, concat(b, a)),
      concat(a, b),
      zip(a, b),
      zip(b, a),
      zip(a, a),
      new Pair(a),
      new Pair(undefined, a),
      new Pair(a, b),
      new Pair(b, a),
      new Pair(new Pair(a), undefined, 1),
      new Pair(new Pair(a, undefined, 1)),
      map(
        map(a, (x) => x + 1),
        (x) => x + 2,
      ),
      map(
        map(a, (x) => x + 2),
        (x) => x + 1,
      ),
    ];
    expect(new Set(trees.map(keyOf)).size).toBe(trees.length);
  });

  it("is of all that fields hold, however it is nested", () => {
    class Lower extends Map<string, number> {}
    class Named extends Array<number> {
      by = 1;
    }
    const held = [
      { a: { b: 1 } },
      { a: {}, b: 1 },
      { a: [1], b: [] },
      { a: [1, []] },
      [[1], 2],
      [[1, 2]],
      ["ab", "c"],
      ["a", "bc"],
      "\ud800",
      "\ud801",
      "1",
      1,
      1n,
      true,
      null,
      -0,
      0,
      new Map([["a", 1]]),
      new Map([["a", 2]]),
      new Lower([["a", 1]]),
      new Set(["a", 1]),
      [..."ab"],
      new Named(3),
      Object.assign(new Named(3), { by: 2 }),
      new Date(1),
      new Date(2),
      /a/g,
      /a/,
      new Error("a"),
      new Error("b"),
      Uint8Array.of(1, 2),
      Uint8Array.of(2, 1),
      Int8Array.of(1, 2),
      Uint8Array.of(1, 2).buffer,
      new Number(1),
      (x: number) => x,
      Object.assign((x: number) => x, { size: 1 }),
    ];
    expect(new Set(held.map((each) => keyOf(new Holder(each)))).size).toBe(held.length);
    // What was found out since, or is of this process.
    for (const nothing of [undefined, Promise.resolve(1), new WeakMap(), new AbortController().signal])
      expect(keyOf(new Holder({ nothing }))).toBe(keyOf(new Holder({})));
  });

  it("refuses what nobody can see into, and says where it is", async () => {
    for (const blind of [new Blob(["a"]), new File(["a"], "a"), new Intl.NumberFormat("de")])
      for (const held of [blind, [blind], { deep: new Map([["a", [blind]]]) }])
        expect(() => fingerprintOf(new Holder(held), "1")).toThrow(
          /cannot see what is in `held` of Holder: it is .*getState\(\)/,
        );
    class Told extends Holder {
      getState = () => "a";
    }
    expect(keyOf(new Told(new Blob(["a"])))).toBe(keyOf(new Told(new Blob(["b"]))));
  });

  it("refuses files whose server names no version", () => {
    const file = {
      where: "https://host/a.csv",
      path: "https://host/a.csv",
      byteLength: 9,
      version: undefined,
    };
    expect(() => fingerprintOf(new Holder([file]), "")).toThrow(
      /which version of https:\/\/host\/a.csv .*, in `held` of Holder: .* neither ETag nor Last-Modified. Download it/,
    );
    const told = [
      { ...file, version: "1" },
      { ...file, version: "2" },
    ];
    expect(new Set(told.map((each) => keyOf(new Holder(each)))).size).toBe(2);
  });

  it("names files by where they are and their version, and bytes by what is in them", async () => {
    const path = join(root, "a.csv");
    const keyOfCsv = async (text: string) => {
      writeFileSync(path, text);
      return keyOf(await csv(path, { columns: { a: "float32" } }));
    };
    const one = await keyOfCsv("a\n1\n");
    expect(await keyOfCsv("a\n1\n2\n")).not.toBe(one);
    const bytes = (text: string) => csv(new TextEncoder().encode(text), { columns: { a: "float32" } });
    expect(keyOf(await bytes("a\n1\n"))).toBe(keyOf(await bytes("a\n1\n")));
    expect(keyOf(await bytes("a\n1\n"))).not.toBe(keyOf(await bytes("a\n2\n")));
  });

  it("is never of a Blob whose content has no name", async () => {
    const keyOfBlob = async (text: string): Promise<string> => {
      try {
        return keyOf(await csv(new Blob([text]) as globalThis.Blob, { columns: { a: "float32" } }));
      } catch (error) {
        expect((error as Error).message).toMatch(/which version of its bytes .*arrayBuffer\(\)/);
        return `refused ${text}`;
      }
    };
    expect(await keyOfBlob("a\n1\n")).not.toBe(await keyOfBlob("a\n2\n"));
  });
});
