/** A run in Keras' order of hooks is gone on from as if it had not been stopped, or refused. */
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type Compat, kerasOrder } from "../../../src/adapters/keras/event-order.ts";
import type { HookContext } from "../../../src/sequence/context.ts";
import { Sequence } from "../../../src/sequence/sequence.ts";
import type { HookName } from "../../../src/train/callback.ts";
import { BackupAndRestore } from "../../../src/train/callbacks/backup-and-restore.ts";
import { fitModel } from "../../../src/train/fit.ts";
import type { TrainOptions } from "../../../src/train/options.ts";
import { HashModel } from "../../train/hash-model.ts";

/** Shuffled at an epoch's end, and another number in each. */
class Ends extends Sequence<number[]> {
  indexes: number[] = Array.from({ length: 6 }, (_, i) => i);
  get length(): number {
    return 3;
  }
  getItem(index: number): number[] {
    return this.indexes.slice(2 * index, 2 * index + 2);
  }
  override onEpochEnd(epoch: number, { random }: HookContext): void {
    random.shuffle(this.indexes);
    this.indexes[0]! += 100 * (epoch + 1);
  }
}

/** Shuffled as an epoch begins, too. */
class Both extends Ends {
  override onEpochBegin(epoch: number, { random }: HookContext): void {
    random.shuffle(this.indexes);
    this.indexes[1]! += 10_000 * (epoch + 1);
  }
}

/** What nobody can draw again. */
class Chance extends Ends {
  override onEpochEnd(): void {
    this.indexes = this.indexes.map((index) => index + Math.random());
  }
}

