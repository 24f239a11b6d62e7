import { deflateSync } from "node:zlib";
import fc from "fast-check";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { crop, imread, resize } from "../../../src/image/index.ts";
import { Place } from "../../../src/image/kernel/assembly/layout.ts";
import { Kernel } from "../../../src/image/kernel/kernel.ts";
import { pngFunctions } from "../../../src/image/kernel/png.ts";
import type { WantedTable } from "../../../src/image/kernel/table.ts";
import { threadKernel } from "../../../src/image/kernel/thread.ts";

/** A table of `size` bytes, all of them `fill`. */
function table(fill: number, size: number): WantedTable {
  const bytes = new Uint8Array(size).fill(fill);
  const made = { bytes, length: 1, pairs: 1, step: size, from: 0, to: 1, inside: [0, 1] } as const;
  return { key: `${fill} ${size}`, make: () => made };
}

describe("resampling tables", () => {
  it("of an image lie whole in memory, apart from each other and from what is its own, whatever came before", () => {
    // Up to 1.5 MB each, of which there is room for 4 MB: most images drop what is there, and some are too big alone.
    const tables = fc.array(
      fc.tuple(fc.integer({ min: 1, max: 6 }), fc.constantFrom(64, 1000, 700_000, 1_500_000)),
      { minLength: 1, maxLength: 6 },
    );
    fc.assert(
      fc.property(fc.array(tables, { maxLength: 12 }), (images) => {
        const kernel = new Kernel();
        for (const image of images) {
          const placed = kernel.place(image.map(([fill, size]) => table(fill, size)));
          kernel.bytes.fill(255, kernel.room().end);
          for (const [i, { at, bytes }] of placed.entries()) {
            expect(at).toBeGreaterThanOrEqual(Place.tables);
            expect(Buffer.compare(kernel.bytes.subarray(at, at + bytes.length), bytes)).toBe(0);
            expect(bytes.length).toBe(image[i]![1]);
          }
        }
      }),
      { numRuns: 40 },
    );
  });

  it("are the same object as long as they are there", () => {
    const kernel = new Kernel();
    const [first, again] = kernel.place([table(1, 100), table(1, 100)]);
    expect(again).toBe(first);
    const before = kernel.tables;
    expect(kernel.place([table(1, 100)])).toEqual([first]);
    expect(kernel.tables).toBe(before);
    kernel.place([table(2, 4 << 20)]);
    expect(kernel.tables).not.toBe(before);
  });

  it("wanted twice by one image take room once", () => {
    const kernel = new Kernel();
    kernel.place([table(1, 100)]);
    const { tables } = kernel;
    const { end } = kernel.room();
    const [first, again] = kernel.place([table(2, 3 << 20), table(2, 3 << 20)]);
    expect(again).toBe(first);
    expect(kernel.tables).toBe(tables);
    expect(kernel.room().end).toBe(end);
    // Nor where the others had to go for them.
    kernel.place([table(3, 3 << 20), table(3, 3 << 20)]);
    expect(kernel.tables).not.toBe(tables);
    expect(kernel.room().end).toBe(end);
  });

  it("wanted once leave those that are kept as they are, and what follows takes their room", () => {
    const kernel = new Kernel();
    const [kept] = kernel.place([table(1, 100)]);
    const { tables } = kernel;
    const { end } = kernel.room();
    for (let fill = 2; fill < 12; fill++) {
      const [first, second] = kernel.place([table(fill, 1 << 20), table(fill, 100)], true);
      for (const { at, bytes } of [kept!, first!, second!])
        expect(Buffer.compare(kernel.bytes.subarray(at, at + bytes.length), bytes)).toBe(0);
    }
    expect(kernel.tables).toBe(tables);
    expect(kernel.room().end).toBe(end);
    const [next] = kernel.place([table(2, 100)]);
    expect(next!.at).toBeGreaterThan(kept!.at);
    expect(kernel.place([table(1, 100), table(2, 100)])).toEqual([kept, next]);
  });

  it("for which there is no memory are an error, after which the kernel goes on as before", () => {
    const kernel = new Kernel();
    kernel.place([table(1, 100)]);
    const { end } = kernel.room();
    const { length } = kernel.bytes;
    // 65 times 64 MB, in one array: more than the 4 GB that a WebAssembly memory can have.
    const bytes = new Uint8Array(64 << 20);
    const endless = Array.from({ length: 65 }, (_, i) => ({
      ...table(i, 0),
      make: () => ({ ...table(i, 0).make(), bytes }),
    }));
    for (let tries = 0; tries < 2; tries++) {
      const place = () => kernel.place(endless);
      expect(place).toThrow(/^There is no memory for an image that needs 43\d{8} bytes\.$/);
      expect(place).toThrow(expect.objectContaining({ name: "ImageError", cause: expect.any(RangeError) }));
      expect([kernel.bytes.length, kernel.room().end]).toEqual([length, end]);
      const wanted = [table(1, 100), table(2, 2 << 20), table(3, 1 << 20)];
      for (const [i, { at, bytes }] of kernel.place(wanted).entries()) {
        expect(at + bytes.length).toBeLessThanOrEqual(end);
        expect(Buffer.compare(kernel.bytes.subarray(at, at + bytes.length), wanted[i]!.make().bytes)).toBe(0);
      }
    }
  });
});

