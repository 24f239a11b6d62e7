/** Which samples batches are made of. */
import type { BatchSequence } from "./batches.ts";

/** The fields that say which samples there are. */
export type Choice<S> = Pick<BatchSequence<S, unknown>, "dataset" | "sampler">;

/** Samples in an epoch. */
export function sampleCount({ sampler, dataset }: Choice<unknown>): number {
  return sampler?.length ?? dataset.length;
}
