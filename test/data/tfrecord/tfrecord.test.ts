import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";
import { maskedCrc32c } from "../../../src/core/crc32c.ts";
import { tfrecord } from "../../../src/data/tfrecord/tfrecord.ts";
import { createContext } from "../../../src/sequence/context.ts";
import { tensor } from "../../../src/tensor/tensor.ts";
import { ranges, served } from "../../bytes/server.ts";
import { failsWhereCut, keepsContract } from "../contract.ts";

interface GoldenRow {
  readonly bytes: string;
  readonly image: string;
  readonly label: number;
  readonly big: string;
  readonly box: readonly number[];
  readonly tokens: readonly number[];
  readonly name: string;
  readonly weight: number;
}

const fixtures = new URL("../../fixtures/data/", import.meta.url);
const golden = new Uint8Array(readFileSync(new URL("examples.tfrecord", fixtures)));
const rows: readonly GoldenRow[] = JSON.parse(readFileSync(new URL("examples.json", fixtures), "utf8"));
const hex = (text: string) => new Uint8Array(Buffer.from(text, "hex"));
const fields = {
  picture: { type: "bytes", from: "image/encoded" },
  label: "int32",
  big: "int64",
  box: { type: "float32", shape: [2, 2] },
  name: "string",
  weight: "float64",
} as const;
const samples = rows.map(({ image, label, big, box, name, weight }) => ({
  picture: hex(image),
  label: tensor(label, "int32"),
  big: tensor(BigInt(big), "int64"),
  box: tensor(Float32Array.from(box), { shape: [2, 2] }),
  name,
  weight: tensor(weight, "float64"),
}));

/** The records' bytes, framed as TFRecord frames them. */
function frame(...records: readonly Uint8Array[]): Uint8Array {
  const parts = records.flatMap((record) => {
    const head = new DataView(new ArrayBuffer(12));
    head.setUint32(0, record.length, true);
    head.setUint32(8, maskedCrc32c(new Uint8Array(head.buffer, 0, 8)), true);
    const tail = new DataView(new ArrayBuffer(4));
    tail.setUint32(0, maskedCrc32c(record), true);
    return [new Uint8Array(head.buffer), record, new Uint8Array(tail.buffer)];
  });
  return new Uint8Array(Buffer.concat(parts));
}
/** A field of a protocol buffer with bytes in it. */
const part = (field: number, ...inner: readonly (readonly number[])[]) => {
  const flat = inner.flat();
  return [field * 8 + 2, flat.length, ...flat];
};
const ascii = (text: string) => [...text].map((character) => character.charCodeAt(0));
/** An example with one feature, `x`. */
const example = (feature: readonly number[]) =>
  Uint8Array.from(part(1, part(1, part(1, ascii("x")), part(2, feature))));
const twice = /is there twice, .* Write it once/;

keepsContract({
  name: "tfrecord",
  open: (files) =>
    tfrecord(
      files,
      {
        label: "int32",
        weight: "float64",
        name: "string",
        box: { type: "float32", shape: [2, 2] },
      },
      { cache: false },
    ),
  files: [golden, golden],
  samples: [...samples, ...samples].map(({ label, weight, name, box }) => ({ label, weight, name, box })),
});

