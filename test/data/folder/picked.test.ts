/** Folders that a page was given: whatever they are given as, they are what Node reads from disk. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type FolderFields, type FolderOptions, folder } from "../../../src/data/folder/folder.ts";
import type {
  DirectoryEntryLike,
  DirectoryHandleLike,
  PickedFolder,
} from "../../../src/data/folder/picked.ts";
import { createContext } from "../../../src/sequence/context.ts";
import { domError } from "../../bytes/handles.ts";
import { make } from "./make.ts";

/** The File of `path`, as a browser has it. */
function fileAt(path: string, relative?: string): File {
  const file = new File([readFileSync(path)], path.slice(path.lastIndexOf("/") + 1), {
    lastModified: Math.floor(statSync(path).mtimeMs),
  });
  return relative === undefined ? file : Object.assign(file, { webkitRelativePath: relative });
}

/** A handle of the folder at `path`, which names what is in it in an order of its own. */
function handleOf(path: string, name: string): DirectoryHandleLike {
  return {
    kind: "directory",
    name,
    getFileHandle: async () => ({}),
    async *values() {
      for (const name of readdirSync(path).reverse()) {
        const inside = join(path, name);
        if (statSync(inside).isDirectory()) yield handleOf(inside, name);
        else yield { kind: "file", name, getFile: async () => fileAt(inside) };
      }
    },
  } as DirectoryHandleLike;
}

/** As a drop gives it: some entries at a time, to callbacks. */
function entryOf(path: string, name: string): DirectoryEntryLike {
  const createReader = () => {
    const names = readdirSync(path).reverse();
    return {
      readEntries: (done: (entries: object[]) => void) =>
        done(
          names.splice(0, 2).map((name) => {
            const inside = join(path, name);
            if (statSync(inside).isDirectory()) return entryOf(inside, name);
            return { isDirectory: false, name, file: (done: (file: File) => void) => done(fileAt(inside)) };
          }),
        ),
    };
  };
  return { isDirectory: true, name, createReader };
}

/** As an input with `webkitdirectory` has it. */
function listOf(path: string, name: string): File[] {
  return readdirSync(path)
    .reverse()
    .flatMap((inside) => {
      const [full, relative] = [join(path, inside), `${name}/${inside}`];
      return statSync(full).isDirectory() ? listOf(full, relative) : [fileAt(full, relative)];
    });
}

const given: Readonly<Record<string, (path: string, name: string) => PickedFolder>> = {
  "a handle": handleOf,
  "a dropped entry": entryOf,
  "a list of files": listOf,
};

/** What is read of a folder, or what is said of it, as of one called "picked". */
async function read(
  root: string | PickedFolder,
  fields: FolderFields,
  options: FolderOptions = {},
  path = "picked",
): Promise<unknown> {
  try {
    const reader = await folder(root, fields, options);
    const samples: unknown[] = [];
    for await (const sample of reader) samples.push(sample);
    const { classes, labels, passedOver, length } = reader;
    const paths = Array.from({ length }, (_, i) => reader.pathOf(i).replace(path, "picked"));
    return { classes, labels, passedOver, samples, paths, root: reader.root.replace(path, "picked") };
  } catch (error) {
    return `${(error as Error).name}: ${(error as Error).message
      .replaceAll(path, "picked")
      .replace(", and the folder it is relative to", "")}`;
  }
}

describe.each(Object.entries(given))("folder of %s", (_, pick) => {
  it("has the files, classes and labels that Node reads from disk, of any tree and split", async () => {
    const name = fc.constantFrom("a", "b", "B", "a-", "ä", "train", "val", ".x", "__MACOSX", "10", "2");
    const file = fc
      .tuple(fc.array(name, { maxLength: 3 }), name, fc.constantFrom(".txt", ".TXT", ".md", ""))
      .map(([folders, name, ending]) => [...folders, `${name}!${ending}`].join("/"));
    const options = fc.record(
      {
        split: fc.oneof(name, fc.array(name, { maxLength: 3 }), fc.constant("train/a")),
        classes: fc.uniqueArray(name, { minLength: 1 }),
      },
      { requiredKeys: [] },
    );
    const fields = fc.constantFrom(
      { text: "text", label: "class", path: "path" } as const,
      { text: "text", path: "path" } as const,
    );
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(file, { minLength: 1 }),
        fields,
        options,
        async (files, fields, options) => {
          const path = make(files);
          const given = options as FolderOptions;
          expect(await read(pick(path, "picked"), fields, given)).toEqual(
            await read(path, fields, given, path),
          );
        },
      ),
      { numRuns: 150 },
    );
  });

  it.each(["csv", "jsonl"])("has what a metadata.%s says of its files", async (ending) => {
    const rows = [
      { file_name: "b.txt", n: 3, more: [1, 2] },
      { file_name: "deep/a.txt", n: 4, more: { x: "y" } },
    ];
    const text =
      ending === "jsonl"
        ? rows.map((row) => `${JSON.stringify(row)}\n`).join("")
        : `file_name,n,more\nb.txt,3,"[1,2]"\ndeep/a.txt,4,"{""x"":""y""}"\n`;
    const path = make({
      [`train/metadata.${ending}`]: text,
      "train/b.txt": "B",
      "train/deep/a.txt": "A",
      "train/c.txt": "C",
    });
    for (const options of [{}, { split: "train" }, { split: "train/deep" }]) {
      const fields = { text: "text", n: "int32", more: "json" } as const;
      const seen = await read(pick(path, "picked"), fields, options);
      expect(seen).toEqual(await read(path, fields, options, path));
      expect(seen).toHaveProperty("samples[0].text");
    }
    const wrong = { text: "text", m: "int32" } as const;
    const said = await read(pick(path, "picked"), wrong);
    expect(said).toMatch(/^DataError: .*\bm\b/);
  });

  it("is plain data for workers, and the same again in states, whoever opens it", async () => {
    const path = make(["a/1.txt", "b/2.txt"]);
    const fields = { text: "text", label: "class" } as const;
    const [reader, again] = [await folder(pick(path, "x"), fields), await folder(pick(path, "x"), fields)];
    expect(again.version).toBe(reader.version);
    const copy = Object.assign(
      Object.create(Object.getPrototypeOf(reader)) as typeof reader,
      structuredClone({ ...reader }),
    );
    const context = createContext({ index: 1, epoch: 0, seed: 0 });
    expect(await copy.getItem(1, context)).toEqual(await reader.at(1));
    expect((await reader.at(1)).text).toBe("b/2.txt");
  });

  it("names the file in what an image says, from the folder on", async () => {
    const path = make(["a/1.png"]);
    const reader = await folder(pick(path, "pictures"), { image: "image", label: "class" });
    const { image } = await reader.getItem(0, createContext({ index: 0, epoch: 0, seed: 0 }));
    await expect(image.tensor()).rejects.toMatchObject({
      name: "ImageError",
      path: "pictures/a/1.png",
      message: expect.stringMatching(/^Cannot read the image in pictures\/a\/1\.png: /),
    });
  });
});

