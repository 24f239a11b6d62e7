import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, it } from "vitest";
import { evaluate, fit, predict } from "../../src/adapters/tfjs/index.ts";
import { DataLoader } from "../../src/loader/data-loader.ts";
import { type Tensor, tensor } from "../../src/tensor/tensor.ts";
import { Callback, type CallbackHooks } from "../../src/train/callback.ts";
import { linear, one, Points, quiet, recorder } from "./points.ts";

beforeAll(async () => {
  await tf.setBackend("cpu");
});

/** Points that write down what is asked of them. */
class Recorded extends Points {
  readonly #events: string[];
  readonly #name: string;
  constructor(events: string[], name: string, count: number) {
    super(count);
    this.#events = events;
    this.#name = name;
  }
  override onEpochBegin(epoch: number): void {
    this.#events.push(`${this.#name}.epochBegin ${epoch}`);
  }
  override onEpochEnd(epoch: number): void {
    this.#events.push(`${this.#name}.epochEnd ${epoch}`);
  }
  override getItem(index: number) {
    this.#events.push(`${this.#name}.item ${index}`);
    return super.getItem(index);
  }
}

/** The events of a run, `train.item` and `test.item` included. */
async function trace(
  options: Parameters<typeof fit>[2],
  { batches = 2, more = {} as CallbackHooks, model = linear() } = {},
): Promise<string[]> {
  const events: string[] = [];
  await fit(model, new Recorded(events, "train", batches * 4), {
    maxQueueSize: 1,
    ...quiet,
    ...options,
    ...(options?.validationData !== undefined && { validationData: new Recorded(events, "test", 4) }),
    callbacks: [recorder(events), more],
  });
  return events;
}

const epochOf = (epoch: number): string[] => [
  `cb.epochBegin ${epoch}`,
  `train.epochBegin ${epoch}`,
  "train.item 0",
  "cb.trainBatchBegin 0",
  "cb.trainBatchEnd 0",
  "train.item 1",
  "cb.trainBatchBegin 1",
  "cb.trainBatchEnd 1",
  `train.epochEnd ${epoch}`,
];

