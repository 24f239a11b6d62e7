/** The contract of bytes by range, held against each place that keeps it. */
import fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import type { Bytes } from "../../src/bytes/bytes.ts";
import { FileBytes } from "../../src/bytes/file.ts";

const folder = fs.mkdtempSync(join(tmpdir(), "epochal-bytes-"));
afterAll(() => fs.rmSync(folder, { recursive: true }));

const content = Uint8Array.from({ length: 300 }, (_, i) => i * 7);
const path = join(folder, "content");
fs.writeFileSync(path, content);
const file = new FileBytes(fs, path);
afterAll(() => file.close());

describe.each<[string, Bytes]>([
  ["memory", content],
  ["a file", file],
])("%s", (_, bytes) => {
  it("gives any range, shorter where it ends", async () => {
    expect(bytes.byteLength).toBe(300);
    await fc.assert(
      fc.asyncProperty(fc.nat(400), fc.nat(400), async (start, length) => {
        const part = await bytes.slice(start, start + length);
        expect(part).toEqual(content.slice(start, start + length));
        const target = new Uint8Array(length + 1).fill(9);
        const count = await bytes.readInto?.(target.subarray(0, length), start);
        if (count === undefined) return;
        expect(target.subarray(0, count)).toEqual(part);
        expect(target.subarray(count)).toEqual(new Uint8Array(length + 1 - count).fill(9));
      }),
    );
  });

  it("gives copies", async () => {
    const part = await bytes.slice(0, 10);
    part.fill(0);
    expect(await bytes.slice(0, 10)).toEqual(content.slice(0, 10));
  });
});

describe("a file", () => {
  it("that is not there says so", () => {
    expect(() => new FileBytes(fs, join(folder, "none"))).toThrow(/There is no such file/);
  });

  it("that grows is read as it is then", () => {
    const growing = join(folder, "growing");
    fs.writeFileSync(growing, "ab");
    const open = new FileBytes(fs, growing);
    try {
      expect(open.byteLength).toBe(2);
      fs.appendFileSync(growing, "cd");
      expect(open.byteLength).toBe(4);
      expect(Buffer.from(open.slice(1, 9)).toString()).toBe("bcd");
    } finally {
      open.close();
    }
  });
});