describe("folder of a page", () => {
  const fields = { text: "text" } as const;

  it("has folders without files where a handle shows them", async () => {
    const path = make(["a/1.txt", "b/", "c/2.txt"]);
    const labelled = { text: "text", label: "class" } as const;
    for (const pick of [handleOf, entryOf])
      expect((await folder(pick(path, "x"), labelled)).classes).toEqual(["a", "b", "c"]);
    expect((await folder(listOf(path, "x"), labelled)).classes).toEqual(["a", "c"]);
  });

  it("takes files without a folder for those of one, and the root of a page's storage, which has no name", async () => {
    const files = [new File(["2"], "b.txt"), new File(["1"], "a.txt")];
    const reader = await folder(files, fields);
    expect([reader.root, reader.pathOf(0), (await reader.at(0)).text]).toEqual([".", "./a.txt", "1"]);
    expect((await folder(handleOf(make(["a.txt"]), ""), fields)).pathOf(0)).toBe("./a.txt");
  });

  it.each<[string, unknown, RegExp]>([
    ["an empty list", [], /empty list of files\. Was a folder chosen\? .*webkitdirectory/],
    ["bytes", [new Uint8Array(3)], /takes a list of Files, .*an instance of Uint8Array in it/],
    ["a Blob without a name", [new Blob(["a"])], /an instance of Blob in it/],
    [
      "files of two folders",
      [listOf(make(["1.txt"]), "one"), listOf(make(["1.txt"]), "two")].flat(),
      /of several: "one", "two"\. Open each, and join them by concat/,
    ],
    ["a file twice", [new File([""], "a.txt"), new File([""], "a.txt")], /the file "a\.txt" twice/],
    ["a number", 5, /`root` must be/],
    ["the handle of a file", { kind: "file", getFile: () => {} }, /`root` must be/],
  ])("refuses %s", async (_, root, message) => {
    await expect(folder(root as never, fields)).rejects.toMatchObject({
      name: "OptionError",
      message: expect.stringMatching(message),
    });
  });

  it("says why a file or a folder is not had, where it is asked for", async () => {
    const fails = (name: string) => Promise.reject(domError(name));
    const handle = (inside: object[]): DirectoryHandleLike =>
      ({
        kind: "directory",
        name: "x",
        async *values() {
          yield* inside;
        },
      }) as never;
    const file = { kind: "file", name: "a.txt", getFile: async () => new File(["1"], "a.txt") };
    const gone = { kind: "file", name: "b.txt", getFile: () => fails("NotFoundError") };
    const other = { ...gone, name: "b.md" };
    const locked = {
      kind: "directory",
      name: "locked",
      // biome-ignore lint/correctness/useYield: It fails before it has anything.
      async *values() {
        throw domError("NotAllowedError");
      },
    };
    await expect(folder(handle([file, gone]), fields)).rejects.toThrow(/^x\/b\.txt: It is gone/);
    expect((await folder(handle([file, other]), fields)).length).toBe(1);
    await expect(folder(handle([file, locked]), fields)).rejects.toThrow(
      /^x\/locked: The page may not read it/,
    );
    await expect(folder({ ...locked } as never, fields)).rejects.toThrow(/requestPermission/);
    await expect(folder(handle([file]), fields, { split: "none" })).rejects.toThrow(
      /^x\/none: There is no such folder/,
    );
    await expect(folder(handle([file]), fields, { split: "a.txt" })).rejects.toThrow(
      /It is a file, not a folder/,
    );
  });
});
