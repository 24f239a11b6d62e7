/**
 * Imports a user's module, TypeScript included.
 *
 * Node 20 gives a loader of the main thread (`node --import tsx`) to no worker, and newer Nodes strip types but
 * refuse some syntax. So tsx is registered, if it is installed: before the import where this Node knows no TypeScript,
 * as Node remembers a failed import and would fail again; else when the import fails on TypeScript. The first error
 * stays the `cause`.
 */
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { PortableError } from "../../core/errors.ts";

const isTypeScript = /\.[cm]?tsx?$/;

/** Whether this Node strips types itself. */
const knowsTypeScript = Boolean((process.features as { typescript?: unknown }).typescript);

/** Imports the module at `url`. */
export async function importModule(url: string): Promise<Record<string, unknown>> {
  const typed = isTypeScript.test(new URL(url).pathname);
  if (typed && !knowsTypeScript) await registerTsx(url);
  try {
    return await import(url);
  } catch (error) {
    if (!typed || !isLoaderError(error)) throw error;
    if (!(await registerTsx(url))) {
      throw new PortableError(
        `The worker cannot import ${url}, as this Node does not load it: ${(error as Error).message}. Install tsx (npm install -D tsx), or compile to JavaScript first, or use workers: 0.`,
        { cause: error },
      );
    }
    return await import(url);
  }
}

/** Whether the import failed because of TypeScript itself, not because the module threw. */
function isLoaderError(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  return (
    code === "ERR_UNKNOWN_FILE_EXTENSION" ||
    code === "ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX" ||
    code === "ERR_INVALID_TYPESCRIPT_SYNTAX" ||
    code === "ERR_UNSUPPORTED_NODE_MODULES_TYPE_STRIPPING" ||
    // Types are stripped but a neighbour is imported without its extension or as `.js`.
    code === "ERR_MODULE_NOT_FOUND"
  );
}

let registered: Promise<boolean> | undefined;

function registerTsx(url: string): Promise<boolean> {
  registered ??= importTsx(url).then(
    (api) => {
      api.register();
      return true;
    },
    () => false,
  );
  return registered;
}

interface TsxApi {
  register(): void;
}

/** tsx beside us, or beside the user's module where a package manager keeps our dependencies apart. */
async function importTsx(url: string): Promise<TsxApi> {
  try {
    return await import("tsx/esm/api" as string);
  } catch {
    const manifest = createRequire(url).resolve("tsx/package.json");
    return await import(pathToFileURL(join(dirname(manifest), "dist/esm/api/index.mjs")).href);
  }
}
