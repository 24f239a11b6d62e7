import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { maskedCrc32c } from "../../../src/core/crc32c.ts";
import { fromGenerator } from "../../../src/sequence/generator.ts";
import { Sequence } from "../../../src/sequence/sequence.ts";
import { type Tensor, tensor } from "../../../src/tensor/tensor.ts";
import { TensorBoard } from "../../../src/train/callbacks/tensorboard.ts";
import { fitModel } from "../../../src/train/fit.ts";
import { FakeModel, params, train, valLoss } from "./fake-model.ts";

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "epochal-"));
});
afterEach(() => rm(dir, { recursive: true }));

/** The scalars of the only event file in a folder: `tag@step = value`; others as `tag@step histogram` and the like. */
async function scalars(folder: string): Promise<string[]> {
  const names = await readdir(join(dir, folder));
  expect(names).toHaveLength(1);
  const bytes = await readFile(join(dir, folder, names[0]!));
  const found: string[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = bytes.readUInt32LE(at);
    const body = bytes.subarray(at + 12, at + 12 + length);
    expect(bytes.readUInt32LE(at + 12 + length)).toBe(maskedCrc32c(body));
    found.push(...readEvent(body));
    at += length + 16;
  }
  return found;
}

/** Reads protobuf fields whose numbers and lengths fit in one byte, which is all that these tests write. */
function* fields(bytes: Buffer): Generator<{ field: number; value: number; content: Buffer }> {
  for (let at = 0; at < bytes.length; ) {
    const [key, size] = [bytes[at]!, bytes[at + 1]!];
    const wire = key & 7;
    const big = wire === 2 && size >= 128;
    const length =
      wire === 2 ? (big ? (size & 127) + bytes[at + 2]! * 128 : size) : wire === 1 ? 8 : wire === 5 ? 4 : 1;
    const from = at + 1 + (wire === 2 ? (big ? 2 : 1) : 0);
    const content = bytes.subarray(from, from + length);
    yield { field: key >> 3, value: wire === 5 ? content.readFloatLE(0) : size, content };
    at = from + length;
  }
}

function readEvent(body: Buffer): string[] {
  const all = [...fields(body)];
  const step = all.find(({ field }) => field === 2)?.value ?? 0;
  return all
    .filter(({ field }) => field === 5)
    .flatMap(({ content }) => [...fields(content)])
    .map(({ content }) => {
      const [tag, value] = [...fields(content)];
      const kinds: Readonly<Record<number, string>> = { 4: "picture", 5: "histogram", 8: "text" };
      const shown = kinds[value!.field] ?? `= ${Math.round(value!.value * 1000) / 1000}`;
      return `${tag!.content.toString()}@${step} ${shown}`;
    });
}

