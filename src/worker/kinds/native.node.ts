/**
 * Workers that Node has and a browser has not. What they need of Node is asked for when they start, so that this file
 * loads in a browser too.
 */

import { isNode, node } from "../../core/node.ts";
import { copiesOf, type FarSideKind, type MakeCopies } from "../copies.ts";
import { byModule, type Locate } from "../wire/portable.ts";
import type { WorkerSource } from "../worker.ts";
import type { ResourceLimits } from "./limits.ts";
import { nodeWorkers as noWorkers } from "./native.web.ts";
import { checkNotNested } from "./nested.ts";
import { processes } from "./process.ts";
import { threads } from "./thread.ts";

const kinds: Readonly<Record<WorkerSource, (limits: ResourceLimits, locate: Locate) => FarSideKind>> = {
  thread: threads,
  process: processes,
};

/** The kind of worker that `worker: "thread"` or `worker: "process"` means. */
export function nodeWorkers(source: WorkerSource, limits: ResourceLimits = {}): MakeCopies {
  if (!isNode) return noWorkers();
  return (sequence, seed) => {
    checkNotNested();
    return copiesOf(sequence, seed, kinds[source](limits, byModule(entryScript())));
  };
}

/** URL of the script that Node was started with, as far as its name tells: `node .` names a folder. */
function entryScript(): string | undefined {
  const script = process.argv[1];
  if (script === undefined) return undefined;
  try {
    const { pathToFileURL } = node("url");
    const path = node("fs").realpathSync(script);
    const { resolve } = node("module").createRequire(pathToFileURL(path));
    return pathToFileURL(resolve(path)).href;
  } catch {
    // A name that Node resolved by itself (`node main` for main.js), or none at all.
    return undefined;
  }
}
