import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type Compat, kerasOrder } from "../../src/adapters/keras/event-order.ts";
import { fromGenerator } from "../../src/sequence/generator.ts";
import { Sequence } from "../../src/sequence/sequence.ts";
import { type CallbackHooks, type HookName, hookNames } from "../../src/train/callback.ts";
import { BackupAndRestore } from "../../src/train/callbacks/backup-and-restore.ts";
import { EarlyStopping } from "../../src/train/callbacks/early-stopping.ts";
import { LearningRateScheduler } from "../../src/train/callbacks/learning-rate-scheduler.ts";
import { ReduceLROnPlateau } from "../../src/train/callbacks/reduce-lr-on-plateau.ts";
import { fitModel } from "../../src/train/fit.ts";
import type { TrainOptions } from "../../src/train/options.ts";
import { share } from "../deep.ts";
import { HashModel } from "./hash-model.ts";

const length = 5;
class Numbers extends Sequence<number[]> {
  get length(): number {
    return length;
  }
  getItem(index: number): number[] {
    return [index, index / 3];
  }
}

/** Batches that depend on the pass. */
const stream = () =>
  fromGenerator<number[]>(function* ({ pass }) {
    for (let index = 0; index < length; index++) yield [pass, index];
  });

/** What is trained on, and how its epochs take their steps. */
const feeds: Record<
  string,
  { readonly data: () => unknown; readonly options?: TrainOptions; readonly compat?: Compat }
> = {
  "whole passes": { data: () => new Numbers() },
  "steps over the end of a pass": { data: () => new Numbers(), options: { stepsPerEpoch: 3 } },
  "more steps than a pass": { data: () => new Numbers(), options: { stepsPerEpoch: 7 } },
  "passes begun anew": {
    data: () => new Numbers(),
    options: { stepsPerEpoch: 3, stepsMode: "restart" },
  },
  "Keras 3": { data: () => new Numbers(), compat: "keras3" },
  "Keras 3 with fewer steps": { data: () => new Numbers(), compat: "keras3", options: { stepsPerEpoch: 3 } },
  "TensorFlow 2.4": { data: () => new Numbers(), compat: "tf2.4" },
  "TensorFlow 2.4 with fewer steps": {
    data: () => new Numbers(),
    compat: "tf2.4",
    options: { stepsPerEpoch: 3 },
  },
  "Keras 3 with more steps": { data: () => new Numbers(), compat: "keras3", options: { stepsPerEpoch: 7 } },
  "TensorFlow 2.4 with more steps, which ends": {
    data: () => new Numbers(),
    compat: "tf2.4",
    options: { stepsPerEpoch: 7 },
  },
  "a stream": { data: stream },
};

/** Where a run is ended: at the n-th call of a hook, inside of a step, or while a batch is made. */
type Place = HookName | "step" | "getItem" | "sequence.onEpochEnd";
const places: readonly Place[] = [
  ...hookNames.filter((name) => !/Predict|TrainError/.test(name)),
  "step",
  "getItem",
  "sequence.onEpochEnd",
];
const ways = ["abort", "abort and throw", "throw"] as const;

interface Stop {
  readonly place: Place;
  readonly at: number;
  readonly way: (typeof ways)[number];
  /** Whether the callback that ends the run comes first in the list. */
  readonly first: boolean;
}

interface Result {
  readonly hash: number;
  readonly steps: number;
  readonly history: object;
}

