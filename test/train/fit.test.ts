import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, it } from "vitest";
import { evaluate, fit, predict } from "../../src/adapters/tfjs/index.ts";
import { DataLoader } from "../../src/loader/data-loader.ts";
import { fromGenerator } from "../../src/sequence/generator.ts";
import { Sequence } from "../../src/sequence/sequence.ts";
import { type Tensor, tensor } from "../../src/tensor/tensor.ts";
import { Callback, type CallbackHooks } from "../../src/train/callback.ts";
import { EarlyStopping } from "../../src/train/callbacks/early-stopping.ts";
import { linear, Points, quiet, recorder } from "./points.ts";

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
  it("is that of docs/training.md", async () => {
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

/** A sequence of one given batch. */
class One<B> extends Sequence<B> {
  readonly #batch: unknown;
  constructor(batch: B) {
    super();
    this.#batch = batch;
  }
  get length(): number {
    return 1;
  }
  getItem(): never {
    return this.#batch as never;
  }
}
const one = <B>(batch: B): One<B> => new One(batch);

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

describe("bad input", () => {
  const x = tensor([
    [1, 2],
    [3, 4],
  ]);
  const y = tensor([[1], [2]]);
  const fails = async (batch: unknown, message: RegExp, options: object = {}, model = linear()) =>
    expect(fit(model, one(batch) as never, { ...quiet, ...options })).rejects.toThrow(message);

  it("is said in one sentence, with what to do", async () => {
    await fails([x], /batches \[x, y\] or \[x, y, sampleWeight\], but got a tuple of 1/);
    await fails([x, y, y, y], /a tuple of 4/);
    await fails({ image: x, label: y }, /but got a record of image, label\./);
    await fails(x, /but got one tensor of shape \[2, 2\]\. Several/);
    await fails([x, tensor([[1]])], /x has 2 samples, but y has 1\. Return as many rows of each/);
    await fails(
      [tensor([[1], [2]]), y],
      /x is float32 \[2, 1\], but the model's input dense.*_input takes \[any, 2\]/,
    );
    await fails(
      [
        x,
        tensor([
          [1, 2],
          [3, 4],
        ]),
      ],
      /y's .* is float32 \[2, 2\], but meanSquaredError takes the shape of the output, \[any, 1\]/,
    );
    await fails([x, "y"], /y must be a tensor or a typed array, or a tuple or record of them, got "y"/);
    await fails([x, y], /`classWeight` has no weight for class 2, which row 1 of y has; it has 1\./, {
      classWeight: { 1: 1 },
    });
    await fails([x, tensor([[Number.NaN], [1]])], /The loss is NaN at step 0 of epoch 0/);
    await fails([x, y], /fit has no option `validationSplit`\. A Sequence cannot be split by rows/, {
      validationSplit: 0.1,
    });
    await fails([x, y], /fit has no option `epoch`\. It has: /, { epoch: 2 });
    await fails([x, y], /fit has no option `steps_per_epoch`\. Its name is `stepsPerEpoch`\./, {
      steps_per_epoch: 2,
    });
    await expect(evaluate(linear(), one([x, y] as const), { returnDict: false } as never)).rejects.toThrow(
      /evaluate has no option `returnDict`\. evaluate gives a record by name.*Object\.values/,
    );
    const logs = await evaluate(linear(), one([x, y] as const), quiet);
    expect(Object.keys(logs)).toEqual(["loss", "mae"]);
    await fails([x, y], /`epochs` must be a whole number of at least 1, got 0/, { epochs: 0 });
  });

  it("is what a step cannot use, or would use wrongly without a word", async () => {
    await fails(
      [[[1, 2]], [[1]]],
      /^x must be a tensor.*got an array of plain numbers\. Make it a tensor: tensor\(values\)/,
    );
    await fails([x, [[1], [2]]], /^y must be a tensor.*plain numbers/);
    await fails([tf.tensor2d([[1, 2]]), y], /^x must be a tensor.*TensorFlow\.js, which no worker can send/);
    const none = { data: new Float32Array(0), dtype: "float32" };
    await fails(
      [
        { ...none, shape: [0, 2] },
        { ...none, shape: [0, 1] },
      ],
      /^x is float32 \[0, 2\], a batch without a sample/,
    );
    const square = tensor([
      [1, 1],
      [2, 2],
    ]);
    await fails(
      [x, y, square],
      /^sampleWeight has shape \[2, 2\], but the losses of this batch have shape \[2\]/,
    );
    // A column is what Keras squeezes.
    const loss = async (weights: Tensor) =>
      (await evaluate(linear(), one([x, y, weights] as const), quiet)).loss;
    expect(await loss(tensor([[1], [3]]))).toBe(await loss(tensor([1, 3])));
    const steps = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [3, 1] })] });
    steps.compile({ optimizer: "sgd", loss: "meanSquaredError" });
    const series = tensor([
      [[1], [2], [3]],
      [[4], [5], [6]],
    ]);
    const weigh = async (weights: Tensor) =>
      (await evaluate(steps, one([series, series, weights] as const), quiet)).loss;
    const each = await weigh(tensor([1, 3]));
    expect(await weigh(tensor([[1], [3]]))).toBe(each);
    expect(
      await weigh(
        tensor([
          [1, 1, 1],
          [3, 3, 3],
        ]),
      ),
    ).toBe(each);
    await expect(weigh(square)).rejects.toThrow(/losses of this batch have shape \[2, 3\]/);
  });

  it("is an option, a model or data in the wrong place", async () => {
    const data = one([x, y] as const);
    const wrong = (...given: unknown[]) => (fit as (...given: unknown[]) => Promise<unknown>)(...given);
    await expect(wrong(undefined, data)).rejects.toThrow(/model must be a LayersModel.*got undefined/);
    await expect(wrong(data, linear())).rejects.toThrow(
      /model must be a LayersModel.*got an instance of One/,
    );
    await expect(wrong(linear(), x, y)).rejects.toThrow(/Data are one argument, inputs and labels together/);
    await expect(wrong(linear(), data, null)).rejects.toThrow(/takes its options as an object.*got null/);
    for (const run of [evaluate, predict] as unknown as (typeof wrong)[])
      await expect(run(linear(), data, null)).rejects.toThrow(/takes its options as an object.*got null/);
    await expect(wrong(linear(), data, [x])).rejects.toThrow(/takes its options as an object.*an array of 1/);
    for (const classWeight of [new Map([[1, 1]]), "balanced", null, { 1: -1 }, { 1: Number.NaN }, { 1: "2" }])
      await fails([x, y], /`classWeight` must be a record of a weight of at least 0 for each class/, {
        classWeight,
      });
    await fails([x, y], /`resume` must be the path/, { resume: 3 });
    await fails([x, y], /`callbacks\[0\]\.onEpochEnd` must be a function, got 3/, {
      callbacks: { onEpochEnd: 3 },
    });
    for (const callbacks of [[[new EarlyStopping()]], { onEpochEnded: () => {} }, [null]])
      await fails([x, y], /`callbacks\[0\]` must be a Callback or an object with hooks/, { callbacks });
  });

  it("is data without an end, and no number of steps", async () => {
    class Endless extends Points {
      override get length(): number {
        return Number.POSITIVE_INFINITY;
      }
    }
    const [model, data] = [linear(), new Endless()];
    const stream = fromGenerator<[Tensor<"float32">, Tensor<"float32">]>(
      function* () {
        for (;;) yield [x, y];
      },
      { length: Number.POSITIVE_INFINITY },
    );
    await expect(fit(model, data, quiet)).rejects.toThrow(
      /data of fit have no end.*Say with `stepsPerEpoch`/,
    );
    for (const validationData of [data, stream, new DataLoader(data)])
      await expect(fit(model, new Points(), { validationData, ...quiet })).rejects.toThrow(
        /data of validationData have no end.*`validationSteps`/,
      );
    await expect(evaluate(model, data, quiet)).rejects.toThrow(/data of evaluate have no end.*`steps`/);
    await expect(predict(model, data, quiet)).rejects.toThrow(/data of predict have no end.*`steps`/);
    expect((await predict(model, stream, { steps: 2, ...quiet })).shape).toEqual([4, 1]);
  });

  it("is a model that cannot be trained", async () => {
    const raw = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [2] })] });
    await fails([x, y], /is not compiled\. Call model\.compile\(/, {}, raw);
    const unbuilt = tf.sequential();
    await fails(
      [x, y],
      /does not know its input's shape\. Give its first layer an `inputShape`/,
      {},
      unbuilt,
    );
    const frozen = tf.sequential({
      layers: [tf.layers.dense({ units: 1, inputShape: [2], trainable: false })],
    });
    frozen.compile({ optimizer: "sgd", loss: "meanSquaredError" });
    await fails([x, y], /has nothing to train/, {}, frozen);
  });

  it("is one-hot where class numbers are taken, and the other way round", async () => {
    const build = (loss: string) => {
      const model = tf.sequential({
        layers: [tf.layers.dense({ units: 3, inputShape: [2], activation: "softmax" })],
      });
      model.compile({ optimizer: "sgd", loss, metrics: ["accuracy"] });
      return model;
    };
    await fails(
      [x, tensor([0, 1], "int32")],
      /For class numbers use the loss sparseCategoricalCrossentropy/,
      {},
      build("categoricalCrossentropy"),
    );
    await fails(
      [
        x,
        tensor([
          [1, 0, 0],
          [0, 1, 0],
        ]),
      ],
      /For one-hot labels use the loss categoricalCrossentropy/,
      {},
      build("sparseCategoricalCrossentropy"),
    );
    for (const labels of [tensor([0, 3], "int32"), tensor([[0], [-1]]), tensor([0, 0.5]), tensor([0n, 9n])])
      await fails(
        [x, labels],
        /holds .* at place 1, but the output has 3 classes, numbered from 0 to 2/,
        {},
        build("sparseCategoricalCrossentropy"),
      );
    for (const labels of [tensor([0, 1], "int32"), tensor([[0], [1]], "uint8"), tensor([0n, 1n])]) {
      const { history } = await fit(build("sparseCategoricalCrossentropy"), one([x, labels] as const), quiet);
      expect(history.loss![0]).toBeGreaterThan(0);
    }
  });
});
