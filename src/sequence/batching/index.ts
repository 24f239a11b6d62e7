/** Samples become batches. */
export {
  type BatchesOptions,
  batches,
  type CollateFunction,
  type Dataset,
  type KnownParts,
  type NotATuple,
  type SampleOf,
} from "./batches.ts";
export { type Collated, collate } from "./collate.ts";
export { type PadCollator, type PadOptions, pad } from "./pad.ts";
