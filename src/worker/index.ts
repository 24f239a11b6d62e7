/** What workers need to know of your classes, and where they come from. */
export type { WorkerFactory, WorkerLike } from "./kinds/far-port.ts";
export type { ResourceLimits } from "./kinds/limits.ts";
export { portable } from "./wire/portable.ts";
export type { Served } from "./wire/served-names.ts";
export type { WorkerSource } from "./worker.ts";
