/** Every layer that TensorFlow.js 4.22 has, with its options, in a model that trains on what the layer is given. */
import * as tf from "@tensorflow/tfjs";

/** One layer with some options. */
export interface Case {
  /** Its name in `tf.layers`, or what else is swept. */
  readonly layer: string;
  readonly options: Options;
  /** The model; its weights are set afterwards. */
  readonly model: () => tf.LayersModel;
  /** Inputs are whole numbers below this, where it is given. */
  readonly ids?: number;
  /** Labels are made for this loss; mean squared error else. */
  readonly loss?: string;
  readonly metrics?: readonly string[];
  readonly optimizer?: () => tf.Optimizer;
}

export type Options = { readonly [name: string]: unknown };

type Make = (options: never) => tf.layers.Layer;

/** What a word in options stands for, as a layer inside of another is a new one each time. */
const meant: Readonly<Record<string, () => unknown>> = {
  l1: () => tf.regularizers.l1(),
  l2: () => tf.regularizers.l2(),
  constant: () => tf.initializers.constant({ value: 0.1 }),
  simpleRNNCell: () => tf.layers.simpleRNNCell({ units: 3 }),
  gruCell: () => tf.layers.gruCell({ units: 3 }),
  lstmCell: () => tf.layers.lstmCell({ units: 3 }),
  stackedRNNCells: () =>
    tf.layers.stackedRNNCells({ cells: [tf.layers.lstmCell({ units: 2 }), tf.layers.gruCell({ units: 3 })] }),
  simpleRNN: () => tf.layers.simpleRNN({ units: 3, returnSequences: true }),
  gru: () => tf.layers.gru({ units: 3, returnSequences: true }),
  lstm: () => tf.layers.lstm({ units: 3, returnSequences: true }),
  dense: () => tf.layers.dense({ units: 2 }),
  conv2d: () => tf.layers.conv2d({ filters: 2, kernelSize: 3 }),
  depthwiseConv2d: () => tf.layers.depthwiseConv2d({ kernelSize: 3 }),
};

/** `tf.layers[name](options)`. */
function make(name: string, options: Options): tf.layers.Layer {
  const given = Object.entries(options).map(([key, value]) => [key, meant[value as string]?.() ?? value]);
  return (tf.layers[name as keyof typeof tf.layers] as unknown as Make)(Object.fromEntries(given) as never);
}

/** The layer behind one with weights, which so have a gradient only if the layer's input has one. */
function behindDense(name: string, shape: readonly number[], options: Options): tf.LayersModel {
  const input = tf.input({ shape: [...shape] });
  const before = tf.layers.dense({ units: shape.at(-1)! }).apply(input) as tf.SymbolicTensor;
  const output = make(name, options).apply(before) as tf.SymbolicTensor | tf.SymbolicTensor[];
  return tf.model({ inputs: input, outputs: output });
}

/** The layer as the first one, with a dense one behind it: of whole numbers there is no gradient. */
function beforeDense(name: string, shape: readonly number[], options: Options): tf.LayersModel {
  const input = tf.input({ shape: [...shape] });
  const after = make(name, options).apply(input) as tf.SymbolicTensor;
  return tf.model({
    inputs: input,
    outputs: tf.layers.dense({ units: 2 }).apply(after) as tf.SymbolicTensor,
  });
}

/** The layer of two branches that have weights. */
function merging(name: string, shapes: readonly (readonly number[])[], options: Options): tf.LayersModel {
  const inputs = shapes.map((shape) => tf.input({ shape: [...shape] }));
  const branches = inputs.map(
    (input, i) => tf.layers.dense({ units: shapes[i]!.at(-1)! }).apply(input) as tf.SymbolicTensor,
  );
  return tf.model({ inputs, outputs: make(name, options).apply(branches) as tf.SymbolicTensor });
}

/** Each of `variants` beside `base`. */
function swept(
  layer: string,
  shape: readonly number[],
  base: Options,
  variants: readonly Options[] = [],
): Case[] {
  return [{}, ...variants].map((variant) => {
    const options = { ...base, ...variant };
    return { layer, options, model: () => behindDense(layer, shape, options) };
  });
}

/** All `values` of one option. */
const each = (name: string, values: readonly unknown[]): Options[] =>
  values.map((value) => ({ [name]: value }));

