import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { maskedCrc32c } from "../../../src/core/crc32c.ts";
import { TensorBoard } from "../../../src/train/callbacks/tensorboard.ts";
import { FakeModel, params, train, valLoss } from "./fake-model.ts";

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "epochal-"));
});
afterEach(() => rm(dir, { recursive: true }));

/** The scalars of the only event file in a folder: `tag@step = value`; histograms as `tag@step histogram`. */
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
      const shown = value!.field === 2 ? `= ${Math.round(value!.value * 1000) / 1000}` : "histogram";
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

  it("refuses what it does not know", () => {
    expect(() => new TensorBoard("")).toThrow("`logDir` must be a folder's path");
    expect(() => new TensorBoard("logs", { updateFreq: "step" as never })).toThrow(
      '`updateFreq` must be "epoch"',
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
