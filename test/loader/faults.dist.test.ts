/** Every fault, in every kind of worker, at every moment: recovered from in place, or a typed error at its place. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BatchError, DataLoader, type DataLoaderOptions, isEpochalError } from "epochal";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { Counted, Hoarder, Logged, StartsBadly } from "../fixtures/faults.js";
import { Numbers, type SampleError } from "../fixtures/sequences.js";
import { countLeft, expectNothingLeft, warnings } from "../left.ts";

const kinds = {
  inline: { workers: 0 },
  thread: { workers: 2 },
  process: { workers: 2, worker: "process" },
} as const satisfies Record<string, DataLoaderOptions>;
type Kind = keyof typeof kinds;

const folder = mkdtempSync(join(tmpdir(), "epochal-test-"));
afterAll(() => rmSync(folder, { recursive: true }));
let counters = 0;
/** A sequence of `length` whose faults happen `times` times each, counted across workers. */
const counted = (length: number, faults: Record<number, string>, times: number = 1): Counted =>
  new Counted(length, faults, times, join(folder, `${counters++}`));

/** Index of each batch delivered, and the error at the end if there was one. */
async function drain(loader: AsyncIterable<unknown>): Promise<{ indices: number[]; error: unknown }> {
  const indices: number[] = [];
  try {
    for await (const batch of loader) indices.push((batch as { index: number }).index);
    return { indices, error: undefined };
  } catch (error) {
    return { indices, error };
  }
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

/** Faults that end a worker, or keep it for ever. */
const fatal: Record<Kind, readonly string[]> = {
  inline: ["never"],
  thread: ["exit", "loop", "never", "rejection", "memory"],
  process: ["exit", "kill", "segfault", "loop", "never", "rejection", "memory"],
};

describe.each(Object.keys(kinds) as Kind[])("faults in a %s worker", (kind) => {
  const options = { ...kinds[kind], timeout: 1000, resourceLimits: { maxOldGenerationSizeMb: 64 } };
  let before: Awaited<ReturnType<typeof countLeft>>;
  const loaders: DataLoader<unknown>[] = [];
  const load = (sequence: unknown, extra: DataLoaderOptions = {}): DataLoader<unknown> => {
    const loader = new DataLoader(sequence as Numbers, { ...options, ...extra }) as DataLoader<unknown>;
    loaders.push(loader);
    return loader;
  };

  beforeEach(async () => {
    before = await countLeft();
  });
  afterEach(async () => {
    await Promise.all(loaders.splice(0).map((loader) => loader.close()));
    await expectNothingLeft(before);
  });

  it.each(fatal[kind])(
    "is replaced after `%s`, the batch fetched again, order and bytes unchanged",
    async (fault) => {
      const loader = load(counted(8, { 2: fault, 5: fault }), { maxQueueSize: 3 });
      const batches = [];
      for await (const batch of loader) batches.push(batch);
      const expected = [];
      for await (const batch of load(new Numbers(8), { workers: 0 })) expected.push(batch);
      expect(batches).toEqual(expected);
      expect(loader.report()).toMatchObject({ delivered: 8, workersLost: 2, exactlyOnce: true });
    },
  );

  it.each(fatal[kind].filter((fault) => fault !== "memory"))(
    "gives up after `retries` times `%s`, in its place, and can be used again",
    async (fault) => {
      const loader = load(counted(6, { 3: fault }, 2), { retries: 1 });
      const { indices, error } = await drain(loader);
      expect(indices).toEqual([0, 1, 2]);
      expect(isEpochalError(error, "BatchError")).toBe(true);
      expect(error).toMatchObject({ epoch: 0, position: 3, index: 3, attempts: 2 });
      expect((error as BatchError).worker).toMatch(kind);
      expect((error as BatchError).message).toMatch(/Batch 3 of epoch 0 .* It was tried 2 times\.$/);
      expect((error as BatchError).cause).toBeInstanceOf(Error);
      // The fault has had its two times: the next epoch is whole.
      expect(await drain(loader)).toEqual({ indices: upTo(6), error: undefined });
      expect(loader.report().last).toMatchObject({ epoch: 1, delivered: 6, complete: true });
    },
  );

  it("delivers what getItem throws at its place, not retried, with class, stack and cause", async () => {
    const loader = load(counted(6, { 3: "error" }));
    const { indices, error } = await drain(loader);
    expect(indices).toEqual([0, 1, 2]);
    expect(error).toMatchObject({ name: "BatchError", index: 3, attempts: 1 });
    const cause = (error as BatchError).cause as SampleError;
    expect(cause).toBeInstanceOf(RangeError);
    expect(cause.message).toBe("boom");
    expect(cause.file).toBe("cat.jpg");
    expect(cause.stack).toContain("faults.js");
    expect((cause.cause as Error).message).toBe("the disk is on fire");
    expect((error as BatchError).message).toContain("SampleError: boom");
    expect(loader.report()).toMatchObject({ retries: 0, workersLost: 0 });
    expect((await drain(loader)).indices).toEqual(upTo(6));
  });

  it.each(["string", "undefined", "null batch", "undefined batch"])(
    "delivers `%s` as a typed error",
    async (fault) => {
      const loader = load(counted(4, { 1: fault }));
      const { indices, error } = await drain(loader);
      expect(indices).toEqual([0]);
      expect(error).toMatchObject({ name: "BatchError", index: 1 });
      if (fault === "string") expect((error as BatchError).cause).toBe("a string");
      if (fault === "undefined") expect((error as BatchError).cause).toBeUndefined();
      if (fault.endsWith("batch")) expect((error as BatchError).cause).toMatchObject({ name: "ShapeError" });
      expect((await drain(loader)).indices).toEqual(upTo(4));
    },
  );

  it("tries a thrown error again where `retryErrors` says so", async () => {
    const loader = load(counted(6, { 3: "error" }, 2), { retryErrors: true });
    expect((await drain(loader)).indices).toEqual(upTo(6));
    expect(loader.report()).toMatchObject({ retries: 2, workersLost: 0, exactlyOnce: true });
    const again = load(counted(6, { 3: "error" }, 9), { retryErrors: true, retries: 1 });
    expect((await drain(again)).error).toMatchObject({ attempts: 2 });
  });

  it("leaves batches out where `onError` says so, with a warning and a note in the report", async () => {
    const heard = warnings("EPOCHAL_SKIPPED");
    const loader = load(counted(6, { 0: "error", 3: "never", 5: "string" }, 9), {
      onError: "skip",
      retries: 0,
    });
    expect(await drain(loader)).toEqual({ indices: [1, 2, 4], error: undefined });
    expect(loader.report()).toMatchObject({ delivered: 3, skipped: 3, exactlyOnce: false });
    expect(loader.report().last?.skipped).toEqual([0, 3, 5]);
    expect(await heard()).toHaveLength(3);
  });

  it("does not keep the next epoch waiting for a batch that nobody wants any more", async () => {
    const loader = load(counted(6, { 4: "wait for abort" }, 1), { timeout: 60_000 });
    for await (const batch of loader) {
      if ((batch as { index: number }).index < 1) continue;
      // Time enough to work ahead as far as batch 4.
      await new Promise((resolve) => setTimeout(resolve, 500));
      break;
    }
    expect((await drain(loader)).indices).toEqual(upTo(6));
  });

  if (kind === "inline") return;

  it("replaces a worker that is stuck in a batch nobody waits for", async () => {
    const loader = load(counted(3, { 2: "loop" }, 1), { timeout: 300 });
    for await (const _ of loader) break;
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(loader.report().workersLost).toBe(1);
    expect((await drain(loader)).indices).toEqual(upTo(3));
  });

  it("says so where a batch cannot be sent", async () => {
    const { error } = await drain(load(counted(3, { 1: "function batch" })));
    expect(error).toMatchObject({ name: "BatchError", cause: { name: "PortableError" } });
    expect((error as Error).message).toMatch(/cannot be handed over: `f` is a function/);
  });

  it("says so where a sequence returns a batch that it gave away", async () => {
    const { error } = await drain(load(new Hoarder(4), { workers: 1 }));
    expect(error).toMatchObject({ name: "BatchError", cause: { name: "ShapeError" } });
    expect((error as Error).message).toMatch(/given away before/);
  });

  it.each(["exit", "throw", "kill"])(
    "starts a worker again that dies of `%s` while it starts",
    async (fault) => {
      if (kind === "thread" && fault === "kill") return;
      const once = load(new StartsBadly(6, fault, 1, join(folder, `start-${counters++}`)));
      const { indices, error } = await drain(once);
      // A module that throws would throw again: that is not tried twice.
      if (fault === "throw") {
        expect(error).toMatchObject({ message: expect.stringMatching(/the module is broken/) });
      } else {
        expect(error).toBeUndefined();
        expect(indices).toEqual(upTo(6));
        expect(once.report().workersLost).toBe(1);
      }
      const always = load(new StartsBadly(6, fault, 99, join(folder, `start-${counters++}`)), { retries: 1 });
      const failed = await drain(always);
      expect(failed.indices).toEqual([]);
      if (fault !== "throw") {
        expect(failed.error).toMatchObject({ name: "WorkerError" });
        expect((failed.error as Error).message).toMatch(/ended before it was ready, 2 times/);
      }
    },
  );

  it("survives the end of an idle worker, between batches and between epochs", async () => {
    const loader = load(counted(6, { 2: "exit later" }, 1), { maxQueueSize: 1 });
    const seen: number[] = [];
    for await (const batch of loader) {
      seen.push((batch as { index: number }).index);
      await new Promise((resolve) => setTimeout(resolve, 60));
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(seen).toEqual(upTo(6));
    expect((await drain(loader)).indices).toEqual(upTo(6));
    expect(loader.report().workersLost).toBe(1);
  });

  it("fetches no batch more often than once without a fault", async () => {
    const path = join(folder, `log-${counters++}`);
    const loader = load(new Logged(20, path));
    await drain(loader);
    await drain(loader);
    const lines = readFileSync(path, "utf8").trim().split("\n");
    expect(lines.length).toBe(40);
    expect(new Set(lines).size).toBe(40);
  });
});
