import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, expect, it } from "vitest";
import { channelFindings } from "../../src/check/channels.ts";
import { runCheck } from "../../src/check/check.ts";
import { leavesOf } from "../../src/check/leaves.ts";
import { Sequence } from "../../src/sequence/sequence.ts";
import { tensor } from "../../src/tensor/tensor.ts";

const folder = mkdtempSync(join(tmpdir(), "epochal-channels-"));
afterAll(() => rmSync(folder, { recursive: true }));

const side = 24;
const pictures = 4;

/** A smooth picture, coloured or grey. */
const paint = (k: number, colour: boolean): Uint8Array =>
  Uint8Array.from({ length: side * side * 3 }, (_, i) => {
    const [pixel, channel] = [Math.floor(i / 3), colour ? i % 3 : 0];
    const [x, y] = [pixel % side, Math.floor(pixel / side)];
    return Math.round(127 + 60 * Math.sin(x / (4 + k) + channel) + 50 * Math.cos(y / (3 + channel) + k));
  });

async function save(name: string, colour: boolean) {
  const raw = Array.from({ length: pictures }, (_, k) => paint(k, colour));
  const files = raw.map((_, k) => join(folder, `${name}-${k}.png`));
  for (const [k, file] of files.entries())
    await sharp(raw[k]!, { raw: { width: side, height: side, channels: 3 } })
      .png()
      .toFile(file);
  return { raw, files };
}

const coloured = await save("coloured", true);
const grey = await save("grey", false);

/** Pictures of files, read by another decoder than ours. */
class Read extends Sequence<unknown> {
  readonly length = 1;
  readonly samples: readonly { readonly label: string; readonly file: string }[];
  readonly #raw: readonly Uint8Array[];
  readonly #change: (pixels: Uint8Array, at: number) => number;
  constructor({ raw, files }: typeof coloured, change: (pixels: Uint8Array, at: number) => number) {
    super();
    this.samples = files.map((file) => ({ label: "a", file }));
    this.#raw = raw;
    this.#change = change;
  }
  getItem(): unknown {
    const values = this.#raw.flatMap((pixels) => Array.from(pixels, (_, at) => this.#change(pixels, at)));
    return [tensor(values, { shape: [pictures, side, side, 3] })];
  }
}

const find = async (sequence: Read) => channelFindings(sequence, leavesOf(await sequence.at(0)));
const swap = (at: number): number => at - (at % 3) + (2 - (at % 3));

it("proves red and blue exchanged by the files, whatever was taken off and divided by", async () => {
  const scaled = new Read(
    coloured,
    (pixels, at) => (pixels[swap(at)]! / 255 - [0.4, 0.5, 0.3][at % 3]!) / 0.2,
  );
  const { findings } = await runCheck(scaled, { workers: [] });
  expect(findings).toEqual([
    expect.objectContaining({
      check: "channels",
      path: "[0]",
      index: 0,
      element: [0],
      message: expect.stringContaining(
        `picture 0 of batch 0 is ${coloured.files[0]} with red and blue exchanged`,
      ),
    }),
  ]);
});

it.each<[string, Read]>([
  ["right ones", new Read(coloured, (pixels, at) => pixels[at]!)],
  ["grey ones", new Read(grey, (pixels, at) => pixels[swap(at)]!)],
  ["other pictures than the files'", new Read(coloured, (pixels, at) => pixels[pixels.length - 1 - at]!)],
])("says nothing of %s", async (_, sequence) => {
  expect(await find(sequence)).toEqual([]);
});
