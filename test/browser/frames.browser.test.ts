/** A page stays alive while workers load: it draws frames during each batch, though a batch takes its thread wholly. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, it } from "vitest";
import { serveBundled } from "./bundle.ts";
import { inEveryEngine } from "./engines.ts";

/** Counts frames that a page has drawn, and answers who waits for more of them. No clock is asked. */
function frameCounter(): Server {
  let drawn = 0;
  const waiting = new Set<() => void>();
  return createServer((request, response) => {
    response.setHeader("access-control-allow-origin", "*").setHeader("content-type", "text/plain");
    const { pathname, searchParams } = new URL(request.url!, "http://localhost");
    if (pathname === "/drawn") {
      drawn++;
      response.end();
      for (const look of waiting) look();
      return;
    }
    const enough = drawn + Number(searchParams.get("frames"));
    const look = (): void => {
      if (drawn < enough) return;
      waiting.delete(look);
      response.end(String(drawn));
    };
    waiting.add(look);
    look();
  });
}

let page: Awaited<ReturnType<typeof serveBundled>>;

beforeAll(async () => {
  page = await serveBundled("frames");
});
afterAll(() => page.close());

inEveryEngine((open) => {
  it.each([1, 2])("draws while %i workers load", async (workers) => {
    const server = frameCounter();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const { evaluate, problems, close } = await open(page.url);
    const counts = await evaluate<number[]>(`load("${url}", ${workers})`);
    expect(counts).toHaveLength(6);
    // Each worker's batches come one after the other, each with five frames of its own.
    expect(counts.at(-1)).toBeGreaterThanOrEqual((6 / workers) * 5);
    expect(problems).toEqual([]);
    await close();
    server.closeAllConnections();
    server.close();
  });
});
