/** Far files with a copy on disk: what is read is right, whatever becomes of the copy, and asked for once. */
import { randomBytes } from "node:crypto";
import fs from "node:fs";
import type { RequestListener } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, afterEach, describe, expect, it, vi } from "vitest";
import type { Bytes } from "../../src/bytes/bytes.ts";
import { type HttpOptions, http } from "../../src/bytes/http-source.ts";
import { openBytes, readBytes } from "../../src/bytes/open.ts";
import { unsigned } from "../../src/bytes/unsigned.ts";
import { ranges, served } from "./server.ts";

const root = fs.mkdtempSync(join(tmpdir(), "epochal-blocks-"));
afterAll(() => fs.rmSync(root, { recursive: true }));
afterEach(() => vi.restoreAllMocks());
let folders = 0;
const newFolder = () => join(root, `${folders++}`);

const MiB = 2 ** 20;
const content = new Uint8Array(randomBytes(3 * MiB + 70_000));
const etag = () => ({ etag: '"a"' });
const right = ranges(() => content, etag);
const whole: RequestListener = (_, r) =>
  void r.writeHead(200, { ...etag(), "content-length": content.length }).end(content);

const most = 2 ** 30;
const open = async (url: string, options: HttpOptions): Promise<Bytes> =>
  openBytes(http(url, { retries: 0, ...options }), { most });

/** What `use` makes of a server that notes what it is asked for, but for the first byte. */
async function asked(
  answer: RequestListener,
  use: (url: string, asked: string[]) => Promise<void>,
): Promise<void> {
  const list: string[] = [];
  await served(
    (request, response) => {
      const { range } = request.headers;
      if (range !== "bytes=0-0") list.push(range ?? "all");
      answer(request, response);
    },
    (url) => use(`${url}x.npy`, list),
  );
}

const same = (a: Uint8Array, b: Uint8Array) => Buffer.compare(a, b) === 0;

