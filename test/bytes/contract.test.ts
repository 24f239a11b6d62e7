/** The contract of bytes by range, held against each place that keeps it. */
import { createHash } from "node:crypto";
import fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Bytes } from "../../src/bytes/bytes.ts";
import { http } from "../../src/bytes/http-source.ts";
import { type BytesSource, isBytesSource, openBytes, readBytes } from "../../src/bytes/open.ts";
import { handleOf } from "./handles.ts";
import { ranges, serve } from "./server.ts";

const folder = fs.mkdtempSync(join(tmpdir(), "epochal-bytes-"));
afterAll(() => fs.rmSync(folder, { recursive: true }));

/** What the servers have. */
let content = new Uint8Array(0);
const etag = () => ({ etag: `"${createHash("md5").update(content).digest("hex")}"` });

let withRanges: Awaited<ReturnType<typeof serve>>;
let without: Awaited<ReturnType<typeof serve>>;
beforeAll(async () => {
  withRanges = await serve(ranges(() => content, etag));
  without = await serve(
    (_, response) =>
      void response.writeHead(200, { ...etag(), "content-length": content.length }).end(content),
  );
});
afterAll(() => Promise.all([withRanges.close(), without.close()]));

interface Place {
  /** Where `bytes` are now, and only they. */
  readonly put: (bytes: Uint8Array) => BytesSource | Promise<BytesSource>;
  /** Whether bytes of it are had without a promise. */
  readonly local: boolean;
  /** Whether it tells other bytes from these. */
  readonly versioned: boolean;
}

let files = 0;
function fileOf(bytes: Uint8Array): string {
  const path = join(folder, `${files++}.bin`);
  fs.writeFileSync(path, bytes);
  return path;
}

const places: Readonly<Record<string, Place>> = {
  "a Uint8Array": { put: (bytes) => middle(bytes), local: true, versioned: false },
  "an ArrayBuffer": { put: (bytes) => bytes.slice().buffer, local: true, versioned: false },
  "a path": { put: fileOf, local: true, versioned: true },
  "a file: URL": { put: (bytes) => pathToFileURL(fileOf(bytes)), local: true, versioned: true },
  "a Blob": { put: (bytes) => new Blob([bytes.slice()]), local: false, versioned: false },
  "a File": {
    put: (bytes) => new File([bytes.slice()], "file", { lastModified: bytes.length }),
    local: false,
    versioned: true,
  },
  "a handle": { put: (bytes) => handleOf(bytes, "file", bytes.length), local: false, versioned: true },
  "a Blob of a file": { put: (bytes) => fs.openAsBlob(fileOf(bytes)), local: false, versioned: false },
  "a server with ranges": {
    put: (bytes) => {
      content = bytes.slice();
      return withRanges.address;
    },
    local: false,
    versioned: true,
  },
  "a server without ranges": {
    put: (bytes) => {
      content = bytes.slice();
      return new URL(without.address);
    },
    local: false,
    versioned: true,
  },
  "a server with ranges, kept on disk": {
    put: (bytes) => {
      content = bytes.slice();
      return http(withRanges.address, { cache: folder });
    },
    local: false,
    versioned: true,
  },
  "a server without ranges, kept on disk": {
    put: (bytes) => {
      content = bytes.slice();
      return http(without.address, { cache: folder });
    },
    local: false,
    versioned: true,
  },
  "a data: URL": {
    put: (bytes) => `data:application/octet-stream;base64,${Buffer.from(bytes).toString("base64")}`,
    local: false,
    versioned: false,
  },
  "a blob: URL": {
    put: (bytes) => URL.createObjectURL(new Blob([bytes.slice()])),
    local: false,
    versioned: false,
  },
};

const options = { most: 2 ** 30 };

/** What asking throws, at once or by its promise; undefined where it does not. */
async function failure(ask: () => unknown): Promise<Error | undefined> {
  try {
    await ask();
    return undefined;
  } catch (error) {
    return error as Error;
  }
}

