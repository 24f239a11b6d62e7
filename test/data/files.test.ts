import fs, { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, win32 } from "node:path";
import url from "node:url";
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { openBytes, pathOf } from "../../src/bytes/open.ts";
import { filesOf } from "../../src/data/files.ts";

const root = mkdtempSync(join(tmpdir(), "epochal-files-"));
afterAll(() => rmSync(root, { recursive: true }));
for (const path of [
  "b.csv",
  "a.csv",
  ".hidden.csv",
  "a+1.csv",
  "[1].csv",
  "c.csv?x=1",
  "c.csv?x=2",
  "deep/c.csv",
  "deep/er/d.csv",
  "deep/e.txt",
]) {
  mkdirSync(join(root, path, ".."), { recursive: true });
  writeFileSync(join(root, path), "");
}
mkdirSync(join(root, "folder.csv"));
symlinkSync(join(root, "a.csv"), join(root, "z-link.csv"));

const found = (pattern: string) =>
  filesOf("csv", `${root}/${pattern}`).map((path) => String(path).slice(root.length + 1));

/** A list that passes itself off as a browser's. */
function fileList(files: readonly File[]): ArrayLike<File> {
  return Object.assign(Object.create({ [Symbol.toStringTag]: "FileList" }), files, { length: files.length });
}

describe("filesOf", () => {
  it("gives what was named, in the order in which it was named", () => {
    const bytes = new Uint8Array(1);
    expect(filesOf("csv", "one.csv")).toEqual(["one.csv"]);
    expect(filesOf("csv", ["b", bytes, new URL("https://host/*.csv?x=1")])).toEqual([
      "b",
      bytes,
      new URL("https://host/*.csv?x=1"),
    ]);
    expect(filesOf("csv", "https://host/*.csv")).toEqual(["https://host/*.csv"]);
    expect(filesOf("csv", "https://host/a?.csv")).toEqual(["https://host/a?.csv"]);
  });

  it("finds the files that match a pattern, sorted, none hidden, none twice", () => {
    expect(found("*.csv")).toEqual(["[1].csv", "a+1.csv", "a.csv", "b.csv", "z-link.csv"]);
    expect(found(".*.csv")).toEqual([".hidden.csv"]);
  });

  it("goes into folders where the pattern says so", () => {
    expect(found("*/*.csv")).toEqual(["deep/c.csv"]);
    expect(found("**/*.csv")).toEqual([
      "[1].csv",
      "a+1.csv",
      "a.csv",
      "b.csv",
      "deep/c.csv",
      "deep/er/d.csv",
      "z-link.csv",
    ]);
    expect(found("**/**/d.*")).toEqual(["deep/er/d.csv"]);
  });

  it("takes a ? for one character, with or without a *, unless a file has that very name", () => {
    expect(found("?.csv")).toEqual(["a.csv", "b.csv"]);
    expect(found("d??p/?.csv")).toEqual(["deep/c.csv"]);
    expect(found("?*.csv")).toEqual(["[1].csv", "a+1.csv", "a.csv", "b.csv", "z-link.csv"]);
    expect(found("**/?.t?t")).toEqual(["deep/e.txt"]);
    // As wget names what it saves.
    expect(found("c.csv?x=1")).toEqual(["c.csv?x=1"]);
    expect(found("c.csv?x=?")).toEqual(["c.csv?x=1", "c.csv?x=2"]);
    expect(() => found("??.csv")).toThrow(/No file matches .*\?\?\.csv\. Check the pattern/);
    expect(() => found("none?/a.csv")).toThrow(/No file matches/);
  });

  it("takes brackets and braces for themselves, and says so where that names nothing", () => {
    expect(found("[1].csv")).toEqual(["[1].csv"]);
    expect(found("[?].csv")).toEqual(["[1].csv"]);
    expect(() => found("[ab].csv")).toThrow(
      /\[ab\]\.csv: There is no such file\. .*\[ \] and \{ \} for themselves/,
    );
    expect(() => found("{a,b}.csv")).toThrow(/There is no such file\. .*name such files in a list/);
    expect(() => found("[ab]*.tsv")).toThrow(/No file matches .* for themselves/);
    // Of what is not there otherwise, opening says so.
    expect(found("none.csv")).toEqual(["none.csv"]);
  });

  it("takes the list of files that an input has", () => {
    const files = [new File(["a"], "a.csv"), new File(["b"], "b.csv")];
    expect(filesOf("csv", fileList(files))).toEqual(files);
    expect(filesOf("csv", files)).toEqual(files);
    expect(() => filesOf("csv", fileList([]))).toThrow("got an empty list");
    expect(() => filesOf("csv", { 0: files[0]!, length: 1 })).toThrow("got an object");
  });

  it("says so where nothing matches, where a folder is not there, and of what is no source", () => {
    expect(() => found("*.tsv")).toThrow(/No file matches .*\*\.tsv\. Check the pattern/);
    expect(() => found("none/*.csv")).toThrow(/none\/: There is no such file/);
    expect(() => filesOf("csv", [])).toThrow("csv() needs at least one file, got an empty list.");
    expect(() => filesOf("csv", [5 as never])).toThrow(
      "csv() takes a path, a URL, a Blob, a file's handle or bytes",
    );
    expect(() => filesOf("csv", "")).toThrow("got an empty string");
  });
});

