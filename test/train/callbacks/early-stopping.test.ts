import fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import { EarlyStopping, type EarlyStoppingOptions } from "../../../src/train/callbacks/early-stopping.ts";
import { throughFile } from "../checkpoint/safetensors.ts";
import { FakeModel, train, valLoss } from "./fake-model.ts";

afterEach(() => vi.restoreAllMocks());

describe("EarlyStopping", () => {
  it.each<{ name: string; options: EarlyStoppingOptions; losses: number[]; epochs: number }>([
    { name: "stops at the first worse epoch by default", options: {}, losses: [3, 2, 2, 1], epochs: 3 },
    { name: "waits for patience", options: { patience: 2 }, losses: [3, 2, 2, 2, 1], epochs: 4 },
    {
      name: "counts anew after a better one",
      options: { patience: 2 },
      losses: [3, 4, 2, 3, 1, 1, 1],
      epochs: 7,
    },
    { name: "wants more than minDelta", options: { minDelta: 0.5 }, losses: [3, 2.6, 2], epochs: 2 },
    {
      name: "takes minDelta's sign for nothing",
      options: { minDelta: -0.5 },
      losses: [3, 2.6, 2],
      epochs: 2,
    },
    { name: "maximises", options: { mode: "max" }, losses: [1, 2, 3, 2], epochs: 4 },
    // Keras 3: with a baseline, patience runs until it is beaten.
    { name: "baseline", options: { patience: 2, baseline: 1 }, losses: [5, 4, 3, 3, 2], epochs: 4 },
    { name: "baseline beaten", options: { patience: 2, baseline: 4 }, losses: [5, 3, 3, 3, 2], epochs: 4 },
    { name: "warm-up", options: { startFromEpoch: 3 }, losses: [1, 2, 3, 4, 3, 3], epochs: 6 },
    { name: "never stops in epoch 0", options: {}, losses: [Number.NaN, Number.NaN, 1], epochs: 2 },
    {
      name: "NaN is never better",
      options: { patience: 2 },
      losses: [3, Number.NaN, Number.NaN, 1],
      epochs: 3,
    },
  ])("$name", async ({ options, losses, epochs }) => {
    expect(await train(new EarlyStopping(options), valLoss(...losses))).toHaveLength(epochs);
  });

  it.each([{ patience: 1 }, { patience: 9 }])("gives back the best epoch's weights: %o", async (options) => {
    const model = new FakeModel();
    const callback = new EarlyStopping({ ...options, restoreBestWeights: true });
    await train(callback, valLoss(3, 1, 2, 2, 2), { model });
    expect([callback.bestEpoch, model.weight]).toEqual([1, 2]);
  });

  it("leaves the last weights alone unless asked", async () => {
    const model = new FakeModel();
    await train(new EarlyStopping(), valLoss(3, 1, 2), { model });
    expect(model.weight).toBe(3);
  });

  it("can be used for another run", async () => {
    const callback = new EarlyStopping();
    await train(callback, valLoss(1, 2));
    expect(await train(callback, valLoss(9, 8, 9))).toHaveLength(3);
  });

  it("warns once, with what there is, where the metric is missing", async () => {
    const warn = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
    expect(await train(new EarlyStopping(), [{ loss: 1, acc: 0 }, { loss: 2 }, { loss: 3 }])).toHaveLength(3);
    expect(warn.mock.calls.map(([message]) => message)).toMatchInlineSnapshot(`
      [
        "EarlyStopping watches \`val_loss\`, which is not there, so it does nothing. The epoch has: loss, acc. Did you give \`validationData\`?",
      ]
    `);
  });

  it("stops and restores as the unbroken run when it is resumed anywhere (property)", async () => {
    const losses = fc.array(fc.oneof(fc.double(), fc.integer({ min: 0, max: 3 })), {
      minLength: 2,
      maxLength: 8,
    });
    const options = fc.record({ patience: fc.nat(3), restoreBestWeights: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(losses, options, fc.nat(7), async (values, given, cut) => {
        const logs = valLoss(...values);
        const whole = new FakeModel();
        const ran = await train(new EarlyStopping(given), logs, { model: whole });
        const at = Math.min(cut, ran.length);
        const broken = new FakeModel();
        const before = new EarlyStopping(given);
        await train(before, logs.slice(0, at), { model: broken, end: false });
        const after = new EarlyStopping(given);
        await after.onTrainBegin();
        after.setState(throughFile(before.getState()));
        const stopped = at === ran.length && broken.stopTraining;
        const rest = await train(after, stopped ? [] : logs, { model: broken, from: at, begin: false });
        expect(at + rest.length).toBe(ran.length);
        expect(broken.weight).toBe(whole.weight);
      }),
    );
  });

  it("refuses what it does not know", () => {
    expect(() => new EarlyStopping({ patience: 1.5 })).toThrow("`patience` must be a whole number");
    expect(() => new EarlyStopping({ min_delta: 1 } as never)).toThrow(
      "EarlyStopping has no option `min_delta`. Its name is `minDelta`.",
    );
    expect(() => new EarlyStopping({ monitor: "val_score" })).toThrow('Pass `mode: "min"` or `mode: "max"`');
  });
});
