/** Renders pixels that are not sampled in rows and columns: under a matrix, or with those around them. */
import { Output, Place } from "./layout.ts";
import { runProgram } from "./program.ts";
import { finish, resultStep } from "./resample.ts";
import { sharpenRow } from "./sharpen.ts";
import { warpRow } from "./warp.ts";

/** Renders {@link Place.pixels} as {@link Place.sampling}, which is a {@link Sharpen} or a {@link Warp}, and {@link Place.pixelsOutput} say. */
export function renderSampled(sharpens: bool): void {
  const height = load<i32>(Place.pixelsOutput, Output.height);
  let out: usize = load<i32>(Place.pixelsOutput, Output.result);
  const step = resultStep(Place.pixelsOutput);
  for (let y = 0; y < height; y++) {
    if (sharpens) sharpenRow(y);
    else warpRow(y);
    runProgram(Place.pixelsOutput, y);
    finish(Place.pixelsOutput, out);
    out += step;
  }
}
