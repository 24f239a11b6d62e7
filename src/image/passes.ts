/** The passes of a pipeline, one over the pixels of the other. */

import { renderRow } from "#image/decode/decoders";
import type { Channels } from "./colour.ts";
import type { Pipeline } from "./pipeline.ts";

/** The memory for a result of `shape`; called once. */
export type ResultRow = (shape: readonly number[]) => Uint8Array | Float32Array;

/** Runs one pass into a row. */
type RunPass = (pipeline: Pipeline, row: ResultRow) => void | Promise<void>;

/**
 * Runs all of `pipeline` into `row`: its first pass by `first`, which decodes or has pixels, and those that follow over the
 * bytes of the one before.
 */
export function runPasses(pipeline: Pipeline, row: ResultRow, first: RunPass): void | Promise<void> {
  const { then } = pipeline;
  if (then === undefined) return first(pipeline, row);
  let pixels = new Uint8Array(0);
  let shape: readonly number[] = [];
  const running = first(pipeline, (made) => {
    shape = made;
    pixels = new Uint8Array(made.reduce((size, side) => size * side, 1));
    return pixels;
  });
  const follow = () => {
    const [height, width, channels] = shape as [number, number, Channels];
    return runPasses(then, row, (pass, out) =>
      renderRow(pixels, height, width, channels, { pipeline: pass, row: out }),
    );
  };
  return running === undefined ? follow() : running.then(follow);
}
