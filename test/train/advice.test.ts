/** What `fit` says of labels, learning rates, backends and options that are not what was meant. */
import * as tf from "@tensorflow/tfjs";
import fc from "fast-check";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { fit } from "../../src/adapters/tfjs/index.ts";
import { multiplications, SlowBackend } from "../../src/adapters/tfjs/slow-backend.ts";
import { split } from "../../src/data/split.ts";
import { DataLoader } from "../../src/loader/data-loader.ts";
import { batches } from "../../src/sequence/batching/batches.ts";
import { fromGenerator } from "../../src/sequence/generator.ts";
import { tensor, zeros } from "../../src/tensor/tensor.ts";
import { TerminateOnNaN } from "../../src/train/callbacks/terminate-on-nan.ts";
import { linear, one, Points, quiet } from "./points.ts";

beforeAll(async () => {
  await tf.setBackend("cpu");
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** The warnings of `run`, each with its code. */
async function warnings(run: () => Promise<unknown>): Promise<readonly string[]> {
  const warn = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
  await run();
  return warn.mock.calls.map(([message, options]) => `${(options as { code?: string }).code}: ${message}`);
}

describe("labels that their loss does not take", () => {
  const units = (count: number, loss: string) => {
    const layer = tf.layers.dense({ units: count, inputShape: [2], activation: "sigmoid" });
    const model = tf.sequential({ layers: [layer] });
    model.compile({ optimizer: "sgd", loss });
    return model;
  };
  /** Trains twice on one batch with these labels. */
  const labelled = (rows: number[][], loss: string) =>
    warnings(() =>
      fit(units(rows[0]!.length, loss), one([zeros([rows.length, 2]), tensor(rows)] as const), {
        epochs: 2,
        ...quiet,
      }),
    );

  it.each([
    [
      "binaryCrossentropy",
      [[0], [1], [3]],
      /holds 3 at place 2, but binaryCrossentropy takes labels from 0 to 1/,
    ],
    ["binaryCrossentropy", [[-1], [1]], /holds -1 at place 0/],
    [
      "categoricalCrossentropy",
      [
        [1, 0],
        [1, 1],
      ],
      /sums to 2 in row 1, but .* For several labels a sample/,
    ],
    ["categoricalCrossentropy", [[1], [0]], /sums to 0 in row 1, .*One unit is for two classes/],
    ["hinge", [[1], [0]], /holds 0 at place 1, but hinge takes labels that are -1 or 1/],
  ] as const)("are warned of once: %s", async (loss, rows, message) => {
    const said = (await labelled(rows as never, loss)).filter((text) => text.startsWith("EPOCHAL_LABELS"));
    expect(said).toHaveLength(1);
    expect(said[0]).toMatch(message);
  });

  it("are not those that it takes, smoothed and mixed ones too", async () => {
    const row = fc.array(fc.double({ min: 0.01, max: 1, noNaN: true }), { minLength: 2, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(row, async (shares) => {
        const sum = shares.reduce((total, share) => total + share, 0);
        expect(await labelled([shares.map((share) => share / sum)], "categoricalCrossentropy")).toEqual([]);
        expect(await labelled([shares], "binaryCrossentropy")).toEqual([]);
        expect(await labelled([shares.map((share) => share * 9)], "meanSquaredError")).toEqual([]);
        expect(await labelled([shares.map((share) => Math.sign(share - 0.5) || 1)], "hinge")).toEqual([]);
      }),
      { numRuns: 8 },
    );
  });
});

describe("a loss that is NaN", () => {
  it("names the learning rate where the data are finite, and the data where not", async () => {
    const run = (batch: unknown, options = {}) =>
      fit(linear({ optimizer: tf.train.sgd(1e30) }), one(batch) as never, {
        epochs: 9,
        ...quiet,
        ...options,
      });
    const finite = [tensor([[1, 2]]), tensor([[1]])];
    await expect(run(finite)).rejects.toThrow(
      /batch's numbers are finite, so the learning rate, 1e\+30, is most likely too high: try 1e\+29\./,
    );
    await expect(run([tensor([[1, Number.POSITIVE_INFINITY]]), tensor([[1]])])).rejects.toThrow(
      /The batch itself holds NaN or infinite numbers/,
    );
    const said = await warnings(() => run(finite, { callbacks: new TerminateOnNaN() }));
    expect(said.join()).toMatch(/EPOCHAL_NAN: .*lower the learning rate of 1e\+30\./);
  });
});

describe("a backend of plain JavaScript", () => {
  const model = () => {
    const layers = [
      tf.layers.conv2d({ inputShape: [8, 8, 3], filters: 4, kernelSize: 3, useBias: false }),
      tf.layers.flatten(),
      tf.layers.dense({ units: 10, useBias: false }),
    ];
    return tf.sequential({ layers });
  };

  it("is warned of once, after so much work, with the line that chooses another", async () => {
    expect(multiplications(model())).toBe(36 * 3 * 9 * 4 + 144 * 10);
    const said = await warnings(async () => {
      const slow = new SlowBackend(tf, model());
      slow.count(100);
      expect(process.emitWarning).not.toHaveBeenCalled();
      slow.count(1e6);
      slow.count(1e6);
      new SlowBackend(tf, model()).count(1e6);
    });
    expect(said).toEqual([
      expect.stringMatching(
        /^EPOCHAL_SLOW_BACKEND: .*write: import "@tensorflow\/tfjs-backend-wasm"; await tf\.setBackend\("wasm"\);/,
      ),
    ]);
  });

  it("is no reason where another is used", async () => {
    const other = { ...tf, getBackend: () => "tensorflow" } as typeof tf;
    expect(await warnings(async () => new SlowBackend(other, model()).count(1e9))).toEqual([]);
  });
});

describe("validationSplit", () => {
  const refused = async (data: unknown, validationSplit: unknown = 0.25): Promise<string> =>
    fit(linear(), data as never, { validationSplit, ...quiet } as never).then(
      () => "",
      ({ message }: Error) => message,
    );
  /** Runs the lines of a message; what validation and training had in samples. */
  const run = async (message: string, names: Record<string, unknown>) => {
    const [, code] = /Write(?:, for tensors)?: (.*;)/.exec(message)!;
    const given = { split, batches, model: linear(), fit: (...all: unknown[]) => all, ...names };
    const body = `${code!.replace("await fit", "return fit")}`;
    const [, train, { validationData }] = await new Function(...Object.keys(given), body)(
      ...Object.values(given),
    );
    await fit(linear(), train, { validationData, ...quiet });
    return [train, validationData] as const;
  };

  it("is refused with lines that run for the data that were given", async () => {
    const x = tensor(Array.from({ length: 8 }, (_, i) => [i, i + 1]));
    const y = tensor(Array.from({ length: 8 }, (_, i) => i));
    const [train, validation] = await run(await refused([x, y]), { x, y });
    expect((await validation.at(0))[0].shape).toEqual([2, 2]);
    expect((await train.at(0))[0].shape).toEqual([6, 2]);
    const seen = [...(await train.at(0))[1].data, ...(await validation.at(0))[1].data];
    expect(seen.sort()).toEqual([...y.data]);

    const sequence = new Points(16);
    const [wholes] = await run(await refused(sequence), { sequence });
    expect(wholes).toHaveLength(3);

    const dataset = {
      length: 8,
      labels: Int32Array.of(0, 0, 0, 0, 1, 1, 1, 1),
      getItem: (i: number) => [tensor([i, i]), tensor([i])] as const,
    };
    const cut = batches(dataset, { batchSize: 3, shuffle: true });
    const message = await refused(cut, 0.5);
    expect(message).toContain("{ validation: 0.5, stratify: dataset.labels }");
    expect(message).toContain("{ batchSize: 3, shuffle: true }");
    const [half, rest] = await run(message, { dataset });
    expect([half.length, rest.length]).toEqual([2, 2]);
    expect(await refused(batches(dataset, { batchSize: 3 }))).toContain("batches(train, { batchSize: 3 })");
    for (const data of [dataset, new DataLoader(cut)]) await run(await refused(data), { dataset });
    expect(await refused(fromGenerator(() => []))).toContain("A stream has no index to split by");
  });
});
