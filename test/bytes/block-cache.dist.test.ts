import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { http } from "epochal/data";
import { expect, it } from "vitest";
import { ranges, served } from "./server.ts";

const dist = (path: string) => new URL(`../../dist/bytes/${path}`, import.meta.url).href;

/** Reads blocks of the file in an order of its own, for ever, and compares each with the server's sum of it. */
const program = `
  import { createHash } from "node:crypto";
  const { openBytes } = await import(${JSON.stringify(dist("open.js"))});
  const { http } = await import(${JSON.stringify(dist("http-source.js"))});
  const [url, cache, sum] = process.argv.slice(1);
  const bytes = await openBytes(http(url, { cache }), { most: 2 ** 30 });
  console.log("open");
  for (;;) {
    const start = Math.floor(Math.random() * bytes.byteLength);
    await bytes.slice(start, Math.min(bytes.byteLength, start + 1_500_000));
    const all = await bytes.slice(0, bytes.byteLength);
    if (createHash("md5").update(all).digest("hex") !== sum) { console.log("wrong"); process.exit(1); }
  }
`;

it("programs that fill one copy and are killed at any moment leave nothing wrong in it", async () => {
  const { createHash } = await import("node:crypto");
  const { openBytes } = (await import(dist("open.js"))) as typeof import("../../src/bytes/open.ts");
  const cache = mkdtempSync(join(tmpdir(), "epochal-killed-"));
  const content = new Uint8Array(randomBytes(6 * 2 ** 20 + 12_345));
  const sum = createHash("md5").update(content).digest("hex");
  const answer = ranges(
    () => content,
    () => ({ etag: '"a"' }),
  );
  try {
    await served(answer, async (url) => {
      const killed = async (): Promise<string> => {
        const child = spawn(process.execPath, ["--input-type=module", "-e", program, url, cache, sum]);
        let out = "";
        const ended = new Promise((resolve) => child.once("exit", resolve));
        await new Promise<void>((resolve) => {
          child.once("exit", () => resolve());
          child.stdout.on("data", (text) => {
            out += text;
            // It is open: what it reads and writes from now on is cut off anywhere.
            setTimeout(resolve, Math.random() * 30);
          });
        });
        child.kill("SIGKILL");
        await ended;
        return out;
      };
      for (let turn = 0; turn < 10; turn++)
        expect(await Promise.all([killed(), killed()])).toEqual(["open\n", "open\n"]);
      const bytes = await openBytes(http(url, { cache }), { most: 2 ** 30 });
      expect(Buffer.compare(await bytes.slice(0, content.length), content)).toBe(0);
      bytes.close?.();
      // And now all of it is there.
      expect(Buffer.compare(readFileSync(join(cache, readdirSync(cache)[0]!)), content)).toBe(0);
    });
  } finally {
    rmSync(cache, { recursive: true });
  }
});
