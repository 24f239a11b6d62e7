/** Every kind of JPEG that is Huffman-coded with 8 bits a sample, held against libjpeg-turbo, which sharp decodes by. */
import fc from "fast-check";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { type Channels, imread } from "../../../src/image/index.ts";
import type { Tensor } from "../../../src/tensor/tensor.ts";
import {
  adobeSegment,
  exifSegment,
  type JpegPlan,
  jfifSegment,
  type PlannedComponent,
  type PlannedScan,
  progressiveScans,
  sequentialScans,
  writeJpeg,
} from "../jpeg-writer.ts";

/** A smooth picture with some detail: value `c` at a place. */
const drawn = (c: number) => (y: number, x: number) =>
  128 + 60 * Math.sin(x * (7 + 3 * c)) * Math.cos(y * (9 - 2 * c)) + 20 * Math.sin(40 * x * y + c);

/** Components with these sampling factors. */
function sampled(...factors: readonly (readonly [h: number, v: number])[]): PlannedComponent[] {
  return factors.map(([h, v], i) => ({ id: i + 1, h, v, at: drawn(i) }));
}

const plain: JpegPlan = {
  height: 45,
  width: 70,
  components: sampled([2, 2], [1, 1], [1, 1]),
  scans: sequentialScans(3, true),
  progressive: false,
  restart: 0,
  quantiser: 6,
  skewed: false,
  fill: 0,
  late: false,
  segments: [],
};

/** The pixels by libjpeg-turbo, upright if `orient`. */
async function byLibjpeg(bytes: Uint8Array, orient = true): Promise<Tensor<"uint8">> {
  const image = orient ? sharp(bytes).autoOrient() : sharp(bytes);
  const { data, info } = await image.raw().toBuffer({ resolveWithObject: true });
  return { data: Uint8Array.from(data), shape: [info.height, info.width, info.channels], dtype: "uint8" };
}

function worst(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length);
  let most = 0;
  for (let i = 0; i < a.length; i++) most = Math.max(most, Math.abs(a[i]! - b[i]!));
  return most;
}

const read = (bytes: Uint8Array, channels: Channels = 3) => imread(bytes, { channels }).tensor();

/** Any order of scans that is allowed: bits from the top, each band of each component by itself. */
const anyScans = (count: number): fc.Arbitrary<PlannedScan[]> =>
  fc
    .record({
      together: fc.boolean(),
      low: fc.nat(2),
      cuts: fc.array(
        fc.record({ part: fc.nat(count - 1), last: fc.integer({ min: 1, max: 62 }), low: fc.nat(3) }),
        { maxLength: 3 },
      ),
      order: fc.infiniteStream(fc.nat(1000)),
    })
    .map(({ together, low, cuts, order }) => {
      const parts = Array.from({ length: count }, (_, i) => i);
      /** The first and the further scans of one band, which must keep their order. */
      const refined = (scan: Pick<PlannedScan, "parts" | "first" | "last">, bits: number): PlannedScan[] =>
        Array.from({ length: bits + 1 }, (_, i) => ({ ...scan, low: bits - i, refines: i > 0 }));
      const dc = together
        ? refined({ parts, first: 0, last: 0 }, low)
        : parts.flatMap((part) => refined({ parts: [part], first: 0, last: 0 }, low));
      const queues = parts.flatMap((part) => {
        const own = cuts.filter((cut) => cut.part === part).sort((a, b) => a.last - b.last);
        const ends = [...new Set([...own.map(({ last }) => last), 63])];
        return ends.map((last, i) =>
          refined({ parts: [part], first: i === 0 ? 1 : ends[i - 1]! + 1, last }, own[0]?.low ?? 1),
        );
      });
      const scans = [...dc];
      while (queues.length > 0) {
        const i = order.next().value! % queues.length;
        scans.push(queues[i]!.shift()!);
        if (queues[i]!.length === 0) queues.splice(i, 1);
      }
      return scans;
    });

/** Factors that libjpeg takes: at most ten blocks a unit, and each a part of the most. */
const anyFactors = fc
  .constantFrom(1, 3)
  .chain((count) =>
    fc.array(fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 })), {
      minLength: count,
      maxLength: count,
    }),
  )
  .filter((factors) => {
    const [h, v] = [Math.max(...factors.map((f) => f[0])), Math.max(...factors.map((f) => f[1]))];
    const blocks = factors.reduce((sum, f) => sum + f[0] * f[1], 0);
    return blocks <= 10 && factors.every((f) => h % f[0] === 0 && v % f[1] === 0);
  });