describe("on Windows", () => {
  beforeEach(() => void vi.spyOn(process, "platform", "get").mockReturnValue("win32"));
  afterEach(() => vi.restoreAllMocks());

  it("separates names in patterns by backslashes, too, and gives paths with slashes", () => {
    const at = root.replaceAll("/", "\\");
    const under = (pattern: string) => filesOf("csv", `${at}\\${pattern}`).map((path) => String(path));
    expect(under("deep\\*.csv")).toEqual([`${root}/deep/c.csv`]);
    expect(under("deep\\**\\*.csv")).toEqual([`${root}/deep/c.csv`, `${root}/deep/er/d.csv`]);
    expect(under("d??p/?.csv")).toEqual([`${root}/deep/c.csv`]);
    expect(() => under("deep\\*.tsv")).toThrow(/No file matches .*\\deep\\\*\.tsv/);
  });

  it.each(["C:\\data\\x.csv", "C:/data/x.csv", "c:x.csv", "\\\\server\\share\\x.csv", "\\\\?\\C:\\x.csv"])(
    "takes %s for a path, and for no URL",
    async (path) => {
      vi.spyOn(fs, "existsSync").mockReturnValue(true);
      expect(filesOf("csv", path)).toEqual([path]);
      expect(() => openBytes(path, { most: 1 })).toThrow(/There is no such file/);
      expect(pathOf(path)).toBe(path);
    },
  );

  it("finds files on drives and shares: patterns keep what stands before them", () => {
    const read: string[] = [];
    vi.spyOn(fs, "readdirSync").mockImplementation(((folder: string) => {
      read.push(folder);
      return [{ name: "x.csv", isFile: () => true, isDirectory: () => false, isSymbolicLink: () => false }];
    }) as never);
    for (const [pattern, path, folder] of [
      ["C:\\data\\*.csv", "C:/data/x.csv", "C:\\data\\"],
      ["C:\\*.csv", "C:/x.csv", "C:\\"],
      ["\\\\server\\share\\data\\*.csv", "//server/share/data/x.csv", "\\\\server\\share\\data\\"],
      ["\\data\\*.csv", "/data/x.csv", "\\data\\"],
      ["data\\*.csv", "data/x.csv", "data\\"],
    ] as const) {
      expect(filesOf("csv", pattern)).toEqual([path]);
      // What Windows makes of the folder that was asked for.
      expect(win32.normalize(read.pop()!)).toBe(folder);
    }
  });

  it("opens what a file: URL names, on a drive or a share", () => {
    const opened: unknown[] = [];
    vi.spyOn(fs, "openSync").mockImplementation(((path: string) => {
      opened.push(path);
      throw Object.assign(new Error("none"), { code: "ENOENT" });
    }) as never);
    const toPath = url.fileURLToPath;
    vi.spyOn(url, "fileURLToPath").mockImplementation((given) => toPath(given, { windows: true }));
    for (const given of [
      "file:///C:/a%20b/x.csv",
      new URL("file:///C:/a%20b/x.csv"),
      "file://server/share/x.csv",
    ])
      expect(() => openBytes(given, { most: 1 })).toThrow(/There is no such file/);
    expect(opened).toEqual(["C:\\a b\\x.csv", "C:\\a b\\x.csv", "\\\\server\\share\\x.csv"]);
  });
});