describe("the order of events", () => {
  it("is that of docs/reference/training.md", async () => {
    expect(await trace({ epochs: 2, validationData: new Points() })).toEqual([
      "cb.trainBegin",
      ...[0, 1].flatMap((epoch) => [
        ...epochOf(epoch),
        "cb.testBegin",
        `test.epochBegin ${epoch}`,
        "test.item 0",
        "cb.testBatchBegin 0",
        "cb.testBatchEnd 0",
        `test.epochEnd ${epoch}`,
        "cb.testEnd",
        `cb.epochEnd ${epoch}`,
      ]),
      "cb.trainEnd",
    ]);
  });

  it("fetches nothing beyond an epoch whose hook may change the data", async () => {
    const events = await trace({ epochs: 2, maxQueueSize: 10 });
    expect(events.indexOf("train.epochBegin 1")).toBeLessThan(events.lastIndexOf("train.item 0"));
    expect(events.filter((event) => event.startsWith("train.item"))).toHaveLength(4);
  });

  it("goes on through the passes with fewer steps than batches, and loses none", async () => {
    const items = (await trace({ epochs: 5, stepsPerEpoch: 2 }, { batches: 5 })).filter(
      (event) => !event.startsWith("cb.train"),
    );
    expect(items.join(" ")).toBe(
      [
        "cb.epochBegin 0 train.epochBegin 0 train.item 0 train.item 1 cb.epochEnd 0",
        "cb.epochBegin 1 train.item 2 train.item 3 cb.epochEnd 1",
        "cb.epochBegin 2 train.item 4 train.epochEnd 0 train.epochBegin 1 train.item 0 cb.epochEnd 2",
        "cb.epochBegin 3 train.item 1 train.item 2 cb.epochEnd 3",
        "cb.epochBegin 4 train.item 3 train.item 4 train.epochEnd 1 cb.epochEnd 4",
      ].join(" "),
    );
  });

  it("begins anew with stepsMode restart, and wraps with more steps than batches", async () => {
    const restart = await trace({ epochs: 2, stepsPerEpoch: 2, stepsMode: "restart" }, { batches: 3 });
    expect(restart.filter((event) => event.startsWith("train."))).toEqual([
      "train.epochBegin 0",
      "train.item 0",
      "train.item 1",
      "train.epochEnd 0",
      "train.epochBegin 1",
      "train.item 0",
      "train.item 1",
      "train.epochEnd 1",
    ]);
    const wrap = await trace({ epochs: 1, stepsPerEpoch: 5 });
    expect(wrap.filter((event) => event.startsWith("train.item"))).toHaveLength(5);
  });

  it("ends after the step in which stopTraining is set, hooks included", async () => {
    const model = linear();
    const stop: CallbackHooks = {
      onTrainBatchEnd: () => {
        model.stopTraining = true;
      },
    };
    expect(await trace({ epochs: 3 }, { model, more: stop })).toEqual([
      "cb.trainBegin",
      "cb.epochBegin 0",
      "train.epochBegin 0",
      "train.item 0",
      "cb.trainBatchBegin 0",
      "cb.trainBatchEnd 0",
      "train.epochEnd 0",
      "cb.epochEnd 0",
      "cb.trainEnd",
    ]);
  });

  it("closes everything on an error and on an abort, and tells the callbacks", async () => {
    const events: string[] = [];
    const failing: CallbackHooks = {
      onTrainBatchEnd: () => {
        throw new Error("mine");
      },
    };
    const run = fit(linear(), new Recorded(events, "train", 8), {
      ...quiet,
      callbacks: [recorder(events), failing],
    });
    await expect(run).rejects.toThrow("mine");
    expect(events.slice(-2)).toEqual(["cb.trainError", "train.epochEnd 0"]);

    const controller = new AbortController();
    const aborted: string[] = [];
    const abort: CallbackHooks = { onTrainBatchBegin: () => controller.abort(new Error("Ctrl-C")) };
    const second = fit(linear(), new Recorded(aborted, "train", 8), {
      ...quiet,
      signal: controller.signal,
      callbacks: [recorder(aborted), abort],
    });
    await expect(second).rejects.toThrow("Ctrl-C");
    expect(aborted).toContain("cb.trainBatchEnd 0");
    expect(aborted.filter((event) => event === "train.epochEnd 0")).toHaveLength(1);
    expect(aborted).toContain("cb.trainError");
  });
});

it("keeps the first error where onTrainError fails as well", async () => {
  const callbacks: CallbackHooks = {
    onTrainBatchEnd: () => {
      throw new Error("first");
    },
    onTrainError: () => {
      throw new Error("second");
    },
  };
  const warned: Error[] = [];
  const note = (warning: Error) => warned.push(warning);
  process.on("warning", note);
  await expect(fit(linear(), new Points(), { callbacks, ...quiet })).rejects.toThrow("first");
  await new Promise(setImmediate);
  process.off("warning", note);
  expect(warned.map(String).join()).toContain("onTrainError of a callback failed as well: Error: second");
});

