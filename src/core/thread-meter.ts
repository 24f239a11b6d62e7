/** How much of a span of time this thread worked: measured by thread-meter.node.ts in Node, elsewhere by thread-meter.web.ts. */

/** Ends a measurement; what was not work since its start, in milliseconds. */
export type ReadMeter = () => NoWork;

/** Parts of a span of time in which a thread did not run. */
export interface NoWork {
  /** It waited: for the network, a timer, a disk. */
  readonly waited: number;
  /** It was ready to run, and other programs had the cores; 0 where the platform does not tell. */
  readonly starved: number;
}
