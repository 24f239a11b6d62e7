import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it, vi } from "vitest";
import { arrow } from "../../../src/data/arrow/index.ts";
import type { ColumnReader } from "../../../src/data/columns/groups.ts";
import { createContext } from "../../../src/sequence/context.ts";
import type { Sequence } from "../../../src/sequence/sequence.ts";
import { run } from "../../../src/tensor/run.ts";
import { ranges, served } from "../../bytes/server.ts";
import { fetchAll } from "../../sequence/probe.ts";
import { failsWhereCut, keepsContract } from "../contract.ts";
import { scalar } from "../parquet/scalar.ts";

const fixtures = new URL("../../fixtures/data/", import.meta.url);
const pathOf = (name: string) => new URL(`arrow-${name}.arrow`, fixtures);
const bytesOf = (name: string) => new Uint8Array(readFileSync(pathOf(name)));
/** What pyarrow reads. */
const rowsOf = (name: string) =>
  JSON.parse(readFileSync(new URL(`arrow-${name}.json`, fixtures), "utf8")) as Record<string, never>[];

const root = mkdtempSync(join(tmpdir(), "epochal-arrow-"));
afterAll(() => rmSync(root, { recursive: true }));
afterEach(() => void vi.useRealTimers());

interface TextRow {
  readonly text: string;
  readonly label: number;
  readonly category: string;
}
const texts = (rowsOf("stream") as unknown as TextRow[]).map(({ text, label, category }) => ({
  text,
  label: scalar(label, "int64"),
  category,
}));

for (const memory of [2 ** 20, 0])
  keepsContract({
    name: `arrow, ${memory === 0 ? "by record batches" : "in memory"}`,
    open: (files) => arrow(files, { memory }),
    files: [bytesOf("stream"), bytesOf("lz4"), bytesOf("zstd")],
    samples: [...texts, ...texts, ...texts],
    ending: ".arrow",
  });