describe("tfrecord", () => {
  it("reads what TensorFlow writes, as TensorFlow parses it", async () => {
    const reader = await tfrecord(golden, fields);
    const seen = [];
    for await (const sample of reader) seen.push(sample);
    expect(seen).toEqual(samples);
    const ragged = await tfrecord(golden, { tokens: { type: "int32", shape: "ragged" } });
    for (const [i, { tokens }] of rows.entries())
      expect((await ragged.at(i)).tokens).toEqual(tensor(Int32Array.from(tokens)));
  });

  it("gives the bytes of records where no fields are asked for", async () => {
    const reader = await tfrecord(golden);
    for (const [i, { bytes }] of rows.entries()) expect(await reader.at(i)).toEqual(hex(bytes));
  });

  it("says of an image that cannot be decoded where it lies", async () => {
    const none = frame(example(part(1, part(1, ascii("none")))), example(part(1, part(1, ascii("none")))));
    const reader = await tfrecord(new File([none as Uint8Array<ArrayBuffer>], "a.tfrecord"), { x: "image" });
    const { x } = await reader.getItem(1, createContext({ epoch: 0, index: 1, seed: 0 }));
    await expect(x.tensor()).rejects.toMatchObject({
      name: "ImageError",
      message: expect.stringMatching(/^Cannot read the image in a\.tfrecord, row 1, column "x", byte \d+: /),
      path: "a.tfrecord",
      row: 1,
      column: "x",
    });
  });

  it("keeps the index of a file that is far away, and reads it again", async () => {
    const cache = mkdtempSync(join(tmpdir(), "epochal-tfrecord-"));
    afterAll(() => rmSync(cache, { recursive: true }));
    let asked: string[] = [];
    const answer = ranges(
      () => golden,
      () => ({ etag: '"1"' }),
    );
    await served(
      (request, response) => {
        asked.push(request.headers.range ?? "");
        answer(request, response);
      },
      async (address) => {
        await tfrecord(`${address}a`, { label: "int32" }, { cache });
        const heads = asked.length;
        asked = [];
        const again = await tfrecord(`${address}a`, { name: "string" }, { cache });
        expect(asked.length).toBeLessThan(heads);
        const names = [];
        for await (const { name } of again) names.push(name);
        expect(names).toEqual(rows.map(({ name }) => name));
      },
    );
  });

  it("is an error wherever it was cut off within a record", async () => {
    await failsWhereCut(frame(hex(rows[2]!.bytes)), (file) => tfrecord(file, fields));
    await expect(tfrecord(golden.slice(0, -1), fields)).rejects.toMatchObject({
      message: expect.stringMatching(/row 5, byte \d+: It was cut off/),
      row: 5,
    });
  });

  it("finds every byte of it that was changed", async () => {
    const file = frame(hex(rows[2]!.bytes));
    for (let i = 0; i < file.length; i++)
      await expect(tfrecord(file.with(i, file[i]! ^ 4), fields), `byte ${i}`).rejects.toMatchObject({
        name: "DataError",
      });
    // The data's checksum is not looked at where that was said.
    const tail = file.with(file.length - 1, file.at(-1)! ^ 4);
    expect((await tfrecord(tail, fields, { verify: false })).length).toBe(1);
  });

  it("reads lists that are packed and such that are not", async () => {
    const ragged = (type: "int64" | "uint8" | "float32") => ({ x: { type, shape: "ragged" } }) as const;
    const unpacked = frame(example(part(3, [8, 1, 8, 0xff, 1], part(1, [3, 4]))));
    expect((await (await tfrecord(unpacked, ragged("uint8"))).at(0)).x).toEqual(
      tensor(Uint8Array.of(1, 255, 3, 4)),
    );
    const minus = frame(example(part(3, part(1, [...new Array(9).fill(255), 1]))));
    expect((await (await tfrecord(minus, ragged("int64"))).at(0)).x).toEqual(tensor(BigInt64Array.of(-1n)));
    const floats = frame(example(part(2, [13, 0, 0, 128, 63], part(1, [0, 0, 0, 64]))));
    expect((await (await tfrecord(floats, ragged("float32"))).at(0)).x).toEqual(
      tensor(Float32Array.of(1, 2)),
    );
  });

  it("gives text with all of its characters, also the mark that it may begin with", async () => {
    const bytes = [0xef, 0xbb, 0xbf, 0x61];
    const marked = frame(example(part(1, part(1, bytes))));
    expect((await (await tfrecord(marked, { x: "string" })).at(0)).x).toBe("\ufeffa");
  });

  it.each<[string, Uint8Array, object, RegExp]>([
    ["a feature that is missing", golden, { none: "int32" }, /row 0, column "none".*no feature "none"/],
    ["another kind", golden, { label: "float32" }, /a list of int64, and no list of float32/],
    ["a feature without a list", frame(example([])), { x: "int32" }, /a list of nothing/],
    ["more values than one", golden, { box: "float32" }, /It has 4 values.*shape: \[4\]/],
    ["another shape", golden, { box: { type: "float32", shape: [3] } }, /4 values, and shape \[3\] has 3/],
    ["numbers out of range", golden, { big: "int32" }, /out of the range of dtype int32/],
    ["negative numbers", golden, { label: "uint64" }, /out of the range of dtype uint64/],
    ["what is no example", frame(Uint8Array.of(255, 255)), { x: "int32" }, /no tf\.train\.Example/],
    // What protocol buffers join; TensorFlow's own reader takes the first.
    [
      "a list that is there twice",
      frame(example([...part(3, [8, 1]), ...part(3, [8, 2])])),
      { x: "int32" },
      twice,
    ],
    [
      "lists of two kinds",
      frame(example([...part(2, [13, 0, 0, 0, 0]), ...part(3, [8, 2])])),
      { x: "int32" },
      twice,
    ],
    [
      "a feature that is there twice",
      frame(
        Uint8Array.from(
          part(1, part(1, part(1, ascii("x")), part(2, part(3, [8, 1])), part(2, part(3, [8, 2])))),
        ),
      ),
      { x: "int32" },
      twice,
    ],
    ["gzip", gzipSync(golden), { label: "int32" }, /compressed with gzip/],
    ["another file", new Uint8Array(100).fill(65), { label: "int32" }, /It is no TFRecord file/],
    ["an empty file", new Uint8Array(0), { label: "int32" }, /There are no records in it/],
  ])("refuses %s", async (_, bytes, asked, message) => {
    await expect(tfrecord(new Uint8Array(bytes), asked as { label: "int32" })).rejects.toMatchObject({
      name: "DataError",
      message: expect.stringMatching(message),
    });
  });

  it("says what is wrong with its options", async () => {
    await expect(tfrecord(golden, {} as { x: "int32" })).rejects.toThrow(/takes the features of a sample/);
    await expect(tfrecord(golden, { x: "float16" as never })).rejects.toThrow(/the field `x` must be one of/);
    await expect(tfrecord(golden, { x: { type: "string", shape: [2] } as never })).rejects.toThrow(
      /the field `x` must be one of bool/,
    );
    await expect(tfrecord(golden, undefined, { verify: 1 as never })).rejects.toThrow(/`verify` must be/);
  });
});
