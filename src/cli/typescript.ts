/**
 * Has this program load TypeScript, as its project does, where Node itself does not.
 *
 * As `node --import tsx` would have: workers are started with the flags of the program, and so know it too, also in a
 * project of CommonJS. A Node that strips types is left alone; what it does not take is seen when it is imported.
 */
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { UsageError } from "./usage.ts";

/** Sees to it that `file` can be imported, and in workers. Does nothing for JavaScript. */
export async function loadTypeScript(file: string): Promise<void> {
  const { features, execArgv } = process;
  if (!/\.[cm]?tsx?$/.test(file) || (features as { readonly typescript?: unknown }).typescript) return;
  // The program was started with it.
  if (execArgv.some((flag) => /\btsx\b/.test(flag))) return;
  const tsx = resolveTsx(file) ?? resolveTsx(import.meta.url);
  if (tsx === undefined)
    throw new UsageError(
      `Node ${process.versions.node} loads no TypeScript as ${file}. Install tsx in your project, npm i -D tsx, or take Node 22.18 or newer.`,
    );
  const url = pathToFileURL(tsx).href;
  await import(url);
  execArgv.push("--import", url);
}

/** tsx as it is found from a file; undefined where it is not. */
function resolveTsx(from: string): string | undefined {
  try {
    return createRequire(from).resolve("tsx");
  } catch {
    return undefined;
  }
}
