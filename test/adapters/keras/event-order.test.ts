import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, it } from "vitest";
import type { FitOptions } from "../../../src/adapters/tfjs/fit.ts";
import { fit } from "../../../src/adapters/tfjs/index.ts";
import { ModelCheckpoint } from "../../../src/index.ts";
import { batches } from "../../../src/sequence/batching/batches.ts";
import { type Tensor, tensor } from "../../../src/tensor/tensor.ts";
import type { CallbackHooks } from "../../../src/train/callback.ts";
import { linear, Points, quiet, recorder } from "../../train/points.ts";

interface Scenario {
  readonly name: string;
  readonly options: Omit<FitOptions, "validationData"> & { readonly validation?: boolean };
  readonly stopAt?: { readonly hook: string; readonly epoch: number; readonly batch?: number };
  readonly events: readonly string[];
}

interface Traces {
  readonly compat: "tf2.4" | "keras3";
  readonly trainLength: number;
  readonly validationLength: number;
  readonly scenarios: readonly Scenario[];
}

/** Points that write down what is asked of them. */
class Recorded extends Points {
  readonly #name: string;
  readonly #events: string[];
  constructor(name: string, batches: number, events: string[]) {
    super(batches * 4);
    this.#name = name;
    this.#events = events;
  }
  override onEpochBegin(): void {
    this.#events.push(`${this.#name}.epochBegin`);
  }
  override onEpochEnd(): void {
    this.#events.push(`${this.#name}.epochEnd`);
  }
  override getItem(index: number) {
    this.#events.push(`${this.#name}.item ${index}`);
    return super.getItem(index);
  }
}

/** Sets stopTraining where the scenario says. */
function stopper(model: tf.LayersModel, at: Scenario["stopAt"]): CallbackHooks {
  let epoch = 0;
  return {
    onEpochBegin: (begun) => {
      epoch = begun;
    },
    onTrainBatchEnd: (batch) => {
      if (at?.hook === "trainBatchEnd" && epoch === at.epoch && batch === at.batch) model.stopTraining = true;
    },
    onEpochEnd: () => {
      if (at?.hook === "epochEnd" && epoch === at.epoch) model.stopTraining = true;
    },
  };
}

describe.each(["tf2.4", "keras3"] as const)("compat: %s", (compat) => {
  const file = new URL(`../../fixtures/keras-traces/${compat}.json`, import.meta.url);
  const { scenarios, trainLength, validationLength } = JSON.parse(readFileSync(file, "utf8")) as Traces;
  beforeAll(async () => {
    await tf.setBackend("cpu");
  });

  it.each(scenarios.map((scenario) => [scenario.name, scenario] as const))("%s", async (_, scenario) => {
    const events: string[] = [];
    const { validation, ...options } = scenario.options;
    const model = linear();
    await fit(model, new Recorded("train", trainLength, events), {
      ...options,
      ...quiet,
      ...(validation && { validationData: new Recorded("validation", validationLength, events) }),
      maxQueueSize: 1,
      compat,
      callbacks: [recorder(events), stopper(model, scenario.stopAt)],
    });
    expect(events).toEqual(scenario.events);
  });

  it("refuses to go on from a checkpoint where hooks may have changed what nobody can see", async () => {
    const folder = mkdtempSync(join(tmpdir(), "epochal-compat-"));
    try {
      const save = {
        ...quiet,
        compat,
        callbacks: [new ModelCheckpoint(join(folder, "{epoch}.safetensors"))],
      };
      await fit(linear(), new Recorded("train", 4, []), { ...save, epochs: 1 });
      await expect(
        fit(linear(), new Recorded("train", 4, []), { ...quiet, compat, epochs: 2, resume: folder }),
      ).rejects.toThrow(
        /cannot be gone on from this checkpoint: the hooks of Recorded may have changed its #private fields/,
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("shuffles the samples of batches, and not whole batches of them", async () => {
    const read: number[] = [];
    const points = {
      length: 64,
      getItem(index: number): [x: Tensor, y: Tensor] {
        read.push(index);
        return [tensor([index / 64, 1]), tensor([index / 64])];
      },
    };
    const data = batches(points, { batchSize: 4 });
    await fit(linear(), data, { ...quiet, compat, shuffle: true, maxQueueSize: 1, epochs: 1 });
    // TensorFlow 2.4 looks at batch 0 first.
    const epoch = read.slice(-64);
    expect([...epoch].sort((a, b) => a - b)).toEqual(Array.from({ length: 64 }, (_, i) => i));
    const consecutive = (row: readonly number[]): boolean => row.every((index, i) => index === row[0]! + i);
    for (let at = 0; at < 64; at += 4) expect(consecutive(epoch.slice(at, at + 4))).toBe(false);
  });
});
