/** Combinators, samplers and readers of ours need not be served: what they give by a factory's workers is what it is inline. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import {
  BlockSampler,
  batches,
  cache,
  concat,
  DataLoader,
  fromArrays,
  map,
  mix,
  mixup,
  pad,
  randomChoice,
  repeat,
  type Sequence,
  select,
  shard,
  slice,
  tensor,
  zip,
} from "epochal";
import { csv, folder, jsonl, lines, split, tar, windows } from "epochal/data";
import { arrow } from "epochal/data/arrow";
import { hdf5 } from "epochal/data/hdf5";
import { digest } from "epochal/testing";
import { afterAll, expect, it } from "vitest";
import { Numbers } from "../fixtures/sequences.js";
import { doubled, lengthOf, row } from "../fixtures/served-functions.js";

const root = mkdtempSync(join(tmpdir(), "epochal-own-"));
afterAll(() => rmSync(root, { recursive: true }));
for (const name of ["a", "b"]) {
  mkdirSync(join(root, name));
  for (let i = 0; i < 5; i++) writeFileSync(join(root, name, `${i}.txt`), `${name} ${"x".repeat(i)}`);
}
const fixture = (name: string): string => fileURLToPath(new URL(`../fixtures/data/${name}`, import.meta.url));
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const worker = (): Worker => new Worker(new URL("../fixtures/served-readers.js", import.meta.url));

type Any = Sequence<NonNullable<unknown>>;
const numbers = (): Sequence<{ index: number }> => new Numbers(6) as unknown as Sequence<{ index: number }>;
const rows = (): Sequence<[ReturnType<typeof tensor>, ReturnType<typeof tensor>]> =>
  fromArrays([tensor([1, 2, 3, 4, 5, 6]), tensor([0, 1, 0, 1, 0, 1], "int32")], { batchSize: 2 }) as never;

it.each<[string, () => Any | Promise<Any>]>([
  ["map", () => map(numbers(), doubled)],
  ["concat and zip", () => zip(concat(numbers(), numbers()), repeat(numbers(), 2)) as never],
  ["mix and choice", () => randomChoice(mix(numbers(), numbers()), concat(numbers(), numbers())) as never],
  [
    "parts",
    () => select(slice(shard(repeat(numbers(), 4), { rank: 1, worldSize: 2 }), 1, 9), (i) => i % 2 === 0),
  ],
  ["cache", () => cache(numbers())],
  ["arrays and mixup", () => mixup(rows(), { classes: 2 }) as never],
  [
    "csv",
    async () =>
      batches(await csv(bytes("a,b\n1,2\n3,4\n5,6\n"), { columns: { a: "float32", b: "int32" } }), {
        batchSize: 2,
      }),
  ],
  [
    "jsonl and pad",
    async () =>
      batches(map(await jsonl<{ a: number[] }>(bytes('{"a":[1]}\n{"a":[1,2]}\n')), row), {
        batchSize: 2,
        collate: pad(),
      }),
  ],
  [
    "lines and blocks",
    async () => {
      const read = await lines(bytes("one\ntwo\nthree\nfour\n"));
      return batches(read, { batchSize: 2, sampler: new BlockSampler([2, 2]) });
    },
  ],
  [
    "tar and split",
    async () =>
      batches(split(await tar(fixture("ustar.tar"), { txt: "string" }), { test: 0.5 }).test, {
        batchSize: 1,
      }),
  ],
  [
    "folder and a function",
    async () => batches(map(await folder(root, { text: "text" }), lengthOf), { batchSize: 3 }),
  ],
  [
    "windows",
    () =>
      batches(windows(tensor(Float32Array.from({ length: 20 }, (_, i) => i)), { length: 3 }), {
        batchSize: 4,
      }),
  ],
  ["arrow", async () => batches(await arrow(fixture("arrow-file.arrow")), { batchSize: 2 }) as never],
])("%s", async (_, make) => {
  const sequence = await make();
  const inline = await stream(new DataLoader(sequence, { seed: 5 }));
  expect(inline.length).toBeGreaterThan(0);
  expect(await stream(new DataLoader(sequence, { seed: 5, workers: 2, worker }))).toEqual(inline);
});

it("a reader that wants a package is asked for where the worker's script does not import it", async () => {
  const sequence = batches(await hdf5(fixture("hdf5-plain.h5"), { y: "train/labels" }), { batchSize: 1 });
  await expect(stream(new DataLoader(sequence, { workers: 1, worker }))).rejects.toThrow(
    /of epochal\/data\/hdf5, which the worker's script does not import\. Add there: import "epochal\/data\/hdf5"/,
  );
});

/** The digests of an epoch. */
async function stream(loader: DataLoader<unknown>): Promise<string[]> {
  const digests: string[] = [];
  try {
    for await (const batch of loader) digests.push(digest(batch));
    return digests;
  } finally {
    await loader.close();
  }
}
