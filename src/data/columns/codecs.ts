/** The codecs of the package `hyparquet-compressors`, an optional peer: on Node at once, in a page as its bundler has it. */
import { MissingPeerError } from "../../core/errors.ts";
import { isNode } from "../../core/node.ts";
import { peer } from "../../core/peer.ts";
import { wasmRefusal } from "../../core/wasm.ts";
import type { Awaitable } from "../../sequence/sequence.ts";

/** Undoes a codec: the bytes that are meant, which are `length` of them. */
export type Decompress = (input: Uint8Array, length: number) => Uint8Array;

/** What undoes codecs, by their names. */
export type Codecs = Readonly<Record<string, Decompress>>;

/** What was found of the package. */
export interface FoundCodecs {
  /** Undefined where it is not installed, or could not be loaded. */
  readonly codecs?: Codecs | undefined;
  /** Why it could not be loaded. */
  readonly failure?: unknown;
}

interface Package {
  /** Of a package whose loading failed, WebKit has nothing here when it is asked for again. */
  readonly compressors?: Codecs;
}

/** Looks for the package. */
export function findCodecs(): Awaitable<FoundCodecs> {
  return isNode ? { codecs: peer<Package>("hyparquet-compressors")?.compressors } : codecsOfPage();
}

/** The error of `what` ("Columns compressed by ZSTD") that needs the package, which was not found. */
export function codecsMissing(what: string, { failure }: FoundCodecs): MissingPeerError {
  // One of its codecs is compiled as it is loaded.
  return (
    wasmRefusal(`${what} are read`, failure) ??
    new MissingPeerError(
      `${what} need the package \`hyparquet-compressors\`. Install it: npm install hyparquet-compressors`,
    )
  );
}

/** By `try`, not `catch()`: so bundlers see that the package may be missing. */
async function codecsOfPage(): Promise<FoundCodecs> {
  try {
    const { compressors }: Package = await import("hyparquet-compressors");
    return { codecs: compressors };
  } catch (failure) {
    return { failure };
  }
}
