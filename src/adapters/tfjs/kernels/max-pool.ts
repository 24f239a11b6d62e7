/**
 * The gradient of a maximum over windows of an image. TensorFlow.js 4.22's wasm backend has one that begins at the
 * smallest positive number, so that windows of negative numbers get none.
 */
import type { MaxPoolGradAttrs, Tensor, Tensor4D } from "@tensorflow/tfjs";
import type { TF } from "../peer.ts";
import type { KernelInputs } from "./kernel.ts";

/** The gradient of x, [batch, height, width, channels]: each of `dy` goes to the first of its window's largest. */
export function maxPoolGrad(tf: TF, inputs: KernelInputs, attrs: object): Tensor {
  const { dy, input: x } = inputs as { readonly dy: Tensor4D; readonly input: Tensor4D };
  const { filterSize, strides, pad, dimRoundingMode } = attrs as MaxPoolGradAttrs;
  const info = tf.backend_util.computePool2DInfo(x.shape, filterSize, strides, 1, pad, dimRoundingMode);
  const { inHeight, inWidth, outHeight, outWidth, inChannels, padInfo } = info;
  const [values, gradients] = [x.dataSync(), dy.dataSync()];
  const result = new Float32Array(values.length);
  for (let image = 0, out = 0; image < info.batchSize; image++) {
    for (let row = 0; row < outHeight; row++) {
      const top = row * info.strideHeight - padInfo.top;
      for (let column = 0; column < outWidth; column++) {
        const left = column * info.strideWidth - padInfo.left;
        for (let channel = 0; channel < inChannels; channel++, out++) {
          let [at, largest] = [-1, Number.NEGATIVE_INFINITY];
          for (let y = Math.max(0, top); y < Math.min(inHeight, top + info.filterHeight); y++) {
            for (let z = Math.max(0, left); z < Math.min(inWidth, left + info.filterWidth); z++) {
              const place = ((image * inHeight + y) * inWidth + z) * inChannels + channel;
              if (values[place]! > largest) [at, largest] = [place, values[place]!];
            }
          }
          if (at >= 0) result[at]! += gradients[out]!;
        }
      }
    }
  }
  return tf.tensor4d(result, x.shape);
}
