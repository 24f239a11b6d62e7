/** One sequence of others. */
export { cache } from "./cache.ts";
export { concat } from "./concat.ts";
export { cutmix } from "./cutmix.ts";
export { map } from "./map.ts";
export { type MixOptions, mix } from "./mix.ts";
export type { LabelledBatch, MixedBatch, MixingOptions } from "./mixing.ts";
export { mixup } from "./mixup.ts";
export { pipe } from "./pipe.ts";
export { randomChoice } from "./random-choice.ts";
export { repeat } from "./repeat.ts";
export { select } from "./select.ts";
export { shard } from "./shard.ts";
export { skip } from "./skip.ts";
export { slice } from "./slice.ts";
export { take } from "./take.ts";
export { zip } from "./zip.ts";
