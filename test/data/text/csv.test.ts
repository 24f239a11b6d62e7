import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { DataError } from "../../../src/core/errors.ts";
import { openDataFile } from "../../../src/data/data-file.ts";
import { type CsvOptions, CsvReader, csv, tsv } from "../../../src/data/text/csv.ts";
import { jsonl } from "../../../src/data/text/jsonl.ts";
import { lines } from "../../../src/data/text/lines.ts";
import { rowOffsets } from "../../../src/data/text/offsets.ts";
import { wellFormed } from "../../../src/data/text/reader.ts";
import { createContext } from "../../../src/sequence/context.ts";
import type { Sequence } from "../../../src/sequence/sequence.ts";
import { tensor } from "../../../src/tensor/tensor.ts";
import { keepsContract } from "../contract.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const fixture = (name: string) => new URL(`../../fixtures/data/${name}`, import.meta.url);

async function all<S>(reader: Sequence<S>): Promise<S[]> {
  const samples: S[] = [];
  for (let index = 0; index < reader.length; index++)
    samples.push((await reader.getItem(index, createContext({ epoch: 0, index, seed: 0 }))) as S);
  return samples;
}
const read = async (text: string, options: CsvOptions = {}): Promise<unknown[]> =>
  all(
    await (csv as (where: Uint8Array, options: CsvOptions) => Promise<Sequence<unknown>>)(
      bytes(text),
      options,
    ),
  );
async function failure(text: string, options: CsvOptions = {}): Promise<DataError> {
  try {
    await read(text, options);
  } catch (error) {
    return error as DataError;
  }
  throw new Error("nothing was thrown");
}

keepsContract({
  name: "csv()",
  open: (files) =>
    csv(files, {
      cache: false,
      columns: { x: "float32", y: { dtype: "int64", from: ["a", "b"] }, note: "string" },
    }),
  files: [
    bytes('x,a,b,note\n1.5,1,2,"one\ntwo"\n-2,3,4,\n'),
    bytes('\ufeffx,a,b,note\r\n\r\n1e-3,9007199254740993,0,"é, ""x"""'),
  ],
  samples: [
    { x: scalar(1.5, "float32"), y: tensor([1n, 2n], "int64"), note: "one\ntwo" },
    { x: scalar(-2, "float32"), y: tensor([3n, 4n], "int64"), note: "" },
    { x: scalar(1e-3, "float32"), y: tensor([9007199254740993n, 0n], "int64"), note: 'é, "x"' },
  ],
});

function scalar(value: number | bigint, dtype: "float32" | "int64" | "int32" | "uint8" | "bool" | "float64") {
  return tensor(value, { dtype });
}

