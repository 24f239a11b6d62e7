/** The site is built as `npm run docs` does, no link in it leads nowhere, and its pages work in a browser. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
import type { Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { chromium } from "../browser/engines/chromium.ts";
import { inEngines } from "../browser/engines.ts";
import { serveFolder } from "../browser/site.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "epochal-site-"));
let server: Server;
let url: string;

beforeAll(async () => {
  // Ends with an error where a link leads nowhere, or where the API's pages lack something.
  execFileSync(process.execPath, ["--import", "tsx", "scripts/docs/main.ts"], {
    cwd: root,
    encoding: "utf8",
  });
  symlinkSync(join(root, "docs/.vitepress/dist"), join(folder, "epochal"));
  ({ url, server } = await serveFolder(folder));
});
afterAll(() => {
  server?.close();
  rmSync(folder, { recursive: true });
});

inEngines([chromium], (open) => {
  it.each([
    ["how to begin", "start", "Install"],
    ["what an error means, at the place that its message names", "reference/errors", "ShapeError"],
    ["a function of the API", "reference/api/epochal/functions/batches", "batchSize"],
  ])("tells %s", async (_, path, word) => {
    const page = await open(`${url}epochal/${path}.html`);
    expect(await page.evaluate<string>("document.querySelector('main h1').textContent")).not.toBe("");
    expect(await page.evaluate<string>("document.querySelector('main').textContent")).toContain(word);
    const broken =
      "[...document.images].filter((image) => image.complete && image.naturalWidth === 0).length";
    expect(await page.evaluate<number>(broken)).toBe(0);
    expect(page.problems).toEqual([]);
    await page.close();
  });

  it("has the demo, which loads batches", async () => {
    const page = await open(`${url}epochal/demo/`);
    expect(await page.evaluate<number>("document.querySelectorAll('button').length")).toBeGreaterThan(1);
    expect(page.problems).toEqual([]);
    await page.close();
  });
});
