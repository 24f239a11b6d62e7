import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it, vi } from "vitest";
import { type ColumnReader, parquet } from "../../../src/data/parquet/index.ts";
import { BlockSampler } from "../../../src/sampler/block.ts";
import { createContext } from "../../../src/sequence/context.ts";
import type { Sequence } from "../../../src/sequence/sequence.ts";
import { run } from "../../../src/tensor/run.ts";
import { ranges, served } from "../../bytes/server.ts";
import { fetchAll } from "../../sequence/probe.ts";
import { failsWhereCut, keepsContract } from "../contract.ts";
import { scalar } from "./scalar.ts";

const fixtures = new URL("../../fixtures/data/", import.meta.url);
const pathOf = (name: string) => new URL(`parquet-${name}.parquet`, fixtures);
const bytesOf = (name: string) => new Uint8Array(readFileSync(pathOf(name)));
/** What pyarrow reads. */
const rowsOf = (name: string) =>
  JSON.parse(readFileSync(new URL(`parquet-${name}.json`, fixtures), "utf8")) as Record<string, never>[];

const root = mkdtempSync(join(tmpdir(), "epochal-parquet-"));
afterAll(() => rmSync(root, { recursive: true }));
afterEach(() => void vi.useRealTimers());

interface TextRow {
  readonly text: string;
  readonly label: number;
  readonly category: string;
}
const texts = (rowsOf("snappy") as unknown as TextRow[]).map(({ text, label, category }) => ({
  text,
  label: scalar(label, "int64"),
  category,
}));

keepsContract({
  name: "parquet",
  open: (files) => parquet(files),
  files: [bytesOf("snappy"), bytesOf("zstd")],
  samples: [...texts, ...texts],
  ending: ".parquet",
});

