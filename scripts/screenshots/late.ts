/** A sequence whose module takes long to be loaded, as one that imports a large package does. */
import { setTimeout as pause } from "node:timers/promises";
import { isMainThread } from "node:worker_threads";
import { Slow } from "./slow.ts";

if (!isMainThread) await pause(3000);

/** Batches whose workers start late. */
export class Late extends Slow {
  static override readonly module: string = import.meta.url;
}