export const activations = [
  ...["elu", "selu", "relu", "relu6", "linear", "sigmoid", "hardSigmoid", "softplus", "softsign", "tanh"],
  ...["softmax", "logSoftmax", "gelu", "gelu_new", "mish", "swish"],
];
export const initializers = [
  ...["constant", "glorotNormal", "glorotUniform", "heNormal", "heUniform", "identity", "leCunNormal"],
  ...["leCunUniform", "ones", "orthogonal", "randomNormal", "randomUniform", "truncatedNormal"],
  ...["varianceScaling", "zeros"],
];
const regularizers = ["l1", "l2", "l1l2"];
const constraints = ["maxNorm", "minMaxNorm", "nonNeg", "unitNorm"];

const padded = each("padding", ["same", "valid"]);
const bias = [
  { useBias: false },
  { kernelRegularizer: "l1l2" },
  { kernelConstraint: "unitNorm" },
  { activation: "relu" },
];

const convolutions: Case[] = [
  ...swept("conv1d", [9, 3], { filters: 4, kernelSize: 3 }, [
    ...padded,
    ...each("strides", [2, 3]),
    ...each("dilationRate", [2]),
    { strides: 2, padding: "same" },
    { padding: "causal" },
    ...bias,
  ]),
  ...swept("conv2d", [7, 6, 3], { filters: 4, kernelSize: 3 }, [
    ...padded,
    ...each("strides", [2, [2, 1]]),
    ...each("kernelSize", [1, [2, 3], 5]),
    ...each("dilationRate", [2]),
    ...each("dataFormat", ["channelsFirst"]),
    { strides: 2, padding: "same" },
    ...bias,
  ]),
  ...swept("conv3d", [5, 4, 5, 2], { filters: 3, kernelSize: 2 }, [
    ...padded,
    ...each("strides", [2]),
    ...each("dilationRate", [2]),
    ...each("dataFormat", ["channelsFirst"]),
    ...bias,
  ]),
  ...swept("conv2dTranspose", [4, 5, 3], { filters: 4, kernelSize: 3 }, [
    ...padded,
    ...each("strides", [2, [1, 2]]),
    ...each("dataFormat", ["channelsFirst"]),
    { strides: 2, padding: "same" },
    ...bias,
  ]),
  ...swept("conv3dTranspose", [3, 4, 3, 2], { filters: 3, kernelSize: 2 }, [
    ...padded,
    ...each("strides", [2]),
    ...each("dataFormat", ["channelsFirst"]),
    ...bias,
  ]),
  ...swept("depthwiseConv2d", [7, 6, 3], { kernelSize: 3 }, [
    ...padded,
    ...each("strides", [2, [1, 2]]),
    ...each("depthMultiplier", [2]),
    ...each("dilationRate", [2]),
    ...each("dataFormat", ["channelsFirst"]),
    { strides: 2, padding: "same", depthMultiplier: 2 },
    { useBias: false },
    { depthwiseRegularizer: "l2" },
    { depthwiseConstraint: "maxNorm" },
    { activation: "relu6" },
  ]),
  ...swept("separableConv2d", [7, 6, 3], { filters: 4, kernelSize: 3 }, [
    ...padded,
    ...each("strides", [2]),
    ...each("depthMultiplier", [2]),
    ...each("dilationRate", [2]),
    ...each("dataFormat", ["channelsFirst"]),
    { useBias: false },
    { depthwiseRegularizer: "l2", pointwiseConstraint: "maxNorm" },
  ]),
];

const pools = [
  ...padded,
  ...each("strides", [1, 2]),
  ...each("poolSize", [1, 3]),
  { padding: "same", strides: 2, poolSize: 3 },
];
const ofImages = [...pools, ...each("dataFormat", ["channelsFirst"])];

const pooling: Case[] = [
  ...["averagePooling1d", "maxPooling1d"].flatMap((layer) => swept(layer, [8, 3], {}, pools)),
  ...["averagePooling2d", "maxPooling2d"].flatMap((layer) => swept(layer, [6, 5, 3], {}, ofImages)),
  ...["averagePooling3d", "maxPooling3d"].flatMap((layer) => swept(layer, [4, 5, 4, 3], {}, ofImages)),
  ...["globalAveragePooling1d", "globalMaxPooling1d"].flatMap((layer) => swept(layer, [6, 3], {})),
  ...["globalAveragePooling2d", "globalMaxPooling2d"].flatMap((layer) =>
    swept(layer, [5, 4, 3], { dataFormat: "channelsLast" }, each("dataFormat", ["channelsFirst"])),
  ),
];

