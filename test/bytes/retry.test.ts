import type { RequestListener } from "node:http";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { download, openUrl } from "../../src/bytes/http.ts";
import { http } from "../../src/bytes/http-source.ts";
import { inTurn, mostRequests } from "../../src/bytes/in-flight.ts";
import { openBytes, readBytes } from "../../src/bytes/open.ts";
import { retryAfter, retrying, TransientError } from "../../src/bytes/retry.ts";
import { ranges, serve, served } from "./server.ts";

const most = 2 ** 20;
const content = Uint8Array.from({ length: 300 }, (_, i) => i * 7);
const right = ranges(
  () => content,
  () => ({ etag: '"a"' }),
);

// Waits are drawn; here they are as short as they can be.
beforeEach(() => void vi.spyOn(Math, "random").mockReturnValue(0));
afterEach(() => void vi.restoreAllMocks());

/** Answers by `wrong` so many times, then rightly; counts what was asked. */
function failing(times: number, wrong: RequestListener): RequestListener & { asked: number } {
  const answer = Object.assign(
    ((request, response) => {
      if (answer.asked++ < times) wrong(request, response);
      else right(request, response);
    }) as RequestListener,
    { asked: 0 },
  );
  return answer;
}

const passing: Record<string, RequestListener> = {
  "408": (_, r) => r.writeHead(408).end("wait"),
  "425": (_, r) => r.writeHead(425).end(),
  "429": (_, r) => r.writeHead(429, { "retry-after": "0" }).end("slow down"),
  "500": (_, r) => r.writeHead(500).end(),
  "503": (_, r) => r.writeHead(503, { "retry-after": new Date(0).toUTCString() }).end(),
  "504": (_, r) => r.writeHead(504).end(),
  "a connection that is reset": (_, r) => void r.destroy(),
};

describe("a server that fails for a while is asked again", () => {
  it.each(Object.entries(passing))("after %s, when it is opened, read and downloaded", async (_, wrong) => {
    const answer = failing(2, wrong);
    await served(answer, async (address) => {
      const bytes = await openUrl(address, { most });
      expect(answer.asked).toBe(3);
      answer.asked = 0;
      expect(await bytes.slice(100, 200)).toEqual(content.slice(100, 200));
      expect(answer.asked).toBe(3);
      answer.asked = 0;
      expect(await download(address, { most })).toEqual(content);
      expect(answer.asked).toBe(3);
    });
  });

  it.each<[string, RequestListener]>([
    ["is short", (_, r) => r.writeHead(206, { "content-range": "bytes 100-199/300", etag: '"a"' }).end("x")],
    [
      "breaks off",
      (_, r) =>
        void r
          .writeHead(206, { "content-range": "bytes 100-199/300", etag: '"a"', "content-length": 100 })
          .write("a", () => setTimeout(() => r.destroy(), 5)),
    ],
  ])("after an answer that %s, of which nothing is kept", async (_, wrong) => {
    let answer: RequestListener = right;
    await served(
      (request, response) => answer(request, response),
      async (address) => {
        const bytes = await openUrl(address, { most });
        answer = failing(2, wrong);
        const target = new Uint8Array(100);
        await bytes.readInto(target, 100);
        expect(target).toEqual(content.slice(100, 200));
      },
    );
  });

  it("four times, or as often as is said, and then fails as it did", async () => {
    for (const [options, asked] of [
      [{}, 5],
      [{ retries: 1 }, 2],
      [{ retries: 0 }, 1],
    ] as const) {
      const answer = failing(99, passing["503"]!);
      await served(answer, async (address) => {
        await expect(openUrl(address, { most, ...options })).rejects.toThrow(
          "The server answered 503 Service Unavailable.",
        );
      });
      expect(answer.asked).toBe(asked);
    }
  });

  it.each<[string, RequestListener]>([
    ["400", (_, r) => r.writeHead(400).end()],
    ["401", (_, r) => r.writeHead(401).end()],
    ["403", (_, r) => r.writeHead(403).end()],
    ["404", (_, r) => r.writeHead(404).end()],
    ["another range", (_, r) => r.writeHead(206, { "content-range": "bytes 5-5/300" }).end("x")],
    ["another content", (_, r) => r.writeHead(206, { "content-range": "bytes 0-0/300" }).end("xy")],
  ])("but not after %s, which will be the same again", async (_, wrong) => {
    const answer = failing(1, wrong);
    await served(
      answer,
      async (address) => void (await expect(openUrl(address, { most })).rejects.toThrow()),
    );
    expect(answer.asked).toBe(1);
  });

  it("at the address that was given, where what it redirects to is over", async () => {
    let signature = 0;
    const store = await serve((request, response) =>
      request.url === `/signed?${signature}`
        ? right(request, response)
        : void response.writeHead(403).end("expired"),
    );
    try {
      await served(
        (_, response) => response.writeHead(302, { location: `${store.address}signed?${signature}` }).end(),
        async (address) => {
          const bytes = await openUrl(address, { most });
          // The signature is over between the redirect and what follows it, once.
          const spy = vi.spyOn(globalThis, "fetch");
          const expire = spy.mockImplementationOnce(async () => {
            const response = new Response("expired", { status: 403 });
            Object.defineProperty(response, "redirected", { value: true });
            signature++;
            return response;
          });
          expect(await bytes.slice(0, 10)).toEqual(content.slice(0, 10));
          expect(expire).toHaveBeenCalledTimes(2);
          expect(expire.mock.calls.map(([url]) => url)).toEqual([address, address]);
        },
      );
    } finally {
      await store.close();
    }
  });

  it("where nothing comes for too long, before an answer and in one", async () => {
    for (const silent of [
      () => {},
      (_: unknown, r: Parameters<RequestListener>[1]) =>
        void r
          .writeHead(206, { "content-range": "bytes 0-0/300", etag: '"a"', "content-length": 1 })
          .flushHeaders(),
    ] as RequestListener[]) {
      const answer = failing(1, silent);
      await served(answer, async (address) => {
        const bytes = await openUrl(address, { most, idle: 50 });
        expect(bytes.byteLength).toBe(300);
      });
      await served(silent, async (address) => {
        await expect(openUrl(address, { most, idle: 20, retries: 1 })).rejects.toThrow(
          "The server has sent nothing for 0.02 seconds. Check the network, or allow more time by `idle`.",
        );
      });
    }
  });

  it("but does not count the time that a request stands in line here", async () => {
    const slow: RequestListener = (request, response) => void setTimeout(() => right(request, response), 200);
    await served(slow, async (address) => {
      const bytes = await openUrl(address, { most, idle: 800, retries: 0 });
      const parts = Array.from({ length: 5 * mostRequests }, (_, i) => bytes.slice(i, i + 1));
      expect((await Promise.all(parts)).map(([value]) => value)).toEqual([...content.slice(0, parts.length)]);
    });
  });

  it("unless it is called off, while it is waited for, too", async () => {
    const answer = failing(99, (_, r) => r.writeHead(503, { "retry-after": "30" }).end());
    await served(answer, async (address) => {
      const abort = new AbortController();
      const reading = openUrl(address, { most, signal: abort.signal });
      await vi.waitFor(() => expect(answer.asked).toBe(1));
      const why = new Error("enough");
      setTimeout(() => abort.abort(why), 20);
      await expect(reading).rejects.toBe(why);
      expect(answer.asked).toBe(1);
    });
  });

  it("unless it wants to be left alone for longer than anybody waits", async () => {
    const answer = failing(99, (_, r) => r.writeHead(429, { "retry-after": "3600" }).end());
    await served(answer, async (address) => {
      await expect(openUrl(address, { most })).rejects.toThrow(
        "The server answered 429 Too Many Requests. It wants to be asked again in 3600 seconds, which is not waited for.",
      );
    });
    expect(answer.asked).toBe(1);
  });
});

