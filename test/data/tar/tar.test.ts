import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deflateSync } from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";
import { tar } from "../../../src/data/tar/tar.ts";
import { LazyImage } from "../../../src/image/image.ts";
import { resize, together } from "../../../src/image/index.ts";
import { createContext } from "../../../src/sequence/context.ts";
import { type Tensor, tensor } from "../../../src/tensor/tensor.ts";
import { ranges, served } from "../../bytes/server.ts";
import { chunk, header, signature } from "../../image/png-writer.ts";
import { failsWhereCut, keepsContract } from "../contract.ts";
import { block, pack, padded, paxRecord } from "./pack.ts";

const root = mkdtempSync(join(tmpdir(), "epochal-tar-"));
afterAll(() => rmSync(root, { recursive: true }));
const fixtures = new URL("../../fixtures/data/", import.meta.url);
const bytesOf = (name: string) => new Uint8Array(readFileSync(new URL(name, fixtures)));
/** By format: what Python's tarfile reads back, each member's bytes in hexadecimal. */
const golden = JSON.parse(readFileSync(new URL("tar.json", fixtures), "utf8")) as Record<
  string,
  Record<string, string>
>;
const goldenFields = {
  txt: "string",
  cls: "int32",
  seg: { type: "bytes", from: "seg.bin" },
  key: "key",
} as const;

/** The samples that Python's members make. */
function goldenSamples(form: string): unknown[] {
  const members = golden[form]!;
  const hex = (name: string) => new Uint8Array(Buffer.from(members[name]!, "hex"));
  return Object.keys(members)
    .filter((name) => name.endsWith(".txt") && !name.includes("/._"))
    .map((name) => {
      const key = name.slice(0, -".txt".length);
      return {
        txt: Buffer.from(hex(name)).toString(),
        cls: tensor(Number(Buffer.from(hex(`${key}.cls`)).toString()), "int32"),
        seg: hex(`${key}.seg.BIN`),
        key,
      };
    });
}

const three = pack([
  ["a/0.txt", "zero"],
  ["a/0.cls", "0"],
  ["a/1.txt", "one"],
  ["a/1.cls", "1"],
  ["b.1/2.txt", "two"],
  ["b.1/2.cls", "-2"],
]);
const fields = { txt: "string", cls: "int32" } as const;

keepsContract({
  name: "tar",
  open: (files) => tar(files, { ...fields, key: "key" }, { cache: false }),
  files: [
    three,
    pack([
      ["z.txt", "z"],
      ["z.cls", "7"],
    ]),
  ],
  samples: [
    { txt: "zero", cls: tensor(0, "int32"), key: "a/0" },
    { txt: "one", cls: tensor(1, "int32"), key: "a/1" },
    { txt: "two", cls: tensor(-2, "int32"), key: "b.1/2" },
    { txt: "z", cls: tensor(7, "int32"), key: "z" },
  ],
  ending: ".tar",
});

