import { expect, it } from "vitest";
import { areas, areasOf, checkTable } from "../../scripts/release/checks.ts";

it("are all, or those that are asked for, in their order", () => {
  expect(areasOf(undefined)).toEqual(areas);
  expect(areasOf("tarball, tree")).toEqual(["tree", "tarball"]);
  expect(() => areasOf("tree,trees")).toThrow(/--only takes tree, version, .*; got "trees"/);
  expect(() => areasOf("")).toThrow(/got ""/);
});

it("are a table, with what is wrong below what failed", () => {
  expect(
    checkTable([
      ["tree", [{ what: "is on main" }, { what: "is clean", problem: "Commit first:\n M a" }]],
      ["provenance", [{ what: "is asked for" }]],
    ]),
  ).toBe(
    [
      "pass  tree        is on main",
      "FAIL  tree        is clean",
      "                  Commit first:",
      "                   M a",
      "pass  provenance  is asked for",
    ].join("\n"),
  );
});
