import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { afterEach, expect, it, vi } from "vitest";
import { ProcessLoad } from "../../../src/loader/observe/process-load.ts";

it("tells how long this thread had no core, where the system does", async () => {
  const cores = availableParallelism();
  const others = Array.from({ length: 2 * cores }, () => new Worker("for (;;);", { eval: true }));
  await Promise.all(others.map((worker) => new Promise((resolve) => worker.once("online", resolve))));
  const load = new ProcessLoad();
  expect(load.read(cores)).toEqual({ load: undefined, starved: undefined });
  load.note(performance.now());
  const end = performance.now() + 400;
  while (performance.now() < end);
  const shares = load.read(cores);
  await Promise.all(others.map((worker) => worker.terminate()));
  expect(shares.load).toBeGreaterThan(0);
  // Two thirds of it, where all threads are treated alike.
  if (existsSync("/proc/thread-self/schedstat")) expect(shares.starved).toBeGreaterThan(0.2);
  else expect(shares.starved).toBeUndefined();
});

afterEach(() => void vi.restoreAllMocks());

it("is what the cores did in the last seconds, whatever was before", () => {
  let now = 0;
  let used = 0;
  vi.spyOn(performance, "now").mockImplementation(() => now);
  vi.spyOn(process, "cpuUsage").mockImplementation(() => ({ user: used * 1000, system: 0 }));
  const load = new ProcessLoad();
  const run = (milliseconds: number, cores: number): void => {
    for (let passed = 0; passed < milliseconds; passed += 500) {
      now += 500;
      used += 500 * cores;
      load.note(now);
    }
  };
  run(5000, 2);
  expect(load.read(2).load).toBeCloseTo(1);
  // Nothing is loaded meanwhile.
  now += 600_000;
  run(3000, 2);
  expect(load.read(2).load).toBeCloseTo(1);
});
