/** Scores of predictions: those of scikit-learn (scripts/golden/scores.py), and what holds for any. */
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { oneHot } from "../../../src/data/labels.ts";
import {
  argMax,
  type ClassScores,
  classificationReport,
  confusionMatrix,
  type Scores,
  topKAccuracy,
} from "../../../src/index.ts";
import { type Tensor, tensor, zeros } from "../../../src/tensor/tensor.ts";

interface Golden {
  readonly classes: number | string[];
  readonly labels: number[];
  readonly outputs: number[][];
  readonly predictions: number[];
  readonly matrix: number[][];
  readonly rows: number[][];
  readonly accuracy: number;
  readonly macro: number[];
  readonly weighted: number[];
  readonly text: string;
  readonly k: number;
  readonly topK: number;
}

const { cases } = JSON.parse(
  readFileSync(new URL("../../fixtures/scores.json", import.meta.url), "utf8"),
) as { cases: Golden[] };

const listOf = ({ precision, recall, f1, support }: Scores | ClassScores) => [precision, recall, f1, support];
const close = (given: readonly number[], expected: readonly number[]) => {
  expect(given).toHaveLength(expected.length);
  for (const [i, value] of given.entries()) expect(value).toBeCloseTo(expected[i]!, 12);
};

describe("against scikit-learn", () => {
  it.each(cases.map((golden, i) => [i, golden] as const))("case %i", (_, golden) => {
    const { classes, labels, predictions } = golden;
    const outputs = tensor(golden.outputs);
    expect([...argMax(outputs).data]).toEqual(predictions);
    expect(confusionMatrix(labels, outputs, { classes })).toEqual(tensor(golden.matrix, "int32"));
    const report = classificationReport(labels, Int32Array.from(predictions), { classes });
    expect(String(report)).toBe(golden.text);
    for (const [i, scores] of report.classes.entries()) close(listOf(scores), golden.rows[i]!);
    close(listOf(report.macroAverage), golden.macro);
    close(listOf(report.weightedAverage), golden.weighted);
    expect(report.accuracy).toBeCloseTo(golden.accuracy, 12);
    expect(topKAccuracy(labels, outputs, golden.k)).toBeCloseTo(golden.topK, 12);
  });
});

/** Labels and predictions of up to five classes. */
const pairs = fc
  .integer({ min: 2, max: 5 })
  .chain((classes) =>
    fc
      .array(fc.tuple(fc.nat(classes - 1), fc.nat(classes - 1)), { minLength: 1, maxLength: 30 })
      .map((all) => ({ classes, labels: all.map(([a]) => a), predictions: all.map(([, b]) => b) })),
  );

describe("argMax", () => {
  it("is the first of the largest in each row, for any shape and dtype", () => {
    const shapes = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 });
    const dtypes = fc.constantFrom("float32", "int8", "int64", "float64" as const);
    fc.assert(
      fc.property(
        shapes,
        dtypes,
        fc.infiniteStream(fc.integer({ min: -3, max: 3 })),
        (shape, dtype, numbers) => {
          const count = shape.reduce((product, axis) => product * axis, 1);
          const values = [...numbers.take(count)];
          const given = { ...zeros(shape, dtype as "float32") };
          for (const [i, value] of values.entries())
            given.data[i] = (dtype === "int64" ? BigInt(value) : value) as number;
          const result = argMax(given);
          const size = shape.at(-1)!;
          expect(result.shape).toEqual(shape.slice(0, -1));
          for (const [row, place] of result.data.entries()) {
            const own = values.slice(row * size, (row + 1) * size);
            expect(place).toBe(own.indexOf(Math.max(...own)));
          }
        },
      ),
    );
  });

  it("knows halves and NaN, and refuses what has no last axis", () => {
    // -2 is 0xc000, 1 is 0x3c00, NaN is 0x7e00.
    expect(argMax(tensor(Uint16Array.of(0xc000, 0x3c00, 0), { dtype: "float16" })).data[0]).toBe(1);
    expect(argMax(tensor(Uint16Array.of(0x3c00, 0x3c00, 0x7e00), { dtype: "float16" })).data[0]).toBe(2);
    expect(argMax(tensor([[1, Number.NaN, 3]])).data[0]).toBe(1);
    expect(argMax(tensor([[-1, Number.NEGATIVE_INFINITY]])).data[0]).toBe(0);
    expect(() => argMax(tensor(3))).toThrow("argMax() needs a last axis with numbers in it");
    expect(() => argMax(zeros([2, 0]))).toThrow("of shape [2, 0]");
    expect(() => argMax([[1]] as never)).toThrow("argMax() takes one tensor, got an array of 1.");
  });
});

