/** The page's server: who is let in, what they are told, and that it is in nobody's way. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { type IncomingHttpHeaders, request } from "node:http";
import { connect } from "node:net";
import { networkInterfaces } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { helloOf } from "../../src/inspect/options.ts";
import type { BatchLook, Message, SampleView, Update } from "../../src/inspect/protocol.ts";
import { Requests } from "../../src/inspect/requests.ts";
import { PageServer } from "../../src/inspect/server.ts";
import { LoaderWatch } from "../../src/inspect/watch.ts";
import { DataLoader } from "../../src/loader/data-loader.ts";
import type { Context } from "../../src/sequence/context.ts";
import { Sequence } from "../../src/sequence/sequence.ts";
import { type Tensor, tensor } from "../../src/tensor/tensor.ts";

/** Batches of two pictures with their classes, of random values; the one at 5 cannot be had. */
class Pictures extends Sequence<[Tensor<"float32">, Tensor<"int32">]> {
  readonly length = 40;
  getItem(index: number, { random }: Context) {
    if (index === 5) throw new Error("no such file", { cause: new Error("ENOENT: five.jpg") });
    const values = Float32Array.from({ length: 2 * 8 * 8 * 3 }, () => random.uniform());
    return [tensor(values, { shape: [2, 8, 8, 3] }), tensor([index % 2, index % 2], "int32")];
  }
}

const assets = { html: "<!doctype html>page", js: "let page;", css: "p { color: red }" };

/** A server over a loader of its own. */
async function serve(options: ConstructorParameters<typeof DataLoader>[1] = {}) {
  const loader = new DataLoader(new Pictures(), { seed: 7, onError: "skip", ...options });
  const watch = new LoaderWatch(loader);
  const server = await PageServer.start({ watch, hello: helloOf(loader, {}, true), assets, port: 0 });
  const { port, hash } = new URL(server.url);
  return { loader, watch, server, port: Number(port), token: hash.slice(1) };
}

interface Asked {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

let served: Awaited<ReturnType<typeof serve>>;
beforeAll(async () => {
  served = await serve();
});
afterAll(async () => {
  await served.server.close();
  await served.loader.close();
});

/** Asks with the token; what `change` gives takes its place, and undefined leaves a header out. */
function ask(
  path: string,
  change: Readonly<Record<string, string | undefined>> = {},
  { method = "GET", host = "127.0.0.1" } = {},
): Promise<Asked> {
  const { port, token } = served;
  const headers = { host: `127.0.0.1:${port}`, authorization: `Bearer ${token}`, ...change };
  const sent = Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== undefined));
  return new Promise((resolve, reject) => {
    request(
      { host, port, path, method, headers: sent as Record<string, string>, agent: false },
      (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (part: string) => {
          text += part;
        });
        response.on("end", () => resolve({ status: response.statusCode!, headers: response.headers, text }));
      },
    )
      .on("error", reject)
      .end();
  });
}

const batch = "/batch?epoch=0&index=3";

