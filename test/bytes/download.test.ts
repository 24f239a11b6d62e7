import fs from "node:fs";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { download, readBody } from "../../src/bytes/download.ts";

/** What `use` makes of the address of a server that answers by `answer`. */
async function served<T>(answer: RequestListener, use: (address: string) => Promise<T>): Promise<T> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    return await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

/** What downloading from `url` throws. */
async function failure(url: string | URL, signal?: AbortSignal): Promise<Error> {
  return download(url, signal, 2 ** 20).then(
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
    expect(await download(changed, undefined, 2 ** 20)).toEqual(Uint8Array.from(Buffer.from("abc")));
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
    expect(await download("DATA:,ab", undefined, 2 ** 20)).toEqual(Uint8Array.of(97, 98));
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