describe("a far file with a copy on disk", () => {
  it("is asked for in blocks, once, by whoever reads it, at whatever time", async () => {
    const cache = newFolder();
    await asked(right, async (url, list) => {
      const one = await open(url, { cache });
      const rows = Array.from({ length: 32 }, (_, i) => one.slice(i * 100, i * 100 + 100));
      for (const [i, row] of (await Promise.all(rows)).entries())
        expect(same(row, content.subarray(i * 100, i * 100 + 100))).toBe(true);
      expect(list.splice(0)).toEqual(["bytes=0-1048575"]);
      // Over the edge of a block, into the last, which is shorter.
      expect(same(await one.slice(MiB - 5, 4 * MiB), content.subarray(MiB - 5))).toBe(true);
      expect(list.splice(0)).toEqual([`bytes=${MiB}-${content.length - 1}`]);
      const other = await open(url, { cache });
      for (const bytes of [one, other]) {
        const all = bytes.slice(0, content.length);
        expect(all).toBeInstanceOf(Uint8Array);
        expect(same(all as Uint8Array, content)).toBe(true);
        expect(bytes.readInto(new Uint8Array(9), 7)).toBeUndefined();
        bytes.close?.();
      }
      expect(list).toEqual([]);
      expect(fs.readdirSync(cache).map((name) => name.replace(/[0-9a-f]{32}/, "#"))).toEqual([
        "x.npy-#.bytes",
        "x.npy-#.crc32",
      ]);
      // What is complete is the file.
      const [name] = fs.readdirSync(cache);
      expect(same(fs.readFileSync(join(cache, name!)), content)).toBe(true);
    });
  });

  it("is downloaded once where the server gives no ranges, and where an image asks for all of it", async () => {
    for (const answer of [whole, right]) {
      const cache = newFolder();
      let sent = 0;
      await served(
        (request, response) => {
          if (answer === whole || request.headers.range !== "bytes=0-0") sent++;
          answer(request, response);
        },
        async (url) => {
          for (let turn = 0; turn < 3; turn++) {
            expect(same(await readBytes(http(url, { cache }), { most }), content)).toBe(true);
            const bytes = await open(url, { cache });
            expect(same(await bytes.slice(5, 2 * MiB), content.subarray(5, 2 * MiB))).toBe(true);
            bytes.close?.();
          }
          // Asked each time whether it is what it was; what comes then is left where it is there.
          if (answer === right) expect(sent).toBe(1);
          const [name] = fs.readdirSync(cache);
          expect(fs.statSync(join(cache, name!)).blocks * 512).toBeGreaterThanOrEqual(content.length);
          const [, marks] = fs.readdirSync(cache);
          // A piece that is spoilt later is asked for again.
          fs.writeFileSync(join(cache, marks!), new Uint8Array(16));
          const bytes = await open(url, { cache });
          expect(same(await bytes.slice(5, 2 * MiB), content.subarray(5, 2 * MiB))).toBe(true);
          bytes.close?.();
        },
      );
    }
  });

  it("is kept up to `maxBytes`, always the same part", async () => {
    const cache = newFolder();
    await asked(right, async (url, list) => {
      for (const maxBytes of [0, MiB - 1, 2 * MiB + 5]) {
        for (let turn = 0; turn < 2; turn++) {
          const bytes = await open(url, { cache, maxBytes });
          for (const start of [2 * MiB + 7, MiB + 9, 3])
            expect(same(await bytes.slice(start, start + 4), content.subarray(start, start + 4))).toBe(true);
          expect(same(await bytes.slice(MiB, 3 * MiB), content.subarray(MiB, 3 * MiB))).toBe(true);
          bytes.close?.();
        }
        // What is not kept is asked for as it is.
        const direct = [`bytes=${2 * MiB + 7}-${2 * MiB + 10}`, `bytes=${MiB + 9}-${MiB + 12}`, "bytes=3-6"];
        const range = `bytes=${MiB}-${3 * MiB - 1}`;
        const expected =
          maxBytes < MiB
            ? [...direct, range, ...direct, range]
            : [
                direct[0],
                `bytes=${MiB}-${2 * MiB - 1}`,
                `bytes=0-${MiB - 1}`,
                `bytes=${2 * MiB}-${3 * MiB - 1}`,
                direct[0],
                `bytes=${2 * MiB}-${3 * MiB - 1}`,
              ];
        expect(list.splice(0)).toEqual(expected);
      }
    });
    await served(whole, async (url) => {
      await expect(open(url, { cache, maxBytes: MiB })).rejects.toThrow(
        /gives no ranges, so that all \d+ bytes have to be kept, and `maxBytes` allows fewer\. Download it\./,
      );
    });
  });

  it("of another version is another copy", async () => {
    const cache = newFolder();
    let [now, tag] = [content, '"a"'];
    await served(
      ranges(
        () => now,
        () => ({ etag: tag }),
      ),
      async (url) => {
        const one = await open(url, { cache });
        await one.slice(0, 9);
        [now, tag] = [content.map((byte) => byte ^ 1), '"b"'];
        // What is there is of the version that was opened; what is not is no more.
        expect(same(await one.slice(0, 9), content.subarray(0, 9))).toBe(true);
        await expect(one.slice(MiB, MiB + 1)).rejects.toThrow(/"a", now "b"/);
        const other = await open(url, { cache });
        expect(same(await other.slice(0, 9), now.subarray(0, 9))).toBe(true);
        one.close?.();
        other.close?.();
      },
    );
  });

  it("is refused where no version can be told, and where all must be kept and nobody says how much that is", async () => {
    const cache = newFolder();
    for (const [answer, message] of [
      [ranges(() => content), /neither ETag nor Last-Modified, .* Leave `cache` out/],
      [
        (_, r) => void r.writeHead(200, { "content-length": 4 }).end("abcd"),
        /neither ETag nor Last-Modified/,
      ],
      [(_, r) => void r.writeHead(200, etag()).end("abcd"), /does not say how long it is/],
    ] as [RequestListener, RegExp][])
      await served(answer, (url) => expect(open(url, { cache })).rejects.toThrow(message));
  });

  it.each(["ENOSPC", "EIO"])("is read all the same where nothing can be written: %s", async (code) => {
    const said: string[] = [];
    vi.spyOn(process, "emitWarning").mockImplementation((text) => void said.push(String(text)));
    vi.spyOn(fs, "writeSync").mockImplementation(() => {
      throw Object.assign(new Error(`${code}: no`), { code });
    });
    const cache = newFolder();
    await asked(right, async (url, list) => {
      const bytes = await open(url, { cache });
      for (let turn = 0; turn < 2; turn++)
        expect(same(await bytes.slice(5, 9), content.subarray(5, 9))).toBe(true);
      expect(same(await bytes.slice(MiB, MiB + 9), content.subarray(MiB, MiB + 9))).toBe(true);
      bytes.close?.();
      expect(list).toHaveLength(3);
      expect(said).toEqual([
        expect.stringMatching(/^Nothing more is kept in .* What is not there is fetched/),
      ]);
    });
    await served(whole, (url) =>
      expect(open(url, { cache })).rejects.toThrow(/^It cannot be kept on disk\. /),
    );
  });

  it("is read all the same where there can be no folder", async () => {
    const said: string[] = [];
    vi.spyOn(process, "emitWarning").mockImplementation((text) => void said.push(String(text)));
    const file = newFolder();
    fs.writeFileSync(file, "");
    await served(right, async (url) => {
      const bytes = await open(url, { cache: join(file, "below") });
      expect(same(await bytes.slice(5, 9), content.subarray(5, 9))).toBe(true);
    });
    expect(said).toEqual([expect.stringMatching(/^Nothing more is kept in .*below: /)]);
  });

  it("goes on for others where one of them has given up, and is called off where all have", async () => {
    const cache = newFolder();
    let held: (() => void)[] = [];
    let left = 0;
    const slow: RequestListener = (request, response) => {
      response.on("close", () => {
        if (!response.writableEnded) left++;
      });
      if (request.headers.range === "bytes=0-0") right(request, response);
      else held.push(() => right(request, response));
    };
    await served(slow, async (url) => {
      const bytes = await open(url, { cache });
      const [one, two] = [new AbortController(), new AbortController()];
      const why = new Error("enough");
      const first = bytes.slice(0, 9, one.signal) as Promise<Uint8Array>;
      const second = bytes.slice(9, 20, two.signal) as Promise<Uint8Array>;
      await vi.waitFor(() => expect(held).toHaveLength(1));
      one.abort(why);
      await expect(first).rejects.toBe(why);
      for (const answer of held.splice(0)) answer();
      expect(same(await second, content.subarray(9, 20))).toBe(true);
      expect(left).toBe(0);
      const [three, four] = [new AbortController(), new AbortController()];
      const both = [bytes.slice(MiB, MiB + 9, three.signal), bytes.slice(MiB, 2 * MiB, four.signal)];
      await vi.waitFor(() => expect(held).toHaveLength(1));
      three.abort(why);
      four.abort(why);
      for (const each of both) await expect(each).rejects.toBe(why);
      await vi.waitFor(() => expect(left).toBe(1));
      held = [];
      const again = bytes.slice(MiB, MiB + 9) as Promise<Uint8Array>;
      await vi.waitFor(() => expect(held).toHaveLength(1));
      for (const answer of held.splice(0)) answer();
      expect(same(await again, content.subarray(MiB, MiB + 9))).toBe(true);
      bytes.close?.();
      await expect(bytes.slice(0, 9, AbortSignal.abort(why))).rejects.toBe(why);
    });
  });

  it("writes to no file once it is closed, though a block comes later", async () => {
    const cache = newFolder();
    let answer: (() => void) | undefined;
    await served(
      (request, response) => {
        if (request.headers.range === "bytes=0-0") right(request, response);
        else answer = () => right(request, response);
      },
      async (url) => {
        const bytes = await open(url, { cache });
        const coming = bytes.slice(0, 9) as Promise<Uint8Array>;
        await vi.waitFor(() => expect(answer).toBeDefined());
        bytes.close?.();
        const path = join(root, `other-${folders++}`);
        const others = [fs.openSync(path, "w+"), fs.openSync(path, "r+")];
        answer!();
        expect(same(await coming, content.subarray(0, 9))).toBe(true);
        expect(fs.readFileSync(path)).toHaveLength(0);
        for (const other of others) fs.closeSync(other);
      },
    );
  });
});

