/** What the kernel is told of pixels that are sampled in no grid of rows and columns, or in that of the pixels themselves. */
import type { Pipeline, SamplingOp } from "../pipeline.ts";
import { Place, Plane, Sampling, Sharpen, Warp } from "./assembly/layout.ts";
import type { Kernel } from "./kernel.ts";

/** Pixels of an image of `height` x `width`, whose rows lie `stride` bytes apart. */
type Source = Readonly<Record<"source" | "stride" | "height" | "width", number>>;

/** How a pass samples pixels of that size and orientation; undefined where rows and columns are resampled. */
export function samplingOf(
  pipeline: Pipeline,
  { height, width, orientation }: Readonly<Record<"height" | "width" | "orientation", number>>,
): Sampling | undefined {
  if (pipeline.sampling !== undefined) return Sampling[pipeline.sampling.kind];
  const { rows, columns } = pipeline.axes(height, width);
  return orientation === 1 && rows.steps.length + columns.steps.length === 0 ? Sampling.copy : undefined;
}

/** Fills in the {@link Warp} or {@link Sharpen}, and of the {@link Plane} what it needs. */
export function writeSampling(kernel: Kernel, op: SamplingOp | undefined, pixels: Source): void {
  const at = Place.sampling;
  if (op?.kind === "warp") {
    const { matrix, interpolation, fill } = op;
    const { height, width } = pixels;
    new Float64Array(kernel.bytes.buffer, at + Warp.matrix, 9).set(matrix(height, width));
    for (let c = 0; c < 4; c++) kernel.floats[((at + Warp.fill) >> 2) + c] = fill[c] ?? 0;
    kernel.set(at + Warp.nearest, interpolation === "nearest" ? 1 : 0);
    kernel.set(at + Warp.height, height);
    kernel.set(at + Warp.width, width);
  } else if (op?.kind === "sharpen") {
    // Blurred is the sum of all nine, the pixel itself five times, by 13; what is not of that is of the pixel.
    const all = (1 - op.factor) / 13;
    for (let c = 0; c < 4; c++) {
      kernel.floats[((at + Sharpen.own) >> 2) + c] = c < 3 ? op.factor + 4 * all : 1;
      kernel.floats[((at + Sharpen.all) >> 2) + c] = c < 3 ? all : 0;
    }
  }
  kernel.set(Place.pixels + Plane.source, pixels.source);
  kernel.set(Place.pixels + Plane.stride, pixels.stride);
}
