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
import { skip } from "../../../src/sequence/combinators/skip.ts";
import { take } from "../../../src/sequence/combinators/take.ts";
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

/** Has a hook that changes nothing. */
class Logging extends Order {
  override onEpochEnd(): void {}
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
  /** What is trained on, given the validation data; Numbers if left out. */
  readonly train?: (validation: unknown) => unknown;
  /** What else is called, given the validation data. */
  readonly callback?: (validation: unknown) => CallbackHooks;
  readonly options: TrainOptions;
  readonly compat?: Compat | undefined;
  /** The hook at whose n-th call, from 0, the run is stopped. */
  readonly hook?: HookName;
  readonly at?: number;
}

/** The history of four epochs, stopped where the case says and gone on with. */
async function run({ make, train, callback, options, compat, hook, at }: Case): Promise<object> {
  program = 1;
  const dir = await mkdtemp(join(folder, "run-"));
  const stop = new AbortController();
  let calls = 0;
  const stopper: CallbackHooks = hook
    ? { [hook]: () => void (calls++ === at && stop.abort(new Error("stopped"))) }
    : {};
  const once = async (more: TrainOptions, callbacks: CallbackHooks[]): Promise<object> => {
    const validationData = make();
    const common = { epochs: 4, verbose: 0, validationData, ...options } as const;
    const backup = new BackupAndRestore(dir, { saveFreq: 1 });
    const all = [backup, ...(callback ? [callback(validationData)] : []), ...callbacks];
    const data = train?.(validationData) ?? new Numbers();
    const given: TrainOptions = { ...common, ...more, callbacks: all };
    return (await fitModel(new HashModel(), data, given, compat && kerasOrder(compat))).history;
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
  "in a loader": () => new DataLoader(new Begun(), { seed: 3 }),
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

  it("are refused in a loader, too", async () => {
    for (const make of [() => new Untold(), () => new Hidden()])
      await expect(run({ ...at, make: () => new DataLoader(make()) })).rejects.toThrow(/validation data/);
  });

  it("are other ones by the user's own choice where no hook can have changed them", async () => {
    let made = 0;
    const make = () => (made++ === 0 ? new Numbers() : map(new Numbers(), (batch) => [...batch, 1]));
    await run({ ...at, make });
    expect(made).toBe(2);
  });
});

/** The docs' own split: one dataset, whose hook draws an order that is split. */
class Split extends Order {
  epoch = -1;
  override onEpochBegin(epoch: number, { random }: HookContext): void {
    this.epoch = epoch;
    this.indexes = Array.from({ length: 12 }, (_, i) => i);
    random.shuffle(this.indexes);
  }
  override onEpochEnd(): void {}
}

describe("validation data and training data over one source", () => {
  const source = new WeakMap<object, Split>();
  const part = (of: (split: Split) => object) => () => {
    const split = new Split();
    const made = of(split);
    source.set(made, split);
    return made;
  };
  it.each<[string, () => object, (validation: unknown) => unknown]>([
    ["as parts", part((split) => skip(split, 2)), (part) => take(source.get(part as object)!, 2)],
    ["as one", () => new Split(), (split) => split],
    [
      "as loaders",
      part((split) => new DataLoader(split, { seed: 5 })),
      (loader) => take(source.get(loader as object)!, 3),
    ],
  ])("give the results of the unbroken run %s", async (_, make, train) => {
    const options = { seed: 5 };
    const whole = await run({ make, train, options });
    for (const hook of ["onTrainBatchEnd", "onTestBatchEnd", "onEpochEnd"] as const)
      expect({ hook, ...(await run({ make, train, options, hook, at: 4 })) }).toEqual({ hook, ...whole });
  });
});

it("one loader to train and to test with is where it is, however often a run is saved", async () => {
  const loader = new DataLoader(new Split());
  const callbacks = [new BackupAndRestore(await mkdtemp(join(folder, "one-")), { saveFreq: 1 })];
  const options = { epochs: 2, verbose: 0, validationData: loader, callbacks } as const;
  const { history } = await fitModel(new HashModel(), loader, options);
  expect(history.val_loss).toHaveLength(2);
});

it("validation data that a callback sets, and hooks have left alone, are as it sets them", async () => {
  class Scaled extends Logging {
    scale = -1;
    override getItem(index: number): number[] {
      return [index * this.scale];
    }
  }
  const make = () => new Scaled();
  const callback = (scaled: unknown): CallbackHooks => ({
    onTrainBegin: () => Object.assign(scaled as Scaled, { scale: 7 }),
  });
  const options = {};
  const whole = await run({ make, callback, options });
  for (const hook of hooks) expect(await run({ make, callback, options, hook, at: 2 })).toEqual(whole);
});

it("validation data are those of before a run without them", async () => {
  const dir = await mkdtemp(join(folder, "without-"));
  const part = async (epochs: number, validationData?: Order) => {
    const callbacks = [new BackupAndRestore(dir, { deleteCheckpoint: false })];
    const all = {
      epochs,
      verbose: 0,
      seed: 2,
      callbacks,
      ...(validationData && { validationData }),
    } as const;
    return (await fitModel(new HashModel(), new Numbers(), all)).history.val_loss;
  };
  await part(2, new Order());
  await part(3);
  const changed = new Order();
  await part(4, changed);
  // Its hooks were called for the three epochs that were validated.
  const whole = new Order();
  const options = {
    epochs: 4,
    verbose: 0,
    seed: 2,
    validationFreq: [1, 2, 4],
    validationData: whole,
  } as const;
  await fitModel(new HashModel(), new Numbers(), options);
  expect(changed.indexes).toEqual(whole.indexes);
});

it("a cache that TensorFlow 2.4 fills by its look at a first batch is no other data", async () => {
  class Kept extends Order {
    made: number[] | undefined;
    override getItem(index: number, context: Context): number[] {
      this.made ??= super.getItem(index, context);
      return this.made;
    }
    override onEpochEnd(): void {}
  }
  const options = { validationSteps: 1, stepsPerEpoch: 1 };
  const at = { make: () => new Kept(), compat: "tf2.4", options } as const;
  expect(await run({ ...at, hook: "onTrainBatchEnd", at: 2 })).toEqual(await run(at));
});
