/** The packages that read Parquet, optional peers: on Node without a late `import()`, in a page as its bundler has them. */
import type { Compressors } from "hyparquet";
import { MissingPeerError } from "../../core/errors.ts";
import { isNode } from "../../core/node.ts";
import { peer } from "../../core/peer.ts";
import { type Codecs, codecsMissing, findCodecs } from "../columns/codecs.ts";

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
  const found = await findCodecs();
  if (found.codecs !== undefined) return forEmptyPages(found.codecs);
  if (foreign === undefined) return {};
  throw codecsMissing(`Columns compressed by ${foreign}`, found);
}

/** The same for pages without values: what is compressed of those may be nothing, of which some codecs make an error. */
function forEmptyPages(codecs: Codecs): Compressors {
  return Object.fromEntries(
    Object.entries(codecs).map(([codec, undo]) => [
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
