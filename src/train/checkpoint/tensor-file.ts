/**
 * Any tree of tensors in one safetensors file: what a training loop of one's own needs in order to go on.
 *
 * The tensors lie in the file under their paths in the tree, `params/conv1/kernel`, so that Python reads them by these
 * names; the tree itself, with all in it that is no tensor, is JSON in the file's text.
 */
import { show } from "../../core/check.ts";
import { isEpochalError, OptionError, StateError } from "../../core/errors.ts";
import { isTensor, type Tensor } from "../../tensor/tensor.ts";
import { isInnerNode } from "../../tensor/tree.ts";
import { writeAtomically } from "../files/atomic-file.ts";
import { openRegular } from "../files/regular-file.ts";
import { decodeJson, encodeJson } from "./json.ts";
import { encodeSafetensors, readHeader, readTensors } from "./safetensors.ts";

/** What the text of a file says that holds a tree. */
const format = "epochal tree 1";

/**
 * Saves a tree as a safetensors file: tuples and records, nested as you like, of tensors, typed arrays, numbers, texts,
 * booleans and null; `loader.state()` is such a record. Under `path` there is the old file or the new one, whatever
 * happens to the program or the machine; the folder is made where it is not there. In Node.
 *
 * `safetensors` in Python reads the tensors by their paths, `params/conv1/kernel`.
 *
 * @throws StateError if something in it would not come back as it was; OptionError if it is no tree; FileError if the
 *   file cannot be written.
 * @example
 * await saveTensors("run/last.safetensors", { weights: [tensor([1, 2])], step: 7, data: loader.state() });
 */
export async function saveTensors(path: string, tree: object): Promise<void> {
  if (!isTensor(tree) && !isInnerNode(tree)) {
    throw new OptionError(
      `saveTensors takes a tensor, or a tuple or record of tensors, got ${show(tree)}. Arrays of a framework become tensors first: await fromJax(arrays).`,
    );
  }
  const tensors: Record<string, Tensor> = {};
  const text = encodeJson(tree, (place, tensor) => {
    let name = place || "tensor";
    // Names with slashes in them may meet, and the format has this one for itself.
    while (Object.hasOwn(tensors, name) || name === "__metadata__") name += "'";
    Object.defineProperty(tensors, name, { value: tensor, enumerable: true });
    return name;
  });
  await writeAtomically(path, encodeSafetensors({ tensors, metadata: { format, tree: text } }));
}

/**
 * What {@link saveTensors} was given, of the type that you state, each tensor in memory of its own. Of any other
 * safetensors file, as Python writes it, a record of its tensors by name.
 *
 * @throws FileError if the file is not there or cannot be read; StateError if it is no whole safetensors file.
 * @example
 * const { weights, step } = await loadTensors<{ weights: Tensor<"float32">[]; step: number }>("run/last.safetensors");
 * const model = await loadTensors("model.safetensors"); // Record<string, Tensor>
 */
export async function loadTensors<T = Readonly<Record<string, Tensor>>>(path: string): Promise<T> {
  const file = openRegular(path);
  try {
    const header = await readHeader(file);
    const tensors = await readTensors(file, header);
    const { format: written, tree } = header.metadata;
    if (written !== format || tree === undefined) return tensors as T;
    return decodeJson(tree, (name) => (Object.hasOwn(tensors, name) ? tensors[name] : undefined)) as T;
  } catch (cause) {
    if (isEpochalError(cause, "FileError")) throw cause;
    throw new StateError(
      `${path} cannot be loaded. ${(cause as Error).message} Name another file, or write it again.`,
      { cause },
    );
  } finally {
    file.close();
  }
}