/** Runs to the end, or to where `stop` ends it. */
async function run(
  dir: string | undefined,
  { data, options, compat }: (typeof feeds)[string],
  saveFreq: number | "epoch",
  stop?: Stop,
): Promise<Result | undefined> {
  const controller = new AbortController();
  const mine = new Error("mine");
  let calls = 0;
  const end = (place: Place): void => {
    if (stop?.place !== place || calls++ !== stop.at) return;
    if (stop.way !== "throw") controller.abort(mine);
    if (stop.way !== "abort") throw mine;
  };
  const source = data();
  if (source instanceof Numbers) {
    const getItem = source.getItem.bind(source);
    Object.assign(source, {
      getItem: (index: number) => {
        end("getItem");
        return getItem(index);
      },
      onEpochEnd: () => end("sequence.onEpochEnd"),
    });
  }
  const model = new HashModel();
  model.inStep = () => end("step");
  const stopper: CallbackHooks = Object.fromEntries(
    hookNames.map((name) => [name, () => end(name as Place)]),
  );
  const own = [
    new LearningRateScheduler((epoch, rate) => rate * 0.9 + epoch),
    new ReduceLROnPlateau({ monitor: "loss", patience: 1, factor: 0.5 }),
    new EarlyStopping({ monitor: "loss", patience: 2, restoreBestWeights: true }),
    ...(dir === undefined ? [] : [new BackupAndRestore(dir, { saveFreq })]),
  ];
  const callbacks = stop?.first ? [stopper, ...own] : [...own, stopper];
  try {
    const run: TrainOptions = {
      epochs: 4,
      ...(source instanceof Numbers && { shuffle: true, seed: 3 }),
      validationData: new Numbers(),
      verbose: 0,
      ...options,
      signal: controller.signal,
      callbacks,
    };
    const { history } = await fitModel(model, source, run, compat && kerasOrder(compat));
    return { hash: model.hash, steps: model.steps, history };
  } catch (error) {
    const { cause } = error as Error;
    if (error !== mine && (cause as Error | undefined)?.message !== "mine") throw error;
    return undefined;
  }
}

const seed = Number(process.env.EPOCHAL_SEED ?? Date.now());
console.log(`A part of all stops: EPOCHAL_SEED=${seed}`);

let root: string;
beforeAll(async () => {
  // Thousands of flushed files: in memory where there is such a place.
  const memory = "/dev/shm";
  root = await mkdtemp(join(existsSync(memory) ? memory : tmpdir(), "epochal-lost-"));
  vi.spyOn(process, "emitWarning").mockImplementation(() => {});
});
afterAll(async () => {
  vi.restoreAllMocks();
  await rm(root, { recursive: true });
});

describe.each(Object.entries(feeds))("a run over %s that is ended and gone on with", (name, feed) => {
  const freqs = name === "a stream" ? (["epoch"] as const) : (["epoch", 1] as const);

  it.each(freqs)("ends as the unbroken one, wherever it was ended: saving every %s", async (saveFreq) => {
    const expected = await run(undefined, feed, saveFreq);
    expect(expected!.steps).toBeGreaterThan(0);
    const stops = places.flatMap((place) =>
      ways.flatMap((way) => [0, 1, 6].map((at): Stop => ({ place, at, way, first: at === 6 }))),
    );
    // 4 and 9 share no divisor: each place, way and time is drawn in one of four runs.
    for (const stop of share(stops, 4, seed)) {
      const dir = await mkdtemp(join(root, "run-"));
      const result = (await run(dir, feed, saveFreq, stop)) ?? (await run(dir, feed, saveFreq));
      expect({ stop, ...result }).toEqual({ stop, ...expected });
    }
  });

  it("ends as the unbroken one when ended again and again (property)", async () => {
    const expected = await run(undefined, feed, 1);
    const stop = fc.record({
      place: fc.constantFrom(...places),
      at: fc.nat(9),
      way: fc.constantFrom(...ways),
      first: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(stop, { maxLength: 5 }),
        fc.constantFrom<number | "epoch">(...freqs, ...(name === "a stream" ? [] : [2, 3])),
        async (stops, freq) => {
          const dir = await mkdtemp(join(root, "run-"));
          let result: Result | undefined;
          for (const one of [...stops, undefined]) result ??= await run(dir, feed, freq, one);
          expect(result).toEqual(expected);
        },
      ),
      { numRuns: 10 },
    );
  });
});
