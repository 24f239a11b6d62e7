import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

// Of the same copy of the package as the targets.
const built = new URL("../../dist/cli/target.js", import.meta.url).href;
const { loadTarget }: typeof import("../../src/cli/target.ts") = await import(built);

const path = fileURLToPath(new URL("fixtures/targets.js", import.meta.url));

it.each([
  ["pairs", { length: 3, seed: 0, notes: [] }],
  ["Pairs", { length: 3, seed: 0, notes: [] }],
  ["Unequal", { length: 3, seed: 0, notes: [] }],
  ["make", { length: 3, seed: 0, notes: [] }],
  ["loader", { length: 3, seed: 9, notes: [] }],
  ["samples", { length: 4, seed: 0, notes: [expect.stringContaining("in batches of 32")] }],
])("takes an export for what it is: %s", async (name, { length, ...rest }) => {
  const target = await loadTarget(`${path}#${name}`);
  expect(target).toMatchObject(rest);
  expect(target.sequence.length).toBe(length);
});

it("puts samples into batches of the size that is asked for", async () => {
  const { sequence, seed } = await loadTarget(`${path}#samples`, { batchSize: 50, seed: 3 });
  expect([sequence.length, seed]).toEqual([2, 3]);
});

it.each([
  ["#pears", "exports no pears. Did you mean"],
  ["#number", "is 7, but a target is"],
  ["#Sized", "takes arguments. Export an instance, export const train = new Sized(…)"],
  ["#broken", "could not be made."],
  ["", "Say which export is meant: "],
])("says what to write instead of %s", async (name, message) => {
  await expect(loadTarget(path + name)).rejects.toThrow(message);
});

it("names the file that was meant", async () => {
  await expect(loadTarget(path.replace("targets", "target"))).rejects.toThrow("Did you mean targets.js?");
});
