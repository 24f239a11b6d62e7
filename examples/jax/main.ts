/**
 * Trains the demo's network with jax-js' own gradients, on JPEG files that worker threads decode.
 *
 *     node --import ./examples/tsx.js examples/jax/main.ts --epochs 8 --checkpoint run/last.safetensors
 *
 * Takes the options of the demo (`--help`) but for `--verbose`. Without `--data`, fewer images are drawn than there.
 * Started again with the same checkpoint, after whatever ended it, it goes on where it was: the losses are those of a
 * run that nothing ended, number for number.
 */
import { existsSync } from "node:fs";
import { defaultDevice, init, numpy as np, tree } from "@jax-js/jax";
import {
  type BatchOf,
  DataLoader,
  type LoaderState,
  loadTensors,
  progress,
  release,
  saveTensors,
} from "epochal";
import { fromJax, type JaxArray, type Reverted, toJax } from "epochal/jax";
import { CIFAR10Sequence } from "../demo/cifar10.ts";
import { drawImages } from "../demo/draw.ts";
import { readFolder } from "../demo/folder.ts";
import { parseOptions, usage } from "../demo/options.ts";
import { run } from "../demo/program.ts";
import {
  crossEntropy,
  initialise,
  logits,
  lossAndGradient,
  type Params,
  type TrainingState,
  update,
} from "./model.ts";

/** Everything that the next step depends on, and what was measured so far. */
interface Checkpoint {
  readonly state: Reverted<TrainingState, JaxArray>;
  readonly data: LoaderState;
  readonly step: number;
  /** Of the epoch that runs: the sum of its losses, and their number. */
  readonly sum: { loss: number; steps: number };
  readonly history: { loss: number; valLoss: number; valAccuracy: number }[];
}

/** Steps between two checkpoints. */
const saveEvery = 5;

await run(async () => {
  const options = parseOptions(process.argv.slice(2));
  const { data, size, batchSize, epochs, workers, seed, checkpoint, help } = options;
  if (help) return console.log(usage);

  // Node has no WebGPU, and a bare init() fails on Node 20.
  await init("wasm", "cpu");
  defaultDevice("wasm");

  const folder = data ?? (await drawImages(seed, { train: 96, test: 20 }));
  const { train, test, classes } = await readFolder(folder, seed);
  const sequence = (part: typeof train) => new CIFAR10Sequence(part.files, part.labels, batchSize, size);

  const saved = checkpoint && existsSync(checkpoint) ? await loadTensors<Checkpoint>(checkpoint) : undefined;
  let { step, sum, history } = saved ?? { step: 0, sum: { loss: 0, steps: 0 }, history: [] };
  let state = saved ? toJax(np, saved.state) : initialise(seed, size, classes.length);
  await using loader = new DataLoader(sequence(train), { workers, shuffle: true, seed, state: saved?.data });
  await using testLoader = new DataLoader(sequence(test), { workers });
  const save = async () => {
    if (!checkpoint) return;
    const tensors = await fromJax(tree.ref(state)); // uses up what it is given: hence `ref`
    const all: Checkpoint = { state: tensors, data: loader.state(), step, sum, history };
    await saveTensors(checkpoint, all);
  };

  for (let epoch = history.length; epoch < epochs; epoch++) {
    const bar = progress(loader, { label: `Epoch ${epoch + 1}/${epochs}` });
    for await (const batch of bar) {
      const [x, y] = toJax(np, batch);
      release(batch); // jax-js has copied it
      const [loss, gradient] = lossAndGradient(tree.ref(state.params), x, y);
      state = update(state, gradient, ++step);
      sum = { loss: sum.loss + (await loss.data())[0]!, steps: sum.steps + 1 };
      bar.set({ loss: sum.loss / sum.steps });
      // After the last batch the loader stands in the next epoch: that is saved below, with this one's results.
      if (step % saveEvery === 0 && loader.state().epoch === epoch) await save();
    }
    const results = { loss: sum.loss / sum.steps, ...(await evaluate(state.params, testLoader)) };
    history = [...history, results];
    sum = { loss: 0, steps: 0 };
    await save();
    console.log(
      `epoch ${epoch + 1}/${epochs}: loss ${results.loss.toFixed(3)}, val_loss ${results.valLoss.toFixed(3)}, val_acc ${results.valAccuracy.toFixed(3)}`,
    );
  }
  console.log(`Test accuracy: ${(100 * history.at(-1)!.valAccuracy).toFixed(1)} %`);
  console.log(loader.report().summary);
});

/** Mean loss and share of right answers over all images. */
async function evaluate(params: Params, batches: AsyncIterable<BatchOf<CIFAR10Sequence>>) {
  let [loss, right, images] = [0, 0, 0];
  for await (const batch of batches) {
    const [x, y] = toJax(np, batch);
    release(batch);
    const scores = logits(tree.ref(params), x);
    const [labels] = y.shape;
    const answers = np.argmax(scores.ref, 1).equal(y.ref).astype(np.int32).sum(); // a sum of bools is one bool
    const results = await fromJax({ loss: crossEntropy(scores, y), right: answers });
    images += labels!;
    loss += Number(results.loss.data[0]) * labels!;
    right += Number(results.right.data[0]);
  }
  return { valLoss: loss / images, valAccuracy: right / images };
}
