/**
 * The gradient of a convolution's filter on the wasm backend.
 *
 * It is itself a convolution: dW = conv2d(xᵀ, dyᵀ) with batch and channels swapped, and strides and dilations swapped,
 * as a filter element meets every stride-th pixel. Limits: channels last, as all of the wasm backend; no dilated
 * convolutions, whose gradient TensorFlow.js does not define.
 */
import type { Conv2DBackpropFilterAttrs, Tensor, Tensor4D } from "@tensorflow/tfjs";
import { TrainingError } from "../../../core/errors.ts";
import type { TF } from "../peer.ts";
import type { KernelInputs } from "./kernel.ts";

/**
 * The gradient of the filter, shape [height, width, in, out], of `y = conv2d(x, filter)`, from `dy`, the gradient of y.
 * Both are [batch, height, width, channels].
 *
 * @throws TrainingError with channels first.
 */
export function conv2DBackpropFilter(tf: TF, inputs: KernelInputs, attrs: object): Tensor {
  const { x, dy } = inputs as { readonly x: Tensor4D; readonly dy: Tensor4D };
  const { strides, pad, dataFormat, dimRoundingMode, filterShape } = attrs as Conv2DBackpropFilterAttrs;
  if (dataFormat !== "NHWC") {
    throw new TrainingError(
      `The wasm backend trains convolutions with channels last only, got dataFormat ${dataFormat}. Leave \`dataFormat\` out, and put the channels last.`,
    );
  }
  const [, inHeight, inWidth] = x.shape;
  const [, outHeight, outWidth] = dy.shape;
  const [height, width, inChannels, outChannels] = filterShape;
  const { padInfo, strideHeight, strideWidth } = tf.backend_util.computeConv2DInfo(
    x.shape,
    filterShape,
    strides,
    1,
    pad,
    dimRoundingMode,
  );
  // Padding that makes the result just as large as the filter; pixels that no filter position reached are cut off.
  const bottom = height + (outHeight - 1) * strideHeight - inHeight - padInfo.top;
  const right = width + (outWidth - 1) * strideWidth - inWidth - padInfo.left;
  const [seenHeight, seenWidth] = [inHeight + Math.min(0, bottom), inWidth + Math.min(0, right)];
  // No filter position reaches a pixel, all see padding only; a convolution of no pixels is no tensor to XNNPACK.
  if (seenHeight <= 0 || seenWidth <= 0) return tf.zeros(filterShape);
  return tf.tidy(() => {
    const seen = bottom < 0 || right < 0 ? tf.slice(x, 0, [-1, seenHeight, seenWidth, -1]) : x;
    const swapped = tf.conv2d(
      tf.transpose(seen, [3, 1, 2, 0]),
      tf.transpose(dy, [1, 2, 0, 3]),
      1,
      [
        [0, 0],
        [padInfo.top, Math.max(0, bottom)],
        [padInfo.left, Math.max(0, right)],
        [0, 0],
      ],
      "NHWC",
      [strideHeight, strideWidth],
    );
    return tf.transpose(swapped, [1, 2, 0, 3]).reshape([height, width, inChannels, outChannels]);
  });
}
