/** Where the scripts are that wake up in threads and processes, and that they are there. */
import { WorkerError } from "../../core/errors.ts";
import { node } from "../../core/node.ts";
import { ifBundled } from "../wire/portable.ts";

/**
 * URL of the script `name` of ours. Bundlers do not see that it is one: what they would make of it could not import the
 * user's modules.
 *
 * @throws WorkerError where a bundler has taken this file to another place, without the scripts.
 */
export function ownScript(name: "thread" | "process" | "guard"): URL {
  // The `.js` is meant: this file runs from dist, and Node 20 starts no TypeScript in a thread.
  const here = import.meta.url as string | undefined;
  const url = here?.startsWith("file:")
    ? new URL(here.replace(/[^/]+\/[^/]*$/, `entry/${name}.js`))
    : undefined;
  if (url && node("fs").existsSync(url)) return url;
  throw new WorkerError(
    `Workers cannot be started, as epochal's file entry/${name}.js is not where this code runs, in ${here ?? "a CommonJS bundle"}. ${ifBundled}`,
  );
}
