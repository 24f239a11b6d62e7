/** The progress line. */
export {
  type Progress,
  type ProgressOptions,
  type ProgressSource,
  progress,
} from "./progress.ts";
export type { ProgressLineOptions } from "./terminal.ts";