describe("waits", () => {
  it("double, each drawn at random, or are the server's", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] });
    try {
      vi.spyOn(Math, "random").mockReturnValue(0.5);
      const times: number[] = [];
      const asking = retrying({}, undefined, async () => {
        times.push(Date.now());
        throw new TransientError("no", times.length === 4 ? { after: 7000 } : {});
      }).catch((error: Error) => error.message);
      await vi.runAllTimersAsync();
      expect(await asking).toBe("no");
      expect(times.slice(1).map((time, i) => time - times[i]!)).toEqual([125, 250, 500, 7000]);
    } finally {
      vi.useRealTimers();
    }
  });

  it("are read of seconds and dates", () => {
    expect(retryAfter("3")).toBe(3000);
    expect(retryAfter(null)).toBeUndefined();
    expect(retryAfter("soon")).toBeUndefined();
    expect(retryAfter(new Date(Date.now() - 5000).toUTCString())).toBe(0);
    expect(retryAfter(new Date(Date.now() + 5000).toUTCString())).toBeGreaterThan(3000);
  });
});

it("a server is asked a few things at once, whoever waits in their order, also where one fails", async () => {
  let [running, largest] = [0, 0];
  const order: number[] = [];
  const all = Array.from({ length: 60 }, (_, i) =>
    inTurn("a", async () => {
      largest = Math.max(largest, ++running);
      order.push(i);
      await new Promise((resolve) => setTimeout(resolve, 1));
      running--;
      if (i % 3 === 0) throw new Error("no");
    }).catch(() => {}),
  );
  await inTurn("b", async () => expect(running).toBe(mostRequests));
  await Promise.all(all);
  expect(largest).toBe(mostRequests);
  expect(order).toEqual([...order].sort((a, b) => a - b));
});

describe("http", () => {
  it("sends headers with each request, or what a function gives for it", async () => {
    const seen: unknown[] = [];
    await served(
      (request, response) => {
        seen.push([request.headers.authorization, request.headers["x-signed"]]);
        right(request, response);
      },
      async (address) => {
        const fixed = await openBytes(http(address, { headers: { authorization: "me" } }), { most });
        await fixed.slice(0, 10);
        const source = http(new URL(address), {
          headers: async (url, { range }) => ({ "x-signed": `${url === address} ${range}` }),
        });
        await (await openBytes(source, { most })).slice(5, 10);
        expect(await readBytes(source, { most })).toEqual(content);
      },
    );
    expect(seen).toEqual([
      ["me", undefined],
      ["me", undefined],
      [undefined, "true bytes=0-0"],
      [undefined, "true bytes=5-9"],
      [undefined, "true undefined"],
    ]);
  });

  it("refuses what it cannot ask", () => {
    expect(() => http("file.csv")).toThrow("http() takes a URL that begins with http:// or https://");
    expect(() => http("https://host", { retry: 3 } as never)).toThrow(/no option `retry`/);
    expect(() => http("https://host", { headers: "a" as never })).toThrow(/`headers` must be/);
    expect(() => http("https://host", { idle: 0 })).toThrow(/idle/);
  });
});
