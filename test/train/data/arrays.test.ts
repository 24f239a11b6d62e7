import * as tf from "@tensorflow/tfjs";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { evaluate, fit, predict } from "../../../src/adapters/tfjs/index.ts";
import { batches, fromArrays, History, map, SubsetSampler } from "../../../src/index.ts";
import { DataLoader } from "../../../src/loader/data-loader.ts";
import { fromGenerator } from "../../../src/sequence/generator.ts";
import { type Tensor, tensor } from "../../../src/tensor/tensor.ts";
import { linear, Points, quiet } from "../points.ts";

beforeAll(async () => {
  await tf.setBackend("cpu");
});

/** Rows `[i, -i]` with the label i, which is the sum of weights 1 and 0. */
function rows(count: number): [x: Tensor<"float32">, y: Tensor<"float32">] {
  const list = Array.from({ length: count }, (_, i) => i);
  return [tensor(list.map((i) => [i, -i])), tensor(list)];
}

/** The labels of each batch. */
async function labels(source: AsyncIterable<readonly [Tensor, Tensor]>): Promise<number[][]> {
  const found: number[][] = [];
  for await (const [x, y] of source) {
    expect([...x.data]).toEqual([...y.data].flatMap((i) => [Number(i), -Number(i)]));
    found.push([...y.data].map(Number));
  }
  return found;
}

describe("fromArrays", () => {
  it("cuts tensors into batches of 32, the last one smaller", async () => {
    const sequence = fromArrays(rows(70));
    expect(sequence.length).toBe(3);
    const found = await labels(new DataLoader(sequence));
    expect(found.map(({ length }) => length)).toEqual([32, 32, 6]);
    expect(found.flat()).toEqual(Array.from({ length: 70 }, (_, i) => i));
  });

  it("shuffles all rows anew each epoch, by the loader's seed, and keeps them together (property)", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 1, max: 9 }),
        fc.nat(),
        async (count, batchSize, seed) => {
          const epochs = async () => {
            const loader = new DataLoader(fromArrays(rows(count), { batchSize, shuffle: true }), { seed });
            return [await labels(loader), await labels(loader)] as const;
          };
          const [first, second] = await epochs();
          for (const epoch of [first, second])
            expect(epoch.flat().sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, i) => i));
          if (count > 20) expect(first).not.toEqual(second);
          expect(await epochs()).toEqual([first, second]);
        },
      ),
      { numRuns: 30 },
    );
  });

  it("keeps records, tuples, dtypes and rows of any shape, and gives copies", async () => {
    const image = tensor(
      Array.from({ length: 5 * 2 * 3 }, (_, i) => i),
      { dtype: "uint8", shape: [5, 2, 3] },
    );
    const id = tensor([0n, 1n, 2n, 3n, 4n], "int64");
    for (const shuffle of [false, true]) {
      const batch = await fromArrays({ image, more: [id] }, { batchSize: 2, shuffle }).at(0);
      expect(batch.image).toMatchObject({ shape: [2, 2, 3], dtype: "uint8" });
      const ids = batch.more[0]!;
      expect(ids.dtype).toBe("int64");
      for (const [place, i] of [...ids.data].map(Number).entries())
        expect([...batch.image.data].slice(place * 6, place * 6 + 6)).toEqual(
          [...image.data].slice(i * 6, i * 6 + 6),
        );
      batch.image.data.fill(255);
    }
    expect([...image.data]).toEqual(Array.from({ length: 30 }, (_, i) => i));
  });

  it("takes bare typed arrays as a number for each row, and gives them as they are, and copies (property)", async () => {
    const kinds = [Float32Array, Float64Array, Int32Array, Uint8Array, BigInt64Array] as const;
    const array = fc.constantFrom(...kinds, Buffer);
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 9 }),
        fc.boolean(),
        array,
        async (count, batchSize, shuffle, Kind) => {
          const [x, y] = rows(count);
          const list = [...y.data];
          const flat =
            Kind === BigInt64Array ? Kind.from(list.map(BigInt)) : (Kind as typeof Uint8Array).from(list);
          const before = [...flat];
          for await (const batch of new DataLoader(fromArrays([x, [y, flat]], { batchSize, shuffle }))) {
            const [, [labels, own]] = batch;
            expect(own[Symbol.toStringTag]).toBe(flat[Symbol.toStringTag]);
            expect([...own].map(Number)).toEqual([...labels.data]);
            new Uint8Array(own.buffer, own.byteOffset, own.byteLength).fill(255);
          }
          expect([...flat]).toEqual(before);
        },
      ),
      { numRuns: 40 },
    );
  });

  it("refuses what has no rows, or others than the first", () => {
    expect(() => fromArrays([])).toThrow(/takes arrays with one row for each sample/);
    expect(() => fromArrays([tensor([1, 2]), new Float32Array(3)])).toThrow(
      /2 rows, but one is of shape \[3\]/,
    );
    expect(() => fromArrays([tensor([1, 2]), tensor([1])])).toThrow(/the first has 2 rows, but one is/);
    expect(() => fromArrays(tensor([1, 2]), { size: 3 } as never)).toThrow(/has no option `size`/);
  });
});

