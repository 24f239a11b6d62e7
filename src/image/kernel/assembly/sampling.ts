/** Renders pixels that are sampled in no grid of rows and columns, or in that of the pixels themselves. */
import { copyRow } from "./copy.ts";
import { Output, Place, Sampling } from "./layout.ts";
import { runProgram } from "./program.ts";
import { finish, resultStep } from "./resample.ts";
import { sharpenRow } from "./sharpen.ts";
import { warpRow } from "./warp.ts";

/** Renders {@link Place.pixels} as {@link Place.pixelsOutput} says, sampled in one of the ways of {@link Sampling}. */
export function renderSampled(sampling: i32): void {
  const height = load<i32>(Place.pixelsOutput, Output.height);
  let out: usize = load<i32>(Place.pixelsOutput, Output.result);
  const step = resultStep(Place.pixelsOutput);
  for (let y = 0; y < height; y++) {
    if (sampling === Sampling.sharpen) sharpenRow(y);
    else if (sampling === Sampling.warp) warpRow(y);
    else copyRow(y);
    runProgram(Place.pixelsOutput, y);
    finish(Place.pixelsOutput, out);
    out += step;
  }
}
