/**
 * Layers that TensorFlow.js 4.22 cannot train, found before the first step, where its own errors name no layer.
 *
 * The rules are those of the sweep in test/adapters/tfjs/layers, which trains each layer with each option on two
 * backends, and fails where one that cannot is not refused here. docs/reference/layers.md is the same for readers.
 */
import type { layers as Layers, LayersModel } from "@tensorflow/tfjs";
import { TrainingError } from "../../core/errors.ts";

type Layer = Layers.Layer;

/** A layer as a rule sees it. */
interface SeenLayer {
  readonly config: Readonly<Record<string, unknown>>;
  /** Its input's shape, with the axis of the samples. */
  readonly shape: readonly (number | null)[];
  readonly backend: string;
}

/** Why a layer does not train; undefined where it does. */
interface Obstacle {
  /** The option that it is for; undefined where it is the layer itself. */
  readonly option?: string;
  readonly why: string;
  readonly cure: string;
}

type Rule = (layer: SeenLayer) => Obstacle | undefined;

const anywhere = "No backend can.";

/** What has no gradient: the layer may only stand where nothing before it, and nothing in it, is trained. */
const withoutGradient: Readonly<Record<string, Rule>> = {
  Conv1D: dilated,
  Conv2D: dilated,
  Conv3D: dilated,
  SeparableConv2D: dilated,
  ConvLSTM2D: dilated,
  Conv3DTranspose: () => ({
    why: "TensorFlow.js has no gradient of it",
    cure: `${anywhere} Use upSampling and conv3d.`,
  }),
  CenterCrop: () => ({
    why: "TensorFlow.js has no gradient of it",
    cure: `${anywhere} Crop the images while they are loaded, or use cropping2D.`,
  }),
  Masking: () => ({
    why: "TensorFlow.js has no gradient of it",
    cure: `${anywhere} Put it before the layers that have weights.`,
  }),
  ThresholdedReLU: () => ({
    why: "TensorFlow.js has no gradient of it",
    cure: `${anywhere} Use reLU or leakyReLU.`,
  }),
  UpSampling2D: ({ config, shape, backend }) => {
    const [height, width] = config.dataFormat === "channelsFirst" ? shape.slice(2) : shape.slice(1);
    if (backend !== "cpu" || config.interpolation !== "bilinear" || height === width) return undefined;
    return {
      option: "interpolation",
      why: "the cpu backend's gradient of it fails where images are not square",
      cure: 'wasm and webgl can: await tf.setBackend("wasm").',
    };
  },
};

/** What fails already in the forward pass, or is wrong there. */
const broken: Readonly<Record<string, Rule>> = {
  BatchNormalization: ({ config, shape }) => {
    const rank = shape.length;
    if (rank > 4)
      return { why: `TensorFlow.js has none of rank ${rank}`, cure: `${anywhere} Reshape before it.` };
    const axis = Number(config.axis ?? -1);
    if (axis !== -1 && axis !== rank - 1)
      return {
        option: "axis",
        why: "TensorFlow.js fails in it",
        cure: `${anywhere} Leave it at the last axis.`,
      };
    return unscaled(config);
  },
  Conv1D: ({ config }) =>
    config.padding === "causal"
      ? {
          option: "padding",
          why: "TensorFlow.js fails in it",
          cure: `${anywhere} Pad the series in front while it is loaded.`,
        }
      : undefined,
  ConvLSTM2D: ({ config, backend }) =>
    backend === "wasm" && config.dataFormat === "channelsFirst"
      ? {
          option: "dataFormat",
          why: "the wasm backend takes channels last only",
          cure: "cpu and webgl can; or put the channels last.",
        }
      : undefined,
  LayerNormalization: ({ config }) => unscaled(config),
  RandomWidth: resized,
  Resizing: resized,
  SeparableConv2D: ({ config }) =>
    config.dataFormat === "channelsFirst" && config.useBias !== false
      ? {
          option: "dataFormat",
          why: "TensorFlow.js adds its bias along the wrong axis",
          cure: `${anywhere} Put the channels last, or give it useBias: false.`,
        }
      : undefined,
  Softmax: ({ config, shape }) => {
    const axis = Number(config.axis ?? -1);
    return axis === -1 || axis === shape.length - 1
      ? undefined
      : {
          option: "axis",
          why: "TensorFlow.js has it along the last axis only",
          cure: `${anywhere} Permute before it.`,
        };
  },
};

