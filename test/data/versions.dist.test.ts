/** What data sets of Blobs, bytes and servers without ranges are to loaders: their states, and their workers. */
import { batches, DataLoader } from "epochal";
import { csv, npy } from "epochal/data";
import { expect, it } from "vitest";
import { served } from "../bytes/server.ts";

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

it.each(["thread", "process"] as const)(
  "a server without ranges is asked once, however many workers of kind %s read",
  async (worker) => {
    const header = "{'descr': '|u1', 'fortran_order': False, 'shape': (6,), }".padEnd(117);
    const file = Buffer.from(`\x93NUMPY\x01\x00\x76\x00${header}\n\x01\x02\x03\x04\x05\x06`, "latin1");
    let asked = 0;
    await served(
      (_, response) => {
        asked++;
        response.writeHead(200, { etag: '"a"' }).end(file);
      },
      async (address) => {
        const data = batches(await npy(address, { dtype: "uint8" }), { batchSize: 1 });
        const loader = new DataLoader(data, { workers: 3, worker });
        const rows: number[] = [];
        for (let epoch = 0; epoch < 2; epoch++) for await (const batch of loader) rows.push(...batch.data);
        await loader.close();
        expect(rows).toEqual([1, 2, 3, 4, 5, 6, 1, 2, 3, 4, 5, 6]);
        expect(asked).toBe(1);
      },
    );
  },
);
