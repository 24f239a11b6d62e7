/** A module that takes a while to load. */
import { setTimeout } from "node:timers/promises";
import { Pipeline } from "./pipelines-sequences.js";

/** Milliseconds. */
export const late = 500;

await setTimeout(late);

export class Late extends Pipeline {
  static module = import.meta.url;
}
