/** Memory as it is in a program that runs for long: what a kernel is given holds what another tensor left there. */
import * as tf from "@tensorflow/tfjs";

/** What TensorFlow.js' wasm backend has besides its public type. */
interface WasmBackend {
  readonly wasm: { readonly HEAPU8: Uint8Array };
  readonly dataIdMap: { get(dataId: object): { readonly memoryOffset: number } };
  move(dataId: object, values: unknown, shape: number[], dtype: tf.DataType, refCount: number): void;
}

/** Fills all memory of wasm's that is handed out without values with NaN, so that none passes for zeros. */
export function poisonMemory(): void {
  const backend = tf.findBackend("wasm") as unknown as WasmBackend;
  const move = backend.move.bind(backend);
  backend.move = (dataId, values, shape, dtype, refCount) => {
    move(dataId, values, shape, dtype, refCount);
    if (values != null || dtype === "string") return;
    const { memoryOffset } = backend.dataIdMap.get(dataId);
    const bytes = tf.util.sizeFromShape(shape) * tf.util.bytesPerElement(dtype);
    backend.wasm.HEAPU8.fill(0xff, memoryOffset, memoryOffset + bytes);
  };
}
