/** Costs stand with the batch that they were spent on, whatever else goes on in the thread. */
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import fc from "fast-check";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { beginFetch, endFetch, moveNotes, noteImage, noteRead, union } from "../../src/core/counters.ts";
import { npy } from "../../src/data/array/npy.ts";
import { writeNpyHeader } from "../../src/data/array/npy-header.ts";
import { imread, resize } from "../../src/image/index.ts";
import { DataLoader } from "../../src/loader/data-loader.ts";
import type { LoaderStats } from "../../src/loader/observe/stats.ts";
import { release } from "../../src/loader/release.ts";
import { batches } from "../../src/sequence/batching/batches.ts";
import { pad } from "../../src/sequence/batching/pad.ts";
import { Sequence } from "../../src/sequence/sequence.ts";
import { stack } from "../../src/tensor/stack.ts";
import { tensor, zeros } from "../../src/tensor/tensor.ts";
import { ranges, served } from "../bytes/server.ts";

const red = sharp({ create: { width: 30, height: 20, channels: 3, background: "red" } });
let image: Buffer;
let server: Server;
let address: string;

beforeAll(async () => {
  image = await red.clone().jpeg().toBuffer();
  // Answers a round of requests together, and not at once: downloads overlap.
  server = createServer((_, response) => void setTimeout(() => response.end(image), 20));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

class Made extends Sequence<unknown> {
  readonly length: number;
  readonly make: (index: number) => unknown;
  constructor(length: number, make: (index: number) => unknown) {
    super();
    this.length = length;
    this.make = make;
  }
  getItem(index: number): unknown {
    return this.make(index);
  }
}

const batchSize = 8;
const images = (from: () => string | Uint8Array) => Array.from({ length: batchSize }, () => imread(from()));
const small = (from: () => string | Uint8Array) => stack(images(from).map((each) => resize(each, [4, 4])));

async function statsOf(sequence: Sequence<unknown>): Promise<LoaderStats> {
  const loader = new DataLoader(sequence);
  for await (const _ of loader) await new Promise((resolve) => setImmediate(resolve));
  return loader.stats();
}

/** What must hold of any loader without workers. */
function expectPossible({ perWorker: [worker] }: LoaderStats): void {
  const { fetch, read, decode } = worker!;
  expect(read).toBeLessThanOrEqual(fetch);
  expect(decode).toBeLessThanOrEqual(fetch);
}

const bytesRead = (stats: LoaderStats): number => stats.perWorker[0]!.bytesRead;

/** Ways to a batch over downloads, whose bytes are all to be counted. */
const downloads: Readonly<Record<string, (length: number) => Sequence<unknown>>> = {
  "stacked into the batch": (length) => new Made(length, () => small(() => address)),
  "stacked, of unknown size": (length) => new Made(length, () => stack(images(() => address))),
  "left lazy": (length) => new Made(length, () => images(() => address)),
  "samples, padded": (length) =>
    batches({ length: length * batchSize, getItem: () => imread(address) }, { batchSize, collate: pad() }),
  "samples, read before": (length) =>
    batches(
      { length: length * batchSize, getItem: async () => ({ x: await imread(address).tensor() }) },
      { batchSize },
    ),
};

describe("costs", () => {
  for (const [how, make] of Object.entries(downloads)) {
    it(`${how}: of two loaders in one thread each has its own`, async () => {
      const [web, memory, other] = await Promise.all([
        statsOf(make(5)),
        statsOf(new Made(50, () => tensor([1, 2, 3]))),
        statsOf(make(3)),
      ]);
      expect(bytesRead(web)).toBe(5 * batchSize * image.length);
      expect(bytesRead(other)).toBe(3 * batchSize * image.length);
      expect(memory.perWorker[0]).toMatchObject({ bytesRead: 0, read: 0, decode: 0 });
      for (const stats of [web, memory, other]) expectPossible(stats);
      expect(web.perWorker[0]!.read).toBeGreaterThan(0);
    });
  }

  it("downloads side by side take no longer than the batch", async () => {
    expectPossible(await statsOf(new Made(3, () => small(() => address))));
  });

  it("of rows that a reader downloads are reading, so that the network is the limit", async () => {
    const file = new Uint8Array([
      ...writeNpyHeader({ dtype: "uint8", shape: [24] }),
      ...new Array(24).fill(7),
    ]);
    const answer = ranges(() => file);
    const slowly: typeof answer = (request, response) => void setTimeout(() => answer(request, response), 20);
    await served(slowly, async (address) => {
      const loader = new DataLoader(batches(await npy(`${address}x.npy`), { batchSize: 2 }));
      for await (const _ of loader);
      const stats = loader.stats();
      expectPossible(stats);
      expect(stats.perWorker[0]!.read).toBeGreaterThan(0.8 * stats.perWorker[0]!.fetch);
      expect(loader.explain()).toMatch(/the network is the limit/);
    });
  });

  it("of pixels that the program changed are counted while no other loader is under way", async () => {
    const changed = async () => {
      const tensors = await Promise.all(images(() => address).map((each) => each.tensor()));
      return tensors.map(({ data }) => tensor(Float32Array.from(data)));
    };
    const stats = await statsOf(new Made(3, changed));
    expect(bytesRead(stats)).toBe(3 * batchSize * image.length);
    expectPossible(stats);
  });

  it("of what failed, and of images that the program reads itself, are nobody's", async () => {
    let tries = 0;
    const failing = new Made(1, async () => {
      await small(() => address);
      if (tries++ === 0) throw new Error("once");
      return tensor([1]);
    });
    const loader = new DataLoader(failing, { retryErrors: true });
    for await (const _ of loader);
    expect(bytesRead(loader.stats())).toBe(batchSize * image.length);
    await imread(address).tensor();
    expect(bytesRead(await statsOf(new Made(2, () => tensor([1]))))).toBe(0);
  });

  it("of images of another copy of the package are counted", async () => {
    vi.resetModules();
    const copy = await import("../../src/image/index.ts");
    expect(copy.imread).not.toBe(imread);
    const make = () => stack([copy.resize(copy.imread(address), [4, 4]) as ReturnType<typeof resize>]);
    const [own, none] = await Promise.all([
      statsOf(new Made(4, make)),
      statsOf(new Made(4, () => tensor([1]))),
    ]);
    expect(bytesRead(own)).toBe(4 * image.length);
    expect(bytesRead(none)).toBe(0);
  });

  it("count memory as allocated once, though it is used again", async () => {
    const loader = new DataLoader(new Made(50, () => zeros([10_000])), { maxQueueSize: 1 });
    const beside = new DataLoader(new Made(50, () => zeros([20_000])), { maxQueueSize: 1 });
    const run = async (of: DataLoader<unknown>) => {
      for await (const batch of of) release(batch as object);
    };
    await Promise.all([run(loader), run(beside)]);
    for (const [of, bytes] of [
      [loader, 40_000],
      [beside, 80_000],
    ] as const) {
      expect(of.stats().bytesAllocated).toBeGreaterThan(0);
      expect(of.stats().bytesAllocated % bytes).toBe(0);
      expect(of.stats().bytesAllocated).toBeLessThanOrEqual(5 * bytes);
    }
  });
});

/** Costs of an image whose reading began at `started` and is over, noted on `buffer`. */
const note = (buffer: ArrayBuffer, started: number = performance.now()): void =>
  noteImage(buffer, { started, loaded: performance.now(), bytes: 10 });

describe("a fetch", () => {
  it("has what is moved into its batch after the others ended", () => {
    const [read, batch] = [new ArrayBuffer(1), new ArrayBuffer(1)];
    const one = beginFetch();
    const other = beginFetch();
    note(read);
    expect(endFetch(other).bytes).toBe(0);
    moveNotes(read, batch);
    expect(endFetch(one, () => [batch]).bytes).toBe(10);
  });

  it("has nothing of one that was given up before and goes on unheard", () => {
    const given = beginFetch();
    const started = performance.now();
    endFetch(given);
    while (performance.now() === started);
    const next = beginFetch();
    note(new ArrayBuffer(1), started);
    expect(endFetch(next).bytes).toBe(0);
  });

  it("has the bytes of what was read ahead, but not the time before it", () => {
    const batch = new ArrayBuffer(1);
    const begun = performance.now();
    while (performance.now() - begun < 2);
    const fetch = beginFetch(true);
    note(batch, begun);
    const costs = endFetch(fetch, () => [batch]);
    expect(costs.bytes).toBe(10);
    // Nor is it told of as something before the fetch.
    expect(costs.when!.reads[0]).toBe(0);
    expect(costs.readMs).toBeLessThanOrEqual(costs.fetchMs);
  });

  it("may be ended twice, and no other is ended by that", () => {
    const given = beginFetch();
    const other = beginFetch();
    endFetch(given);
    endFetch(given);
    note(new ArrayBuffer(1));
    expect(endFetch(other).images).toBe(1);
  });
});

describe("union", () => {
  it("is the number of moments from the beginning on in which at least one ran", () => {
    const span = fc.tuple(fc.nat(50), fc.nat(20)).map(([from, length]) => [from, from + length] as const);
    fc.assert(
      fc.property(fc.array(span), fc.nat(30), (spans, begin) => {
        const moments = new Set<number>();
        for (const [from, to] of spans) for (let at = Math.max(from, begin); at < to; at++) moments.add(at);
        expect(union(spans.flat(), begin)).toBe(moments.size);
      }),
    );
  });
});

describe("the times of a fetch that is observed", () => {
  /** Reads as from and length, in milliseconds after the fetch began; what is told of them, rounded. */
  function told(...reads: readonly (readonly [from: number, length: number])[]): number[] {
    const clock = vi.spyOn(performance, "now");
    const at = (time: number): unknown => clock.mockReturnValue(1000 + time);
    at(0);
    const fetch = beginFetch(true);
    for (const [from, length] of reads) {
      at(from + length);
      noteRead(1000 + from);
    }
    at(100);
    const { when } = endFetch(fetch);
    clock.mockRestore();
    expect(when!.begin).toBeCloseTo(performance.timeOrigin + 1000, 3);
    return when!.reads.map((time) => Math.round(time * 100) / 100);
  }

  it("are those of each read, short ones of five milliseconds together", () => {
    expect(told([5, 3], [9, 1.5])).toEqual([5, 8, 9, 10.5]);
    // As of small images: between two reads one is decoded.
    expect(told([5, 0.1], [5.3, 0.1], [9.6, 0.1], [10.2, 0.1])).toEqual([5, 5.3, 10.2, 10.3]);
    // Side by side they take no longer than one.
    expect(told([5, 0.8], [5.1, 0.8], [5.2, 0.8])).toEqual([5, 6]);
  });

  it("are not there where nobody observes", () => {
    expect(endFetch(beginFetch())).not.toHaveProperty("when");
  });
});
