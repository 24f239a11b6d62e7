/** Loading batches in parallel, in order. */

export type { InFlight } from "../worker/pool/in-flight.ts";
export type { PoolEvent } from "../worker/pool/job.ts";
export {
  type CollatedOptions,
  DataLoader,
  type DataLoaderConstructor,
  type LoadedBatch,
  type MadeBatches,
  type NotMeant,
  type SampleArguments,
  type SampleLoaderOptions,
  type SequenceArguments,
} from "./data-loader.ts";
export type { Leased } from "./lease.ts";
export type { LoaderEvent, Observer, TimeSpan } from "./observe/events.ts";
export type { Limit, LimitName, LostEpoch, SlowItem } from "./observe/judge.ts";
export type { Percentiles, RecentStats } from "./observe/recent.ts";
export type { EpochReport, LoaderReport } from "./observe/report.ts";
export type { LoaderStats, WorkerStats } from "./observe/stats.ts";
export type { DataLoaderOptions } from "./options.ts";
export { release } from "./release.ts";
export type { LoaderState } from "./state.ts";