describe.each(Object.entries(places))("%s", (_, { put, local, versioned }) => {
  it.each([0, 1, 300])("of %i bytes gives any range, as an array does", async (length) => {
    const all = Uint8Array.from({ length }, (_, i) => i * 7);
    const source = await put(all);
    expect(isBytesSource(source)).toBe(true);
    const whole = readBytes(source, options);
    expect(whole instanceof Promise).toBe(!local);
    expect(plain(await whole)).toEqual(plain(all));
    const opened = openBytes(source, options);
    const bytes: Bytes = await opened;
    try {
      expect(bytes.byteLength).toBe(length);
      await fc.assert(
        fc.asyncProperty(fc.nat(400), fc.nat(400), async (start, end) => {
          const part = bytes.slice(start, end);
          if (local) expect([opened, part].some((each) => each instanceof Promise)).toBe(false);
          expect(plain(await part)).toEqual(plain(all.slice(start, end)));

          const room = new Uint8Array(402).fill(9);
          const target = room.subarray(1, 1 + Math.max(0, end - start));
          const wanted = room.slice();
          const within = end <= length || target.length === 0;
          if (within) wanted.set(all.slice(start, end), 1);
          const error = await failure(() => {
            const filled = bytes.readInto(target, start);
            if (local) expect(filled).toBeUndefined();
            return filled;
          });
          expect(room).toEqual(wanted);
          if (within) expect(error).toBeUndefined();
          else expect(error?.message).toMatch(/^It ends after \d+ bytes, and those from .* It was cut off/);
        }),
        { numRuns: local ? 100 : 25 },
      );
    } finally {
      bytes.close?.();
    }
  });

  it("takes no place from the end: offsets that a file tells may be damaged", async () => {
    const bytes = await openBytes(await put(Uint8Array.of(1, 2, 3)), options);
    for (const start of [-1, Number.NaN])
      for (const ask of [() => bytes.slice(start, 2), () => bytes.readInto(new Uint8Array(1), start)])
        expect((await failure(ask))?.message).toMatch(/^Bytes were to be read from (-1|NaN) on\./);
    bytes.close?.();
  });

  it("says whether the bytes are others", async () => {
    const version = async (source: BytesSource) => {
      const bytes = await openBytes(source, options);
      bytes.close?.();
      return bytes.version;
    };
    const source = await put(Uint8Array.of(1, 2, 3));
    const first = await version(source);
    expect(typeof first).toBe(versioned ? "string" : "undefined");
    expect(await version(source)).toBe(first);
    if (versioned) expect(await version(await put(Uint8Array.of(4, 5, 6, 7)))).not.toBe(first);
  });
});

it("memory is not copied", async () => {
  const all = Uint8Array.of(1, 2, 3);
  const bytes = await openBytes(all, options);
  expect((await bytes.slice(1, 3)).buffer).toBe(all.buffer);
  expect(readBytes(all, options)).toBe(all);
});

it.each([
  ["", undefined, null, 5, {}, [1]],
  [new Uint16Array(1), new SharedArrayBuffer(1), new Date()],
])("nothing else is a source", (...values) => {
  expect(values.filter(isBytesSource)).toEqual([]);
});

it.each(["blob", "download", "file"])(
  "a %s that is too large to be read together is refused",
  async (what) => {
    const all = new Uint8Array(1000);
    const source = {
      blob: new Blob([all]),
      download: withRanges.address,
      file: fileOf(new Uint8Array(2 ** 21)),
    }[what]!;
    content = all;
    const error = await failure(() => readBytes(source, { most: what === "file" ? 2 ** 21 : 1000 }));
    expect(error?.message).toMatch(/^The (Blob|download|file) is larger than .* GiB, which is not read/);
  },
);

describe("a Blob", () => {
  it("whose file has changed is not read on", async () => {
    const path = fileOf(Uint8Array.of(1, 2, 3));
    const blob = await fs.openAsBlob(path);
    const bytes = await openBytes(blob, options);
    expect(await bytes.slice(1, 2)).toEqual(Uint8Array.of(2));
    fs.writeFileSync(path, "abcdef");
    for (const ask of [() => bytes.slice(0, 2), () => readBytes(blob, options)]) {
      const error = await failure(ask);
      expect(error?.message).toBe(
        "The Blob cannot be read: the file behind it has changed or is gone. Open or choose it again.",
      );
      expect(error?.cause).toMatchObject({ name: "NotReadableError" });
    }
  });

  it("is not waited for by who has given up", async () => {
    const reason = new Error("enough");
    const abort = new AbortController();
    const bytes = await openBytes(new Blob(["abc"]), options);
    const reading = failure(() => bytes.slice(0, 1, abort.signal));
    abort.abort(reason);
    expect(await reading).toBe(reason);
    expect(await failure(() => bytes.slice(0, 1, abort.signal))).toBe(reason);
  });
});

/** The same bytes between others. */
function middle(bytes: Uint8Array): Uint8Array {
  const room = new Uint8Array(bytes.length + 20).fill(77);
  room.set(bytes, 10);
  return room.subarray(10, 10 + bytes.length);
}

/** Bytes of any kind of array, to be compared. */
function plain(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes);
}
