import { mkdtempSync, renameSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it, vi } from "vitest";
import type { DataError } from "../../src/core/errors.ts";
import { openDataFile, readFrom } from "../../src/data/data-file.ts";

const root = mkdtempSync(join(tmpdir(), "epochal-data-file-"));
afterAll(() => rmSync(root, { recursive: true }));
afterEach(() => vi.useRealTimers());

let made = 0;
function file(text: string): string {
  const path = join(root, `${made++}.txt`);
  writeFileSync(path, text);
  return path;
}
function change(path: string): void {
  writeFileSync(path, "xyz");
  utimesSync(path, 1, 1);
}
const all = (source: Awaited<ReturnType<typeof openDataFile>>) =>
  readFrom(source, {}, (bytes) => new TextDecoder().decode(bytes.slice(0, 100) as Uint8Array));

describe("a file of a data set", () => {
  it("is plain data, from which a thread that never saw it reads the same bytes at once", async () => {
    const path = file("abc");
    const source = await openDataFile(path);
    const copy = structuredClone(source);
    expect(copy).toMatchObject({ where: path, path, byteLength: 3 });
    expect([all(source), all(copy)]).toEqual(["abc", "abc"]);
  });

  it("is refused where it is opened anew and the file is another one of the same length", async () => {
    const path = file("abc");
    const copy = structuredClone(await openDataFile(path));
    change(path);
    expect(() => all(copy)).toThrow(/txt: It is not what it was when the data set was opened/);
    // And not only the first time.
    expect(() => all(copy)).toThrow(/It is not what it was/);
  });

  it.each([
    ["written to", (path: string) => change(path)],
    [
      "replaced",
      (path: string) => {
        writeFileSync(`${path}.new`, "xyz");
        renameSync(`${path}.new`, path);
      },
    ],
    ["removed", (path: string) => rmSync(path)],
  ])("is an error while it is open, a moment after it was %s", async (_, make) => {
    vi.useFakeTimers({ toFake: ["performance"] });
    const path = file("abcd");
    const source = await openDataFile(path);
    expect(all(source)).toBe("abcd");
    make(path);
    vi.advanceTimersByTime(100);
    expect(() => all(source)).toThrow(/txt: The file is not what it was when it was opened/);
  });

  it("keeps few files open, however many are read in turn", async () => {
    const sources = await Promise.all(Array.from({ length: 200 }, (_, i) => openDataFile(file(`${i}`))));
    for (let turn = 0; turn < 2; turn++)
      for (const [i, each] of sources.entries()) expect(all(each)).toBe(`${i}`);
  });

  it("names the place in its errors, and keeps the cause", async () => {
    const source = await openDataFile(file("abc"));
    const place = { row: 7, column: "x", offset: 12 };
    const error = await thrown(() =>
      readFrom(source, place, (bytes) => bytes.readInto(new Uint8Array(5), 0)),
    );
    expect(error).toMatchObject({ name: "DataError", path: source.path, ...place });
    expect(error.message).toBe(
      `${source.path}, row 7, column "x", byte 12: It ends after 3 bytes, and those from 0 to 5 were to be read. It was cut off, or is not what it was taken for.`,
    );
    const missing = await thrown(() => openDataFile(join(root, "none")));
    expect(missing).toMatchObject({ name: "DataError", path: join(root, "none"), cause: { code: "ENOENT" } });
  });
});

async function thrown(run: () => unknown): Promise<DataError> {
  try {
    await run();
  } catch (error) {
    return error as DataError;
  }
  throw new Error("nothing was thrown");
}
