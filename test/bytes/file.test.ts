/** The contract of bytes by range, held against each place that keeps it. */
import fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import type { Bytes } from "../../src/bytes/bytes.ts";
import { FileBytes, readFile } from "../../src/bytes/file.ts";

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
  /** What reading the file at `path` throws. */
  function failure(path: string): Error {
    try {
      readFile(fs, path, 2 ** 30);
    } catch (error) {
      return error as Error;
    }
    return expect.unreachable("it should have failed");
  }

  it.each([
    [
      "ENOENT",
      join(folder, "none"),
      "There is no such file. Check the path, and the folder it is relative to.",
    ],
    [
      "ENOTDIR",
      join(path, "in-a-file"),
      "There is no such file. Check the path, and the folder it is relative to.",
    ],
    ["EISDIR", folder, "It is a folder, not a file."],
    ["ENAMETOOLONG", "x".repeat(5000), "The file cannot be read: ENAMETOOLONG: name too long."],
  ])("of %s says why in one sentence, with the system's error as cause", (code, path, message) => {
    const error = failure(path);
    expect(error.message).toBe(message);
    expect(error.cause).toMatchObject({ code });
    expect((error.cause as Error).cause).toBeUndefined();
  });

  it.runIf(process.platform === "linux")("that the system fails to read says so", () => {
    // Its first page is nobody's.
    const error = failure("/proc/self/mem");
    expect(error.message).toBe("The file cannot be read: EIO: i/o error.");
    expect(error.cause).toMatchObject({ code: "EIO" });
  });

  it.runIf(process.platform === "linux")("that may not be read says so", () => {
    const mine = join(folder, "mine");
    fs.writeFileSync(mine, "a");
    fs.chmodSync(mine, 0);
    // The superuser may read everything: for a moment we are somebody else.
    const superuser = process.geteuid?.() === 0;
    fs.chmodSync(folder, 0o755);
    if (superuser) process.seteuid?.(65534);
    try {
      const error = failure(mine);
      expect(error.message).toBe("The file may not be read. Check its permissions.");
      expect(error.cause).toMatchObject({ code: "EACCES" });
    } finally {
      if (superuser) process.seteuid?.(0);
    }
  });

  it("that cannot be opened, as too many are, says so, and is read once there are fewer", () => {
    const hoard: number[] = [];
    try {
      expect(() => {
        for (;;) hoard.push(fs.openSync(path, "r"));
      }).toThrow(/EMFILE/);
      const error = failure(path);
      expect(error.message).toBe(
        "The program has too many files open: close some, or raise its limit (ulimit -n).",
      );
      expect(error.cause).toMatchObject({ code: "EMFILE" });
    } finally {
      for (const file of hoard) fs.closeSync(file);
    }
    expect(readFile(fs, path, 2 ** 30)).toEqual(content);
  });

  it("that is closed already says so, whatever is asked of it", () => {
    const closed = new FileBytes(fs, path);
    closed.close();
    for (const ask of [
      () => closed.byteLength,
      () => closed.slice(0, 1),
      () => closed.readInto(new Uint8Array(1), 0),
    ])
      expect(ask).toThrow(
        expect.objectContaining({
          message: "The file cannot be read: EBADF: bad file descriptor.",
          cause: expect.objectContaining({ code: "EBADF" }),
        }),
      );
  });

  it("is read up to what is allowed, and of any length beyond the shared memory", () => {
    for (const length of [0, 1, 2 ** 20 - 1, 2 ** 20, 2 ** 20 + 1, 3 * 2 ** 20]) {
      const some = join(folder, "some");
      fs.writeFileSync(some, new Uint8Array(length).fill(length % 251));
      const bytes = readFile(fs, some, 2 ** 30);
      expect([bytes.length, new Set(bytes).size]).toEqual([length, Math.min(1, length)]);
      if (length < 2 ** 20) continue;
      expect(() => readFile(fs, some, length)).toThrow(/^The file is larger than .* GiB, which is not read/);
    }
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
