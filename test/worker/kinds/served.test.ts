/** Ends of a factory's workers of which no event tells, with workers and clocks that the test moves. */
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { version } from "../../../src/core/version.ts";
import { servedWorkers } from "../../../src/worker/kinds/served.ts";
import { Numbers } from "../../fixtures/sequences.js";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** A worker that says what it is told to. */
class Puppet extends EventTarget {
  isTerminated = false;
  postMessage(): void {}
  terminate(): void {
    this.isTerminated = true;
  }
  say(isLocked: boolean): void {
    const data = { type: "hello", from: "epochal", version, key: "k", isLocked };
    this.dispatchEvent(Object.assign(new Event("message"), { data }));
  }
}

/** Workers of one factory: those that it made, and why each ended. */
function puppets(): { readonly start: () => Puppet; readonly ends: string[] } {
  const made: Puppet[] = [];
  const ends: string[] = [];
  const factory = (): Puppet => made[made.push(new Puppet()) - 1]!;
  const open = servedWorkers(factory)(new Numbers(4), 0);
  const events = {
    onReady() {},
    onBatch() {},
    onError() {},
    onBroken: (error: Error) => void ends.push(`broken: ${error.message}`),
    onExit: (reason: Error) => void ends.push(reason.message),
  };
  let id = 0;
  const start = (): Puppet => {
    open.start(++id, events);
    return made.at(-1)!;
  };
  return { start, ends };
}

it("one that never serves, of a script that has, is replaced; the next has twice the time", () => {
  const { start, ends } = puppets();
  start().say(false);
  for (const limit of [2_000, 4_000, 8_000]) {
    const silent = start();
    vi.advanceTimersByTime(limit - 500);
    expect(ends).toEqual([]);
    vi.advanceTimersByTime(1_000);
    expect(ends.splice(0)).toEqual([
      expect.stringMatching(/has not called serve\(\) within .* s, as another/),
    ]);
    expect(silent.isTerminated).toBe(true);
  }
});

it("a script that is slow to serve is waited for accordingly", () => {
  const { start, ends } = puppets();
  const first = start();
  vi.advanceTimersByTime(1_000);
  first.say(false);
  start();
  vi.advanceTimersByTime(9_000);
  expect(ends).toEqual([]);
});

it("one of a script that never has ends all hope", () => {
  const { start, ends } = puppets();
  start();
  vi.advanceTimersByTime(11_000);
  expect(ends).toEqual([
    expect.stringMatching(/^broken: .*has not called serve\(\) within 10/),
    expect.any(String),
  ]);
});

it("one that gets its lock after its hello is watched from then on", async () => {
  let free: (() => void) | undefined;
  const request = async (_name: string, _options: object, gone: () => void): Promise<void> => {
    free = gone;
  };
  vi.stubGlobal("navigator", { locks: { request } });
  const { start, ends } = puppets();
  const worker = start();
  worker.say(false);
  expect(free).toBeUndefined();
  worker.say(true);
  free!();
  vi.advanceTimersByTime(100);
  expect(ends).toEqual([expect.stringMatching(/ended without a word/)]);
});
