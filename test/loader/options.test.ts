import { describe, expect, it } from "vitest";
import { parseBytes } from "../../src/core/size.ts";
import { type DataLoaderOptions, resolveOptions } from "../../src/loader/options.ts";
import { batches } from "../../src/sequence/batching/batches.ts";

const points = batches({ length: 4, getItem: (i: number) => i }, { batchSize: 2 });

describe("resolveOptions", () => {
  it.each([
    [{ workers: -1 }, /`workers` must be a whole number from 0 to 1024, got -1/],
    [{ workers: 1.5 }, /`workers`.*got 1\.5/],
    [{ maxQueueSize: 0 }, /`maxQueueSize` must be a whole number of at least 1, got 0/],
    [{ seed: 0.5 }, /`seed` must be a safe integer/],
    [{ seed: 2 ** 53 }, /`seed` must be a safe integer/],
    [{ timeout: 0 }, /`timeout` must be a finite number from 1/],
    [{ shuffle: "yes" }, /`shuffle` must be true or false, got "yes"/],
    [{ onError: "ignore" }, /`onError` must be "throw" or "skip", got "ignore"/],
    [{ shard: { rank: 2, worldSize: 2 } }, /`shard.rank` must be a whole number from 0 to 1, got 2/],
    [{ shard: { rank: 0, size: 2 } }, /`shard` has no option `size`. It has: rank, worldSize, ragged/],
    [{ shard: { rank: 0, worldSize: 0 } }, /`shard.worldSize`/],
    [{ threads: 2 }, /DataLoader has no option `threads`\. It has: workers/],
    [{ worker: 2 }, /`worker` must be "thread", "process" or a function that makes a Worker, .*, got 2/],
    [
      { worker: "thread", useMultiprocessing: true },
      /`useMultiprocessing: true` and `worker`, which is "thread", contradict each other: leave `useMultiprocessing` out/,
    ],
    [{ worker: "process", useMultiprocessing: false }, /contradict each other/],
    [{ num_workers: 2 }, /DataLoader has no option `num_workers`\. Its name is `workers`\./],
    [{ batchSize: 2 }, /DataLoader has no option `batchSize`\. It belongs to batches\(dataset/],
    [{ drop_last: true }, /DataLoader has no option `drop_last`\. It belongs to batches\(dataset/],
    [{ collate_fn: () => 1 }, /no option `collate_fn`\. Its name is `collate`\. It belongs to batches/],
    [{ prefetchFactor: 2 }, /no option `prefetchFactor`\. Its name is `maxQueueSize`/],
    [{ persistent_workers: true }, /no option `persistent_workers`\. Leave it out: workers stay/],
    [{ pinMemory: true }, /no option `pinMemory`\. Leave it out/],
    [{ generator: 1 }, /no option `generator`\. Its name is `seed`/],
    [{ epochs: 3 }, /no option `epochs`\. Each loop is one epoch; loader\.epochs\(n\)/],
    [
      { resourceLimits: { maxOldGenerationSizeMB: 5 } },
      /`resourceLimits` has no option `maxOldGenerationSizeMB`\. It has: maxOld/,
    ],
    [
      { resourceLimits: { stackSizeMb: 0 } },
      /`resourceLimits\.stackSizeMb` must be a finite number of MiB above 0, got 0/,
    ],
    [{ signal: {} }, /`signal` must be an AbortSignal/],
    [{ memory: "lots" }, /`memory` must be a number of bytes, or text such as "512MB", got "lots"/],
  ])("refuses %o", (options, message) => {
    expect(() => resolveOptions(options as DataLoaderOptions)).toThrow(message);
  });

  it("takes Keras' word for processes", () => {
    const of = (options: DataLoaderOptions) => resolveOptions(options).worker(points, 0).start.kind;
    expect(of({})).toBe("thread");
    expect(of({ useMultiprocessing: false })).toBe("thread");
    expect(of({ useMultiprocessing: true })).toBe("process");
    expect(of({ worker: "process" })).toBe("process");
    expect(of({ worker: "process", useMultiprocessing: true })).toBe("process");
  });

  it("reads sizes", () => {
    expect(["512MB", "1.5 GB", "64k", 10].map((size) => parseBytes("memory", size))).toEqual([
      2 ** 29,
      1.5 * 2 ** 30,
      2 ** 16,
      10,
    ]);
  });
});
