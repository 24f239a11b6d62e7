/** Which samples in which order. */
export { BalancedSampler, type BalancedSamplerOptions } from "./balanced.ts";
export { BlockSampler, type BlockSamplerOptions } from "./block.ts";
export { BucketSampler, type BucketSamplerOptions } from "./bucket.ts";
export { RandomSampler } from "./random.ts";
export type { Order, OrderKey, Sampler } from "./sampler.ts";
export { SequentialSampler } from "./sequential.ts";
export { SubsetSampler, type SubsetSamplerOptions } from "./subset.ts";
export { WeightedSampler, type WeightedSamplerOptions } from "./weighted.ts";
