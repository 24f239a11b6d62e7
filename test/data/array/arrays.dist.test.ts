/** What readers of arrays give is the same in every kind of worker, however many there are. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { batches, type Sequence } from "epochal";
import { npy, npz, records, wav } from "epochal/data";
import { assertSameForAnyWorkers } from "epochal/testing";
import { afterAll, expect, it } from "vitest";
import { goldens } from "./golden.ts";

const root = mkdtempSync(join(tmpdir(), "epochal-arrays-"));
afterAll(() => rmSync(root, { recursive: true }));

const bytesOf = (format: string, name: string): Uint8Array =>
  goldens(format).find((each) => each.name === name)!.bytes;
function path(format: string, name: string): string {
  const at = join(root, `${name}.${format}`);
  writeFileSync(at, bytesOf(format, name));
  return at;
}
const [ints, stored, packed] = [path("npy", ">i4"), path("npz", "savez"), path("npz", "savez_compressed")];
const sound = path("wav", "PCM 16, 2");

it.each<[string, () => Promise<Sequence<NonNullable<unknown>>>]>([
  ["npy", () => npy([ints, ints, ints], { dtype: "float64" })],
  ["npy, of bytes", () => npy(bytesOf("npy", ">i4"))],
  ["npz, compressed or not", () => npz([stored, packed])],
  ["records", () => records(ints, { head: ["uint8", 4], number: ["uint32"] })],
  ["wav", () => wav([sound, sound])],
])("%s", async (_, open) => {
  const samples = await open();
  expect(samples.length).toBeGreaterThan(1);
  await assertSameForAnyWorkers(batches(samples, { batchSize: 2 }), { epochs: 1, workers: [0, 1, 2] });
});
