/** A run over a sequence that its hooks change is resumed as if it had not been stopped, or refused. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { HookContext } from "../../../src/sequence/context.ts";
import { Sequence } from "../../../src/sequence/sequence.ts";
import { BackupAndRestore } from "../../../src/train/callbacks/backup-and-restore.ts";
import { fitModel } from "../../../src/train/fit.ts";
import type { TrainOptions } from "../../../src/train/options.ts";
import { HashModel } from "../hash-model.ts";

/** keras.io's own idiom: the order is a field, shuffled at an epoch's end. */
class Order extends Sequence<number[]> {
  indexes: number[] = Array.from({ length: 12 }, (_, i) => i);
  get length(): number {
    return 4;
  }
  getItem(index: number): number[] {
    return this.indexes.slice(3 * index, 3 * index + 3);
  }
  override onEpochEnd(_epoch: number, { random }: HookContext): void {
    random.shuffle(this.indexes);
  }
}

/** Shuffled as an epoch begins. */
class Begun extends Order {
  override onEpochBegin(_epoch: number, { random }: HookContext): void {
    random.shuffle(this.indexes);
  }
}

/** Begins with another order in each program, which the sequence tells. */
let program = 0;
class Told extends Order {
  override indexes = Array.from({ length: 12 }, (_, i) => i + 100 * program);
  override onEpochEnd(): void {
    this.indexes = this.indexes.map((index) => (index * 7 + 1) % 1009);
  }
  getState(): number[] {
    return this.indexes;
  }
  static fromState(indexes: number[]): Told {
    return Object.assign(new Told(), { indexes });
  }
}

/** What nobody can draw again, and nobody is told. */
class Untold extends Order {
  override onEpochEnd(): void {
    this.indexes = this.indexes.map((index) => index + Math.random());
  }
}

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "epochal-sequence-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** Runs three epochs, stopped after `steps` steps at `hook` and gone on with; the model that comes of it. */
async function run(
  make: () => Order,
  steps: number,
  hook: string,
  options: TrainOptions,
): Promise<HashModel> {
  program = 1;
  const dir = await mkdtemp(join(folder, "run-"));
  const backup = () => new BackupAndRestore(dir, { saveFreq: 1 });
  const stop = new AbortController();
  let done = 0;
  const check = () => {
    if (done >= steps) stop.abort(new Error("stopped"));
  };
  const callbacks = [backup(), { onTrainBatchEnd: () => done++ }, { [hook]: check }];
  const common: TrainOptions = { ...options, epochs: 3, verbose: 0 };
  const first = new HashModel();
  try {
    await fitModel(first, make(), { ...common, signal: stop.signal, callbacks });
    return first;
  } catch (error) {
    expect((error as Error).message).toBe("stopped");
  }
  program = 2;
  const second = new HashModel();
  await fitModel(second, make(), { ...common, callbacks: [backup()] });
  return second;
}

const ways: [string, TrainOptions][] = [
  ["whole passes", {}],
  ["steps over the end of a pass", { stepsPerEpoch: 3 }],
  ["passes begun anew", { stepsPerEpoch: 3, stepsMode: "restart" }],
];

describe.each(ways)("%s", (_, options) => {
  it.each<[string, () => Order]>([
    ["an order shuffled at an epoch's end", () => new Order()],
    ["an order shuffled at an epoch's begin", () => new Begun()],
  ])(
    "goes on from any step, at any hook, with the very weights of the unbroken run: %s",
    async (__, make) => {
      const whole = await run(make, Number.POSITIVE_INFINITY, "onTrainBatchBegin", options);
      for (const hook of ["onTrainBatchBegin", "onTrainBatchEnd", "onEpochBegin", "onEpochEnd"])
        for (let steps = 1; steps <= 9; steps++)
          expect(await run(make, steps, hook, options), `${steps} ${hook}`).toEqual(whole);
    },
  );

  it("puts back what the sequence tells of itself, wherever it was saved within an epoch", async () => {
    const whole = await run(() => new Told(), Number.POSITIVE_INFINITY, "onTrainBatchEnd", options);
    for (const steps of [2, 5, 6]) {
      const resumed = await run(() => new Told(), steps, "onTrainBatchEnd", options);
      expect(resumed, `${steps}`).toEqual(whole);
    }
  });

  it("refuses what nobody can draw again and nobody was told", async () => {
    await expect(run(() => new Untold(), 6, "onTrainBatchEnd", options)).rejects.toThrow(
      /`indexes` of Untold holds something else/,
    );
  });
});
