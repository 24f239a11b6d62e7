/** What a path or an address may lead to that is no image: told at once, and by its name. */
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import { createServer } from "node:http";
import { createServer as createSocket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import sharp from "sharp";
import { afterAll, describe, expect, it } from "vitest";
import { imread } from "../../src/image/index.ts";

const folder = fs.mkdtempSync(join(tmpdir(), "epochal-files-"));
afterAll(() => fs.rmSync(folder, { recursive: true }));

let made = 0;
const fresh = (): string => join(folder, `${made++}.jpg`);

const red = sharp({ create: { width: 16, height: 16, channels: 3, background: "red" } });

async function problem(source: string | URL | Uint8Array): Promise<string> {
  const error: Error = await imread(source)
    .tensor()
    .then(
      () => new Error("was read"),
      (thrown: Error) => thrown,
    );
  expect(error.name).toBe("ImageError");
  return error.message;
}

it("an error has the path and the reason once, and the system's error, with its code, as cause", async () => {
  const missing = join(folder, "missing.jpg");
  const url = pathToFileURL(missing);
  const tooMany = `data:,${"x".repeat(99)}`;
  for (const [source, message, code] of [
    [missing, `Cannot read the image ${missing}: There is no such file. Check the path,`, "ENOENT"],
    [url, `Cannot read the image ${url}: There is no such file. Check the path,`, "ENOENT"],
    [folder, `Cannot read the image ${folder}: It is a folder, not a file.`, "EISDIR"],
    [
      "file://elsewhere/a.jpg",
      "Cannot read the image file://elsewhere/a.jpg: The URL names no file here: ",
      "ERR_INVALID_FILE_URL_HOST",
    ],
    [
      "http://[/a.jpg",
      "Cannot read the image http://[/a.jpg: It could not be fetched. Check",
      "ERR_INVALID_URL",
    ],
    [tooMany, `Cannot read the image ${tooMany.slice(0, 57)}…: It is no image of a known format.`, undefined],
  ] as const) {
    const error: Error = await imread(source)
      .tensor()
      .then(
        () => expect.unreachable(),
        (thrown) => thrown,
      );
    expect(error.message.startsWith(message), error.message).toBe(true);
    expect(error).toMatchObject({ name: "ImageError" });
    if (code === undefined) expect("cause" in error).toBe(false);
    else expect(error.cause).toMatchObject({ code });
  }
});

describe.runIf(process.platform === "linux")("a path that leads to no file", () => {
  it("a named pipe that nobody writes to", async () => {
    const path = fresh();
    execFileSync("mkfifo", [path]);
    expect(await problem(path)).toBe(`Cannot read the image ${path}: It is a named pipe, not a file.`);
  });

  it("a named pipe with an image in it, the writer still there or gone", async () => {
    const path = fresh();
    execFileSync("mkfifo", [path]);
    const writer = fs.openSync(path, "r+");
    fs.writeSync(writer, await red.clone().jpeg().toBuffer());
    expect(await problem(path)).toMatch(/a named pipe/);
    const reader = fs.openSync(path, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK);
    fs.closeSync(writer);
    expect(await problem(path)).toMatch(/a named pipe/);
    fs.closeSync(reader);
  });

  it.each([
    ["/dev/zero", /a device/],
    ["/dev/urandom", /a device/],
    ["/dev/null", /a device/],
    ["/dev", /a folder/],
  ])("%s", async (target, says) => {
    const path = fresh();
    fs.symlinkSync(target, path);
    expect(await problem(path)).toMatch(says);
  });

  it("a socket", async () => {
    const path = fresh();
    const server = createSocket();
    await new Promise<void>((resolve) => server.listen(path, resolve));
    expect(await problem(path)).toMatch(/a socket/);
    await new Promise((resolve) => server.close(resolve));
  });

  it("leaves no descriptor open", async () => {
    const before = fs.readdirSync("/proc/self/fd").length;
    for (const path of ["/dev/zero", "/dev/null", folder]) for (let i = 0; i < 5; i++) await problem(path);
    expect(fs.readdirSync("/proc/self/fd").length).toBe(before);
  });

  it("a file without a size is read to its end", async () => {
    expect(await problem("/proc/version")).toMatch(/no image of a known format/);
  });
});

it("a file larger than the shared memory, of any length around it, is read whole", async () => {
  for (const length of [2 ** 20 - 1, 2 ** 20, 2 ** 20 + 1, 2 ** 21 + 7]) {
    const path = fresh();
    const image = await red.clone().png().toBuffer();
    const bytes = Buffer.alloc(length);
    image.copy(bytes);
    fs.writeFileSync(path, bytes);
    expect((await imread(path).tensor()).shape).toEqual([16, 16, 3]);
  }
});

it("a file that is cut while it is read is truncated", async () => {
  const path = fresh();
  fs.writeFileSync(path, (await red.clone().jpeg().toBuffer()).subarray(0, 200));
  expect(await problem(path)).toMatch(/truncated/);
});

const svg =
  '<svg xmlns="http://www.w3.org/2000/svg" width="20" height="20"><rect width="9" height="9"/></svg>';

describe("what holds no pixels is not rendered", () => {
  it.each([
    ["SVG", svg],
    ["with a declaration", `<?xml version="1.0" encoding="UTF-8"?>\n${svg}`],
    ["with a byte order mark", `\ufeff${svg}`],
    ["with white space", `\n\t  ${svg}`],
    ["with comments", `<!-- a cat -->\n<!-- > -->${svg}`],
    ["with a document type", `<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "svg11.dtd">${svg}`],
    ["in capitals", svg.replaceAll("svg", "SVG")],
    ["with a prefix", '<s:svg xmlns:s="http://www.w3.org/2000/svg" width="9" height="9"/>'],
    ["in UTF-16", Buffer.from(`\ufeff${svg}`, "utf16le")],
    ["in UTF-16, without a mark", Buffer.from(svg, "utf16le")],
  ])("%s", async (_, content) => {
    expect(await problem(Buffer.from(content))).toMatch(
      /It is an SVG drawing, which is not decoded\. Convert/,
    );
    const path = fresh();
    fs.writeFileSync(path, content);
    expect(await problem(path)).toMatch(/an SVG drawing/);
  });

  it.each([
    ["compressed SVG", gzipSync(svg), /gzip/],
    ["SVG behind a long comment", `<!--${"x".repeat(10_000)}-->${svg}`, /a text \(XML\)/],
    ["SVG behind other text", `x ${svg}`, /no image of a known format/],
    ["PDF", "%PDF-1.7\n", /a PDF document/],
    ["PostScript", "%!PS-Adobe-3.0", /PostScript/],
    ["a script of ImageMagick", "push graphic-context\nviewbox 0 0 9 9\n", /no image of a known format/],
    ["a web page", "<!DOCTYPE html><html></html>", /a web page/],
    ["BMP", "BM\0\0\0\0", /a BMP image/],
    ["ICO", "\0\0\x01\0\x01\0", /ICO/],
    ["a cursor", "\0\0\x02\0\x01\0\x20\x20\0\0\0\0\0\0\0\0\0\0\0\0", /ICO/],
    ["TGA without an end", "\0\0\x02\0\0\0\0\0\0\0\0\0\x03\0\x02\0\x18\0", /a TGA image/],
    ["TGA with a palette", "\0\x01\x09\0\0\x10\0\x18\0\0\0\0\x03\0\x02\0\x08\0", /a TGA image/],
    ["a short text", "hello", /no image of a known format/],
    ["nothing", "", /empty/],
  ])("%s is called by its name", async (_, content, says) => {
    const message = await problem(Buffer.from(content as string));
    expect(message).toMatch(says);
    expect(message).not.toMatch(/damaged/);
  });

  it.each(["png", "webp", "gif", "tiff", "avif", "jpeg"] as const)("%s is decoded", async (format) => {
    const bytes = await red.clone().toFormat(format).toBuffer();
    expect((await imread(bytes).tensor()).shape).toEqual([16, 16, 3]);
  });

  it("a format that this sharp lacks is not called damaged", async () => {
    const heic = Buffer.from("\0\0\0\x18ftypheic\0\0\0\0mif1heic\0\0\0\x08meta", "latin1");
    const message = await problem(heic);
    expect(message).toMatch(/a HEIC image, which few builds of sharp decode/);
    expect(message).not.toMatch(/damaged/);
  });
});

it("bytes that are the path of a file are told from the bytes in it", async () => {
  const path = Buffer.concat([Buffer.from(`${folder}/`), Buffer.from([0xe9]), Buffer.from(".jpg")]);
  fs.writeFileSync(path, await red.clone().jpeg().toBuffer());
  expect(await problem(path)).toMatch(/known format.*The bytes are the path of a file.*readFileSync\(path\)/);
  expect((await imread(fs.readFileSync(path)).tensor()).shape).toEqual([16, 16, 3]);
});

describe("a download", () => {
  it("is refused by the length that is announced, before it is read", async () => {
    const server = createServer((_, response) => {
      response.writeHead(200, { "content-length": String(3 * 2 ** 30) });
      response.write("GIF89a");
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as { port: number };
    expect(await problem(`http://127.0.0.1:${port}/`)).toMatch(/download is larger than 1 GiB/);
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  it("that breaks off is told as such", async () => {
    const server = createServer((_, response) => {
      response.writeHead(200, { "content-length": "1000" });
      response.write("GIF89a");
      setImmediate(() => response.destroy());
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as { port: number };
    expect(await problem(`http://127.0.0.1:${port}/`)).toMatch(/could not be fetched|broke off/);
    await new Promise((resolve) => server.close(resolve));
  });

  it("that is refused leaves the server's answer, though that does not end", async () => {
    let tell: (whole: boolean) => void;
    const closed = new Promise<boolean>((resolve) => {
      tell = resolve;
    });
    const server = createServer((_, response) => {
      response.once("close", () => tell(response.writableFinished));
      response.writeHead(404);
      response.write("x");
      // For whoever still listens.
      setTimeout(() => response.end("y"), 4000).unref();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as { port: number };
    expect(await problem(`http://127.0.0.1:${port}/`)).toMatch(/404/);
    expect(await closed).toBe(false);
    await new Promise((resolve) => server.close(resolve));
  });
});