const shapes: Case[] = [
  ...swept("upSampling2d", [4, 4, 2], {}, [
    ...each("size", [[2, 3]]),
    ...each("interpolation", ["nearest", "bilinear"]),
    ...each("dataFormat", ["channelsFirst"]),
  ]),
  ...swept("upSampling2d", [5, 4, 2], { interpolation: "bilinear" }, each("size", [[2, 3]])),
  ...swept("zeroPadding2d", [3, 4, 2], {}, [
    ...each("padding", [
      2,
      [
        [1, 0],
        [0, 2],
      ],
    ]),
    ...each("dataFormat", ["channelsFirst"]),
  ]),
  ...swept("cropping2D", [5, 6, 2], { cropping: 1 }, [
    ...each("cropping", [
      [
        [1, 0],
        [0, 2],
      ],
    ]),
    {
      dataFormat: "channelsFirst",
      cropping: [
        [0, 1],
        [0, 1],
      ],
    },
  ]),
  ...swept("reshape", [4, 3], { targetShape: [2, 6] }, each("targetShape", [[-1, 2]])),
  ...swept("permute", [4, 3, 2], { dims: [2, 1, 3] }, each("dims", [[3, 2, 1]])),
  ...swept("repeatVector", [3], { n: 4 }),
  ...swept("flatten", [3, 2, 2], {}, each("dataFormat", ["channelsFirst"])),
  ...swept("centerCrop", [6, 5, 3], { height: 3, width: 4 }, [{ height: 7, width: 8 }]),
  ...swept("resizing", [6, 5, 3], { height: 4, width: 7 }, [
    ...each("interpolation", ["nearest", "bilinear"]),
  ]),
  ...swept("rescaling", [4, 3], { scale: 2 }, each("offset", [0.5])),
  ...swept(
    "randomWidth",
    [6, 5, 3],
    { factor: 0.3, seed: 3 },
    each("interpolation", ["nearest", "bilinear"]),
  ),
  ...["multiHot", "count"].map((outputMode): Case => {
    const options = { numTokens: 5, outputMode };
    return {
      layer: "categoryEncoding",
      options,
      ids: 5,
      model: () => beforeDense("categoryEncoding", [4], options),
    };
  }),
];

const normalizing: Case[] = [
  ...swept("batchNormalization", [5, 4, 3], {}, [
    ...each("axis", [-1, 1, 2]),
    ...each("momentum", [0.5]),
    ...each("center", [false]),
    ...each("scale", [false]),
    { gammaRegularizer: "l2", betaConstraint: "maxNorm" },
  ]),
  ...swept("batchNormalization", [3], {}),
  ...swept("batchNormalization", [4, 3], {}),
  ...swept("batchNormalization", [3, 2, 4, 3], {}),
  ...swept("layerNormalization", [5, 4], {}, [
    ...each("axis", [-1, 1, [1, 2]]),
    ...each("center", [false]),
    ...each("scale", [false]),
    { gammaRegularizer: "l2" },
  ]),
  ...swept("dropout", [5, 4], { rate: 0.4, seed: 1 }, [{ rate: 0 }, { noiseShape: [2, 1, 4] }]),
  ...swept("spatialDropout1d", [5, 4], { rate: 0.4, seed: 1 }),
  ...swept("alphaDropout", [5, 4], { rate: 0.4 }),
  ...swept("gaussianDropout", [5, 4], { rate: 0.4 }),
  ...swept("gaussianNoise", [5, 4], { stddev: 0.3 }),
];

const activating: Case[] = [
  ...activations.flatMap((activation) => swept("activation", [4, 5], { activation })),
  ...swept("leakyReLU", [4, 5], {}, each("alpha", [0.1])),
  ...swept("prelu", [4, 5], {}, [
    ...each("sharedAxes", [[1]]),
    { alphaRegularizer: "l2" },
    { alphaConstraint: "nonNeg" },
  ]),
  ...swept("elu", [4, 5], {}, each("alpha", [0.5])),
  ...swept("thresholdedReLU", [4, 5], {}, each("theta", [0.2])),
  ...swept("reLU", [4, 5], {}, each("maxValue", [0.5])),
  ...swept("softmax", [5], {}),
  ...swept("softmax", [4, 5], { axis: -1 }, each("axis", [2, 1])),
];

