/** Images in pages: the pixels of every format are Node's, and what is in the way is said. */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { inEveryEngine } from "./engines.ts";
import { digests } from "./images/scenario.js";

const photographs = fileURLToPath(new URL("../../../shared/data/imagenet-sample/", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "epochal-images-"));
const names: string[] = [];
let server: Server;
let url: string;
let inNode: readonly string[];
let avif: Buffer;

beforeAll(async () => {
  await build({
    entryPoints: ["page.js", "worker.js"].map((name) =>
      fileURLToPath(new URL(`images/${name}`, import.meta.url)),
    ),
    bundle: true,
    splitting: true,
    minify: true,
    format: "esm",
    outdir: folder,
    chunkNames: "chunks/[name]-[hash]",
    logLevel: "error",
  });
  writeFileSync(
    join(folder, "index.html"),
    '<!doctype html><link rel="icon" href="data:,"><script type="module" src="page.js"></script>',
  );
  await writeImages();
  ({ server, url } = await serve());
  inNode = await digests(names, `${folder}/`);
});
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true });
});

/** Photographs, and one of them in every format and kind that is decoded here. */
async function writeImages(): Promise<void> {
  const files = readdirSync(photographs)
    .filter((name) => name.endsWith(".JPEG"))
    .sort()
    .slice(0, 24);
  for (const [i, name] of files.entries()) {
    names.push(`photo${i}.jpg`);
    cpSync(join(photographs, name), join(folder, `photo${i}.jpg`));
  }
  const picture = sharp(join(photographs, files[0]!)).resize(320, 240);
  const transparent = picture.clone().ensureAlpha(0.5);
  const kinds = {
    "progressive.jpg": picture.clone().jpeg({ progressive: true }),
    "full-chroma.jpg": picture.clone().jpeg({ chromaSubsampling: "4:4:4" }),
    "grey.jpg": picture.clone().grayscale().jpeg(),
    "inks.jpg": picture.clone().toColourspace("cmyk").jpeg(),
    "turned.jpg": picture.clone().withMetadata({ orientation: 6 }).jpeg(),
    "plain.png": picture.clone().png(),
    "interlaced.png": transparent.clone().png({ progressive: true }),
    "deep.png": picture.clone().toColourspace("rgb16").png(),
    "palette.png": picture.clone().png({ palette: true }),
    "lossy.webp": picture.clone().webp(),
    "transparent.webp": transparent.clone().webp({ quality: 40 }),
    "lossless.webp": transparent.clone().webp({ lossless: true }),
    "moving.gif": picture.clone().gif(),
  };
  for (const [name, made] of Object.entries(kinds)) {
    names.push(name);
    await made.toFile(join(folder, name));
  }
  avif = await picture.clone().resize(32, 24).avif({ lossless: true }).toBuffer();
  writeFileSync(join(folder, "picture.avif"), avif);
  writeFileSync(join(folder, "cut.avif"), avif.subarray(0, -20));
  for (const name of ["hdf5-gzip.h5", "parquet-gzip.parquet", "parquet-snappy.parquet", "arrow-zstd.arrow"])
    cpSync(new URL(`../fixtures/data/${name}`, import.meta.url), join(folder, name));
  await picture.clone().tiff().toFile(join(folder, "picture.tiff"));
}

