/** The packages that read Parquet, optional peers: on Node without a late `import()`, in a page as its bundler has them. */
import type { Compressors } from "hyparquet";
import { MissingPeerError } from "../../core/errors.ts";
import { isNode } from "../../core/node.ts";
import { peer } from "../../core/peer.ts";
import { wasmRefusal } from "../../core/wasm.ts";

/** The module `hyparquet`. */
export type Hyparquet = typeof import("hyparquet");

/** Codecs that hyparquet undoes by itself. */
const ownCodecs = ["UNCOMPRESSED", "SNAPPY"];

/**
 * The package that reads Parquet.
 *
 * @throws MissingPeerError if `hyparquet` is not installed.
 */
export async function loadHyparquet(): Promise<Hyparquet> {
  const found = isNode ? peer<Hyparquet>("hyparquet") : await hyparquetOfPage();
  if (found !== undefined) return found;
  throw new MissingPeerError(
    "epochal/data/parquet needs the package `hyparquet`. Install it: npm install hyparquet hyparquet-compressors",
  );
}

/**
 * What undoes `codecs`, as far as hyparquet does not.
 *
 * @throws MissingPeerError if it needs `hyparquet-compressors`, which is not installed.
 */
export async function loadCompressors(codecs: Iterable<string>): Promise<Compressors> {
  const foreign = [...codecs].find((codec) => !ownCodecs.includes(codec));
  let failure: unknown;
  const found = isNode
    ? peer<{ readonly compressors?: Compressors }>("hyparquet-compressors")
    : await compressorsOfPage((cause) => {
        failure = cause;
      });
  // Of a package whose loading failed, WebKit has nothing in it when it is asked for again.
  if (found?.compressors !== undefined) return forEmptyPages(found.compressors);
  if (foreign === undefined) return {};
  // One of its codecs is compiled as it is loaded.
  throw (
    wasmRefusal(`Columns compressed by ${foreign} are read`, failure) ??
    new MissingPeerError(
      `Columns compressed by ${foreign} need the package \`hyparquet-compressors\`. Install it: npm install hyparquet-compressors`,
    )
  );
}

/** The same for pages without values: what is compressed of those may be nothing, of which some codecs make an error. */
function forEmptyPages(compressors: Compressors): Compressors {
  return Object.fromEntries(
    Object.entries(compressors).map(([codec, undo]) => [
      codec,
      (bytes: Uint8Array, size: number) => (size === 0 ? new Uint8Array(0) : undo(bytes, size)),
    ]),
  );
}

/** By `try`, not `catch()`: so bundlers see that the package may be missing. */
async function hyparquetOfPage(): Promise<Hyparquet | undefined> {
  try {
    return await import("hyparquet");
  } catch {
    return undefined;
  }
}

async function compressorsOfPage(
  failed: (cause: unknown) => void,
): Promise<{ readonly compressors?: Compressors } | undefined> {
  try {
    return await import("hyparquet-compressors");
  } catch (cause) {
    failed(cause);
    return undefined;
  }
}
