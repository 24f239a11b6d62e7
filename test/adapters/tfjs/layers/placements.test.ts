/** Where a layer stands decides whether a gradient comes to it: models are refused where training fails, and only there. */
import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, it } from "vitest";
import { registerKernels } from "../../../../src/adapters/tfjs/kernels/kernels.ts";
import { trainOnce } from "./train.ts";

const dilated = (options: object = {}) =>
  tf.layers.conv2d({ filters: 3, kernelSize: 2, dilationRate: 2, padding: "same", ...options });
const image = { inputShape: [6, 6, 3] };
const series = { inputShape: [4, 3] };

/** The layer, which is not trained. */
function frozen(layer: tf.layers.Layer): tf.layers.Layer {
  layer.trainable = false;
  return layer;
}

/** A model in which another stands, behind `before`. */
function nested(inner: tf.LayersModel, ...before: tf.layers.Layer[]): tf.LayersModel {
  const x = tf.input({ shape: inner.inputs[0]!.shape.slice(1) });
  const inside = before.reduce((tensor, layer) => layer.apply(tensor) as tf.SymbolicTensor, x);
  return tf.model({ inputs: x, outputs: inner.apply(inside) as tf.SymbolicTensor });
}

const chain = (...layers: tf.layers.Layer[]) => tf.sequential({ layers });

/** A frozen dilated convolution that another model has behind a trained layer. */
function shared(): tf.LayersModel {
  const conv = frozen(dilated());
  const x = tf.input({ shape: [6, 6, 3] });
  const own = conv.apply(x) as tf.SymbolicTensor;
  conv.apply(tf.layers.conv2d({ filters: 3, kernelSize: 1 }).apply(tf.input({ shape: [6, 6, 3] })));
  return tf.model({ inputs: x, outputs: tf.layers.dense({ units: 1 }).apply(own) as tf.SymbolicTensor });
}

/** A frozen dilated convolution that is used twice, and so stands before itself; `first` is before both. */
function twice(first: tf.layers.Layer): tf.LayersModel {
  const conv = frozen(dilated());
  const x = tf.input({ shape: [6, 6, 3] });
  const once = conv.apply(first.apply(x)) as tf.SymbolicTensor;
  const head = tf.layers.dense({ units: 1 }).apply(conv.apply(once)) as tf.SymbolicTensor;
  return tf.model({ inputs: x, outputs: head });
}

const trains: Readonly<Record<string, () => tf.LayersModel>> = {
  "masking first in a model inside": () =>
    nested(chain(tf.layers.masking(series), tf.layers.lstm({ units: 2 }))),
  "masking first in a model inside, behind a frozen layer": () =>
    nested(
      chain(tf.layers.masking(series), tf.layers.lstm({ units: 2 })),
      frozen(tf.layers.dense({ units: 3 })),
    ),
  "centerCrop first in a model inside": () =>
    nested(
      chain(
        tf.layers.centerCrop({ height: 4, width: 4, ...image }),
        tf.layers.conv2d({ filters: 2, kernelSize: 3 }),
      ),
    ),
  "a frozen dilated convolution before a head": () =>
    chain(frozen(dilated(image)), tf.layers.dense({ units: 1 })),
  "a frozen dilated convolution in a model inside that is trained else": () =>
    nested(chain(frozen(dilated(image)), tf.layers.conv2d({ filters: 2, kernelSize: 2 }))),
  "a model inside, first in a chain": () =>
    chain(
      chain(frozen(dilated(image)), tf.layers.flatten()) as unknown as tf.layers.Layer,
      tf.layers.dense({ units: 1 }),
    ),
  "a frozen dilated convolution that another model has, too": shared,
  "a frozen dilated convolution that is used twice": () => twice(tf.layers.rescaling({ scale: 2 })),
};

const fails: Readonly<Record<string, () => tf.LayersModel>> = {
  "masking behind weights": () =>
    chain(tf.layers.dense({ units: 3, ...series }), tf.layers.masking({}), tf.layers.lstm({ units: 2 })),
  "masking first in a model inside, behind weights": () =>
    nested(chain(tf.layers.masking(series), tf.layers.lstm({ units: 2 })), tf.layers.dense({ units: 3 })),
  "masking behind a model inside that has weights": () =>
    chain(
      chain(tf.layers.dense({ units: 3, ...series })) as unknown as tf.layers.Layer,
      tf.layers.masking({}),
      tf.layers.lstm({ units: 2 }),
    ),
  "a frozen dilated convolution behind weights": () =>
    chain(tf.layers.conv2d({ filters: 3, kernelSize: 1, ...image }), frozen(dilated())),
  "a frozen dilated convolution behind weights, and a frozen layer between": () =>
    chain(
      tf.layers.conv2d({ filters: 3, kernelSize: 1, ...image }),
      frozen(tf.layers.conv2d({ filters: 3, kernelSize: 1 })),
      frozen(dilated()),
    ),
  "a frozen dilated convolution that is used twice, behind weights": () =>
    twice(tf.layers.dense({ units: 3 })),
  "a dilated convolution two models deep": () => nested(nested(chain(dilated(image)))),
  "a dilated convolution in a wrapper": () =>
    chain(tf.layers.timeDistributed({ layer: dilated(), inputShape: [2, 6, 6, 3] })),
  "a dilated convolution of a model in a wrapper": () =>
    chain(
      tf.layers.timeDistributed({
        layer: chain(dilated(image)) as unknown as tf.layers.Layer,
        inputShape: [2, 6, 6, 3],
      }),
    ),
};

const outcome = (backend: string, model: () => tf.LayersModel, check: boolean) =>
  trainOnce(backend, { layer: "", options: {}, model }, check).catch((error: unknown) => error as Error);

describe.each(["cpu", "wasm"])("on %s", (backend) => {
  beforeAll(async () => {
    await tf.setBackend(backend);
    if (backend === "wasm") registerKernels(tf);
  });

  it.each(Object.keys(trains))("%s is trained", async (name) => {
    expect(await outcome(backend, trains[name]!, true)).not.toBeInstanceOf(Error);
  });

  it.each(Object.keys(fails))("%s fails, and is refused before", async (name) => {
    const natively = await outcome(backend, fails[name]!, false);
    expect(natively).toBeInstanceOf(Error);
    expect((natively as Error).name).not.toBe("TrainingError");
    expect(await outcome(backend, fails[name]!, true)).toMatchObject({
      name: "TrainingError",
      message: expect.stringMatching(/cannot be trained on the .* for its layer .* No backend can/),
    });
  });
});
