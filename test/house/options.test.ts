/** A wrong option is refused by its name, everywhere: an unknown one, a value of another kind, NaN, a negative number. */
import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, it } from "vitest";
import * as keras from "../../src/adapters/keras/index.ts";
import { evaluate, fit, predict } from "../../src/adapters/tfjs/index.ts";
import * as image from "../../src/image/index.ts";
import * as epochal from "../../src/index.ts";
import * as testing from "../../src/testing/index.ts";
import { linear, Points } from "../train/points.ts";

beforeAll(() => tf.setBackend("cpu"));

type Options = Readonly<Record<string, unknown>>;

/** Calls something with options, and with one good value for each of them: its kind says which values are wrong. */
interface Subject {
  readonly call: (options: never) => unknown;
  readonly good: Options;
  /** Options that must be there. */
  readonly needs?: Options;
}

const points = new Points();
const dataset = { length: 4, getItem: (index: number) => index };
const random = epochal.createRandom(1);
const picture = image.fromPixels(epochal.tensor(new Uint8Array(27), { shape: [3, 3, 3] }));
const signal = new AbortController().signal;
const loading = {
  workers: 1,
  worker: "thread",
  useMultiprocessing: false,
  maxQueueSize: 2,
  memory: 1000,
  shuffle: true,
  seed: 1,
  shard: { rank: 0, worldSize: 1 },
  timeout: 1000,
  retries: 1,
  retryErrors: false,
  onError: "skip",
  resourceLimits: { stackSizeMb: 4 },
};
const running = { ...loading, verbose: 0, signal };

