import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Plan, planEpoch } from "../../src/loader/plan.ts";

const options = { seed: 3, epoch: 1, shuffle: true, shard: undefined, start: 0 };

function indices(plan: Plan): number[] {
  return Array.from({ length: plan.steps }, (_, step) => plan.index(step));
}

function sorted(numbers: readonly number[]): number[] {
  return [...numbers].sort((a, b) => a - b);
}

describe("planEpoch", () => {
  it("gives every index to exactly one rank, from any start", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 300 }),
        fc.integer({ min: 1, max: 9 }),
        fc.nat(300),
        fc.boolean(),
        (length, worldSize, start, shuffle) => {
          const all = Array.from({ length: worldSize }, (_, rank) =>
            indices(planEpoch({ ...options, shuffle, length, start, shard: { rank, worldSize } })),
          );
          const whole = indices(planEpoch({ ...options, shuffle, length, start }));
          expect(sorted(all.flat())).toEqual(sorted(whole));
          expect(whole.length).toBe(Math.max(0, length - start));
          // The ranks take turns in the one global order.
          expect(whole).toEqual(whole.map((_, i) => all[i % worldSize]![Math.floor(i / worldSize)]));
        },
      ),
    );
  });

  it("gives all ranks the same number of steps where the last round is dropped", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100 }), fc.integer({ min: 1, max: 9 }), (length, worldSize) => {
        const plans = Array.from({ length: worldSize }, (_, rank) =>
          planEpoch({ ...options, length, shard: { rank, worldSize, ragged: "drop" } }),
        );
        expect(new Set(plans.map((plan) => plan.steps))).toEqual(new Set([Math.floor(length / worldSize)]));
        const all = plans.flatMap(indices);
        expect(new Set(all).size).toBe(all.length);
      }),
    );
  });

  it("continues from the position that all ranks reached, in a world of another size", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 200 }),
        fc.integer({ min: 1, max: 6 }),
        fc.integer({ min: 1, max: 6 }),
        fc.nat(40),
        (length, before, after, taken) => {
          const first = Array.from({ length: before }, (_, rank) =>
            planEpoch({ ...options, length, shard: { rank, worldSize: before } }),
          );
          const rounds = Math.min(taken, Math.floor(length / before));
          const seen = first.flatMap((plan) => indices(plan).slice(0, rounds));
          const start = first[0]!.reached(rounds);
          const rest = Array.from({ length: after }, (_, rank) =>
            indices(planEpoch({ ...options, length, start, shard: { rank, worldSize: after } })),
          ).flat();
          expect(sorted([...seen, ...rest])).toEqual(Array.from({ length }, (_, i) => i));
        },
      ),
    );
  });

  it("has another order each epoch and seed, and the same for the same", () => {
    const order = (change: object): number[] => indices(planEpoch({ ...options, length: 50, ...change }));
    expect(order({})).toEqual(order({}));
    expect(order({ epoch: 2 })).not.toEqual(order({}));
    expect(order({ seed: 4 })).not.toEqual(order({}));
  });

  it("does not shuffle what has no end", () => {
    expect(() => planEpoch({ ...options, length: Number.POSITIVE_INFINITY })).toThrow(/infinite length/);
    const plan = planEpoch({ ...options, length: Number.POSITIVE_INFINITY, shuffle: false, start: 7 });
    expect([plan.steps, plan.index(3), plan.reached(3)]).toEqual([Number.POSITIVE_INFINITY, 10, 10]);
  });
});
