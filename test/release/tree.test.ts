import { expect, it } from "vitest";
import { treeChecks, unchangedCheck } from "../../scripts/release/tree.ts";

const clean = { branch: "main", changed: "", behind: 0 };
const problems = (facts: Parameters<typeof treeChecks>[0]): string =>
  treeChecks(facts)
    .flatMap(({ problem }) => problem ?? [])
    .join("\n");

it("takes main as its origin has it", () => {
  expect(problems(clean)).toBe("");
});

it.each([
  [{ ...clean, branch: "next" }, /made on main, this is next/],
  [{ ...clean, changed: " M src/index.ts" }, /Commit or put away[\s\S]* M src\/index\.ts/],
  [{ ...clean, behind: 3 }, /^3 commits of origin\/main are not here\. Pull/],
  [{ ...clean, behind: undefined }, /^There is no origin\/main/],
])("refuses %j, and nothing else of it", (facts, message) => {
  expect(problems(facts)).toMatch(message);
  expect(treeChecks(facts).filter(({ problem }) => problem !== undefined)).toHaveLength(1);
});

it("is as it was, or says what became of it", () => {
  expect(unchangedCheck("a\n", "a\n").problem).toBeUndefined();
  expect(unchangedCheck("a\n", "a\n M b").problem).toMatch(/ M b/);
});
