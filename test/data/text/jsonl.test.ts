import { describe, expect, it } from "vitest";
import { jsonl } from "../../../src/data/text/jsonl.ts";
import { createContext } from "../../../src/sequence/context.ts";
import type { Sequence } from "../../../src/sequence/sequence.ts";
import { tensor } from "../../../src/tensor/tensor.ts";
import { keepsContract } from "../contract.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const read = <S>(reader: Sequence<S>) =>
  Array.from({ length: reader.length }, (_, index) =>
    reader.getItem(index, createContext({ epoch: 0, index, seed: 0 })),
  );
const long = "12345678901234567890";

keepsContract({
  name: "jsonl()",
  open: (files) => jsonl(files, { cache: false }),
  files: [bytes('{"a": 1, "b": "x\\ny"}\n\n{"a": 2.5, "b": "é"}\r\n  \n'), bytes('\ufeff{"b": "", "a": -1}')],
  samples: [
    { a: 1, b: "x\ny" },
    { a: 2.5, b: "é" },
    { a: -1, b: "" },
  ],
});

describe("jsonl", () => {
  it("gives numbers that are exact, and refuses those that would be others", async () => {
    const exact = `{"a": 0.12345678901234567, "b": 9007199254740992, "c": "${long}", "d": [1e21, 10000000000000000000]}`;
    expect(read(await jsonl(bytes(exact)))).toEqual([JSON.parse(exact)]);
    const reader = await jsonl(bytes(`{"a": 1}\n{"a": "\\"${long}", "list": [{"id": ${long}}]}\n`));
    expect(() => read(reader)).toThrow(
      `row 1, column "id", byte 9: ${long} is too long for a number of JavaScript, which would be 12345678901234567000. Say what it is: columns: { id: "int64" }`,
    );
  });

  it("types the fields that are named", async () => {
    const text = `{"id": ${long}, "label": 3, "on": true, "x": 0.5, "y": 2, "v": [[1, 2], [3, 4]], "s": "t", "more": null}\n`;
    const reader = await jsonl(bytes(text), {
      columns: {
        id: "uint64",
        label: "int32",
        on: "bool",
        xy: { dtype: "float64", from: ["x", "y"] },
        v: "float32",
        s: "string",
        more: { dtype: "float32", missing: Number.NaN },
        none: { dtype: "string", missing: "" },
      },
    });
    expect(read(reader)).toEqual([
      {
        id: tensor(BigInt(long), { dtype: "uint64" }),
        label: tensor(3, "int32"),
        on: tensor(true, "bool"),
        xy: tensor([0.5, 2], "float64"),
        v: tensor([
          [1, 2],
          [3, 4],
        ]),
        s: "t",
        more: tensor(Number.NaN),
        none: "",
      },
    ]);
    expect(read(await jsonl(bytes(`{"id": ${long}}`), { columns: { id: "string" } }))).toEqual([
      { id: long },
    ]);
  });

  it("takes fields in any order, of names that are written otherwise, and the last of those that come twice", async () => {
    const text =
      '{"c": {"a": 0}, "b": "x", "\\u0061": 1, "a" : 2 , "__proto__": 3, "caf\\u00e9": "\\"é\\n", "n": 1.50}';
    const columns = { a: "int32", café: "string", n: "string", b: "string" } as const;
    const reader = await jsonl(bytes(text), { columns });
    expect(read(reader)).toEqual([{ a: tensor(2, "int32"), café: '"é\n', n: "1.50", b: "x" }]);
    await expect(jsonl(bytes(text), { columns: JSON.parse('{"__proto__": "int32"}') })).rejects.toThrow(
      /cannot be called "__proto__"/,
    );
  });

  it("says what a tensor of lists cannot be", async () => {
    const of = async (list: string) =>
      read(await jsonl(bytes(`{"a": ${list}}`), { columns: { a: "int32" } }));
    expect(await of("[[], []]")).toEqual([{ a: { data: new Int32Array(0), shape: [2, 0], dtype: "int32" } }]);
    expect(await of("[[[1], [2]], [[3], [4]]]")).toMatchObject([{ a: { shape: [2, 2, 1] } }]);
    for (const [list, message] of [
      ["[[1], 2]", /Its lists differ in length: 2 where 1 items/],
      ["[1, [2]]", /an array of 1 is no int32, but no number/],
      ["[[], [1]]", /Its lists differ in length: an array of 1 where 0 items/],
      ["[[[1]], [[1, 2]]]", /an array of 2 where 1 items/],
      ["[1, null]", /null is no int32, but no number/],
      ['[1, "2"]', /"2" is no int32, but text/],
    ] as const)
      await expect(of(list)).rejects.toThrow(message);
  });

  it.each([
    ['{"a": 1', "int32", /It is no JSON/],
    ['{"a": 1, "b": tru}', "int32", /It is no JSON/],
    ['{"a": 1} 2', "int32", /It is no JSON/],
    ['{"a": 1e400}', "float64", /"1e400" is out of the range of float64/],
    ['{"a": 12345678901234567.5}', "int64", /is no int64/],
    ["[1]", "int32", /no object/],
    ['{"b": 1}', "int32", /column "a", byte 9: There is no such field\. It has: "b"/],
    ['{"a": null}', "int32", /It is null/],
    ['{"a": "1"}', "int32", /"1" is no int32, but text/],
    ['{"a": 1.5}', "int32", /"1\.5" is no int32/],
    ['{"a": 300}', "uint8", /out of the range of uint8/],
    [`{"a": ${long}}`, "int64", /out of the range of int64/],
    ['{"a": true}', "int32", /true is no int32/],
    ['{"a": [[1], [1, 2]]}', "int32", /Its lists differ in length/],
    ['{"a": {}}', "string", /is no string/],
  ])("refuses %s as %s, and says where", async (line, dtype, message) => {
    const text = bytes(
      `{"a": 1}\n${line}\n`.replace('{"a": 1}\n', dtype === "string" ? '{"a":""}\n' : '{"a": 1}\n'),
    );
    const reader = await jsonl(text, { columns: { a: dtype as "int32" } });
    expect(reader.length).toBe(2);
    expect(() => read(reader)).toThrow(message);
    expect(() => read(reader)).toThrow(expect.objectContaining({ name: "DataError", row: 1, offset: 9 }));
    const fit = await jsonl(text, { columns: { a: dtype as "int32" }, malformed: "skip" });
    expect([fit.length, fit.skipped]).toEqual([1, 1]);
  });
});
