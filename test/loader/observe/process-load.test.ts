import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { expect, it } from "vitest";
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