describe("tar", () => {
  it.each(["ustar", "gnu", "pax"])("reads what Python's tarfile writes as %s", async (form) => {
    const reader = await tar(bytesOf(`${form}.tar`), goldenFields);
    const samples = [];
    for await (const sample of reader) samples.push(sample);
    expect(samples).toEqual(goldenSamples(form));
    expect(reader.passedOver).toEqual({
      "hidden files": 1,
      "files without an ending": 1,
      "symbolic links": 1,
    });
  });

  it.each(["links-gnu", "links-pax"])("reads hard links as Python's tarfile does, of %s", async (form) => {
    const members = golden[form]!;
    const text = (name: string) => Buffer.from(members[name]!, "hex").toString();
    const reader = await tar(bytesOf(`${form}.tar`), { ...fields, key: "key" }, { missing: "skip" });
    const samples = [];
    for await (const sample of reader) samples.push(sample);
    expect(samples).toEqual(
      ["2", "3"].map((key) => ({
        txt: text(`${key}.txt`),
        cls: tensor(Number(text(`${key}.cls`)), "int32"),
        key,
      })),
    );
    expect([samples.length, reader.skipped, reader.passedOver]).toEqual([2, 2, {}]);
  });

  it.each(["gnu", "pax", "v7"])("reads what GNU tar packs as %s of files with second names", async (form) => {
    const reader = await tar(bytesOf(`links-of-files-${form}.tar`), { ...fields, key: "key" });
    const seen = [];
    for await (const sample of reader) seen.push(sample);
    expect(seen).toEqual(["./1", "./2", "./3"].map((key) => ({ txt: "text", cls: tensor(7, "int32"), key })));
    expect(reader.passedOver).toEqual({ "symbolic links": 2 });
  });

  it("follows hard links wherever the member stands, and refuses those that lead to no file", async () => {
    const link = (name: string, to: string) => block({ name, size: 0, type: "1", link: to });
    const file = (name: string, text: string) => [
      block({ name, size: text.length }),
      new TextEncoder().encode(text),
    ];
    const open = (...parts: readonly (Uint8Array | Uint8Array[])[]) =>
      tar(padded(parts.flat()), { txt: "string" });
    const texts = async (reader: Awaited<ReturnType<typeof open>>) => {
      const seen = [];
      for await (const { txt } of reader) seen.push(txt);
      return seen;
    };
    // Behind the link, by a link that is of no sample, and of two of one name the one that was there.
    expect(await texts(await open(link("0.txt", "1.txt"), file("1.txt", "one")))).toEqual(["one", "one"]);
    expect(await texts(await open(file("b", "blob"), link("x", "b"), link("0.txt", "./x")))).toEqual([
      "blob",
    ]);
    expect(
      await texts(await open(file("b", "old"), link("0.txt", "b"), file("b", "new"), link("1.txt", "b"))),
    ).toEqual(["old", "new"]);
    const refused = {
      name: "DataError",
      message: expect.stringMatching(
        /^row 1, sample "0", column "txt", byte \d+: The member 0\.txt is a hard link to x, which is no file in this archive\./,
      ),
      row: 1,
    };
    const first = file("a.txt", "first");
    await expect(open(first, link("0.txt", "x"))).rejects.toMatchObject(refused);
    await expect(open(first, link("0.txt", "x"), link("x", "0.txt"))).rejects.toMatchObject(refused);
    await expect(open(first, link("0.txt", "x"), link("x", "x"))).rejects.toMatchObject(refused);
    const folder = block({ name: "x", size: 0, type: "5" });
    await expect(open(first, folder, link("0.txt", "x"))).rejects.toMatchObject(refused);
    // Nobody asks for it.
    expect((await open(first, link("0.cls", "x"), link("0.txt", "a.txt"))).length).toBe(2);
  });

  it("refuses a sample that comes again in its archive, as tar -r leaves it, and not one of another archive", async () => {
    const twice = pack([
      ["1.txt", "old"],
      ["1.cls", "1"],
      ["2.txt", "two"],
      ["2.cls", "2"],
      ["1.cls", "7"],
      ["1.txt", "new"],
    ]);
    for (const missing of ["throw", "skip"] as const) {
      for (const asked of [fields, { txt: "string" }, { key: "key" }] as const)
        await expect(tar(twice, asked as typeof fields, { missing })).rejects.toMatchObject({
          name: "DataError",
          message: expect.stringMatching(
            /The sample comes again, behind others: .*tar -r.*Pack the archive anew/,
          ),
          row: 2,
          sample: "1",
        });
      // Of tar -u there may be but one file.
      const updated = pack([
        ["1.txt", "old"],
        ["1.cls", "1"],
        ["2.txt", "two"],
        ["2.cls", "2"],
        ["1.cls", "7"],
      ]);
      await expect(tar(updated, fields, { missing })).rejects.toThrow(/comes again/);
    }
    // Members that nobody asks for may lie anywhere.
    const apart = pack([
      ["1.txt", "one"],
      ["2.txt", "two"],
      ["1.json", "{}"],
      ["2.json", "{}"],
    ]);
    expect((await tar(apart, { txt: "string" }, { missing: "skip" })).length).toBe(2);
    expect((await tar([three, three], fields)).length).toBe(6);
  });

  it("keeps the index of an archive that is far away, for the same endings, and reads it again", async () => {
    const cache = join(root, "index");
    const archive = pack([
      ["0.txt", "zero"],
      ["0.cls", "0"],
      ["1.txt", "one"],
      [".hidden", ""],
      ["2.txt", "two"],
      ["2.cls", "2"],
      ...Array.from({ length: 9 }, (_, i) => [`big${i}`, new Uint8Array(2 ** 20)] as [string, Uint8Array]),
    ]);
    let asked = 0;
    const answer = ranges(
      () => archive,
      () => ({ etag: '"1"' }),
    );
    await served(
      (request, response) => {
        asked++;
        answer(request, response);
      },
      async (address) => {
        const open = async (wanted: typeof fields, missing: "skip" | "throw") => {
          asked = 0;
          const reader = await tar(
            [`${address}a`, `${address}b`],
            { ...wanted, key: "key" },
            { cache, missing },
          );
          const opened = asked;
          const seen = [];
          for await (const sample of reader) seen.push(sample);
          return { opened, seen, over: reader.passedOver, skipped: reader.skipped };
        };
        const first = await open(fields, "skip");
        expect([first.seen.length, first.skipped]).toEqual([4, 2]);
        expect(first.over).toEqual({ "hidden files": 2, "files without an ending": 18 });
        const again = await open(fields, "skip");
        expect(again).toEqual({ ...first, opened: again.opened });
        expect(again.opened).toBeLessThan(first.opened);
        // What was left out there is an error here.
        await expect(open(fields, "throw")).rejects.toThrow(/no member \.cls/);
      },
    );
    await expect(tar(three, fields, { cache: "" })).rejects.toThrow(/`cache` must be a folder/);
  });

  it("keeps names apart that are no UTF-8", async () => {
    const named = (byte: number, ending: string) => {
      const bytes = block({ name: `_.${ending}`, size: 1 });
      bytes[0] = byte;
      let sum = 8 * 32;
      bytes.forEach((each, i) => {
        if (i < 148 || i >= 156) sum += each;
      });
      bytes.set(new TextEncoder().encode(`${sum.toString(8).padStart(6, "0")}\0 `), 148);
      return bytes;
    };
    const one = new TextEncoder().encode("1");
    const archive = padded([named(0xe9, "cls"), one, named(0xe8, "cls"), one]);
    const reader = await tar(archive, { cls: "uint8", key: "key" });
    expect([(await reader.at(0)).key, (await reader.at(1)).key]).toEqual(["é", "è"]);
  });

  it("reads what POSIX takes for files, and passes over what has no bytes", async () => {
    const of = (type: string, size: number) => block({ name: `${type}.txt`, size, type });
    const text = new TextEncoder().encode("text");
    const solaris = new TextEncoder().encode(paxRecord("path", "named.txt"));
    const archive = padded([
      of("7", 4),
      text,
      of("Q", 4),
      text,
      // The sizes of these are of something else.
      ...["3", "4", "6"].map((type) => of(type, 4)),
      ...["V", "A"].flatMap((type) => [of(type, 4), text]),
      of("D", 4),
      text,
      block({ name: "x", size: solaris.length, type: "X" }),
      solaris,
      of("0", 4),
      text,
    ]);
    const reader = await tar(archive, { txt: "string", key: "key" });
    const seen = [];
    for await (const sample of reader) seen.push(sample);
    expect(seen).toEqual(["7", "Q", "named"].map((key) => ({ txt: "text", key })));
    expect(reader.passedOver).toEqual({ devices: 3, "records of other programs": 2 });
  });

  it("reads records of PAX, and refuses such as are not read", async () => {
    const text = new TextEncoder().encode("text");
    const said = (type: string, ...records: readonly (readonly [string, string])[]) => {
      const bytes = new TextEncoder().encode(records.map(([key, value]) => paxRecord(key, value)).join(""));
      return padded([
        block({ name: "x", size: bytes.length, type }),
        bytes,
        block({ name: "0.txt", size: 0 }),
        text,
      ]);
    };
    const sized = await tar(said("x", ["size", "4"], ["path", "1.txt"]), { txt: "string", key: "key" });
    expect(await sized.at(0)).toEqual({ txt: "text", key: "1" });
    const empty = said("x", ["size", "4"], ["path", ""]);
    expect((await (await tar(empty, { txt: "string", key: "key" })).at(0)).key).toBe("0");
    for (const [type, key, message] of [
      ["x", "GNU.sparse.map", /a sparse file/],
      ["x", "GNU.sparse.major", /a sparse file/],
      ["x", "SCHILY.realsize", /a sparse file/],
      ["g", "GNU.sparse.size", /says GNU\.sparse\.size of all its members/],
      ["g", "path", /says path of all its members/],
      ["g", "linkpath", /of all its members/],
      ["g", "size", /of all its members/],
    ] as const)
      await expect(tar(said(type, [key, "4"], ["size", "4"]), { txt: "string" })).rejects.toThrow(message);
    const commented = padded([
      block({ name: "x", size: paxRecord("comment", "0123").length, type: "g" }),
      new TextEncoder().encode(paxRecord("comment", "0123")),
      block({ name: "0.txt", size: 4 }),
      text,
    ]);
    expect((await (await tar(commented, { txt: "string" })).at(0)).txt).toBe("text");
    // Records of a member that is not there.
    const alone = padded([
      block({ name: "0.txt", size: 0 }),
      block({ name: "x", size: paxRecord("path", "1.txt").length, type: "x" }),
      new TextEncoder().encode(paxRecord("path", "1.txt")),
    ]);
    await expect(tar(alone, { txt: "string" })).rejects.toThrow(/It was cut off/);
  });

  it("is an error wherever it was cut off", async () => {
    await failsWhereCut(three, (file) => tar(file, fields));
    await failsWhereCut(bytesOf("pax.tar").slice(0, 1536), (file) => tar(file, fields));
  });

  it("says where it was cut off", async () => {
    await expect(tar(three.slice(0, -1024), fields)).rejects.toMatchObject({
      message: expect.stringMatching(/byte \d+: It was cut off, or never finished/),
      offset: three.length - 1024,
    });
    await expect(tar(three.slice(0, 700), fields)).rejects.toMatchObject({
      message: expect.stringContaining("It was cut off: it has 700 bytes, and more belong to it."),
    });
  });

  it("finds small and large members alike, whatever is between them", async () => {
    const path = join(root, "mixed.tar");
    const sizes = Array.from({ length: 120 }, (_, i) => (i % 40 < 20 ? i : 90_000 + i));
    const members = sizes.flatMap((size, i): [string, Uint8Array | string][] => [
      [`${i}.bin`, new Uint8Array(size).fill(i)],
      [`${i}.cls`, `${i}`],
    ]);
    writeFileSync(path, pack(members));
    const reader = await tar(path, { bin: "bytes", cls: "uint8" });
    expect(reader.length).toBe(sizes.length);
    for (const [i, size] of sizes.entries()) {
      const { bin, cls } = await reader.at(i);
      expect([bin.length, bin.every((byte) => byte === i), cls.data[0]]).toEqual([size, true, i]);
    }
  });

  it("takes the first ending that a sample has, in any case of its letters, and more than one field of a member", async () => {
    const pixels = Uint8Array.from({ length: 12 }, (_, i) => i * 20);
    const rows = Buffer.concat(
      [[0], pixels.slice(0, 6), [0], pixels.slice(6)].map((part) => Uint8Array.from(part)),
    );
    const png = new Uint8Array(
      Buffer.concat([signature, header(2, 2, 8, 2), chunk("IDAT", deflateSync(rows)), chunk("IEND")]),
    );
    const archive = pack([
      ["0.PNG", png],
      ["0.json", '{"a":[1,2]}'],
      ["1.jpg", png],
      ["1.png", "never looked at"],
      ["1.json", "3"],
    ]);
    const reader = await tar(archive, {
      image: { type: "image", from: ["jpg", "png"] },
      file: { type: "bytes", from: [".jpg", "png"] },
      json: "json",
    });
    const shown = await Promise.all([0, 1].map((i) => reader.at(i)));
    expect(shown.map(({ image }) => (image as Tensor).data)).toEqual([pixels, pixels]);
    expect(shown.map(({ file }) => file.length === png.length)).toEqual([true, true]);
    expect(shown.map(({ json }) => json)).toEqual([{ a: [1, 2] }, 3]);
    expect(shown[0]!.file.buffer.byteLength).toBe(png.length);
  });

  it("says of an image that cannot be decoded where it lies", async () => {
    const archive = pack([
      ["a/0.png", "none"],
      ["a/0.cls", "0"],
      ["a/1.png", "none"],
      ["a/1.cls", "1"],
    ]);
    const reader = await tar(new File([archive as Uint8Array<ArrayBuffer>], "a.tar"), { png: "image" });
    const context = { epoch: 0, index: 1, seed: 0 };
    const { png } = await reader.getItem(1, createContext(context));
    await expect(resize(png, [2, 2]).tensor()).rejects.toMatchObject({
      name: "ImageError",
      message: expect.stringMatching(
        /^Cannot read the image in a\.tar, row 1, sample "a\/1", column "png", byte 2560: /,
      ),
      path: "a.tar",
      row: 1,
      sample: "a/1",
      column: "png",
      offset: 2560,
    });
    // Also where no more than its size is read, and of no other image that takes its place.
    await expect(together({ image: png, points: tensor([[0, 0]]) }, (image) => image)).rejects.toThrow(
      /in a\.tar, row 1/,
    );
    const replaced = new LazyImage({
      ...(png as LazyImage),
      options: { ...(png as LazyImage).options, onError: () => "nowhere.png" },
    });
    await expect(replaced.tensor()).rejects.toMatchObject({ path: "nowhere.png", row: undefined });
  });

  it("names a sample that lacks a field, or leaves it out and counts it", async () => {
    const archive = pack([
      ["0.txt", "a"],
      ["0.cls", "0"],
      ["1.txt", "b"],
      ["1.label", "1"],
      ["2.txt", "c"],
      ["2.cls", "2"],
    ]);
    await expect(tar(archive, fields)).rejects.toMatchObject({
      message: expect.stringContaining(
        'row 1, sample "1", column "cls", byte 2560: It has no member .cls, but .txt, .label.',
      ),
      row: 1,
      column: "cls",
    });
    const reader = await tar(archive, fields, { missing: "skip" });
    expect([reader.length, reader.skipped]).toEqual([2, 1]);
    expect((await reader.at(1)).txt).toBe("c");
    await expect(tar(archive, { jpg: "image" }, { missing: "skip" })).rejects.toThrow(
      "There are no samples in it, besides 3 that lack a field.",
    );
  });

  it("refuses the same member twice, and members that lie apart", async () => {
    await expect(
      tar(
        pack([
          ["0.txt", "a"],
          ["0.txt", "b"],
        ]),
        { txt: "string" },
      ),
    ).rejects.toThrow("The member 0.txt is there twice.");
    const apart = pack([
      ["0.txt", "a"],
      ["1.txt", "b"],
      ["0.cls", "0"],
      ["1.cls", "1"],
    ]);
    await expect(tar(apart, fields)).rejects.toThrow(/Members of one sample lie side by side/);
  });

  it.each<[string, Uint8Array, RegExp]>([
    ["gzip", Uint8Array.of(0x1f, 0x8b, 8, 0, 0), /It is compressed with gzip.*\(gunzip\)/],
    ["gzip of some length", new Uint8Array(2000).fill(1).with(0, 0x1f).with(1, 0x8b), /compressed with gzip/],
    ["Zstandard", Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd), /compressed with Zstandard/],
    ["no archive", new Uint8Array(2000).fill(65), /It is no tar archive/],
    ["a damaged header", three.with(1024 + 3, 1), /byte 1024: The archive is damaged/],
    ["two archives in one", Buffer.concat([three, three]), /Something follows behind the end/],
    ["a sparse file", padded([block({ name: "0.txt", size: 0, type: "S" })]), /a sparse file/],
    ["long names of before", padded([block({ name: "0.txt", size: 0, type: "N" })]), /long names/],
    ["a volume of several", padded([block({ name: "0.txt", size: 0, type: "M" })]), /of several volumes/],
  ])("refuses %s", async (_, bytes, message) => {
    await expect(tar(new Uint8Array(bytes), { txt: "string" })).rejects.toMatchObject({
      name: "DataError",
      message: expect.stringMatching(message),
    });
  });

  it("reads sizes in base 256, and refuses one that is larger than the file", async () => {
    const size = Uint8Array.of(0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3);
    const archive = padded([block({ name: "0.txt", size: 0, raw: size }), new TextEncoder().encode("abc")]);
    expect((await (await tar(archive, { txt: "string" })).at(0)).txt).toBe("abc");
    const huge = padded([block({ name: "0.txt", size: 0, raw: size.with(5, 1) })]);
    await expect(tar(huge, { txt: "string" })).rejects.toThrow(/It was cut off/);
  });

  it.each([
    ["int32", "1.5", /no text of one number of dtype int32/],
    ["uint8", "256", /It is 256, which is out of the range of dtype uint8, which goes from 0 to 255/],
    ["int8", "-129", /out of the range/],
    ["int64", "9223372036854775808", /out of the range/],
    ["float32", "", /It is "", and no text of one number/],
    ["float32", "1e39", /too large/],
    ["bool", "2", /out of the range/],
    ["json", "{", /It is no JSON/],
    ["string", new Uint8Array([255]), /It is no text in UTF-8/],
  ] as const)("does not take for %s what is none: %s", async (type, text, message) => {
    const archive = pack([
      ["0.x", "1"],
      ["1.x", text],
    ]);
    const reader = await tar(archive, { x: type === "json" || type === "string" ? type : type });
    await expect(reader.at(1)).rejects.toMatchObject({
      name: "DataError",
      message: expect.stringMatching(message),
      row: 1,
      column: "x",
      offset: 1536,
    });
  });

  it("keeps every digit of a number, and its dtype", async () => {
    const of = async <const T extends "int64" | "uint64" | "float64" | "float32" | "int32" | "bool">(
      type: T,
      text: string,
    ) => (await (await tar(pack([["0.x", text]]), { x: type })).at(0)).x;
    expect(await of("int64", "-9223372036854775808\n")).toEqual(tensor(-(2n ** 63n), "int64"));
    expect(await of("uint64", "18446744073709551615")).toEqual(tensor(2n ** 64n - 1n, "uint64"));
    expect(await of("int32", "+007\r\n")).toEqual(tensor(7, "int32"));
    expect(await of("float64", " 1.25e-3 ")).toEqual(tensor(0.00125, "float64"));
    expect(await of("float32", "-inf")).toEqual(tensor(Number.NEGATIVE_INFINITY, "float32"));
    expect(await of("bool", "1")).toEqual(tensor(true, "bool"));
  });

  it("says what is wrong with its options", async () => {
    await expect(tar(three, {})).rejects.toThrow(/needs to know what to take of each sample/);
    await expect(tar(three, { txt: "text" as never })).rejects.toThrow(
      /the field `txt` must be one of key, image, bytes/,
    );
    await expect(tar(three, { txt: { type: "string", from: [] } })).rejects.toThrow(
      /`from` of the field `txt`/,
    );
    await expect(tar(three, fields, { missing: "drop" as never })).rejects.toThrow(/`missing` must be/);
    await expect(tar(three, fields, { shuffle: true } as never)).rejects.toThrow(/has no option `shuffle`/);
  });
});
