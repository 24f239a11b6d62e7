/** What both ways to render have in common: how samples are resampled, and what becomes of them. */
import type { Channels } from "../colour.ts";
import type { Pipeline } from "../pipeline.ts";
import { Output, Plane } from "./assembly/layout.ts";
import type { Kernel, Room } from "./kernel.ts";
import type { PlacedTable } from "./table.ts";

/** The kernel multiplies bytes by 2^21: 7 bits of fraction after the vertical pass, 14 more after the horizontal. */
const unit = 2 ** -21;

/** Fills in a {@link Plane} of `channels` bytes a sample, all but what is a JPEG's alone. */
export function writePlane(
  kernel: Kernel,
  at: number,
  { source, stride, channels, line }: Readonly<Record<"source" | "stride" | "channels" | "line", number>>,
  rows: PlacedTable,
  columns: PlacedTable,
): void {
  kernel.set(at + Plane.source, source);
  kernel.set(at + Plane.stride, stride);
  kernel.set(at + Plane.rows, rows.at);
  kernel.set(at + Plane.rowStep, rows.step);
  kernel.set(at + Plane.columns, columns.at);
  kernel.set(at + Plane.pairs, columns.pairs);
  kernel.set(at + Plane.from, columns.from * channels);
  kernel.set(at + Plane.to, columns.to * channels);
  kernel.set(at + Plane.line, line);
}

/** The result of a pipeline: where the kernel puts it. */
export class Rendered {
  /** The result's shape. */
  readonly shape: readonly [height: number, width: number, channels: number];
  readonly #kernel: Kernel;
  readonly #size: number;
  readonly #result: number;

  /** Takes room for the result of `pipeline` over samples of `input` channels, and fills in the {@link Output}. */
  constructor(
    kernel: Kernel,
    at: number,
    room: Room,
    pipeline: Pipeline,
    { height, width, input, ycc }: { height: number; width: number; input: Channels; ycc: boolean },
  ) {
    const { channels, dtype } = pipeline;
    const float = dtype === "float32";
    this.#kernel = kernel;
    this.shape = [height, width, channels];
    this.#size = height * width * channels;
    const row = room.take(16 * width + 128);
    this.#result = room.take(this.#size * (float ? 4 : 1) + 128);
    kernel.set(at + Output.height, height);
    kernel.set(at + Output.width, width);
    kernel.set(at + Output.input, input);
    kernel.set(at + Output.ycc, ycc ? 1 : 0);
    kernel.set(at + Output.channels, channels);
    kernel.set(at + Output.float, float ? 1 : 0);
    kernel.set(at + Output.row, row);
    kernel.set(at + Output.result, this.#result);
    this.#writeColours(at, pipeline, input);
  }

  #writeColours(at: number, pipeline: Pipeline, input: Channels): void {
    const { matrix, offset } = pipeline.colourFrom(input);
    const { floats } = this.#kernel;
    const offsetAt = (at + Output.offset) >> 2;
    const matrixAt = (at + Output.matrix) >> 2;
    // What is there of an image with more channels must not stay.
    floats.fill(0, offsetAt, matrixAt + 16);
    let mixes = false;
    for (let o = 0; o < matrix.length; o++) {
      const row = matrix[o]!;
      floats[offsetAt + o] = offset[o]!;
      for (let k = 0; k < row.length; k++) {
        floats[matrixAt + 4 * k + o] = row[k]! * unit;
        mixes ||= o !== k && row[k] !== 0;
      }
    }
    this.#kernel.set(at + Output.mixes, mixes ? 1 : 0);
  }

  /** Copies the result into the row of the batch. */
  copyTo(target: Uint8Array | Float32Array): void {
    const { buffer } = this.#kernel.bytes;
    const [at, size] = [this.#result, this.#size];
    target.set(
      target instanceof Float32Array ? new Float32Array(buffer, at, size) : new Uint8Array(buffer, at, size),
    );
  }
}
