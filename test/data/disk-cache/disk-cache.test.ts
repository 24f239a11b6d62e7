import fs, {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { afterAll, beforeEach, describe, expect, it, vi } from "vitest";
import { type DiskCacheOptions, diskCache } from "../../../src/data/disk-cache/disk-cache.ts";
import { isImage } from "../../../src/image/image.ts";
import { fromPixels } from "../../../src/image/imread.ts";
import { resize } from "../../../src/image/steps/resize.ts";
import { DataLoader } from "../../../src/loader/data-loader.ts";
import { batches } from "../../../src/sequence/batching/batches.ts";
import { map } from "../../../src/sequence/combinators/map.ts";
import { mixup } from "../../../src/sequence/combinators/mixup.ts";
import { randomChoice } from "../../../src/sequence/combinators/random-choice.ts";
import { repeat } from "../../../src/sequence/combinators/repeat.ts";
import { take } from "../../../src/sequence/combinators/take.ts";
import type { Context } from "../../../src/sequence/context.ts";
import { Sequence } from "../../../src/sequence/sequence.ts";
import { tensor } from "../../../src/tensor/tensor.ts";

const root = mkdtempSync(join(tmpdir(), "epochal-disk-cache-"));
afterAll(() => rmSync(root, { recursive: true }));

let folders = 0;
/** A folder that no test has used. */
const newFolder = (): string => join(root, `${folders++}`);

const warn = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
beforeEach(() => void warn.mockClear());
const warnings = (): string[] => warn.mock.calls.map(([message]) => String(message));

/** Samples of every kind of leaf. */
class Samples extends Sequence<unknown> {
  readonly length: number;
  readonly salt: number;
  static computed: number[] = [];

  constructor(length = 5, salt = 0) {
    super();
    this.length = length;
    this.salt = salt;
  }

  getItem(index: number): unknown {
    Samples.computed.push(index);
    const pixels = Uint8Array.from({ length: 12 }, (_, i) => (index * 31 + i * 7 + this.salt) % 251);
    return {
      image: fromPixels(tensor(pixels, { shape: [2, 2, 3] })),
      label: index / 3,
      rest: [tensor([index, -index]), BigInt(index) << 40n, index % 2 === 1, Uint16Array.of(index, 1, 2)],
      scalar: tensor(index, "int32"),
      empty: tensor(new Float64Array(0)),
    };
  }
}
beforeEach(() => {
  Samples.computed = [];
});

/** All samples, as they are delivered. */
async function all(sequence: Sequence<unknown>): Promise<unknown[]> {
  const samples: unknown[] = [];
  for await (const sample of sequence) samples.push(sample);
  return samples;
}

/** The one cache in a folder. */
const cacheIn = (folder: string): string => join(folder, readdirSync(folder)[0]!);

/** A folder with a cache of `source` in it that was filled by a thread which has not opened it any more. */
async function filled(source: Sequence<unknown>, options: Partial<DiskCacheOptions> = {}): Promise<string> {
  const [folder, copy] = [newFolder(), newFolder()];
  await all(diskCache(source, { folder, ...options }));
  cpSync(folder, copy, { recursive: true });
  Samples.computed = [];
  return copy;
}

const contextOf = (index: number): Context => ({ index, epoch: 0, seed: 0 }) as Context;

describe("a disk cache", () => {
  it("gives what its source gives, of the same kinds, and computes it once", async () => {
    const source = new Samples();
    const expected = await all(source);
    const cached = diskCache(source, { folder: newFolder() });
    Samples.computed = [];
    for (const samples of [await all(cached), await all(cached)]) expect(samples).toEqual(expected);
    // 0 and 2 say the form; of those that are found the first, second, fourth and eighth are compared.
    expect(Samples.computed.sort()).toEqual([0, 0, 1, 1, 2, 2, 3, 4]);
    const sample = (await cached.getItem(3, contextOf(3))) as { image: unknown };
    expect(isImage(sample.image)).toBe(true);
  });

  it("is read by the next program, which compares samples, fewer and fewer", async () => {
    const source = new Samples(40);
    const folder = await filled(source);
    expect(await all(diskCache(source, { folder }))).toEqual(await all(source));
    expect(Samples.computed.slice(0, -40)).toEqual([0, 1, 3, 7, 15, 31]);
    expect(warnings()).toEqual([]);
  });

  it("runs lazy images and promises, and lets uint8 images take more steps", async () => {
    const pixels = (index: number) =>
      fromPixels(tensor(new Uint8Array(48).fill(index), { shape: [4, 4, 3] }));
    const source = map(new Samples(), async (_, { index }) => ({
      small: resize(pixels(index), [2, 2], { dtype: "uint8" }),
      floats: resize(pixels(index), [2, 2]),
    }));
    const cached = diskCache(source, { folder: newFolder() });
    const larger = map(cached, ({ small, floats }) => ({ small: resize(small, [3, 3]), floats }));
    const expected = await all(
      map(source, ({ small, floats }) => ({ small: resize(small, [3, 3]), floats })),
    );
    for (let epoch = 0; epoch < 2; epoch++) expect(await all(larger)).toEqual(expected);
    expect(await all(batches(cached, { batchSize: 2 }))).toEqual(
      await all(batches(source, { batchSize: 2 })),
    );
  });

  it("keeps batches too", async () => {
    for (const dropLast of [true, false]) {
      const source = batches(new Samples() as Sequence<object>, { batchSize: 2, dropLast });
      const folder = newFolder();
      const cached = diskCache(source, { folder });
      for (let epoch = 0; epoch < 2; epoch++) expect(await all(cached)).toEqual(await all(source));
      // The last one may be smaller; others have their places.
      const names = readdirSync(cacheIn(folder));
      expect(names.filter((name) => name.endsWith(".tar"))).toHaveLength(dropLast ? 0 : 1);
      expect(names).toContain("image.npy");
    }
  });

  it("answers at once where its source does", () => {
    const cached = diskCache(
      map(new Samples(), (_, { index }) => index),
      { folder: newFolder() },
    );
    for (let time = 0; time < 2; time++) expect(cached.getItem(2, contextOf(2))).toBe(2);
  });

  it("gives samples that are the reader's own", async () => {
    const cached = diskCache(
      map(new Samples(), (_, { index }) => tensor([index])),
      { folder: newFolder() },
    );
    for (let time = 0; time < 3; time++) {
      const sample = await cached.at(1);
      expect([...sample.data]).toEqual([1]);
      sample.data.fill(7);
    }
  });

  it("writes files that numpy opens, also half filled", async () => {
    const folder = newFolder();
    const cached = diskCache(new Samples(), { folder });
    await cached.at(3);
    const files = readdirSync(cacheIn(folder)).sort();
    expect(files).toEqual(
      [
        "cache.json",
        "empty",
        "image",
        "index",
        "label",
        "rest.0",
        "rest.1",
        "rest.2",
        "rest.3",
        "scalar",
      ].map((name) => (name.includes("json") ? name : `${name}.npy`)),
    );
    const image = readFileSync(join(cacheIn(folder), "image.npy"));
    expect(image.subarray(0, 8)).toEqual(Buffer.from("\x93NUMPY\x01\x00", "latin1"));
    const head = image.subarray(10, 10 + image.readUInt16LE(8)).toString();
    expect(head).toMatch(/^\{'descr': '\|u1', 'fortran_order': False, 'shape': \(5, 2, 2, 3\), \} *\n$/);
    expect(image.length).toBe(10 + head.length + 5 * 12);
    const index = readFileSync(join(cacheIn(folder), "index.npy"));
    // Three numbers that say where a record is, and a checksum for each of eight leaves.
    const rows = Array.from({ length: 5 }, (_, i) => index.subarray(index.length - (5 - i) * 11 * 8));
    expect(rows.map((row) => row.readBigInt64LE(3 * 8) !== 0n)).toEqual([true, false, true, true, false]);
  });
});

describe("files of a cache that are not what they were", () => {
  it("never change a sample, wherever one is cut or zeroed", async () => {
    // The first two are compared when they are found, the third goes to its place as it is.
    const source = map(new Samples(3), (_, { index }) => ({
      a: index,
      b: fromPixels(tensor(Uint8Array.of(index, 2, 3), { shape: [1, 1, 3] })),
      c: index === 0 ? "a" : "text",
    }));
    const expected = await all(source);
    const folder = await filled(source);
    const [key] = readdirSync(folder);
    for (const name of readdirSync(join(folder, key!))) {
      const bytes = readFileSync(join(folder, key!, name));
      // Of what follows from the layout some bytes, of rows each, of padding few.
      const start = name.endsWith(".npy") ? bytes.indexOf("\n") + 1 : bytes.length;
      for (let at = 0; at < bytes.length; at = at < start ? Math.min(at + 61, start) : at + 1) {
        const zeroed = Buffer.from(bytes);
        zeroed.fill(0, at, Math.min(at + 4, bytes.length));
        const damages = [bytes.subarray(0, at), zeroed, Buffer.concat([bytes, zeroed.subarray(at)])];
        for (const damaged of at < start ? damages : [damages[at % 3]!]) {
          const copy = newFolder();
          cpSync(folder, copy, { recursive: true });
          writeFileSync(join(copy, key!, name), damaged);
          expect(await all(diskCache(source, { folder: copy })), `${name} at byte ${at}`).toEqual(expected);
          rmSync(copy, { recursive: true });
        }
      }
    }
  });

  it("are made anew where they are gone", async () => {
    const source = new Samples(3);
    const expected = await all(source);
    const folder = await filled(source);
    for (const name of readdirSync(cacheIn(folder))) {
      const copy = newFolder();
      cpSync(folder, copy, { recursive: true });
      rmSync(join(cacheIn(copy), name));
      expect(await all(diskCache(source, { folder: copy }))).toEqual(expected);
      expect(existsSync(join(cacheIn(copy), name))).toBe(true);
    }
  });

  it("give no row that was copied to another place with its checksum", async () => {
    const source = map(new Samples(3), (_, { index }) => tensor([index]));
    const folder = await filled(source);
    const cache = cacheIn(folder);
    for (const [name, size] of [
      ["sample.npy", 4],
      ["index.npy", 32],
    ] as const) {
      const bytes = readFileSync(join(cache, name));
      bytes.copy(bytes, bytes.length - size, bytes.length - 3 * size, bytes.length - 2 * size);
      writeFileSync(join(cache, name), bytes);
    }
    expect(await all(diskCache(source, { folder }))).toEqual(await all(source));
  });

  it("are left alone where they are another's", async () => {
    const source = new Samples();
    const folder = await filled(source);
    const path = join(cacheIn(folder), "cache.json");
    for (const text of [
      "{}",
      "mine",
      JSON.stringify({ ...JSON.parse(readFileSync(path, "utf8")), key: "other" }),
    ]) {
      const copy = newFolder();
      cpSync(folder, copy, { recursive: true });
      writeFileSync(join(cacheIn(copy), "cache.json"), text);
      const before = readFileSync(join(cacheIn(copy), "label.npy"));
      expect(await all(diskCache(source, { folder: copy }))).toEqual(await all(source));
      expect(readFileSync(join(cacheIn(copy), "cache.json"), "utf8")).toBe(text);
      expect(readFileSync(join(cacheIn(copy), "label.npy"))).toEqual(before);
      expect(warnings()).toHaveLength(1);
      expect(warnings()[0]).toMatch(/Nothing is kept in .*cache\.json is not that of this cache/);
      warn.mockClear();
    }
  });
});

describe("a cache and a changed source", () => {
  it("begins anew, keeps the old one, and says what differs", async () => {
    const folder = newFolder();
    await all(diskCache(new Samples(5, 1), { folder, version: "a" }));
    expect(warnings()).toEqual([]);
    const other = new Samples(5, 2);
    const cached = diskCache(other, { folder, version: "a" });
    expect(await all(cached)).toEqual(await all(other));
    expect(warnings()).toEqual([
      expect.stringMatching(/begins anew in .*: `salt` of Samples is not what it was for/),
    ]);
    warn.mockClear();
    await all(diskCache(other, { folder, version: "b" }));
    expect(warnings()).toEqual([expect.stringMatching(/: `version` is not what it was/)]);
    expect(readdirSync(folder)).toHaveLength(3);
  });

  it("knows functions by their text", async () => {
    const folder = newFolder();
    const one = map(new Samples(), (_, { index }) => index + 1);
    const two = map(new Samples(), (_, { index }) => index + 2);
    expect(await all(diskCache(one, { folder }))).toEqual([1, 2, 3, 4, 5]);
    expect(await all(diskCache(two, { folder }))).toEqual([2, 3, 4, 5, 6]);
    expect(warnings()).toEqual([expect.stringMatching(/`fn` of MapSequence/)]);
  });

  it("refuses samples that are others now, although nothing says so, and goes on to", async () => {
    const plus = (n: number) => map(new Samples(), (_, { index }) => index + n);
    const folder = await filled(plus(1));
    const cached = diskCache(plus(2), { folder });
    await expect(cached.at(1)).rejects.toMatchObject({ name: "DataError", row: 1 });
    await expect(cached.at(2)).rejects.toThrow(/another `version`/);
    await expect(cached.at(1)).rejects.toThrow(/another `version`/);
    // Also where it has met the only one that differs.
    const oddly = (odd: number) => map(new Samples(), (_, { index }) => (index === odd ? 0 : index + 1));
    const odd = diskCache(oddly(3), { folder: await filled(oddly(-1)) });
    await expect(odd.at(3)).rejects.toThrow(/Sample 3 is not what it was/);
    await expect(odd.at(2)).rejects.toThrow(/Sample 3 is not what it was/);
  });

  it("is compared for each cache, in a loop over what a function closes over or is bound to", async () => {
    const times = (x: number, factor: number) => x * factor;
    const base = map(new Samples(), (_, { index }) => index + 1);
    const sweeps: ((factor: number) => (x: number) => number)[] = [
      (factor) => (x) => x * factor,
      (factor) => (x) => times(x, factor),
      (factor) => ((by: number, x: number) => by * x).bind(null, factor),
    ];
    for (const made of sweeps) {
      const folder = newFolder();
      const cachedOf = (factor: number) => diskCache(map(base, made(factor)), { folder });
      expect(await all(cachedOf(1))).toEqual([1, 2, 3, 4, 5]);
      for (const factor of [10, 100])
        await expect(all(cachedOf(factor))).rejects.toThrow(/another `version`/);
      expect(await all(cachedOf(1))).toEqual([1, 2, 3, 4, 5]);
    }
  });

  it("finds a change that the first sample does not show", async () => {
    const times = (factor: number) => map(new Samples(100), (_, { index }) => index * factor);
    const folder = await filled(times(1));
    const seen: unknown[] = [];
    await expect(
      (async () => {
        for await (const sample of diskCache(times(2), { folder })) seen.push(sample);
      })(),
    ).rejects.toThrow(/Sample 1 is not what it was/);
    expect(seen).toEqual([0]);
  });

  it("gives nothing while the first is compared", async () => {
    const plus = (n: number) =>
      map(new Samples(), async (_, { index }) => {
        await setImmediate();
        return index + n;
      });
    const folder = await filled(plus(1));
    const cached = diskCache(plus(2), { folder });
    const results = await Promise.allSettled([0, 1, 2, 3, 4].map((i) => cached.at(i)));
    expect(results.map(({ status }) => status)).toEqual(new Array(5).fill("rejected"));
    Samples.computed = [];
    const same = diskCache(plus(1), { folder });
    expect(await Promise.all([0, 1, 2, 3, 4].map((i) => same.at(i)))).toEqual([1, 2, 3, 4, 5]);
    expect(Samples.computed).toHaveLength(3);
  });

  it("is found out where samples do not follow from their index", async () => {
    let count = 0;
    const cached = diskCache(
      map(new Samples(), () => count++),
      { folder: newFolder() },
    );
    await expect(all(cached)).rejects.toThrow(/the samples are not pure/);
  });

  it("is no error where the source cannot be asked for a while", async () => {
    let down = false;
    const source = map(new Samples(), (_, { index }) => {
      if (down) throw new Error("down");
      return index;
    });
    const folder = await filled(source);
    const cached = diskCache(source, { folder });
    down = true;
    await expect(cached.at(0)).rejects.toThrow("down");
    down = false;
    expect(await all(cached)).toEqual([0, 1, 2, 3, 4]);
  });

  it("follows hooks of its source", async () => {
    class Growing extends Sequence<number> {
      factor = 0;
      length = 4;
      getItem(index: number): number {
        return index * this.factor;
      }
      override onEpochBegin(epoch: number): void {
        this.factor = epoch;
        this.length = 4 + epoch;
      }
    }
    const loader = new DataLoader(diskCache(new Growing(), { folder: newFolder() }), { workers: 0 });
    for (let epoch = 0; epoch < 3; epoch++) {
      const samples: number[] = [];
      for await (const sample of loader) samples.push(sample);
      expect(samples).toEqual(Array.from({ length: 4 + epoch }, (_, i) => i * epoch));
    }
  });
});

describe("what cannot be kept", () => {
  const keep = (source: Sequence<unknown>) => all(diskCache(source, { folder: newFolder() }));

  it("is random, however far below it is drawn", async () => {
    const drawing = map(new Samples(), (_, { random }) => random.uniform());
    const dataset = { length: 4, getItem: (_: number, { random }: Context) => random.integer(0, 9) };
    for (const source of [drawing, map(take(drawing, 3), (x) => x), batches(dataset, { batchSize: 2 })])
      await expect(keep(source)).rejects.toMatchObject({
        name: "OptionError",
        message: expect.stringMatching(/Augment after the cache: map\(diskCache/),
      });
    const passed = map(new Samples(), (_, { random, index }) => (random === undefined ? 0 : index));
    expect(await keep(passed)).toEqual([0, 1, 2, 3, 4]);
  });

  it("is the order of an epoch, or its mixture", () => {
    const folder = newFolder();
    const pairs = { length: 8, getItem: (i: number): [number, number] => [i, i % 2] };
    const plain = batches(pairs, { batchSize: 4 });
    const shuffled = batches(pairs, { batchSize: 4, shuffle: true });
    expect(() => diskCache(shuffled, { folder })).toThrow(/Shuffle after the cache/);
    expect(() => diskCache(take(shuffled, 1), { folder })).toThrow(/Shuffle after the cache/);
    expect(() => diskCache(mixup(plain as never, { classes: 2 }), { folder })).toThrow(
      /Mix and choose after/,
    );
    expect(() => diskCache(randomChoice(plain, plain), { folder })).toThrow(/Mix and choose after/);
    expect(() => diskCache(repeat(plain), { folder })).toThrow(/endless/);
  });

  it("has no fixed form, and is named", async () => {
    const of = (make: (index: number) => unknown) =>
      keep(map(new Samples(), (_, { index }) => make(index) as number));
    await expect(of(() => ({ day: new Date(0) }))).rejects.toThrow(/`day` of the samples is /);
    await expect(of(() => [null])).rejects.toThrow(/`0` of the samples is null/);
    await expect(of(() => ["\ud800"])).rejects.toThrow(/`0` of the samples is text with half a character/);
    await expect(of((i) => ({ a: [i > 0 ? 1n : 1] }))).rejects.toThrow(
      /`a.0` of sample 1 is a bigint of int64, and of sample 0 a number of float64/,
    );
    await expect(of((i) => tensor([i], i > 2 ? "int32" : "uint8"))).rejects.toThrow(
      /Sample 3 is a tensor of int32, and of sample 0 a tensor of uint8/,
    );
    await expect(of((i) => Array.from({ length: i }, () => i))).rejects.toThrow(/tensor\(list\)/);
    await expect(of((i) => (i > 0 ? { a: 1, b: 1 } : { a: 1 }))).rejects.toThrow(/Sample 1 has other parts/);
    await expect(of(() => 2n ** 70n)).rejects.toThrow(/64 bits/);
  });

  it("is refused where options are wrong", () => {
    const source = new Samples();
    expect(() => diskCache(source, { folder: "" })).toThrow(/`folder`/);
    expect(() => diskCache(source, { folder: "x", version: 1 as never })).toThrow(/`version`/);
    expect(() => diskCache(source, { folder: "x", maxBytes: 0 })).toThrow(/`maxBytes`/);
    expect(() => diskCache(source, { folder: "x", max: 0 } as never)).toThrow(/no option `max`/);
    expect(() => diskCache([] as never, { folder: "x" })).toThrow(/Sequence/);
  });
});

describe("leaves of many shapes", () => {
  /** Texts, encoded bytes, ragged tensors of two kinds, and images of many sizes. */
  const ragged = (length = 7) =>
    map(new Samples(length), (_, { index }) => ({
      text: "äö\ufeff".repeat(index),
      jpg: new Uint8Array(index * 300).fill(index),
      ids: tensor(new Int32Array(index).fill(index), { shape: [index, 1] }),
      words: ["a", `b${index}`],
      image: fromPixels(tensor(new Uint8Array((index + 1) * 6).fill(index), { shape: [index + 1, 2, 3] })),
      floats: resize(fromPixels(tensor(new Uint8Array(12).fill(index), { shape: [2, 2, 3] })), [
        index + 1,
        1,
      ]),
      label: index,
    }));

  it("are what they were, also for the next program", async () => {
    const expected = await all(ragged());
    const folder = newFolder();
    const cached = diskCache(ragged(), { folder });
    for (let epoch = 0; epoch < 3; epoch++) expect(await all(cached)).toEqual(expected);
    const copy = newFolder();
    cpSync(folder, copy, { recursive: true });
    expect(await all(diskCache(ragged(), { folder: copy }))).toEqual(expected);
    expect(readdirSync(cacheIn(folder)).filter((name) => name.endsWith(".tar"))).toHaveLength(1);
    expect(warnings()).toEqual([]);
  });

  it("may show only later: a leaf that seemed to have one shape", async () => {
    const source = map(new Samples(9), (_, { index }) => ({
      ids: tensor(new Int32Array(index === 6 ? 5 : 3).fill(index)),
      image: fromPixels(
        tensor(new Uint8Array(index === 5 ? 6 : 3).fill(index), { shape: [index === 5 ? 2 : 1, 1, 3] }),
      ),
      label: index,
    }));
    const expected = await all(source);
    const folder = await filled(source);
    expect(readdirSync(cacheIn(folder)).sort().slice(0, 4)).toEqual([
      "cache.json",
      "ids.npy",
      "image.npy",
      "index.npy",
    ]);
    const cached = diskCache(source, { folder });
    for (let epoch = 0; epoch < 3; epoch++) expect(await all(cached)).toEqual(expected);
    expect(Samples.computed.length).toBeLessThan(9 + 6);
  });

  it("are computed where their archive is gone, cut, or another's, and written anew", async () => {
    const expected = await all(ragged());
    const folder = await filled(ragged());
    const name = readdirSync(cacheIn(folder)).find((each) => each.endsWith(".tar"))!;
    const bytes = readFileSync(join(cacheIn(folder), name));
    for (const damaged of [
      undefined,
      bytes.subarray(0, 5000),
      bytes.subarray(512),
      Buffer.alloc(bytes.length, 7),
    ]) {
      const copy = newFolder();
      cpSync(folder, copy, { recursive: true });
      const path = join(cacheIn(copy), name);
      if (damaged) writeFileSync(path, damaged);
      else rmSync(path);
      const cached = diskCache(ragged(), { folder: copy });
      expect(await all(cached)).toEqual(expected);
      Samples.computed = [];
      expect(await all(cached)).toEqual(expected);
      expect(Samples.computed.length).toBeLessThan(4);
    }
  });

  it("take no more room than they may, whoever writes, and what is there is kept", async () => {
    const source = map(new Samples(50), (_, { index }) => ({
      text: "a".repeat(100 + 37 * index),
      pixels: tensor(new Uint8Array(1000).fill(index)),
    }));
    const expected = await all(source);
    for (const maxBytes of [100, 5000, 50_000, 1e9]) {
      const folder = newFolder();
      const cached = diskCache(source, { folder, maxBytes });
      expect(await all(cached)).toEqual(expected);
      Samples.computed = [];
      expect(await all(cached)).toEqual(expected);
      const found = 50 - new Set(Samples.computed).size;
      const sizes = readdirSync(cacheIn(folder)).map((name) => statSync(join(cacheIn(folder), name)).size);
      const used = readdirSync(cacheIn(folder)).reduce(
        (sum, name, i) => sum + (name.endsWith(".tar") ? sizes[i]! : 0),
        0,
      );
      expect(used).toBeLessThanOrEqual(maxBytes);
      // A record of a text takes 1,024 bytes at least, and its row 1,000 and 40.
      if (maxBytes === 50_000) expect(found).toBeGreaterThan(50_000 / 5000 - 4);
      if (maxBytes === 1e9) expect(Samples.computed.length).toBeLessThan(6);
      if (maxBytes < 5000) expect(found).toBe(0);
    }
    expect(warnings()).toEqual([]);
  });
});

describe("room on disk", () => {
  it("is for the first samples where there is not enough for all", async () => {
    const source = map(new Samples(), (_, { index }) => index);
    const folder = newFolder();
    // A row takes 8 bytes, and 32 of the index.
    const cached = diskCache(source, { folder, maxBytes: 2 * 40 + 39 });
    for (let epoch = 0; epoch < 3; epoch++) {
      Samples.computed = [];
      expect(await all(cached)).toEqual([0, 1, 2, 3, 4]);
    }
    // Of those that are found, the fourth is compared, in the third time.
    expect(Samples.computed).toEqual([0, 2, 3, 4]);
    expect(warnings()).toEqual([]);
  });

  it("is taken by what is there only", async () => {
    const source = map(new Samples(1000), (_, { index }) => tensor(new Uint8Array(100_000).fill(index)));
    const folder = newFolder();
    await diskCache(source, { folder }).at(500);
    const { size, blocks } = statSync(join(cacheIn(folder), "sample.npy"));
    expect(size).toBeGreaterThan(100_000_000);
    expect(blocks * 512).toBeLessThan(2_000_000);
  });

  it("may come to an end: what is there is kept, and what is not is computed", async () => {
    const source = map(new Samples(), (_, { index }) => tensor([index, 1]));
    const folder = newFolder();
    const cached = diskCache(source, { folder });
    await cached.at(0);
    const write = fs.writeSync as (...all: unknown[]) => number;
    let left = 12;
    const full = vi.spyOn(fs, "writeSync").mockImplementation(((
      file: number,
      bytes: Uint8Array,
      at: number,
      length: number,
      to: number,
    ) => {
      if (left === 0) throw Object.assign(new Error("ENOSPC"), { code: "ENOSPC" });
      // A part of a row is written, as on a disk on which there is room for that.
      const fits = Math.min(left, length);
      left -= fits;
      return write(file, bytes, at, fits, to);
    }) as never);
    try {
      for (let epoch = 0; epoch < 2; epoch++) expect(await all(cached)).toEqual(await all(source));
    } finally {
      full.mockRestore();
    }
    expect(warnings()).toEqual([expect.stringMatching(/takes no more samples.* The disk is full/)]);
    const copy = newFolder();
    cpSync(folder, copy, { recursive: true });
    expect(await all(diskCache(source, { folder: copy }))).toEqual(await all(source));
  });

  it("is not written to where that is not allowed", async () => {
    const source = map(new Samples(), (_, { index }) => tensor([index, 1]));
    const [half, copy] = [newFolder(), newFolder()];
    await diskCache(source, { folder: half }).at(1);
    cpSync(half, copy, { recursive: true });
    const before = readdirSync(cacheIn(copy)).map((name) => readFileSync(join(cacheIn(copy), name)));
    const open = fs.openSync;
    const denied = vi.spyOn(fs, "openSync").mockImplementation((path, flags, mode) => {
      if (typeof flags === "number" && flags & fs.constants.O_RDWR)
        throw Object.assign(new Error("EACCES"), { code: "EACCES" });
      return open(path, flags as number, mode);
    });
    try {
      Samples.computed = [];
      const cached = diskCache(source, { folder: copy });
      for (let epoch = 0; epoch < 2; epoch++)
        expect(await all(cached)).toEqual([0, 1, 2, 3, 4].map((i) => tensor([i, 1])));
      // Of 0, 1 and 2, which are there, what is found first, second and fourth is compared.
      expect(Samples.computed).toEqual([0, 1, 3, 4, 0, 3, 4]);
    } finally {
      denied.mockRestore();
    }
    expect(warnings()).toEqual([expect.stringMatching(/may not be written to/)]);
    expect(readdirSync(cacheIn(copy)).map((name) => readFileSync(join(cacheIn(copy), name)))).toEqual(before);
  });

  it("is not needed: where a folder cannot be made, samples are computed", async () => {
    const parent = newFolder();
    mkdirSync(parent);
    writeFileSync(join(parent, "file"), "");
    const source = new Samples();
    const cached = diskCache(source, { folder: join(parent, "file") });
    for (let epoch = 0; epoch < 2; epoch++) expect(await all(cached)).toEqual(await all(source));
    expect(warnings()).toEqual([expect.stringMatching(/^Nothing is kept in/)]);
  });
});

it("holds few files open, and never writes to one that it has closed", async () => {
  const source = map(new Samples(2), async (_, { index }) => {
    await setImmediate();
    return index;
  });
  const many = Array.from({ length: 40 }, (_, i) =>
    diskCache(source, { folder: newFolder(), version: `${i}` }),
  );
  const results = await Promise.all(many.map((cached) => Promise.all([cached.at(0), cached.at(1)])));
  expect(results).toEqual(many.map(() => [0, 1]));
  for (const cached of many) expect(await all(cached)).toEqual([0, 1]);
});