describe("the name of a copy", () => {
  it.each([
    [
      "https://h/a.tar?X-Amz-Algorithm=A&X-Amz-Date=1&X-Amz-Signature=f&versionId=7",
      "https://h/a.tar?versionId=7",
    ],
    ["https://h/a.tar?AWSAccessKeyId=A&Expires=1&Signature=f", "https://h/a.tar"],
    ["https://h/a.tar?X-Goog-Date=1&X-Goog-Signature=f#x", "https://h/a.tar"],
    ["https://h/a.tar?sv=1&sr=b&sig=f&se=2&sp=r", "https://h/a.tar"],
    ["https://h/a?Policy=p&Signature=f&Key-Pair-Id=k&file=2", "https://h/a?file=2"],
    // Not signed: all of it may say which file it is.
    ["https://h/a?expires=1&policy=2", "https://h/a?expires=1&policy=2"],
    ["https://h/a?file=x", "https://h/a?file=x"],
    ["https://h/a", "https://h/a"],
  ])("leaves out what signs %s", (url, expected) => expect(unsigned(url)).toBe(expected));
});

it("`http` refuses what is no cache", () => {
  const wrong = (options: object) => () => http("https://h/a", options);
  expect(wrong({ cache: "" })).toThrow("`cache` must be a folder, got an empty string.");
  expect(wrong({ cache: true })).toThrow("`cache` must be a folder, got true.");
  expect(wrong({ maxBytes: 5 })).toThrow("Name that folder as well");
  expect(wrong({ cache: "x", maxBytes: 0.5 })).toThrow("`maxBytes`");
  vi.stubGlobal("process", undefined);
  try {
    expect(wrong({ cache: "x" })).toThrow(
      "`cache` keeps files on disk, which a page cannot. Leave it out there.",
    );
  } finally {
    vi.unstubAllGlobals();
  }
});

