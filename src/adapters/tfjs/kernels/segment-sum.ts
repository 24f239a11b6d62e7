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
  const [values, segments] = [x.dataSync(), segmentIds.dataSync()];
  // Of double precision, as one token may fill most of a batch.
  const sums = new Float64Array(numSegments * length);
  for (let row = 0; row < segments.length; row++) {
    const segment = segments[row]!;
    if (segment < 0 || segment >= numSegments) continue;
    for (let i = 0, from = row * length, to = segment * length; i < length; i++)
      sums[to + i]! += values[from + i]!;
  }
  const result = x.dtype === "float32" ? Float32Array.from(sums) : Int32Array.from(sums);
  return tf.tensor(result, [numSegments, ...rest], x.dtype);
}
