/** Files that are rarer than those of parquet.test.ts, and what is said of those that cannot be read. */
import { readFileSync } from "node:fs";
import type { FileMetaData, SchemaElement } from "hyparquet";
import { parquetSchema } from "hyparquet";
import { describe, expect, it } from "vitest";
import { parquet } from "../../../src/data/parquet/index.ts";
import { annotate, columnsOf } from "../../../src/data/parquet/schema.ts";
import { fetchAll } from "../../sequence/probe.ts";
import { scalar } from "./scalar.ts";

const pathOf = (name: string) => new URL(`../../fixtures/data/parquet-${name}.parquet`, import.meta.url);

describe("parquet", () => {
  it.each([
    ["times-us", /milliseconds since 1970.*microseconds since 1970.*times-us\.parquet/],
    [
      "times-utc",
      /It is milliseconds since 1970, by a local clock \(int64\), and milliseconds since 1970 \(int64\)/,
    ],
    ["times-time", /and a time in milliseconds \(int32\)/],
  ])("refuses files whose numbers have another unit: %s", async (other, message) => {
    for (const options of [{}, { columns: { t: "int64" } }]) {
      const opened = parquet([pathOf(other), pathOf("times-ms")], options as never);
      await expect(opened).rejects.toThrow(message);
      await expect(opened).rejects.toMatchObject({ name: "OptionError" });
    }
    const two = await parquet([pathOf("times-ms"), pathOf("times-ms")], { columns: { t: "float64" } });
    expect(await fetchAll(two)).toEqual([1e6, 2e6, 1e6, 2e6].map((t) => ({ t: scalar(t, "float64") })));
  });

  it.each(["lz4", "gzip", "brotli", "zstd", "snappy"])("reads pages without values: %s", async (codec) => {
    const columns = { n: "int32", l: "int32" } as const;
    for (const memory of [0, 1e6]) {
      const rows = await parquet(pathOf(`empty-${codec}`), { columns, missing: { n: 7 }, memory });
      const sample = { n: scalar(7, "int32"), l: { data: new Int32Array(), shape: [0], dtype: "int32" } };
      expect(await fetchAll(rows)).toEqual([sample, sample, sample]);
    }
  });

  it.each([
    [Number.NaN, "float32"],
    [Number.NaN, "float64"],
    [Number.POSITIVE_INFINITY, "float32"],
    [0.1, "float32"],
  ] as const)("takes %d for whole numbers that are not there, as %s", async (value, dtype) => {
    const rows = await parquet(pathOf("empty-zstd"), { columns: { n: dtype }, missing: { n: value } });
    expect((await rows.at(1)).n).toEqual(scalar(value, dtype));
  });

  it("refuses a number for those that are not there that the dtype does not hold", async () => {
    const opened = parquet(pathOf("empty-zstd"), { columns: { n: "uint8" }, missing: { n: 300 } });
    await expect(opened).rejects.toThrow(/column "n": 300 is none of the numbers that uint8 holds/);
  });

  it("reads columns whose names objects have, but for the one that none can have", async () => {
    const columns = { constructor: "int64", toString: "int32" } as const;
    const [first] = await fetchAll(await parquet(pathOf("names"), { columns }));
    expect(Object.entries(first as object)).toEqual([
      ["constructor", scalar(1, "int64")],
      ["toString", scalar(1, "int32")],
    ]);
    for (const options of [{}, { columns: JSON.parse('{"__proto__":"int64"}') as { x: "int64" } }])
      await expect(parquet(pathOf("names"), options as never)).rejects.toThrow(
        /no sample has a field "__proto__"/,
      );
  });

  it.each<[string, object, RegExp]>([
    ["twice", {}, /has 2 columns "a".* Rename/],
    ["metadata", {}, /It lists other files.* Name those/],
    ["encrypted", {}, /It is encrypted\./],
    ["encrypted-column", {}, /column "a": It is encrypted\./],
  ])("says what is wrong with a file: %s", async (name, options, message) => {
    const opened = parquet(pathOf(name), options);
    await expect(opened).rejects.toThrow(message);
    await expect(opened).rejects.not.toThrow(/damaged/);
  });

  it("reads the columns beside one that is encrypted", async () => {
    const rows = await parquet(new Uint8Array(readFileSync(pathOf("encrypted-column"))), {
      columns: { b: "int64" },
    });
    expect(await fetchAll(rows)).toEqual([3, 4].map((b) => ({ b: scalar(b, "int64") })));
  });
});

describe("a schema that has the newer annotations alone", () => {
  it.each<[Partial<SchemaElement>, Partial<SchemaElement>, string]>([
    [
      { type: "INT32", logical_type: { type: "DECIMAL", precision: 9, scale: 2 } },
      { converted_type: "DECIMAL", precision: 9, scale: 2 },
      "float64",
    ],
    [
      { type: "INT32", logical_type: { type: "INTEGER", bitWidth: 8, isSigned: false } },
      { converted_type: "UINT_8" },
      "uint8",
    ],
    [
      { type: "INT64", logical_type: { type: "INTEGER", bitWidth: 64, isSigned: false } },
      { converted_type: "UINT_64" },
      "uint64",
    ],
    [
      { type: "INT32", logical_type: { type: "INTEGER", bitWidth: 16, isSigned: true } },
      { converted_type: "INT_16" },
      "int16",
    ],
  ])("is read as with both: %j", (element, older, content) => {
    const schema = [
      { name: "schema", num_children: 1 },
      { name: "x", repetition_type: "REQUIRED", ...element },
    ] as SchemaElement[];
    const metadata = { schema } as FileMetaData;
    annotate(metadata);
    expect(schema[1]).toMatchObject(older);
    expect(columnsOf(metadata, parquetSchema(metadata))).toMatchObject([{ name: "x", content }]);
  });
});
