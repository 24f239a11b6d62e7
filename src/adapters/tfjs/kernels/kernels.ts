/**
 * What the wasm backend of TensorFlow.js 4.22 lacks for training (tensorflow/tfjs#8474), or has wrong, registered for it:
 * our own kernels for what is used often, and the cpu backend's for the rest.
 *
 * Invariant: all that is not named here and is there already is left alone; but the gradient of a convolution's input,
 * which is there and slow, makes way for ours where that can do it. docs/reference/layers.md is what then trains.
 */
import { borrowKernel, lackedByWasm } from "./borrowed.ts";
import { conv2DBackpropFilter } from "./conv-filter.ts";
import { replaceInputGradient } from "./conv-input.ts";
import { depthwiseBackpropFilter, depthwiseBackpropInput } from "./depthwise.ts";
import type { KernelFunction, KernelInputs } from "./kernel.ts";
import { maxPoolGrad } from "./max-pool.ts";
import { unsortedSegmentSum } from "./segment-sum.ts";

const backendName = "wasm";

const own: Readonly<Record<string, KernelFunction>> = {
  Conv2DBackpropFilter: conv2DBackpropFilter,
  DepthwiseConv2dNativeBackpropFilter: depthwiseBackpropFilter,
  DepthwiseConv2dNativeBackpropInput: depthwiseBackpropInput,
  MaxPoolGrad: maxPoolGrad,
  UnsortedSegmentSum: unsortedSegmentSum,
};

/**
 * What TensorFlow.js 4.22's wasm backend computes wrongly, without an error: maxima of windows of negative numbers and
 * their gradients, gradients of convolutions in space, and of images that were enlarged, of all but the first in a batch.
 */
const wrong: readonly string[] = [
  "Conv3DBackpropFilterV2",
  "Conv3DBackpropInputV2",
  "MaxPool3D",
  "MaxPool3DGrad",
  "MaxPoolGrad",
  "ResizeNearestNeighborGrad",
];

/**
 * Makes all layers trainable on the wasm backend that TensorFlow.js trains elsewhere; does nothing where that is done.
 * `fit`, `evaluate` and `predict` call it by themselves, a loop of your own calls it once.
 *
 * @returns whether anything was registered now.
 * @example
 * import * as tf from "@tensorflow/tfjs";
 * import "@tensorflow/tfjs-backend-wasm";
 * import { registerKernels } from "epochal/tfjs";
 *
 * await tf.setBackend("wasm");
 * registerKernels(tf);
 */
export function registerKernels(tf: typeof import("@tensorflow/tfjs")): boolean {
  if (lackedByWasm(tf).length === 0) return false;
  for (const name of wrong) if (tf.getKernel(name, backendName)) tf.unregisterKernel(name, backendName);
  replaceInputGradient(tf, backendName);
  for (const [kernelName, kernel] of Object.entries(own)) {
    if (tf.getKernel(kernelName, backendName) !== undefined) continue;
    tf.registerKernel({
      kernelName,
      backendName,
      kernelFunc: ({ inputs, attrs }) => kernel(tf, inputs as KernelInputs, attrs ?? {}),
    });
  }
  for (const kernel of lackedByWasm(tf)) tf.registerKernel(borrowKernel(tf, kernel));
  return true;
}