function dilated({ config }: SeenLayer): Obstacle | undefined {
  const rates = [config.dilationRate].flat();
  if (!rates.some((rate) => Number(rate) > 1)) return undefined;
  return {
    option: "dilationRate",
    why: "TensorFlow.js has no gradient of dilated convolutions",
    cure: `${anywhere} Leave it out, and use strides or larger kernels.`,
  };
}

function unscaled(config: SeenLayer["config"]): Obstacle | undefined {
  const option = ["center", "scale"].find((name) => config[name] === false);
  if (option === undefined) return undefined;
  return { option, why: "TensorFlow.js fails in it", cure: `${anywhere} Leave it out.` };
}

function resized(): Obstacle {
  return { why: "TensorFlow.js fails in it", cure: `${anywhere} Resize the images while they are loaded.` };
}

/**
 * Refuses a model with a layer that its backend cannot train.
 *
 * @throws TrainingError naming the layer, its option, why, and where it can.
 */
export function checkTrainable(model: LayersModel, backend: string): void {
  const check = (layer: Layer, reached: boolean): void => {
    const name = layer.getClassName();
    const place: SeenLayer = { config: layer.getConfig(), shape: inputShapeOf(layer), backend };
    const trained = reached || layer.trainableWeights.length > 0;
    const fault = broken[name]?.(place) ?? (trained ? withoutGradient[name]?.(place) : undefined);
    if (fault !== undefined) throw refusal(model, layer, place, fault);
    const { layer: wrapped, forwardLayer } = layer as Outer;
    for (const inner of [wrapped, forwardLayer]) if (inner !== undefined) check(inner, reached);
    checkAll(layer, reached);
  };
  const checkAll = (outer: Outer, reached: boolean): void => {
    // A sequential model keeps the graph of its layers in a model that it wraps, once it is built.
    const layers = outer.model?.layers ?? outer.layers ?? [];
    const inside = reachedOf(layers, reached);
    for (const layer of layers) check(layer, inside.has(layer));
  };
  checkAll(model, false);
}

/** What a layer may be made of: a model of layers, a wrapper of one. */
type Outer = Layer & {
  readonly layers?: readonly Layer[];
  readonly model?: { readonly layers: readonly Layer[] };
  readonly layer?: Layer;
  readonly forwardLayer?: Layer;
};

/**
 * Those of a model's layers to whose input a gradient goes: a weight that is trained stands before them, in this model
 * or, where `reached`, before the model. What other models lead to the same layers does not count.
 */
function reachedOf(layers: readonly Layer[], reached: boolean): ReadonlySet<Layer> {
  const own = new Set(layers);
  const found = new Set<Layer>();
  // Again until nothing is added, as a layer may be used twice, and so before itself.
  for (let size = -1; size < found.size; ) {
    size = found.size;
    for (const layer of layers) {
      const before = layer.inboundNodes.flatMap((node) => node.inboundLayers).filter((one) => own.has(one));
      const isReached =
        before.length === 0
          ? reached
          : before.some((one) => one.trainableWeights.length > 0 || found.has(one));
      if (isReached) found.add(layer);
    }
  }
  return found;
}

function refusal(
  model: LayersModel,
  layer: Layer,
  { config, backend }: SeenLayer,
  fault: Obstacle,
): TrainingError {
  const { option, why, cure } = fault;
  const name = layer.getClassName();
  const told = option === undefined ? name : `${name}, ${option}: ${JSON.stringify(config[option])}`;
  return new TrainingError(
    `${model.name} cannot be trained on the ${backend} backend for its layer ${layer.name} (${told}): ${why}. ${cure}`,
  );
}

/** [] where the layer stands inside of another, and was never called by itself. */
function inputShapeOf(layer: Layer): readonly (number | null)[] {
  return (layer.inboundNodes[0]?.inputShapes[0] as (number | null)[] | undefined) ?? [];
}
