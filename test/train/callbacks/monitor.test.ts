import { describe, expect, it } from "vitest";
import { directionOf } from "../../../src/train/callbacks/monitor.ts";

describe("directionOf", () => {
  it.each([
    "loss",
    "val_loss",
    "val_mse",
    "meanAbsoluteError",
    "val_categoricalCrossentropy",
    "val_perplexity",
  ])("wants less %s", (name) => expect(directionOf("EarlyStopping", name, "auto")).toBe("min"));
  it.each(["acc", "val_acc", "val_accuracy", "binaryAccuracy", "precision", "val_auc", "recall", "val_f1"])(
    "wants more %s",
    (name) => expect(directionOf("EarlyStopping", name, "auto")).toBe("max"),
  );
  it("obeys the mode, and asks for one where the name does not tell", () => {
    expect(directionOf("EarlyStopping", "loss", "max")).toBe("max");
    expect(() => directionOf("EarlyStopping", "val_quality", "auto")).toThrow(
      'EarlyStopping cannot tell from the name whether `monitor` "val_quality" shall be small or large.',
    );
  });
});