describe("inflating", () => {
  it("reads and writes nothing beyond its room, whatever the data are", () => {
    const kernel = new Kernel();
    const functions = pngFunctions(kernel);
    const places = fc.array(fc.tuple(fc.nat(300), fc.nat(255)), { maxLength: 6 });
    const text = fc.array(fc.nat(7), { maxLength: 400 });
    let sound = 0;
    const run = (data: Uint8Array, size: number) => {
      // The data end, but for the zeros behind them, where the memory ends.
      const end = kernel.bytes.length - 1024;
      const start = kernel.room().end;
      kernel.bytes.fill(1, start, end).fill(0, end);
      kernel.bytes.set(data, end - data.length);
      const status = functions.inflate(end - data.length, end, start + 64, start + 64 + size);
      expect(kernel.bytes.subarray(start, start + 64).every((byte) => byte === 1)).toBe(true);
      expect(kernel.bytes.subarray(start + size + 576, end - data.length).every((byte) => byte === 1)).toBe(
        true,
      );
      if (status === 0) sound++;
    };
    kernel.reserve(kernel.room().end + 8192);
    fc.assert(
      fc.property(
        text,
        places,
        fc.nat(400),
        fc.boolean(),
        fc.nat(2000),
        (bytes, changes, length, cut, size) => {
          const data = Uint8Array.from(deflateSync(Uint8Array.from(bytes)));
          for (const [at, value] of changes) if (at > 1 && at < data.length) data[at] = value;
          run(cut ? data.subarray(0, length) : data, size);
        },
      ),
      { numRuns: 1500 },
    );
    // Says that 316 lengths of codes follow, of four or five bits each; nothing does.
    const numbers = [
      [1, 1],
      [2, 2],
      [29, 5],
      [29, 5],
      [15, 4],
      ...Array.from({ length: 19 }, (_, i) => [i < 13 ? 4 : 5, 3]),
    ];
    const bits = numbers.flatMap(([value, length]) =>
      Array.from({ length: length! }, (_, bit) => (value! >> bit) & 1),
    );
    const bytes = Array.from({ length: Math.ceil(bits.length / 8) }, (_, i) =>
      bits.slice(8 * i, 8 * i + 8).reduce((byte, bit, k) => byte + (bit << k), 0),
    );
    run(Uint8Array.of(0x78, 0x9c, ...bytes), 1000);
    expect(sound).toBeGreaterThan(10);
  });
});

describe("a JPEG", () => {
  const drawn = async (height: number, width: number): Promise<Uint8Array> =>
    sharp(
      Uint8Array.from({ length: height * width * 3 }, (_, i) => 128 + 99 * Math.sin(i / 7)),
      { raw: { width, height, channels: 3 } },
    )
      .jpeg()
      .toBuffer();

  it("has the same pixels after one that is larger than a kernel is kept for", async () => {
    const small = resize(imread(await drawn(40, 50)), [33, 22]);
    const expected = await small.tensor();
    // 64 MB of luma and half as much of chroma.
    const background = { r: 200, g: 30, b: 40 };
    const large = sharp({ create: { width: 8000, height: 8000, channels: 3, background } });
    const image = await resize(imread(await large.jpeg().toBuffer()), [10, 10], { dtype: "uint8" }).tensor();
    expect([...image.data.subarray(0, 3)].every((value, c) => Math.abs(value - [200, 30, 40][c]!) < 4)).toBe(
      true,
    );
    expect(await small.tensor()).toEqual(expected);
  });

  it("has the same pixels after so many others that its tables are gone", async () => {
    const small = resize(imread(await drawn(40, 50)), [33, 22]);
    const expected = await small.tensor();
    const other = imread(await drawn(600, 700));
    const { tables } = threadKernel();
    for (let i = 0; i < 60; i++) {
      await resize(crop(other, [500, 600 + (i % 40)], { top: i, left: i }), [2000, 1500]).tensor();
      if (i % 10 === 0) expect(await small.tensor()).toEqual(expected);
    }
    expect(threadKernel().tables).not.toBe(tables);
    expect(await small.tensor()).toEqual(expected);
  });
});
