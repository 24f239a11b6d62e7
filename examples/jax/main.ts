/**
 * Trains the demo's network with jax-js' own gradients, on JPEG files that worker threads decode.
 *
 *     node --import ./examples/tsx.js examples/jax/main.ts --epochs 8
 *
 * Takes the options of the demo (`--help`) but for `--verbose`. Without `--data`, fewer images are drawn than there.
 */
import { defaultDevice, init, numpy as np, tree } from "@jax-js/jax";
import { DataLoader, release } from "epochal";
import { fromJax, toJax } from "epochal/jax";
import { CIFAR10Sequence } from "../demo/cifar10.ts";
import { drawImages } from "../demo/draw.ts";
import { readFolder } from "../demo/folder.ts";
import { parseOptions, usage } from "../demo/options.ts";
import { run } from "../demo/program.ts";
import { classify, initialise, lossAndGradient, update } from "./model.ts";

await run(async () => {
  const { data, size, batchSize, epochs, workers, seed, help } = parseOptions(process.argv.slice(2));
  if (help) return console.log(usage);

  // Node has no WebGPU, and a bare init() fails on Node 20.
  await init("wasm", "cpu");
  defaultDevice("wasm");

  const folder = data ?? (await drawImages(seed, { train: 96, test: 20 }));
  const { train, test, classes } = await readFolder(folder, seed);
  const sequence = (part: typeof train) => new CIFAR10Sequence(part.files, part.labels, batchSize, size);

  let state = initialise(seed, size, classes.length);
  let step = 0;
  await using loader = new DataLoader(sequence(train), { workers, shuffle: true, seed });
  for (let epoch = 0; epoch < epochs; epoch++) {
    let total = 0;
    let batches = 0;
    for await (const batch of loader) {
      const [x, y] = toJax(np, batch);
      release(batch); // jax-js has copied it
      const [loss, gradient] = lossAndGradient(tree.ref(state.params), x, y);
      state = update(state, gradient, ++step);
      total += (await loss.data())[0]!;
      batches++;
    }
    console.log(`epoch ${epoch + 1}/${epochs}: loss ${(total / batches).toFixed(3)}`);
  }

  let right = 0;
  for await (const [x, y] of new DataLoader(sequence(test))) {
    const { data } = await fromJax(classify(tree.ref(state.params), toJax(np, x)));
    right += y.data.filter((label, i) => label === data[i]).length;
  }
  console.log(`Test accuracy: ${((100 * right) / test.files.length).toFixed(1)} %`);
  console.log(loader.report().summary);
});