describe("parquet", () => {
  it.each(["snappy", "zstd", "gzip", "brotli", "lz4", "v2", "plain", "delta"])(
    "reads what pyarrow wrote, %s, in memory and by row groups",
    async (name) => {
      // Row groups that lie together in memory, some or each alone.
      for (const memory of [2 ** 28, 2 ** 15, 2 ** 13]) {
        const all = await parquet(pathOf(name), { memory });
        expect(all.blocks).toEqual([17, 17, 16]);
        expect(all.decoded).toBe(true);
        expect(await fetchAll(all)).toEqual(texts);
      }
      const groups = await parquet(pathOf(name), { memory: 0 });
      expect(groups.decoded).toBe(false);
      expect(await fetchAll(groups)).toEqual(texts);
    },
  );

  it.each(["types", "types-v2"])("gives each type as itself: %s", async (name) => {
    const rows = await parquet(pathOf(name));
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
      decimal: "float64",
      date: "int32",
      seconds: "int64",
      micros: "int64",
      nanos: "int64",
      time: "int32",
    };
    for (const [i, row] of (await fetchAll(rows)).entries()) {
      const expected = rowsOf(name)[i]!;
      for (const [column, dtype] of Object.entries(dtypes))
        expect(row[column], column).toEqual(scalar(expected[column]!, dtype as never));
      for (const [column, dtype] of Object.entries({ floats: "float32", ids: "int64", pair: "int32" })) {
        const values = expected[column] as unknown as (number | string)[];
        const { data, ...rest } = row[column] as { data: ArrayLike<unknown> };
        expect(Array.from(data, Number), column).toEqual(values.map(Number));
        expect(rest).toEqual({ shape: [values.length], dtype });
      }
      for (const column of ["binary", "fixed"]) {
        const { base64 } = expected[column] as unknown as { base64: string };
        const data = new Uint8Array(Buffer.from(base64, "base64"));
        expect(row[column]).toEqual({ data, shape: [data.length], dtype: "uint8" });
      }
    }
  });

  it("gives numbers as another dtype where that holds them, and refuses where not", async () => {
    const columns = { label: "int32", text: "string" } as const;
    const rows = await parquet(pathOf("snappy"), { columns });
    expect(Object.keys(await rows.at(0))).toEqual(["label", "text"]);
    expect((await rows.at(2)).label).toEqual(scalar(2, "int32"));
    const floats = await parquet(pathOf("long"), { columns: { f: "float32", x: "float64" } });
    expect(await floats.at(0)).toEqual({ f: scalar(0.5, "float32"), x: scalar(2 ** 40, "float64") });
    for (const kind of ["int32", "uint8", "float32"] as const) {
      const exact = kind === "float32";
      const opened = parquet(pathOf("types"), { columns: { int64: kind } });
      await expect(opened, `${exact}`).rejects.toMatchObject({ name: "DataError", row: 0, column: "int64" });
    }
    await expect(parquet(pathOf("long"), { columns: { x: "int32" } })).rejects.toThrow(
      /row 0, column "x": 1099511627776n is none of the numbers that int32 holds/,
    );
    // Where rows are read when they are asked for, there.
    const late = await parquet(pathOf("long"), { columns: { x: "int32" }, memory: 0 });
    await expect(late.at(1)).rejects.toMatchObject({ name: "DataError", row: 0, column: "x" });
  });

  it.each([
    [{ text: "int32" }, /"text" of .*parquet cannot be read so\. It is text, not int32/],
    [{ label: "string" }, /It is int64, not string/],
    [{ label: "bool" }, /It is int64, not bool/],
    [{ text: "image" }, /It is text, not image/],
    [{ label: "float16" }, /"label" must be one of string, .*Half floats/],
    [{ nothing: "int32" }, /has no column "nothing"\. It has: text, label, category/],
    [{}, /at least one column/],
    [["text"], /`columns` must say what each column is given as/],
  ])("refuses %j when it is opened", async (columns, message) => {
    const opened = parquet(pathOf("snappy"), { columns: columns as never });
    await expect(opened).rejects.toThrow(message);
    await expect(opened).rejects.toMatchObject({ name: "OptionError" });
  });

  it("refuses what no tensor holds, by name, and reads the columns beside it", async () => {
    for (const [column, message] of Object.entries({
      map: /It is a map/,
      struct: /It is a record of a, b/,
      nested: /It is a list of lists or records/,
      tags: /It is lists of text/,
    })) {
      const opened = parquet(pathOf("strange"), { columns: { [column]: "int32" } });
      await expect(opened).rejects.toThrow(message);
    }
    await expect(parquet(pathOf("strange"))).rejects.toThrow(/"map".*Pick others: columns/);
    const ok = await parquet(pathOf("strange"), { columns: { ok: "int64" } });
    expect((await ok.at(1)).ok).toEqual(scalar(2, "int64"));
    await expect(parquet(pathOf("types"), { columns: { float64: "int32" } })).rejects.toThrow(
      /It is float64, and not given as int32, as fractions would be lost/,
    );
  });

  it("refuses text that is none, and gives it as bytes", async () => {
    await expect(parquet(pathOf("strange"), { columns: { latin1: "string" } })).rejects.toMatchObject({
      name: "DataError",
      row: 0,
      column: "latin1",
      message: expect.stringMatching(/not UTF-8\. Ask for "bytes"/),
    });
    const rows = await parquet(pathOf("strange"), { columns: { latin1: "bytes" } });
    expect((await rows.at(0)).latin1.data).toEqual(Uint8Array.of(0x63, 0x61, 0x66, 0xe9));
  });

  it.each(["nulls", "nulls-v2"])("refuses nulls, or takes what stands for them: %s", async (name) => {
    await expect(parquet(pathOf(name), { columns: { s: "string" } })).rejects.toMatchObject({
      name: "DataError",
      column: "s",
      message: expect.stringMatching(/1 of its values are not there \(null\)\. Say .*missing: \{ "s": "" \}/),
    });
    await expect(parquet(pathOf(name), { columns: { l: "int32" } })).rejects.toMatchObject({
      name: "DataError",
      column: "l",
      row: 1,
    });
    const columns = { x: "float32", n: "int32", s: "string", all: "int32" } as const;
    for (const memory of [0, 1e6]) {
      const rows = await parquet(pathOf(name), {
        columns,
        memory,
        missing: { x: Number.NaN, n: -1, s: "none" },
      });
      expect(await fetchAll(rows)).toEqual(
        (rowsOf(name) as unknown as Record<string, number | string | null>[]).map(({ x, n, s, all }) => ({
          x: scalar((x ?? Number.NaN) as number, "float32"),
          n: scalar((n ?? -1) as number, "int32"),
          s: s ?? "none",
          all: scalar(all as number, "int32"),
        })),
      );
    }
    await expect(parquet(pathOf(name), { columns, missing: { n: 0.5 } })).rejects.toThrow(/`missing`: "n"/);
    await expect(parquet(pathOf(name), { columns, missing: { y: 1 } as never })).rejects.toThrow(
      /names the column "y", which is not read/,
    );
  });

  it("gives images as images: by what Hugging Face says of them, and where they are asked for", async () => {
    const rows = await parquet(pathOf("images"));
    const asked = await parquet(pathOf("images"), { columns: { png: "image", image: "bytes" } });
    for (let i = 0; i < 7; i++) {
      const { image, png } = (await rows.at(i)) as unknown as Record<string, { data: Uint8Array }>;
      const pixels = new Uint8Array(12).fill(i * 20);
      expect(image).toEqual({ data: pixels, shape: [2, 2, 3], dtype: "uint8" });
      const other = await asked.at(i);
      expect(other.png).toEqual(image);
      expect(other.image).toEqual(png);
    }
  });

  it("says of an image that cannot be decoded where it lies", async () => {
    for (const memory of [2 ** 28, 0]) {
      const columns = { fixed: "image" } as const;
      const rows = await parquet([pathOf("types"), pathOf("types-v2")], { columns, memory });
      const contexts = [3, 5].map((index) => createContext({ epoch: 0, index, seed: 0 }));
      for (const samples of [
        contexts.map((context) => rows.getItem(context.index, context)),
        await rows.getItems!([3, 5], contexts),
      ]) {
        const { fixed } = await samples[1]!;
        await expect(fixed.tensor()).rejects.toMatchObject({
          name: "ImageError",
          message: expect.stringMatching(
            /^Cannot read the image in .*types-v2\.parquet, row 2, column "fixed": /,
          ),
          row: 2,
          column: "fixed",
        });
      }
    }
  });

  it("reads files in one row, and refuses those of another kind", async () => {
    const both = await parquet([pathOf("gzip"), pathOf("delta")], { memory: 0 });
    expect(both.blocks).toEqual([17, 17, 16, 17, 17, 16]);
    expect(await fetchAll(both)).toEqual([...texts, ...texts]);
    await expect(parquet([pathOf("gzip"), pathOf("long")])).rejects.toThrow(
      /parquet-long\.parquet has no column "text"/,
    );
  });

  it("gives memory of its own: a sample that is changed changes no other", async () => {
    const rows = await parquet(pathOf("types"), { columns: { floats: "float32", int32: "int32" } });
    const first = await rows.at(0);
    first.floats.data.fill(9);
    first.int32.data.fill(9);
    expect(first.floats.data.buffer).toBeInstanceOf(ArrayBuffer);
    expect([...(await rows.at(0)).floats.data]).toEqual([1.5, 2.5]);
    expect((await rows.at(0)).int32.data[0]).toBe(-(2 ** 31));
  });
});

