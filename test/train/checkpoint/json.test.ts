import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { tensor } from "../../../src/tensor/tensor.ts";
import { decodeJson, encodeJson } from "../../../src/train/checkpoint/json.ts";
import { throughFile } from "./safetensors.ts";

const none = (): never => {
  throw new Error("no tensor here");
};

describe("JSON of a training state", () => {
  it("gives back every number, list and record, whatever its names (property)", () => {
    const key = fc.oneof(
      fc.string(),
      fc.constantFrom("$number", "$tensor", "$array", "$$number", "$", "$$", "__proto__", "constructor"),
    );
    const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
      tree: fc.oneof(
        { maxDepth: 4 },
        fc.double(),
        fc.constantFrom(Number.NaN, Infinity, -Infinity, -0, null, true, "Infinity", "$number"),
        fc.string(),
        fc.array(tie("tree"), { maxLength: 3 }),
        fc.array(fc.tuple(key, tie("tree")), { maxLength: 3 }).map((entries) => Object.fromEntries(entries)),
      ),
    }));
    fc.assert(
      fc.property(tree, (value) => {
        const back = decodeJson(encodeJson(value, none), none);
        expect(back).toEqual(value);
        expect(JSON.stringify(back)).toBe(JSON.stringify(value));
      }),
      { numRuns: 500 },
    );
  });

  it("keeps tensors and typed arrays beside the text, bit by bit", () => {
    const state = {
      $tensor: "mine",
      best: { "dense/kernel": tensor([[1, Number.NaN]]), bias: tensor([true], "bool") },
      order: new Int32Array([3, 1, 2]),
      big: [new BigInt64Array([1n])],
      scalar: tensor(7, "uint8"),
    };
    expect(throughFile(state)).toEqual(state);
    const paths: string[] = [];
    encodeJson(state, (path) => String(paths.push(path)));
    expect(paths).toEqual(["best/dense/kernel", "best/bias", "order", "big/0", "scalar"]);
  });

  it("leaves a record that only looks like a tensor a record", () => {
    const state = { data: new Float32Array(2), shape: [3], dtype: "float32" };
    expect(throughFile(state)).toEqual(state);
  });

  it.each([
    ["a Map", { seen: new Map() }],
    ["a Set", { seen: new Set() }],
    ["a function", { seen: () => 1 }],
    ["a bigint", { seen: 1n }],
    ["a symbol", { seen: Symbol("x") }],
  ])("refuses what would not come back: %s", (_, state) => {
    expect(() => encodeJson(state, none)).toThrow(/^What is to be saved holds .* at seen, which would not/);
  });

  it("takes a date for the text that JSON makes of it, and leaves out what is undefined", () => {
    const at = new Date(0);
    expect(throughFile({ at, gone: undefined })).toEqual({ at: at.toJSON() });
  });

  it("says which tensor is missing", () => {
    expect(() => decodeJson('{"a":{"$tensor":"x"}}', () => undefined)).toThrow('has no tensor "x"');
  });
});
