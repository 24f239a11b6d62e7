/** How many cores this program may use. */
import { builtin } from "./node.ts";

interface Platform {
  readonly navigator?: { readonly hardwareConcurrency?: number };
}

/** Cores that may be used: in Node those its affinity allows, in a browser those it admits to. At least 1. */
export function availableCores(): number {
  const { navigator } = globalThis as Platform;
  return builtin("os")?.availableParallelism() ?? navigator?.hardwareConcurrency ?? 1;
}
