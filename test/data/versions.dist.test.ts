/** What data sets of Blobs, bytes and servers without ranges are to loaders: their states, and their workers. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { batches, DataLoader, type Sequence } from "epochal";
import { csv, diskCache, http, npy, tfrecord } from "epochal/data";
import { parquet } from "epochal/data/parquet";
import { afterAll, expect, it } from "vitest";
import { ranges, served } from "../bytes/server.ts";

const root = mkdtempSync(join(tmpdir(), "epochal-versions-"));
afterAll(() => rmSync(root, { recursive: true }));

const columns = { a: "int32" } as const;
const text = (last: number, rows: number) => `a\n${"1\n".repeat(rows)}${last}\n`;

it.each<[string, (text: string) => unknown, number]>([
  ["a Blob", (text) => new Blob([text]), 8],
  ["bytes", (text) => new TextEncoder().encode(text), 8],
  ["more bytes than are looked at for a state", (text) => new TextEncoder().encode(text), 2 ** 20],
  ["a Blob of many bytes", (text) => new Blob([text]), 2 ** 20],
])(
  "a state of %s is refused for others of the same length, and taken up for the same",
  async (_, of, rows) => {
    const open = async (last: number) =>
      batches(await csv(of(text(last, rows)) as Blob, { columns }), { batchSize: 2, shuffle: true });
    const first = new DataLoader(await open(2), { workers: 0, seed: 3 });
    const state = first.state();
    await first.close();
    for await (const _ of new DataLoader(await open(2), { workers: 0, state })) break;
    const other = await open(7);
    await expect(async () => {
      for await (const _ of new DataLoader(other, { workers: 0, state })) break;
    }).rejects.toMatchObject({ name: "StateError" });
  },
);

/** Of each pair the second reads the same as the first in another way. */
const ways: Readonly<Record<string, (address: string) => Promise<Sequence<unknown>>[]>> = {
  "more memory": () => {
    const path = new URL("../fixtures/data/parquet-zstd.parquet", import.meta.url);
    return [0, 2 ** 28].map((memory) => parquet(path, { memory }));
  },
  "unchecked sums": () => {
    const path = new URL("../fixtures/data/examples.tfrecord", import.meta.url);
    return [true, false].map((verify) => tfrecord(path, { label: "int32" }, { verify }));
  },
  "a URL that was signed anew": (address) =>
    ["a&Expires=1", "b&Expires=2"].map((signature) => npy(`${address}x.npy?Signature=${signature}`)),
  "more patience": (address) =>
    [1, 2].map((retries) =>
      npy(http(`${address}x.npy`, { retries, ...(retries === 2 ? { cache: join(root, "http") } : {}) })),
    ),
};

it.each(Object.keys(ways))("states and disk caches are those of the same data with %s", async (way) => {
  const answer = ranges(
    () => file,
    () => ({ etag: '"a"' }),
  );
  await served(answer, async (address) => {
    const [first, second] = (await Promise.all(ways[way]!(address))) as Sequence<NonNullable<unknown>>[];
    const loader = new DataLoader(batches(first!, { batchSize: 2, shuffle: true }), { workers: 0, seed: 3 });
    const state = loader.state();
    await loader.close();
    const resumed = new DataLoader(batches(second!, { batchSize: 2, shuffle: true }), { workers: 0, state });
    for await (const _ of resumed) break;
    const folder = mkdtempSync(join(root, "cache-"));
    for (const rows of [first!, second!]) await diskCache(rows, { folder }).at(0);
    expect(readdirSync(folder)).toHaveLength(1);
  });
});

const header = "{'descr': '|u1', 'fortran_order': False, 'shape': (6,), }".padEnd(117);
const file = Buffer.from(`\x93NUMPY\x01\x00\x76\x00${header}\n\x01\x02\x03\x04\x05\x06`, "latin1");

/** The rows of two epochs through workers. */
async function rowsOf(where: string | ReturnType<typeof http>, worker: "thread" | "process") {
  const data = batches(await npy(where, { dtype: "uint8" }), { batchSize: 1 });
  const loader = new DataLoader(data, { workers: 3, worker });
  const rows: number[] = [];
  for (let epoch = 0; epoch < 2; epoch++) for await (const batch of loader) rows.push(...batch.data);
  await loader.close();
  return rows;
}
const rows = [1, 2, 3, 4, 5, 6, 1, 2, 3, 4, 5, 6];

it.each(["thread", "process"] as const)(
  "a copy on disk is filled once for all workers of kind %s",
  async (worker) => {
    const asked: (string | undefined)[] = [];
    const answer = ranges(
      () => file,
      () => ({ etag: '"a"' }),
    );
    await served(
      (request, response) => {
        asked.push(request.headers.range);
        answer(request, response);
      },
      async (address) => {
        const source = http(address, { cache: join(root, worker) });
        expect(await rowsOf(source, worker)).toEqual(rows);
        expect(await rowsOf(source, worker)).toEqual(rows);
        // Each thread asks whether it is what it was; what it is, is asked for once.
        expect(asked.filter((range) => range !== "bytes=0-0")).toEqual([`bytes=0-${file.length - 1}`]);
      },
    );
  },
);

it.each(["thread", "process"] as const)(
  "a server without ranges is asked once, however many workers of kind %s read",
  async (worker) => {
    let asked = 0;
    await served(
      (_, response) => {
        asked++;
        response.writeHead(200, { etag: '"a"' }).end(file);
      },
      async (address) => {
        expect(await rowsOf(address, worker)).toEqual(rows);
        expect(asked).toBe(1);
      },
    );
  },
);

it("of a file that changed none is read once that is known, though its errors are passed over", async () => {
  const path = join(root, "changing.csv");
  const lines = (digit: number) => `a\n${`${digit}\n`.repeat(400)}`;
  writeFileSync(path, lines(1));
  const data = batches(await csv(path, { columns }), { batchSize: 4 });
  const loader = new DataLoader(data, { workers: 0, onError: "skip" });
  const delivered: number[] = [];
  for await (const { a } of loader) {
    delivered.push(a.data[0]!);
    if (delivered.length === 10) {
      // All that may be fetched ahead is.
      await new Promise((resolve) => setTimeout(resolve, 100));
      writeFileSync(path, lines(2));
      await new Promise((resolve) => setTimeout(resolve, 120));
    }
  }
  // Those that were read before the change, and not one after it.
  expect(new Set(delivered)).toEqual(new Set([1]));
  expect(delivered.length).toBeLessThan(40);
});