describe("whoever asks", () => {
  it("has the token, whole, as a header", async () => {
    const { token, port } = served;
    expect(token).toMatch(/^[\w-]{22}$/);
    expect((await ask(batch)).status).toBe(200);
    for (const authorization of [
      undefined,
      "",
      "Bearer",
      `Bearer ${token.slice(1)}`,
      `Bearer ${token}x`,
      token,
    ])
      expect((await ask(batch, { authorization })).status, authorization).toBe(401);
    expect((await ask(`${batch}&token=${token}`, { authorization: undefined })).status).toBe(401);
    expect((await ask("/stream", { authorization: undefined })).status).toBe(401);
    expect((await ask(batch, { host: `localhost:${port}` })).status).toBe(200);
  });

  it("means this server, and no other name that leads here", async () => {
    for (const host of ["evil.example", `evil.example:${served.port}`, "127.0.0.1", "127.0.0.1:1", "0.0.0.0"])
      for (const path of [batch, "/"]) expect((await ask(path, { host })).status, host).toBe(421);
  });

  it("is no other page", async () => {
    for (const origin of [
      "http://evil.example",
      "null",
      "http://localhost:3000",
      `https://127.0.0.1:${served.port}`,
    ])
      for (const path of [batch, "/page.js"]) expect((await ask(path, { origin })).status, origin).toBe(403);
    expect((await ask(batch, { origin: `http://127.0.0.1:${served.port}` })).status).toBe(200);
    for (const site of ["cross-site", "same-site"])
      expect((await ask("/page.js", { "sec-fetch-site": site })).status, site).toBe(403);
    expect((await ask(batch, { "sec-fetch-site": "same-origin" })).status).toBe(200);
  });

  it("may read, and nothing else", async () => {
    for (const method of ["POST", "PUT", "DELETE", "OPTIONS", "HEAD", "PATCH"])
      expect((await ask(batch, {}, { method })).status, method).toBe(405);
    expect((await ask(batch, { "content-length": "5" })).status).toBe(400);
    expect((await ask(`${batch}&x=${"x".repeat(2000)}`)).status).toBe(414);
    expect((await ask(batch, { "x-large": "x".repeat(20_000) })).status).toBe(431);
  });

  it("is on this computer", async () => {
    const others = Object.values(networkInterfaces())
      .flat()
      .filter((address) => address?.family === "IPv4" && !address.internal);
    for (const { address } of [{ address: "127.0.0.2" }, ...(others as { address: string }[])])
      await expect(ask(batch, {}, { host: address }), address).rejects.toThrow(
        /ECONNREFUSED|EADDRNOTAVAIL|ETIMEDOUT/,
      );
  });
});

describe("what is served", () => {
  it("is the page's own program without a token, and no other file", async () => {
    for (const [path, text] of [
      ["/", assets.html],
      ["/page.js", assets.js],
      ["/page.css", assets.css],
    ] as const)
      expect(await ask(path, { authorization: undefined })).toMatchObject({ status: 200, text });
    for (const path of [
      "/page.html/..",
      "/../package.json",
      "/%2e%2e/package.json",
      "/page.js/",
      "//etc/passwd",
      "/C:/x",
    ])
      expect((await ask(path)).status, path).toBe(404);
  });

  it("forbids all that the page does not need, to it and to others", async () => {
    for (const path of ["/", batch, "/nothing"]) {
      const { headers } = await ask(path);
      expect(headers["content-security-policy"]).toBe(
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data: blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
      );
      expect(headers["x-content-type-options"]).toBe("nosniff");
      expect(headers["referrer-policy"]).toBe("no-referrer");
      expect(headers["cache-control"]).toBe("no-store");
      expect(Object.keys(headers).filter((name) => name.startsWith("access-control"))).toEqual([]);
    }
  });
});

