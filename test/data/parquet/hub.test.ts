import { readFileSync } from "node:fs";
import { afterEach, describe, expect, it, vi } from "vitest";
import { hub, parquet } from "../../../src/data/parquet/index.ts";
import { ranges, serve, served } from "../../bytes/server.ts";
import { fetchAll } from "../../sequence/probe.ts";

const bytes = new Uint8Array(
  readFileSync(new URL("../../fixtures/data/parquet-zstd.parquet", import.meta.url)),
);

afterEach(() => vi.unstubAllEnvs());

/** A hub and the store that it redirects to, as huggingface.co and its own; what each was asked for, and with which token. */
async function hubServer() {
  const [hubAsked, storeAsked]: [string[], string[]] = [[], []];
  const store = await serve((request, response) => {
    storeAsked.push(`${request.url} ${request.headers.authorization ?? "-"}`);
    ranges(() => bytes)(request, response);
  });
  const server = await serve((request, response) => {
    hubAsked.push(`${request.url} ${request.headers.authorization ?? "-"}`);
    if (request.headers.authorization !== "Bearer secret")
      return void response.writeHead(401).end('{"error":"restricted"}');
    const at = request.url!;
    const answer = answers()[at];
    if (answer !== undefined) return void response.end(JSON.stringify(answer));
    if (!at.endsWith(".parquet")) return void response.writeHead(404).end('{"error":"none"}');
    response.writeHead(302, { location: `${store.address}signed${at}?signature=1` }).end();
  });
  const api = `${server.address}api/datasets/owner/name`;
  const answers = (): Readonly<Record<string, unknown>> => ({
    "/api/datasets/owner/name/parquet/default/train": [
      `${api}/parquet/default/train/0.parquet`,
      `${api}/parquet/default/train/1.parquet`,
    ],
    "/api/datasets/owner/name/parquet/default/empty": [],
    "/api/datasets/owner/name/parquet/default/large": [`${api}/resolve/default/partial-large/0.parquet`],
    "/api/datasets/owner/name/tree/abc123/plain%20text/train": [
      { type: "file", path: "plain text/train/0001.parquet" },
      { type: "file", path: "plain text/train/0000.parquet" },
      { type: "file", path: "plain text/train/README.md" },
    ],
    "/api/datasets/owner/name/tree/other/default/train": [],
  });
  return {
    url: server.address,
    hubAsked,
    storeAsked,
    async [Symbol.asyncDispose]() {
      await server.close();
      await store.close();
    },
  };
}

describe("hub", () => {
  it("gives the files of a split, which are read by range where the hub redirects to", async () => {
    vi.stubEnv("HF_TOKEN", "secret");
    await using server = await hubServer();
    const files = await hub("owner/name", { split: "train", url: server.url });
    expect(files).toHaveLength(2);
    // The token is in nothing that is sent to workers or saved.
    expect(JSON.stringify(files)).not.toContain("secret");
    const rows = await parquet(files, { columns: { text: "string", label: "int32" } });
    const samples = await fetchAll(rows);
    expect(samples).toHaveLength(100);
    expect(samples[51]).toEqual(samples[1]);
    expect(server.hubAsked.every((each) => each.endsWith("Bearer secret"))).toBe(true);
    // Nor does the store get it, which signs for itself.
    expect(server.storeAsked.length).toBeGreaterThan(2);
    expect(server.storeAsked.every((each) => /^\/signed.*signature=1 -$/.test(each))).toBe(true);
  });

  it("gives the files of a commit", async () => {
    vi.stubEnv("HF_TOKEN", "secret");
    await using server = await hubServer();
    const options = { split: "train", config: "plain text", revision: "abc123", url: server.url };
    const files = await hub("owner/name", options);
    expect(files.map((file) => (file as { url: string }).url)).toEqual([
      `${server.url}datasets/owner/name/resolve/abc123/plain%20text/train/0000.parquet`,
      `${server.url}datasets/owner/name/resolve/abc123/plain%20text/train/0001.parquet`,
    ]);
    expect((await parquet(files)).length).toBe(100);
    await expect(hub("owner/name", { split: "train", revision: "other", url: server.url })).rejects.toThrow(
      /no Parquet files at this commit/,
    );
  });

  it("says what is not there, and what needs permission", async () => {
    await using server = await hubServer();
    const opened = hub("owner/name", { split: "train", url: server.url });
    await expect(opened).rejects.toMatchObject({
      name: "DataError",
      path: `${server.url}api/datasets/owner/name/parquet/default/train`,
      message: expect.stringMatching(/401 .*set HF_TOKEN/),
    });
    vi.stubEnv("HF_TOKEN", "secret");
    await expect(hub("owner/name", { split: "none", url: server.url })).rejects.toThrow(
      /404 .*Check the names/,
    );
    await expect(hub("owner/name", { split: "empty", url: server.url })).rejects.toThrow(
      /lists no Parquet files/,
    );
    await expect(hub("owner/name", { split: "large", url: server.url })).rejects.toThrow(
      /only converted a part of the split/,
    );
  });

  it("says so where somebody else answers", async () => {
    await served(
      (_, response) => void response.end("<!doctype html><title>Sign in</title>"),
      async (url) => {
        const opened = hub("owner/name", { split: "train", url });
        await expect(opened).rejects.toMatchObject({ name: "DataError" });
        await expect(opened).rejects.toThrow(/none of the hub's, which are JSON\. Check `url`/);
      },
    );
  });

  it.each([
    ["https://huggingface.co/datasets/a/b", { split: "train" }, /takes the name of a data set/],
    ["a/b", {}, /`split` must be text/],
    ["a/b", { split: "train", token: "x" }, /no option `token`.*HF_TOKEN/],
  ])("refuses %j with %j", async (name, options, message) => {
    await expect(hub(name, options as never)).rejects.toThrow(message);
  });
});