/** Ways in which a server does not give what it was asked for. */
const lies: readonly RequestListener[] = [
  (_, r) => void r.writeHead(500).end(),
  (_, r) => void r.writeHead(200, etag()).end(content.subarray(0, 1000)),
  (q, r) => right(q, Object.assign(r, { end: () => r.destroy() })),
  (_, r) => void r.writeHead(206, { ...etag(), "content-length": MiB }).end(content.subarray(7, MiB + 7)),
  (_, r) =>
    void r.writeHead(206, { ...etag(), "content-range": `bytes 0-9/${content.length}` }).end("0123456789"),
  (q, r) => {
    const [, from, to] = /(\d+)-(\d+)/.exec(q.headers.range!)!;
    r.writeHead(206, { ...etag(), "content-range": `bytes ${from}-${to}/${content.length}` });
    r.end(content.subarray(Number(from), Number(to)));
  },
  (q, r) =>
    ranges(
      () => content.map((byte) => byte ^ 5),
      () => ({ etag: '"b"' }),
    )(q, r),
];

/** What happens to a copy that is torn, spoilt or cut off, with the folder's files and a number. */
const harms: readonly ((files: readonly string[], at: number) => void)[] = [
  ([bytes], at) => flip(bytes!, at % content.length),
  ([, marks], at) => flip(marks!, at % 200),
  ([bytes], at) => fs.existsSync(bytes!) && fs.truncateSync(bytes!, at % content.length),
  ([, marks], at) => fs.existsSync(marks!) && fs.truncateSync(marks!, at % 200),
  // A checksum that came to the disk before its piece, and a file that was never written to.
  ([bytes], at) => fs.writeFileSync(bytes!, new Uint8Array(at % content.length)),
  ([bytes]) => fs.rmSync(bytes!, { force: true }),
  ([, marks]) => fs.rmSync(marks!, { force: true }),
  ([bytes, marks]) => fs.copyFileSync(marks!, bytes!),
];

function flip(path: string, at: number): void {
  const bytes = fs.readFileSync(path);
  if (bytes.length === 0) return;
  bytes[at % bytes.length]! ^= 1 << (at % 8);
  const file = fs.openSync(path, "r+");
  fs.writeSync(file, bytes, 0, bytes.length, 0);
  fs.closeSync(file);
}

it("never gives a wrong byte, whatever the server says and whatever becomes of the copy", async () => {
  const step = fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({ read: fc.nat(content.length), length: fc.nat(2 * MiB), reader: fc.nat(1) }),
    },
    { weight: 2, arbitrary: fc.record({ lie: fc.nat(lies.length - 1) }) },
    { weight: 2, arbitrary: fc.record({ harm: fc.nat(harms.length - 1), at: fc.nat() }) },
    { weight: 1, arbitrary: fc.record({ reopen: fc.nat(1) }) },
  );
  let lie: RequestListener | undefined;
  let answers = 0;
  await served(
    (request, response) => {
      const answer = request.headers.range === "bytes=0-0" ? right : (lie ?? right);
      lie = undefined;
      answers++;
      answer(request, response);
    },
    async (url) => {
      let [reads, failures] = [0, 0];
      await fc.assert(
        fc.asyncProperty(
          fc.array(step, { minLength: 5, maxLength: 25 }),
          fc.constantFrom(undefined, 2 * MiB),
          async (steps, maxBytes) => {
            const cache = newFolder();
            lie = undefined;
            const readers = [await open(url, { cache, maxBytes }), await open(url, { cache, maxBytes })];
            const paths = fs.readdirSync(cache).map((name) => join(cache, name));
            for (const each of steps) {
              if ("lie" in each) lie = lies[each.lie];
              else if ("harm" in each) {
                if (paths.every((path) => fs.existsSync(path))) harms[each.harm]!(paths, each.at);
              } else if ("reopen" in each) {
                readers[each.reopen]!.close?.();
                readers[each.reopen] = await open(url, { cache, maxBytes });
              } else {
                const [start, end] = [each.read, Math.min(content.length, each.read + each.length)];
                reads++;
                const bytes = await Promise.resolve(readers[each.reader]!.slice(start, end)).catch(
                  () => failures++,
                );
                if (typeof bytes !== "number") expect(same(bytes, content.subarray(start, end))).toBe(true);
              }
            }
            lie = undefined;
            for (const each of readers) {
              expect(same(await each.slice(0, content.length), content)).toBe(true);
              each.close?.();
            }
            fs.rmSync(cache, { recursive: true });
          },
        ),
        { numRuns: 25 },
      );
      // Both happen: it is read, and lies are found out.
      expect(reads).toBeGreaterThan(failures);
      expect(failures).toBeGreaterThan(5);
      expect(answers).toBeGreaterThan(reads / 2);
    },
  );
});