const dense: Case[] = [
  ...swept("dense", [5], { units: 4 }, [{ useBias: false }, ...each("activation", activations)]),
  ...swept("dense", [4, 5], { units: 5 }, [
    ...each("kernelInitializer", initializers),
    ...each("kernelRegularizer", regularizers),
    ...each("kernelConstraint", constraints),
    ...each("activityRegularizer", ["l2"]),
    { biasRegularizer: "l2", biasConstraint: "nonNeg" },
  ]),
  ...[
    {},
    { maskZero: true },
    { embeddingsRegularizer: "l2" },
    { embeddingsConstraint: "unitNorm" },
    { inputLength: 4 },
  ].map((variant): Case => {
    const options = { inputDim: 7, outputDim: 3, ...variant };
    return { layer: "embedding", options, ids: 7, model: () => beforeDense("embedding", [4], options) };
  }),
];

const recurrent = [
  ...each("returnSequences", [true]),
  ...each("returnState", [true]),
  ...each("goBackwards", [true]),
  ...each("unroll", [true]),
  { dropout: 0.3, recurrentDropout: 0.3 },
  { useBias: false },
  { kernelRegularizer: "l2", recurrentRegularizer: "l1", kernelConstraint: "maxNorm" },
  ...each("activation", ["relu"]),
];
const gated = [...recurrent, ...each("recurrentActivation", ["sigmoid"]), ...each("implementation", [1, 2])];
const sequences: Case[] = [
  ...swept("simpleRNN", [4, 3], { units: 3 }, recurrent),
  ...swept("gru", [4, 3], { units: 3 }, gated),
  ...swept("lstm", [4, 3], { units: 3 }, [...gated, ...each("unitForgetBias", [false])]),
  ...["simpleRNNCell", "gruCell", "lstmCell", "stackedRNNCells"].flatMap((cell) =>
    swept("rnn", [4, 3], { cell }, each("returnSequences", [true])),
  ),
  ...swept("convLstm2d", [2, 5, 5, 4], { filters: 2, kernelSize: 3 }, [
    ...padded,
    ...each("strides", [2]),
    ...each("returnSequences", [true]),
    ...each("dilationRate", [2]),
    ...each("dataFormat", ["channelsFirst"]),
    { dropout: 0.3, recurrentDropout: 0.3 },
  ]),
  ...["simpleRNN", "gru", "lstm"].flatMap((layer) =>
    swept("bidirectional", [4, 3], { layer, mergeMode: "concat" }, each("mergeMode", ["sum", "mul", "ave"])),
  ),
  ...swept("timeDistributed", [4, 3], { layer: "dense" }),
  ...swept("timeDistributed", [2, 5, 5, 2], { layer: "conv2d" }),
  ...swept("timeDistributed", [2, 5, 5, 2], { layer: "depthwiseConv2d" }),
  ...["masking"].flatMap((layer) => swept(layer, [4, 3], {}, each("maskValue", [0.5]))),
  { layer: "masking", options: { before: "lstm" }, model: maskedLstm },
];

/** A mask that a layer behind it follows. */
function maskedLstm(): tf.LayersModel {
  const input = tf.input({ shape: [4, 3] });
  const masked = tf.layers.masking({}).apply(input) as tf.SymbolicTensor;
  return tf.model({
    inputs: input,
    outputs: tf.layers.lstm({ units: 2 }).apply(masked) as tf.SymbolicTensor,
  });
}

const same = [
  [4, 3],
  [4, 3],
];
const merges: Case[] = [
  ...["add", "average", "multiply", "maximum", "minimum"].map((layer): Case => {
    return { layer, options: {}, model: () => merging(layer, same, {}) };
  }),
  ...[{}, { axis: 1 }, { axis: -1 }].map((options): Case => {
    return { layer: "concatenate", options, model: () => merging("concatenate", same, options) };
  }),
  ...[{ axes: 1 }, { axes: -1 }, { axes: 1, normalize: true }, { axes: [1, 1] }, { axes: [2, 2] }].map(
    (options): Case => {
      return { layer: "dot", options, model: () => merging("dot", same, options) };
    },
  ),
  {
    layer: "dot",
    options: { axes: -1, of: "vectors" },
    model: () => merging("dot", [[3], [3]], { axes: -1 }),
  },
];

export const layerCases: readonly Case[] = [
  ...dense,
  ...convolutions,
  ...pooling,
  ...shapes,
  ...normalizing,
  ...activating,
  ...sequences,
  ...merges,
];
