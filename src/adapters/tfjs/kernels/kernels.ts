/**
 * What the wasm backend of TensorFlow.js 4.22 lacks for training (tensorflow/tfjs#8474), registered for it: the gradients
 * of convolutions, of depthwise convolutions and of lookups by our own kernels, all else by the cpu backend's.
 *
 * Invariant: a kernel that is there already, as a newer TensorFlow.js' own, is left alone; but the gradient of a
 * convolution's input, which is there and slow, makes way for ours where that can do it.
 */
import { borrowKernels } from "./borrowed.ts";
import { conv2DBackpropFilter } from "./conv-filter.ts";
import { replaceInputGradient } from "./conv-input.ts";
import { depthwiseBackpropFilter, depthwiseBackpropInput } from "./depthwise.ts";
import type { Kernel, KernelInputs } from "./kernel.ts";
import { unsortedSegmentSum } from "./segment-sum.ts";

const backendName = "wasm";

const own: Readonly<Record<string, Kernel>> = {
  Conv2DBackpropFilter: conv2DBackpropFilter,
  DepthwiseConv2dNativeBackpropFilter: depthwiseBackpropFilter,
  DepthwiseConv2dNativeBackpropInput: depthwiseBackpropInput,
  UnsortedSegmentSum: unsortedSegmentSum,
};

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
  const missing = Object.entries(own).filter(([name]) => tf.getKernel(name, backendName) === undefined);
  for (const [kernelName, kernel] of missing) {
    tf.registerKernel({
      kernelName,
      backendName,
      kernelFunc: ({ inputs, attrs }) => kernel(tf, inputs as KernelInputs, attrs ?? {}),
    });
  }
  if (missing.some(([name]) => name === "Conv2DBackpropFilter")) replaceInputGradient(tf, backendName);
  return borrowKernels(tf, backendName) || missing.length > 0;
}