describe("options", () => {
  it("take epochs as the final index, and validate when asked to", async () => {
    const { epoch, history } = await fit(linear(), new Points(), {
      epochs: 6,
      initialEpoch: 2,
      validationData: new Points(),
      validationFreq: 2,
      validationSteps: 1,
      ...quiet,
    });
    expect(epoch).toEqual([2, 3, 4, 5]);
    expect(history.loss).toHaveLength(4);
    expect(history.val_loss).toHaveLength(2);
    const listed = await fit(linear(), new Points(), {
      epochs: 4,
      validationData: new Points(),
      validationFreq: [1, 4],
      ...quiet,
    });
    expect(listed.history.val_loss).toHaveLength(2);
  });

  it("take arrays, iterables and loaders to validate with", async () => {
    const batches: [Tensor<"float32">, Tensor<"float32">][] = [];
    for await (const batch of new Points()) batches.push(batch);
    const [x, y] = [0, 1].map((part) => tensor(batches.flatMap((batch) => rowsOf(batch[part as 0]))));
    await using loader = new DataLoader(new Points());
    const expected = await evaluate(linear(), new Points(), quiet);
    for (const data of [[x!, y!] as const, new Set(batches), new Points(), loader]) {
      const logs = await evaluate(linear(), data, { ...quiet, ...(Array.isArray(data) && { batchSize: 4 }) });
      expect(logs.loss).toBeCloseTo(expected.loss!, 6);
    }
    expect((await predict(linear(), x!, { batchSize: 3, ...quiet })).shape).toEqual([10, 1]);
  });

  it("hand a loader's options on to the loader that fit makes", async () => {
    for (const memory of ["1MB", 1]) {
      const { history } = await fit(linear(), new Points(), {
        memory,
        validationData: new Points(),
        ...quiet,
      });
      expect(history.val_loss).toHaveLength(1);
    }
    await expect(fit(linear(), new Points(), { memory: "much", ...quiet })).rejects.toThrow(/`memory`/);
  });

  it("run through endless sequences by stepsPerEpoch", async () => {
    class Endless extends Points {
      override get length(): number {
        return Number.POSITIVE_INFINITY;
      }
      override getItem(index: number) {
        return super.getItem(index % 2);
      }
    }
    const { history } = await fit(linear(), new Endless(), { epochs: 3, stepsPerEpoch: 4, ...quiet });
    expect(history.loss).toHaveLength(3);
  });

  it("have callbacks see the model, the params and the logs of those before", async () => {
    class Seer extends Callback {
      readonly seen: unknown[] = [];
      override onTrainBegin(): void {
        this.seen.push(this.params.epochs, this.params.steps, this.model.learningRate);
      }
      override onEpochEnd(_epoch: number, logs: Record<string, number>): void {
        logs.mine = 1;
      }
    }
    const seer = new Seer();
    const { history } = await fit(linear(), new Points(), { epochs: 2, callbacks: seer, ...quiet });
    expect(seer.seen).toEqual([2, 3, expect.closeTo(0.1)]);
    expect(history.mine).toEqual([1, 1]);
  });

  it("take TensorFlow.js' own callbacks", async () => {
    const { history } = await fit(linear({ optimizer: tf.train.sgd(0) }), new Points(), {
      epochs: 9,
      callbacks: tf.callbacks.earlyStopping({ monitor: "loss", patience: 1 }),
      ...quiet,
    });
    expect(history.loss!.length).toBeLessThan(9);
  });
});

function rowsOf({ data, shape }: Tensor<"float32">): number[][] {
  const [rows, columns] = shape as [number, number];
  return Array.from({ length: rows }, (_, row) => [...data.subarray(row * columns, (row + 1) * columns)]);
}

