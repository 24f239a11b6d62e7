/** A model's weights out of a file and into one. */
import type { LayersModel } from "@tensorflow/tfjs";
import { show } from "../../core/check.ts";
import { OptionError, StateError } from "../../core/errors.ts";
import { readWeights, safetensorsPath, writeWeights } from "../../train/checkpoint/weights-file.ts";
import type { Weights } from "../../train/trainable.ts";
import { checkDisk } from "./disk.ts";
import { files } from "./files.ts";
import { TfjsModel } from "./model.ts";
import { modelJsonAt } from "./model-json.ts";
import { loadTF, type TF } from "./peer.ts";
import { getWeights } from "./state.ts";

/**
 * Gives a model the weights that a file holds; optimizer, epoch and history stay as they are. `fit` then trains on from
 * them. To go on with a run from where it stood, call `fit` with `resume` instead.
 *
 * `path` is a file that `ModelCheckpoint`, `BackupAndRestore`, {@link saveWeights} or another program wrote as safetensors
 * (the ending may be left out); a folder of such files, of which the furthest is taken, as `resume` does; or a model that
 * was saved by {@link files}. Weights belong to the layers of their names, `dense_1/kernel`, whatever their order, and must
 * have their shapes. Layers that nobody named are numbered within their model, so it is no matter what else the program has
 * built; other names and other shapes are another model's, and nothing is loaded then.
 *
 * @throws StateError naming the first layer's weight that does not fit, or saying that the file is damaged; FileError if it
 *   cannot be read; OptionError, TrainingError, MissingPeerError saying what to change.
 * @example
 * await fit(model, train, { epochs: 20, callbacks: new ModelCheckpoint("best", { saveBestOnly: true }) });
 * await loadWeights(model, "best");
 * const { val_acc } = await evaluate(model, test);
 */
export async function loadWeights(model: LayersModel, path: string): Promise<void> {
  const tf = await loadTF();
  const native = new TfjsModel(tf, model);
  native.check("predict");
  checkDisk("loadWeights");
  checkSource(path);
  const weights = modelJsonAt(path) === undefined ? await readWeights(path) : await weightsOfModel(tf, path);
  try {
    await native.setWeights(weights);
  } catch (cause) {
    throw new StateError(`The weights of ${path} do not fit. ${(cause as Error).message}`, { cause });
  }
}

/**
 * Saves a model's weights by the layers' names as one safetensors file, which is whole or not there. {@link loadWeights}
 * reads it, and so does Python: `safetensors.numpy.load_file("weights.safetensors")["dense/kernel"]`.
 *
 * @param path where to; the ending `.safetensors` is added where it is missing, and folders are made.
 * @throws FileError if the file cannot be written; OptionError, TrainingError, MissingPeerError saying what to change.
 * @example
 * await saveWeights(model, "run/weights");
 */
export async function saveWeights(model: LayersModel, path: string): Promise<void> {
  const native = new TfjsModel(await loadTF(), model);
  native.check("predict");
  checkDisk("saveWeights");
  await writeWeights(safetensorsPath("saveWeights", path), await native.getWeights());
}

function checkSource(path: unknown): asserts path is string {
  if (typeof path !== "string" || path === "") {
    throw new OptionError(`loadWeights: \`path\` must be the path of a file or a folder, got ${show(path)}.`);
  }
  if (/\.(keras|h5|hdf5)$/.test(path)) {
    throw new OptionError(
      `loadWeights reads safetensors files and models of TensorFlow.js, got ${show(path)}. Convert the Keras model by tensorflowjs_converter, or save its weights by safetensors.numpy.save_file in Python.`,
    );
  }
}

/** The weights of a model in TensorFlow.js' own format, by the names that its layers give them. */
async function weightsOfModel(tf: TF, path: string): Promise<Weights> {
  const saved = await tf.loadLayersModel(files(path));
  try {
    return await getWeights(saved);
  } finally {
    saved.dispose();
  }
}