const subjects: Readonly<Record<string, Subject>> = {
  DataLoader: {
    call: (options) => new epochal.DataLoader(points, options),
    good: { ...loading, initialEpoch: 1, signal },
  },
  "DataLoader's shard": {
    call: (shard) => new epochal.DataLoader(points, { shard }),
    good: { rank: 0, worldSize: 1, ragged: "drop" },
    needs: { rank: 0, worldSize: 1 },
  },
  "DataLoader's resourceLimits": {
    call: (resourceLimits) => new epochal.DataLoader(points, { resourceLimits }),
    good: { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 8, codeRangeSizeMb: 4, stackSizeMb: 4 },
  },
  batches: {
    call: (options) => epochal.batches(dataset, options),
    needs: { batchSize: 2 },
    good: {
      batchSize: 2,
      shuffle: true,
      seed: 1,
      dropLast: true,
      collate: () => 1,
      sampler: new epochal.RandomSampler(4),
    },
  },
  shard: {
    call: (options) => epochal.shard(points, options),
    good: { rank: 0, worldSize: 1, ragged: "drop" },
    needs: { rank: 0, worldSize: 1 },
  },
  mixup: {
    call: (options) => epochal.mixup(points, options),
    good: { alpha: 1, classes: 2, probability: 1 },
  },
  cutmix: {
    call: (options) => epochal.cutmix(points, options),
    good: { alpha: 1, classes: 2, probability: 1 },
  },
  pad: { call: epochal.pad, good: { value: 1, multipleOf: 2 } },
  tensor: { call: (options) => epochal.tensor([1], options), good: { dtype: "int32", shape: [1] } },
  "Sequence.at": { call: (options) => points.at(0, options), good: { epoch: 1, seed: 2 } },
  statistics: {
    call: (options) => epochal.statistics(points, options),
    good: {
      ...Object.fromEntries(
        Object.entries({ ...loading, signal }).filter(([name]) => !["shuffle", "onError"].includes(name)),
      ),
      select: ([x]: [epochal.Tensor]) => x,
      verbose: 0,
    },
    needs: { verbose: 0 },
  },
  fromArrays: {
    call: (options) => epochal.fromArrays(epochal.tensor([1, 2]), options),
    good: { batchSize: 2, shuffle: true },
  },
  fromGenerator: { call: (options) => epochal.fromGenerator(function* () {}, options), good: { length: 3 } },
  BalancedSampler: { call: (options) => new epochal.BalancedSampler([0, 1], options), good: { length: 2 } },
  BlockSampler: { call: (options) => new epochal.BlockSampler([1, 2], options), good: { window: 1 } },
  BucketSampler: {
    call: (options) => new epochal.BucketSampler([1, 2], options),
    good: { batchSize: 1, bucketBatches: 1 },
    needs: { batchSize: 1 },
  },
  SubsetSampler: { call: (options) => new epochal.SubsetSampler([1], options), good: { shuffle: true } },
  WeightedSampler: {
    call: (options) => new epochal.WeightedSampler([1, 2], options),
    good: { length: 2, replacement: true },
  },
  progress: {
    call: (options) => epochal.progress([1], options),
    good: { total: 3, label: "x", unit: "step", plain: true, interval: 20 },
  },
  ProgbarLogger: {
    call: (options) => new epochal.ProgbarLogger(options),
    good: { plain: true, interval: 20 },
  },
  imread: {
    call: (options) => image.imread("x.jpg", options),
    good: { channels: 3, orient: true, maxPixels: 9, onError: () => picture, signal },
  },
  resize: {
    call: (options) => image.resize(picture, [2, 2], options),
    good: { dtype: "uint8", antialias: "triangle" },
  },
  crop: {
    call: (options) => image.crop(picture, [2, 2], options),
    good: { top: 0, left: 0, position: [0, 1] },
  },
  adjust: {
    call: (options) => image.adjust(picture, options),
    good: { brightness: 1, contrast: 1, saturation: 1, hue: 0, gamma: 1, sharpness: 1 },
  },
  colorJitter: {
    call: (options) => image.colorJitter(picture, options),
    good: { random, brightness: 0.1, contrast: 0.1, saturation: 0.1, hue: 0.1 },
    needs: { random },
  },
  erase: {
    call: (options) => image.erase(picture, options),
    good: { top: 0, left: 0, height: 1, width: 1, value: 0 },
    needs: { top: 0, left: 0, height: 1, width: 1 },
  },
  randomErasing: {
    call: (options) => image.randomErasing(picture, options),
    good: { random, probability: 0.5, scale: [0, 1], ratio: [1, 2], value: 0 },
    needs: { random },
  },
  trivialAugment: {
    call: (options) => image.trivialAugment(picture, options),
    good: { random, numMagnitudeBins: 9, interpolation: "nearest", fill: 0 },
    needs: { random },
  },
  randAugment: {
    call: (options) => image.randAugment(picture, options),
    good: { random, numOps: 2, magnitude: 3, numMagnitudeBins: 9, interpolation: "nearest", fill: 0 },
    needs: { random },
  },
  normalize: { call: (options) => image.normalize(picture, options), good: { mean: 0, std: 1 } },
  EarlyStopping: {
    call: (options) => new epochal.EarlyStopping(options),
    good: {
      monitor: "loss",
      minDelta: 0,
      patience: 1,
      verbose: 0,
      mode: "min",
      baseline: 1,
      restoreBestWeights: true,
      startFromEpoch: 0,
    },
  },
  ReduceLROnPlateau: {
    call: (options) => new epochal.ReduceLROnPlateau(options),
    good: {
      monitor: "loss",
      factor: 0.5,
      patience: 1,
      verbose: 0,
      mode: "min",
      minDelta: 0,
      cooldown: 0,
      minLr: 0,
    },
  },
  LearningRateScheduler: {
    call: (options) => new epochal.LearningRateScheduler(() => 1, options),
    good: { verbose: 0 },
  },
  ModelCheckpoint: {
    call: (options) => new epochal.ModelCheckpoint("x", options),
    needs: { saveBestOnly: true },
    good: {
      monitor: "loss",
      verbose: 0,
      saveBestOnly: false,
      saveWeightsOnly: true,
      mode: "min",
      saveFreq: 2,
      initialValueThreshold: 1,
    },
  },
  BackupAndRestore: {
    call: (options) => new epochal.BackupAndRestore("x", options),
    good: { saveFreq: 2, doubleCheckpoint: true, deleteCheckpoint: true },
  },
  CSVLogger: {
    call: (options) => new epochal.CSVLogger("x", options),
    good: { separator: ";", append: true },
  },
  TensorBoard: {
    call: (options) => new epochal.TensorBoard("x", options),
    good: {
      histogramFreq: 1,
      updateFreq: "batch",
      writeStepsPerSecond: true,
      batchImages: 16,
      batchImagesRange: [-1, 1],
      loaderStats: false,
    },
  },
  fit: {
    call: (options) => fit(linear(), points, options),
    good: {
      ...running,
      epochs: 1,
      initialEpoch: 0,
      batchSize: 2,
      stepsPerEpoch: 1,
      stepsMode: "restart",
      validationSteps: 1,
      validationFreq: 1,
      validationBatchSize: 2,
      classWeight: { 0: 1 },
      resume: "run",
      allowNaN: true,
      compat: "keras3",
      callbacks: [],
    },
  },
  evaluate: {
    call: (options) => evaluate(linear(), points, options),
    good: { ...running, steps: 1, batchSize: 2, callbacks: [] },
  },
  predict: {
    call: (options) => predict(linear(), points, options),
    good: { ...running, steps: 1, batchSize: 2, callbacks: [] },
  },
  OrderedEnqueuer: {
    call: (options) => new keras.OrderedEnqueuer(points, options),
    good: { useMultiprocessing: false, shuffle: true, seed: 1 },
  },
  GeneratorEnqueuer: {
    call: (options) => new keras.GeneratorEnqueuer(function* () {}, options),
    good: { useMultiprocessing: false },
  },
  padSequences: {
    call: (options) => keras.padSequences([[1]], options),
    good: { maxlen: 2, dtype: "int32", padding: "pre", truncating: "pre", value: 0 },
  },
  assertExactlyOnce: {
    call: (options) => testing.assertExactlyOnce(points, options),
    good: { schedules: 1, seed: 1, kinds: ["inline"], concurrency: 1 },
  },
  assertSameForAnyWorkers: {
    call: (options) => testing.assertSameForAnyWorkers(points, options),
    good: { workers: [0], processes: false, epochs: 1, shuffle: true, seed: 1 },
  },
};

