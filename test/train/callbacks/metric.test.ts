import { describe, expect, it } from "vitest";
import { EarlyStopping } from "../../../src/train/callbacks/early-stopping.ts";
import { metricOf } from "../../../src/train/callbacks/metric.ts";
import { ReduceLROnPlateau } from "../../../src/train/callbacks/reduce-lr-on-plateau.ts";
import { train } from "./fake-model.ts";

describe("metricOf", () => {
  it("knows accuracy by both names, prefers the one that was asked for, and looks at nothing else", () => {
    expect(metricOf({ acc: 1 }, "accuracy")).toBe(1);
    expect(metricOf({ val_accuracy: 1 }, "val_acc")).toBe(1);
    expect(metricOf({ val_out_acc: 1 }, "val_out_accuracy")).toBe(1);
    expect(metricOf({ acc: 1, accuracy: 2 }, "accuracy")).toBe(2);
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
