import { expect, it } from "vitest";
import { type Packed, tarballChecks } from "../../scripts/release/tarball.ts";

const manifest = {
  exports: { ".": { types: "./dist/index.d.ts", default: "./dist/index.js" } },
  imports: { "#*": { node: "./dist/*.node.js" } },
  bin: { epochal: "./dist/cli/main.js" },
};
const good = [
  ...["CHANGELOG.md", "LICENSE", "README.md", "package.json"],
  ...["index", "cli/main"].flatMap((name) => [`dist/${name}.js`, `dist/${name}.d.ts`]),
  ...["page.js", "page.css", "page.html", "licences.txt"].map((name) => `dist/inspect/page/${name}`),
];
const packed = (paths: readonly string[], size: number = 900_000): Packed => ({
  size,
  files: paths.map((path) => ({ path })),
});
const problems = (tarball: Packed): string[] =>
  tarballChecks(tarball, manifest).flatMap(({ problem }) => problem ?? []);

it("takes the build and its pages", () => {
  expect(problems(packed(good))).toEqual([]);
});

it.each([
  ["a page that is missing", good.filter((path) => path !== "LICENSE"), /^Missing: LICENSE$/],
  [
    "a module that package.json names",
    good.filter((path) => !/main/.test(path)),
    /^Missing: dist\/cli\/main\.js$/,
  ],
  ["a module without types", [...good, "dist/extra.js"], /^Without: dist\/extra\.js$/],
  ...["src/index.ts", ".env", "dist/index.js.map", "dist/notes.txt", "test/a.test.ts", "dist/../key.js"].map(
    (path) =>
      [path, [...good, path, ...(path.endsWith(".js") ? ["dist/../key.d.ts"] : [])], /^Not meant/] as const,
  ),
] as const)("finds %s", (_, paths, message) => {
  const found = problems(packed(paths));
  expect(found.length).toBe(1);
  expect(found[0]).toMatch(message);
});

it("finds one that is a third larger", () => {
  expect(problems(packed(good, 1_200_001))).toEqual([expect.stringMatching(/^At most 1200 KB/)]);
});
