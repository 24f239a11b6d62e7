import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { padSequences, toCategorical } from "../../../src/adapters/keras/index.ts";
import { tensor } from "../../../src/tensor/tensor.ts";

interface Case {
  readonly sequences: string;
  readonly options: NonNullable<Parameters<typeof padSequences>[1]>;
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

/** Made by scripts/keras-traces/pad_sequences.py, with Keras' own function. */
const golden: {
  readonly madeBy: string;
  readonly sequences: Readonly<Record<string, Parameters<typeof padSequences>[0]>>;
  readonly cases: readonly Case[];
} = JSON.parse(
  readFileSync(new URL("../../fixtures/keras-traces/pad-sequences.json", import.meta.url), "utf8"),
);

describe("padSequences", () => {
  it(`gives what ${golden.madeBy} gives, in ${golden.cases.length} cases`, () => {
    expect(golden.cases.length).toBeGreaterThan(150);
    for (const { sequences, options, shape, data } of golden.cases) {
      const padded = padSequences(golden.sequences[sequences]!, options);
      const given = { sequences, options, shape: padded.shape, data: [...padded.data].map(Number) };
      expect(given).toEqual({ sequences, options, shape, data });
      expect(padded.dtype).toBe(options.dtype);
    }
  });

  it("takes typed arrays, and bigints", () => {
    expect(padSequences([Int32Array.of(1, 2), Int32Array.of(3)])).toEqual(
      tensor([[1, 2], [0, 3]], "int32"), // biome-ignore format: two rows
    );
    expect([...padSequences([[1], [2, 3]], { dtype: "int64", value: -1 }).data]).toEqual([-1n, 1n, 2n, 3n]);
    expect(padSequences([])).toEqual(tensor(new Int32Array(0), { shape: [0, 0] }));
  });

  it("says what is wrong", () => {
    expect(() => padSequences([[[1, 2]], [[3]]])).toThrow(
      "Sequence 1 has elements of shape [1], but sequence 0 has [2]",
    );
    expect(() => padSequences([1, 2] as never)).toThrow("takes a list of sequences, but sequence 0 is 1");
    expect(() => padSequences([[1]], { maxLen: 3 } as never)).toThrow("padSequences has no option `maxLen`");
    expect(() => padSequences([[1]], { padding: "left" as never })).toThrow(
      '`padding` must be "pre" or "post"',
    );
  });
});

describe("toCategorical", () => {
  it("makes a one-hot row of each label, and leaves a column's axis out", () => {
    const rows = tensor([[1, 0, 0], [0, 0, 1], [0, 1, 0]]); // biome-ignore format: three rows
    expect(toCategorical([0, 2, 1])).toEqual(rows);
    expect(toCategorical([[0], [2], [1]])).toEqual(rows);
    expect(toCategorical(tensor([0, 2, 1], "int32"), 3)).toEqual(rows);
    expect(toCategorical(BigInt64Array.of(0n, 2n, 1n))).toEqual(rows);
    expect(toCategorical([[0, 1]], 2).shape).toEqual([1, 2, 2]);
    expect(toCategorical(1).shape).toEqual([2]);
  });

  it("has a single one in each row, at its label (property)", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20), { minLength: 1 }), (labels) => {
        const { data, shape } = toCategorical(labels, 21);
        expect(shape).toEqual([labels.length, 21]);
        const rows = labels.map((_, i) => [...data.subarray(i * 21, (i + 1) * 21)]);
        expect(rows.map((row) => row.indexOf(1))).toEqual(labels);
        expect(rows.every((row) => row.reduce((a, b) => a + b) === 1)).toBe(true);
      }),
    );
  });

  it("refuses what is no class", () => {
    expect(() => toCategorical([0, 3], 3)).toThrow(
      "Label 1 is 3, but a class is a whole number from 0 to 2.",
    );
    expect(() => toCategorical([-1])).toThrow("Label 0 is -1");
    expect(() => toCategorical([0.5])).toThrow("Label 0 is 0.5");
    expect(() => toCategorical([Number.NaN, 1])).toThrow("Label 0 is NaN");
    expect(() => toCategorical([])).toThrow("give `numClasses`");
  });
});
