/**
 * Kernels that a backend lacks, borrowed from the cpu backend: data are copied there and back for each call. That is
 * slow where much is copied, and right, so what is used often has a kernel of its own.
 */
import type { DataType, KernelBackend, KernelConfig, TensorInfo } from "@tensorflow/tfjs";
import type { TF } from "../peer.ts";

type Values = Parameters<KernelBackend["write"]>[0];

/** The part of TensorFlow.js' cpu backend that is used. */
interface CpuBackend extends KernelBackend {
  makeTensorInfo(shape: number[], dtype: DataType, values: Values): TensorInfo;
}

/** The kernels of the cpu backend that `backendName` lacks. */
export function lackedBy(tf: TF, backendName: string): readonly KernelConfig[] {
  return tf
    .getKernelsForBackend("cpu")
    .filter(({ kernelName }) => tf.getKernel(kernelName, backendName) === undefined);
}

/** A kernel of the cpu backend, for tensors of `backendName`. */
export function borrowed(tf: TF, kernel: KernelConfig, backendName: string): KernelConfig {
  return {
    kernelName: kernel.kernelName,
    backendName,
    kernelFunc: ({ inputs, attrs, backend }) => {
      const [here, cpu] = [backend as KernelBackend, tf.findBackend("cpu") as CpuBackend];
      const copies = Object.entries(inputs).map(([name, info]) => {
        if (Array.isArray(info)) return [name, info.map((each) => moved(each, here, cpu))] as const;
        return [name, info && moved(info, here, cpu)] as const;
      });
      try {
        const result = kernel.kernelFunc({
          inputs: Object.fromEntries(copies),
          attrs: attrs ?? {},
          backend: cpu,
        });
        const back = (info: TensorInfo): TensorInfo => {
          const { shape, dtype } = info;
          const values = cpu.readSync(info.dataId);
          cpu.disposeData(info.dataId, true);
          return { dataId: here.write(values, shape, dtype), shape, dtype };
        };
        return Array.isArray(result) ? result.map(back) : back(result);
      } finally {
        for (const info of copies.flatMap(([, copy]) => copy ?? [])) cpu.disposeData(info.dataId, true);
      }
    },
  };
}

function moved({ dataId, shape, dtype }: TensorInfo, from: KernelBackend, to: CpuBackend): TensorInfo {
  return to.makeTensorInfo(shape, dtype, from.readSync(dataId));
}