describe("csv", () => {
  it.each(["commas", "tabs", "semicolons", "one-column", "stray-quotes"])(
    "reads %s as Python's csv does",
    async (name) => {
      const { delimiter, header, rows } = JSON.parse(readFileSync(fixture(`${name}.json`), "utf8")) as {
        delimiter: string;
        header: string[];
        rows: string[][];
      };
      const reader = await csv(fixture(`${name}.csv`), { delimiter });
      expect(reader.names).toEqual(header);
      expect((await all(reader)).map((sample) => header.map((column) => sample[column]))).toEqual(rows);
    },
  );

  it("reads what no writer made as Python's csv does, or refuses it", async () => {
    const cases = JSON.parse(readFileSync(fixture("noise.json"), "utf8")) as {
      text: string;
      rows: string[][];
    }[];
    let [same, refused] = [0, 0];
    for (const { text, rows } of cases) {
      const open = csv(bytes(text), { header: false, skipEmpty: true });
      const reader = await open.catch((error: DataError) => error);
      if (reader instanceof Error) {
        expect(reader.message, text).toMatch(
          /A quote is opened .*never closed|Behind a closing quote stands/,
        );
        refused++;
        continue;
      }
      expect(reader.length, text).toBe(rows.length);
      for (const [index, row] of rows.entries()) {
        let cells: string[] | undefined;
        try {
          cells = Object.values(reader.getItem(index, createContext({ epoch: 0, index, seed: 0 })) as object);
        } catch (error) {
          expect((error as Error).message, text).toMatch(
            /It has \d+ cells?, and there|Behind a closing quote stands/,
          );
          refused++;
          continue;
        }
        expect(cells, text).toEqual(row);
        same++;
      }
    }
    expect(same).toBeGreaterThan(cases.length);
    expect(refused).toBeGreaterThan(cases.length / 3);
  });

  it("names columns by a list or by number, and passes over comments and empty lines", async () => {
    const text = '# "not a quote\n1,2\n\n#x\n3,4\r\n';
    expect(await read(text, { header: ["a", "b"], comment: "#" })).toEqual([
      { a: "1", b: "2" },
      { a: "3", b: "4" },
    ]);
    expect(await read(text, { header: false, comment: "#", columns: { 1: "uint8" } })).toEqual([
      { 1: scalar(2, "uint8") },
      { 1: scalar(4, "uint8") },
    ]);
    expect(await all(await tsv(bytes('a\tb\n"x\t1\n'), { quote: false }))).toEqual([{ a: '"x', b: "1" }]);
  });

  it("asks what an empty line is in a table of one column, unless nothing follows it", async () => {
    const columns = { a: "float32" } as const;
    const missing = Number.NaN;
    const rows = (...values: number[]) => values.map((value) => ({ a: scalar(value, "float32") }));
    for (const [text, offset] of [
      ["a\n1\n\n3\n", 4],
      ["a\r\n1\r\n\r\n3", 6],
      ["\n\na\n\n3\n", 4],
      ["a\n1\n2\n\n\n\n3\n", 6],
    ] as const) {
      const error = await failure(text, { columns, missing });
      expect(error).toMatchObject({ name: "DataError", offset });
      expect(error.message).toMatch(
        /A line is empty, and others follow.*`skipEmpty: false`.*`skipEmpty: true`/,
      );
    }
    const [first, second] = ["a\n1\n\n3\n", "a\n\r\n5\n\n"];
    const both = (skipEmpty: boolean) =>
      csv([bytes(first), bytes(second)], { columns, missing, skipEmpty }).then(all);
    expect(await both(true)).toEqual(rows(1, 3, 5));
    expect(await both(false)).toEqual(rows(1, Number.NaN, 3, Number.NaN, 5, Number.NaN));
    expect(await read("a\n1\n\r\n\n", { columns })).toEqual(rows(1));
    // Quoted, as Python writes one, it is a cell whatever is said; and other tables cannot mean one.
    expect(await read('a\n1\n""\n3\n', { columns, missing })).toEqual(rows(1, Number.NaN, 3));
    expect(await read("a,b\n1,\n\n3,\n", { columns })).toEqual(rows(1, 3));
    expect(await read("1\n#\n3\n", { header: ["a"], comment: "#", columns })).toEqual(rows(1, 3));
    await expect(read("a,b\n1,\n\n3,\n", { columns, skipEmpty: false })).rejects.toThrow(
      /row 1, byte 7: It has 1 cell, and there are 2 columns/,
    );
    expect((await failure("a\n", { skipEmpty: 1 as never })).message).toMatch(
      /`skipEmpty` must be true or false/,
    );
  });

  it("refuses text in UTF-16 that does not say so, as all readers of text do", async () => {
    for (const encoding of ["utf16le", "utf-16be"]) {
      const units = Buffer.from("a,b\n1,2\n", "utf16le");
      const text = new Uint8Array(encoding === "utf16le" ? units : units.swap16());
      for (const open of [() => csv(text), () => tsv(text), () => jsonl(text), () => lines(text)])
        await expect(open()).rejects.toThrow(/It has a byte of zero near its beginning.*UTF-16.*iconv/);
    }
    const chinese = new Uint8Array(Buffer.from("漢字\n漢字\n", "utf16le"));
    await expect(lines(chinese)).rejects.toMatchObject({ name: "DataError", offset: 5 });
  });

  it("reads text in other encodings, and refuses what is none in the one that is said", async () => {
    const latin = Uint8Array.of(0x61, 0x0a, 0xe9, 0x0a);
    expect(await all(await csv(latin, { encoding: "windows-1252" }))).toEqual([{ a: "é" }]);
    await expect(csv(latin).then(all)).rejects.toThrow(/row 0, byte 2: It is no text in utf-8.*windows-1252/);
    await expect(csv(latin, { encoding: "utf-16le" })).rejects.toThrow(
      /`encoding` must be one that TextDecoder knows/,
    );
  });

  it.each<[string, CsvOptions["columns"] & {}, unknown]>([
    ["007", { a: "int32" }, scalar(7, "int32")],
    ["007", { a: "string" }, "007"],
    ["12345678901234567890", { a: "string" }, "12345678901234567890"],
    ["-9223372036854775808", { a: "int64" }, scalar(-(2n ** 63n), "int64")],
    ["True", { a: "bool" }, scalar(1, "bool")],
    [" -1.5e3 ", { a: "float64" }, scalar(-1500, "float64")],
    ["nan", { a: "float32" }, scalar(Number.NaN, "float32")],
    ["-inf", { a: "float64" }, scalar(Number.NEGATIVE_INFINITY, "float64")],
    ["", { a: { dtype: "float32", missing: Number.NaN } }, scalar(Number.NaN, "float32")],
    ["", { a: { dtype: "int32", missing: -1 } }, scalar(-1, "int32")],
    ["1.0009765625", { a: "float16" }, { data: Uint16Array.of(0x3c01), shape: [], dtype: "float16" }],
    ["65504", { a: "float16" }, { data: Uint16Array.of(0x7bff), shape: [], dtype: "float16" }],
    ["6e-8", { a: "float16" }, { data: Uint16Array.of(1), shape: [], dtype: "float16" }],
  ])("takes %j as %j", async (cell, columns, expected) => {
    expect(await read(`a,b\n${cell},\n`, { columns })).toEqual([{ a: expected }]);
  });

  it.each<[string, string, RegExp]>([
    ["1.5", "int32", /"1\.5" is no int32/],
    ["abc", "int32", /"abc" is no int32/],
    ["", "int32", /It is empty, and no int32/],
    ["300", "uint8", /"300" is out of the range of uint8/],
    ["-1", "uint8", /out of the range/],
    ["9223372036854775808", "int64", /out of the range of int64/],
    ["0x10", "float32", /is no float32/],
    ["1,5", "float32", /It has 3 cells, and there are 2 columns/],
    ["1e39", "float32", /out of the range of float32/],
    ["1e400", "float64", /out of the range of float64/],
    ["65520", "float16", /out of the range of float16/],
    ["yes", "bool", /"yes" is no bool/],
    ['"1"x', "string", /Behind a closing quote stands "x,"/],
  ])("refuses %j as %s, and says where", async (cell, dtype, message) => {
    const error = await failure(`a,b\n1,\n${cell},\n`, { columns: { a: dtype as "int32" } });
    expect(error).toMatchObject({ name: "DataError", row: 1, offset: 7 });
    expect(error.message).toMatch(message);
    if (!/cells|Behind/.test(message.source)) expect(error.column).toBe("a");
  });

  it("passes over malformed rows where that is asked for, and counts them", async () => {
    const reader = await csv(bytes("a,b\n1,x\nabc,y\n3\n4,z\n5,\n"), {
      malformed: "skip",
      columns: { a: "int32" },
    });
    expect(await all(reader)).toEqual([1, 4, 5].map((a) => ({ a: scalar(a, "int32") })));
    expect(reader.skipped).toBe(2);
  });

  it("refuses at opening what it cannot read", async () => {
    const refuse = async (text: string | Uint8Array, message: RegExp, options: CsvOptions = {}) =>
      expect((await failure(text as string, options)).message).toMatch(message);
    await refuse("a,b\n1,2\n", /csv\(\) finds no column "c"\. There are: "a", "b"\./, {
      columns: { c: "int32" },
    });
    await refuse("a,a\n1,2\n", /several columns "a"/);
    expect(await read("a,a,b\n1,2,3\n", { columns: { b: "string" } })).toEqual([{ b: "3" }]);
    await refuse("", /It has no row that names its columns/);
    await refuse("a,b\r1,2\r", /carriage returns alone/);
    await refuse('a,b\n1,"2\n', /byte 6: A quote is opened here and never closed/);
    await refuse("1,2\n", /Its first row has 2 cells, and there are 3 columns/, { header: ["a", "b", "c"] });
    await expect(csv([bytes("a,b\n"), bytes("b,a\n")])).rejects.toThrow(
      /Its header is "b, a", and that of the first file "a, b"/,
    );
    await expect(csv(Uint8Array.of(0x1f, 0x8b, 8, 0))).rejects.toThrow(/compressed by gzip.*Unpack it/);
    await expect(csv(Uint8Array.of(0xff, 0xfe, 97, 0))).rejects.toThrow(/UTF-16/);
    await refuse("a\n", /`delimiter` must be one character of ASCII/, { delimiter: "||" });
    await refuse("a\n", /`delimiter` and `quote` are both/, { delimiter: '"' });
    await refuse("a\n", /`missing` of the column "a" is NaN, which is no int32/, {
      columns: { a: { dtype: "int32", missing: Number.NaN } },
    });
    await refuse("a\n", /has no option `sep`/, { sep: "," } as CsvOptions);
  });

  it("gives back any table that was written, whatever stands between rows, also where the index has one of 16", async () => {
    const cell = fc
      .array(
        fc.constantFrom("a", "7", "é", "😀", ",", ";", '"', '""', "\n", "\r\n", " ", "#", "x".repeat(70)),
        { maxLength: 5 },
      )
      .map((parts) => parts.join(""));
    const table = fc
      .integer({ min: 1, max: 4 })
      .chain((width) =>
        fc.array(fc.array(cell, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 40 }),
      );
    await fc.assert(
      fc.asyncProperty(
        table,
        fc.constantFrom(",", ";", "\t"),
        fc.constantFrom("\n", "\r\n"),
        fc.boolean(),
        fc.boolean(),
        fc.boolean(),
        fc.integer({ min: 1, max: 200 }),
        async (rows, delimiter, end, bom, quoteAll, lastEnds, piece) => {
          const names = rows[0]!.map((_, i) => `c${i}`);
          const written = (text: string, alone: boolean) =>
            quoteAll || /["\n\r#]/.test(text) || text.includes(delimiter) || (alone && text === "")
              ? `"${text.replaceAll('"', '""')}"`
              : text;
          const lineOf = (row: readonly string[]) =>
            row.map((text) => written(text, row.length === 1)).join(delimiter);
          // What is no row: a line without content, but in a table of one column, and comments, at times with a quote.
          const between = (i: number) =>
            (i % 3 === 0 && names.length > 1 ? end : "") + (i % 5 === 0 ? `# "no row${end}` : "");
          const head = (bom ? "\ufeff" : "") + names.join(delimiter) + end;
          const body = rows.map((row, i) => between(i) + lineOf(row)).join(end) + (lastEnds ? end : "");
          const expected = rows.map((row) => Object.fromEntries(row.map((text, i) => [`c${i}`, text])));

          const reader = await csv(bytes(head + body), { delimiter, comment: "#" });
          expect(await all(reader)).toEqual(expected);
          const file = await openDataFile(bytes(head + body));
          const code = delimiter.charCodeAt(0);
          const syntax = { skip: "empty", delimiter: code, quote: 34, comment: 35 } as const;
          const offsets = [await rowOffsets(file, bytes(head).length, syntax, { piece, dense: 3 })];
          const text = { files: [file], offsets, syntax, encoding: "utf-8", skipped: 0 };
          const sparse = new CsvReader(text, { cells: { delimiter, quote: '"' }, names, fields: undefined });
          expect(await all(sparse)).toEqual(expected);
          const fit = await wellFormed(text, sparse);
          expect([fit.skipped, fit.offsets[0]!.count]).toEqual([0, rows.length]);
        },
      ),
      { numRuns: 300 },
    );
  });

  it("reads a first row, and fields, larger than any piece that is read at once", async () => {
    const name = "n".repeat(200_000);
    const cell = `${'x,"\n'.repeat(1_500_000)}`;
    const text = `"${name}",b\n"${cell.replaceAll('"', '""')}",2\n`;
    expect(await read(text)).toEqual([{ [name]: cell, b: "2" }]);
  });
});
