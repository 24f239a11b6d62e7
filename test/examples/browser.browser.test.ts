/** The page of examples/browser: built as its README says, and used as its reader would, in each browser. */
import { mkdtempSync, rmSync } from "node:fs";
import type { Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { DataLoader } from "epochal";
import sharp from "sharp";
import { build } from "vite";
import { afterAll, beforeAll, expect, it } from "vitest";
import { addTo, emptyDigest, showDigest } from "../../examples/browser/digest.ts";
import { batchesOf, photosOf } from "../../examples/browser/photos.ts";
import { drawShapes, side } from "../../examples/browser/shapes.ts";
import { inEveryEngine, type Page } from "../browser/engines.ts";
import { serveFolder } from "../browser/site.ts";

const folder = mkdtempSync(join(tmpdir(), "epochal-example-"));
let server: Server;
let url: string;
/** The digest of two epochs of the page's shapes, loaded in Node. */
let expected: string;

beforeAll(async () => {
  // Below the server's root, as in a folder of a site.
  const outDir = join(folder, "docs", "try");
  const root = fileURLToPath(new URL("../../examples/browser", import.meta.url));
  await build({ root, logLevel: "error", build: { outDir, emptyOutDir: true } });
  ({ url, server } = await serveFolder(folder));
  expected = await inNode();
});
afterAll(() => {
  server?.close();
  rmSync(folder, { recursive: true });
});

async function inNode(): Promise<string> {
  const files = [...drawShapes(7)].map(async ({ path, pixels }) => {
    const image = sharp(pixels, { raw: { width: side, height: side, channels: 4 } });
    return new File([Uint8Array.from(await image.png().toBuffer())], path);
  });
  const photos = await photosOf(await Promise.all(files));
  const loader = new DataLoader(batchesOf(photos), { seed: 7 });
  let digest = emptyDigest;
  for await (const [x, y] of loader.epochs(2)) digest = addTo(addTo(digest, x.data), y.data);
  return showDigest(digest);
}

const press = (page: Page, id: string) => page.evaluate(`document.getElementById("${id}").click()`);
const text = (page: Page, id: string) =>
  page.evaluate<string>(`document.getElementById("${id}").textContent`);
const choose = (page: Page, name: string, value: string) =>
  page.evaluate(`document.querySelector('[name="${name}"][value="${value}"]').click()`);
const fill = (page: Page, id: string, value: string) =>
  page.evaluate(`(({ element }) => {
    element.value = "${value}";
    element.dispatchEvent(new Event("input", { bubbles: true }));
  })({ element: document.getElementById("${id}") })`);

/** Waits until an expression is true in the page; what the page says of itself is in the error if it never is. */
async function until(page: Page, expression: string): Promise<void> {
  for (let tries = 0; tries < 1000; tries++) {
    if (await page.evaluate<boolean>(`Boolean(${expression})`)) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const said = await page.evaluate<string>("document.body.innerText");
  throw new Error(`It never came to ${expression}. The page says:\n${said}\n${page.problems.join("\n")}`);
}

const delivered = `parseInt(document.getElementById("delivered").textContent)`;
const says = (id: string, beginning: string) =>
  `document.getElementById("${id}").textContent.startsWith("${beginning}")`;

/** Opens the page, and has it draw its pictures. */
async function opened(open: (url: string) => Promise<Page>): Promise<Page> {
  const page = await open(`${url}docs/try/`);
  await press(page, "shapes");
  await until(page, says("status", "Ready"));
  await fill(page, "epochs", "2");
  return page;
}

inEveryEngine((open) => {
  it("shows a batch as pictures with their classes", async () => {
    const page = await opened(open);
    const pictures = await page.evaluate<{ colours: number; caption: string }[]>(`
      [...document.querySelectorAll("#pictures figure")].map((figure) => {
        const canvas = figure.querySelector("canvas");
        const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
        const colours = new Set(new Uint32Array(data.buffer)).size;
        return { colours, caption: figure.querySelector("figcaption").textContent };
      })`);
    expect(pictures).toHaveLength(16);
    for (const { colours, caption } of pictures) {
      expect(colours).toBeGreaterThan(50);
      expect(caption).toMatch(/^(circle|cross|diamond|ring|square|triangle)$/);
    }
    expect(page.problems).toEqual([]);
    await page.close();
  });

  it("trains with two workers, one of which is killed, on Node's stream to the byte", async () => {
    const page = await opened(open);
    await press(page, "start");
    await until(page, `${delivered} > 3`);
    await press(page, "kill");
    await until(page, says("status", "Finished"));
    await until(page, says("verdict", "same stream"));
    expect(await text(page, "lost")).toBe("1");
    expect(await text(page, "position")).toBe("epoch 2, 24 of 24");
    expect(await text(page, "digest")).toBe(expected);
    expect(await text(page, "reference")).toBe(expected);
    // It learns: six classes at random are 17 %, and their loss is 1.79.
    expect(
      Number.parseFloat(await page.evaluate(`document.querySelector("#loss output").value`)),
    ).toBeLessThan(1.7);
    expect(page.problems).toEqual([]);
    const foreign = await page.evaluate(`performance.getEntriesByType("resource")
      .map(({ name }) => name).filter((name) => !name.replace("blob:", "").startsWith(location.origin))`);
    expect(foreign).toEqual([]);
    await page.close();
  });

  it("goes on from the state of a paused run, with another number of workers", async () => {
    const page = await opened(open);
    await choose(page, "workers", "1");
    await choose(page, "use", "look");
    await press(page, "start");
    await until(page, `${delivered} > 1`);
    await press(page, "start");
    await until(page, says("status", "Paused"));
    const state = JSON.parse(await text(page, "state")) as { epoch: number; position: number };
    expect(state).toMatchObject({ epoch: 0, position: await page.evaluate(delivered) });
    await choose(page, "workers", "0");
    await choose(page, "use", "nothing");
    await press(page, "start");
    await until(page, `${delivered} > 20`);
    // While it runs, too.
    await choose(page, "workers", "2");
    await until(page, says("status", "Finished"));
    await press(page, "compare");
    await until(page, says("verdict", "same stream"));
    expect(await text(page, "digest")).toBe(expected);
    expect(page.problems).toEqual([]);
    await page.close();
  });

  it("fits into a narrow window", async () => {
    const page = await open(`${url}docs/try/`);
    const width = await page.evaluate(`new Promise((resolve) => {
      const frame = document.createElement("iframe");
      frame.style.width = "360px";
      frame.src = location.href;
      frame.onload = () => resolve(frame.contentDocument.documentElement.scrollWidth);
      document.body.append(frame);
    })`);
    expect(width).toBeLessThanOrEqual(360);
    await page.close();
  });
});
