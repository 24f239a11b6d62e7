import { describe, expect, it } from "vitest";
import type { CallbackParams, Training } from "../../../src/train/callback.ts";
import { ProgbarLogger } from "../../../src/train/callbacks/progbar-logger.ts";

const params: CallbackParams = { verbose: 1, epochs: 2, steps: 2, initialEpoch: 0, metrics: ["loss"] };

/** A logger over a fake terminal, in which each drawing is one entry. */
function logger({ isTTY = true, verbose = params.verbose } = {}) {
  const written: string[] = [];
  const stream = { isTTY, columns: 120, write: (text: string) => written.push(text) };
  const callback = new ProgbarLogger({ interval: 0 }, { stream, env: { NO_COLOR: "1" }, now: () => 0 });
  callback.setParams({ ...params, verbose });
  return { written, callback };
}

function epoch(callback: ProgbarLogger, number: number): void {
  callback.onEpochBegin(number);
  callback.onTrainBatchEnd(0, { loss: 2 });
  callback.onTrainBatchEnd(1, { loss: 1 });
  callback.onTestBegin();
  callback.onTestBatchEnd(0, { loss: 3 });
  callback.onTestEnd({ loss: 3 });
  callback.onEpochEnd(number, { loss: 1, val_loss: 3 });
}

describe("ProgbarLogger", () => {
  it("keeps an epoch and its validation in one line", () => {
    const { written, callback } = logger();
    callback.onTrainBegin();
    epoch(callback, 0);
    callback.onTrainEnd();
    expect(written.join("").replaceAll("\x1b[K", "").replaceAll("\r", "\n")).toMatchInlineSnapshot(`
      "Epoch 1/2

      1/2 ━━━━━━━━━━────────── 0s 0s/step - loss: 2.0000
      2/2 ━━━━━━━━━━━━━━━━━━━━ 0s 0s/step - loss: 1.0000
      2/2 ━━━━━━━━━━━━━━━━━━━━ 0s 0s/step - loss: 1.0000 - validating 1
      2/2 ━━━━━━━━━━━━━━━━━━━━ 0s 0s/step - loss: 1.0000 - val_loss: 3.0000
      "
    `);
  });

  it.each([
    { isTTY: false, verbose: 1 as const },
    { isTTY: true, verbose: 2 as const },
  ])("writes one plain line an epoch: %o", (how) => {
    const { written, callback } = logger(how);
    callback.onTrainBegin();
    epoch(callback, 0);
    epoch(callback, 1);
    callback.onTrainEnd();
    expect(written).toEqual([
      "Epoch 1/2 2/2 - 0s 0s/step - loss: 1.0000 - val_loss: 3.0000\n",
      "Epoch 2/2 2/2 - 0s 0s/step - loss: 1.0000 - val_loss: 3.0000\n",
    ]);
  });

  it("takes the time of a step from the steps that were done here, not from those before a resume", () => {
    const { written, callback } = logger({ isTTY: false });
    callback.setParams({ ...params, steps: 8 });
    callback.setTraining({ times: () => ({ wait: 0, total: 300 }) } as Training);
    callback.onTrainBegin();
    callback.onEpochBegin(0);
    for (const step of [5, 6, 7]) callback.onTrainBatchEnd(step, { loss: 1 });
    callback.onEpochEnd(0, { loss: 1 });
    expect(written).toEqual(["Epoch 1/2 8/8 - 0s 100ms/step - loss: 1.0000 - wait: 0%\n"]);
  });

  it("has a line of its own in evaluate and in predict", () => {
    const { written, callback } = logger({ isTTY: false });
    callback.onTestBegin();
    callback.onTestBatchEnd(0, { loss: 3 });
    callback.onTestBatchEnd(1, { loss: 2 });
    callback.onTestEnd({ loss: 2 });
    callback.onPredictBegin();
    callback.onPredictBatchEnd(0);
    callback.onPredictEnd();
    expect(written).toEqual(["2/2 - 0s 0s/step - loss: 2.0000\n", "1/2 - 0s 0s/step\n"]);
  });
});
