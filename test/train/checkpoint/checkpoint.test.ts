import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import fc from "fast-check";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { fit } from "../../../src/adapters/tfjs/index.ts";
import { DataLoader } from "../../../src/loader/data-loader.ts";
import { type Context, createContext } from "../../../src/sequence/context.ts";
import { tensor } from "../../../src/tensor/tensor.ts";
import { Callback, type CallbackHooks } from "../../../src/train/callback.ts";
import { findCheckpoint, loadCheckpoint, saveCheckpoint } from "../../../src/train/checkpoint/checkpoint.ts";
import type { Logs } from "../../../src/train/logs.ts";
import { linear, Points, quiet } from "../points.ts";

let folder: string;
beforeAll(async () => {
  await tf.setBackend("cpu");
  folder = await mkdtemp(join(tmpdir(), "epochal-checkpoint-"));
});
afterEach(() => void vi.restoreAllMocks());
afterAll(() => rm(folder, { recursive: true }));

/** Saves after each step, and throws after `stopAfter` of them. */
class Saver extends Callback {
  readonly path: string;
  readonly stopAfter: number;
  steps = 0;
  constructor(path: string, stopAfter: number) {
    super();
    this.path = path;
    this.stopAfter = stopAfter;
  }
  override onTrainBatchEnd(): void {
    this.steps++;
    this.training!.after(async () => {
      await saveCheckpoint(this.path, this.training!);
      if (this.steps === this.stopAfter) throw new Error("killed");
    });
  }
  override onEpochEnd(): void {
    this.training!.after(() => saveCheckpoint(this.path, this.training!));
  }
  override getState(): number {
    return this.steps;
  }
  override setState(steps: unknown): void {
    this.steps = steps as number;
  }
}

function curve(losses: number[]): CallbackHooks {
  return { onTrainBatchEnd: (_step: number, logs: Logs = {}) => void losses.push(logs.loss!) };
}

const optimizers = {
  sgd: () => tf.train.sgd(0.05),
  momentum: () => tf.train.momentum(0.05, 0.9),
  adam: () => tf.train.adam(0.01),
  rmsprop: () => tf.train.rmsprop(0.01),
  adagrad: () => tf.train.adagrad(0.05),
} as const;

