/** One cache, filled by many at once: the same bytes as without, whoever is killed when, and wherever the disk is full. */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { batches, createRandom, DataLoader, type DataLoaderOptions, map } from "epochal";
import { diskCache } from "epochal/data";
import { afterAll, describe, expect, it } from "vitest";
import { Cacheables, shift } from "../../fixtures/cached.js";

const root = mkdtempSync(join(tmpdir(), "epochal-disk-cache-"));
afterAll(() => rmSync(root, { recursive: true }));
let folders = 0;
const newFolder = (): string => join(root, `${folders++}`);

const length = 60;
const size = 40;

/** The stream of two epochs: of the samples themselves, or of a cache of them. */
async function hash(folder: string | undefined, options: DataLoaderOptions = {}): Promise<string> {
  const source = new Cacheables(length, size);
  const samples = folder === undefined ? source : diskCache(source, { folder });
  const train = batches(map(samples, shift), { batchSize: 7, shuffle: true });
  await using loader = new DataLoader(train, { seed: 3, ...options });
  const digest = createHash("sha256");
  for (let epoch = 0; epoch < 2; epoch++)
    for await (const batch of loader)
      digest.update(
        JSON.stringify(batch, (_, value) => {
          if (typeof value === "bigint") return `${value}`;
          return ArrayBuffer.isView(value) ? Array.from(value as Uint8Array, String) : value;
        }),
      );
  return digest.digest("hex");
}

/** Bytes of all files in a folder's one cache. */
function contentsOf(folder: string): string[] {
  const cache = join(folder, readdirSync(folder)[0]!);
  return readdirSync(cache)
    .filter((name) => name.endsWith(".npy"))
    .map(
      (name) =>
        `${name} ${createHash("sha256")
          .update(readFileSync(join(cache, name)))
          .digest("hex")}`,
    );
}

const program = fileURLToPath(new URL("../../fixtures/programs/fill-cache.mjs", import.meta.url));

/** Starts a program that fills the cache in `folder` when it is told. */
function fill(folder: string) {
  const child = spawn(process.execPath, [program, folder, String(length), String(size)], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  // It may be dead when it is told.
  child.stdin.on("error", () => {});
  const ended = once(child, "exit") as Promise<[code: number | null]>;
  return { child, ready: once(child.stdout, "data"), ended };
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

  it("is filled by two programs at once that are killed at any time", async () => {
    const seed = Math.floor(Math.random() * 2 ** 32);
    const random = createRandom(seed);
    const expected = await hash(undefined);
    const complete = newFolder();
    await hash(complete);
    const folder = newFolder();
    mkdirSync(folder);
    let filling = 0;
    for (let kill = 0; kill < 10; kill++) {
      const programs = [fill(folder), fill(folder)];
      await Promise.all(programs.map(({ ready }) => ready));
      for (const { child } of programs) child.stdin.write("go\n");
      // From before the first row to after the last.
      await setTimeout(random.integer(0, 25));
      for (const { child } of programs) if (child.kill("SIGKILL")) filling++;
      await Promise.all(programs.map(({ ended }) => ended));
      const copy = newFolder();
      cpSync(folder, copy, { recursive: true });
      expect(await hash(copy), `seed ${seed}, kill ${kill}`).toBe(expected);
    }
    expect(filling, `seed ${seed}`).toBeGreaterThan(0);
    const { child, ready, ended } = fill(folder);
    await ready;
    child.stdin.write("go\n");
    expect((await ended)[0]).toBe(0);
    expect(contentsOf(folder), `seed ${seed}`).toEqual(contentsOf(complete));
  });
});
