/**
 * The gradient of a convolution's input on the wasm backend, as a convolution itself.
 *
 * TensorFlow.js 4.22 has a plain loop for it, which takes most of the time of a training step; this is 4 to 8 times as
 * fast (bench/conv-gradient.ts). Method: "Is the deconvolution layer the same as a convolutional layer?" (Shi et al.,
 * 2016): with stride s, every s × s block of the input is the result of one convolution of dy with the filter's taps
 * sorted into s × s phases; a transpose puts the blocks in place. No zero is multiplied. Limits: channels last, equal
 * strides; else the loop is kept.
 */
import type { Conv2DBackpropInputAttrs, Tensor4D } from "@tensorflow/tfjs";
import type { TF } from "../peer.ts";

/** Puts it before TensorFlow.js' own kernel for `backendName`, which still does what it does not. */
export function replaceInputGradient(tf: TF, backendName: string): void {
  const own = tf.getKernel("Conv2DBackpropInput", backendName);
  if (own === undefined) return;
  tf.unregisterKernel(own.kernelName, backendName);
  tf.registerKernel({
    ...own,
    kernelFunc: (params) => {
      const attrs = params.attrs as unknown as Conv2DBackpropInputAttrs;
      if (!hasFastInputGradient(attrs)) return own.kernelFunc(params);
      return conv2DBackpropInput(tf, params.inputs.dy as Tensor4D, params.inputs.filter as Tensor4D, attrs);
    },
  });
}

/** Whether {@link conv2DBackpropInput} can be used. */
function hasFastInputGradient({ strides, dataFormat }: Conv2DBackpropInputAttrs): boolean {
  return dataFormat === "NHWC" && (typeof strides === "number" || strides[0] === strides[1]);
}

/** The gradient of x, [batch, height, width, in], of `y = conv2d(x, filter)`, from `dy`, the gradient of y. */
export function conv2DBackpropInput(
  tf: TF,
  dy: Tensor4D,
  filter: Tensor4D,
  { strides, pad, dimRoundingMode, inputShape }: Conv2DBackpropInputAttrs,
): Tensor4D {
  const [batch, height, width, channels] = inputShape;
  const [filterHeight, filterWidth] = filter.shape;
  const [, outHeight, outWidth] = dy.shape;
  const info = tf.backend_util.computeConv2DInfo(inputShape, filter.shape, strides, 1, pad, dimRoundingMode);
  const { strideHeight: stride, padInfo } = info;
  // Taps of a phase, and blocks that cover the padded input.
  const taps = [Math.ceil(filterHeight / stride), Math.ceil(filterWidth / stride)] as const;
  const rows = Math.ceil((padInfo.top + height) / stride);
  const columns = Math.ceil((padInfo.left + width) / stride);
  return tf.tidy(() => {
    const seen =
      outHeight > rows || outWidth > columns
        ? tf.slice(dy, 0, [-1, Math.min(outHeight, rows), Math.min(outWidth, columns), -1])
        : dy;
    const blocks = tf.conv2d(seen, sortIntoPhases(tf, filter, stride, taps), 1, [
      [0, 0],
      [taps[0] - 1, Math.max(0, rows - outHeight)],
      [taps[1] - 1, Math.max(0, columns - outWidth)],
      [0, 0],
    ]);
    const padded = stride === 1 ? blocks : spread(tf, blocks, stride, channels);
    if (padInfo.top === 0 && padInfo.left === 0 && padded.shape[1] === height && padded.shape[2] === width)
      return padded;
    return tf.slice(padded, [0, padInfo.top, padInfo.left, 0], [batch, height, width, channels]);
  });
}

/** Each stride × stride block, which stands in the channels, to its place: 20 times as fast as `tf.depthToSpace`. */
function spread(tf: TF, blocks: Tensor4D, stride: number, channels: number): Tensor4D {
  const [batch, rows, columns] = blocks.shape;
  const lines = tf.reshape(blocks, [batch * rows, columns, stride, stride * channels]);
  return tf.reshape(tf.transpose(lines, [0, 2, 1, 3]), [batch, rows * stride, columns * stride, channels]);
}

/** The filter turned round, [taps, taps, out, stride · stride · in]: in and out swapped, taps sorted by their phase. */
function sortIntoPhases(
  tf: TF,
  filter: Tensor4D,
  stride: number,
  [down, across]: readonly [number, number],
): Tensor4D {
  const [height, width, inChannels, outChannels] = filter.shape;
  const depth = stride * stride * inChannels;
  const values = filter.dataSync();
  const sorted = new Float32Array(down * across * outChannels * depth);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const tap = (down - 1 - Math.floor(row / stride)) * across + (across - 1 - Math.floor(column / stride));
      const phase = (row % stride) * stride + (column % stride);
      const from = (row * width + column) * inChannels * outChannels;
      const to = tap * outChannels * depth + phase * inChannels;
      for (let i = 0; i < inChannels; i++) {
        for (let o = 0; o < outChannels; o++)
          sorted[to + o * depth + i] = values[from + i * outChannels + o]!;
      }
    }
  }
  return tf.tensor4d(sorted, [down, across, outChannels, depth]);
}
