import { readFileSync } from "node:fs";
import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, it } from "vitest";
import type { FitOptions } from "../../../src/adapters/tfjs/fit.ts";
import { fit } from "../../../src/adapters/tfjs/index.ts";
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
});
