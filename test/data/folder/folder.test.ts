import { mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { folder } from "../../../src/data/folder/folder.ts";
import { tensor } from "../../../src/tensor/tensor.ts";

const root = mkdtempSync(join(tmpdir(), "epochal-folder-"));
afterAll(() => rmSync(root, { recursive: true }));

let made = 0;
/** A folder with these files, each with its own path in it, or what is given; of a name that ends with a slash, a folder. */
function make(files: Readonly<Record<string, string>> | readonly string[]): string {
  const base = join(root, `${made++}`);
  mkdirSync(base);
  const entries = Array.isArray(files) ? files.map((path) => [path, path]) : Object.entries(files);
  for (const [path, text] of entries as [string, string][]) {
    mkdirSync(path.endsWith("/") ? join(base, path) : dirname(join(base, path)), { recursive: true });
    if (!path.endsWith("/")) writeFileSync(join(base, path), text);
  }
  return base;
}
const textOf = { text: "text", label: "class", path: "path" } as const;

describe("folder", () => {
  it("numbers the folders by their names, and gives the files of each sorted, however deep", async () => {
    const base = make(["b/2.txt", "b/10.txt", "a/z/1.txt", "a/9.TXT", "B/x.txt", "a/z-/0.txt"]);
    for (const where of [base, `${base}/`, pathToFileURL(base)]) {
      const reader = await folder(where, textOf);
      expect(reader.classes).toEqual(["B", "a", "b"]);
      const seen = [];
      for await (const sample of reader) seen.push(sample);
      const paths = ["B/x.txt", "a/9.TXT", "a/z/1.txt", "a/z-/0.txt", "b/10.txt", "b/2.txt"];
      // As Python's sorted(os.walk(…)) has them: "a/z" is before "a/z-".
      expect(seen).toEqual(
        paths.map((path) => ({
          text: path,
          label: tensor(["B", "a", "b"].indexOf(path[0]!), "int32"),
          path,
        })),
      );
      expect([...reader.labels!]).toEqual([0, 1, 1, 1, 2, 2]);
    }
  });

  it("passes over what is hidden, left behind, or of another kind, and counts it", async () => {
    const base = make([
      "a/1.txt",
      "a/.hidden.txt",
      "a/Thumbs.db",
      "a/notes.md",
      "a/more.md",
      "a/README",
      ".ipynb_checkpoints/x.txt",
      "__MACOSX/a/1.txt",
      "stray.txt",
    ]);
    const reader = await folder(base, textOf);
    expect([reader.length, reader.classes]).toEqual([1, ["a"]]);
    expect(reader.passedOver).toEqual({
      "hidden files": 4,
      ".md": 2,
      "files without an ending": 1,
      "files in no class": 1,
    });
  });

  it("gives images by their paths, bytes of sounds, and without a class any file", async () => {
    const base = make(["x.png", "deep/y.JPG", "z.wav"]);
    const images = await folder(base, { image: "image", path: "path" });
    expect([images.getItem(0).path, images.getItem(1).path, images.classes]).toEqual([
      "x.png",
      "deep/y.JPG",
      [],
    ]);
    await expect(images.at(0)).rejects.toMatchObject({ name: "ImageError", path: `${base}/x.png` });
    expect((await (await folder(base, { sound: "audio" })).at(0)).sound).toEqual(
      new Uint8Array(Buffer.from("z.wav")),
    );
  });

  it("numbers the classes of all splits alike, also where one has no files of a class", async () => {
    const base = make(["train/a/1.txt", "train/b/1.txt", "train/c/1.txt", "test/c/2.txt", "other/0/x.txt"]);
    const test = await folder(base, textOf, { split: "test" });
    expect(test.classes).toEqual(["a", "b", "c"]);
    expect((await test.at(0)).label.data[0]).toBe(2);
    expect((await folder(base, textOf, { split: "train" })).classes).toEqual(test.classes);
  });

  it("does not take splits for classes", async () => {
    const base = make(["train/a/1.txt", "test/a/2.txt"]);
    await expect(folder(base, textOf)).rejects.toThrow(
      /Its folders are splits, not classes: test, train\. Say which one: split: "test"/,
    );
    expect((await folder(base, textOf, { classes: ["train", "test"] })).length).toBe(2);
    await expect(folder(base, textOf, { split: "val" })).rejects.toThrow(/val: There is no such folder/);
  });

  it("takes the classes that are given, in their order, and no other folder", async () => {
    const base = make(["b/1.txt", "c/1.txt"]);
    const reader = await folder(base, textOf, { classes: ["c", "a", "b"] });
    expect([...reader.labels!]).toEqual([2, 0]);
    await expect(folder(base, textOf, { classes: ["a", "b"] })).rejects.toMatchObject({
      name: "DataError",
      message: expect.stringContaining('It has the folders "c", which are none of the 2 `classes`.'),
    });
  });

  it("keeps a class without files, and says so", async () => {
    const warnings: Error[] = [];
    const note = (warning: Error) => void warnings.push(warning);
    process.on("warning", note);
    const reader = await folder(make(["a/", "b/1.txt"]), textOf);
    await new Promise((resolve) => setImmediate(resolve));
    process.off("warning", note);
    expect([reader.classes, [...reader.labels!]]).toEqual([["a", "b"], [1]]);
    expect(warnings.map(({ message }) => message)).toEqual([
      expect.stringContaining('no files in the folders "a".'),
    ]);
  });

  it("follows links, but not in circles", async () => {
    const base = make(["a/1.txt", "else.txt"]);
    const other = make(["2.txt"]);
    symlinkSync(other, join(base, "b"));
    symlinkSync(join(base, "else.txt"), join(base, "a", "link.txt"));
    symlinkSync(base, join(base, "a", "circle"));
    const reader = await folder(base, textOf);
    const paths = Array.from({ length: reader.length }, (_, i) => reader.getItem(i).path);
    expect(paths).toEqual(["a/1.txt", "a/link.txt", "b/2.txt"]);
    symlinkSync(join(base, "nowhere"), join(base, "a", "3.txt"));
    await expect(folder(base, textOf)).rejects.toThrow(/a\/3\.txt: It is a link that leads nowhere/);
  });

  it("gives what metadata.jsonl says of each file, in its order", async () => {
    const base = make({
      "x/1.png": "",
      "2.png": "",
      "3.png": "",
      "metadata.jsonl":
        '{"file_name":"x/1.png","caption":"dög","stars":5,"boxes":[[1,2]],"good":true}\r\n\n{"file_name":"./2.png","caption":"","stars":0.5,"boxes":[],"good":false}\n',
    });
    const fields = {
      path: "path",
      image: "image",
      caption: "string",
      boxes: "json",
      stars: "float32",
      good: "bool",
    } as const;
    const reader = await folder(base, fields);
    const seen = Array.from({ length: reader.length }, (_, i) => {
      const { image: _image, ...rest } = reader.getItem(i);
      return rest;
    });
    expect(seen).toEqual([
      {
        path: "x/1.png",
        caption: "dög",
        boxes: [[1, 2]],
        stars: tensor(5, "float32"),
        good: tensor(true, "bool"),
      },
      { path: "2.png", caption: "", boxes: [], stars: tensor(0.5, "float32"), good: tensor(false, "bool") },
    ]);
    expect(reader.passedOver).toEqual({ ".jsonl": 1, "files not in metadata.jsonl": 1 });
    await expect(folder(base, { image: "image", stars: "int32" })).rejects.toMatchObject({
      message: expect.stringMatching(
        /metadata\.jsonl, row 1, column "stars": It is 0\.5, which is no whole number/,
      ),
    });
    await expect(folder(base, { image: "image", none: "string" })).rejects.toThrow(/There is nothing of it/);
    await expect(folder(base, { image: "image", stars: "string" })).rejects.toThrow(/It is 5, and no text/);
  });

  it.each<[string, Record<string, string>, RegExp]>([
    ["none", { "1.png": "" }, /It has no metadata\.jsonl/],
    ["a table", { "1.png": "", "metadata.csv": "" }, /It has a metadata\.csv/],
    ["no JSON", { "1.png": "", "metadata.jsonl": "{" }, /metadata\.jsonl, row 0: It is no JSON/],
    ["no name", { "1.png": "", "metadata.jsonl": "{}" }, /The line has no "file_name"/],
    [
      "a file twice",
      { "1.png": "", "metadata.jsonl": '{"file_name":"1.png"}\n{"file_name":"1.png"}' },
      /row 1: The file 1\.png is in another line/,
    ],
    [
      "a file that is missing",
      { "1.png": "", "metadata.jsonl": '{"file_name":"2.png"}' },
      /row 0, column "file_name": There is no file .*2\.png/,
    ],
  ])("says what is wrong with metadata: %s", async (_, files, message) => {
    await expect(folder(make(files), { image: "image", caption: "string" })).rejects.toMatchObject({
      name: "DataError",
      message: expect.stringMatching(message),
    });
  });

  it("is plain data whose version changes with any file", async () => {
    const base = make(["a/1.txt", "b/2.txt"]);
    const reader = await folder(base, textOf);
    const copy = Object.assign(
      Object.create(Object.getPrototypeOf(reader)) as typeof reader,
      structuredClone({ ...reader }),
    );
    expect(copy.getItem(1)).toEqual(reader.getItem(1));
    expect((await folder(base, textOf)).version).toBe(reader.version);
    utimesSync(join(base, "b/2.txt"), 1, 1);
    expect((await folder(base, textOf)).version).not.toBe(reader.version);
    rmSync(join(base, "b/2.txt"));
    expect(() => reader.getItem(1)).toThrow(/b\/2\.txt: There is no such file/);
  });

  it("says what is wrong with a folder and its options", async () => {
    await expect(folder(join(root, "none"), textOf)).rejects.toThrow(/none: There is no such folder/);
    await expect(folder(make(["a/1.md"]), textOf)).rejects.toThrow(
      /There are no files of the kind "text" in it; passed over: 1 \.md/,
    );
    await expect(folder(make(["1.txt"]), textOf)).rejects.toThrow(/It has no folders of classes/);
    await expect(folder(root, { label: "class" })).rejects.toThrow(
      /one field must be the file.*there is none/,
    );
    await expect(folder(root, { a: "text", b: "image" })).rejects.toThrow(/there are `a`, `b`/);
    await expect(folder(root, { a: "picture" as never })).rejects.toThrow(/the field `a` must be one of/);
    await expect(folder(root, textOf, { classes: ["a", "a"] })).rejects.toThrow(/each once/);
    await expect(folder(root, textOf, { shuffle: true } as never)).rejects.toThrow(/no option `shuffle`/);
  });
});
