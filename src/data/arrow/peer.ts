/** The package that undoes Zstandard, an optional peer: on Node at once, in a page as its bundler has it. */
import { MissingPeerError } from "../../core/errors.ts";
import { isNode } from "../../core/node.ts";
import { peer } from "../../core/peer.ts";
import { wasmRefusal } from "../../core/wasm.ts";
import type { Awaitable } from "../../sequence/sequence.ts";

/** Undoes a codec: the bytes that are meant, which are `length` of them. */
export type Decompress = (input: Uint8Array, length: number) => Uint8Array;

interface Compressors {
  /** Of a package whose loading failed, WebKit has nothing here when it is asked for again. */
  readonly compressors?: { readonly ZSTD?: Decompress };
}

/**
 * What undoes Zstandard.
 *
 * @throws MissingPeerError if `hyparquet-compressors` is not installed.
 */
export function loadZstd(): Awaitable<Decompress> {
  const zstdOf = (found: Compressors | undefined, cause?: unknown): Decompress => {
    const zstd = found?.compressors?.ZSTD;
    if (zstd !== undefined) return zstd;
    // Another of its codecs is compiled as it is loaded.
    throw (
      wasmRefusal("Arrow files compressed by zstd are read", cause) ??
      new MissingPeerError(
        "Arrow files compressed by zstd need the package `hyparquet-compressors`. Install it: npm install hyparquet-compressors",
      )
    );
  };
  if (isNode) return zstdOf(peer<Compressors>("hyparquet-compressors"));
  return compressorsOfPage().then(({ found, failure }) => zstdOf(found, failure));
}

/** By `try`, not `catch()`: so bundlers see that the package may be missing. */
async function compressorsOfPage(): Promise<{ readonly found?: Compressors; readonly failure?: unknown }> {
  try {
    return { found: await import("hyparquet-compressors") };
  } catch (failure) {
    return { failure };
  }
}