describe("weights", () => {
  const x = tensor([[1], [2], [3], [4]]);
  const y = tensor([[0], [1], [0], [1]]);
  const at = (weights: number[]) => {
    const model = tf.sequential({
      layers: [tf.layers.dense({ units: 1, inputShape: [1], kernelInitializer: "zeros" })],
    });
    model.compile({ optimizer: tf.train.sgd(0), loss: "meanSquaredError", metrics: ["mae"] });
    return [model, one([x, y, tensor(weights)] as const)] as const;
  };

  it("of samples weigh the loss, not the metrics", async () => {
    // The prediction is 0, so the losses are 0, 1, 0, 1.
    expect((await fit(...at([1, 2, 1, 4]), quiet)).history).toEqual({ loss: [1.5], mae: [0.5] });
    expect(await evaluate(...at([1, 2, 1, 4]), quiet)).toEqual({ loss: 1.5, mae: 0.5 });
  });

  it("of classes do the same, also for one-hot labels, and multiply with those of samples", async () => {
    const [model] = at([]);
    const loss = async (batch: readonly [Tensor, Tensor] | readonly [Tensor, Tensor, Tensor]) =>
      (await fit(model, one(batch), { classWeight: { 0: 1, 1: 3 }, ...quiet })).history.loss;
    expect(await loss([x, y])).toEqual([1.5]);
    expect(await loss([x, y, tensor([1, 2, 1, 0])])).toEqual([1.5]);
    const classes = tf.sequential({
      layers: [
        tf.layers.dense({ units: 2, inputShape: [1], activation: "softmax", kernelInitializer: "zeros" }),
      ],
    });
    classes.compile({ optimizer: tf.train.sgd(0), loss: "categoricalCrossentropy" });
    const { history } = await fit(
      classes,
      one([
        x,
        tensor([
          [1, 0],
          [0, 1],
          [1, 0],
          [0, 1],
        ]),
      ] as const),
      {
        classWeight: { 0: 1, 1: 3 },
        ...quiet,
      },
    );
    expect(history.loss![0]).toBeCloseTo(2 * Math.log(2), 5);
  });
});

describe("several inputs and outputs", () => {
  const build = () => {
    const image = tf.input({ shape: [2], name: "image" });
    const meta = tf.input({ shape: [1], name: "meta" });
    const joined = tf.layers.concatenate().apply([image, meta]) as tf.SymbolicTensor;
    const sum = tf.layers
      .dense({ units: 1, name: "sum", kernelInitializer: "ones" })
      .apply(joined) as tf.SymbolicTensor;
    const twice = tf.layers
      .dense({ units: 2, name: "twice", kernelInitializer: "zeros" })
      .apply(joined) as tf.SymbolicTensor;
    const model = tf.model({ inputs: [image, meta], outputs: [sum, twice] });
    model.compile({ optimizer: tf.train.sgd(0), loss: "meanSquaredError", metrics: { sum: "mae" } });
    return model;
  };
  const image = tensor([
    [1, 2],
    [3, 4],
  ]);
  const meta = tensor([[1], [1]]);
  const sum = tensor([[4], [6]]);
  const twice = tensor([
    [1, 1],
    [1, 1],
  ]);

  it("go as tuples or as records, in any order of names", async () => {
    const expected = { loss: 3, sum_loss: 2, twice_loss: 1, sum_mae: 1 };
    const tuples = one([
      [image, meta],
      [sum, twice],
    ] as const);
    const records = one([
      { meta, image },
      { twice, sum },
    ] as const);
    expect(await evaluate(build(), tuples, quiet)).toEqual(expected);
    expect(await evaluate(build(), records, quiet)).toEqual(expected);
    expect((await fit(build(), records, quiet)).history).toEqual({
      loss: [3],
      sum_loss: [2],
      twice_loss: [1],
      sum_mae: [1],
    });
    const [first, second] = await predict<[Tensor, Tensor]>(build(), tuples, quiet);
    expect([first.shape, second.shape]).toEqual([
      [2, 1],
      [2, 2],
    ]);
  });

  it("are missed by name", async () => {
    await expect(
      evaluate(build(), one([{ image, mta: meta }, [sum, twice]] as const), quiet),
    ).rejects.toThrow(
      "x has no `meta`: the record has image, mta, the model takes image, meta. Name the record's arrays as the model does.",
    );
    await expect(evaluate(build(), one([[image], [sum, twice]] as const), quiet)).rejects.toThrow(
      /x is a tuple of 1, but the model has 2: image, meta/,
    );
    await expect(evaluate(build(), one([image, [sum, twice]] as const), quiet)).rejects.toThrow(
      /x is one array, but the model has 2/,
    );
  });
});
