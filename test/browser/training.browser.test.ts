/** TensorFlow.js in a page: what it learns from web workers is what it learns in Node, inline, to the last bit. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { afterAll, beforeAll, expect, it } from "vitest";
import { inEveryEngine } from "./engines.ts";
import { serveFolder } from "./site.ts";
import { train } from "./training/train.js";

const folder = mkdtempSync(join(tmpdir(), "epochal-training-"));
let server: Server;
let url: string;
let inNode: Awaited<ReturnType<typeof train>>;

beforeAll(async () => {
  await build({
    entryPoints: ["page.js"].map((name) => fileURLToPath(new URL(`training/${name}`, import.meta.url))),
    bundle: true,
    splitting: true,
    minify: true,
    format: "esm",
    outdir: folder,
    logLevel: "error",
  });
  writeFileSync(
    join(folder, "index.html"),
    '<!doctype html><link rel="icon" href="data:,"><script type="module" src="page.js"></script>',
  );
  ({ url, server } = await serveFolder(folder));
  inNode = await train({ workers: 0 });
  expect(inNode.loss).toHaveLength(3);
});
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true });
});

inEveryEngine((open) => {
  it.each([0])("learns the same over %i workers as in Node", async (workers) => {
    const page = await open(url);
    expect(await page.evaluate(`train(${workers})`)).toEqual(inNode);
    expect(page.problems).toEqual([]);
    await page.close();
  });
});
