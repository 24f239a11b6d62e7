import fs, { mkdirSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { folder } from "../../../src/data/folder/folder.ts";
import { createContext } from "../../../src/sequence/context.ts";
import { tensor } from "../../../src/tensor/tensor.ts";
import { make, root } from "./make.ts";

const context = createContext({ index: 0, epoch: 0, seed: 0 });
/** Another file of the same length takes the place of the one at `path`. */
function replace(path: string): void {
  writeFileSync(`${path}.new`, "CONTENT");
  renameSync(`${path}.new`, path);
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
    expect([(await images.getItem(0, context)).path, images.pathOf(1), images.classes]).toEqual([
      "x.png",
      `${base}/deep/y.JPG`,
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
    const paths = Array.from({ length: reader.length }, (_, i) => reader.pathOf(i).slice(base.length + 1));
    expect(paths).toEqual(["a/1.txt", "a/link.txt", "b/2.txt"]);
    symlinkSync(join(base, "itself"), join(base, "itself"));
    expect((await folder(base, textOf)).classes).toEqual(["a", "b"]);
    for (const target of [join(base, "nowhere"), join(base, "itself")]) {
      symlinkSync(target, join(base, "a", "3.txt"));
      await expect(folder(base, textOf)).rejects.toThrow(/a\/3\.txt: It is a link that leads nowhere/);
      rmSync(join(base, "a", "3.txt"));
    }
  });

  it("is plain data whose version changes with any file", async () => {
    const base = make(["a/1.txt", "b/2.txt"]);
    const reader = await folder(base, textOf);
    const copy = Object.assign(
      Object.create(Object.getPrototypeOf(reader)) as typeof reader,
      structuredClone({ ...reader }),
    );
    expect(copy.getItem(1, context)).toEqual(reader.getItem(1, context));
    expect((await folder(base, textOf)).version).toBe(reader.version);
    utimesSync(join(base, "b/2.txt"), 1, 1);
    expect((await folder(base, textOf)).version).not.toBe(reader.version);
    rmSync(join(base, "b/2.txt"));
    expect(() => reader.getItem(1, context)).toThrow(/b\/2\.txt: There is no such file/);
  });

  it.each<[string, (path: string) => void, RegExp]>([
    [
      "is written to",
      (path) => writeFileSync(path, "other, and longer"),
      /1\.txt: It is not what it was .*: 7 bytes/,
    ],
    ["is replaced by one as long", replace, /It is not what it was/],
    ["has another time", (path) => utimesSync(path, 1, 1), /now 7 bytes of 1970-01-01T00:00:01\.000Z/],
    ["is gone", (path) => rmSync(path), /There is no such file|now it is gone/],
    [
      "is a folder",
      (path) => {
        rmSync(path);
        mkdirSync(path);
      },
      /It is a folder|It is not what it was/,
    ],
  ])("refuses a file that %s, whatever it is, for as long as that is so", async (_, change, message) => {
    const fields = [{ a: "text" }, { a: "audio" }, { a: "image" }] as const;
    for (const field of fields) {
      const name = { text: "1.txt", audio: "1.wav", image: "1.png" }[field.a];
      const base = make({ [name]: "content", [name.replace("1", "2")]: "another" });
      const reader = await folder(base, field);
      utimesSync(join(base, name), 1e9, 1e9);
      const opened = await folder(base, field);
      void opened.getItem(0, context);
      expect(() => reader.getItem(0, context)).toThrow(/It is not what it was/);
      change(join(base, name));
      for (let again = 0; again < 3; again++) {
        let error: unknown;
        try {
          opened.getItem(0, context);
        } catch (thrown) {
          error = thrown;
        }
        expect(error).toMatchObject({ name: "DataError", path: join(base, name) });
        if (field.a !== "image") expect((error as Error).message.replace(name, "1.txt")).toMatch(message);
        void opened.getItem(1, context);
      }
    }
  });

  it("notices a change in a worker that was never asked before", async () => {
    const base = make({ "1.txt": "content" });
    const reader = await folder(base, { text: "text" });
    const copy = Object.assign(
      Object.create(Object.getPrototypeOf(reader)) as typeof reader,
      structuredClone({ ...reader }),
    );
    writeFileSync(join(base, "1.txt"), "changed");
    utimesSync(join(base, "1.txt"), 1, 1);
    expect(() => copy.getItem(0, context)).toThrow(/It is not what it was/);
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

describe("folder on Windows", () => {
  beforeEach(() => void vi.spyOn(process, "platform", "get").mockReturnValue("win32"));
  afterEach(() => vi.restoreAllMocks());

  it("takes splits with backslashes, and names classes and paths with none", async () => {
    const base = make(["set\u00fc/train/a/1.txt", "set\u00fc/train/b/2.txt", "set\u00fc/val/a/3.txt"]);
    for (const split of ["set\u00fc\\train", ".\\set\u00fc\\train\\", ["set\u00fc\\train"]]) {
      const reader = await folder(base, textOf, { split });
      expect([reader.classes, (await reader.at(1)).label.data[0]]).toEqual([["a", "b"], 1]);
      expect(reader.pathOf(1)).toBe(`${base}/set\u00fc/train/b/2.txt`);
    }
  });

  it("goes into a folder whose number differs from its parent's by less than a double tells", async () => {
    const base = make(["a/1.txt", "b/2.txt"]);
    const known = new Map<string, bigint>();
    const stat = fs.statSync;
    vi.spyOn(fs, "statSync").mockImplementation(((path: string, options?: fs.StatSyncOptions) => {
      const stats = stat(path, options)!;
      if (!known.has(path)) known.set(path, 2n ** 60n + BigInt(known.size));
      const ino = known.get(path)!;
      return Object.assign(stats, {
        dev: options?.bigint ? 1n : 1,
        ino: options?.bigint ? ino : Number(ino),
      });
    }) as never);
    expect((await folder(base, textOf)).length).toBe(2);
  });
});