/** What nobody outside can see. */
class Hidden extends Ends {
  #shift = 0;
  override getItem(index: number): number[] {
    return [index + this.#shift];
  }
  override onEpochEnd(): void {
    this.#shift++;
  }
}

let folder: string;
beforeAll(async () => {
  const memory = "/dev/shm";
  folder = await mkdtemp(join(existsSync(memory) ? memory : tmpdir(), "epochal-keras-"));
  vi.spyOn(process, "emitWarning").mockImplementation(() => {});
});
afterAll(async () => {
  vi.restoreAllMocks();
  await rm(folder, { recursive: true });
});

/** Four epochs, ended at the `at`-th call of each `hook` in turn and gone on with; model and history. */
async function run(
  make: () => Sequence<number[]>,
  compat: Compat,
  options: TrainOptions,
  stops: readonly { readonly hook: HookName; readonly at: number }[] = [],
): Promise<unknown> {
  const dir = await mkdtemp(join(folder, "run-"));
  for (const { hook, at } of [...stops, { hook: "onTrainEnd" as const, at: -1 }]) {
    const model = new HashModel();
    const stop = new AbortController();
    let calls = 0;
    const stopper = { [hook]: () => void (calls++ === at && stop.abort(new Error("stopped"))) };
    try {
      const { history } = await fitModel(
        model,
        make(),
        {
          ...{ epochs: 4, initialEpoch: 1, shuffle: true, seed: 3, verbose: 0, validationData: new Ends() },
          ...options,
          signal: stop.signal,
          callbacks: [new BackupAndRestore(dir, { saveFreq: 1 }), stopper],
        },
        kerasOrder(compat),
      );
      return { hash: model.hash, steps: model.steps, history };
    } catch (error) {
      if ((error as Error).message !== "stopped") throw error;
    }
  }
  throw new Error("unreachable");
}

const hooks = [
  "onTrainBegin",
  "onEpochBegin",
  "onTrainBatchBegin",
  "onTrainBatchEnd",
  "onTestBegin",
  "onTestBatchEnd",
  "onTestEnd",
  "onEpochEnd",
  "onTrainEnd",
] as const;

describe.each([
  ["tf2.4", {}],
  ["tf2.4", { stepsPerEpoch: 2 }],
  ["tf2.4", { validationFreq: 2 }],
  ["keras3", {}],
  ["keras3", { validationFreq: 2 }],
] as const)("compat %s with %o", (compat, options) => {
  it.each([
    ["an epoch's end", () => new Ends()],
    ["its begin and end", () => new Both()],
  ] as const)("goes on from any hook as the unbroken run, with data shuffled at %s", async (_, make) => {
    const whole = await run(make, compat, options);
    for (const hook of hooks)
      for (const at of hook.startsWith("onTrainBatch") ? [0, 1, 2, 3, 5] : [0, 1, 2])
        expect({ hook, at, end: await run(make, compat, options, [{ hook, at }]) }).toEqual({
          hook,
          at,
          end: whole,
        });
  });

  it("does so when it is stopped again and again (property)", async () => {
    const whole = await run(() => new Both(), compat, options);
    const stop = fc.record({ hook: fc.constantFrom(...hooks), at: fc.nat(4) });
    await fc.assert(
      fc.asyncProperty(fc.array(stop, { minLength: 2, maxLength: 4 }), async (stops) => {
        expect(await run(() => new Both(), compat, options, stops)).toEqual(whole);
      }),
      { numRuns: 15 },
    );
  });

  it("refuses what nobody can draw again or see", async () => {
    const after = [{ hook: "onTrainBatchEnd", at: 4 }] as const;
    await expect(run(() => new Chance(), compat, options, after)).rejects.toThrow(
      /hooks of Chance were called again, and `indexes` of Chance never came to hold what it held\. Resume with a newly/,
    );
    await expect(run(() => new Hidden(), compat, options, after)).rejects.toThrow(
      /hooks of Hidden may have changed its #private fields/,
    );
  });
});

it("leaves the model of a run that is refused as it was", async () => {
  const dir = await mkdtemp(join(folder, "refused-"));
  const part = (epochs: number, model: HashModel) =>
    fitModel(
      model,
      new Hidden(),
      { epochs, verbose: 0, callbacks: [new BackupAndRestore(dir, { deleteCheckpoint: false })] },
      kerasOrder("tf2.4"),
    );
  await part(1, new HashModel());
  const model = new HashModel();
  await expect(part(2, model)).rejects.toThrow(/#private/);
  expect(model.hash).toBe(new HashModel().hash);
});

it("refuses epochs of Keras 3 that end in the midst of a pass, whose hooks change batches that wait", async () => {
  const after = [{ hook: "onTrainBatchEnd", at: 4 }] as const;
  await expect(run(() => new Ends(), "keras3", { stepsPerEpoch: 2 }, after)).rejects.toThrow(
    /hooks of Ends may have changed its batches in the midst of a pass/,
  );
});

/** Another length in each epoch, by its hook. */
class Long extends Sequence<number[]> {
  n: number;
  readonly by: number;
  constructor(n: number, by: number) {
    super();
    this.n = n;
    this.by = by;
  }
  get length(): number {
    return this.n;
  }
  getItem(index: number): number[] {
    return [index, this.n];
  }
  override onEpochEnd(): void {
    this.n += this.by;
  }
}

it.each([
  ["grows", 2, 1],
  ["shrinks", 5, -1],
] as const)(
  "refuses, of TensorFlow 2.4, a length that %s, as a run keeps that of its beginning",
  async (_, n, by) => {
    const make = () => new Long(n, by);
    for (const stop of [
      { hook: "onEpochEnd", at: 0 },
      { hook: "onTrainBatchEnd", at: n },
    ] as const)
      await expect(run(make, "tf2.4", {}, [stop])).rejects.toThrow(
        /hooks of Long change its length, and the run counted on that of its beginning/,
      );
    // Where that makes no difference, and where it is asked for anew.
    const few = { stepsPerEpoch: 2 };
    expect(await run(make, "tf2.4", few, [{ hook: "onEpochEnd", at: 1 }])).toEqual(
      await run(make, "tf2.4", few),
    );
    expect(await run(make, "keras3", {}, [{ hook: "onEpochEnd", at: 1 }])).toEqual(
      await run(make, "keras3", {}),
    );
  },
);

it("refuses other data where there are no hooks, as without compat", async () => {
  class Plain extends Sequence<number[]> {
    readonly from: number;
    constructor(from: number) {
      super();
      this.from = from;
    }
    get length(): number {
      return 3;
    }
    getItem(index: number): number[] {
      return [this.from + index];
    }
  }
  let from = 0;
  const after = [{ hook: "onTrainBatchEnd", at: 4 }] as const;
  await expect(run(() => new Plain(from++), "tf2.4", {}, after)).rejects.toThrow(/`from` of Plain holds/);
  expect(await run(() => new Plain(7), "tf2.4", {}, after)).toEqual(
    await run(() => new Plain(7), "tf2.4", {}),
  );
});

it("goes on, as TensorFlow 2.4, from whole passes with more steps than there are batches", async () => {
  const dir = await mkdtemp(join(folder, "more-"));
  const part = async (options: TrainOptions) => {
    const callbacks = [new BackupAndRestore(dir, { deleteCheckpoint: false })];
    const all = { verbose: 0, callbacks, ...options } as const;
    return (await fitModel(new HashModel(), new Ends(), all, kerasOrder("tf2.4"))).history.loss?.length;
  };
  expect(await part({ epochs: 1 })).toBe(1);
  expect(await part({ epochs: 4, stepsPerEpoch: 5 })).toBe(2);
  // The run has ended by that.
  expect(await part({ epochs: 4, stepsPerEpoch: 5 })).toBe(2);
});

it("says of a checkpoint that was saved without compat that it was", async () => {
  const dir = await mkdtemp(join(folder, "ours-"));
  const part = (epochs: number, compat?: Compat) => {
    const callbacks = [new BackupAndRestore(dir, { deleteCheckpoint: false })];
    const options = { epochs, verbose: 0, callbacks } as const;
    return fitModel(new HashModel(), new Ends(), options, compat && kerasOrder(compat));
  };
  await part(1);
  await expect(part(2, "keras3")).rejects.toThrow(
    /^The checkpoint was saved by a run without `compat`.*Leave `compat`/,
  );
});
