/** What readers of archives, records and folders give is the same in every kind of worker, however many there are. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { batches, DataLoader, map, type Sequence, tensor } from "epochal";
import { folder, split, tar, tfrecord, windows, zipArchive } from "epochal/data";
import { assertSameForAnyWorkers } from "epochal/testing";
import { afterAll, expect, it } from "vitest";

const root = mkdtempSync(join(tmpdir(), "epochal-workers-"));
afterAll(() => rmSync(root, { recursive: true }));
const fixture = (name: string) => fileURLToPath(new URL(`../fixtures/data/${name}`, import.meta.url));
for (const [i, name] of ["a", "b"].entries()) {
  mkdirSync(join(root, name));
  for (let k = 0; k < 5; k++) writeFileSync(join(root, name, `${k}.txt`), `${name} ${k * i}`);
}

writeFileSync(join(root, "metadata.csv"), "file_name,n,tags\nb/1.txt,1,[1]\na/0.txt,0,[2]\na/3.txt,3,[3]\n");

it.each<[string, () => Promise<Sequence<NonNullable<unknown>>>]>([
  ["tar", () => tar([fixture("ustar.tar"), fixture("pax.tar")], { txt: "string", cls: "int32" })],
  [
    "zipArchive",
    () =>
      zipArchive([fixture("zip-stored.zip"), fixture("zip-deflated.zip")], { txt: "string", cls: "int32" }),
  ],
  ["tfrecord", () => tfrecord(fixture("examples.tfrecord"), { label: "int32", name: "string" })],
  ["folder", () => folder(root, { text: "text", label: "class" })],
  ["a folder with metadata", () => folder(root, { text: "text", n: "int32", tags: "json", label: "class" })],
  ["a part of a folder", async () => split(await folder(root, { text: "text" }), { test: 0.4 }).test],
  ["windows", async () => windows(tensor(Float32Array.from({ length: 40 }, (_, i) => i)), { length: 3 })],
])("%s", async (_, open) => {
  const samples = await open();
  expect(samples.length).toBeGreaterThan(1);
  await assertSameForAnyWorkers(batches(samples, { batchSize: 2 }), { epochs: 1, workers: [0, 1, 2] });
});

it("data of another version are refused where a state is taken up, though there are as many", async () => {
  const train = async () =>
    batches(
      map(await folder(root, { text: "text" }), ({ text }) => text.length),
      { batchSize: 2, shuffle: true },
    );
  const loader = new DataLoader(await train(), { workers: 0, seed: 3 });
  const state = loader.state();
  await loader.close();
  await new DataLoader(await train(), { workers: 0, state }).close();
  writeFileSync(join(root, "a", "0.txt"), "another text");
  const changed = await train();
  await expect(async () => {
    for await (const _ of new DataLoader(changed, { workers: 0, state }));
  }).rejects.toMatchObject({ name: "StateError" });
});
