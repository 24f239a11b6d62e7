/** The order of axes that models from PyTorch take. */
import { show } from "../core/check.ts";
import { moveNotes } from "../core/counters.ts";
import { ShapeError } from "../core/errors.ts";
import type { DType } from "../tensor/dtype.ts";
import { empty, isTensor, showShape, type Tensor } from "../tensor/tensor.ts";

/**
 * Images with their channels first, as models from PyTorch take them, and so most ONNX files: [n, height, width,
 * channels] becomes [n, channels, height, width], and one image [channels, height, width]. A copy; dtype as it is. Call
 * it in `getItem`, so that workers do it.
 *
 * @throws ShapeError if it is no tensor of three or four axes: an undelivered image is `await`ed first, or stacked.
 * @example
 * const pixels = channelsFirst(await stack(files.map((file) => resize(imread(file), [224, 224])))); // [n, 3, 224, 224]
 */
export function channelsFirst<D extends DType>(images: Tensor<D>): Tensor<D> {
  if (!isTensor(images) || images.shape.length < 3 || images.shape.length > 4) {
    throw new ShapeError(
      `channelsFirst takes a tensor of shape [n, height, width, channels] or [height, width, channels], got ${isTensor(images) ? showShape(images.shape) : show(images)}. Of images: channelsFirst(await stack(images)).`,
    );
  }
  const { data, shape, dtype } = images;
  const [height, width, channels] = shape.slice(-3) as [number, number, number];
  const outer = shape.slice(0, -3);
  const result = empty([...outer, channels, height, width], dtype);
  const pixels = height * width;
  const from = data as Uint8Array;
  const to = result.data as Uint8Array;
  for (let start = 0; start < data.length; start += pixels * channels) {
    for (let channel = 0; channel < channels; channel++) {
      const target = start + channel * pixels;
      for (let i = 0, at = start + channel; i < pixels; i++, at += channels) to[target + i] = from[at]!;
    }
  }
  moveNotes(data.buffer, result.data.buffer);
  return result;
}
