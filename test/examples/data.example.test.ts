/** The code of the page "Your data" runs, on small files of the names that it has. */
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { crc32 } from "node:zlib";
import { type Sequence, tensor } from "epochal";
import sharp from "sharp";
import { afterAll, beforeAll, expect, it } from "vitest";
import { examples, shards } from "../../examples/data/archives.ts";
import { cifar10, mnist, saved } from "../../examples/data/arrays.ts";
import { photos as tabled } from "../../examples/data/arrow.ts";
import { chosen } from "../../examples/data/browser.ts";
import { photos as cached } from "../../examples/data/decode-once.ts";
import { captions, flowers, folds } from "../../examples/data/folders.ts";
import { photos as grouped, reviews as ofHub } from "../../examples/data/parquet.ts";
import { forecast } from "../../examples/data/series.ts";
import { far, kept } from "../../examples/data/servers.ts";
import { houses } from "../../examples/data/tables.ts";
import { chat, reviews } from "../../examples/data/texts.ts";
import { ranges } from "../bytes/server.ts";
import { pack } from "../data/tar/pack.ts";

const root = mkdtempSync(join(tmpdir(), "epochal-page-"));
const before = process.cwd();
afterAll(() => {
  process.chdir(before);
  rmSync(root, { recursive: true });
});

const fixture = (name: string) => fileURLToPath(new URL(`../fixtures/data/${name}`, import.meta.url));
let jpeg: Uint8Array;

function write(path: string, content: string | Uint8Array): void {
  mkdirSync(join(root, dirname(path)), { recursive: true });
  writeFileSync(join(root, path), content);
}

/** Bytes of numbers as numpy saves them. */
function npy(type: string, shape: string, data: Uint8Array): Uint8Array {
  const dict = `{'descr': '${type}', 'fortran_order': False, 'shape': (${shape}), }`;
  const header = `${dict.padEnd(128 - 10 - 1)}\n`;
  return Buffer.concat([
    Buffer.from("\x93NUMPY\x01\x00", "latin1"),
    Buffer.of(header.length, 0),
    Buffer.from(header),
    data,
  ]);
}

/** Bytes of a zip archive whose members are stored as they are. */
function zipped(members: Readonly<Record<string, Uint8Array>>): Uint8Array {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const [name, data] of Object.entries(members)) {
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt32LE(crc32(data), 10);
    common.writeUInt32LE(data.length, 14);
    common.writeUInt32LE(data.length, 18);
    common.writeUInt16LE(name.length, 22);
    const head = Buffer.concat([Buffer.from("PK\x03\x04"), common, Buffer.from(name), data]);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(at, 10);
    directory.push(Buffer.concat([Buffer.from("PK\x01\x02\x14\x00"), common, rest, Buffer.from(name)]));
    parts.push(head);
    at += head.length;
  }
  const end = Buffer.alloc(22);
  end.write("PK\x05\x06");
  end.writeUInt16LE(parts.length, 8);
  end.writeUInt16LE(parts.length, 10);
  end.writeUInt32LE(Buffer.concat(directory).length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...parts, ...directory, end]);
}

/** The first batch or sample, and what it has: dtype and shape of tensors, other values as they are. */
async function first(sequence: Sequence<unknown>): Promise<unknown> {
  return shown(await sequence.at(0));
}

function shown(value: unknown): unknown {
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return value;
  if ("dtype" in value && "shape" in value) return `${value.dtype} [${value.shape}]`;
  if (Array.isArray(value)) return typeof value[0] === "string" ? value.length : value.map(shown);
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, shown(each)]));
}

beforeAll(async () => {
  jpeg = await sharp({ create: { width: 8, height: 6, channels: 3, background: "red" } })
    .jpeg()
    .toBuffer();
  process.chdir(root);
  process.env.XDG_CACHE_HOME = join(root, "cache");
});

it("folders", async () => {
  for (const path of ["train/daisy/1", "train/rose/2", "test/rose/3"]) write(`flowers/${path}.jpg`, jpeg);
  const { train, test } = await flowers();
  expect([await first(train), await first(test)]).toEqual([
    { image: "uint8 [2,6,8,3]", label: "int32 [2]" },
    { image: "uint8 [1,6,8,3]", label: "int32 [1]" },
  ]);
  write("captions/metadata.csv", 'file_name,caption,stars\n1.jpg,"A rose, red.",\n');
  write("captions/1.jpg", jpeg);
  expect(await first(await captions())).toEqual({
    image: "uint8 [6,8,3]",
    caption: "A rose, red.",
    stars: "float32 []",
  });
  for (let fold = 1; fold <= 5; fold++)
    write(`speakers/fold${fold}/${fold === 2 ? "bert" : "anna"}/1.wav`, "sound");
  const parts = await folds(2);
  expect([parts.train.length, parts.test.length]).toEqual([4, 1]);
  expect([...parts.train.labels!, ...parts.test.labels!]).toEqual([0, 0, 0, 0, 1]);
});

it("samples that are decoded once", async () => {
  for (const path of ["a/1", "b/2"]) write(`photos/${path}.jpg`, jpeg);
  const train = await cached();
  expect(await first(train)).toEqual(["float32 [2,200,200,3]", "int32 [2]"]);
});

