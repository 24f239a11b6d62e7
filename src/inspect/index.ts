/**
 * See what is fed to the model, and why it waits, while it loads. Node only.
 *
 * ```ts
 * import { inspect } from "epochal/inspect";
 *
 * await using page = await inspect(loader, { classes: ["cat", "dog"] });
 * console.error(page.url);
 * for await (const [x, y] of loader) await model.trainOnBatch(x, y);
 * ```
 *
 * @module epochal/inspect
 */

export { InspectPage, inspect } from "./inspect.ts";
export { Inspector } from "./inspector.ts";
export type { InspectOptions, LookOptions } from "./options.ts";
export { InspectReport, recordReport } from "./still.ts";
export {
  type Observable,
  recordTrace,
  type TraceEvent,
  type TraceFile,
  type TraceOptions,
  type TraceRecorder,
} from "./trace.ts";
