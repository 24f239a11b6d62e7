import fs from "node:fs";
import type { RequestListener, ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import type { Bytes } from "../../src/bytes/bytes.ts";
import { download, openUrl } from "../../src/bytes/http.ts";
import { readBody } from "../../src/bytes/http-answer.ts";
import { ranges, served } from "./server.ts";

const most = 2 ** 20;
/** Of these tests most are of one attempt; what is asked again is in retry.test.ts. */
const once = { most, retries: 0 };

/** What downloading from `url` throws. */
async function failure(url: string | URL, signal?: AbortSignal): Promise<Error> {
  return download(url, { signal, ...once }).then(
    () => expect.unreachable("it should have failed"),
    (error: Error) => error,
  );
}

describe("a download that fails says why in one sentence, with the platform's error as cause", () => {
  it("where nobody listens", async () => {
    const address = await served(
      () => {},
      async (address) => address,
    );
    const error = await failure(address);
    expect(error.message).toBe("It could not be fetched. Check the address and the network.");
    expect(error.cause).toMatchObject({ code: "ECONNREFUSED" });
  });

  it("where the address is none", async () => {
    const error = await failure("http://[");
    expect(error.message).toBe("It could not be fetched. Check the address and the network.");
    expect(error.cause).toMatchObject({ code: "ERR_INVALID_URL" });
  });

  it.each([404, 500])("by the server's status: %i", async (status) => {
    const error = await served(
      (_, response) => response.writeHead(status).end("no"),
      (address) => failure(address),
    );
    expect(error.message).toBe(
      `The server answered ${status} ${status === 404 ? "Not Found" : "Internal Server Error"}.`,
    );
    expect("cause" in error).toBe(false);
  });

  it("where it breaks off", async () => {
    const error = await served(
      (_, response) => {
        response.writeHead(200, { "content-length": "1000" });
        response.write("GIF89a", () => setTimeout(() => response.destroy(), 50));
      },
      (address) => failure(address),
    );
    expect(error.message).toBe("The download broke off. Check the network, and fetch it again.");
    expect(error.cause).toMatchObject({ code: "UND_ERR_SOCKET" });
  });

  it("where it is larger than allowed", async () => {
    const error = await served(
      (_, response) => response.end(new Uint8Array(2 ** 20)),
      (address) => failure(address),
    );
    expect(error.message).toMatch(/^The download is larger than .* GiB, which is not read/);
  });

  it("of a Blob that was revoked, or whose file has changed", async () => {
    const revoked = URL.createObjectURL(new Blob(["a"]));
    URL.revokeObjectURL(revoked);
    const folder = fs.mkdtempSync(join(tmpdir(), "epochal-blob-"));
    const path = join(folder, "file");
    fs.writeFileSync(path, "abc");
    const changed = URL.createObjectURL(await fs.openAsBlob(path));
    expect(await download(changed, once)).toEqual(Uint8Array.from(Buffer.from("abc")));
    fs.writeFileSync(path, "abcdef");
    try {
      for (const [url, cause] of [
        [revoked, {}],
        [changed, { name: "NotReadableError" }],
        [new URL(changed), { name: "NotReadableError" }],
      ] as const) {
        const error = await failure(url);
        expect(error.message).toMatch(/^The Blob cannot be read\. .* Give the bytes themselves\.$/);
        expect(error.cause).toMatchObject(cause);
      }
    } finally {
      URL.revokeObjectURL(changed);
      fs.rmSync(folder, { recursive: true });
    }
  });

  it("of a data: URL that is none", async () => {
    expect((await failure("data:xx")).message).toMatch(
      /^The data: URL cannot be read\. Check how it is written/,
    );
    expect(await download("DATA:,ab", once)).toEqual(Uint8Array.of(97, 98));
  });
});

it("a download that is aborted ends with the signal's own reason, before and in the middle", async () => {
  const reason = new Error("enough");
  expect(await failure("http://127.0.0.1/", AbortSignal.abort(reason))).toBe(reason);
  await served(
    (_, response) => response.writeHead(200).write("GIF89a"),
    async (address) => {
      const abort = new AbortController();
      const failed = failure(address, abort.signal);
      setTimeout(() => abort.abort(reason), 50);
      expect(await failed).toBe(reason);
    },
  );
});

it("a download that grows beyond what is allowed is left, whatever its header says", async () => {
  let sent = 0;
  let left = false;
  const endless = new ReadableStream<Uint8Array>({
    pull: (controller) => {
      sent += 100;
      controller.enqueue(new Uint8Array(100));
    },
    cancel: () => {
      left = true;
    },
  });
  const response = new Response(endless, { headers: { "content-length": "10" } });
  expect(await readBody(response, 1000)).toBeUndefined();
  expect(left).toBe(true);
  expect(sent).toBeLessThan(2000);
});

it("a download is read to its end, in whatever parts it comes", async () => {
  const parts = [[1], [], [2, 3], [4, 5, 6]].map((part) => Uint8Array.from(part));
  const body = new ReadableStream<Uint8Array>({
    pull: (controller) => {
      const part = parts.shift();
      if (part === undefined) controller.close();
      else controller.enqueue(part);
    },
  });
  expect(await readBody(new Response(body), 1000)).toEqual(Uint8Array.of(1, 2, 3, 4, 5, 6));
  expect(await readBody(new Response(null), 1000)).toEqual(new Uint8Array(0));
});

describe("ranges", () => {
  const content = Uint8Array.from({ length: 300 }, (_, i) => i * 7);
  const right = ranges(
    () => content,
    () => ({ etag: '"a"' }),
  );

  /** What reading 100 bytes throws where the server answers by `wrong` after it was opened rightly. */
  async function wrongly(wrong: RequestListener): Promise<Error> {
    let answer: RequestListener = right;
    return served(
      (request, response) => answer(request, response),
      async (address) => {
        const bytes = await openUrl(address, once);
        answer = wrong;
        const error = await reason(bytes.slice(100, 200));
        const target = new Uint8Array(100);
        expect((await reason(bytes.readInto(target, 100))).message).toBe(error.message);
        expect(target).toEqual(new Uint8Array(100));
        // What was wrong once need not be wrong for ever.
        answer = right;
        expect(await bytes.slice(100, 200)).toEqual(content.slice(100, 200));
        return error;
      },
    );
  }

  const part = content.slice(100, 200);
  /** A right answer's head, but for what `headers` say. */
  function head(response: ServerResponse, headers: Record<string, string | number> = {}): ServerResponse {
    return response.writeHead(206, { "content-range": "bytes 100-199/300", etag: '"a"', ...headers });
  }

  it.each<[string, RequestListener, RegExp]>([
    [
      "a page in their place",
      (_, r) => r.writeHead(200, { etag: '"a"' }).end("log in"),
      /^The server gave ranges .* answers one with 200 OK now/,
    ],
    ["an error", (_, r) => r.writeHead(403).end("no"), /^The server answered 403 Forbidden\.$/],
    [
      "that there is no such range",
      (_, r) => r.writeHead(416, { etag: '"a"' }).end("no"),
      /^The server gave ranges .* 416 Range Not Satisfiable/,
    ],
    [
      "another range",
      (_, r) => head(r, { "content-range": "bytes 0-99/300" }).end(content.slice(0, 100)),
      /^The server sent another range than was asked for: bytes 0-99\/300 for bytes 100-199\/300\./,
    ],
    [
      "a range that it does not name, though its length and version are right",
      (_, r) => r.writeHead(206, { etag: '"a"', "content-length": 100 }).end(content.slice(96, 196)),
      /^The server does not say which range it sent for bytes 100-199\. Let it send Content-Range/,
    ],
    [
      "several ranges",
      (_, r) =>
        r.writeHead(206, { etag: '"a"', "content-type": "multipart/byteranges; boundary=x" }).end(part),
      /^The server does not say which range it sent for bytes 100-199\./,
    ],
    [
      "a range of a total that is not said",
      (_, r) => head(r, { "content-range": "bytes 100-199/*" }).end(part),
      /^The server sent another range than was asked for: bytes 100-199\/\* for bytes 100-199\/300\. Its/,
    ],
    [
      "a range that begins earlier, of the right length",
      (_, r) => head(r, { "content-range": "bytes 96-195/300" }).end(content.slice(96, 196)),
      /^The server sent another range .*: bytes 96-195\/300 for bytes 100-199\/300/,
    ],
    [
      "a range in other units",
      (_, r) => head(r, { "content-range": "rows 100-199/300" }).end(part),
      /^The server sent another range .*: rows 100-199/,
    ],
    [
      "the same content, of which it is not sure",
      (_, r) => head(r, { etag: 'W/"a"' }).end(part),
      /^It is not what it was .*: "a", now W\/"a"\./,
    ],
    [
      "a content that is dated, where it had a tag",
      (_, r) =>
        r
          .writeHead(206, {
            "content-range": "bytes 100-199/300",
            "last-modified": "Sun, 29 Nov 2026 00:00:00 GMT",
          })
          .end(part),
      /^It is not what it was .*: "a", now Sun, 29 Nov/,
    ],
    [
      "nothing at all",
      (_, r) => r.writeHead(204, { etag: '"a"' }).end(),
      /answers one with 204 No Content now/,
    ],
    [
      "fewer bytes than their header says",
      (_, r) => void head(r, { "content-length": 200 }).write(part, () => setTimeout(() => r.destroy(), 20)),
      /^The server sent more than the 100 bytes/,
    ],
    [
      "a range of more",
      (_, r) => head(r, { "content-range": "bytes 100-199/301" }).end(part),
      /^It is not what it was .* 300 bytes, now 301 bytes\. Open it again/,
    ],
    [
      "another content",
      (_, r) => head(r, { etag: '"b"' }).end(part),
      /^It is not what it was .*: "a", now "b"\. Open it again/,
    ],
    [
      "a page of another content",
      (_, r) => r.writeHead(200, { etag: '"b"' }).end(content),
      /^It is not what it was .*: "a", now "b"\./,
    ],
    [
      "a content without a version",
      (_, r) => r.writeHead(206, { "content-range": "bytes 100-199/300" }).end(part),
      /^It is not what it was .*: "a", now without one\./,
    ],
    [
      "bytes that are compressed",
      (_, r) => head(r, { "content-encoding": "gzip" }).end(gzipSync(content)),
      /^The server compresses the range \(gzip\)/,
    ],
    [
      "fewer bytes, by its own word",
      (_, r) => head(r, { "content-length": 50 }).end(part.slice(0, 50)),
      /^The server sent 50 of the 100 bytes/,
    ],
    [
      "fewer bytes, in chunks",
      (_, r) => head(r).end(part.slice(0, 50)),
      /^The server sent 50 of the 100 bytes/,
    ],
    ["no bytes", (_, r) => head(r).end(), /^The server sent 0 of the 100 bytes/],
    [
      "more bytes, by its own word",
      (_, r) => head(r, { "content-length": 200 }).end(content.slice(100)),
      /^The server sent more than the 100 bytes/,
    ],
    [
      "more bytes, in chunks",
      (_, r) => head(r).end(content.slice(100)),
      /^The server sent more than the 100 bytes/,
    ],
    [
      "bytes that break off",
      (_, r) => void head(r, { "content-length": 100 }).write("a", () => setTimeout(() => r.destroy(), 20)),
      /^The download broke off\./,
    ],
  ])("that come as %s are an error", async (_, wrong, message) => {
    expect((await wrongly(wrong)).message).toMatch(message);
  });

  it("are asked for once each, by nothing but what they are; none for nothing", async () => {
    const asked: (string | undefined)[] = [];
    await served(
      (request, response) => {
        expect(request.headers["accept-encoding"]).toBe("identity");
        asked.push(request.headers.range);
        right(request, response);
      },
      async (address) => {
        const bytes = await openUrl(address, once);
        expect(await bytes.slice(290, 400)).toEqual(content.slice(290));
        expect(await bytes.slice(300, 400)).toEqual(new Uint8Array(0));
        await bytes.readInto(new Uint8Array(10), 7);
        expect(await Promise.all([bytes.slice(0, 1), bytes.slice(1, 2)])).toEqual([
          Uint8Array.of(0),
          Uint8Array.of(7),
        ]);
      },
    );
    expect(asked.slice(0, 3)).toEqual(["bytes=0-0", "bytes=290-299", "bytes=7-16"]);
    expect(asked.slice(3).sort()).toEqual(["bytes=0-0", "bytes=1-1"]);
  });

  it("are told apart by a weak ETag and the date together, as such a tag may be of bytes that differ", async () => {
    let modified = "Sun, 29 Nov 2026 00:00:00 GMT";
    await served(
      ranges(
        () => content,
        () => ({ etag: 'W/"a"', "last-modified": modified }),
      ),
      async (address) => {
        const bytes = await openUrl(address, once);
        expect(bytes.version).toBe(`W/"a", ${modified}`);
        expect(await bytes.slice(0, 9)).toEqual(content.slice(0, 9));
        modified = "Sun, 29 Nov 2026 00:00:01 GMT";
        expect((await reason(bytes.slice(0, 1))).message).toMatch(/^It is not what it was/);
      },
    );
  });

  it("come in whatever way their name is written", async () => {
    await served(
      (_, response) =>
        void response.writeHead(206, { "content-range": "Bytes  0-0/300" }).end(content.slice(0, 1)),
      async (address) => expect((await openUrl(address, once)).byteLength).toBe(300),
    );
  });

  it("that nobody asked for are no download", async () => {
    const part: RequestListener = (_, response) =>
      void response.writeHead(206, { "content-range": "bytes 0-99/300" }).end(content.slice(0, 100));
    await served(part, async (address) =>
      expect((await failure(address)).message).toMatch(
        /^The server sent a part, bytes 0-99\/300, where all was asked for/,
      ),
    );
    // A server that refuses the first byte is asked for all.
    await served(
      (request, response) =>
        request.headers.range ? void response.writeHead(416).end() : part(request, response),
      async (address) =>
        expect((await reason(openUrl(address, once))).message).toMatch(/^The server sent a part/),
    );
  });

  it("of a server that has none are those of one download, which is not larger than allowed", async () => {
    let asked = 0;
    await served(
      (_, response) => {
        asked++;
        response.writeHead(200, { etag: 'W/"a"', "content-encoding": "gzip" }).end(gzipSync(content));
      },
      async (address) => {
        const bytes = await openUrl(address, once);
        expect([bytes.byteLength, bytes.version]).toEqual([300, 'W/"a"']);
        expect(await bytes.slice(5, 9)).toEqual(content.slice(5, 9));
        expect(asked).toBe(1);
        expect((await reason(openUrl(address, { most: 300 }))).message).toMatch(
          /^The download is larger than/,
        );
      },
    );
  });

  it("of servers that have none share the room that there is, which failures give back", async () => {
    const answers: Readonly<Record<string, RequestListener>> = {
      "/said": (_, r) => void r.writeHead(200, { "content-length": 300 }).end(content),
      "/unsaid": (_, r) => void r.writeHead(200).end(content),
      "/broken": (_, r) => void r.write(content, () => setTimeout(() => r.destroy(), 20)),
    };
    await served(
      (request, response) => answers[request.url!]!(request, response),
      async (address) => {
        const room = { left: 700, all: 2 ** 20 };
        const open = (name: string) => openUrl(`${address}${name}`, { most: 2 ** 30, room, retries: 0 });
        expect((await open("said")).byteLength).toBe(300);
        expect((await reason(open("broken"))).message).toMatch(/^The download broke off/);
        expect(room.left).toBe(400);
        const both = await Promise.allSettled([open("unsaid"), open("said")]);
        expect(both.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
        expect(room.left).toBe(100);
        for (const name of ["said", "unsaid"])
          expect((await reason(open(name))).message).toBe(
            "The server gives no ranges, so that all of it would have to be in memory, where 0 of 1 MiB are left for all such files together. Download it, or let `cache` of http() keep it on disk.",
          );
        expect(room.left).toBe(100);
      },
    );
  });

  it("of a server that has none are in memory that threads share, and copied out of it", async () => {
    await served(
      (_, response) => void response.writeHead(200, { etag: '"a"' }).end(content),
      async (address) => {
        const bytes = await openUrl(address, once);
        expect(bytes.downloaded?.buffer).toBeInstanceOf(SharedArrayBuffer);
        // What decodes text or images takes no shared memory on a page.
        expect((await bytes.slice(5, 9)).buffer).toBeInstanceOf(ArrayBuffer);
      },
    );
  });

  it("are told apart by when they were modified where there is no ETag", async () => {
    let modified = "Sun, 29 Nov 2026 00:00:00 GMT";
    await served(
      ranges(
        () => content,
        () => ({ "last-modified": modified }),
      ),
      async (address) => {
        const bytes = await openUrl(address, once);
        expect(bytes.version).toBe(modified);
        modified = "Sun, 29 Nov 2026 00:00:01 GMT";
        expect((await reason(bytes.slice(0, 1))).message).toMatch(/00:00:00 GMT, now .* 00:00:01 GMT/);
      },
    );
    await served(
      ranges(() => content),
      async (address) => {
        const bytes = await openUrl(address, once);
        expect(bytes.version).toBeUndefined();
        expect(await bytes.slice(0, 9)).toEqual(content.slice(0, 9));
      },
    );
  });

  it.each([
    [
      "does not say how long it is",
      undefined,
      /^The server does not say how long it is\. .*Access-Control-Expose-Headers/,
    ],
    [
      "does not know how long it is",
      "bytes 0-0/*",
      /^The server sent another range .* bytes 0-0\/\* for bytes 0-0\./,
    ],
    [
      "sends another one",
      "bytes 1-1/300",
      /^The server sent another range .* bytes 1-1\/300 for bytes 0-0\./,
    ],
  ])("of a server that %s are refused where they are opened", async (_, range, message) => {
    await served(
      (_, response) =>
        void response.writeHead(206, range === undefined ? {} : { "content-range": range }).end("a"),
      async (address) => expect((await reason(openUrl(address, once))).message).toMatch(message),
    );
  });

  it("of what is not there, or breaks off, say so where they are opened", async () => {
    await served(
      (_, response) => void response.writeHead(404).end("no"),
      async (address) =>
        expect((await reason(openUrl(address, once))).message).toBe("The server answered 404 Not Found."),
    );
    await served(
      (_, response) => void response.writeHead(206, { "content-range": "bytes 0-0/300" }).end(),
      async (address) =>
        expect((await reason(openUrl(address, once))).message).toMatch(/^The server sent 0 of the 1 bytes/),
    );
  });

  it("that are aborted end with the signal's own reason, and leave the others be", async () => {
    const why = new Error("enough");
    let stall = false;
    await served(
      (request, response) => {
        if (stall && request.headers.range === "bytes=0-9")
          head(response, { "content-range": "bytes 0-9/300" }).write("a");
        else right(request, response);
      },
      async (address) => {
        const bytes = await openUrl(address, once);
        stall = true;
        const abort = new AbortController();
        const reading = reason(bytes.slice(0, 10, abort.signal));
        const other = await bytes.slice(10, 20);
        abort.abort(why);
        expect(await reading).toBe(why);
        expect(other).toEqual(content.slice(10, 20));
        expect(await reason(openUrl(address, { most, signal: abort.signal }))).toBe(why);
      },
    );
  });

  it("are asked for by a fetch of one's own", async () => {
    const seen: (string | undefined)[] = [];
    await served(
      (request, response) => {
        seen.push(request.headers.authorization);
        right(request, response);
      },
      async (address) => {
        const own: typeof fetch = (url, init) => {
          const headers = new Headers(init?.headers);
          headers.set("authorization", "me");
          return fetch(url, { ...init, headers });
        };
        const bytes: Bytes = await openUrl(address, { most, fetch: own });
        expect(await bytes.slice(1, 3)).toEqual(content.slice(1, 3));
        await download(address, { most, fetch: own });
      },
    );
    expect(seen).toEqual(["me", "me", "me"]);
  });
});

/** What `promise` is rejected with. */
async function reason(promise: Promise<unknown> | unknown): Promise<Error> {
  return Promise.resolve(promise).then(
    () => expect.unreachable("it should have failed"),
    (error: Error) => error,
  );
}
