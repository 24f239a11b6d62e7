/** Web Workers in every engine: the suite of all kinds of workers, and what befalls those of a page. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { afterAll, beforeAll, expect, it } from "vitest";
import { inEveryEngine } from "./engines.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "epochal-workers-"));
let server: Server;
let url: string;

beforeAll(async () => {
  await build({
    entryPoints: {
      page: join(root, "test/browser/workers/page.ts"),
      "served-sequences": join(root, "test/fixtures/served-sequences.js"),
      ...Object.fromEntries(
        ["silent", "throws", "late", "late-lock", "others", "program"].map((name) => [
          name,
          join(root, `test/browser/workers/${name}.js`),
        ]),
      ),
    },
    bundle: true,
    format: "esm",
    platform: "browser",
    outdir: folder,
    logLevel: "warning",
    alias: { vitest: join(root, "test/fixtures/runtimes/vitest.ts") },
  });
  server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url!, "http://localhost");
    const policy = searchParams.get("policy");
    if (policy) response.setHeader("content-security-policy", policy);
    if (pathname === "/") {
      response.setHeader("content-type", "text/html");
      response.end(
        '<!doctype html><link rel="icon" href="data:,"><script type="module" src="page.js"></script>',
      );
    } else if (pathname === "/page-instead.js") {
      response.setHeader("content-type", "text/html").end("<!doctype html><p>No such page.");
    } else {
      try {
        const bytes = readFileSync(join(folder, pathname));
        response.setHeader("content-type", "text/javascript").end(bytes);
      } catch {
        response.writeHead(404).end();
      }
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
});
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Loaded {
  readonly indices: readonly number[];
  readonly error?: string;
  readonly ms: number;
}

inEveryEngine((open) => {
  it("keep the promises of all workers", async () => {
    const page = await open(url);
    const { passed, failed } = await page.evaluate<{ passed: string[]; failed: object }>("contract()");
    expect(failed).toEqual({});
    expect(passed).toHaveLength(12);
    await page.close();
  });

  it("that are terminated are replaced, and the stream is the same", async () => {
    const page = await open(url);
    const { same, lost } = await page.evaluate<{ same: boolean; lost: number }>("killed()");
    expect(same).toBe(true);
    expect(lost).toBeGreaterThan(1);
    await page.close();
  });

  it("that get their lock late are watched all the same", async () => {
    const page = await open(url);
    const indices = Array.from({ length: 40 }, (_, index) => index);
    expect(await page.evaluate("lateLock()")).toEqual({ indices, lost: 1 });
    await page.close();
  });

  it("that never return are ended at the deadline", async () => {
    const page = await open(url);
    expect(await page.evaluate("endless()")).toMatch(/BatchError: .*getItem\(2\).*500 ms/s);
    await page.close();
  });

  it("say why they cannot be had", async () => {
    const page = await open(url);
    const scripts = ["missing", "page-instead", "silent", "throws", "others", "program", "late"] as const;
    // Side by side, as most of them are waited for.
    const loaded = await page.evaluate<Loaded[]>(
      `Promise.all(${JSON.stringify(scripts)}.map((name) => load(\`./\${name}.js\`)))`,
    );
    const given = Object.fromEntries(scripts.map((name, i) => [name, loaded[i]!])) as Record<
      (typeof scripts)[number],
      Loaded
    >;
    expect(given.missing.error).toMatch(/WorkerError: .*missing\.js: .*status 404/);
    expect(given["page-instead"].error).toMatch(/content type text\/html, which is no JavaScript/);
    expect(given.silent.error).toMatch(/has not called serve\(\) within 10.*silent\.js/);
    expect(given.throws.error).toMatch(/no such luck/);
    expect(given.others.error).toMatch(
      /The worker serves Faulty; what was sent has the id `Numbers`\. .*serve\(\{ Faulty, Numbers \}\)/,
    );
    expect(given.program.error).toMatch(
      // WebKit tells of no rejection of a module.
      /A program was run again by its own worker|has not called serve/,
    );
    expect(given.late.indices).toEqual([0, 1, 2, 3, 4, 5]);
    await page.close();
  });

  it("say that a policy forbids them", async () => {
    const page = await open(`${url}?policy=${encodeURIComponent("worker-src 'none'")}`);
    const { error } = await page.evaluate<Loaded>(`load("./served-sequences.js")`);
    expect(error).toMatch(/Content-Security-Policy/);
    await page.close();
  });
});