describe("fit over arrays", () => {
  it("refuses tensors whose data do not fill their shape", async () => {
    const [x, y] = rows(10);
    const short = { ...y, data: y.data.slice(1) };
    expect(() => fromArrays([x, short])).toThrow(/holds 10 elements, but its data holds 9/);
    await expect(fit(linear(), [x, short], quiet)).rejects.toThrow(/holds 10 elements, but its data holds 9/);
  });

  it("checks the options that it has no use for", async () => {
    const wrong = [
      [{ workers: -2 }, /`workers`/],
      [{ worker: "proces" as "process" }, /`worker`/],
      [{ worker: "process", useMultiprocessing: false }, /contradict/],
    ] as const;
    for (const [options, message] of wrong) {
      await expect(fit(linear(), rows(4), { ...quiet, ...options })).rejects.toThrow(message);
      await expect(evaluate(linear(), rows(4), { ...quiet, ...options })).rejects.toThrow(message);
    }
  });

  it("cuts arrays to validate with in the program's own thread, whatever loads the others", async () => {
    class Own {
      readonly data = new Float32Array(8);
      readonly shape = [8];
      readonly dtype = "float32";
      // What no worker could be sent.
      readonly hidden = () => this.data;
    }
    const [x] = rows(8);
    const { history } = await fit(linear(), rows(8), {
      ...quiet,
      workers: 1,
      validationData: [x, new Own() as Tensor<"float32">],
    });
    expect(history.val_loss).toHaveLength(1);
  });

  it("has a history of one run, also where the run is gone on from", () => {
    const history = new History();
    history.onEpochEnd(0, { loss: 3 });
    history.onEpochEnd(1, { loss: 2 });
    const saved = history.getState();
    const { epoch, history: logs } = history;
    history.setState(saved);
    history.onEpochEnd(2, { loss: 1 });
    expect({ epoch, logs }).toEqual({ epoch: [0, 1, 2], logs: { loss: [3, 2, 1] } });
  });

  /** The rows that each step was given, told by a loss that notes its labels. */
  async function order(options: object, [x, y] = rows(40)): Promise<number[]> {
    const seen: number[] = [];
    const loss = (labels: tf.Tensor, output: tf.Tensor) => {
      seen.push(...labels.dataSync());
      return tf.losses.meanSquaredError(labels, output) as tf.Tensor;
    };
    await fit(linear({ loss, metrics: [], optimizer: tf.train.sgd(0) }), [x, y], { ...quiet, ...options });
    return seen;
  }
  const inOrder = Array.from({ length: 40 }, (_, i) => i);

  it("trains with batches of 32 rows, shuffled anew each epoch by the seed", async () => {
    const seen = await order({ epochs: 2, seed: 1 });
    expect(seen).toHaveLength(80);
    const [first, second] = [seen.slice(0, 40), seen.slice(40)];
    for (const epoch of [first, second]) {
      expect(epoch).not.toEqual(inOrder);
      expect(epoch.toSorted((a, b) => a - b)).toEqual(inOrder);
    }
    expect(first).not.toEqual(second);
    expect(await order({ epochs: 2, seed: 1 })).toEqual(seen);
    expect(await order({ epochs: 2, seed: 2 })).not.toEqual(seen);
  });

  it("keeps their order without shuffle, and takes a size, weights and arrays to validate with", async () => {
    expect(await order({ shuffle: false, workers: 2 })).toEqual(inOrder);
    const [x, y] = rows(10);
    const sizes: number[] = [];
    const callbacks = { onTrainBatchEnd: (batch: number) => void sizes.push(batch) };
    const { history } = await fit(linear(), [x, y, tensor(new Float32Array(10).fill(0))], {
      ...quiet,
      batchSize: 3,
      callbacks,
      validationData: [x, y],
    });
    expect(sizes).toEqual([0, 1, 2, 3]);
    expect(history.loss).toEqual([0]);
    const { loss } = await evaluate(linear(), [x, y], quiet);
    expect(history.val_loss![0]).toBeCloseTo(loss!, 3);
  });

  it("takes typed arrays where it takes tensors of one axis", async () => {
    const [x, y] = rows(10);
    const data = [x, y.data] as const;
    const run = async (given: readonly [Tensor, Tensor | Float32Array]) =>
      (await fit(linear(), given, { ...quiet, batchSize: 4, validationData: given })).history;
    expect(await run(data)).toEqual(await run([x, y]));
    expect(await evaluate(linear(), data, quiet)).toEqual(await evaluate(linear(), [x, y], quiet));
    const model = tf.sequential({ layers: [tf.layers.activation({ activation: "linear", inputShape: [] })] });
    const { data: same } = await predict(model, y.data, { ...quiet, batchSize: 3 });
    expect([...same]).toEqual([...y.data]);
    await expect(predict(linear(), new Float32Array(3), quiet)).rejects.toThrow(/takes \[any, 2\]/);
  });

  it("takes tensors of TensorFlow.js, which stay the caller's", async () => {
    const x = tf.ones([4, 2]);
    const y = tf.ones([4, 1]);
    const { history } = await fit(linear(), [x, y], quiet);
    expect(history.loss).toHaveLength(1);
    expect([x.isDisposed, y.isDisposed]).toEqual([false, false]);
    tf.dispose([x, y]);
  });

  it("says what is wrong with them", async () => {
    const [x, y] = rows(4);
    await expect(fit(linear(), [[1, 2], [3]] as never, quiet)).rejects.toThrow(
      /^fit got arrays of plain numbers\. Make them tensors/,
    );
    await expect(fit(linear(), [x] as never, quiet)).rejects.toThrow(/take batches \[x, y\]/);
    await expect(fit(linear(), [tensor([[1, 2, 3]]), y], quiet)).rejects.toThrow(/takes \[any, 2\]/);
  });
});

