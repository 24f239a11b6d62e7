import { chmodSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { folder } from "../../../src/data/folder/folder.ts";
import { make } from "./make.ts";

const fields = { text: "text", label: "class", path: "path" } as const;

/** Paths of the files in `split`, with the names of their classes by the numbers that samples have. */
async function read(root: string, split?: string | readonly string[]): Promise<Record<string, string>> {
  const reader = await folder(root, fields, split === undefined ? {} : { split });
  const read: Record<string, string> = {};
  for await (const { path, label } of reader) read[path] = reader.classes[label.data[0]!]!;
  return read;
}

const classesOf = async (root: string, split?: string | readonly string[]): Promise<readonly string[]> =>
  (await folder(root, fields, split === undefined ? {} : { split })).classes;

describe("classes", () => {
  it.each<[string, readonly string[], readonly (string | readonly string[])[], readonly string[]]>([
    [
      "years",
      ["train2017/cat/1.txt", "train2017/dog/1.txt", "val2017/dog/2.txt"],
      ["train2017", "val2017"],
      ["cat", "dog"],
    ],
    [
      "splits below",
      ["d/train/cat/1.txt", "d/train/dog/1.txt", "d/test/dog/2.txt"],
      ["d/train", "d/test"],
      ["cat", "dog"],
    ],
    [
      "folds",
      ["fold1/b/1.txt", "fold2/a/1.txt", "fold2/c/1.txt", "fold3/c/1.txt"],
      ["fold1", "fold3", ["fold1", "fold3"], ["fold3", "fold2", "fold1"]],
      ["a", "b", "c"],
    ],
    [
      "sets",
      ["training_set/a/1.txt", "training_set/b/1.txt", "test_set/b/1.txt"],
      ["training_set", "test_set"],
      ["a", "b"],
    ],
    [
      "other names with the same classes",
      ["day/a/1.txt", "day/b/1.txt", "night/a/1.txt", "night/b/1.txt", "notes/1.md"],
      ["day", "night"],
      ["a", "b"],
    ],
    [
      "what has no class that the splits have not",
      ["train/a/1.txt", "train/b/1.txt", "test/b/1.txt", "extra/b/1.txt"],
      ["train", "test", "extra", ["train", "extra"]],
      ["a", "b"],
    ],
    [
      "a class that is called train",
      ["train/bus/1.txt", "train/train/1.txt", "test/train/2.txt"],
      ["train", "test"],
      ["bus", "train"],
    ],
    [
      "domains with the same classes",
      ["web/images/a/1.txt", "web/images/b/1.txt", "cam/images/a/1.txt", "cam/images/b/1.txt"],
      ["web/images", "cam/images"],
      ["a", "b"],
    ],
  ])("are numbered alike in all splits: %s", async (_, paths, splits, classes) => {
    const root = make(paths);
    for (const split of splits) {
      expect(await classesOf(root, split)).toEqual(classes);
      for (const [path, name] of Object.entries(await read(root, split)))
        expect(path.split("/").at(-2)).toBe(name);
    }
  });

  it.each<[string, readonly string[], string | readonly string[] | undefined, RegExp]>([
    [
      "splits of unknown names that differ",
      ["day/cat/1.txt", "day/dog/1.txt", "night/dog/2.txt"],
      "night",
      /A class would have several numbers: day and night have not the same folders\. .*: classes: \["cat", "dog"\]\./,
    ],
    [
      "another set of classes beside train",
      ["train/b/1.txt", "extra/a/1.txt"],
      "extra",
      /extra: It has the folders "a", which the splits beside it have not: "b"\. .* classes: \["a", "b"\]/,
    ],
    [
      "data sets beside each other",
      ["x/train/b/1.txt", "y/train/a/1.txt", "y/test/b/1.txt"],
      "x/train",
      /x\/ and y\/ have not the same folders.*classes: \["a", "b"\]\. Or make ".*\/x" the root, with split: "train"\./,
    ],
    [
      "splits of several depths",
      ["train/a/1.txt", "more/fold1/b/1.txt"],
      ["train", "more/fold1"],
      /its splits of 1 and of 2 folders have not the same folders/,
    ],
    [
      "a class that is higher up, too",
      [
        "b/a/1.txt",
        "b/b/1.txt",
        "c/a/1.txt",
        "c/b/2.txt",
        "a/a/2.txt",
        "a/b/3.txt",
        "0/a/1.txt",
        "0/b/1.txt",
      ],
      "b",
      /folders of "a", "b" at several depths/,
    ],
    [
      "splits in a split",
      ["train/train/a/1.txt", "train/test/a/1.txt"],
      "train",
      /Its folders are splits, not classes: test, train\. Say which one: split: "train\/test"/,
    ],
    [
      "splits beside other folders",
      ["train/a/1.txt", "test/a/1.txt", "raw/1.txt"],
      undefined,
      /Its folders are splits, not classes: test, train/,
    ],
  ])("are refused where a name would have several numbers: %s", async (_, paths, split, message) => {
    const root = make(paths);
    const options = split === undefined ? {} : { split };
    await expect(folder(root, fields, options)).rejects.toMatchObject({
      name: "DataError",
      message: expect.stringMatching(message),
    });
    // What it says to write is enough.
    const classes = ["0", "a", "b", "c", "cat", "dog", "raw", "test", "train"];
    expect((await folder(root, fields, { ...options, classes })).length).toBeGreaterThan(0);
  });

  it("have one number each, whatever is asked for of any tree of folders", async () => {
    const name = fc.constantFrom("a", "b", "c", "train", "test", "val2", "day", "fold1", "fold2");
    const paths = fc.uniqueArray(
      fc.array(name, { minLength: 1, maxLength: 4 }).map((names) => names.join("/")),
      {
        minLength: 1,
        maxLength: 10,
      },
    );
    let compared = 0;
    await fc.assert(
      fc.asyncProperty(paths, async (folders) => {
        const root = make(folders.map((path) => `${path}/1.txt`));
        const all = [
          ...new Set(
            folders.flatMap((path) => path.split("/").map((_, i, names) => names.slice(0, i + 1).join("/"))),
          ),
        ];
        const numbers = new Map<string, { number: number; split: unknown }>();
        for (const split of [undefined, ...all, ...all.slice(1).map((path, i) => [all[i]!, path])]) {
          const reader = await folder(root, fields, split === undefined ? {} : { split }).catch(
            (error: Error) => {
              if (!["DataError", "OptionError"].includes(error.name)) throw error;
            },
          );
          if (reader === undefined) continue;
          for await (const { path, label } of reader) {
            // Of a list the path begins with the split, which is as deep as any of the list that is read.
            expect(`/${path}`).toContain(`/${reader.classes[label.data[0]!]}/`);
          }
          for (const [number, name] of reader.classes.entries()) {
            const known = numbers.get(name);
            if (known === undefined) numbers.set(name, { number, split });
            else {
              compared++;
              expect({ name, number, split, of: known.split }).toEqual({
                name,
                number: known.number,
                split,
                of: known.split,
              });
            }
          }
        }
      }),
      { numRuns: 150 },
    );
    expect(compared).toBeGreaterThan(100);
  });

  it("do not depend on folders beside the splits that may not be read", async () => {
    const root = make(["d/train/b/1.txt", "d/test/a/2.txt", "closed/train/c/1.txt"]);
    chmodSync(join(root, "closed"), 0);
    // Root may read all: nobody may not.
    const isRoot = process.getuid?.() === 0;
    if (isRoot) for (const path of [join(root, ".."), root]) chmodSync(path, 0o755);
    if (isRoot) process.seteuid!(65_534);
    try {
      expect(await classesOf(root, "d/train")).toEqual(["a", "b"]);
    } finally {
      if (isRoot) process.seteuid!(0);
      chmodSync(join(root, "closed"), 0o700);
    }
  });

  it("of given splits must be paths in the root, each once", async () => {
    const root = make(["train/a/1.txt", "test/a/2.txt"]);
    for (const split of ["./train", "train/", ".//train//"])
      expect(await read(root, split)).toEqual({ "a/1.txt": "a" });
    expect(await read(root, ["train", "test/"])).toEqual({ "train/a/1.txt": "a", "test/a/2.txt": "a" });
    for (const split of ["", "..", "train/../test", "/train", "a//b", [], ["train", 1], 5])
      await expect(folder(root, fields, { split: split as string })).rejects.toThrow(
        /`split` must be a folder in the root, such as "train", or a list of them/,
      );
    await expect(folder(root, fields, { split: ["train", "./train"] })).rejects.toThrow(/twice/);
    await expect(folder(root, { text: "text" }, { split: ["train/a", "train"] })).rejects.toThrow(
      /`split` has the files of "train\/a" twice, as they are in "train"/,
    );
  });
});
