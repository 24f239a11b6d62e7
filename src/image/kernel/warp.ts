/** What the kernel is told of a warp. */
import type { WarpOp } from "../pipeline.ts";
import { Place, Plane, Warp } from "./assembly/layout.ts";
import type { Kernel } from "./kernel.ts";

/** Fills in the {@link Warp}, and of the {@link Plane} what it needs. */
export function writeWarp(
  kernel: Kernel,
  { matrix, interpolation, fill }: WarpOp,
  { source, stride, height, width }: Readonly<Record<"source" | "stride" | "height" | "width", number>>,
): void {
  const at = Place.warp;
  new Float64Array(kernel.bytes.buffer, at + Warp.matrix, 9).set(matrix(height, width));
  for (let c = 0; c < 4; c++) kernel.floats[((at + Warp.fill) >> 2) + c] = fill[c] ?? 0;
  kernel.set(at + Warp.nearest, interpolation === "nearest" ? 1 : 0);
  kernel.set(at + Warp.height, height);
  kernel.set(at + Warp.width, width);
  kernel.set(Place.pixels + Plane.source, source);
  kernel.set(Place.pixels + Plane.stride, stride);
}