const anyPlan: fc.Arbitrary<JpegPlan> = anyFactors.chain((factors) => {
  const count = factors.length;
  const components = sampled(...factors);
  return fc
    .record({
      height: fc.integer({ min: 1, max: 70 }),
      width: fc.integer({ min: 1, max: 70 }),
      kind: fc.oneof(
        fc
          .boolean()
          .map((interleaved) => ({ progressive: false, scans: sequentialScans(count, interleaved) })),
        anyScans(count).map((scans) => ({ progressive: true, scans })),
      ),
      restart: fc.constantFrom(0, 0, 1, 3, 9),
      quantiser: fc.constantFrom(3, 6, 20, 300),
      skewed: fc.boolean(),
      fill: fc.constantFrom(0, 0, 1, 3),
      rgb: fc.boolean(),
      marks: fc.constantFrom([], [jfifSegment()], [adobeSegment(0)], [adobeSegment(1)]),
      exif: fc.option(
        fc.record({ orientation: fc.integer({ min: 0, max: 9 }), little: fc.boolean(), long: fc.boolean() }),
      ),
    })
    .map(({ kind, rgb, marks, exif, ...rest }) => ({
      ...rest,
      ...kind,
      late: false,
      components: components.map((one, i) => ({ ...one, id: rgb ? [0x52, 0x47, 0x42][i]! : one.id })),
      segments: exif === null ? marks : [...marks, exifSegment(exif.orientation, exif)],
    }));
});

describe("the pixels of a JPEG", () => {
  it("of any sampling, scans, restarts, colours and orientation are libjpeg-turbo's", async () => {
    await fc.assert(
      fc.asyncProperty(anyPlan, async (plan) => {
        const bytes = writeJpeg(plan);
        const theirs = await byLibjpeg(bytes);
        const ours = await read(bytes, theirs.shape[2] as Channels);
        expect(ours.shape).toEqual(theirs.shape);
        expect(worst(ours.data, theirs.data)).toBeLessThanOrEqual(4);
      }),
      { numRuns: 150 },
    );
  });

  it("are the same however they are coded", async () => {
    const expected = await read(writeJpeg(plain));
    const same: Partial<JpegPlan>[] = [
      { restart: 1 },
      { restart: 2, fill: 3 },
      { skewed: true },
      { late: true },
      { late: true, restart: 5, scans: sequentialScans(3, false) },
      { scans: sequentialScans(3, false), restart: 4 },
      { scans: sequentialScans(3, false).reverse() },
      { progressive: true, scans: progressiveScans(3) },
      { progressive: true, scans: progressiveScans(3), restart: 3, fill: 1, skewed: true },
      { progressive: true, scans: progressiveScans(3), late: true },
    ];
    for (const other of same) expect(await read(writeJpeg({ ...plain, ...other }))).toEqual(expected);
  });

  it("of grey from colour are its luma, whatever else the file has", async () => {
    const progressive = { progressive: true, scans: progressiveScans(3) };
    const expected = await read(writeJpeg(plain), 1);
    for (const other of [{ scans: sequentialScans(3, false) }, progressive, { ...progressive, restart: 2 }])
      expect(await read(writeJpeg({ ...plain, ...other }), 1)).toEqual(expected);
    const turned = writeJpeg({ ...plain, ...progressive, segments: [exifSegment(6)] });
    expect((await read(turned, 1)).shape).toEqual([70, 45, 1]);
  });

  it("of components that are sampled by a half more than others are interpolated", async () => {
    // libjpeg does without; the picture is known, and smooth.
    const at = (c: number) => (y: number, x: number) => 128 + 50 * Math.sin(3 * x + c) * Math.cos(4 * y);
    const components = sampled([3, 2], [2, 1], [1, 2]).map((one, c) => ({ ...one, at: at(c) }));
    const { data, shape } = await read(writeJpeg({ ...plain, components, segments: [adobeSegment(0)] }));
    expect(shape).toEqual([45, 70, 3]);
    const expected = Array.from(data, (_, i) =>
      at(i % 3)((Math.floor(i / 210) + 0.5) / 45, ((Math.floor(i / 3) % 70) + 0.5) / 70),
    );
    expect(worst(data, expected)).toBeLessThanOrEqual(8);
  });

  it("of a file turned by a quarter are those of the same pixels turned", async () => {
    for (const progressive of [false, true]) {
      const scans = progressive ? progressiveScans(3) : sequentialScans(3, true);
      for (const factors of [
        [
          [2, 1],
          [1, 1],
          [1, 1],
        ],
        [
          [1, 4],
          [1, 2],
          [1, 1],
        ],
      ] as [number, number][][]) {
        for (let orientation = 1; orientation <= 8; orientation++) {
          const components = sampled(...factors);
          const segments = [exifSegment(orientation)];
          const bytes = writeJpeg({ ...plain, progressive, scans, components, segments });
          const theirs = await byLibjpeg(bytes);
          const ours = await read(bytes);
          expect(ours.shape).toEqual(theirs.shape);
          expect(worst(ours.data, theirs.data)).toBeLessThanOrEqual(4);
          const stored = await imread(bytes, { orient: false }).tensor();
          expect(worst(stored.data, (await byLibjpeg(bytes, false)).data)).toBeLessThanOrEqual(4);
        }
      }
    }
  });
});