it("tables and texts", async () => {
  write("houses.csv", "area,rooms,price,note\n50,2,1e5,\n70,3,2e5,x\n90,4,3e5,x\n90,4,3e5,x\n90,4,3e5,x\n");
  expect(await first(await houses())).toEqual(["float32 [4,2]", "float32 [4]"]);
  write("reviews/1.jsonl", '{"text":"A fine film.","stars":5}\n{"text":"None.","stars":1}');
  const { words, train } = await reviews();
  expect(words.tokens).toContain("film");
  expect(await first(train)).toEqual(["int32 [2,200]", "int32 [2]"]);
  write("chat/1.jsonl", '{"prompt":"Hello","answer":"Hello"}');
  expect(await first(await chat())).toEqual({ prompt: "Hello", answer: "Hello" });
  expect(await first(await chosen([new File(["a,b,y\n1,2,3\n"], "a.csv")]))).toEqual([
    "float32 [1,2]",
    "int32 [1]",
  ]);
});

it("arrays", async () => {
  const idx = (type: number, sizes: readonly number[]) =>
    Buffer.concat([
      Buffer.of(0, 0, type, sizes.length, ...sizes.flatMap((size) => [0, 0, 0, size])),
      new Uint8Array(sizes.reduce((all, size) => all * size, 1)),
    ]);
  write("train-images-idx3-ubyte", idx(8, [2, 28, 28]));
  write("train-labels-idx1-ubyte", idx(8, [2]));
  expect(await first(await mnist())).toEqual(["uint8 [2,28,28]", "int32 [2]"]);
  write("data_batch_1.bin", new Uint8Array(3073));
  expect(await first(await cifar10())).toEqual({ label: "uint8 []", image: "uint8 [3,32,32]" });
  write("x.npy", npy("<f8", "2, 3", new Uint8Array(48)));
  write("y.npy", npy("<i8", "2,", new Uint8Array(16)));
  const x = npy("<f4", "2, 3", new Uint8Array(24));
  write("data.npz", zipped({ "x_train.npy": x, "y_train.npy": npy("<i4", "2,", new Uint8Array(8)) }));
  const { rows, named } = await saved();
  expect([await first(rows), await first(named)]).toEqual([
    ["float32 [3]", "int32 []"],
    { x: "float32 [3]", y: "int32 []" },
  ]);
  const train = forecast(tensor(new Float32Array(60), { shape: [30, 2] }), tensor(new Float32Array(30)));
  expect(await first(train)).toEqual(["float32 [6,24,2]", "float32 [6]"]);
});

it("archives, Parquet and servers", async () => {
  const files: Record<string, Uint8Array> = {
    "/photos-001.tar": pack([
      ["2.jpg", jpeg],
      ["2.cls", "1"],
    ]),
    "/x.npy": npy("<f4", "2, 3", new Uint8Array(24)),
    "/private.csv": Buffer.from("x\n1\n"),
    "/imdb.parquet": readFileSync(fixture("parquet-zstd.parquet")),
  };
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const path = request.url!;
    asked.push(`${path} ${request.headers.authorization ?? ""}`);
    if (path === "/api/datasets/stanfordnlp/imdb/parquet/plain_text/train")
      return void response.end(JSON.stringify([`${host}/imdb.parquet`]));
    ranges(
      () => files[path]!,
      () => ({ etag: '"1"' }),
    )(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const host = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  try {
    write(
      "photos-000.tar",
      pack([
        ["1.png", await sharp(jpeg).png().toBuffer()],
        ["1.cls", "0\n"],
      ]),
    );
    const samples = await shards(host);
    expect([await first(samples), shown(await samples.at(1))]).toEqual(
      Array(2).fill({ image: "uint8 [6,8,3]", label: "int32 []" }),
    );
    copyFileSync(fixture("examples.tfrecord"), join(root, "train-0.tfrecord"));
    const records = await examples();
    const context = { index: 0, epoch: 0, seed: 0, signal: new AbortController().signal } as never;
    expect(shown(await records.getItem(0, context))).toMatchObject({ label: "int32 []", box: "float32 [4]" });
    const batch = await first(await ofHub(host));
    expect(batch).toEqual({ text: 32, label: "int32 [32]" });
    copyFileSync(fixture("parquet-images.parquet"), join(root, "images-0.parquet"));
    expect(await first(await grouped())).toEqual([
      expect.stringMatching(/^float32 \[\d+,224,224,3\]$/),
      expect.any(String),
    ]);
    mkdirSync(join(root, "cache"), { recursive: true });
    copyFileSync(fixture("arrow-images.arrow"), join(root, "cache/images.arrow"));
    expect(await first(await tabled())).toEqual({ image: "uint8 [7,2,2,3]", label: "int32 [7]" });
    process.env.TOKEN = "secret";
    const { open, closed } = await far(host);
    expect([await first(open), await first(closed)]).toEqual(["float32 [3]", { x: "float32 []" }]);
    expect(await first(await kept(host))).toEqual("float32 [3]");
    expect(existsSync(join(root, ".cache/http"))).toBe(true);
    expect(asked).toContain("/private.csv Bearer secret");
    expect(asked.filter((path) => path.startsWith("/x.npy")).every((path) => path.endsWith(" "))).toBe(true);
  } finally {
    delete process.env.TOKEN;
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});
