/**
 * Data sets where people keep them: readers whose samples are a `Sequence`, for `batches`, `map`, `zip` and the rest.
 */

export { type HttpHeaders, type HttpOptions, HttpSource, http } from "../bytes/http-source.ts";
export type { BytesSource } from "../bytes/open.ts";
export type { RetryOptions } from "../bytes/retry.ts";
export { type DiskCacheOptions, diskCache } from "./disk-cache/disk-cache.ts";
export type { Cached } from "./disk-cache/row.ts";
export type { Where } from "./files.ts";
export { classWeights, oneHot } from "./labels.ts";
export { type Split, type SplitOptions, type SplitPart, split } from "./split.ts";
export { Vocabulary, type VocabularyOptions, vocabulary } from "./vocabulary.ts";
export { type WindowSample, type WindowsOptions, type WindowTarget, windows } from "./windows.ts";
