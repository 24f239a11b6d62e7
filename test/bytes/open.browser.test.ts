/** Bytes by range in real browsers: what a page sees of servers of other origins, and of files that it was given. */
import type { Server } from "node:http";
import { afterAll, beforeAll, expect, it } from "vitest";
import { inEveryEngine } from "../browser/engines.ts";
import { serveSite } from "../browser/site.ts";
import { ranges, served } from "./server.ts";

const content = Uint8Array.from({ length: 300 }, (_, i) => i * 7);

let server: Server;
let url: string;

beforeAll(async () => {
  ({ url, server } = await serveSite());
});
afterAll(() => server.close());

inEveryEngine((open) => {
  /** What a page has of `source`, an expression: its length, version and ten bytes, or why not. */
  async function opened(source: string): Promise<unknown> {
    const page = await open(url);
    try {
      return await page.evaluate(
        `import("/dist/bytes/open.js").then(async ({ openBytes }) => {
          const bytes = await openBytes(${source}, { most: 2 ** 20 });
          return [bytes.byteLength, bytes.version, [...(await bytes.slice(290, 400))]];
        }).catch((error) => error.message)`,
      );
    } finally {
      await page.close();
    }
  }

  const origin = { "access-control-allow-origin": "*" };
  const tail = [...content.slice(290)];

  it("reads the ranges of a server of another origin that shows its headers, and says so where it does not", async () => {
    const shown = { ...origin, etag: '"a"', "access-control-expose-headers": "Content-Range, ETag" };
    for (const [headers, expected] of [
      [shown, [300, '"a"', tail]],
      [
        { ...origin, etag: '"a"' },
        expect.stringMatching(/Access-Control-Expose-Headers: Content-Range, ETag\.$/),
      ],
    ] as const)
      await served(
        ranges(
          () => content,
          () => headers,
        ),
        async (address) => expect(await opened(JSON.stringify(address))).toEqual(expected),
      );
  });

  it("reads a server without ranges, a File, and URLs of Blobs and data", async () => {
    await served(
      (_, response) => response.writeHead(200, origin).end(content),
      async (address) => expect(await opened(JSON.stringify(address))).toEqual([300, null, tail]),
    );
    const blob = "Uint8Array.from({ length: 300 }, (_, i) => i * 7)";
    expect(await opened(`new File([${blob}], "a", { lastModified: 5 })`)).toEqual([300, "300-5", tail]);
    expect(await opened(`URL.createObjectURL(new Blob([${blob}]))`)).toEqual([300, null, tail]);
    const data = `data:;base64,${Buffer.from(content).toString("base64")}`;
    expect(await opened(JSON.stringify(data))).toEqual([300, null, tail]);
  });
});
