/** One cache, filled by many at once: the same bytes as without, whoever is killed when, and wherever the disk is full. */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
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

/** Calls `visit` with all that is in a batch. */
function forEachLeaf(value: unknown, visit: (leaf: unknown) => void): void {
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) visit(value);
  else for (const child of Object.values(value)) forEachLeaf(child, visit);
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

/** Rows that are in a folder's cache by now. */
function rowsIn(folder: string): number {
  const [key = ""] = existsSync(folder) ? readdirSync(folder) : [];
  const path = join(folder, key, "checksums.npy");
  if (!existsSync(path)) return 0;
  const bytes = readFileSync(path).subarray(-4 * length);
  return new Uint32Array(Uint8Array.from(bytes).buffer).filter((mark) => mark !== 0).length;
}

const program = fileURLToPath(new URL("../../fixtures/programs/fill-cache.mjs", import.meta.url));

/** Starts a program that reads all samples out of the cache in `folder`, or `"none"`, when it is told. */
function read(folder: string, seed: number) {
  const child = spawn(process.execPath, [program, folder, ...[length, size, seed].map(String)], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  // It may be dead when it is told.
  child.stdin.on("error", () => {});
  let text = "";
  let wake = (): void => {};
  child.stdout.on("data", (more: Buffer) => {
    text += more.toString();
    wake();
  });
  const ended = once(child, "close");
  const isOver = ended.then(() => true);
  /** Waits for so many lines, or the end. */
  const linesCame = async (count: number): Promise<void> => {
    let over = false;
    while (text.split("\n").length - 1 < count && !over) {
      const more = new Promise<false>((resolve) => {
        wake = () => resolve(false);
      });
      over = await Promise.race([more, isOver]);
    }
  };
  const go = () => child.stdin.write("go\n");
  return { child, ended, linesCame, go, last: () => text.trimEnd().split("\n").at(-1) };
}

/** What came out of the cache in `folder`, in a program of its own: here functions have another text. */
async function digestOf(folder: string): Promise<string | undefined> {
  const { ended, go, last } = read(folder, 3);
  go();
  await ended;
  return last();
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
    const expected = await digestOf("none");
    expect(expected).toMatch(/^[0-9a-f]{64}$/);
    const complete = newFolder();
    expect(await digestOf(complete)).toBe(expected);
    let halfFilled = 0;
    for (let round = 0; round < 5; round++) {
      const what = `seed ${seed}, round ${round}`;
      const folder = newFolder();
      // The second two go on where the first were killed.
      for (let kill = 0; kill < 2; kill++) {
        const programs = [read(folder, 1), read(folder, 2)];
        await Promise.all(programs.map(({ linesCame }) => linesCame(1)));
        for (const { go } of programs) go();
        await programs[0]!.linesCame(1 + random.integer(0, 6));
        for (const { child } of programs) child.kill("SIGKILL");
        await Promise.all(programs.map(({ ended }) => ended));
        const rows = rowsIn(folder);
        if (rows > 0 && rows < length) halfFilled++;
      }
      expect(await digestOf(folder), what).toBe(expected);
      expect(contentsOf(folder), what).toEqual(contentsOf(complete));
    }
    expect(halfFilled, `seed ${seed}`).toBeGreaterThan(0);
  });
});
