import fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { FileBytes, readFile } from "../../src/bytes/file.ts";

const folder = fs.mkdtempSync(join(tmpdir(), "epochal-bytes-"));
afterAll(() => fs.rmSync(folder, { recursive: true }));

const content = Uint8Array.from({ length: 300 }, (_, i) => i * 7);
const path = join(folder, "content");
fs.writeFileSync(path, content);

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

  it("that is closed gives no bytes of another that has its number now, nor closes that", () => {
    const other = join(folder, "other");
    fs.writeFileSync(other, "other");
    const closed = new FileBytes(fs, path);
    closed.close();
    const open = new FileBytes(fs, other);
    try {
      closed.close();
      for (const ask of [() => closed.slice(0, 1), () => closed.readInto(new Uint8Array(1), 0)])
        expect(ask).toThrow(/^The file was closed\. Open it again\.$/);
      expect(Buffer.from(open.slice(0, 5)).toString()).toBe("other");
    } finally {
      open.close();
    }
  });

  it.runIf(process.platform === "linux")("that is none cannot be opened, and nothing is left open", () => {
    const before = fs.readdirSync("/proc/self/fd").length;
    expect(() => new FileBytes(fs, folder)).toThrow(/^It is a folder, not a file\.$/);
    expect(() => new FileBytes(fs, join(folder, "none"))).toThrow(/^There is no such file\./);
    expect(fs.readdirSync("/proc/self/fd").length).toBe(before);
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

  /** What `use` makes of the file of this content, opened. */
  function opened(text: string, use: (file: FileBytes, path: string) => void): void {
    const path = join(folder, "opened");
    fs.writeFileSync(path, text);
    const open = new FileBytes(fs, path);
    try {
      use(open, path);
    } finally {
      open.close();
    }
  }

  const versionAt = (path: string): string => {
    const file = new FileBytes(fs, path);
    file.close();
    return file.version;
  };

  it("that grows has the length that it had when it was opened, and another version", () => {
    opened("ab", (open, path) => {
      fs.appendFileSync(path, "cd");
      expect(open.byteLength).toBe(2);
      expect(Buffer.from(open.slice(1, 9)).toString()).toBe("b");
      expect(versionAt(path)).not.toBe(open.version);
    });
  });

  it("that becomes shorter gives no bytes that are not there", () => {
    opened("abcdef", (open, path) => {
      fs.truncateSync(path, 3);
      expect(Buffer.from(open.slice(0, 3)).toString()).toBe("abc");
      const target = new Uint8Array(4);
      for (const ask of [() => open.slice(0, 4), () => open.readInto(target, 2), () => open.slice(5, 6)])
        expect(ask).toThrow(/^The file has become shorter since it was opened\. Open it again\.$/);
    });
  });

  it("that another one takes the place of stays what it was", () => {
    opened("abc", (open, path) => {
      const other = join(folder, "replacement");
      fs.writeFileSync(other, "xyz");
      // Another time, also where the clock of the file system has not gone on.
      fs.utimesSync(other, 1, 1);
      fs.renameSync(other, path);
      expect(Buffer.from(open.slice(0, 3)).toString()).toBe("abc");
      expect(versionAt(path)).not.toBe(open.version);
    });
  });
});
