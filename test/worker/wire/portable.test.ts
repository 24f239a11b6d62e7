/** What classes and functions may say of their modules, on Windows too. */
import { describe, expect, it } from "vitest";
import { byModule, isSameFile, type Located, portable } from "../../../src/worker/wire/portable.ts";

function located(module: unknown): Located {
  class Photos {
    static module = module;
    length = 1;
  }
  return Photos as unknown as Located;
}

const sought = (module: unknown) =>
  ({ located: located(module), kind: "class", what: "an instance of Photos", holder: undefined }) as const;

describe("a module", () => {
  it.each(["file:///home/a/photos.js", "file:///C:/a/photos.js", "file://server/share/photos.js"])(
    "may be the URL %s",
    (module) => {
      expect(byModule()(sought(module))).toEqual({ module, export: "Photos" });
    },
  );

  it.each([
    "/home/a/photos.cjs",
    "C:\\a\\photos.cjs",
    "c:/a/photos.cjs",
    "\\\\server\\share\\photos.cjs",
    "./photos.js",
  ])("may not be the path %s", (module) => {
    expect(() => byModule()(sought(module))).toThrow(
      /`module` must be a URL.*pathToFileURL\(__filename\)\.href/,
    );
  });

  it("may not be undefined, as import.meta.url is in a CommonJS bundle", () => {
    expect(() => byModule()(sought(undefined))).toThrow(/`module` is undefined.*If a bundler/);
  });

  it.each(["/home/a/fn.cjs", "C:\\a\\fn.cjs"])("of a function may not be the path %s", (path) => {
    const fn = portable(path, () => 1) as Located;
    expect(() => byModule()({ ...sought(""), located: fn, kind: "function" })).toThrow(
      /`module` must be a URL/,
    );
  });
});

describe("the program's entry script", () => {
  it("is known on Windows by other letters of its drive, too", () => {
    const [one, other] = ["file:///C:/App/main.js", "file:///c:/app/main.js"];
    expect(isSameFile(one, other, "win32")).toBe(true);
    expect(isSameFile(one, other, "linux")).toBe(false);
    expect(isSameFile(one, one, "linux")).toBe(true);
    expect(isSameFile(one, "file:///C:/App/other.js", "win32")).toBe(false);
  });

  it("is never imported", () => {
    const entry = "file:///home/a/main.js";
    expect(() => byModule(entry)(sought(entry))).toThrow(/the program's entry script.*If a bundler/);
  });
});
