/**
 * What is Node's, asked for by name: without a static import, so that a file that needs it loads in a browser too, and
 * without a late `import()`, whose failure (a moment without free file descriptors) Node would remember for ever.
 */

/** The built-in modules used this way. */
interface Builtins {
  readonly async_hooks: typeof import("node:async_hooks");
  readonly buffer: typeof import("node:buffer");
  readonly child_process: typeof import("node:child_process");
  readonly crypto: typeof import("node:crypto");
  readonly fs: typeof import("node:fs");
  readonly module: typeof import("node:module");
  readonly os: typeof import("node:os");
  readonly path: typeof import("node:path");
  readonly url: typeof import("node:url");
  readonly util: typeof import("node:util");
  readonly v8: typeof import("node:v8");
  readonly worker_threads: typeof import("node:worker_threads");
  readonly zlib: typeof import("node:zlib");
}

/** Whether this is Node, or what passes itself off as Node. */
export const isNode: boolean = typeof globalThis.process?.versions?.node === "string";

/** Who passes itself off as Node here, and differs from it in places; undefined in Node and in a browser. */
export const imitator: "Bun" | "Deno" | undefined = imitatorOf(globalThis.process?.versions);

function imitatorOf(versions: NodeJS.ProcessVersions | undefined): "Bun" | "Deno" | undefined {
  if (versions?.bun !== undefined) return "Bun";
  return versions?.deno === undefined ? undefined : "Deno";
}

/** A built-in module of Node; undefined in a browser. */
export function builtin<N extends keyof Builtins>(name: N): Builtins[N] | undefined {
  const load = globalThis.process?.getBuiltinModule as ((id: string) => unknown) | undefined;
  return load?.(`node:${name}`) as Builtins[N] | undefined;
}

/** A built-in module of Node, for code that runs nowhere else. */
export function node<N extends keyof Builtins>(name: N): Builtins[N] {
  return builtin(name)!;
}

/** Environment variables, as `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Those of this process: none in a browser, in Deno those that it lets the program read. */
export function environment(): Environment {
  return imitator === "Deno" ? new Proxy({}, { get: readAllowed }) : (globalThis.process?.env ?? {});
}

function readAllowed(_: object, name: string): string | undefined {
  try {
    return process.env[name];
  } catch {
    return undefined;
  }
}