describe("TensorBoard", () => {
  it("writes epochs under Keras' folders and tags", async () => {
    const board = new TensorBoard(dir);
    await train(board, valLoss(3, 2));
    expect(await scalars("train")).toEqual([
      "epoch_loss@0 = 1",
      "epoch_learning_rate@0 = 1",
      "epoch_loss@1 = 1",
      "epoch_learning_rate@1 = 1",
    ]);
    expect(await scalars("validation")).toEqual(["epoch_loss@0 = 3", "epoch_loss@1 = 2"]);
  });

  it("makes no validation folder where nothing is validated, and writes batches when asked", async () => {
    await train(new TensorBoard(dir, { updateFreq: 3 }), [{ loss: 1 }, { loss: 2 }]);
    expect(await readdir(dir)).toEqual(["train"]);
    expect((await scalars("train")).filter((line) => line.startsWith("batch"))).toEqual([
      "batch_loss@0 = 1",
      "batch_loss@3 = 2",
    ]);
  });

  it("draws the weights, and tests on their own", async () => {
    await train(new TensorBoard(dir, { histogramFreq: 2 }), [{ loss: 1 }, { loss: 1 }, { loss: 1 }]);
    expect((await scalars("train")).filter((line) => line.includes("histogram"))).toEqual([
      "dense/kernel/histogram@0 histogram",
      "dense/kernel/histogram@2 histogram",
    ]);
    const board = new TensorBoard(dir);
    board.setModel(new FakeModel());
    board.setParams(params);
    await board.onTestEnd({ loss: 0.5 });
    expect(await scalars("validation")).toEqual(["evaluation_loss_vs_iterations@0 = 0.5"]);
  });

  it("writes images of each epoch's first batch, and what the loader measured", async () => {
    class Pictures extends Sequence<[x: Tensor, y: Tensor]> {
      readonly length = 3;
      getItem(index: number): [Tensor, Tensor] {
        const x = tensor(new Float32Array(2 * 8 * 8 * 3).fill(index), { shape: [2, 8, 8, 3] });
        return [x, tensor([0, 1])];
      }
    }
    class Model extends FakeModel {
      override async trainOnBatch(batch?: unknown): Promise<never> {
        // As adapters do that give a batch's memory on.
        (batch as { data: Float32Array }[])[0]?.data.fill(7);
        return { values: [1], size: 2 } as never;
      }
    }
    const board = new TensorBoard(dir, { batchImages: 2 });
    await fitModel(new Model(), new Pictures(), { epochs: 2, verbose: 0, callbacks: [board] });
    const written = await scalars("train");
    const of = (epoch: number) => [
      `batch_images@${epoch} picture`,
      // Values of 0 only: the batch as it was delivered.
      `batch_images_outside@${epoch} = 0`,
      `loader/wait_share@${epoch}`,
      `loader/batches_per_second@${epoch}`,
      `loader/queue@${epoch}`,
      `loader/workers@${epoch} = 0`,
      ...["fetch_p50_ms", "fetch_p99_ms", "wait_p50_ms", "wait_p99_ms"].map(
        (name) => `loader/${name}@${epoch}`,
      ),
      `loader/explain@${epoch} text`,
    ];
    const known = written.filter((line) => /^(batch_images|loader)/.test(line));
    const expected = [...of(0), ...of(1)];
    expect(known.map((line, i) => (line.startsWith(`${expected[i]} = `) ? expected[i] : line))).toEqual(
      expected,
    );
    const share = Number(/= (.*)$/.exec(known.find((line) => line.startsWith("loader/wait_share"))!)![1]);
    expect(share > 0 && share <= 1).toBe(true);
  });

  it("writes none where it was told so, of streams, and of batches without images", async () => {
    class Model extends FakeModel {
      override async trainOnBatch(): Promise<never> {
        return { values: [1], size: 2 } as never;
      }
    }
    const stream = fromGenerator<number[]>(function* () {
      yield [1];
    });
    const options = { epochs: 1, verbose: 0 as const };
    await fitModel(new Model(), stream, {
      ...options,
      callbacks: [new TensorBoard(`${dir}/stream`, { batchImages: 4 })],
    });
    class Features extends Sequence<Tensor[]> {
      readonly length = 2;
      getItem(): Tensor[] {
        return [tensor([1, 2])];
      }
    }
    await fitModel(new Model(), new Features(), {
      ...options,
      callbacks: [new TensorBoard(`${dir}/features`, { batchImages: 4, loaderStats: false })],
    });
    for (const folder of ["stream/train", "features/train"])
      expect(await scalars(folder)).toEqual(["epoch_loss@0 = 1", "epoch_learning_rate@0 = 1"]);
  });

  it("refuses what it does not know", () => {
    expect(() => new TensorBoard("")).toThrow("`logDir` must be a folder's path");
    expect(() => new TensorBoard("logs", { updateFreq: "step" as never })).toThrow(
      '`updateFreq` must be "epoch"',
    );
    for (const batchImagesRange of [[0], [1, 1], [0, Number.NaN], "0-1"])
      expect(() => new TensorBoard("logs", { batchImagesRange: batchImagesRange as never })).toThrow(
        "`batchImagesRange` must be the two values",
      );
    const reasons = {
      writeGraph: /reads graphs of TensorFlow/,
      writeImages: /`histogramFreq` draws the weights/,
      profileBatch: /loader\.explain\(\)/,
      embeddingsFreq: /ModelCheckpoint/,
      embeddings_metadata: /no `embeddingsFreq`/,
      update_freq: /Its name is `updateFreq`/,
    };
    for (const [name, reason] of Object.entries(reasons)) {
      const refused = () => new TensorBoard("logs", { [name]: 1 } as never);
      expect(refused).toThrow(`TensorBoard has no option \`${name}\`. `);
      expect(refused).toThrow(reason);
    }
  });
});
