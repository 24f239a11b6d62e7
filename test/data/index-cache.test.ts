import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { http } from "../../src/bytes/http-source.ts";
import { openDataFile } from "../../src/data/data-file.ts";
import { keptIndex } from "../../src/data/index-cache.ts";
import { ranges, served } from "../bytes/server.ts";

const root = mkdtempSync(join(tmpdir(), "epochal-index-"));
afterAll(() => rmSync(root, { recursive: true }));
let made = 0;

/** A file, a folder for its indexes, and an index of it that says how often it was built. */
async function subject() {
  const path = join(root, `${made++}.txt`);
  const folder = join(root, `${made++}`);
  writeFileSync(path, "abc");
  let built = 0;
  const index = async (kind = "rows", slow = 0, cache: string | false = folder) =>
    keptIndex(
      await openDataFile(path),
      kind,
      cache,
      async () => ({ starts: Float64Array.of(++built, 2 ** 40), few: Uint8Array.of(1, 2, 3) }),
      slow,
    );
  const kept = () => readdirSync(folder).map((name) => join(folder, name));
  return { path, folder, index, kept };
}

describe("an index of a file", () => {
  it("is kept, and read again as it was, in shared memory", async () => {
    const { index, kept } = await subject();
    const first = await index();
    const again = await index();
    expect(again).toEqual(first);
    expect(again.starts.buffer).toBeInstanceOf(SharedArrayBuffer);
    expect(kept()).toHaveLength(1);
    expect((await index("records")).starts[0]).toBe(2);
    expect(kept()).toHaveLength(2);
  });

  it("is built anew where the file is another one, and takes the place of the old one", async () => {
    const { path, index, kept } = await subject();
    await index();
    utimesSync(path, 1, 1);
    expect((await index()).starts[0]).toBe(2);
    expect((await index()).starts[0]).toBe(2);
    expect(kept()).toHaveLength(1);
  });

  it("is built anew where what lies there is damaged in any byte, cut off or foreign", async () => {
    const { index, kept } = await subject();
    await index();
    const [path] = kept();
    const whole = readFileSync(path!);
    let built = 1;
    for (let at = 0; at < whole.length; at++) {
      const damaged = Buffer.from(whole);
      damaged[at]! ^= 4;
      for (const content of [damaged, whole.subarray(0, at)]) {
        writeFileSync(path!, content);
        expect((await index()).starts[0]).toBe(++built);
      }
    }
  });

  it("is not kept where it was built in no time, for bytes, or where that is not wanted", async () => {
    const { folder, index } = await subject();
    await index("rows", 1e6);
    await index("rows", 0, false);
    const file = await openDataFile(new Uint8Array(3));
    await keptIndex(file, "rows", folder, async () => ({ starts: Float64Array.of(1) }), 0);
    expect(() => readdirSync(folder)).toThrow(/ENOENT/);
  });

  it("of a far file is the same for whoever signs its URL, and with headers or a cache", async () => {
    const folder = join(root, `${made++}`);
    const bytes = new TextEncoder().encode("abc");
    await served(
      ranges(
        () => bytes,
        () => ({ etag: '"a"' }),
      ),
      async (url) => {
        let built = 0;
        for (const where of [
          `${url}a?v=1&X-Amz-Date=1&X-Amz-Signature=1`,
          `${url}a?v=1&X-Amz-Date=2&X-Amz-Signature=2`,
          http(`${url}a?v=1&X-Amz-Date=3&X-Amz-Signature=3`, { headers: { authorization: "me" } }),
          http(`${url}a?v=1`, { cache: join(root, `${made++}`) }),
          `${url}a?v=2`,
        ])
          await keptIndex(await openDataFile(where), "rows", folder, async () => ({
            starts: Float64Array.of(++built),
          }));
        expect(built).toBe(2);
      },
    );
  });

  it("is there all the same where it cannot be kept", async () => {
    const { path, index } = await subject();
    expect((await index("rows", 0, join(path, "no folder"))).starts[0]).toBe(1);
  });
});
