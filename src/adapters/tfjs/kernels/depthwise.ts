/**
 * The gradients of a depthwise convolution on the wasm backend.
 *
 * Of the input: a depthwise convolution of dy, spread out by the strides with zeros in between, with the filter turned
 * round; where a channel has several outputs, their sum. Of the filter: a plain loop, many times as fast here as the
 * same made of slices, products and sums, which go through memory once for each of the filter's places.
 */
import type {
  DepthwiseConv2dNativeBackpropFilterAttrs,
  DepthwiseConv2dNativeBackpropInputAttrs,
  Tensor,
  Tensor4D,
} from "@tensorflow/tfjs";
import type { TF } from "../peer.ts";
import type { KernelInputs } from "./kernel.ts";

/** The gradient of x, [batch, height, width, channels], from `dy`, [batch, rows, columns, channels · multiplier]. */
export function depthwiseBackpropInput(tf: TF, inputs: KernelInputs, attrs: object): Tensor {
  const { dy, filter } = inputs as { readonly dy: Tensor4D; readonly filter: Tensor4D };
  const { inputShape, strides, dilations, pad, dimRoundingMode } =
    attrs as DepthwiseConv2dNativeBackpropInputAttrs;
  const [filterHeight, filterWidth, channels, multiplier] = filter.shape;
  const info = tf.backend_util.computeConv2DInfo(
    inputShape,
    filter.shape,
    strides,
    dilations,
    pad,
    dimRoundingMode,
    true,
  );
  const [batch, height, width] = inputShape;
  const reach = [(filterHeight - 1) * info.dilationHeight, (filterWidth - 1) * info.dilationWidth] as const;
  return tf.tidy(() => {
    const spread = spreadOut(tf, dy, info.strideHeight, info.strideWidth);
    const placed = place(tf, spread, [
      [reach[0] - info.padInfo.top, height + reach[0]],
      [reach[1] - info.padInfo.left, width + reach[1]],
    ]);
    const turned = tf
      .reverse(filter, [0, 1])
      .reshape<Tensor4D>([filterHeight, filterWidth, channels * multiplier, 1]);
    const each = tf.depthwiseConv2d(placed, turned, 1, "valid", "NHWC", [
      info.dilationHeight,
      info.dilationWidth,
    ]);
    if (multiplier === 1) return each;
    return tf.sum(each.reshape([batch, height, width, channels, multiplier]), -1);
  });
}

/** The gradient of the filter, [height, width, channels, multiplier]; sums are of double precision, as cpu's. */
export function depthwiseBackpropFilter(tf: TF, inputs: KernelInputs, attrs: object): Tensor {
  const { x, dy } = inputs as { readonly x: Tensor4D; readonly dy: Tensor4D };
  const { filterShape, strides, dilations, pad, dimRoundingMode } =
    attrs as DepthwiseConv2dNativeBackpropFilterAttrs;
  const info = tf.backend_util.computeConv2DInfo(
    x.shape,
    filterShape,
    strides,
    dilations,
    pad,
    dimRoundingMode,
    true,
  );
  const { inHeight, inWidth, inChannels, outHeight, outWidth, outChannels, padInfo } = info;
  const multiplier = outChannels / inChannels;
  const [seen, gradient] = [x.dataSync(), dy.dataSync()];
  const sums = new Float64Array(info.filterHeight * info.filterWidth * outChannels);
  for (let line = 0; line < info.batchSize * outHeight; line++) {
    const image = Math.floor(line / outHeight) * inHeight;
    for (let row = 0; row < info.filterHeight; row++) {
      const y = (line % outHeight) * info.strideHeight + row * info.dilationHeight - padInfo.top;
      if (y < 0 || y >= inHeight) continue;
      for (let place = 0; place < outWidth; place++) {
        for (let column = 0; column < info.filterWidth; column++) {
          const across = place * info.strideWidth + column * info.dilationWidth - padInfo.left;
          if (across < 0 || across >= inWidth) continue;
          let tap = (row * info.filterWidth + column) * outChannels;
          let from = ((image + y) * inWidth + across) * inChannels;
          let at = (line * outWidth + place) * outChannels;
          const end = at + outChannels;
          if (multiplier === 1) while (at < end) sums[tap++]! += seen[from++]! * gradient[at++]!;
          for (; at < end; from++) {
            for (let i = 0; i < multiplier; i++) sums[tap++]! += seen[from]! * gradient[at++]!;
          }
        }
      }
    }
  }
  return tf.tensor4d(Float32Array.from(sums), filterShape);
}

/** The values of `dy` with zeros behind each row and column, so that they lie as far apart as `down` and `across` say. */
function spreadOut(tf: TF, dy: Tensor4D, down: number, across: number): Tensor4D {
  const [batch, rows, columns, channels] = dy.shape;
  const behind = (tensor: Tensor, groups: number, size: number, stride: number): Tensor =>
    stride === 1
      ? tensor
      : tf.pad(tensor.reshape([groups, 1, size]), [
          [0, 0],
          [0, stride - 1],
          [0, 0],
        ]);
  const apart = behind(dy, batch * rows, columns * channels, down);
  const both = behind(apart, batch * rows * down * columns, channels, across);
  return both.reshape([batch, rows * down, columns * across, channels]);
}

/** Rows and columns `before` from the begin of ones of the `length`: zeros around, or cut off where that is negative. */
function place(
  tf: TF,
  tensor: Tensor4D,
  axes: readonly (readonly [before: number, length: number])[],
): Tensor4D {
  const kept = axes.map(([before, length], i) => {
    const from = Math.max(0, -before);
    const end = Math.min(tensor.shape[i + 1]!, length - before);
    return { from, size: Math.max(0, end - from), before: Math.max(0, before), length };
  });
  const [rows, columns] = kept as [(typeof kept)[0], (typeof kept)[0]];
  const whole = rows.size === tensor.shape[1] && columns.size === tensor.shape[2];
  const seen = whole
    ? tensor
    : tf.slice(tensor, [0, rows.from, columns.from, 0], [-1, rows.size, columns.size, -1]);
  const around = kept.map(({ before, size, length }): [number, number] => [before, length - before - size]);
  if (around.every(([before, after]) => before === 0 && after === 0)) return seen;
  return tf.pad(seen, [[0, 0], around[0]!, around[1]!, [0, 0]]);
}
