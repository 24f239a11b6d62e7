/** How many steps a run of `fit` says an epoch has: what this rank, resumed or not, really does. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { FitOptions } from "../../src/adapters/tfjs/fit.ts";
import { fit, toDataset } from "../../src/adapters/tfjs/index.ts";
import { DataLoader } from "../../src/loader/data-loader.ts";
import { ModelCheckpoint } from "../../src/train/callbacks/model-checkpoint.ts";
import { ProgbarLogger } from "../../src/train/callbacks/progbar-logger.ts";
import { linear, Points, quiet } from "./points.ts";

const folder = mkdtempSync(join(tmpdir(), "epochal-steps-"));
beforeAll(async () => {
  await tf.setBackend("cpu");
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Options = Pick<FitOptions, "shard" | "resume" | "stepsPerEpoch" | "epochs" | "compat">;

/** The bar's last line of each epoch, without its times and numbers. */
async function bars(data: Points | DataLoader<unknown>, options: Options): Promise<string[]> {
  const written: string[] = [];
  const stream = { write: (text: string) => written.push(text) };
  const callbacks = new ProgbarLogger({}, { stream, env: {}, now: () => 0 });
  await fit(linear(), data as Points, { ...quiet, ...options, callbacks });
  return written.map((line) => line.split(" - ")[0]!);
}

/** A checkpoint of a run over 8 batches that was killed after `steps` steps of its second epoch. */
async function killedAfter(steps: number, compat?: "tf2.4" | "keras3"): Promise<string> {
  const path = join(folder, `${steps} ${compat}`);
  let done = 0;
  const check = () => {
    if (done === 8 + steps) throw new Error("killed");
  };
  // At the event that follows, as one that fails is saved by nobody.
  const kill = { onTrainBatchEnd: () => done++, onTrainBatchBegin: check, onEpochEnd: check };
  const callbacks = [new ModelCheckpoint(join(path, "last"), { saveFreq: 8 + steps }), kill];
  await expect(fit(linear(), new Points(32), { ...quiet, compat, epochs: 3, callbacks })).rejects.toThrow(
    "killed",
  );
  return path;
}

it("counts a rank's part", async () => {
  const shard = { rank: 1, worldSize: 3 };
  expect(await bars(new Points(32), { epochs: 2, shard })).toEqual(["Epoch 1/2 3/3", "Epoch 2/2 3/3"]);
  expect(await bars(new Points(32), { shard, stepsPerEpoch: 2 })).toEqual(["Epoch 1/1 2/2"]);
  for (const compat of ["tf2.4", "keras3"] as const)
    expect(await bars(new Points(32), { epochs: 2, shard, compat })).toEqual([
      "Epoch 1/2 3/3",
      "Epoch 2/2 3/3",
    ]);
});

it.each([undefined, "tf2.4", "keras3"] as const)(
  "counts the steps before a resume and those that are left, also for another number of ranks: %s",
  async (compat) => {
    const options = { epochs: 3, compat };
    const resume = await killedAfter(5, compat);
    expect(await bars(new Points(32), { ...options, resume })).toEqual(["Epoch 2/3 8/8", "Epoch 3/3 8/8"]);
    const shard = { rank: 0, worldSize: 2 };
    expect(await bars(new Points(32), { ...options, resume, shard })).toEqual([
      "Epoch 2/3 7/7",
      "Epoch 3/3 4/4",
    ]);
    // Resumed after its last step, an epoch has only its end left.
    const over = await killedAfter(8, compat);
    expect(await bars(new Points(32), { ...options, resume: over })).toEqual([
      "Epoch 2/3 8/8",
      "Epoch 3/3 8/8",
    ]);
  },
);

it("counts what is left of a loader that was resumed, as toDataset does", async () => {
  const state = { ...new DataLoader(new Points(32)).state(), position: 5 };
  await using loader = new DataLoader(new Points(32), { state });
  expect(toDataset(loader).size).toBe(3);
  expect(await bars(loader, { epochs: 2 })).toEqual(["Epoch 1/2 3/3", "Epoch 2/2 8/8"]);
  expect(toDataset(loader).size).toBe(8);
});