describe("a batch by its index", () => {
  it("has the bytes that the loader delivers", async () => {
    const { text } = await ask("/batch?epoch=0&index=9");
    const { leaves, classes } = JSON.parse(text) as BatchLook;
    const loader = new DataLoader(new Pictures(), { seed: 7, onError: "skip" });
    const batches: unknown[] = [];
    for await (const one of loader) batches.push(one);
    // The one at 5 is left out.
    const [x] = batches[8] as [Tensor<"float32">];
    const [view] = leaves[0]!.samples;
    expect(view).toMatchObject({
      kind: "pixels",
      height: 8,
      width: 8,
      channels: 3,
      step: 1,
      dtype: "float32",
    });
    expect((view as { data: string }).data).toBe(
      Buffer.from(x.data.buffer, x.data.byteOffset, 768).toString("base64"),
    );
    expect(classes).toEqual({ path: "[1]", counts: [0, 2] });
    const sample = await ask("/sample?epoch=0&index=9&path=%5B0%5D&item=1");
    expect((JSON.parse(sample.text) as { data: string }).data).toBe(
      Buffer.from(x.data.buffer, x.data.byteOffset + 768, 768).toString("base64"),
    );
    const label = await ask("/sample?epoch=0&index=9&path=[1]&item=1");
    expect(JSON.parse(label.text) as SampleView).toEqual({
      kind: "numbers",
      values: [1],
      count: 1,
      channels: 1,
    });
  });

  it("is refused where it is none, or cannot be had, with the reason", async () => {
    for (const query of [
      "",
      "epoch=0",
      "epoch=0&index=-1",
      "epoch=0&index=1e3",
      "epoch=x&index=1",
      "epoch=0&index=0x1",
    ])
      expect((await ask(`/batch?${query}`)).status, query).toBe(400);
    for (const query of [
      "path=[0]&item=2",
      "path=[7]&item=0",
      "path=../x&item=0",
      "path=[0]&item=-1",
      "path=[0]",
    ])
      expect((await ask(`/sample?epoch=0&index=1&${query}`)).status, query).toBe(404);
    expect(await ask("/batch?epoch=0&index=40")).toMatchObject({
      status: 404,
      text: expect.stringMatching(/^IndexError: .*no index 40/),
    });
    const { status, text } = await ask("/batch?epoch=0&index=5");
    expect(status).toBe(500);
    expect(text).toMatch(/no such file.*ENOENT: five\.jpg/s);
  });
});

it("a batch that was asked for is not kept", async () => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  let given: WeakRef<Tensor> | undefined;
  class Given extends Sequence<Tensor> {
    readonly length = 1;
    getItem() {
      const made = tensor([1, 2, 3]);
      given = new WeakRef(made);
      return made;
    }
  }
  const requests = new Requests(new DataLoader(new Given()));
  expect(await requests.batch(new URLSearchParams("epoch=0&index=0"))).toMatchObject({ status: 200 });
  await sleep(1);
  collect();
  expect(given!.deref()).toBeUndefined();
});

/** A page that reads its stream to the end. */
async function look(server: { readonly port: number; readonly token: string }) {
  const abort = new AbortController();
  const response = await fetch(`http://127.0.0.1:${server.port}/stream`, {
    headers: { authorization: `Bearer ${server.token}` },
    signal: abort.signal,
  });
  const messages: Message[] = [];
  const ended = (async () => {
    let rest = "";
    for await (const part of response.body!.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + part).split("\n");
      rest = lines.pop()!;
      messages.push(...lines.map((line) => JSON.parse(line) as Message));
    }
  })().catch(() => {});
  const until = async (found: (message: Message) => boolean) => {
    while (!messages.some(found)) await sleep(5);
    return messages.find(found)!;
  };
  return { messages, ended, until, leave: () => abort.abort() };
}

