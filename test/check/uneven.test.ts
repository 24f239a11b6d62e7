import { describe, expect, it } from "vitest";
import { leavesOf } from "../../src/check/leaves.ts";
import { unevenCheck } from "../../src/check/uneven.ts";
import { tensor, zeros } from "../../src/tensor/tensor.ts";

const find = (batch: unknown) => {
  const check = unevenCheck();
  for (const index of [0, 1]) check.see({ epoch: 0, index, leaves: leavesOf(batch) });
  return check.findings();
};

const ints = (length: number) =>
  tensor(
    Array.from({ length }, (_, i) => i % 4),
    "int32",
  );
const rows = (length: number, ...shape: number[]) => zeros([length, ...(shape.length > 0 ? shape : [5])]);
const list = <T>(length: number, of: (i: number) => T): T[] => Array.from({ length }, (_, i) => of(i));

describe("as many labels as samples", () => {
  it.each<[string, unknown, readonly string[]]>([
    ["of a pair", [rows(32), ints(31)], ["[0]", "[1]"]],
    ["of a pair with weights", [rows(32), ints(31), rows(32)], ["[0]", "[1]"]],
    ["of a pair of texts and numbers", [list(32, String), list(31, Number)], ["[0]", "[1]"]],
    ["of several inputs", [{ image: rows(32), age: ints(32) }, ints(31)], ["[0].image", "[1]"]],
    ["of several inputs in a list", [[rows(32), rows(32)], ints(31)], ["[0][0]", "[1]"]],
    ["of several outputs", [rows(32), { cat: ints(31), age: rows(31, 1) }], ["[0]", "[1].cat"]],
    ["of a record", { image: rows(32, 8, 8, 3), label: ints(31) }, ["image", "label"]],
    ["of a record of TensorFlow.js", { xs: rows(32), ys: ints(31) }, ["xs", "ys"]],
  ])("%s", (_, batch, names) => {
    const [finding, ...more] = find(batch);
    expect(more).toEqual([]);
    expect(finding).toMatchObject({ check: "shape", severity: "error", index: 0, path: names[1] });
    expect(finding!.message).toContain(`${names[0]} is [32`);
    expect(finding!.message).toContain(`${names[1]} is [31`);
    expect(finding!.message).toContain("32 samples and 31 labels");
  });

  it.each<[string, unknown]>([
    ["a pair", [rows(32), ints(32)]],
    ["inputs alone", rows(32)],
    ["pictures of unequal size", [list(32, (i) => rows(40 + i, 50, 3)), ints(32)]],
    ["pictures of equal size in a list", [list(32, () => rows(40, 50, 3)), ints(32)]],
    ["a list of labels for each", [rows(32, 8, 8, 3), list(32, () => ints(3))]],
    ["pictures of unequal size, and things in each", [list(4, (i) => rows(9 + i, 9, 3)), list(4, ints)]],
    ["bags by offsets", [{ values: ints(500), offsets: ints(32) }, ints(32)]],
    ["what is no pair", [rows(32), rows(64), rows(32), rows(7)]],
    ["graphs", { x: rows(1200), batch: ints(1200), edges: rows(2, 4000), y: ints(32) }],
    ["boxes of all pictures in one list", { image: rows(32, 8, 8, 3), target: rows(60, 6) }],
    ["one number for all of the batch", [rows(32), zeros([])]],
    ["names beside", { image: rows(32, 8, 8, 3), label: ints(32), split: "train" }],
  ])("nothing of %s", (_, batch) => {
    expect(find(batch)).toEqual([]);
  });
});
