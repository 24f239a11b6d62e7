import { afterEach, describe, expect, it, vi } from "vitest";
import { LambdaCallback } from "../../../src/train/callbacks/lambda-callback.ts";
import { TerminateOnNaN } from "../../../src/train/callbacks/terminate-on-nan.ts";
import { FakeModel, train } from "./fake-model.ts";

afterEach(() => vi.restoreAllMocks());

describe("TerminateOnNaN", () => {
  it.each([Number.NaN, Number.POSITIVE_INFINITY])(
    "stops after the first batch whose loss is %s",
    async (loss) => {
      const warn = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
      const model = new FakeModel();
      expect(await train(new TerminateOnNaN(), [{ loss: 1 }, { loss }, { loss: 1 }], { model })).toHaveLength(
        2,
      );
      expect(warn).toHaveBeenCalledTimes(1);
      expect(warn.mock.calls[0]![0]).toContain(`Batch 0: the loss is ${loss}`);
    },
  );
});

describe("LambdaCallback", () => {
  it("calls its functions, and waits for them", async () => {
    const events: string[] = [];
    const callback = new LambdaCallback({
      onEpochBegin: async (epoch) => {
        await new Promise((resolve) => setImmediate(resolve));
        events.push(`begin ${epoch}`);
      },
      onBatchEnd: (batch, logs) => events.push(`batch ${batch} ${logs?.loss}`),
      onTrainEnd: () => events.push("end"),
    });
    await train(callback, [{ loss: 2 }]);
    expect(events).toEqual(["begin 0", "batch 0 2", "batch 1 2", "end"]);
  });

  it("refuses a name that is no hook", () => {
    expect(() => new LambdaCallback({ on_epoch_end: () => {} } as never)).toThrow(
      "LambdaCallback has no option `on_epoch_end`",
    );
    expect(() => new LambdaCallback({ onEpochEnd: 1 } as never)).toThrow(
      "`onEpochEnd` must be a function, got 1",
    );
  });
});
