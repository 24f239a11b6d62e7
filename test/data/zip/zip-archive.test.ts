import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deflateRawSync, crc32 as zlibCrc32 } from "node:zlib";
import { afterAll, describe, expect, it, vi } from "vitest";
import { crc32Of, plainCrc32 } from "../../../src/core/crc32.ts";
import { zipArchive } from "../../../src/data/zip/zip-archive.ts";
import { tensor } from "../../../src/tensor/tensor.ts";
import { ranges, served } from "../../bytes/server.ts";
import { failsWhereCut, keepsContract } from "../contract.ts";
import { type Packing, packZip } from "./pack-zip.ts";

const root = mkdtempSync(join(tmpdir(), "epochal-zip-"));
afterAll(() => rmSync(root, { recursive: true }));
const fixtures = new URL("../../fixtures/data/", import.meta.url);
const bytesOf = (name: string) => new Uint8Array(readFileSync(new URL(name, fixtures)));
/** What Python's zipfile reads back, each member's bytes in hexadecimal. */
const golden = JSON.parse(readFileSync(new URL("zip.json", fixtures), "utf8")) as {
  readonly archives: readonly string[];
  readonly members: Readonly<Record<string, string>>;
};
const hex = (name: string) => new Uint8Array(Buffer.from(golden.members[name]!, "hex"));
const goldenFields = {
  txt: "string",
  cls: "int32",
  seg: { type: "bytes", from: "seg.bin" },
  key: "key",
} as const;
const goldenSamples = ["b/0", "a.1/1", "füße/2"].map((key) => ({
  txt: Buffer.from(hex(`${key}.txt`)).toString(),
  cls: tensor(Number(Buffer.from(hex(`${key}.cls`)).toString()), "int32"),
  seg: hex(`${key}.seg.BIN`),
  key,
}));
const fields = { txt: "string", cls: "int32" } as const;
const two: readonly Packing[] = [
  { name: "0.txt", data: "zero" },
  { name: "1.txt", data: "one ".repeat(20), method: 8 },
  { name: "1.cls", data: "1" },
  { name: "0.cls", data: "0", method: 8 },
];

for (const method of ["stored", "deflated"]) {
  const samples = goldenSamples.map(({ txt, cls, key }) => ({ txt, cls, key }));
  keepsContract({
    name: `zipArchive, ${method}`,
    open: (files) => zipArchive(files, { ...fields, key: "key" }, { cache: false }),
    files: [bytesOf(`zip-${method}.zip`), bytesOf(`zip-${method}.zip`)],
    samples: [...samples, ...samples],
    ending: ".zip",
  });
}

