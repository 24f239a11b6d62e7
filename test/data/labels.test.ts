import { describe, expect, it } from "vitest";
import { classWeights, oneHot } from "../../src/data/labels.ts";
import { tensor } from "../../src/tensor/tensor.ts";

describe("classWeights", () => {
  it("are scikit-learn's balanced ones", () => {
    // compute_class_weight("balanced", classes=[0, 1, 3], y=[0, 0, 0, 1, 1, 3])
    expect(classWeights([0, 0, 0, 1, 1, 3])).toEqual({ 0: 6 / 9, 1: 1, 3: 2 });
    expect(classWeights(Uint8Array.of(1, 1))).toEqual({ 1: 1 });
  });

  it("refuses what is no class", () => {
    expect(() => classWeights([])).toThrow(/at least one label/);
    expect(() => classWeights([0, 1.5])).toThrow(/whole number from 0, got 1.5 at 1/);
    expect(() => classWeights(["a"] as never)).toThrow(/Number the classes/);
  });
});

describe("oneHot", () => {
  it("has a one at the class", () => {
    expect(oneHot(2, 3)).toEqual(tensor([0, 0, 1]));
    expect(oneHot([1, 0], 2)).toEqual(
      tensor([
        [0, 1],
        [1, 0],
      ]),
    );
    expect(oneHot(tensor([[1], [0]], "int64"), 2)).toEqual(tensor([[[0, 1]], [[1, 0]]]));
    expect(oneHot(tensor(new Uint8Array([1]), { shape: [] }), 2)).toEqual(tensor([0, 1]));
  });

  it("refuses labels that are no class of it", () => {
    expect(() => oneHot(3, 3)).toThrow(/got the label 3, and 3 classes: 0 to 2/);
    expect(() => oneHot([0, -1], 3)).toThrow(/got -1 at 1/);
    expect(() => oneHot(0, 0)).toThrow(/classes/);
    for (const strange of ["01", ["1"], [null], [true], [""]])
      expect(() => oneHot(strange as never, 2)).toThrow(/must be a whole number from 0/);
  });
});
