/** How many cores this program may use. */

interface Os {
  availableParallelism(): number;
}

interface Platform {
  readonly process?: { getBuiltinModule?(name: string): unknown };
  readonly navigator?: { readonly hardwareConcurrency?: number };
}

/** Cores that may be used: in Node those its affinity allows, in a browser those it admits to. At least 1. */
export function availableCores(): number {
  const { process, navigator } = globalThis as Platform;
  // Asked for by name, so that this file loads in a browser.
  const os = process?.getBuiltinModule?.("node:os") as Os | undefined;
  return os?.availableParallelism() ?? navigator?.hardwareConcurrency ?? 1;
}
