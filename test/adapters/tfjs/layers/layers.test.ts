/**
 * Every layer of TensorFlow.js with every option: it trains on wasm as on cpu, or is refused before the first step. What
 * came of it is the table of docs/reference/layers.md; `npx vitest run -u` on this file writes it anew.
 */
import * as tf from "@tensorflow/tfjs";
import { expect, it } from "vitest";
import { registerKernels } from "../../../../src/adapters/tfjs/kernels/kernels.ts";
import { type Case, layerCases } from "./cases.ts";
import { otherCases } from "./others.ts";
import { poisonMemory } from "./poison.ts";
import { type Trained, trainOnce } from "./train.ts";

type Outcome = Trained | Error;

const cases = [...layerCases, ...otherCases];
const table = new Map<string, { readonly options: string[]; readonly refused: Map<string, string[]> }>();

it("trains on wasm as on cpu, with the same gradients within 1e-5, or says before the first step that it cannot", async () => {
  await tf.setBackend("wasm");
  registerKernels(tf);
  poisonMemory();
  for (const the of cases) {
    const [cpu, wasm] = [await outcome("cpu", the), await outcome("wasm", the)];
    note(the, { cpu, wasm });
    const what = `${the.layer} ${JSON.stringify(the.options)}`;
    for (const one of [cpu, wasm]) {
      // What TensorFlow.js itself says when the model is built is before the first step, too.
      if (one instanceof Error)
        expect.soft(one.name, `${what}: ${one.message}`).toMatch(/^(TrainingError|Built)$/);
      else expect.soft(one.left, `${what}: tensors left`).toBe(0);
    }
    for (const [backend, one] of Object.entries({ cpu, wasm })) {
      if ((one as Error).name !== "TrainingError" || isWrong(the)) continue;
      const natively = await trainOnce(backend, the, false).catch((error: unknown) => error);
      expect.soft(natively, `${what}: refused, and trains on ${backend}`).toBeInstanceOf(Error);
    }
    if (cpu instanceof Error || wasm instanceof Error) continue;
    expect.soft(largest(cpu.gradients), `${what}: has gradients`).toBeGreaterThan(0);
    for (const part of ["loss", "gradients", "weights", "predictions"] as const)
      expect.soft(difference(cpu[part], wasm[part]), `${what}: ${part}`).toBeLessThan(1e-5);
  }
}, 300_000);

it("is what the page of layers says", async () => {
  await expect(page()).toMatchFileSnapshot("../../../../docs/reference/layers.md");
});

async function outcome(backend: string, the: Case): Promise<Outcome> {
  await tf.setBackend(backend);
  try {
    the.model().dispose();
  } catch (error) {
    return Object.assign(error as Error, { name: "Built" });
  }
  return trainOnce(backend, the).catch((error: unknown) => error as Error);
}

/** Whether TensorFlow.js trains what is refused, but with a bias on another axis. */
function isWrong({ layer, options }: Case): boolean {
  return layer === "separableConv2d" && options.dataFormat === "channelsFirst";
}

function largest(list: readonly (number | Float32Array)[]): number {
  return Math.max(...list.flatMap((one) => (typeof one === "number" ? [one] : [...one])).map(Math.abs));
}

/** The largest difference, relative to the largest value. */
function difference(a: readonly (number | Float32Array)[], b: readonly (number | Float32Array)[]): number {
  const [left, right] = [a, b].map((list) =>
    list.flatMap((one) => (typeof one === "number" ? [one] : [...one])),
  );
  expect(right!.length).toBe(left!.length);
  const scale = largest(a) || 1;
  const off = left!.map((value, i) => (Object.is(value, right![i]) ? 0 : Math.abs(value - right![i]!)));
  return Math.max(0, ...off.map((value) => (Number.isNaN(value) ? Number.POSITIVE_INFINITY : value))) / scale;
}

function note(the: Case, outcomes: Readonly<Record<"cpu" | "wasm", Outcome>>): void {
  const row = table.get(the.layer) ?? { options: [], refused: new Map<string, string[]>() };
  table.set(the.layer, row);
  for (const name of Object.keys(the.options)) if (!row.options.includes(name)) row.options.push(name);
  for (const [backend, one] of Object.entries(outcomes)) {
    if (!(one instanceof Error)) continue;
    const why = one.message.replace(
      /^\S+ cannot be trained on the \w+ backend for its layer \S+ \((.*?)\): /,
      "$1: ",
    );
    const said = row.refused.get(backend) ?? [];
    row.refused.set(backend, said);
    if (!said.includes(why)) said.push(why);
  }
}

function page(): string {
  const rows = [...table]
    .filter(([name]) => layerCases.some(({ layer }) => layer === name))
    .sort(([a], [b]) => a.toLowerCase().localeCompare(b.toLowerCase(), "en"))
    .map(([name, { options, refused }]) => {
      const own = options.length === 0 ? "" : options.map((option) => `\`${option}\``).join(", ");
      const cell = (backend: string) => (refused.has(backend) ? "not all" : "yes");
      const why = [...new Set([...refused.values()].flat())].join("<br>").replaceAll("|", "\\|");
      return `| \`${name}\` | ${cell("wasm")} | ${cell("cpu")} | ${own} | ${why} |`;
    });
  return `# Layers by backend

You want to know whether your model trains on the wasm backend of TensorFlow.js 4.22. Every layer below was trained with the options named, one step on wasm and one on cpu: loss, gradients, weights and predictions are the same within 1e-5. Where one cannot be trained, \`fit\` says so before the first step, with the layer's name.

By itself the wasm backend lacks the gradients of convolutions, depthwise convolutions and embeddings, and computes some others wrongly without a word: of max pooling over negative numbers, of 3D convolutions, of images that were enlarged. \`fit\`, \`evaluate\` and \`predict\` put right ones in their place; in a loop of your own, call \`registerKernels(tf)\` once.

| Layer | wasm | cpu | Options that were swept | What cannot be trained |
| --- | --- | --- | --- | --- |
${rows.join("\n")}

Losses, metrics and optimizers were swept in the same way: all of TensorFlow.js' are the same on both. On webgl, webgpu and tensorflow (tfjs-node) nothing is added or replaced; what "no backend can" train has no gradient in TensorFlow.js itself.

**Next:** [Training](training.md) · [Save and load models](../how-to/models.md)
`;
}
