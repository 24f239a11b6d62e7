/**
 * A kernel of TensorFlow.js' cpu backend at work for the wasm backend, which ships without it: its inputs are copied
 * to the cpu backend's memory, and its outputs back. Slower than a kernel of wasm's own by the copies, and as plain
 * JavaScript is; layers need few of them. Limit: wasm has no complex numbers.
 */
import type { DataId, KernelBackend, KernelConfig, NumericDataType, TensorInfo } from "@tensorflow/tfjs";
import { TrainingError } from "../../../core/errors.ts";
import type { TF } from "../peer.ts";

/** The kernels of the cpu backend that the wasm backend lacks. */
export function lackedByWasm(tf: TF): readonly KernelConfig[] {
  return tf
    .getKernelsForBackend("cpu")
    .filter(({ kernelName }) => tf.getKernel(kernelName, "wasm") === undefined);
}

/** Inputs of a kernel: by name, or a list. */
type Inputs = { readonly [name: string]: TensorInfo | undefined };

/** `kernel`, one of the cpu backend's, for the wasm backend. */
export function borrowKernel(tf: TF, kernel: KernelConfig): KernelConfig {
  return {
    kernelName: kernel.kernelName,
    backendName: "wasm",
    kernelFunc(params) {
      const wasm = params.backend as KernelBackend;
      const cpu = tf.findBackend("cpu");
      const held = new Set<DataId>();
      const lend = (tensor: TensorInfo): TensorInfo => {
        checkDType(kernel.kernelName, tensor);
        const dataId = cpu.write(wasm.readSync(tensor.dataId), tensor.shape, tensor.dtype);
        held.add(dataId);
        return { ...tensor, dataId };
      };
      const giveBack = (tensor: TensorInfo): TensorInfo => {
        held.add(tensor.dataId);
        checkDType(kernel.kernelName, tensor);
        const { shape, dtype } = tensor;
        const values = tf.util.toTypedArray(
          cpu.readSync(tensor.dataId) as Float32Array,
          dtype as NumericDataType,
        );
        return { shape, dtype, dataId: wasm.write(values, shape, dtype) };
      };
      try {
        const outputs = kernel.kernelFunc({
          ...params,
          inputs: mapInputs(params.inputs, lend),
          backend: cpu,
        });
        return Array.isArray(outputs) ? outputs.map(giveBack) : giveBack(outputs);
      } finally {
        for (const dataId of held) cpu.disposeData(dataId, true);
      }
    },
  };
}

function mapInputs(inputs: Inputs, map: (tensor: TensorInfo) => TensorInfo): Given {
  if (Array.isArray(inputs)) return inputs.map(map) as unknown as Given;
  const given = Object.entries(inputs).filter(([, tensor]) => tensor != null);
  return Object.fromEntries(given.map(([name, tensor]) => [name, map(tensor!)]));
}

type Given = Parameters<KernelConfig["kernelFunc"]>[0]["inputs"];

function checkDType(kernelName: string, { dtype }: TensorInfo): void {
  if (dtype === "float32" || dtype === "int32" || dtype === "bool") return;
  throw new TrainingError(
    `TensorFlow.js' wasm backend has no numbers of ${dtype}, which ${kernelName} takes or gives. Choose another backend before the model is made: await tf.setBackend("cpu").`,
  );
}
