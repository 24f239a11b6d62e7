import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, it } from "vitest";
import { evaluate, fit, predict } from "../../../src/adapters/tfjs/index.ts";
import { fromGenerator } from "../../../src/sequence/generator.ts";
import type { BatchOf } from "../../../src/sequence/sequence.ts";
import { linear, Points, quiet } from "../points.ts";

beforeAll(() => tf.setBackend("cpu"));

type Batch = BatchOf<Points>;

/** The batches of {@link Points}, from a generator; `log` gets the number of each pass. */
function points(log: number[] = [], length?: number) {
  const source = new Points();
  return fromGenerator<Batch>(
    async function* ({ pass }) {
      log.push(pass);
      do {
        for (let index = 0; index < source.length; index++) yield await source.at(index);
      } while (length === Number.POSITIVE_INFINITY);
    },
    length === undefined ? {} : { length },
  );
}

describe("fit over a stream", () => {
  it.each([undefined, 3])("trains as over the sequence of the same batches; length %s", async (length) => {
    const passes: number[] = [];
    const expected = await fit(linear(), new Points(), { epochs: 3, ...quiet });
    const { history } = await fit(linear(), points(passes, length), { epochs: 3, ...quiet });
    expect(history).toEqual(expected.history);
    expect(passes).toEqual([0, 1, 2]);
  });

  it("goes on with the same endless generator in the next epoch", async () => {
    const passes: number[] = [];
    const options = { epochs: 3, stepsPerEpoch: 2, ...quiet };
    const expected = await fit(linear(), new Points(), options);
    const { history } = await fit(linear(), points(passes, Number.POSITIVE_INFINITY), options);
    expect(history).toEqual(expected.history);
    expect(passes).toEqual([0]);
  });

  it("closes the generator when training stops early, or fails", async () => {
    for (const stop of [true, false]) {
      let closed = 0;
      const stream = fromGenerator<Batch>(async function* () {
        try {
          for (;;) yield await new Points().at(0);
        } finally {
          closed++;
        }
      });
      const model = linear();
      const run = fit(model, stream, {
        ...quiet,
        stepsPerEpoch: 5,
        callbacks: {
          onBatchEnd: (batch) => {
            if (batch < 2) return;
            if (!stop) throw new Error("mine");
            model.stopTraining = true;
          },
        },
      });
      if (stop) await run;
      else await expect(run).rejects.toThrow("mine");
      expect(closed).toBe(1);
    }
  });

  it("is validated, evaluated and asked as a sequence is", async () => {
    const model = linear();
    const { history } = await fit(model, new Points(), { validationData: points(), epochs: 2, ...quiet });
    const other = linear();
    const expected = await fit(other, new Points(), { validationData: new Points(), epochs: 2, ...quiet });
    expect(history).toEqual(expected.history);
    expect(await evaluate(model, points(), quiet)).toEqual(await evaluate(other, new Points(), quiet));
    expect(await predict(model, points(), quiet)).toEqual(await predict(other, new Points(), quiet));
  });

  it("refuses what only an index can give", async () => {
    const stream = points();
    await expect(fit(linear(), stream, { workers: 2, ...quiet })).rejects.toThrow(
      "`workers` is for a Sequence",
    );
    await expect(fit(linear(), stream, { shuffle: true, ...quiet })).rejects.toThrow(
      "`shuffle` is for a Sequence",
    );
    await expect(fit(linear(), points([], Number.POSITIVE_INFINITY), quiet)).rejects.toThrow(
      "`stepsPerEpoch`",
    );
    const numbers = fromGenerator<number>(() => [1]);
    // @ts-expect-error its batches are no [x, y]
    const wrong = fit(linear(), numbers, quiet);
    await expect(wrong).rejects.toThrow();
  });
});
