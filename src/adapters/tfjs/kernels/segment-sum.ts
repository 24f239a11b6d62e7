/**
 * Sums of rows by the segment that each belongs to: the gradient of a lookup, as an embedding's, whose rows come from
 * many places. The cpu backend goes through all rows once for each segment, which is hopeless for a vocabulary.
 */
import type { Tensor, UnsortedSegmentSumAttrs } from "@tensorflow/tfjs";
import type { TF } from "../peer.ts";
import type { KernelInputs } from "./kernel.ts";

/** The sums, [segments, …], of the rows of x, [rows, …]; rows of a segment that is not there are left out. */
export function unsortedSegmentSum(tf: TF, inputs: KernelInputs, attrs: object): Tensor {
  const { x, segmentIds } = inputs as { readonly x: Tensor; readonly segmentIds: Tensor };
  const { numSegments } = attrs as UnsortedSegmentSumAttrs;
  const rest = x.shape.slice(segmentIds.rank);
  const length = rest.reduce((product, axis) => product * axis, 1);
  const [values, segments] = [valuesOf(x), valuesOf(segmentIds)];
  const whole = x.dtype !== "float32";
  const sums = whole ? new Int32Array(numSegments * length) : new Float32Array(numSegments * length);
  for (let row = 0; row < segments.length; row++) {
    const segment = segments[row]!;
    if (segment < 0 || segment >= numSegments) continue;
    for (let i = 0, from = row * length, to = segment * length; i < length; i++)
      sums[to + i]! += values[from + i]!;
  }
  return tf.tensor(sums, [numSegments, ...rest], whole ? "int32" : "float32");
}

/** Its numbers; a kernel is given what lacks a tensor's methods, if one of its kind calls it. */
function valuesOf(tensor: Tensor): ArrayLike<number> {
  return tensor.dataSync() as ArrayLike<number>;
}
