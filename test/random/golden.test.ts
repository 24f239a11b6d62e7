/**
 * Seeded output is frozen: the numbers and orders of earlier releases, and of every engine.
 * If one of these fails, every user's seeded run changes: say so in the changelog, or do not do it.
 */
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { permutation } from "../../src/random/permutation.ts";
import { keyedRandom, type RandomStream } from "../../src/random/random.ts";

interface Golden {
  readonly random: readonly {
    readonly key: readonly [seed: number, stream: RandomStream, epoch: number, index: number];
    readonly bits: readonly number[];
    readonly uniform: readonly number[];
    readonly integer: readonly [number, number, number];
    readonly normal: readonly number[];
    readonly boolean: readonly boolean[];
    readonly shuffle: readonly number[];
    readonly gamma: readonly [number, number, number];
    readonly beta: readonly [number, number, number];
  }[];
  readonly permutations: readonly {
    readonly key: readonly [length: number, seed: number, stream: "batches" | "samples", epoch: number];
    readonly head: readonly number[];
    readonly last: number;
  }[];
}

const golden = JSON.parse(readFileSync(new URL("./golden.json", import.meta.url), "utf8")) as Golden;

it.each(golden.random)("random numbers of $key", (expected) => {
  const r = keyedRandom(...expected.key);
  expect(expected.bits.map(() => r.bits())).toEqual(expected.bits);
  expect(expected.uniform.map(() => r.uniform())).toEqual(expected.uniform);
  const integers = [r.integer(0, 10), r.integer(-1_000_000, 1_000_000), r.integer(0, 2 ** 52)];
  expect(integers).toEqual(expected.integer);
  expect(expected.normal.map(() => r.normal())).toEqual(expected.normal);
  expect(expected.boolean.map(() => r.boolean())).toEqual(expected.boolean);
  expect(r.shuffle([0, 1, 2, 3, 4, 5, 6])).toEqual(expected.shuffle);
  expect([r.gamma(0.3), r.gamma(2.5, 2), r.gamma(100)]).toEqual(expected.gamma);
  expect([r.beta(0.2, 0.2), r.beta(1, 1), r.beta(3, 0.05)]).toEqual(expected.beta);
});

it.each(golden.permutations)("permutation of $key", (expected) => {
  const order = permutation(...expected.key);
  expect(expected.head.map((_, position) => order.at(position))).toEqual(expected.head);
  expect(order.at(order.length - 1)).toBe(expected.last);
});
