/** What both ways to render have in common: how samples are resampled, and what becomes of them. */
import { Output, Plane } from "./assembly/layout.ts";
import type { Kernel, Room } from "./kernel.ts";
import { Program, type ProgrammedPass } from "./program.ts";
import type { PlacedTable } from "./table.ts";

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

/** The size of what a pass makes of the samples that two tables resample. */
export function resultOf(
  rows: PlacedTable,
  columns: PlacedTable,
): Pick<ProgrammedPass, "height" | "width" | "inside"> {
  const inside = {
    top: rows.inside[0],
    bottom: rows.inside[1],
    left: columns.inside[0],
    right: columns.inside[1],
  };
  return { height: rows.length, width: columns.length, inside };
}

/** The result of a pipeline: where the kernel puts it. */
export class Rendered {
  /** The result's shape. */
  readonly shape: readonly [height: number, width: number, channels: number];
  readonly #kernel: Kernel;
  readonly #size: number;
  readonly #result: number;
  readonly #program: Program;

  /**
   * Takes room for the result of a pass, and fills in the {@link Output}.
   *
   * @param ycc whether its samples are luma and chroma
   */
  constructor(kernel: Kernel, at: number, room: Room, pass: ProgrammedPass, ycc: boolean) {
    const { height, width, input, pipeline } = pass;
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
    this.#program = new Program(kernel, at, room, pass);
  }

  /** Makes ready for the next image: see {@link Program.write}. */
  begin(histograms?: readonly Int32Array[]): void {
    this.#program.write(histograms);
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
