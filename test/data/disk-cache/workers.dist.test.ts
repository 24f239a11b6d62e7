/** One cache, filled by many at once: the same bytes as without, whoever is killed when, and wherever the disk is full. */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { batches, DataLoader, type DataLoaderOptions, map } from "epochal";
import { diskCache } from "epochal/data";
import { afterAll, describe, expect, it } from "vitest";
import { soakDiskCache } from "../../../scripts/soak/disk-cache.ts";
import { Cacheables, shift } from "../../fixtures/cached.js";

const root = mkdtempSync(join(tmpdir(), "epochal-disk-cache-"));
afterAll(() => rmSync(root, { recursive: true }));
let folders = 0;
const newFolder = (): string => join(root, `${folders++}`);

const length = 60;
const size = 100;

/** The stream of two epochs: of the samples themselves, or of a cache of them. */
async function hash(folder: string | undefined, options: DataLoaderOptions = {}): Promise<string> {
  const source = new Cacheables(length, size);
  const samples = folder === undefined ? source : diskCache(source, { folder });
  const train = batches(map(samples, shift), { batchSize: 7, shuffle: true });
  await using loader = new DataLoader(train, { seed: 3, ...options });
  const digest = createHash("sha256");
  for (let epoch = 0; epoch < 2; epoch++)
    for await (const batch of loader)
      forEachLeaf(batch, (leaf) => digest.update(leaf instanceof Uint8Array ? leaf : String(leaf)));
  return digest.digest("hex");
}

/** Keys of caches over trees, in a program of its own that makes them in another order. */
async function keysOf(seed: number): Promise<string[]> {
  const path = fileURLToPath(new URL("../../fixtures/programs/cache-keys.mjs", import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [path, String(seed)]);
  return JSON.parse(stdout) as string[];
}

/** Calls `visit` with all that is in a batch. */
function forEachLeaf(value: unknown, visit: (leaf: unknown) => void): void {
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) visit(value);
  else for (const child of Object.values(value)) forEachLeaf(child, visit);
}

/** What is in a folder's one cache, but for its archives and where records lie in them. */
function contentsOf(folder: string): string[] {
  const cache = join(folder, readdirSync(folder)[0]!);
  return readdirSync(cache)
    .filter((name) => name.endsWith(".npy") && name !== "index.npy")
    .map(
      (name) =>
        `${name} ${createHash("sha256")
          .update(readFileSync(join(cache, name)))
          .digest("hex")}`,
    );
}

describe("a disk cache", () => {
  it("is one stream for any number of workers of each kind, that of its source", async () => {
    const expected = await hash(undefined, { workers: 0 });
    const contents = new Set<string>();
    for (const options of [
      { workers: 0 },
      { workers: 1 },
      { workers: 2 },
      { workers: 2, useMultiprocessing: true },
    ]) {
      const folder = newFolder();
      for (let run = 0; run < 2; run++) expect(await hash(folder, options)).toBe(expected);
      contents.add(contentsOf(folder).join());
    }
    expect(contents.size).toBe(1);
  });

  it("is found out by each worker, where something changed that cannot be seen", async () => {
    const folder = newFolder();
    const path = join(root, "factor");
    const read = async (factor: number, options: DataLoaderOptions) => {
      writeFileSync(path, String(factor));
      const cached = diskCache(new Cacheables(length, 2, path), { folder });
      await using loader = new DataLoader(batches(map(cached, shift), { batchSize: 7 }), options);
      let count = 0;
      for await (const { label } of loader) count += label.data.length;
      return count;
    };
    expect(await read(1, { workers: 0 })).toBe(length);
    for (const workers of [0, 2])
      for (const factor of [2, 3])
        await expect(read(factor, { workers })).rejects.toThrow(/another `version`/);
    expect(await read(1, { workers: 2 })).toBe(length);
  });

  it("is one in another process: the same tree has the same key", async () => {
    const keys = await Promise.all([keysOf(1), keysOf(2)]);
    expect(keys[0]).toHaveLength(40);
    expect(new Set(keys[0]).size).toBeGreaterThan(30);
    expect(keys[1]).toEqual(keys[0]);
  });

  it("is filled by two programs at once that are killed at any time", async () => {
    const seed = Math.floor(Math.random() * 2 ** 31);
    console.log(`seed ${seed}`);
    const { kills, halfFilled, python } = await soakDiskCache({ seed, kills: 20 });
    if (python === undefined) console.log("without python3 and numpy: nothing was read by them");
    else expect(python).toBeGreaterThan(0);
    expect(kills).toBeGreaterThanOrEqual(20);
    expect(halfFilled, `seed ${seed}`).toBeGreaterThan(0);
  });
});
