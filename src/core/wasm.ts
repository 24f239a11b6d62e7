/** Why WebAssembly does not compile, where it does not. */
import { MissingPeerError } from "./errors.ts";

/** The part of `WebAssembly` that is used; its types come with the DOM's, which Node code does without. */
export interface Wasm {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: unknown };
  readonly Memory: new (size: { readonly initial: number }) => WasmMemory;
  validate(bytes: Uint8Array): boolean;
}

/** The part of its `Memory` that is used. */
export interface WasmMemory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

/** The least module that there is: its signature and version. */
const least: readonly number[] = [0, 97, 115, 109, 1, 0, 0, 0];

/** The engine's WebAssembly, which it may lack. */
export function wasm(): Wasm | undefined {
  return (globalThis as { readonly WebAssembly?: Wasm }).WebAssembly;
}

/**
 * Why nothing compiles here, as a clause that begins with "which"; undefined where the least module does.
 *
 * Each engine has another error for what a policy forbids, so none is read: what forbids a module forbids the least one.
 */
export function wasmObstacle(): string | undefined {
  const found = wasm();
  if (found === undefined) return "which this engine lacks, or has switched off, as by a lockdown mode";
  try {
    // WebKit compiles what it does not run.
    new found.Instance(new found.Module(Uint8Array.from(least)), {});
    return undefined;
  } catch {
    return "which the Content-Security-Policy forbids here: add 'wasm-unsafe-eval' to its script-src, in the response of the page and, where there are workers, in that of their script, too";
  }
}

/**
 * The error of `what` ("Images are decoded") that needs WebAssembly, where that compiles nothing; undefined where it does.
 *
 * It is not the error of an image or of data: a data set of replacements would be trained on without a word.
 */
export function wasmRefusal(what: string, cause: unknown): MissingPeerError | undefined {
  const obstacle = wasmObstacle();
  if (obstacle === undefined) return undefined;
  return new MissingPeerError(`${what} by WebAssembly, ${obstacle}.`, { cause });
}
