import fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import { BlobBytes } from "../../src/bytes/blob.ts";
import { digestOf } from "../../src/bytes/digest.ts";
import { MemoryBytes } from "../../src/bytes/memory.ts";

afterEach(() => vi.unstubAllGlobals());

const piece = 2 ** 20;
const digest = (bytes: Uint8Array) => digestOf(new MemoryBytes(bytes));

describe.each(["with SHA-256", "on a page without https"])("a digest, %s,", (where) => {
  const begin = () => {
    if (where !== "with SHA-256") vi.stubGlobal("crypto", {});
  };

  it("is the same of the same bytes, wherever they are, and another of any others", async () => {
    begin();
    for (const length of [0, 1, 7, piece - 1, piece, piece + 1, 3 * piece + 5]) {
      const bytes = Uint8Array.from({ length }, (_, i) => i * 7 + (i >> 8));
      const one = await digest(bytes);
      expect(await digestOf(new BlobBytes(new Blob([bytes])))).toBe(one);
      const longer = new Uint8Array(length + 1);
      longer.set(bytes);
      const others = [longer];
      for (const at of [0, length >> 1, piece - 1, piece, 2 * piece, length - 1]) {
        if (at < 0 || at >= length) continue;
        const other = bytes.slice();
        other[at]! ^= 1;
        others.push(other);
      }
      if (length > 0) others.push(bytes.slice(1), bytes.slice(0, -1));
      for (const other of others) expect(await digest(other)).not.toBe(one);
    }
  });

  it("tells the order of pieces", async () => {
    begin();
    const [a, b] = [new Uint8Array(2 * piece), new Uint8Array(2 * piece)];
    a.fill(1, 0, piece);
    b.fill(1, piece);
    expect(await digest(a)).not.toBe(await digest(b));
  });

  it("of small bytes is as often the same as they are", async () => {
    begin();
    const bytes = fc.uint8Array({ maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(bytes, bytes, async (a, b) => {
        expect((await digest(a)) === (await digest(b))).toBe(Buffer.compare(a, b) === 0);
      }),
    );
  });
});

it("a digest takes little memory, and ends with its signal", async () => {
  const asked: number[] = [];
  const abort = new AbortController();
  const endless = {
    byteLength: 2 ** 40,
    slice: () => expect.unreachable("it is read into memory that is there"),
    readInto: (target: Uint8Array, start: number) => {
      asked.push(target.length);
      if (start > 20 * piece) abort.abort(new Error("enough"));
    },
  };
  await expect(digestOf(endless, abort.signal)).rejects.toThrow("enough");
  expect(new Set(asked)).toEqual(new Set([piece]));
  expect(asked.length).toBe(22);
});