describe("four components", () => {
  const components = sampled([1, 1], [1, 1], [1, 1], [1, 1]);
  /** Each plane by itself, as libjpeg decodes it. */
  const planes = () =>
    Promise.all(
      components.map(async ({ at }) => {
        const grey = { ...plain, components: [{ id: 1, h: 1, v: 1, at }], scans: sequentialScans(1, true) };
        const { data, shape } = await byLibjpeg(writeJpeg(grey));
        return data.filter((_, i) => i % shape[2]! === 0);
      }),
    );
  const clamped = (value: number) => Math.min(255, Math.max(0, value));

  it("are inks as Adobe stores them, with its mark or without, as for Pillow and OpenCV", async () => {
    const [cyan, magenta, yellow, black] = await planes();
    const expected = Array.from({ length: 45 * 70 * 3 }, (_, i) => {
      const ink = [cyan!, magenta!, yellow!][i % 3]!;
      return (ink[Math.floor(i / 3)]! * black![Math.floor(i / 3)]!) / 255;
    });
    for (const segments of [[], [adobeSegment(0)], [jfifSegment()]]) {
      for (const progressive of [false, true]) {
        const scans = progressive ? progressiveScans(4) : sequentialScans(4, true);
        const bytes = writeJpeg({ ...plain, components, scans, progressive, segments });
        const { data, shape } = await read(bytes);
        expect(shape).toEqual([45, 70, 3]);
        expect(worst(data, expected)).toBeLessThanOrEqual(4);
        const grey = await read(bytes, 1);
        const luma = (i: number) =>
          0.299 * data[3 * i]! + 0.587 * data[3 * i + 1]! + 0.114 * data[3 * i + 2]!;
        expect(
          worst(
            grey.data,
            Array.from(grey.data, (_, i) => luma(i)),
          ),
        ).toBeLessThanOrEqual(1);
      }
    }
  });

  it("are luma, chroma and black where Adobe's mark says so", async () => {
    const [luma, blue, red, black] = await planes();
    const expected = Array.from({ length: 45 * 70 * 3 }, (_, i) => {
      const at = Math.floor(i / 3);
      const [y, cb, cr] = [luma![at]!, blue![at]! - 128, red![at]! - 128];
      const light = [y + 1.402 * cr, y - 0.344136 * cb - 0.714136 * cr, y + 1.772 * cb][i % 3]!;
      return (clamped(255 - light) * black![at]!) / 255;
    });
    const bytes = writeJpeg({
      ...plain,
      components,
      scans: sequentialScans(4, true),
      segments: [adobeSegment(2)],
    });
    expect(worst((await read(bytes)).data, expected)).toBeLessThanOrEqual(5);
  });

  it("may be subsampled, and turned", async () => {
    const subsampled = sampled([2, 2], [1, 1], [1, 1], [2, 2]);
    const write = (segments: Uint8Array[]) =>
      read(writeJpeg({ ...plain, components: subsampled, scans: sequentialScans(4, true), segments }));
    const [upright, turned] = [await write([]), await write([exifSegment(5)])];
    expect(turned.shape).toEqual([70, 45, 3]);
    const transposed = Array.from(turned.data, (_, i) => {
      const [x, y, c] = [Math.floor(i / 135), Math.floor(i / 3) % 45, i % 3];
      return upright.data[(y * 70 + x) * 3 + c]!;
    });
    expect(worst(turned.data, transposed)).toBeLessThanOrEqual(2);
  });
});

describe("the orientation", () => {
  it.each([
    ["of the first Exif segment counts, whatever it is", [exifSegment(1), exifSegment(8)], false],
    ["counts as none where the first has none", [exifSegment(0), exifSegment(8)], false],
    ["may be a LONG", [exifSegment(6, { long: true })], true],
    ["may be a LONG, the lower byte first", [exifSegment(6, { long: true, little: true })], true],
    ["may be a SHORT, the lower byte first", [exifSegment(6, { little: true })], true],
    ["may stand behind JFIF's and Adobe's segments", [jfifSegment(), adobeSegment(1), exifSegment(7)], true],
  ] as const)("%s", async (_, segments, turned) => {
    const { shape } = await read(writeJpeg({ ...plain, segments }));
    expect(shape).toEqual(turned ? [70, 45, 3] : [45, 70, 3]);
  });
});

