/** Each example trains on data that are made here, and learns what it should. */
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRandom } from "epochal";
import { afterAll, expect, it } from "vitest";
import { drawImages } from "../../examples/demo/draw.ts";
import { pack } from "../data/tar/pack.ts";
import { type Ended, runExample } from "./run.ts";

const root = mkdtempSync(join(tmpdir(), "epochal-training-"));
afterAll(() => rmSync(root, { recursive: true }));

/** The last value of a metric; throws unless the example ended well, and said nothing but what training says. */
function lastOf({ code, stdout, stderr }: Ended, metric: string, epochs: number): number {
  // TensorFlow.js advertises its native package on standard error.
  expect(stderr.replace(/^=+\nHi, looks like.*\n=+\n/gm, "").trim()).toBe("");
  expect(code).toBe(0);
  const values = [...stdout.matchAll(new RegExp(`^Epoch \\d+/${epochs} .* ${metric}: ([\\d.e-]+)`, "gm"))];
  expect(values).toHaveLength(epochs);
  return Number(values.at(-1)![1]);
}

/** Ten digits of seven segments each: top, upper left and right, middle, lower left and right, bottom. */
const segments = [
  "1110111",
  "0010010",
  "1011101",
  "1011011",
  "0111010",
  "1101011",
  "1101111",
  "1010010",
  "1111111",
  "1111011",
];
/** Each segment's left, top, width and height. */
const bars = [
  ...[
    [8, 4, 11, 3],
    [6, 5, 3, 9],
    [18, 5, 3, 9],
  ],
  ...[
    [8, 12, 11, 3],
    [6, 13, 3, 9],
    [18, 13, 3, 9],
    [8, 20, 11, 3],
  ],
] as const;

/** Files as MNIST's: digits drawn of segments, moved about, with noise. */
function writeDigits(folder: string, part: string, count: number, seed: number): void {
  const random = createRandom(seed);
  const images = new Uint8Array(16 + count * 784);
  const labels = new Uint8Array(8 + count);
  new DataView(images.buffer).setUint32(0, 0x803);
  new DataView(labels.buffer).setUint32(0, 0x801);
  [count, 28, 28].forEach((size, i) => {
    new DataView(images.buffer).setUint32(4 + 4 * i, size);
  });
  new DataView(labels.buffer).setUint32(4, count);
  for (let i = 0; i < count; i++) {
    labels[8 + i] = i % 10;
    const pixels = images.subarray(16 + 784 * i, 16 + 784 * (i + 1));
    for (let at = 0; at < 784; at++) pixels[at] = random.uniform() * 90;
    const [right, down] = [Math.floor(random.uniform() * 5) - 2, Math.floor(random.uniform() * 5) - 2];
    bars.forEach(([left, top, width, height], bar) => {
      if (segments[i % 10]![bar] === "0") return;
      for (let y = top + down; y < top + down + height; y++)
        for (let x = left + right; x < left + right + width; x++)
          pixels[28 * y + x] = 120 + random.uniform() * 135;
    });
  }
  writeFileSync(join(folder, `${part}-images-idx3-ubyte`), images);
  writeFileSync(join(folder, `${part}-labels-idx1-ubyte`), labels);
}

it("examples/training/digits learns digits from MNIST's files", async () => {
  writeDigits(root, "train", 1500, 1);
  writeDigits(root, "t10k", 300, 2);
  const ended = await runExample("training/digits.ts", [root]);
  expect(lastOf(ended, "val_acc", 5)).toBeGreaterThan(0.95);
  expect(ended.stdout).toContain("1500 digits to train, 300 to test\n");
});

it("examples/training/table learns prices from a table, by inputs with names", async () => {
  const random = createRandom(3);
  const worth: Readonly<Record<string, number>> = {
    "Old Town": 3,
    "Harbour, East": 2,
    'The "Hill"': 4,
    Mill: 1,
  };
  const lines = Array.from({ length: 600 }, () => {
    const [area, rooms] = [30 + Math.floor(random.uniform() * 120), 1 + Math.floor(random.uniform() * 5)];
    const [district, factor] = Object.entries(worth)[Math.floor(random.uniform() * 4)]!;
    const price = area * factor * 1000 + rooms * 5000 + random.uniform() * 10000;
    return `${area},"${district.replaceAll('"', '""')}",${rooms},${price.toFixed(2)}`;
  });
  const file = join(root, "houses.csv");
  writeFileSync(file, ["area,district,rooms,price", ...lines, ""].join("\r\n"));
  const ended = await runExample("training/table.ts", [file]);
  expect(lastOf(ended, "val_loss", 15)).toBeLessThan(0.05);
  expect(ended.stdout).toContain("480 houses to train, 120 to test\n");
});

/** Shapes that a small network tells apart; by guessing it would be right about every fourth. */
const shapes = ["checkers", "circle", "columns", "rows"];

it("examples/training/shards learns shapes from WebDataset shards", async () => {
  const drawn = await drawImages(3, { train: 150, test: 25 });
  const members = shapes.flatMap((name, label) =>
    readdirSync(join(drawn, "train", name)).flatMap((file): (readonly [string, string | Uint8Array])[] => {
      const key = `${file.replace(".jpg", "")}-${name}`;
      return [
        [`${key}.cls`, `${label}\n`],
        [`${key}.jpg`, readFileSync(join(drawn, "train", name, file))],
      ];
    }),
  );
  const shards = [0, 1, 2].map((shard) => join(root, `shapes-00${shard}.tar`));
  for (const [i, shard] of shards.entries())
    writeFileSync(shard, pack(members.filter((_, member) => Math.floor(member / 2) % 3 === i)));
  const ended = await runExample("training/shards.ts", shards);
  expect(lastOf(ended, "val_acc", 10)).toBeGreaterThan(0.7);
  expect(ended.stdout).toContain("480 images to train, 120 to test, of 3 shards\n");
});

it("examples/training/folder learns shapes from a folder with a split", async () => {
  const drawn = await drawImages(3, { train: 150, test: 25 });
  const images = join(root, "images");
  for (const part of ["train", "test"])
    for (const name of shapes) {
      mkdirSync(join(images, part), { recursive: true });
      cpSync(join(drawn, part, name), join(images, part, name), { recursive: true });
    }
  const ended = await runExample("training/folder.ts", [images]);
  expect(lastOf(ended, "val_acc", 10)).toBeGreaterThan(0.7);
  expect(ended.stdout).toContain("600 images to train, 100 to test: checkers, circle, columns, rows\n");
});
