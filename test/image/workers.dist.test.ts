/** Images through the built package, in every kind of worker. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DataLoader } from "epochal";
import sharp from "sharp";
import { afterAll, expect, it } from "vitest";
import { Geometry } from "../fixtures/geometry.js";
import { Pictures } from "../fixtures/pictures.js";
import { writePng } from "./png-writer.ts";

const folder = mkdtempSync(join(tmpdir(), "epochal-images-"));
afterAll(() => rmSync(folder, { recursive: true }));

const files = Array.from({ length: 32 }, (_, i) => {
  const path = join(folder, `${i}.png`);
  const picture = {
    width: 20 + i,
    height: 50 - i,
    depth: i % 3 === 0 ? 16 : 8,
    colour: ([0, 2, 4, 6] as const)[i % 4]!,
    interlaced: i % 5 === 0,
    sample: (y: number, x: number, c: number) => (y * 40 + x * x * 3 + c * 60 + i * y * x) % 256,
    filters: [4, 3, 2, 1, 0].slice(i % 4),
    splits: [0.3],
    level: 6,
  };
  writeFileSync(path, writePng(picture));
  return path;
});

/** Of every decoder, an image of the same size as those. */
const others = await Promise.all(
  (["jpeg", "progressive.jpeg", "webp", "lossless.webp", "gif", "tiff"] as const).map(async (name) => {
    const path = join(folder, name);
    const [kind] = name.split(".").slice(-1) as ["jpeg" | "webp" | "gif" | "tiff"];
    const options = { progressive: name.startsWith("progressive"), lossless: name.startsWith("lossless") };
    await sharp(files[1]).toFormat(kind, options).toFile(path);
    return path;
  }),
);

it("the bytes are the same inline, in threads and in processes", async () => {
  const load = async (options: { workers: number; worker?: "thread" | "process" }) => {
    const batches: Float32Array[] = [];
    for await (const { data } of new DataLoader(new Pictures([...files, ...others]), options))
      batches.push(data.slice());
    return batches;
  };
  const inline = await load({ workers: 0 });
  expect(inline).toHaveLength(10);
  expect(await load({ workers: 2, worker: "thread" })).toEqual(inline);
  expect(await load({ workers: 2, worker: "process" })).toEqual(inline);
});

it("every geometric step gives the same bytes inline, in threads and in processes", async () => {
  const load = async (options: { workers: number; worker?: "thread" | "process" }) => {
    const batches: unknown[] = [];
    for await (const { image, mask, boxes, kept } of new DataLoader(
      new Geometry(files.slice(0, 12)),
      options,
    )) {
      expect([image.shape, mask.shape]).toEqual([
        [1, 24, 20, 3],
        [1, 24, 20, 1],
      ]);
      batches.push([image, mask, boxes, kept].map(({ data }) => [...data]));
    }
    return batches;
  };
  const inline = await load({ workers: 0 });
  expect(inline).toHaveLength(12);
  expect(await load({ workers: 2, worker: "thread" })).toEqual(inline);
  expect(await load({ workers: 2, worker: "process" })).toEqual(inline);
});
