import { rmSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  type FolderFields,
  type FolderOptions,
  type FolderReader,
  folder,
} from "../../../src/data/folder/folder.ts";
import { createContext } from "../../../src/sequence/context.ts";
import { tensor } from "../../../src/tensor/tensor.ts";
import { make } from "./make.ts";

const context = createContext({ index: 0, epoch: 0, seed: 0 });
const samplesOf = <S>(reader: FolderReader<S>): S[] =>
  Array.from({ length: reader.length }, (_, i) => reader.getItem(i, context) as S);
const read = async (root: string, fields: FolderFields, options?: FolderOptions): Promise<unknown[]> =>
  samplesOf(await folder(root, fields, options));

const jsonLines = `{"file_name":"x/1.txt","caption":"dög","stars":5,"boxes":[[1,2]],"good":true}\r

{"file_name":"./2.txt","caption":"","stars":0.5,"boxes":[],"good":false}
`;
const table = `\ufefffile_name,good,"caption",stars,boxes\r
x/1.txt,true,dög,5,"[[1,2]]"\r
./2.txt,0,,0.5,[]\r
`;
const typed = {
  path: "path",
  text: "text",
  caption: "string",
  boxes: "json",
  stars: "float32",
  good: "bool",
} as const;

describe("metadata", () => {
  it.each([
    ["metadata.jsonl", jsonLines],
    ["metadata.csv", table],
  ])("give what %s says of each file, in its order and as what was stated", async (name, content) => {
    const base = make({ "x/1.txt": "one", "2.txt": "two", "3.txt": "", "other.csv": "", [name]: content });
    const reader = await folder(base, typed);
    expect(samplesOf(reader)).toEqual([
      {
        path: "x/1.txt",
        text: "one",
        caption: "dög",
        boxes: [[1, 2]],
        stars: tensor(5, "float32"),
        good: tensor(true, "bool"),
      },
      {
        path: "2.txt",
        text: "two",
        caption: "",
        boxes: [],
        stars: tensor(0.5, "float32"),
        good: tensor(false, "bool"),
      },
    ]);
    expect(reader.passedOver).toEqual({ ".csv": 1, "files without metadata": 1 });
    await expect(folder(base, { text: "text", stars: "int32" })).rejects.toMatchObject({
      name: "DataError",
      path: join(base, name),
      row: 1,
      column: "stars",
    });
    await expect(folder(base, { text: "text", none: "string" })).rejects.toThrow(/"none"/);
    await expect(folder(base, { text: "text", none: "json" })).rejects.toThrow(/"none"/);
    const asJson = folder(base, { text: "text", caption: "json" });
    if (name === "metadata.csv") await expect(asJson).rejects.toThrow(/column "caption": It is no JSON/);
    else expect((await asJson).length).toBe(2);
    expect(await read(base, { text: "text", boxes: "json" })).toEqual([
      { text: "one", boxes: [[1, 2]] },
      { text: "two", boxes: [] },
    ]);
  });

  it("keep digits and refuse numbers that are others", async () => {
    const csv = make({
      "1.txt": "",
      "metadata.csv": "file_name,id,n,code\n1.txt,12345678901234567890,1e400,007\n",
    });
    const jsonl = make({
      "1.txt": "",
      "metadata.jsonl": '{"file_name":"1.txt","id":12345678901234567890,"code":"007"}',
    });
    for (const base of [csv, jsonl]) {
      const id = { data: BigUint64Array.of(12345678901234567890n), shape: [], dtype: "uint64" };
      expect(await read(base, { text: "text", id: "uint64", code: "string" })).toEqual([
        { text: "", id, code: "007" },
      ]);
      await expect(folder(base, { text: "text", id: "int64" })).rejects.toThrow(/out of the range/);
    }
    await expect(folder(jsonl, { text: "text", id: "json" })).rejects.toThrow(/too long for a number/);
    await expect(folder(csv, { text: "text", n: "float32" })).rejects.toThrow(/out of the range/);
  });

  it("take columns as csv() does: side by side, and with what stands for a missing one", async () => {
    const base = make({ "1.txt": "", "metadata.csv": "file_name,x,y\n1.txt,1,\n" });
    const point = { dtype: "float32", from: ["x", "y"], missing: -1 } as const;
    expect(await read(base, { text: "text", point })).toEqual([{ text: "", point: tensor([1, -1]) }]);
    await expect(folder(base, { text: "text", y: "float32" })).rejects.toThrow(
      /column "y", byte .*: It is empty/,
    );
  });

  it("stand in the root, in a split or in any folder, and speak of files from there", async () => {
    const base = make({
      "metadata.csv": "file_name,n\ntrain/b/1.txt,1\ntest/b/9.txt,\ntrain/0.txt,0\n",
      "train/0.txt": "0",
      "train/b/1.txt": "1",
      "train/c/metadata.jsonl": '{"n":2,"file_name":"2.txt"}\n{"n":3,"file_name":"../a/3.txt"}',
      "train/c/2.txt": "2",
      "train/a/3.txt": "3",
      "test/b/9.txt": "9",
      "test/metadata.csv": "file_name,n\nb/8.txt,8\n",
      "test/b/8.txt": "8",
    });
    const of = (...paths: string[]) =>
      paths.map((path) => ({
        path,
        text: /\d/.exec(path)![0],
        n: tensor(Number(/\d/.exec(path)![0]), "int32"),
      }));
    const fields = { path: "path", text: "text", n: "int32" } as const;
    expect(await read(base, fields, { split: "train" })).toEqual(
      of("b/1.txt", "0.txt", "c/2.txt", "a/3.txt"),
    );
    // A row of another split is not asked; one of this split that cannot be read is an error.
    await expect(folder(base, fields, { split: "test" })).rejects.toThrow(/metadata\.csv, row 1, column "n"/);
    const missing = { ...fields, n: { dtype: "int32", missing: 9 } } as const;
    expect(await read(base, missing, { split: "test" })).toEqual(of("b/9.txt", "b/8.txt"));
    expect(await read(base, missing, { split: ["test", "train/a"] })).toEqual(
      of("test/b/9.txt", "test/b/8.txt"),
    );
    const labelled = await folder(
      base,
      { ...fields, label: "class" },
      { split: "train", classes: ["a", "b", "c"] },
    );
    expect(samplesOf(labelled).map(({ path, label }) => [path, label.data[0]])).toEqual([
      ["b/1.txt", 1],
      ["c/2.txt", 2],
      ["a/3.txt", 0],
    ]);
    expect(labelled.passedOver).toEqual({ "files in no class": 1 });
  });

  it("are part of the version, and noticed where they change", async () => {
    const base = make({ "1.txt": "", "2.txt": "", "metadata.csv": "file_name,n\n1.txt,1\n2.txt,2\n" });
    const fields = { n: "int32", text: "text" } as const;
    const reader = await folder(base, fields);
    const copy = Object.assign(Object.create(Object.getPrototypeOf(reader)) as typeof reader, { ...reader });
    expect(samplesOf(copy)).toEqual(samplesOf(reader));
    expect((await folder(base, fields)).version).toBe(reader.version);
    utimesSync(join(base, "metadata.csv"), 1, 1);
    expect((await folder(base, fields)).version).not.toBe(reader.version);
    writeFileSync(join(base, "metadata.csv"), "file_name,n\n1.txt,7\n2.txt,8\n");
    expect((await (await folder(base, fields)).at(0)).n).toEqual(tensor(7, "int32"));
    rmSync(join(base, "metadata.csv"));
    await expect(folder(base, fields)).rejects.toThrow(/It has no metadata\.csv or metadata\.jsonl/);
  });

  it.each<[string, Record<string, string>, RegExp]>([
    ["none", {}, /It has no metadata\.csv or metadata\.jsonl/],
    ["no JSON", { "metadata.jsonl": "{" }, /metadata\.jsonl, row 0, byte 0: It is no JSON/],
    [
      "no name",
      { "metadata.jsonl": '{"caption":""}' },
      /row 0, column "file_name", byte 0: There is no such field/,
    ],
    [
      "no column of names",
      { "metadata.csv": "file,caption\n1.txt,a" },
      /metadata\.csv, column "file_name": It has no column "file_name"\. There are: "file", "caption"\./,
    ],
    [
      "a file twice",
      { "metadata.csv": "file_name,caption\n1.txt,a\n./1.txt,b" },
      /metadata\.csv, row 1, column "file_name": The file 1\.txt is in row 0 already/,
    ],
    [
      "a file in two tables",
      {
        "metadata.csv": "file_name,caption\nd/2.txt,a",
        "d/2.txt": "",
        "d/metadata.csv": "file_name,caption\n2.txt,b",
      },
      /d\/metadata\.csv, row 0, column "file_name": The file d\/2\.txt is in .*metadata\.csv, row 0 already/,
    ],
    [
      "two tables",
      { "metadata.csv": "file_name,caption\n1.txt,a", "metadata.jsonl": "" },
      /metadata\.jsonl: There is a metadata\.csv beside it/,
    ],
    [
      "a file that is missing",
      { "metadata.csv": "file_name,caption\n2.txt,a" },
      /row 0, column "file_name": There is no file .*2\.txt/,
    ],
    [
      "a file of another kind",
      { "metadata.csv": "file_name,caption\n2.png,a", "2.png": "" },
      /row 0, column "file_name": There is no file .*2\.png of the kind/,
    ],
    [
      "a way out",
      { "metadata.csv": "file_name,caption\n../2.txt,a" },
      /"\.\.\/2\.txt" is no path of a file in the folder/,
    ],
    [
      "an absolute path",
      { "metadata.csv": "file_name,caption\n/2.txt,a" },
      /"\/2\.txt" is no path of a file in the folder/,
    ],
    [
      "a row too long",
      { "metadata.csv": "file_name,caption\n1.txt,a,b" },
      /row 0.*It has 3 cells, and there are 2 columns/,
    ],
  ])("say what is wrong with them: %s", async (_, files, message) => {
    const base = make({ "1.txt": "", ...files });
    await expect(folder(base, { text: "text", caption: "string" })).rejects.toMatchObject({
      name: "DataError",
      message: expect.stringMatching(message),
    });
  });
});
