/** The built package in real browsers, as it is. */
import type { Server } from "node:http";
import { afterAll, beforeAll, expect, it } from "vitest";
import { inEveryEngine } from "./engines.ts";
import { run } from "./scenario.js";
import { serveSite } from "./site.ts";

let server: Server;
let url: string;

beforeAll(async () => {
  ({ url, server } = await serveSite());
});
afterAll(() => server.close());

inEveryEngine((open) => {
  it("loads the same batches in the same order as Node, and resumes as it does", async () => {
    const page = await open(url);
    const inPage = await page.evaluate(
      `import("/test/browser/scenario.js").then(({ run }) => run({ workers: false }))`,
    );
    const inNode = await run({ workers: false });
    expect(inNode.batches).toHaveLength(24);
    expect(inPage).toEqual(JSON.parse(JSON.stringify(inNode)));
    expect(page.problems).toEqual([]);
    await page.close();
  });

  it("says that worker threads are Node's", async () => {
    const page = await open(url);
    const { workers } = await page.evaluate<{ workers: string }>(
      `import("/test/browser/scenario.js").then(({ run }) => run({ workers: true }))`,
    );
    expect(workers).toMatch(/^WorkerError: .*workers: 0/);
    await page.close();
  });
});
