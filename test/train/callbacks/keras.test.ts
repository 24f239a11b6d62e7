import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { EarlyStopping } from "../../../src/train/callbacks/early-stopping.ts";
import { ReduceLROnPlateau } from "../../../src/train/callbacks/reduce-lr-on-plateau.ts";
import { FakeModel, train, valLoss } from "./fake-model.ts";

interface Case {
  readonly options: Record<string, never>;
  /** Validation losses; null for NaN. */
  readonly losses: readonly (number | null)[];
  readonly epochs: number;
  readonly weights: number;
  readonly rates: readonly number[];
}

/** Made by scripts/keras-traces/callbacks.py, with Keras' own callbacks. */
const golden: { readonly madeBy: string } & Record<"EarlyStopping" | "ReduceLROnPlateau", readonly Case[]> =
  JSON.parse(readFileSync(new URL("../../fixtures/keras-traces/callbacks.json", import.meta.url), "utf8"));

describe.each([
  { name: "EarlyStopping", make: (options: Case["options"]) => new EarlyStopping(options) },
  { name: "ReduceLROnPlateau", make: (options: Case["options"]) => new ReduceLROnPlateau(options) },
] as const)("$name", ({ name, make }) => {
  it(`does what that of ${golden.madeBy} does, in ${golden[name].length} runs`, async () => {
    expect(golden[name].length).toBe(150);
    for (const { options, losses, ...expected } of golden[name]) {
      const model = new FakeModel();
      const ran = await train(make(options), valLoss(...losses.map((loss) => loss ?? Number.NaN)), { model });
      const rates = ran.map(({ learningRate }) => learningRate);
      expect({ options, losses, epochs: ran.length, weights: model.weight, rates }).toEqual({
        options,
        losses,
        ...expected,
      });
    }
  });
});