describe("confusionMatrix", () => {
  it("counts each pair, whatever form labels and predictions have", () => {
    fc.assert(
      fc.property(pairs, ({ classes, labels, predictions }) => {
        const { data, shape } = confusionMatrix(labels, predictions, { classes });
        expect(shape).toEqual([classes, classes]);
        for (let i = 0; i < classes * classes; i++)
          expect(data[i]).toBe(labels.filter((label, at) => label * classes + predictions[at]! === i).length);
        const forms = (numbers: number[]) => [
          numbers,
          Int32Array.from(numbers),
          tensor(numbers),
          tensor(numbers.map((number) => [number])),
          tensor(numbers.map(BigInt)),
          oneHot(numbers, classes),
        ];
        for (const a of forms(labels))
          for (const b of forms(predictions)) expect(confusionMatrix(a, b, { classes }).data).toEqual(data);
        const turned = confusionMatrix(predictions, labels, { classes }).data;
        expect([...turned]).toEqual(
          Array.from(data, (_, i) => data[(i % classes) * classes + Math.floor(i / classes)]),
        );
      }),
    );
  });

  it("takes probabilities of class 1, [n] or [n, 1]", () => {
    for (const outputs of [tensor([[0.2], [0.7], [0.5], [1]]), Float32Array.of(0.2, 0.7, 0.5, 1)])
      expect([...confusionMatrix([0, 1, 1, 0], outputs).data]).toEqual([1, 1, 1, 1]);
  });

  it("says what is no class", () => {
    const fails = (labels: unknown, predictions: unknown, message: string, options = {}) =>
      expect(() => confusionMatrix(labels as Tensor, predictions as Tensor, options)).toThrow(message);
    fails([0, 1], [0], "got 2 labels and 1 predictions. Predict for the data that the labels are of");
    fails([], [], "got 0 labels and 0 predictions");
    fails(["cat"], [0], 'labels must be class numbers, whole and from 0, got "cat" at 0. Number the classes');
    fails([0.5], [0], "labels must be class numbers, whole and from 0, got 0.5 at 0");
    fails([0], [1.5], "predictions must be class numbers, whole and from 0, got 1.5 at 0");
    fails([0, 3], [0, 0], "labels hold class 3 at 1, but there are 2 classes", { classes: ["a", "b"] });
    fails([0], zeros([1, 2, 3, 2], "float32"), "got 1 labels and 12 predictions");
    fails([0], tensor([[[0.5, 0.5]]]), "of shape [1, 1, 2] give argMax(outputs)");
    fails(
      tensor([[1, 2]], "int32"),
      [0],
      "row 0 is not of one class: it sums to 3. Class numbers are one list",
    );
    fails([0], tensor([[2, 3]], "int32"), "predictions have the shape [1, 2], but row 0 is not of one class");
    fails([0], [0], "`classes, where it is no list of names,` must be", { classes: 0 });
    fails([0], [0], "has no option `names`", { names: ["a"] });
    fails(3, [0], "`confusionMatrix()'s labels` must be an array or a typed array, got 3");
  });
});

describe("classificationReport", () => {
  it("has the scores that its words mean, for any predictions", () => {
    fc.assert(
      fc.property(pairs, ({ classes, labels, predictions }) => {
        const report = classificationReport(labels, predictions, { classes });
        const hits = labels.filter((label, i) => label === predictions[i]).length;
        expect(report.accuracy).toBe(hits / labels.length);
        // Each sample counts once: the weighted recall is the accuracy.
        expect(report.weightedAverage.recall).toBeCloseTo(report.accuracy, 12);
        for (const [number, { name, precision, recall, f1, support }] of report.classes.entries()) {
          expect(name).toBe(String(number));
          expect(support).toBe(labels.filter((label) => label === number).length);
          const both = precision + recall;
          expect(f1).toBeCloseTo(both === 0 ? 0 : (2 * precision * recall) / both, 12);
        }
        expect(JSON.parse(JSON.stringify(report)).classes).toEqual(report.classes);
      }),
    );
  });
});

describe("topKAccuracy", () => {
  it("is the accuracy for 1, all for as many as there are classes, and never falls", () => {
    fc.assert(
      fc.property(pairs, fc.integer(), ({ classes, labels }, seed) => {
        const outputs = tensor(
          labels.map((_, row) => Array.from({ length: classes }, (_, i) => Math.sin(seed + row * 7 + i))),
        );
        const all = Array.from({ length: classes }, (_, k) => topKAccuracy(labels, outputs, k + 1));
        expect(all[0]).toBe(classificationReport(labels, outputs).accuracy);
        expect(all.at(-1)).toBe(1);
        expect(all).toEqual([...all].sort((a, b) => a - b));
      }),
    );
  });

  it("counts ties in, and NaN out", () => {
    expect(topKAccuracy([2], tensor([[1, 1, 1]]), 1)).toBe(1);
    expect(topKAccuracy([1], tensor([[1, Number.NaN]]), 2)).toBe(0);
    expect(() => topKAccuracy([0], tensor([0.5]), 1)).toThrow("float32 [n, classes], got float32 [1]");
    expect(() => topKAccuracy([0], [[0.5]] as never, 1)).toThrow("takes a tensor of outputs");
    expect(() => topKAccuracy([3], tensor([[1, 2]]), 1)).toThrow("there are 2 classes");
  });
});