describe("arrow", () => {
  it.each(["stream", "file", "lz4", "lz4-stream", "zstd"])(
    "reads what pyarrow wrote, %s, in memory and by record batches",
    async (name) => {
      // Record batches that lie together in memory, some or each alone.
      for (const memory of [2 ** 28, 2 ** 15, 2 ** 13]) {
        const all = await arrow(pathOf(name), { memory });
        expect(all.blocks).toEqual([17, 17, 16]);
        expect(all.decoded).toBe(true);
        expect(await fetchAll(all)).toEqual(texts);
      }
      const batches = await arrow(pathOf(name), { memory: 0 });
      expect(batches.decoded).toBe(false);
      expect(await fetchAll(batches)).toEqual(texts);
    },
  );

  it("undoes lz4 whose blocks repeat what is in blocks before them", async () => {
    const rows = await arrow(pathOf("long-lz4"));
    const values = (await fetchAll(rows)).map(({ x }) => (x as { data: ArrayLike<number> }).data[0]);
    let noise = 1;
    const expected = Array.from({ length: 40_000 }, (_, i) => {
      if (i >= 1000) return (i - 1000) % 5;
      const value = noise;
      noise = (noise * 7) % 2_147_483_647;
      return value;
    });
    expect(values).toEqual(expected);
  });

  it("gives each type as itself", async () => {
    const rows = await arrow(pathOf("types"));
    const dtypes = {
      ...Object.fromEntries(
        ["bool", "int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64"].map((each) => [
          each,
          each,
        ]),
      ),
      half: "float32",
      float32: "float32",
      float64: "float64",
      numbers: "int16",
      date: "int32",
      days: "int64",
      seconds: "int64",
      nanos: "int64",
      time: "int32",
      time64: "int64",
      duration: "int64",
    };
    const samples = await fetchAll(rows);
    expect(samples).toHaveLength(3);
    for (const [i, row] of samples.entries()) {
      const expected = rowsOf("types")[i]!;
      const seen = new Set<string>();
      const check = (column: string, value: unknown) => {
        seen.add(column);
        expect(row[column], column).toEqual(value);
      };
      for (const [column, dtype] of Object.entries(dtypes))
        check(column, scalar(expected[column]!, dtype as never));
      for (const column of ["text", "large_text", "view"]) check(column, expected[column]);
      for (const [column, dtype] of Object.entries({ floats: "float32", ids: "int64", pair: "int32" })) {
        const values = expected[column] as unknown as (number | string)[];
        const data =
          dtype === "int64"
            ? BigInt64Array.from(values, BigInt)
            : new { float32: Float32Array, int32: Int32Array }[dtype]!(values as number[]);
        check(column, { data, shape: [values.length], dtype });
      }
      const grid = (expected.grid as unknown as number[][]).flat();
      check("grid", { data: Uint8Array.from(grid), shape: [2, 3], dtype: "uint8" });
      for (const column of ["binary", "large_binary", "binary_view", "fixed", "tag"]) {
        const { base64 } = expected[column] as unknown as { base64: string };
        const data = new Uint8Array(Buffer.from(base64, "base64"));
        check(column, { data, shape: [data.length], dtype: "uint8" });
      }
      expect(seen).toEqual(new Set(Object.keys(row)));
    }
  });

  it.each([0, 2 ** 20])(
    "gives words of dictionaries that grow or are replaced, memory %d",
    async (memory) => {
      for (const name of ["delta", "delta-file", "replaced"]) {
        const rows = await arrow(pathOf(name), { memory });
        expect(await fetchAll(rows), name).toEqual(rowsOf(name));
        // And backwards, where the dictionary that was read last is another.
        const last = rows.length - 1;
        for (let i = last; i >= 0; i--) expect(await rows.at(i), name).toEqual(rowsOf(name)[i]);
      }
    },
  );

  it("gives numbers as another dtype where that holds them, and refuses where not", async () => {
    const rows = await arrow(pathOf("stream"), { columns: { label: "int32", text: "string" } });
    expect(await rows.at(2)).toEqual({ label: scalar(2, "int32"), text: texts[2]!.text });
    await expect(arrow(pathOf("short"), { columns: { x: "int32" } })).rejects.toThrow(
      /row 0, column "x": 1099511627776n is none of the numbers that int32 holds/,
    );
    const late = await arrow(pathOf("short"), { columns: { x: "int32" }, memory: 0 });
    await expect(late.at(1)).rejects.toMatchObject({ name: "DataError", row: 0, column: "x" });
  });

  it.each([
    [{ text: "int32" }, /"text" of .*arrow cannot be read so\. It is text, not int32/],
    [{ label: "string" }, /It is int64, not string/],
    [{ category: "image" }, /It is text, not image/],
    [{ nothing: "int32" }, /has no column "nothing"\. It has: text, label, category/],
  ])("refuses %j when it is opened", async (columns, message) => {
    const opened = arrow(pathOf("stream"), { columns: columns as never });
    await expect(opened).rejects.toThrow(message);
    await expect(opened).rejects.toMatchObject({ name: "OptionError" });
  });

  it("refuses what no tensor holds, by name, and reads the columns behind it", async () => {
    for (const [column, message] of Object.entries({
      map: /It is a map/,
      struct: /It is a record of a, b/,
      nested: /It is a list of lists or records/,
      tags: /It is lists of text/,
      nothing: /It is nothing but nulls/,
      decimal: /It is of Arrow's type decimal/,
      dense: /It is of Arrow's type union/,
      coded: /It is a list of lists or records/,
    })) {
      const opened = arrow(pathOf("strange"), { columns: { [column]: "int32" } });
      await expect(opened, column).rejects.toThrow(message);
    }
    await expect(arrow(pathOf("strange"))).rejects.toThrow(/"map".*Pick others: columns/);
    const ok = await arrow(pathOf("strange"), { columns: { ok: "int64", latin1: "bytes" } });
    expect((await ok.at(1)).ok).toEqual(scalar(2, "int64"));
    expect((await ok.at(0)).latin1.data).toEqual(Uint8Array.of(0x63, 0x61, 0x66, 0xe9));
    await expect(arrow(pathOf("strange"), { columns: { latin1: "string" } })).rejects.toMatchObject({
      name: "DataError",
      row: 0,
      column: "latin1",
      message: expect.stringMatching(/not UTF-8\. Ask for "bytes"/),
    });
  });

  it("refuses nulls, or takes what stands for them", async () => {
    for (const column of ["s", "c", "v"])
      await expect(arrow(pathOf("nulls"), { columns: { [column]: "string" } })).rejects.toMatchObject({
        name: "DataError",
        column,
        message: expect.stringMatching(/[12] of its values are not there \(null\)\. Say what stands/),
      });
    await expect(arrow(pathOf("nulls"), { columns: { l: "int32" } })).rejects.toMatchObject({
      name: "DataError",
      column: "l",
      row: 1,
    });
    const columns = {
      x: "float32",
      n: "int32",
      s: "string",
      c: "string",
      v: "string",
      all: "int32",
    } as const;
    for (const memory of [0, 1e6]) {
      const missing = { x: Number.NaN, n: -1, s: "none", c: "", v: "?" };
      const rows = await arrow(pathOf("nulls"), { columns, memory, missing });
      expect(await fetchAll(rows)).toEqual(
        (rowsOf("nulls") as unknown as Record<string, number | string | null>[]).map((row) => ({
          x: scalar((row.x ?? Number.NaN) as number, "float32"),
          n: scalar((row.n ?? -1) as number, "int32"),
          s: row.s ?? "none",
          c: row.c ?? "",
          v: row.v ?? "?",
          all: scalar(row.all as number, "int32"),
        })),
      );
    }
  });

  it("gives images as images: by what Hugging Face says of them, and where they are asked for", async () => {
    const rows = await arrow(pathOf("images"));
    const asked = await arrow(pathOf("images"), { columns: { png: "image", mask: "image", image: "bytes" } });
    for (let i = 0; i < 7; i++) {
      const expected = rowsOf("images")[i] as unknown as Record<string, { base64: string }>;
      const sample = (await run(await rows.at(i))) as unknown as Record<string, { data: Uint8Array }>;
      const other = (await run(await asked.at(i))) as unknown as Record<string, { data: Uint8Array }>;
      const bytes = new Uint8Array(Buffer.from(expected.png!.base64, "base64"));
      expect(sample.image).toMatchObject({ shape: [2, 2, 3], dtype: "uint8" });
      expect(sample.image!.data[0]).toBe(i * 20);
      expect([other.png!.data[0], other.mask!.data[0]]).toEqual([i * 20, i * 20]);
      expect(sample.png!.data).toEqual(bytes);
      expect(other.image!.data).toEqual(bytes);
    }
    await expect(arrow(pathOf("paths"), { columns: { image: "image" } })).rejects.toThrow(
      /1 of its values are not there \(null\)\. Leave those rows out/,
    );
  });

  it.each([
    ["us", /microseconds since 1970, by a local clock \(int64\), and milliseconds since 1970, by/],
    ["ms-zoned", /milliseconds since 1970 \(int64\), and milliseconds since 1970, by a local clock/],
  ])("refuses files whose times count other things: %s", async (other, message) => {
    const files = [pathOf("times-ms"), pathOf(`times-${other}`)];
    for (const options of [{}, { columns: { time: "int64" } }] as const) {
      const opened = arrow(files, options as { columns: { time: "int64" } });
      await expect(opened).rejects.toThrow(message);
      await expect(opened).rejects.toMatchObject({ name: "OptionError" });
    }
    expect((await arrow([files[0]!, files[0]!])).length).toBe(4);
  });

  it("refuses what it does not know, by name", async () => {
    await expect(arrow(new TextEncoder().encode("FEA1 and more"))).rejects.toThrow(/Feather's first version/);
    await expect(arrow(new TextEncoder().encode("PAR1 and more"))).rejects.toThrow(/a Parquet file/);
    await expect(arrow(new TextEncoder().encode("a,b\n1,2\n3,4\n"))).rejects.toMatchObject({
      name: "DataError",
      offset: 0,
      message: expect.stringMatching(/No message of Arrow begins here/),
    });
    await expect(arrow(pathOf("empty"))).rejects.toThrow(/has no rows/);
    const twice = new Uint8Array([...bytesOf("short"), ...bytesOf("short")]);
    await expect(arrow(twice)).rejects.toThrow(/several streams are in one file/);
    await expect(arrow(pathOf("stream"), { rows: 1 } as never)).rejects.toThrow(/no option `rows`/);
  });
});

describe("arrow by record batches", () => {
  it("reads the picked columns alone, each batch once for all rows that are asked for together", async () => {
    const bytes = bytesOf("file");
    let [count, sent] = [0, 0];
    const answer = ranges(() => bytes);
    await served(
      (request, response) => {
        count++;
        const [from, to] = /(\d+)-(\d+)/
          .exec(request.headers.range ?? "")
          ?.slice(1)
          .map(Number) ?? [0, 0];
        sent += to! - from! + 1;
        answer(request, response);
      },
      async (address) => {
        const rows = await arrow(address, { columns: { label: "int64" }, memory: 0 });
        [count, sent] = [0, 0];
        const indices = [0, 49, 5, 20, 1, 48];
        expect(await itemsOf(rows, indices)).toEqual(indices.map((i) => ({ label: texts[i]!.label })));
        // What a batch says of itself, and the column.
        expect(count).toBe(3 * 2);
        expect(sent).toBeLessThan(bytes.length / 2);
      },
    );
  });

  it("refuses a file that is another one by now", async () => {
    vi.useFakeTimers({ toFake: ["performance"] });
    const path = join(root, "changes.arrow");
    writeFileSync(path, bytesOf("file"));
    const rows = await arrow(path, { memory: 0 });
    await rows.at(0);
    writeFileSync(path, bytesOf("lz4"));
    vi.advanceTimersByTime(100);
    await expect(rows.at(40)).rejects.toMatchObject({
      name: "DataError",
      path,
      message: expect.stringMatching(/not what it was/),
    });
  });
});

describe("a damaged Arrow file", () => {
  it.each(["short", "paths", "delta", "replaced", "lz4-stream", "delta-file"])(
    "is refused wherever it is cut: %s",
    async (name) => {
      await failsWhereCut(bytesOf(name), (bytes) =>
        name === "paths" ? arrow(bytes, { columns: { image: "bytes" } }) : arrow(bytes),
      );
    },
  );

  it.each(["stream", "lz4", "zstd", "images", "types", "nulls"])(
    "gives rows or a DataError where any byte is another, and never anything else: %s",
    async (name) => {
      const bytes = bytesOf(name);
      const missing = { x: 0, n: 0, s: "", c: "", v: "" };
      const options =
        name === "nulls"
          ? ({
              columns: { x: "float64", n: "int64", s: "string", c: "string", v: "string" },
              missing,
            } as const)
          : {};
      // Of many columns of which each is much as another, some.
      for (let at = 0; at < bytes.length; at += name === "types" ? 3 : 1) {
        const damaged = bytes.slice();
        damaged[at]! ^= 1 << (at % 8);
        const error = await arrow(damaged, options as object).then(
          (rows) =>
            fetchAll(rows).then(
              () => undefined,
              (thrown: unknown) => thrown,
            ),
          (thrown: unknown) => thrown,
        );
        if (error !== undefined)
          expect(["DataError", "OptionError"], `${at}: ${(error as Error).stack}`).toContain(
            (error as Error).name,
          );
      }
    },
  );
});

/** The samples at `indices`, as batches ask for them. */
async function itemsOf(rows: ColumnReader<unknown>, indices: readonly number[]): Promise<unknown[]> {
  const contexts = indices.map((index) => createContext({ epoch: 0, index, seed: 0 }));
  const samples = await (rows as Sequence<unknown>).getItems!(indices, contexts);
  return Promise.all(samples.map((sample) => run(sample)));
}
