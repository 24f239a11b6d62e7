/**
 * The fast path: sequential JPEG, by far the most common kind, decoded by the kernel itself.
 *
 * No package, no native code, the same pixels on every machine. Faster than a native decoder followed by a resize,
 * since planes are resampled before their colours are converted, and nothing is written that is not needed.
 */

import { canDecode, preparedPlanes, preparePlanes } from "../kernel/planes.ts";
import { checkPixels, type Engine } from "./decoder.ts";
import { isTruncated, mostPixels, readJpegHeader, truncated } from "./jpeg-header.ts";

/** The engine; there is always one. */
export function baselineEngine(): Engine {
  return {
    name: "epochal",
    decode(bytes, { plan, orient, maxPixels, row }) {
      const known = preparedPlanes(plan, bytes, orient);
      const header = known?.header ?? readJpegHeader(bytes);
      if (header === undefined) return "unknown";
      const orientation = orient ? header.orientation : 1;
      if (!canDecode(header, orientation)) return "unknown";
      checkPixels(header.height, header.width, maxPixels);
      if (header.height * header.width > mostPixels(bytes.length)) throw truncated();
      const planes = known ?? preparePlanes(plan, bytes, header, orientation);
      if (planes === undefined) return "damaged";
      const status = planes.decode(bytes);
      if (status === "truncated" && isTruncated(bytes)) throw truncated();
      if (status !== "whole") return "damaged";
      planes.run(row(planes.shape));
      return "done";
    },
  };
}
