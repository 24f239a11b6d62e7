/**
 * Names of a model's weights, by which a file keeps them: `dense/kernel`, `dense_1/bias`, `encoder/conv2d/kernel`.
 *
 * TensorFlow.js numbers layers over the whole process, so that `dense_Dense3` here is `dense_Dense7` there. Layers that
 * nobody named are therefore numbered within their model, in its order and as Keras spells it: `dense`, `dense_1`. Names
 * that the program gave stay as they are. So a name is the same wherever the model is built, also with layers frozen.
 */
import type { LayersModel } from "@tensorflow/tfjs";

/** One weight of a model. */
type LayerWeight = LayersModel["weights"][number];

/** What all layers have, and a model within a model besides. */
interface LayerLike {
  readonly name: string;
  readonly weights: readonly LayerWeight[];
  readonly layers?: readonly LayerLike[];
  getClassName(): string;
}

/** A weight and its name. */
export interface NamedWeight {
  /** Layer and weight, `dense_1/kernel`; those of a model within the model have its name before. */
  readonly name: string;
  readonly weight: LayerWeight;
  /** Whether the program left all layers in the name to be numbered, here or where the model comes from. */
  readonly numbered: boolean;
}

/** All weights of a model, layer by layer, each once and by a name that no other has. */
export function namedWeights(model: LayersModel): readonly NamedWeight[] {
  const found: NamedWeight[] = [];
  const seen = new Set<LayerWeight>();
  const names = new Set<string>();
  const add = (path: string, weight: LayerWeight, numbered: boolean): void => {
    if (seen.has(weight)) return;
    seen.add(weight);
    const name = free(path, names);
    names.add(name);
    found.push({ name, weight, numbered });
  };
  const walk = (container: LayerLike, prefix: string, numbered: boolean): void => {
    const layers = container.layers ?? [];
    const layerNames = namesOf(layers);
    for (const [i, layer] of layers.entries()) {
      const path = `${prefix}${layerNames[i]}/`;
      const counted = numbered && isCounted(layer);
      // What is below is named by its own layers, not by the one around them.
      if (layer.layers) walk(layer, path, counted);
      for (const weight of layer.weights) add(path + within(layer, weight), weight, counted);
    }
  };
  walk(model as unknown as LayerLike, "", true);
  // A class of the program's own may have weights that lie in no layer.
  for (const weight of model.weights) add(weight.originalName, weight, false);
  return found;
}

/** The layers' names, those that TensorFlow.js gave as Keras would number them in this model. */
function namesOf(layers: readonly LayerLike[]): readonly string[] {
  const taken = new Set(layers.filter((layer) => !isAutomatic(layer)).map(({ name }) => name));
  return layers.map((layer) => {
    if (!isAutomatic(layer)) return layer.name;
    const name = free(baseOf(layer), taken);
    taken.add(name);
    return name;
  });
}

/** `name`, or with the first number that makes it another one than those in `taken`. */
function free(name: string, taken: ReadonlySet<string>): string {
  let result = name;
  for (let i = 1; taken.has(result); i++) result = `${name}_${i}`;
  return result;
}

/** Whether TensorFlow.js named it, as it names layers (`dense_Dense3`) and models (`sequential_1`, `model1`). */
function isAutomatic(layer: LayerLike): boolean {
  const base = baseOf(layer);
  const { name } = layer;
  const start = layer.layers
    ? base === "sequential"
      ? "sequential_"
      : "model"
    : `${base}_${layer.getClassName()}`;
  return name.startsWith(start) && /^\d+$/.test(name.slice(start.length));
}

/** Whether its name is one that is counted, by TensorFlow.js or by Keras (`dense`, `dense_3`). */
function isCounted(layer: LayerLike): boolean {
  return isAutomatic(layer) || layer.name.replace(/_\d+$/, "") === baseOf(layer);
}

/** The class as Keras spells it in names: `batch_normalization` of `BatchNormalization`. */
function baseOf(layer: LayerLike): string {
  return snakeCase(layer.getClassName());
}

/** As TensorFlow.js and Keras do. Source: tfjs-layers, `toSnakeCase` of utils/generic_utils. */
function snakeCase(name: string): string {
  return name
    .replace(/(.)([A-Z][a-z0-9]+)/g, "$1_$2")
    .replace(/([a-z])([A-Z])/g, "$1_$2")
    .toLowerCase();
}

/** The weight's name within its layer: `kernel`, or of a layer around others `forward_lstm/kernel`. */
function within(layer: LayerLike, { originalName }: LayerWeight): string {
  const start = `${layer.name}/`;
  const own = originalName.startsWith(start) ? originalName.slice(start.length) : originalName;
  return own
    .split("/")
    .map((part) => {
      const [, base = "", type = ""] = /^(.+)_([A-Z][A-Za-z0-9]*?)\d+$/.exec(part) ?? [];
      return type !== "" && base.endsWith(snakeCase(type)) ? base : part;
    })
    .join("/");
}
