import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { OrderedWindow } from "../../src/loader/window.ts";

describe("OrderedWindow", () => {
  it("hands out every position once, in order, whatever order they are settled in, and never holds more than its capacity", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 60 }),
        fc.integer({ min: 1, max: 12 }),
        fc.infiniteStream(fc.nat()),
        (end, capacity, choices) => {
          const window = new OrderedWindow<number>({ end, capacity });
          const running: number[] = [];
          const taken: number[] = [];
          while (!window.done) {
            for (let p = window.claim(); p !== undefined; p = window.claim()) running.push(p);
            expect(window.outstanding).toBeLessThanOrEqual(capacity);
            expect(window.outstanding).toBe(running.length + window.waiting);
            if (running.length > 0) {
              const [position] = running.splice(choices.next().value! % running.length, 1);
              window.settle(position!, position! * 10);
            }
            while (window.ready && choices.next().value! % 3 > 0) taken.push(window.take() / 10);
          }
          expect(taken).toEqual(Array.from({ length: end }, (_, i) => i));
          expect(window.claim()).toBeUndefined();
        },
      ),
    );
  });

  it("does not accept a position twice, nor one that was never claimed", () => {
    const window = new OrderedWindow<string>({ end: 3, capacity: 2 });
    window.claim();
    window.settle(0, "a");
    expect(() => window.settle(0, "b")).toThrow(/a second time/);
    expect(() => window.settle(1, "b")).toThrow(/never claimed/);
    window.take();
    expect(() => window.settle(0, "b")).toThrow(/a second time/);
    expect(() => window.take()).toThrow(/before it was settled/);
  });

  it("holds falsy results", () => {
    const window = new OrderedWindow<undefined>({ end: 1, capacity: 1 });
    window.claim();
    window.settle(0, undefined);
    expect(window.ready).toBe(true);
    expect(window.take()).toBeUndefined();
    expect(window.done).toBe(true);
  });
});
