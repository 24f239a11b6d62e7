/** The built package in a real Chromium: needs one installed (`apt-get install chromium`), and says so where it is not. */
import type { Server } from "node:http";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { executable, launch, open, serve } from "./chromium.ts";
import { run } from "./scenario.js";

if (!executable) console.warn("Skipped: no Chromium is installed. Debian has one: apt-get install chromium");

describe.skipIf(!executable)("in a browser", () => {
  let browser: Browser;
  let server: Server;
  let url: string;

  beforeAll(async () => {
    ({ url, server } = await serve());
    browser = await launch();
  });
  afterAll(async () => {
    await browser?.close();
    server?.close();
  });

  it("loads the same batches in the same order as Node, and resumes as it does", async () => {
    const { page, problems } = await open(browser, url);
    const inPage = await page.evaluate(
      `import("/test/browser/scenario.js").then(({ run }) => run({ workers: false }))`,
    );
    const inNode = await run({ workers: false });
    expect(inNode.batches).toHaveLength(24);
    expect(JSON.parse(JSON.stringify(inPage))).toEqual(JSON.parse(JSON.stringify(inNode)));
    expect(problems).toEqual([]);
    await page.close();
  });

  it("says that worker threads are Node's", async () => {
    const { page } = await open(browser, url);
    const { workers } = await page.evaluate<{ workers: string }>(
      `import("/test/browser/scenario.js").then(({ run }) => run({ workers: true }))`,
    );
    expect(workers).toMatch(/^WorkerError: .*workers: 0/);
    await page.close();
  });
});