/** The error of a file that must not be read. */
async function problem(bytes: Uint8Array): Promise<string> {
  const error: Error = await read(bytes).then(
    () => new Error("was read"),
    (thrown: Error) => thrown,
  );
  expect(error.name).toBe("ImageError");
  return error.message;
}

describe("a file that is cut", () => {
  const small = { ...plain, height: 20, width: 24, quantiser: 20, skewed: true };
  it.each<[string, Partial<JpegPlan>]>([
    ["progressive", { progressive: true, scans: progressiveScans(3) }],
    ["of several scans", { scans: sequentialScans(3, false), restart: 2 }],
  ])("is truncated at any length: %s", async (_, kind) => {
    const bytes = writeJpeg({ ...small, ...kind });
    // The end mark alone is not missed where all samples have come.
    const end = bytes.length - (kind.progressive ? 1 : 3);
    for (let length = 20; length < end; length++)
      expect(await problem(bytes.slice(0, length)), `${length}`).toMatch(/truncated/);
    expect((await read(bytes)).shape).toEqual([20, 24, 3]);
  });
});

describe("what is not decoded here", () => {
  const frame = (marker: number, bits = 8) => {
    const bytes = writeJpeg(plain);
    const at = bytes.findIndex((byte, i) => byte === 0xff && bytes[i + 1] === 0xc1);
    bytes[at + 1] = marker;
    bytes[at + 4] = bits;
    return bytes;
  };
  it.each([
    ["12 bits", frame(0xc1, 12), /a JPEG image with 12 bits a sample/],
    ["a lossless file", frame(0xc3), /a JPEG image without loss/],
    ["a hierarchical one", frame(0xc5), /a JPEG image in several resolutions/],
  ])("is called by its name, and not damaged: %s", async (_, bytes, says) => {
    const message = await problem(bytes);
    expect(message).toMatch(says);
    expect(message).not.toMatch(/damaged/);
  });

  it("has more scans than anyone should decode", async () => {
    const scans = Array.from({ length: 250 }, (_, i): PlannedScan[] => {
      const k = 1 + (i % 63);
      return [0, 1].map((part) => ({ parts: [part], first: k, last: k, low: 3, refines: false }));
    }).flat();
    const first = { parts: [0, 1, 2], first: 0, last: 0, low: 0, refines: false };
    const tiny = { ...plain, height: 8, width: 8, progressive: true };
    expect(await problem(writeJpeg({ ...tiny, scans: [first, ...scans] }))).toMatch(/more than 500 scans/);
    // Also where the header is one that only libjpeg would take: with garbage behind the first marker.
    const bytes = writeJpeg({ ...tiny, scans: [first, ...scans] });
    const garbage = Uint8Array.from([0xff, 0xd8, 0xff, 0xe0, 0, 4, 1, 1, 9, 9, ...bytes.subarray(2)]);
    expect(await problem(garbage)).toMatch(/more than 500 scans/);
  });
});

describe("the error of a damaged file", () => {
  it("is the same after any other image", async () => {
    const plans: Partial<JpegPlan>[] = [
      {},
      { restart: 2 },
      { progressive: true, scans: progressiveScans(3) },
      { scans: sequentialScans(3, false), skewed: true },
    ];
    const originals = plans.map((other) => writeJpeg({ ...plain, height: 24, width: 40, ...other }));
    const others = [
      Uint8Array.from(originals[1]!),
      ...[255, 0, 77].map((level) =>
        writeJpeg({
          ...plain,
          components: [{ id: 1, h: 1, v: 1, at: (y, x) => (level * (y + 3 * x)) % 256 }],
          scans: sequentialScans(1, true),
          quantiser: 1,
        }),
      ),
    ];
    const outcome = (bytes: Uint8Array) =>
      read(bytes).then(
        ({ data }) => [...data].join(),
        (error: Error) => error.message,
      );
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...originals),
        fc.array(fc.tuple(fc.double({ min: 0, max: 0.999, noNaN: true }), fc.nat(255)), {
          minLength: 1,
          maxLength: 4,
        }),
        fc.double({ min: 0.5, max: 1, noNaN: true }),
        async (original, changes, cut) => {
          const bytes = original.slice(0, Math.ceil(original.length * cut));
          for (const [place, value] of changes) bytes[Math.floor(place * bytes.length)] = value;
          await read(others[0]!);
          const expected = await outcome(bytes);
          for (const other of others) {
            await read(other);
            expect(await outcome(bytes)).toBe(expected);
          }
        },
      ),
      { numRuns: 200 },
    );
  });
});