describe("parquet by row groups", () => {
  it("decodes each group once for all rows that are asked for together, and gives the same", async () => {
    await counted("plain", async (address, asked) => {
      const rows = await parquet(address, { memory: 0 });
      // Its length, its end.
      expect(asked()).toBe(2);
      const opening = asked();
      const indices = [0, 40, 20, 1, 41, 3, 3, 22];
      expect(await itemsOf(rows, indices)).toEqual(indices.map((i) => texts[i]));
      // Its end once more, as any thread reads it for itself, and a range a group.
      expect(asked() - opening).toBe(1 + 3);
    });
  });

  it("keeps as many as fit, so that blocks in a window are decoded once an epoch", async () => {
    await counted("plain", async (address, asked) => {
      const rows = await parquet(address, { memory: 2500 });
      expect(rows.decoded).toBe(false);
      const at = new BlockSampler(rows.blocks, { window: 2 }).order({ seed: 1, epoch: 0 });
      const order = Array.from({ length: 50 }, (_, i) => at(i));
      expect([...order].sort((a, b) => a - b)).toEqual(texts.map((_, i) => i));
      await rows.at(order[0]!);
      const opening = asked();
      for (const index of order) expect(await rows.at(index)).toEqual(texts[index]);
      expect(asked() - opening).toBe(2);
    });
  });

  it("reads a group once for all that wait for it, and again after it failed", async () => {
    let fails = true;
    const bytes = bytesOf("plain");
    const answer = ranges(() => bytes);
    await served(
      (request, response) => {
        const [from] = /\d+/.exec(request.headers.range ?? "") ?? ["0"];
        if (fails && Number(from) === 4) return void response.writeHead(404).end();
        answer(request, response);
      },
      async (address) => {
        const rows = await parquet(address, { memory: 0 });
        await expect(rows.at(0)).rejects.toMatchObject({
          name: "DataError",
          row: 0,
          message: expect.stringMatching(/row 0: The server answered 404/),
        });
        fails = false;
        expect(await Promise.all([rows.at(0), rows.at(1), rows.at(20)])).toEqual([
          texts[0],
          texts[1],
          texts[20],
        ]);
      },
    );
  });

  it("refuses a file that is another one by now", async () => {
    vi.useFakeTimers({ toFake: ["performance"] });
    const path = join(root, "changes.parquet");
    writeFileSync(path, bytesOf("plain"));
    const rows = await parquet(path, { memory: 0 });
    await rows.at(0);
    writeFileSync(path, bytesOf("delta"));
    vi.advanceTimersByTime(100);
    await expect(rows.at(40)).rejects.toMatchObject({
      name: "DataError",
      path,
      message: expect.stringMatching(/not what it was/),
    });
  });

  it("refuses a file that is another one on its server by now", async () => {
    let content = "plain";
    await served(
      ranges(
        () => bytesOf(content),
        () => ({ etag: `"${content}"` }),
      ),
      async (address) => {
        const rows = await parquet(address, { memory: 0 });
        content = "delta";
        await expect(rows.at(0)).rejects.toMatchObject({ name: "DataError", path: address });
      },
    );
  });
});

