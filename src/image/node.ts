/**
 * Every use the image floor makes of Node: built-in modules and optional peers, loaded without a static import so that
 * the package loads in a browser, and without a promise so that an image can be decoded at once.
 */
import { MissingPeerError } from "../core/errors.ts";

/** The built-in modules used here. */
interface Builtins {
  readonly fs: typeof import("node:fs");
  readonly url: typeof import("node:url");
  readonly module: typeof import("node:module");
  readonly worker_threads: typeof import("node:worker_threads");
}

/** A built-in module of Node; undefined in a browser. */
export function builtin<N extends keyof Builtins>(name: N): Builtins[N] | undefined {
  const load = globalThis.process?.getBuiltinModule as ((id: string) => unknown) | undefined;
  return load?.(`node:${name}`) as Builtins[N] | undefined;
}

const peers = new Map<string, unknown>();

/** An installed peer package; undefined where it is not installed or this is no Node. Looked for once. */
export function peer<T>(name: string): T | undefined {
  if (!peers.has(name)) peers.set(name, requirePeer(name));
  return peers.get(name) as T | undefined;
}

function requirePeer(name: string): unknown {
  const createRequire = builtin("module")?.createRequire;
  if (createRequire === undefined) return undefined;
  try {
    return createRequire(import.meta.url)(name);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    // Only a package that is absent is passed over; one that is there and broken must be heard of.
    if (code === "MODULE_NOT_FOUND" && message.includes(`'${name}'`)) return undefined;
    throw new MissingPeerError(
      `The package ${name} is installed but does not load. Reinstall it for this platform: npm install ${name}`,
      { cause: error },
    );
  }
}
