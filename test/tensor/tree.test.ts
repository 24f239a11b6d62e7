import { describe, expect, it } from "vitest";
import { type LazyTensor, lazyTensor } from "../../src/tensor/lazy.ts";
import { run } from "../../src/tensor/run.ts";
import { tensor } from "../../src/tensor/tensor.ts";
import { mapTree } from "../../src/tensor/tree.ts";

function lazy(make: () => Promise<number>): LazyTensor<"float32"> {
  return {
    [lazyTensor]: true,
    dtype: "float32",
    shape: [],
    tensor: async () => tensor(await make()),
    into() {},
  };
}

describe("mapTree", () => {
  it("keeps every part in which nothing changed the same object", () => {
    const tree = { kept: [1, "a", Number.NaN], changed: [2, { deep: 3 }] };
    const mapped = mapTree(tree, (leaf) => (leaf === 3 ? 4 : leaf)) as typeof tree;
    expect(mapped).toEqual({ kept: [1, "a", Number.NaN], changed: [2, { deep: 4 }] });
    expect(mapped.kept).toBe(tree.kept);
    expect(mapTree(tree, (leaf) => leaf)).toBe(tree);
  });
});

describe("run", () => {
  it("is the batch itself, and no promise, where there is nothing to run", () => {
    const batch = [tensor([1]), { label: "a" }];
    expect(run(batch)).toBe(batch);
  });

  it("runs each image once, also one that stands there twice", async () => {
    let runs = 0;
    const image = lazy(async () => ++runs);
    expect(await run({ image, again: [image] })).toEqual({ image: tensor(1), again: [tensor(1)] });
    expect(runs).toBe(1);
  });

  it("refuses a promise, whose failure then ends nothing", async () => {
    const batch = { x: [Promise.reject(new Error("nobody awaits this"))], y: 1 };
    expect(() => run(batch)).toThrow("The batch holds a promise. Put `await` before it");
    // An unhandled rejection would fail the run.
    await new Promise((resolve) => setTimeout(resolve, 0));
  });

  it("waits for the images under way before it reports the one that failed", async () => {
    let finished = false;
    const slow = lazy(async () => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      finished = true;
      return 1;
    });
    await expect(run([lazy(() => Promise.reject(new Error("broken"))), slow])).rejects.toThrow("broken");
    expect(finished).toBe(true);
  });
});
