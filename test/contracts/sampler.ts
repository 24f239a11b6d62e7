/**
 * What every sampler promises, ours and users': run it against your own.
 *
 *     samplerContract("EveryOther", () => new EveryOther(10), { population: 10 });
 */
import { describe, expect, it } from "vitest";
import type { OrderKey, Sampler } from "../../src/sampler/sampler.ts";

/** The whole order of an epoch. */
export function orderOf(sampler: Sampler, key: OrderKey = { seed: 0, epoch: 0 }): number[] {
  const order = sampler.order(key);
  return Array.from({ length: sampler.length }, (_, position) => order(position));
}

interface Expected {
  /** Samples to choose from. */
  readonly population: number;
  /** How often each sample may come in an epoch: exactly, or at least and at most. Default 0 to any. */
  readonly counts?: (index: number) => number | readonly [least: number, most: number];
  /** Different orders among the {@link keys}. Default: each key has its own. */
  readonly orders?: number;
  /** The first samples of (seed 7, epoch 3), frozen. */
  readonly frozen: readonly number[];
}

/** The keys that every sampler is asked for. */
const keys = [-1, 0, 1, 7, 2 ** 40].flatMap((seed) => [0, 1, 2, 1000].map((epoch) => ({ seed, epoch })));

export function samplerContract(
  name: string,
  make: () => Sampler,
  { population, counts = () => [0, Number.POSITIVE_INFINITY], orders = keys.length, frozen }: Expected,
): void {
  describe(`${name} keeps the sampler contract`, () => {
    it("has every index in range", () => {
      for (const key of keys) {
        const outside = orderOf(make(), key).filter(
          (index) => !(Number.isInteger(index) && index >= 0 && index < population),
        );
        expect(outside).toEqual([]);
      }
    });

    it("has each sample as often as it should", () => {
      for (const key of keys) {
        const found = Array<number>(population).fill(0);
        for (const index of orderOf(make(), key)) found[index]!++;
        const wrong = found.filter((count, index) => {
          const range = counts(index);
          const [least, most] = typeof range === "number" ? [range, range] : range;
          return count < least || count > most;
        });
        expect(wrong).toEqual([]);
      }
    });

    it("is a pure function of (seed, epoch), asked in any sequence", () => {
      for (const key of keys) {
        const expected = orderOf(make(), key);
        const sampler = make();
        sampler.order({ seed: key.seed + 1, epoch: key.epoch + 1 });
        const order = sampler.order(key);
        const backwards = Array.from({ length: sampler.length }, (_, i) => order(sampler.length - 1 - i));
        expect(backwards.reverse()).toEqual(expected);
        expect(orderOf(structuredRevival(make()), key)).toEqual(expected);
      }
    });

    it(`has ${orders} orders for ${keys.length} seeds and epochs`, () => {
      expect(new Set(keys.map((key) => orderOf(make(), key).join())).size).toBe(orders);
    });

    it("is frozen", () => {
      expect(orderOf(make(), { seed: 7, epoch: 3 }).slice(0, frozen.length)).toEqual(frozen);
    });
  });
}

/** The sampler as a worker gets it: own fields by structured clone, the class's prototype. */
function structuredRevival(sampler: Sampler): Sampler {
  return Object.assign(
    Object.create(Object.getPrototypeOf(sampler) as object),
    structuredClone({ ...sampler }),
  );
}