/** Values that are wrong wherever `good` is right. */
function wrong(name: string, good: unknown): readonly unknown[] {
  if (typeof good === "number") {
    const finite = name === "value" ? [] : [Number.NaN, Number.NEGATIVE_INFINITY];
    return ["x", {}, null, Symbol("s"), ...finite, ...(signed.has(name) ? [] : [-1.5])];
  }
  if (typeof good === "boolean") return ["yes", 1, {}, null, Number.NaN];
  if (typeof good === "string") return [-1, 7.5, {}, null, Number.NaN, ...(anyText.has(name) ? [] : [""])];
  return [7.5, "x", null, Number.NaN, -1];
}

/** Numbers that may be negative or fractions: fillings, thresholds, differences. */
const signed = new Set(["value", "minDelta", "baseline", "initialValueThreshold", "mean", "std"]);

/** Text that may be empty. */
const anyText = new Set(["label", "unit"]);

async function refusal(call: () => unknown): Promise<unknown> {
  try {
    await call();
  } catch (error) {
    return error;
  }
  return "nothing was thrown";
}

describe.each(Object.entries(subjects))("%s", (_, { call, good, needs }) => {
  const names = Object.keys(good);

  it("refuses an option that there is not", async () => {
    expect(await refusal(() => call({ ...needs, colour: "red" } as never))).toMatchObject({
      name: "OptionError",
      message: expect.stringMatching(/ has no option `colour`\./),
    });
  });

  it.each(["x", 7, null, [1], true])("refuses %j for its options", async (options) => {
    expect(await refusal(() => call(options as never))).toMatchObject({ name: "OptionError" });
  });

  it.each(names)("refuses wrong values of %s", async (name) => {
    for (const value of wrong(name, good[name])) {
      const error = await refusal(() => call({ ...needs, [name]: value } as never));
      expect(error, `${name}: ${String(value)}`).toMatchObject({
        name: expect.stringMatching(/^(Option|Shape)Error$/),
        message: expect.stringContaining(name),
      });
    }
  });
});

/** Numbers that are given as arguments of their own. */
const numbers: Readonly<Record<string, (value: never) => unknown>> = {
  take: (count) => epochal.take(points, count),
  skip: (count) => epochal.skip(points, count),
  repeat: (times) => epochal.repeat(points, times),
  RandomSampler: (length) => new epochal.RandomSampler(length),
  SequentialSampler: (length) => new epochal.SequentialSampler(length),
  setEpoch: (epoch) => new epochal.DataLoader(points).setEpoch(epoch),
  epochs: (count) => new epochal.DataLoader(points).epochs(count).next(),
  toCategorical: (classes) => keras.toCategorical([0], classes),
};

describe.each(Object.entries(numbers))("%s", (_, call) => {
  it.each([Number.NaN, -1, 0.5, "3", null, {}])("refuses %j", async (value) => {
    expect(await refusal(() => call(value as never))).toMatchObject({ name: "OptionError" });
  });
});
