import { afterEach, describe, expect, it, vi } from "vitest";
import { LearningRateScheduler } from "../../../src/train/callbacks/learning-rate-scheduler.ts";
import {
  ReduceLROnPlateau,
  type ReduceLROnPlateauOptions,
} from "../../../src/train/callbacks/reduce-lr-on-plateau.ts";
import { throughFile } from "../checkpoint/safetensors.ts";
import { FakeModel, train, valLoss } from "./fake-model.ts";

afterEach(() => vi.restoreAllMocks());

describe("ReduceLROnPlateau", () => {
  it.each<{ name: string; options: ReduceLROnPlateauOptions; losses: number[]; rates: number[] }>([
    {
      name: "reduces after patience, again and again",
      options: { factor: 0.5, patience: 2 },
      losses: [3, 3, 3, 3, 3],
      rates: [1, 1, 0.5, 0.5, 0.25],
    },
    {
      name: "keeps the rate while the number gets better",
      options: { factor: 0.5, patience: 1 },
      losses: [3, 2, 1],
      rates: [1, 1, 1],
    },
    {
      name: "wants more than minDelta",
      options: { factor: 0.5, patience: 1, minDelta: 0.5 },
      losses: [3, 2.9, 2.3],
      rates: [1, 0.5, 0.5],
    },
    {
      // Keras counts down at the beginning of an epoch's check: the epoch that brings it to 0 is counted.
      name: "does nothing while it cools down",
      options: { factor: 0.5, patience: 1, cooldown: 2 },
      losses: [3, 3, 3, 3, 3],
      rates: [1, 0.5, 0.5, 0.25, 0.25],
    },
    {
      name: "stops at minLr",
      options: { factor: 0.1, patience: 1, minLr: 0.05 },
      losses: [3, 3, 3, 3],
      rates: [1, 0.1, 0.05, 0.05],
    },
  ])("$name", async ({ options, losses, rates }) => {
    const ran = await train(new ReduceLROnPlateau(options), valLoss(...losses));
    expect(ran.map(({ learningRate }) => learningRate)).toEqual(rates);
    // What is logged is the rate that the epoch was trained with.
    expect(ran.map(({ logs }) => logs.learning_rate)).toEqual([1, ...rates.slice(0, -1)]);
  });

  it("goes on as the unbroken run when it is resumed", async () => {
    const options = { factor: 0.5, patience: 2, cooldown: 1 };
    const logs = valLoss(3, 3, 3, 3, 3, 3, 2, 2, 2);
    const whole = await train(new ReduceLROnPlateau(options), logs);
    for (let at = 0; at < logs.length; at++) {
      const model = new FakeModel();
      const before = new ReduceLROnPlateau(options);
      const first = await train(before, logs.slice(0, at), { model, end: false });
      const after = new ReduceLROnPlateau(options);
      after.onTrainBegin();
      after.setState(throughFile(before.getState()));
      const rest = await train(after, logs, { model, from: at, begin: false });
      expect([...first, ...rest]).toEqual(whole);
    }
  });

  it("refuses a factor that reduces nothing, and an optimizer without a rate", async () => {
    expect(() => new ReduceLROnPlateau({ factor: 1 })).toThrow("`factor` must be less than 1");
    const model = new FakeModel();
    model.learningRate = undefined;
    await expect(train(new ReduceLROnPlateau(), valLoss(1), { model })).rejects.toThrow(
      "the optimizer of fake has none",
    );
  });
});

describe("LearningRateScheduler", () => {
  it("sets the rate before each epoch and logs it", async () => {
    const schedule = new LearningRateScheduler(async (epoch, rate) => (epoch < 2 ? rate : rate / 2));
    const ran = await train(schedule, valLoss(1, 1, 1, 1));
    expect(ran.map(({ logs }) => logs.learning_rate)).toEqual([1, 1, 0.5, 0.25]);
  });

  it.each([undefined, Number.NaN, -1, "0.1"])("refuses a schedule that gives %s", async (value) => {
    const schedule = new LearningRateScheduler(() => value as number);
    await expect(train(schedule, valLoss(1))).rejects.toThrow("a learning rate must be a finite number");
  });
});
