import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { filesOf } from "../../src/data/files.ts";

const root = mkdtempSync(join(tmpdir(), "epochal-files-"));
afterAll(() => rmSync(root, { recursive: true }));
for (const path of [
  "b.csv",
  "a.csv",
  ".hidden.csv",
  "a+1.csv",
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
    expect(filesOf("csv", "what?.csv")).toEqual(["what?.csv"]);
  });

  it("finds the files that match a pattern, sorted, none hidden, none twice", () => {
    expect(found("*.csv")).toEqual(["a+1.csv", "a.csv", "b.csv", "z-link.csv"]);
    expect(found(".*.csv")).toEqual([".hidden.csv"]);
  });

  it("goes into folders where the pattern says so", () => {
    expect(found("*/*.csv")).toEqual(["deep/c.csv"]);
    expect(found("**/*.csv")).toEqual([
      "a+1.csv",
      "a.csv",
      "b.csv",
      "deep/c.csv",
      "deep/er/d.csv",
      "z-link.csv",
    ]);
    expect(found("**/**/d.*")).toEqual(["deep/er/d.csv"]);
  });

  it("says so where nothing matches, where a folder is not there, and of what is no source", () => {
    expect(() => found("*.tsv")).toThrow(/No file matches .*\*\.tsv\. Check the pattern/);
    expect(() => found("none/*.csv")).toThrow(/none\/: There is no such file/);
    expect(() => filesOf("csv", [])).toThrow("csv() needs at least one file, got an empty list.");
    expect(() => filesOf("csv", [5 as never])).toThrow(
      "csv() takes a path, a URL, a Blob or the bytes of a file",
    );
    expect(() => filesOf("csv", "")).toThrow("got an empty string");
  });
});