describe("pages that look", () => {
  it("are told of the loader, see batches, one a second, and how it ends; they may come, go, and be several", async () => {
    const own = await serve();
    const first = await look(own);
    const second = await look(own);
    await second.until(({ type }) => type === "hello");
    second.leave();
    const began = performance.now();
    let delivered = 0;
    for await (const _ of own.loader) if (delivered++ < 5) await sleep(10);
    const mostLooks = 1 + Math.floor((performance.now() - began) / 1000);
    await first.until((message) => message.type === "update" && message.report.delivered === 39);
    const looks = first.messages.filter(({ type }) => type === "batch");
    expect(looks.length).toBeGreaterThan(0);
    expect(looks.length).toBeLessThanOrEqual(mostLooks);
    const third = await look(own);
    // One that comes later sees what there was.
    const update = (await third.until(({ type }) => type === "update")) as Update;
    expect(update.marks.map(({ kind }) => kind)).toEqual(["epoch", "skipped", "epochEnd"]);
    expect(update.faults).toMatchObject([
      { kind: "skipped", causes: ["Error: no such file", "Error: ENOENT: five.jpg"] },
    ]);
    expect(update.classes).toMatchObject({ path: "[1]", batchesOfOneClass: update.classes!.batches });
    expect(new Set(update.spans.map(({ kind }) => kind))).toEqual(
      new Set(["start", "fetch", "wait", "consume"]),
    );
    await third.until(({ type }) => type === "batch");
    await own.server.close();
    await Promise.all([first.ended, third.ended]);
    await own.loader.close();
    await expect(look(own)).rejects.toThrow();
  });

  it("cost nothing while there is none, and no memory where one does not read", async () => {
    const own = await serve();
    expect(own.watch.wants).toBeUndefined();
    const socket = connect(own.port, "127.0.0.1");
    socket.write(
      `GET /stream HTTP/1.1\r\nHost: 127.0.0.1:${own.port}\r\nAuthorization: Bearer ${own.token}\r\n\r\n`,
    );
    await new Promise((resolve) => socket.once("readable", resolve));
    socket.pause();
    const { wants } = own.watch;
    const big = { type: "batch", epoch: 0, index: 0, samples: 1, leaves: [], classes: undefined } as const;
    const path = "x".repeat(1 << 20);
    // A hundred looks of a megabyte: what the page has not taken is not kept.
    const before = process.memoryUsage().rss;
    for (let i = 0; i < 100; i++) {
      wants!({
        ...big,
        leaves: [{ path, role: "other", dtype: "", shape: [], values: undefined, samples: [] }],
      });
      await sleep(0);
    }
    expect(process.memoryUsage().rss - before).toBeLessThan(60 << 20);
    socket.destroy();
    while (own.watch.wants !== undefined) await sleep(5);
    await own.server.close();
    await own.loader.close();
  });

  it("are at most eight", async () => {
    const own = await serve();
    const pages = await Promise.all(Array.from({ length: 8 }, () => look(own)));
    await Promise.all(pages.map(({ until }) => until(({ type }) => type === "hello")));
    const ninth = await fetch(`http://127.0.0.1:${own.port}/stream`, {
      headers: { authorization: `Bearer ${own.token}` },
    });
    expect(ninth.status).toBe(503);
    await own.server.close();
    await own.loader.close();
  });
});

it("a program with a page that looks ends when it has nothing else to do", async () => {
  const src = new URL("../../src/", import.meta.url);
  const program = `
    import { DataLoader } from "${src}loader/data-loader.ts";
    import { Sequence } from "${src}sequence/sequence.ts";
    import { LoaderWatch } from "${src}inspect/watch.ts";
    import { PageServer } from "${src}inspect/server.ts";
    class Ones extends Sequence { length = 3; getItem() { return new Float32Array(4); } }
    const loader = new DataLoader(new Ones());
    const hello = { type: "hello" };
    const assets = { html: "", js: "", css: "" };
    const { url } = await PageServer.start({ watch: new LoaderWatch(loader), hello, assets, port: 0 });
    process.stdin.once("data", async () => {
      for await (const _ of loader);
      process.stdin.destroy();
    });
    console.log(url);`;
  const child = spawn(process.execPath, ["--import", "tsx", "--input-type=module", "-e", program], {
    stdio: ["pipe", "pipe", "inherit"],
    cwd: fileURLToPath(src),
  });
  const url = await new Promise<string>((resolve) =>
    child.stdout.once("data", (text) => resolve(String(text).trim())),
  );
  const page = await look({ port: Number(new URL(url).port), token: new URL(url).hash.slice(1) });
  await page.until(({ type }) => type === "update");
  child.stdin.write("go\n");
  const [code] = await once(child, "exit");
  expect(code).toBe(0);
  await page.ended;
});

it("a port that is taken is refused by name", async () => {
  const { watch, loader, port } = served;
  const again = PageServer.start({ watch, hello: helloOf(loader, {}, true), assets, port });
  await expect(again).rejects.toThrow(`The port ${port} on 127.0.0.1 is taken by another program.`);
});
