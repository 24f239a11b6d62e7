/**
 * The fast path: JPEG by `@julusian/jpeg-turbo`, synchronously, into the kernel's memory.
 *
 * The binding reports any damage by throwing, also such as libjpeg would only warn of, and without saying which; then
 * the pixels are not used and the general engine decides. Its own size arithmetic has 32 bits, so it is called only for
 * headers that `readJpegHeader` accepted and that are small enough.
 */

import { peer } from "../../core/peer.ts";
import { preparePixels } from "../kernel/pixels.ts";
import { checkPixels, type Engine } from "./decoder.ts";
import { isTruncated, mostPixels, readJpegHeader, truncated } from "./jpeg-header.ts";

/** The part of `@julusian/jpeg-turbo` 2.x that is used. */
interface Turbo {
  readonly FORMAT_RGB: number;
  readonly FORMAT_GRAY: number;
  decompressSync(
    image: Uint8Array,
    out: Uint8Array,
    options: { readonly format: number },
  ): { readonly width: number; readonly height: number };
}

/** The engine; undefined where the package is not installed. */
export function turboEngine(): Engine | undefined {
  const turbo = peer<Turbo>("@julusian/jpeg-turbo");
  if (turbo === undefined) return undefined;
  const rgb = { format: turbo.FORMAT_RGB };
  const grey = { format: turbo.FORMAT_GRAY };
  return {
    name: "@julusian/jpeg-turbo",
    decode(bytes, { plan, orient, maxPixels, row }) {
      const header = readJpegHeader(bytes);
      if (header === undefined) return "unknown";
      const { height, width, components, orientation } = header;
      checkPixels(height, width, maxPixels);
      if (height * width > mostPixels(bytes.length)) throw truncated();
      // Grey of a colour JPEG is its luma plane: less to decode, and the same weights as ours.
      const channels = components.length === 1 || plan.input === 1 ? 1 : 3;
      const prepared = preparePixels(plan, height, width, channels, orient ? orientation : 1);
      try {
        const decoded = turbo.decompressSync(bytes, prepared.pixels, channels === 1 ? grey : rgb);
        if (decoded.width !== width || decoded.height !== height) return "damaged";
      } catch {
        if (isTruncated(bytes)) throw truncated();
        return "damaged";
      }
      prepared.run(row(prepared.shape));
      return "done";
    },
  };
}
