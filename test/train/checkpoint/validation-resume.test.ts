/** Validation data that their own hooks change are tested, after a resume, as if the run had not been stopped, or refused. */
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type Compat, kerasOrder } from "../../../src/adapters/keras/event-order.ts";
import { DataLoader } from "../../../src/loader/data-loader.ts";
import { map } from "../../../src/sequence/combinators/map.ts";
import type { Context, HookContext } from "../../../src/sequence/context.ts";
import { fromGenerator } from "../../../src/sequence/generator.ts";
import { Sequence } from "../../../src/sequence/sequence.ts";
import type { CallbackHooks, HookName } from "../../../src/train/callback.ts";
import { BackupAndRestore } from "../../../src/train/callbacks/backup-and-restore.ts";
import { fitModel } from "../../../src/train/fit.ts";
import type { TrainOptions } from "../../../src/train/options.ts";
import { HashModel } from "../hash-model.ts";

/** What is trained on, always the same. */
class Numbers extends Sequence<number[]> {
  get length(): number {
    return 3;
  }
  getItem(index: number): number[] {
    return [index];
  }
}

/** keras.io's own idiom, for validation data: the order is a field, shuffled at an epoch's end. */
class Order extends Sequence<number[]> {
  indexes: number[] = Array.from({ length: 12 }, (_, i) => i);
  get length(): number {
    return 4;
  }
  getItem(index: number, { random }: Context): number[] {
    return [...this.indexes.slice(3 * index, 3 * index + 3), random.uniform()];
  }
  override onEpochEnd(_epoch: number, { random }: HookContext): void {
    random.shuffle(this.indexes);
  }
}

/** Shuffled as an epoch begins, too. */
class Begun extends Order {
  override onEpochBegin(epoch: number, { random }: HookContext): void {
    random.shuffle(this.indexes);
    this.indexes.push(epoch);
  }
}

