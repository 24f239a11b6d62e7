/**
 * The main job: real JPEG files, decoded by worker threads, train a convolutional network in plain Node.
 *
 *     npm run demo -- --help
 */
import * as tf from "@tensorflow/tfjs";
import "@tensorflow/tfjs-backend-wasm";
import { DataLoader, LearningRateScheduler } from "epochal";
import { fit } from "epochal/tfjs";
import { CIFAR10Sequence } from "./cifar10.ts";
import { drawImages } from "./draw.ts";
import { readFolder } from "./folder.ts";
import { buildModel, learningRate } from "./model.ts";
import { parseOptions, usage } from "./options.ts";
import { Interrupted, run } from "./program.ts";

await run(async () => {
  const { data, size, batchSize, epochs, workers, seed, verbose, help } = parseOptions(process.argv.slice(2));
  if (help) return console.log(usage);
  const interrupt = new AbortController();
  process.once("SIGINT", () => interrupt.abort(new Interrupted("Interrupted.")));
  const { signal } = interrupt;

  const { classes, train, test } = await readFolder(data ?? (await drawImages(seed)), seed);
  console.log(
    `${train.files.length} images to train, ${test.files.length} to test, ${classes.length} classes: ${classes.join(", ")}`,
  );

  tf.enableProdMode();
  await tf.setBackend("wasm");
  const model = buildModel(size, classes.length, seed);
  await using loader = new DataLoader(
    new CIFAR10Sequence(train.files, train.labels, batchSize, size, data !== undefined),
    {
      workers,
      shuffle: true,
      seed,
      signal,
    },
  );
  const validationData = new CIFAR10Sequence(test.files, test.labels, 100, size);

  const callbacks = new LearningRateScheduler(
    (epoch) => learningRate * (1 - (0.9 * epoch) / Math.max(1, epochs - 1)),
  );

  const { history } = await fit(model, loader, { epochs, validationData, callbacks, verbose, signal });
  console.log(`Test accuracy: ${((history.val_acc?.at(-1) ?? 0) * 100).toFixed(1)} %`);
  console.log(loader.report().summary);
});