describe("batchSize", () => {
  const [x, y] = rows(4);
  type Run = (model: tf.LayersModel, data: unknown, options: object) => Promise<unknown>;
  const runs = [fit, evaluate, predict] as unknown as Run[];

  it("is refused by its name, whatever makes its own batches, and whoever is asked", async () => {
    const sequence = fromArrays([x, y]);
    const sources = [
      ["a Sequence", sequence],
      ["a DataLoader", new DataLoader(sequence)],
      ["an iterable of batches", fromGenerator<[Tensor, Tensor]>(() => [[x, y]])],
    ] as const;
    const size = { ...quiet, batchSize: 2 };
    for (const [kind, source] of sources) {
      const message = (name: string) => new RegExp(`^\`${name}\` is for arrays only: ${kind} makes its own`);
      for (const run of runs) await expect(run(linear(), source, size)).rejects.toThrow(message("batchSize"));
      await expect(
        fit(linear(), [x, y], { ...size, validationData: source, validationBatchSize: 2 }),
      ).rejects.toThrow(message("validationBatchSize"));
    }
    await expect(evaluate(linear(), new Set([[x, y] as const]), size)).rejects.toThrow(
      /an iterable of batches/,
    );
  });

  it("over samples leads to what to write", async () => {
    const samples = { length: 4, getItem: () => [x, y] } as never;
    await expect(fit(linear(), samples, { ...quiet, batchSize: 8 })).rejects.toThrow(
      "fit takes batches, and got a dataset of samples. Make batches of them: batches(dataset, { batchSize: 8, shuffle: true }).",
    );
    for (const run of runs.slice(1))
      await expect(run(linear(), samples, quiet)).rejects.toThrow(
        /takes batches, and got a dataset of samples\. Make batches of them: batches\(dataset, \{ batchSize: 32 \}\)/,
      );
  });
});

it("predict has no shuffle, as its rows would be nobody's", async () => {
  const [x] = rows(4);
  await expect(predict(linear(), x, { ...quiet, shuffle: true } as never)).rejects.toThrow(
    "predict has no option `shuffle`. predict gives one row for each sample, in the order of the data.",
  );
});

it("predict refuses data that are shuffled, whoever shuffles them, as their rows would be nobody's", async () => {
  const [x] = rows(5);
  const shuffled = fromArrays(x, { batchSize: 2, shuffle: true });
  const sampler = new SubsetSampler([0, 1, 2], { shuffle: true });
  for (const data of [
    shuffled,
    map(shuffled, (batch) => batch),
    new DataLoader(shuffled),
    new DataLoader(fromArrays(x, { batchSize: 2 }), { shuffle: true }),
    new DataLoader(
      map(new Points(), ([points]) => points),
      { shuffle: true },
    ),
    batches({ length: 3, getItem: () => tensor([1, 2]) }, { batchSize: 1, sampler }),
  ])
    await expect(predict(linear(), data, quiet)).rejects.toThrow(
      /^predict gives one row for each sample, in the order of the data, but these are shuffled\. Leave/,
    );
  expect((await predict(linear(), new DataLoader(fromArrays(x, { batchSize: 2 })), quiet)).shape).toEqual([
    5, 1,
  ]);
});

it("says which of x and y is no array, and what is one", async () => {
  const [x] = rows(3);
  for (const y of [undefined, new Uint8ClampedArray(3), new Map()])
    await expect(fit(linear(), [x, y] as never, quiet)).rejects.toThrow(
      /^fit got y of \[x, y\] as .*\. It must be a tensor, tensor\(values\), or a typed array/,
    );
});
