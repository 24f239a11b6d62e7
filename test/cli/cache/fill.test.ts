import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { fillCache } from "../../../src/cli/cache/fill.ts";
import { openCliOutput } from "../../../src/cli/output.ts";
import { diskCache } from "../../../src/data/index.ts";
import { batches, Sequence, tensor } from "../../../src/index.ts";

/** Photographs of which some cannot be read, and that say what was computed. */
class Photos extends Sequence<[x: ReturnType<typeof tensor>, y: number]> {
  static readonly computed: number[] = [];
  static unreadable: readonly number[] = [7];
  get length(): number {
    return 40;
  }
  async getItem(index: number): Promise<[x: ReturnType<typeof tensor>, y: number]> {
    Photos.computed.push(index);
    if (Photos.unreadable.includes(index)) throw new Error(`no file ${index}`);
    return [tensor([index, 1]), index];
  }
}

const output = openCliOutput({ write: () => {} }, { write: () => {} }, {});

it("fills a cache with all that can be had, goes on where it was, and says how a program has it", async () => {
  const folder = await mkdtemp(join(tmpdir(), "epochal-fill-"));
  const target = {
    spec: "./photos.js#train",
    name: "train",
    sequence: batches(new Photos(), { batchSize: 4, shuffle: true }),
    batchSize: undefined,
    seed: 0,
    notes: [],
  };
  const fill = (signal: AbortSignal = new AbortController().signal) =>
    fillCache(target, { folder, workers: "0", version: undefined, maxBytes: undefined }, { output, signal });

  const first = await fill();
  expect(first).toMatchObject({
    samples: 40,
    found: 0,
    added: 39,
    left: 0,
    failed: [{ index: 7, message: "Error: no file 7." }],
    code: `batches(diskCache(photos, { folder: ${JSON.stringify(folder)} }), { batchSize: 4, shuffle: true })`,
  });
  expect(first.summary).toBe(`39 of 40 samples are kept, 1 could not be had, in ${first.folder}.`);

  Photos.unreadable = [];
  Photos.computed.length = 0;
  const second = await fill();
  expect(second).toMatchObject({ found: 39, added: 1, failed: [], folder: first.folder });
  // The one that was missing, and the few that are compared with what is kept.
  expect(Photos.computed).toContain(7);
  expect(Photos.computed.length).toBeLessThan(10);

  // The program's own cache is this one.
  Photos.computed.length = 0;
  const kept = diskCache(new Photos(), { folder });
  const [x, y] = (await kept.at(23)) as [{ data: ArrayLike<number> }, number];
  expect([Array.from(x.data), y]).toEqual([[23, 1], 23]);
  expect(Photos.computed.length).toBeLessThan(2);
});