describe("a run that is resumed", () => {
  it.each(Object.keys(optimizers) as (keyof typeof optimizers)[])(
    "has the same loss curve, step for step: %s",
    async (name) => {
      const options = { epochs: 4, shuffle: true, seed: 3, ...quiet } as const;
      const model = () => linear({ optimizer: optimizers[name]() });
      const whole: number[] = [];
      const { history } = await fit(model(), new Points(18), { ...options, callbacks: curve(whole) });
      await fc.assert(
        fc.asyncProperty(
          fc.integer({ min: 1, max: whole.length - 1 }),
          fc.constantFrom(undefined, 3, 7),
          async (stopAfter, stepsPerEpoch) => {
            const path = join(folder, `${name}-${stopAfter}-${stepsPerEpoch}`, "last.safetensors");
            const expected: number[] = [];
            const all = await fit(model(), new Points(18), {
              ...options,
              stepsPerEpoch,
              callbacks: curve(expected),
            });
            fc.pre(stopAfter < expected.length);
            const losses: number[] = [];
            const first = fit(model(), new Points(18), {
              ...options,
              stepsPerEpoch,
              callbacks: [curve(losses), new Saver(path, stopAfter)],
            });
            await expect(first).rejects.toThrow("killed");
            const saver = new Saver(path, -1);
            const second = await fit(model(), new Points(18), {
              ...options,
              stepsPerEpoch,
              resume: join(folder, `${name}-${stopAfter}-${stepsPerEpoch}`),
              callbacks: [curve(losses), saver],
            });
            expect(losses).toEqual(expected);
            expect(saver.steps).toBe(expected.length);
            expect(second.history).toEqual(all.history);
          },
        ),
        { numRuns: 6 },
      );
      expect(history.loss).toHaveLength(4);
    },
  );

  it("validates as if it had not been stopped: with the training's epoch, and its random numbers", async () => {
    /** Points with noise that writes down the epoch of each first batch. */
    class Noisy extends Points {
      readonly epochs: (number | string)[] = [];
      override onEpochBegin(epoch: number): void {
        this.epochs.push(`begin ${epoch}`);
      }
      override getItem(
        index: number,
        { epoch, random }: Context = createContext({ epoch: 0, index, seed: 0 }),
      ) {
        if (index === 0) this.epochs.push(epoch);
        const [x, y] = super.getItem(index);
        return [
          tensor(
            x!.data.map((value) => value + random.normal()),
            { shape: x!.shape },
          ),
          y!,
        ];
      }
    }
    const run = async (more: object, events: (number | string)[] = []) => {
      const validation = new Noisy(10);
      try {
        const options = { epochs: 5, initialEpoch: 1, shuffle: true, validationData: validation, ...quiet };
        const { history } = await fit(linear(), new Points(18), { ...options, ...more });
        return history.val_loss;
      } finally {
        events.push(...validation.epochs);
      }
    };
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 19 }), fc.integer({ min: 1, max: 2 }), async (at, freq) => {
        const path = await mkdtemp(join(folder, "noisy-"));
        const whole: (number | string)[] = [];
        const expected = await run({ validationFreq: freq }, whole);
        expect(whole.slice(0, 4)).toEqual(
          freq === 1 ? ["begin 1", 1, "begin 2", 2] : ["begin 1", 1, "begin 3", 3],
        );
        const parts: (number | string)[] = [];
        const killed = run({ validationFreq: freq, callbacks: new Saver(join(path, "a"), at) }, parts);
        await expect(killed).rejects.toThrow("killed");
        expect(await run({ validationFreq: freq, resume: join(path, "a") }, parts)).toEqual(expected);
        expect(parts).toEqual(whole);
      }),
      { numRuns: 8 },
    );
  });

  it("is refused where TensorFlow.js cannot save the optimizer", async () => {
    const run = fit(linear({ optimizer: tf.train.adamax(0.01) }), new Points(), {
      callbacks: new Saver(join(folder, "adamax.safetensors"), -1),
      ...quiet,
    });
    await expect(run).rejects.toThrow(/cannot save the state of an Adamax optimizer/);
  });

  it("starts anew where there is no checkpoint yet", async () => {
    const { epoch } = await fit(linear(), new Points(), { resume: join(folder, "nothing"), ...quiet });
    expect(epoch).toEqual([0]);
  });

  it("refuses the checkpoint of another model, optimizer or data set", async () => {
    const path = join(folder, "other", "a.safetensors");
    await fit(linear(), new Points(), { callbacks: new Saver(path, -1), ...quiet });
    const wide = tf.sequential({ layers: [tf.layers.dense({ units: 3, inputShape: [2] })] });
    wide.compile({ optimizer: "sgd", loss: "meanSquaredError" });
    await expect(fit(wide, new Points(), { epochs: 2, resume: path, ...quiet })).rejects.toThrow(
      /weight dense\/kernel has shape \[2, 3\], but the saved one has \[2, 1\]\. It was saved from another model/,
    );
    await expect(
      fit(linear({ optimizer: "adam" }), new Points(), { epochs: 2, resume: path, ...quiet }),
    ).rejects.toThrow(/The saved optimizer is no Adam/);
    await expect(fit(linear(), new Points(40), { epochs: 2, resume: path, ...quiet })).rejects.toThrow(
      /length 3 in the state, 10 here/,
    );
    await using loader = new DataLoader(new Points());
    await expect(fit(linear(), loader, { epochs: 2, resume: path, ...quiet })).rejects.toThrow(
      /Give fit the Sequence/,
    );
  });
});

describe("checkpoint files", () => {
  it("leave nothing else behind, and the newest one is found", async () => {
    const inside = join(folder, "several");
    const saver: CallbackHooks & { path: string } = new Saver(join(inside, "x.safetensors"), -1);
    for (const epochs of [3, 1, 2]) {
      saver.path = join(inside, `${epochs}.safetensors`);
      await fit(linear(), new Points(), { epochs, callbacks: saver, ...quiet });
    }
    await writeFile(join(inside, "zzz.safetensors"), "no checkpoint");
    expect((await readdir(inside)).sort()).toEqual([
      "1.safetensors",
      "2.safetensors",
      "3.safetensors",
      "zzz.safetensors",
    ]);
    const warn = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
    const { training } = (await findCheckpoint(inside))!;
    expect(warn.mock.calls).toHaveLength(1);
    expect(String(warn.mock.calls[0]![0])).toMatch(
      /goes on from .*3\.safetensors\. Passed over in .*: zzz\.safetensors \(It is cut off, or no safetensors file/,
    );
    expect(training).toMatchObject({ epoch: 3, step: 0, data: { epoch: 3, position: 0 } });
    await expect(loadCheckpoint(join(inside, "zzz.safetensors"))).rejects.toThrow(
      /zzz\.safetensors is no checkpoint to go on from\. It is cut off/,
    );
  });
});