/** Serves the folder; `?` and directives at the end of a page's address are its policy, and of its worker's. */
async function serve(): Promise<{ readonly url: string; readonly server: Server }> {
  const server = createServer((request, response) => {
    const { pathname, search } = new URL(request.url!, "http://localhost");
    const path = pathname === "/" ? "/index.html" : pathname;
    const from = new URL(request.headers.referer ?? "/", "http://localhost");
    const policy = decodeURIComponent((pathname === "/" ? search : from.search).slice(1));
    const isPolicyOf = pathname === "/" || pathname === "/worker.js";
    if (policy !== "" && isPolicyOf) response.setHeader("content-security-policy", policy);
    const types = { html: "text/html", js: "text/javascript" } as Record<string, string>;
    response.setHeader("content-type", types[path.split(".").at(-1)!] ?? "application/octet-stream");
    try {
      response.end(readFileSync(join(folder, path)));
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, server };
}

const ask = (name: string, ...args: readonly unknown[]): string =>
  `${name}(${args.map((arg) => JSON.stringify(arg)).join(", ")})`;

describe("images", () => {
  inEveryEngine((open, engine) => {
    it.each([0, 1])("have Node's pixels, whatever their format, with %i workers", async (workers) => {
      const page = await open(url);
      expect(await page.evaluate(ask("digests", names, workers))).toEqual(inNode);
      expect(page.problems).toEqual([]);
      await page.close();
    });

    it("name 'wasm-unsafe-eval' where the policy forbids WebAssembly", async () => {
      const forbids = encodeURIComponent("script-src 'self'");
      const page = await open(`${url}?${forbids}`);
      const message =
        /MissingPeerError: .*photo0.jpg: Images are decoded by WebAssembly, .*'wasm-unsafe-eval' to its script-src.*page.*workers.* <- \w+Error: /;
      expect(await page.evaluate(ask("problem", "photo0.jpg"))).toMatch(message);
      expect(await page.evaluate(ask("problemInWorker", "photo0.jpg"))).toMatch(message);
      await page.close();
      const allows = encodeURIComponent("script-src 'self' 'wasm-unsafe-eval'");
      const allowed = await open(`${url}?${allows}`);
      expect(await allowed.evaluate(ask("problem", "photo0.jpg"))).toBe("none");
      expect(await allowed.evaluate(ask("problemInWorker", "photo0.jpg"))).toBe("none");
      await allowed.close();
    });

    it("and the packages that read other data are told of it, too, where they are compiled", async () => {
      const page = await open(`${url}?${encodeURIComponent("script-src 'self'")}`);
      const data = { hdf5: "hdf5-gzip.h5", parquet: "parquet-gzip.parquet", arrow: "arrow-zstd.arrow" };
      for (const [kind, name] of Object.entries(data)) {
        expect(await page.evaluate(ask("problemOfData", kind, name)), kind).toMatch(
          /(MissingPeer|Data)Error: .* by WebAssembly, .*'wasm-unsafe-eval'/,
        );
      }
      // Snappy is undone by the reader itself.
      expect(await page.evaluate(ask("problemOfData", "parquet", "parquet-snappy.parquet"))).toBe("none");
      await page.close();
    });

    it("of other formats are decoded by the browser where that is allowed, and never silently", async () => {
      const page = await open(url);
      const allowed = { decode: "browser" };
      expect(await page.evaluate(ask("problem", "picture.avif"))).toMatch(
        /MissingPeerError: .*picture.avif: It is an AVIF image.*decode: \(bytes\) => pixels.*decode: "browser"/,
      );
      expect(await page.evaluate(ask("problem", "cut.avif", allowed))).toMatch(/ImageError: .*truncated/);
      if (engine !== "WebKitGTK") {
        // These decode no TIFF.
        expect(await page.evaluate(ask("problem", "picture.tiff", allowed))).toMatch(
          /ImageError: .*picture.tiff: It is a TIFF image, which this browser does not decode, or it is damaged/,
        );
      }
      const { data: wanted } = await sharp(avif).raw().toBuffer({ resolveWithObject: true });
      const { shape, data } = await page.evaluate<{ shape: number[]; data: number[] }>(
        ask("pixels", "picture.avif", allowed),
      );
      expect(shape).toEqual([24, 32, 3]);
      const far = data.reduce((sum, value, i) => sum + Math.abs(value - wanted[i]!), 0) / data.length;
      expect(far).toBeLessThan(2);
      // A decoder of the user's.
      const given = `pixels("picture.avif", { decode: () => new ImageData(new Uint8ClampedArray(24).fill(7), 3) })`;
      expect(await page.evaluate(given)).toEqual({ shape: [2, 3, 3], data: new Array(18).fill(7) });
      await page.close();
    });

    it("are not decoded by a browser that changes what is read from a canvas", async () => {
      const page = await open(url);
      await page.evaluate(`(() => {
        const { prototype } = OffscreenCanvasRenderingContext2D;
        const { getImageData } = prototype;
        prototype.getImageData = function (...args) {
          const read = getImageData.apply(this, args);
          read.data[1000] ^= 1;
          return read;
        };
      })()`);
      expect(await page.evaluate(ask("problem", "picture.avif", { decode: "browser" }))).toMatch(
        /MissingPeerError: .*changes pixels that are read from a canvas.*fingerprinting/,
      );
      await page.close();
    });

    it("say so where a decoder cannot be fetched, and fetch it when it is there again", async () => {
      const page = await open(url);
      const chunk = readdirSync(join(folder, "chunks")).find((name) => /^png-/.test(name))!;
      const path = join(folder, "chunks", chunk);
      const code = readFileSync(path);
      rmSync(path);
      try {
        expect(await page.evaluate(ask("problem", "plain.png"))).toMatch(/LoaderError: .*reload/);
        expect(await page.evaluate(ask("problem", "lossy.webp"))).toBe("none");
      } finally {
        writeFileSync(path, code);
      }
      await page.close();
    });
  });
});
