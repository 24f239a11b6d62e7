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
import { chunk, header, signature } from "../../image/png-writer.ts";
import { failsWhereCut, keepsContract } from "../contract.ts";
import { block, pack, padded } from "./pack.ts";

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
  open: (files) => tar(files, { ...fields, key: "key" }),
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
  it.each(Object.keys(golden))("reads what Python's tarfile writes as %s", async (form) => {
    const reader = await tar(bytesOf(`${form}.tar`), goldenFields);
    const samples = [];
    for await (const sample of reader) samples.push(sample);
    expect(samples).toEqual(goldenSamples(form));
    expect(reader.passedOver).toEqual({
      "hidden files": 1,
      "files without an ending": 1,
      "links and devices": 1,
    });
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
    const root = mkdtempSync(join(tmpdir(), "epochal-tar-"));
    afterAll(() => rmSync(root, { recursive: true }));
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
      message: expect.stringContaining('The sample "1" has no member .cls; it has .txt, .label.'),
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
    await expect(tar(apart, fields)).rejects.toThrow(/Members of one sample lie next to each other/);
  });

  it.each<[string, Uint8Array, RegExp]>([
    ["gzip", Uint8Array.of(0x1f, 0x8b, 8, 0, 0), /It is compressed with gzip.*\(gunzip\)/],
    ["gzip of some length", new Uint8Array(2000).fill(1).with(0, 0x1f).with(1, 0x8b), /compressed with gzip/],
    ["Zstandard", Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd), /compressed with Zstandard/],
    ["no archive", new Uint8Array(2000).fill(65), /It is no tar archive/],
    ["a damaged header", three.with(1024 + 3, 1), /byte 1024: The archive is damaged/],
    ["two archives in one", Buffer.concat([three, three]), /Something follows behind the end/],
    ["a sparse file", padded([block({ name: "0.txt", size: 0, type: "S" })]), /a sparse file/],
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
