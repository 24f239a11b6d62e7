/** What the tests in browsers rest on: that a page's values, errors and complaints come back from every engine. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, it } from "vitest";
import { inEveryEngine } from "./engines.ts";

let server: Server;
let url: string;

beforeAll(async () => {
  server = createServer((_, response) =>
    response.setHeader("content-type", "text/html").end('<!doctype html><link rel="icon" href="data:,">'),
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
});
afterAll(() => server.close());

inEveryEngine((open) => {
  it("gives a page's values, pictures and errors", async () => {
    const page = await open(url);
    expect(await page.evaluate("Promise.resolve({ a: [1, 'ü'], b: location.href })")).toEqual({
      a: [1, "ü"],
      b: url,
    });
    expect(await page.evaluate("undefined")).toBeUndefined();
    await expect(page.evaluate("Promise.reject(new RangeError('far'))")).rejects.toThrow("RangeError: far");
    const png = await page.screenshot();
    expect([...png.subarray(1, 4)]).toEqual([...Buffer.from("PNG")]);
    expect(page.problems).toEqual([]);
    await page.close();
  });

  it("hears what a page complains of, and only that page", async () => {
    const [page, other] = [await open(url), await open(url)];
    await page.evaluate("console.error('one'), console.log('none')");
    await page.evaluate("void Promise.reject(new Error('two'))");
    await page.evaluate("setTimeout(() => { throw new Error('three'); })");
    await page.evaluate("new Promise((resolve) => setTimeout(resolve, 200))");
    expect(page.problems.join("\n")).toMatch(/^one\n.*two\n.*three$/);
    expect(other.problems).toEqual([]);
    await Promise.all([page.close(), other.close()]);
  });
});