describe("zipArchive", () => {
  it.each(golden.archives)("reads what other tools write: %s", async (name) => {
    const reader = await zipArchive(bytesOf(name), goldenFields);
    const samples = [];
    for await (const sample of reader) samples.push(sample);
    expect(samples).toEqual(goldenSamples);
    const links = /infozip|bsdtar/.test(name) ? { "symbolic links": 1 } : {};
    expect(reader.passedOver).toEqual({ "hidden files": 2, "files without an ending": 1, ...links });
  });

  it("unpacks as well where there is no zlib, in a page", async () => {
    const load = process.getBuiltinModule;
    vi.spyOn(process, "getBuiltinModule").mockImplementation(((id: string) =>
      id === "node:zlib" ? undefined : load(id)) as typeof load);
    try {
      const reader = await zipArchive(bytesOf("zip-deflated.zip"), goldenFields);
      const samples = [];
      for await (const sample of reader) samples.push(sample);
      expect(samples).toEqual(goldenSamples);
      for (const data of [deflateRawSync("longer"), Uint8Array.of(255)]) {
        const wrong = await zipArchive(packZip([{ name: "0.txt", data: "text", method: 8, packed: data }]), {
          txt: "string",
        });
        await expect(wrong.at(0)).rejects.toThrow(/row 0, .*Its compressed data are damaged/);
      }
    } finally {
      vi.restoreAllMocks();
    }
  });

  it("is an error wherever it was cut off", async () => {
    await failsWhereCut(bytesOf("zip-stored.zip"), (file) => zipArchive(file, goldenFields));
    await failsWhereCut(bytesOf("zip-zip64.zip").slice(2000), (file) => zipArchive(file, goldenFields));
  });

  it("finds every bit of members and directory that was changed", async () => {
    const file = packZip(two);
    const samples = async (bytes: Uint8Array) => {
      const reader = await zipArchive(bytes, { ...fields, key: "key" });
      const seen = [];
      for await (const sample of reader) seen.push(sample);
      return seen;
    };
    const right = await samples(file);
    for (let at = 0; at < file.length; at++)
      for (const bit of [1, 16]) {
        let seen: unknown;
        try {
          seen = await samples(file.with(at, file[at]! ^ bit));
        } catch (error) {
          expect(error, `byte ${at}`).toMatchObject({ name: "DataError" });
          continue;
        }
        // Versions, times, attributes and flags say nothing of a sample.
        expect(seen, `byte ${at}`).toEqual(right);
      }
  });

  it("names a member that does not have its checksum, or another header than the directory says", async () => {
    const file = packZip(two);
    const open = async (bytes: Uint8Array) => {
      const reader = await zipArchive(new File([bytes as Uint8Array<ArrayBuffer>], "a.zip"), fields);
      for await (const _ of reader);
    };
    const data = Buffer.from(file).indexOf("zero");
    await expect(open(file.with(data, 1))).rejects.toMatchObject({
      message: expect.stringMatching(
        /^a\.zip, row 0, sample "0", column "txt", byte 0: It is damaged: it and its checksum differ/,
      ),
      path: "a.zip",
      row: 0,
      sample: "0",
      column: "txt",
      offset: 0,
    });
    await expect(open(file.with(30, 65))).rejects.toThrow(/says something else than the directory/);
    await expect(open(file.with(8, 8))).rejects.toThrow(/says something else than the directory/);
    await expect(open(file.with(14, 8))).rejects.toThrow(/says something else than the directory/);
    await expect(open(file.with(6, 1))).rejects.toThrow(/It is encrypted/);
    const entry = Buffer.from(file).indexOf("PK\x01\x02");
    await expect(open(file.with(entry + 45, 1))).rejects.toThrow(
      /The member 0\.txt cannot be read\. It is not where/,
    );
    const bomb = Buffer.from(file).indexOf("PK\x01\x02", entry + 1);
    await expect(open(file.with(bomb + 27, 255))).rejects.toThrow(
      /which do not unpack to 4278\d+: the archive/,
    );
    await expect(open(file.with(0, 1))).rejects.toThrow(/It is not where the directory says/);
    const packed = file.slice();
    packed[Buffer.from(file).indexOf("1.txt") + 6] = 0xff;
    await expect(open(packed)).rejects.toThrow(/row 1, .*Its compressed data are damaged/);
  });

  it("refuses by name what is encrypted, or packed as it cannot unpack", async () => {
    for (const [name, message] of [
      ["encrypted", /row 0, column "txt".*The member b\/0\.txt cannot be read\. It is encrypted/],
      ["bzip2", /compressed by method 12 \(bzip2\)/],
      ["lzma", /compressed by method 14 \(LZMA\)/],
    ] as const)
      await expect(zipArchive(bytesOf(`zip-${name}.zip`), goldenFields)).rejects.toMatchObject({
        name: "DataError",
        message: expect.stringMatching(message),
      });
    // What nobody asks for may be packed in any way.
    const other = packZip([...two, { name: "0.json", data: "", method: 99 }]);
    expect((await zipArchive(other, fields)).length).toBe(2);
  });

  it("refuses a member that is there twice, and names a sample that lacks a field", async () => {
    await expect(
      zipArchive(packZip([...two, { name: "0.txt", data: "again" }]), fields),
    ).rejects.toMatchObject({
      message: expect.stringMatching(/The member 0\.txt is there twice/),
      sample: "0",
    });
    const lacks = packZip([...two, { name: "2.txt", data: "two" }]);
    await expect(zipArchive(lacks, fields)).rejects.toMatchObject({
      message: expect.stringContaining('row 2, sample "2", column "cls"'),
    });
    const reader = await zipArchive(lacks, fields, { missing: "skip" });
    expect([reader.length, reader.skipped]).toEqual([2, 1]);
  });

  it("reads names as they are meant", async () => {
    const named = async (packing: Partial<Packing>) => {
      const reader = await zipArchive(packZip([{ name: "x", data: "1", ...packing }]), {
        key: "key",
        cls: "uint8",
      });
      return (await reader.at(0)).key;
    };
    const latin = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));
    expect(await named({ written: latin("f\x81\xe1e.cls") })).toBe("füße");
    expect(await named({ name: "füße.cls" })).toBe("füße");
    expect(await named({ name: "a\\b.c\\0.cls", host: 0 })).toBe("a/b.c/0");
    const unicode = (name: string, of: Uint8Array) => {
      const bytes = Buffer.concat([Buffer.alloc(9), Buffer.from(name)]);
      bytes.writeUInt16LE(0x7075, 0);
      bytes.writeUInt16LE(bytes.length - 4, 2);
      bytes[4] = 1;
      bytes.writeUInt32LE(zlibCrc32(of), 5);
      return bytes;
    };
    const written = latin("f\xfc.cls");
    expect(await named({ written, extra: unicode("fü.cls", written) })).toBe("fü");
    // Of another name: it was renamed since.
    expect(await named({ written, extra: unicode("fü.cls", latin("x")) })).toBe("fⁿ");
  });

  it("reads members whose own header says more than the directory, and refuses more members than it counts", async () => {
    const long = packZip(two.map((each) => ({ ...each, localExtra: new Uint8Array(3000) })));
    const reader = await zipArchive(long, { ...fields, key: "key" });
    const seen = [];
    for await (const { txt, key } of reader) seen.push([txt.slice(0, 4), key]);
    expect(seen).toEqual([
      ["zero", "0"],
      ["one ", "1"],
    ]);
    const few = packZip(two);
    few[few.length - 22 + 10] = 3;
    await expect(zipArchive(few, fields)).rejects.toThrow(/it says that there are 3 members, and has more/);
    const parts = packZip(two);
    parts[parts.length - 22 + 4] = 1;
    await expect(zipArchive(parts, fields)).rejects.toThrow(/the last of several parts/);
    // A comment that looks like an end, but does not reach to it.
    const comment = new Uint8Array(40);
    comment.set([0x50, 0x4b, 5, 6]);
    expect((await zipArchive(packZip(two, comment), fields)).length).toBe(2);
  });

  it("opens an archive that is far away by its end alone, and keeps its index", async () => {
    const cache = join(root, "index");
    const big = { name: "9.bin", data: new Uint8Array(2 ** 20) };
    const archive = packZip([
      big,
      ...two,
      ...Array.from({ length: 50 }, (_, i) => ({ ...big, name: `${i + 10}.bin` })),
    ]);
    const asked: string[] = [];
    const answer = ranges(
      () => archive,
      () => ({ etag: '"1"' }),
    );
    await served(
      (request, response) => {
        asked.push(request.headers.range ?? "");
        answer(request, response);
      },
      async (address) => {
        for (const requests of [3, 1]) {
          asked.length = 0;
          const reader = await zipArchive(address, fields, { missing: "skip", cache });
          expect(asked.length).toBeLessThanOrEqual(requests);
          expect([reader.length, (await reader.at(1)).cls.data[0], reader.skipped]).toEqual([2, 1, 51]);
        }
      },
    );
  });

  it("has the same checksum in a page", () => {
    const bytes = Uint8Array.from({ length: 1000 }, (_, i) => i * i);
    for (const length of [0, 1, 9, 1000]) {
      const part = bytes.subarray(0, length);
      expect([crc32Of(part), plainCrc32(part, 0)]).toEqual([zlibCrc32(part), zlibCrc32(part)]);
      expect(plainCrc32(bytes.subarray(length), crc32Of(part))).toBe(zlibCrc32(bytes));
    }
  });

  it("says what is wrong with its options", async () => {
    const file = packZip(two);
    await expect(zipArchive(file, {})).rejects.toThrow(/zipArchive\(\) needs to know what to take/);
    await expect(zipArchive(file, fields, { missing: "drop" as never })).rejects.toThrow(/`missing` must be/);
    await expect(zipArchive(file, fields, { verify: true } as never)).rejects.toThrow(
      /has no option `verify`/,
    );
    await expect(zipArchive(new Uint8Array(100), fields)).rejects.toThrow(/It is no zip archive/);
    await expect(zipArchive(packZip([]), fields)).rejects.toThrow(/There are no samples in it/);
  });
});