describe("a damaged Parquet file", () => {
  it("is refused wherever it is cut", async () => {
    await failsWhereCut(bytesOf("long"), (bytes) => parquet(bytes));
    await failsWhereCut(bytesOf("images").slice(0, 700), (bytes) => parquet(bytes));
  });

  it("is called what it is", async () => {
    await expect(parquet(new TextEncoder().encode("a,b\n1,2\n3,4\n5,6\n"))).rejects.toThrow(
      /It is no Parquet file/,
    );
    await expect(parquet(bytesOf("zstd").slice(0, 900))).rejects.toThrow(/It was cut off/);
    await expect(parquet(new Uint8Array())).rejects.toMatchObject({ name: "DataError" });
  });

  it("gives rows or a DataError where any byte is another, and never anything else", async () => {
    const bytes = bytesOf("zstd");
    for (let at = 0; at < bytes.length; at++) {
      const damaged = bytes.slice();
      damaged[at]! ^= 1 << (at % 8);
      const error = await parquet(damaged, { columns: { text: "string", label: "int32" } }).then(
        (rows) =>
          fetchAll(rows).then(
            () => undefined,
            (thrown: unknown) => thrown,
          ),
        (thrown: unknown) => thrown,
      );
      if (error !== undefined)
        expect(["DataError", "OptionError", "MissingPeerError"], `${at}: ${error}`).toContain(
          (error as Error).name,
        );
    }
  });
});

/** The samples at `indices`, as batches ask for them. */
async function itemsOf(rows: ColumnReader<unknown>, indices: readonly number[]): Promise<unknown[]> {
  const contexts = indices.map((index) => createContext({ epoch: 0, index, seed: 0 }));
  const samples = await (rows as Sequence<unknown>).getItems!(indices, contexts);
  return Promise.all(samples.map((sample) => run(sample)));
}

/** A server that counts what it is asked for. */
async function counted(
  name: string,
  use: (address: string, asked: () => number) => Promise<void>,
): Promise<void> {
  let count = 0;
  const answer = ranges(() => bytesOf(name));
  await served(
    (request, response) => {
      count++;
      answer(request, response);
    },
    (address) => use(address, () => count),
  );
}
