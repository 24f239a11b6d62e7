import * as tf from "@tensorflow/tfjs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { evaluate, fit } from "../../../src/adapters/tfjs/index.ts";
import { EarlyStopping } from "../../../src/train/callbacks/early-stopping.ts";
import { metricOf, namesOf, withOtherNames } from "../../../src/train/callbacks/metric.ts";
import { ReduceLROnPlateau } from "../../../src/train/callbacks/reduce-lr-on-plateau.ts";
import { linear, Points, quiet } from "../points.ts";
import { train } from "./fake-model.ts";

describe("metricOf", () => {
  it("knows accuracy by both names, prefers the one that was asked for, and looks at nothing else", () => {
    expect(metricOf({ acc: 1 }, "accuracy")).toBe(1);
    expect(metricOf({ val_accuracy: 1 }, "val_acc")).toBe(1);
    expect(metricOf({ val_out_acc: 1 }, "val_out_accuracy")).toBe(1);
    expect(metricOf({ acc: 1, accuracy: 2 }, "accuracy")).toBe(2);
    expect(metricOf({ binary_acc: 1 }, "binary_accuracy")).toBe(1);
    expect(metricOf({ val_out_meanSquaredError: 1 }, "val_out_mse")).toBe(1);
    expect(metricOf({ cosine: 1 }, "cosine_proximity")).toBe(1);
    for (const name of ["acc_top", "macc", "constructor", "toString", "loss"])
      expect(metricOf({ accuracy: 1, accuracy_top: 2, maccuracy: 3 }, name)).toBeUndefined();
  });

  it("is what every callback that watches a metric reads", async () => {
    const logs = [{ val_acc: 0.5 }, { val_acc: 0.4 }, { val_acc: 0.6 }];
    expect(await train(new EarlyStopping({ monitor: "val_accuracy" }), logs)).toHaveLength(2);
    const reduce = new ReduceLROnPlateau({ monitor: "val_accuracy", patience: 1 });
    expect((await train(reduce, logs)).map(({ learningRate }) => learningRate)).toEqual([1, 0.1, 0.1]);
  });
});

/** Names as TensorFlow.js, Keras and people write them, of one output or several. */
const written = fc
  .tuple(
    fc.constantFrom("", "val_", "out_", "val_out_1_"),
    fc.constantFrom("acc", "accuracy", "MSE", "mean_squared_error", "binary_accuracy", "ce", "loss", "mine"),
  )
  .map(([before, name]) => before + name);

describe("the names of a metric", () => {
  it("are the same, whichever is asked for, but for their order", () => {
    fc.assert(
      fc.property(written, (name) => {
        const names = namesOf(name);
        expect(names[0]).toBe(name);
        expect(new Set(names).size).toBe(names.length);
        for (const other of names) expect(namesOf(other)).toContain(name);
      }),
    );
  });

  it("all lead to its number, which is there once", () => {
    fc.assert(
      fc.property(fc.dictionary(written, fc.double({ noNaN: true })), written, (given, name) => {
        const record = withOtherNames({ ...given });
        expect(Object.entries(record)).toEqual(Object.entries(given));
        expect(JSON.stringify(record)).toBe(JSON.stringify(given));
        expect(record[name]).toBe(metricOf(given, name));
        record[name] = 7;
        expect(Object.entries(record)).toEqual(Object.entries({ ...given, [name]: 7 }));
      }),
    );
  });

  it("read logs, history and what evaluate gives", async () => {
    await tf.setBackend("cpu");
    const model = linear({ metrics: ["accuracy", "mse", tf.metrics.meanAbsoluteError] });
    const seen: unknown[] = [];
    const { history } = await fit(model, new Points(), {
      epochs: 2,
      validationData: new Points(),
      callbacks: {
        onTrainBatchEnd: (_, logs) => void seen.push(logs!.accuracy === logs!.acc),
        onEpochEnd: (_, logs) => void seen.push(logs!.val_mae === logs!.val_meanAbsoluteError),
        onTestEnd: (logs) => void seen.push(logs!.mean_squared_error === logs!.mse),
      },
      ...quiet,
    });
    expect(seen).toEqual(Array(2 * 5).fill(true));
    expect(Object.keys(history)).toEqual(
      ["", "val_"].flatMap((kind) => ["loss", "acc", "mse", "meanAbsoluteError"].map((name) => kind + name)),
    );
    expect(history.val_accuracy).toHaveLength(2);
    expect(history.val_accuracy).toBe(history.val_acc);
    expect(history.mean_absolute_error).toBe(history.meanAbsoluteError);
    const { accuracy, acc } = await evaluate(model, new Points(), quiet);
    expect(accuracy).toBeDefined();
    expect(accuracy).toBe(acc);
  });

  it("keep what a callback adds under another of them apart", async () => {
    const model = linear({ metrics: ["accuracy"] });
    const { history } = await fit(model, new Points(), {
      epochs: 2,
      callbacks: { onEpochEnd: (epoch, logs) => Object.assign(logs!, { accuracy: epoch }) },
      ...quiet,
    });
    expect(Object.keys(history)).toEqual(["loss", "acc", "accuracy"]);
    expect(history.accuracy).toEqual([0, 1]);
    expect(history.acc).not.toEqual([0, 1]);
  });
});
