/** Data from wherever pages have them, in real browsers: the rows are those that Node reads from disk. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { crc32, deflateSync } from "node:zlib";
import { build } from "esbuild";
import { chromium as playwright } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ranges } from "../bytes/server.ts";
import { goldens } from "../data/array/golden.ts";
import { pack } from "../data/tar/pack.ts";
import { packZip } from "../data/zip/pack-zip.ts";
import { find } from "./engines/program.ts";
import { inEveryEngine, type Page } from "./engines.ts";
import { readers, readFolder, rowsOf } from "./sources.js";

const fixture = (name: string) => readFileSync(new URL(`../fixtures/data/${name}`, import.meta.url));
const golden = (file: string, name: string) => goldens(file).find((each) => each.name === name)!.bytes;

/** 2 x 1 pixels of RGB. */
const png = pngOf([255, 0, 127, 3, 2, 1]);
const numbers = new Uint8Array(new Float32Array([1, 2.5, -3, 4, 5, 6]).buffer);
const header = "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 2), }".padEnd(117);
const members = ["a", "b", "deep/c"].flatMap((name, i) => [
  [`${name}.png`, new Uint8Array(png)] as const,
  [`${name}.cls`, `${i * 7}`] as const,
]);

/** A PNG file of one row of RGB. */
function pngOf(row: readonly number[]): Buffer {
  const chunk = (type: string, data: Uint8Array) => {
    const bytes = Buffer.concat([Buffer.from(type), data]);
    const [length, crc] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    crc.writeUInt32BE(crc32(bytes));
    return Buffer.concat([length, bytes, crc]);
  };
  const header = Buffer.from([0, 0, 0, row.length / 3, 0, 0, 0, 1, 8, 2, 0, 0, 0]);
  const parts = [chunk("IHDR", header), chunk("IDAT", deflateSync(Buffer.from([0, ...row])))];
  return Buffer.concat([
    Buffer.from("\x89PNG\r\n\x1a\n", "latin1"),
    ...parts,
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

const files: Readonly<Record<string, Uint8Array | string>> = {
  "table.csv": 'name,x\n"a, ""b""",1.5\nü,-2e3\nlast,7\n',
  "rows.jsonl": '{"name":"a\\n","x":1.5}\n{"x":-2000,"name":"ü"}\n',
  "text.txt": "first\nzweite ü\n\nlast",
  "numbers.npy": Buffer.concat([Buffer.from(`\x93NUMPY\x01\x00\x76\x00${header}\n`, "latin1"), numbers]),
  "arrays.npz": golden("npz", "savez_compressed"),
  "samples.tar": pack(members),
  "samples.zip": packZip(members.map(([name, data]) => ({ name, data, method: 8 }))),
  "records.tfrecord": fixture("examples.tfrecord"),
  "sound.wav": golden("wav", "PCM 16, 2"),
  "columns.parquet": fixture("parquet-snappy.parquet"),
  "columns.arrow": fixture("arrow-stream.arrow"),
  "image.png": png,
};

const pictures: Readonly<Record<string, Uint8Array | string>> = {
  "train/b/2.png": png,
  "train/b/10.png": png,
  "train/a/deep/x.PNG": png,
  "train/a/.hidden.png": png,
  "train/a/notes.txt": "no picture",
  "train/metadata.csv": 'file_name,caption\nb/2.png,two\na/deep/x.PNG,"x, deep"\n',
  "val/b/1.png": png,
  "val/a/1.png": png,
};

const folder = mkdtempSync(join(tmpdir(), "epochal-sources-"));
afterAll(() => rmSync(folder, { recursive: true }));

let server: Server;
let url: string;

/** A page at a path of its own, whose relative URLs begin there, not at its scripts; isolated where it says so. */
function answer(path: string): { readonly bytes: Uint8Array; readonly type: string } | undefined {
  if (/^\/app\/(?:isolated\/)?$/.test(path))
    return {
      type: "text/html",
      bytes: Buffer.from(
        '<!doctype html><title>sources</title><link rel="icon" href="data:,"><script type="module" src="/assets/sources-page.js"></script>',
      ),
    };
  const name = path.replace(/^\/app\/(?:isolated\/)?data\//, "data/").slice(path.startsWith("/app/") ? 0 : 1);
  try {
    const type = { ".js": "text/javascript", ".png": "image/png" }[extname(name)];
    return { type: type ?? "application/octet-stream", bytes: readFileSync(join(folder, name)) };
  } catch {
    return undefined;
  }
}

beforeAll(async () => {
  for (const [name, content] of [
    ...Object.entries(files),
    ...Object.entries(pictures).map(([name, content]) => [`pictures/${name}`, content] as const),
  ]) {
    const path = join(folder, "data", name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
  }
  await build({
    entryPoints: ["sources-page.js", "sources-worker.js"].map((name) =>
      fileURLToPath(new URL(name, import.meta.url)),
    ),
    bundle: true,
    minify: true,
    splitting: true,
    format: "esm",
    // The build, and not the source that the compiler's paths lead to.
    tsconfigRaw: {},
    logLevel: "error",
    outdir: join(folder, "assets"),
  });
  server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://localhost");
    if (pathname.includes("isolated") || request.headers.referer?.includes("isolated")) {
      response.setHeader("cross-origin-opener-policy", "same-origin");
      response.setHeader("cross-origin-embedder-policy", "require-corp");
    }
    response.setHeader("cross-origin-resource-policy", "same-origin");
    const found = answer(decodeURIComponent(pathname));
    if (found === undefined) return void response.writeHead(404).end();
    response.setHeader("content-type", found.type);
    ranges(
      () => found.bytes,
      () => ({ etag: '"1"' }),
    )(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/app/`;
});
afterAll(() => server.close());

/** What a page makes of `call`, a call of sources.js. */
async function inPage<T>(
  open: (url: string) => Promise<Page>,
  call: string,
  { path = "", complains = false }: { readonly path?: string; readonly complains?: boolean } = {},
): Promise<T> {
  const page = await open(`${url}${path}`);
  try {
    const value = await page.evaluate<T>(
      `(async () => {
        const { readyState } = document;
        if (!globalThis.sources) throw new Error("The page's script has not run: " + readyState);
        return sources.${call};
      })()`,
    );
    if (!complains) expect(page.problems).toEqual([]);
    return value;
  } finally {
    await page.close();
  }
}

/** Whether pages have storage there, whose files they get by handles: WebKitGTK's have not. */
const hasStorage = (engine: string) => !engine.startsWith("WebKit");
const handle = (engine: string) => (hasStorage(engine) ? ["handle"] : []);

const paths = JSON.stringify(Object.keys(pictures));

inEveryEngine((open, engine) => {
  it.each(["", "isolated/"])("gives the rows that Node reads from disk, of a page /app/%s", async (path) => {
    const expected: Record<string, unknown> = {};
    for (const [name, read] of Object.entries(readers))
      expected[name] = JSON.parse(JSON.stringify(await rowsOf(await read(join(folder, "data", name)))));
    const { isolated, read } = await inPage<{
      isolated: boolean;
      read: Record<string, Record<string, unknown>>;
    }>(open, 'readAll("data/")', { path });
    expect(isolated).toBe(path !== "");
    const places = ["url", "http", "bytes", "buffer", "blob", "file", "blob URL", ...handle(engine)];
    expect(read).toEqual(Object.fromEntries(places.map((place) => [place, expected])));
  });

  it("gives a folder's files, classes and metadata as Node does, by its handle and as a list", async () => {
    for (const options of [{ split: "train" }, { split: "val" }, { split: ["train", "val"] }]) {
      const expected = JSON.parse(
        JSON.stringify(await readFolder(join(folder, "data", "pictures"), options)),
      );
      const read = await inPage<Record<string, unknown>>(
        open,
        `readFolders("data/", ${paths}, ${JSON.stringify(options)})`,
      );
      const places = ["files", ...handle(engine)];
      expect(read).toEqual(Object.fromEntries(places.map((place) => [place, expected])));
    }
  });

  it("gives workers the same: relative URLs are the page's, Files and handles arrive", async () => {
    const read = await inPage<Record<string, readonly unknown[][]>>(open, `readInWorkers("data/", ${paths})`);
    const kinds = ["image", "table"].flatMap((kind) =>
      ["relative URL", "File", ...handle(engine)].map((place) => `${kind} by ${place}`),
    );
    const folders = ["files", ...handle(engine)].map((place) => `folder by ${place}`);
    expect(Object.keys(read).sort()).toEqual([...kinds, ...folders].sort());
    for (const [name, [inline, worker]] of Object.entries(read)) {
      expect(inline!.length, name).toBeGreaterThan(0);
      expect(worker, name).toEqual(inline);
    }
  });

  it("says what it cannot have, and what to do", async () => {
    const said = await inPage<Record<string, string>>(open, 'refusals("data/")', { complains: true });
    const has = (text: string | RegExp) => expect.stringMatching(text);
    const gone = {
      "image that is gone": has(/^ImageError: Cannot read the image gone\.png: It is gone.*Choose it again/),
      "table that is gone": has(
        /^DataError: gone\.csv, row 1, byte 4: .*changed or is gone\. Open or choose it/,
      ),
      "table that has changed": has(/^DataError: changed\.csv, row 1, byte 4: .*changed or is gone/),
    };
    expect(said).toEqual({
      "folder by path": has(/^OptionError: .*webkitdirectory.*showDirectoryPicker/),
      diskCache: has(/^OptionError: diskCache\(\) keeps files on disk, which a page cannot/),
      "cache of http": has(/^OptionError: `cache` keeps files on disk, which a page cannot/),
      pattern: has(/^OptionError: data\/\*\.csv is a pattern for files on disk.*Name them in a list/),
      "path of Windows": has(/^ImageError: .*C:\\data\\x\.png: A page cannot read files of a disk/),
      "file URL": has(/^DataError: file:\/\/\/data\/x\.csv: A page cannot read files of a disk/),
      missing: has(/^ImageError: .* data\/none\.png: The server answered 404/),
      ...(hasStorage(engine) ? gone : {}),
    });
  });
});

/** The system's Chromium, in which a folder can be given to an input as a user gives it. */
const chromium = find("chromium", "chromium-browser", "google-chrome");

describe.skipIf(chromium === undefined && !process.env.CI)("an input with `webkitdirectory`", () => {
  it("gives a folder that is read as Node reads it", async () => {
    const browser = await playwright.launch({
      executablePath: chromium!,
      args: ["--headless", "--no-sandbox", "--disable-gpu"],
    });
    try {
      const page = await browser.newPage();
      await page.goto(url);
      await page.setContent('<input type="file" webkitdirectory>');
      const root = join(folder, "data", "pictures");
      await page.setInputFiles("input", root);
      await page.addScriptTag({ type: "module", url: "/assets/sources-page.js" });
      await page.waitForFunction("globalThis.sources !== undefined");
      for (const options of [{ split: "train" }, { split: ["train", "val"] }]) {
        const read = await page.evaluate(
          `sources.readFolder(document.querySelector("input").files, ${JSON.stringify(options)})`,
        );
        expect(JSON.parse(JSON.stringify(read))).toEqual(
          JSON.parse(JSON.stringify(await readFolder(root, options))),
        );
      }
    } finally {
      await browser.close();
    }
  });
});

describe("sources.js", () => {
  it("has a file for each of its readers", () => {
    expect(Object.keys(files)).toEqual(Object.keys(readers));
  });
});