/** Keeps what it has made, which is no other data. */
class Caching extends Begun {
  made: number[][] | undefined;
  override getItem(index: number, context: Context): number[] {
    const batch = super.getItem(index, context);
    this.made = [...(this.made ?? []), batch];
    return batch;
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

/** What nobody outside can see. */
class Hidden extends Order {
  #shift = 0;
  override getItem(index: number): number[] {
    return [index + this.#shift];
  }
  override onEpochEnd(): void {
    this.#shift++;
  }
}

/** A stream that tells its passes apart. */
const stream = () =>
  fromGenerator<number[]>(function* ({ pass }) {
    for (let index = 0; index < 4; index++) yield [pass, index];
  });

let folder: string;
beforeAll(async () => {
  // Thousands of flushed files: in memory where there is such a place.
  const memory = "/dev/shm";
  folder = await mkdtemp(join(existsSync(memory) ? memory : tmpdir(), "epochal-validation-"));
  vi.spyOn(process, "emitWarning").mockImplementation(() => {});
});
afterAll(async () => {
  vi.restoreAllMocks();
  await rm(folder, { recursive: true });
});

interface Case {
  readonly make: () => unknown;
  readonly options: TrainOptions;
  readonly compat?: Compat | undefined;
  /** The hook at whose n-th call, from 0, the run is stopped. */
  readonly hook?: HookName;
  readonly at?: number;
}

/** The history of four epochs, stopped where the case says and gone on with. */
async function run({ make, options, compat, hook, at }: Case): Promise<object> {
  program = 1;
  const dir = await mkdtemp(join(folder, "run-"));
  const stop = new AbortController();
  let calls = 0;
  const stopper: CallbackHooks = hook
    ? { [hook]: () => void (calls++ === at && stop.abort(new Error("stopped"))) }
    : {};
  const once = async (more: TrainOptions, callbacks: CallbackHooks[]): Promise<object> => {
    const common = { epochs: 4, verbose: 0, validationData: make(), ...options } as const;
    const backup = new BackupAndRestore(dir, { saveFreq: 1 });
    const given: TrainOptions = { ...common, ...more, callbacks: [backup, ...callbacks] };
    return (await fitModel(new HashModel(), new Numbers(), given, compat && kerasOrder(compat))).history;
  };
  try {
    return await once({ signal: stop.signal, seed: 5 }, [stopper]);
  } catch (error) {
    if ((error as Error).message !== "stopped") throw error;
  }
  program = 2;
  // Without the seed, which the checkpoint knows.
  return once({}, []);
}

const kinds: Record<string, () => unknown> = {
  "shuffled at an epoch's end": () => new Order(),
  "shuffled at both": () => new Begun(),
  "that keeps what it makes": () => new Caching(),
  "that tells its state": () => new Told(),
  "under a combinator": () => map(new Begun(), (batch) => [...batch, 1]),
  "that is a stream": stream,
};
const hooks = [
  "onEpochBegin",
  "onTrainBatchBegin",
  "onTrainBatchEnd",
  "onTestBegin",
  "onTestBatchBegin",
  "onTestBatchEnd",
  "onTestEnd",
  "onEpochEnd",
] as const;
const anyOptions = fc.record(
  {
    validationFreq: fc.constantFrom<number | number[]>(1, 2, 3, [1, 4], [2, 3]),
    validationSteps: fc.constantFrom(2, 4, undefined),
    stepsPerEpoch: fc.constantFrom(2, 5, undefined),
  },
  { requiredKeys: [] },
) as fc.Arbitrary<TrainOptions>;

describe.each(Object.entries(kinds))("validation data %s", (_, make) => {
  it.each([undefined, "tf2.4", "keras3"] as const)(
    "give the results of the unbroken run, wherever it was stopped (property), compat %s",
    async (compat) => {
      await fc.assert(
        fc.asyncProperty(anyOptions, fc.constantFrom(...hooks), fc.nat(9), async (options, hook, at) => {
          const whole = await run({ make, options, compat });
          expect(await run({ make, options, compat, hook, at })).toEqual(whole);
        }),
        { numRuns: 12 },
      );
    },
  );

  it("give them where a run is stopped at each hook of the epoch that comes after a test", async () => {
    for (const options of [{}, { validationFreq: 2, validationSteps: 3 }]) {
      const whole = await run({ make, options });
      expect(new Set((whole as { val_loss: number[] }).val_loss).size).toBeGreaterThan(1);
      for (const hook of hooks)
        for (const at of [1, 2, 3])
          expect({ hook, at, ...(await run({ make, options, hook, at })) }).toEqual({ hook, at, ...whole });
    }
  });
});

describe("validation data that cannot be brought back", () => {
  const at = { hook: "onTrainBatchEnd", at: 7, options: {} } as const;

  it("are refused by the name of what differs", async () => {
    await expect(run({ ...at, make: () => new Untold() })).rejects.toThrow(
      /^The validation data are not those of the checkpoint: `indexes` of Untold holds something else.*2 epochs that were validated/,
    );
    await expect(run({ ...at, make: () => new Hidden() })).rejects.toThrow(
      /hooks of its validation data, Hidden, may have changed their #private fields/,
    );
  });

  it("are refused in a loader, whose hooks nobody can call again, and taken where they hold the same", async () => {
    await expect(run({ ...at, make: () => new DataLoader(new Order()) })).rejects.toThrow(
      /come in a DataLoader, whose sequence's hooks fit cannot call again: give fit the Sequence/,
    );
    class Logging extends Order {
      override onEpochEnd(): void {}
    }
    for (const make of [
      () => new DataLoader(new Logging(), { seed: 3 }),
      () => new DataLoader(map(new Numbers(), (batch) => batch)),
    ])
      expect(await run({ ...at, make })).toEqual(await run({ make, options: {} }));
  });

  it("are other ones by the user's own choice where no hook can have changed them", async () => {
    let made = 0;
    const make = () => (made++ === 0 ? new Numbers() : map(new Numbers(), (batch) => [...batch, 1]));
    await run({ ...at, make });
    expect(made).toBe(2);
  });
});
