/** Runs a pipeline over decoded pixels. */
import type { Channels } from "../colour.ts";
import type { Pipeline } from "../pipeline.ts";
import { Place, type Sampling } from "./assembly/layout.ts";
import type { Kernel } from "./kernel.ts";
import { Rendered, resultOf, writePlane } from "./render.ts";
import { samplingOf, writeSampling } from "./sampling.ts";
import { axisTables, type PlacedTable } from "./table.ts";

/** How decoded pixels lie in memory. */
export interface StoredPixels {
  /** Of the image as it is stored. */
  readonly height: number;
  readonly width: number;
  readonly channels: Channels;
  /** The EXIF orientation (1 to 8) under which it is upright. */
  readonly orientation: number;
  /** Bytes before each row. */
  readonly gap: number;
}

/** Whatever writes pixels may write so many bytes past the last. */
export const pixelSlack = 512;

/** The pixels that `kernel` is made ready for. */
export function pixelRows(kernel: Kernel): PixelRows {
  return kernel.keep(newPixelRows);
}

function newPixelRows(kernel: Kernel): PixelRows {
  return new PixelRows(kernel);
}

/**
 * What a kernel is made ready for to run a pipeline over pixels. It is kept until another is prepared, or the tables that
 * it needs are dropped: images of a data set often have one size.
 */
export class PixelRows {
  readonly #kernel: Kernel;
  #last: PreparedPixels | undefined;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  /**
   * Makes the kernel ready for pixels. Fill them in, then call `run`, before the kernel is used for another image.
   *
   * @throws ImageError if a crop does not fit.
   */
  prepare(pipeline: Pipeline, stored: StoredPixels): PreparedPixels {
    const last = this.#last;
    if (last?.isFor(pipeline, stored)) return last;
    this.#last = undefined;
    const prepared = new PreparedPixels(this.#kernel, pipeline, stored);
    if (!pipeline.once) this.#last = prepared;
    return prepared;
  }
}

/** The kernel made ready for pixels that lie in one way; see {@link PixelRows.prepare}. */
export class PreparedPixels {
  /** Where the pixels go: rows, each behind its gap. */
  readonly rows: number;
  /** The first address that is free. */
  readonly end: number;
  readonly #kernel: Kernel;
  readonly #tables: Kernel["tables"];
  readonly #pipeline: Pipeline;
  readonly #stored: StoredPixels;
  /** How pixels are sampled; undefined for rows and columns. */
  readonly #sampling: Sampling | undefined;
  /** Where pixels stand that were turned by a quarter. */
  readonly #upright: number;
  readonly #rendered: Rendered;
  /** Room to count bytes, where steps depend on that; else 0. */
  readonly #counts: number;

  constructor(kernel: Kernel, pipeline: Pipeline, stored: StoredPixels) {
    const { channels, orientation, gap } = stored;
    const turned = orientation >= 5;
    const [height, width] = turned ? [stored.width, stored.height] : [stored.height, stored.width];
    this.#sampling = samplingOf(pipeline, stored);
    const tables =
      this.#sampling === undefined
        ? axisTables(kernel, pipeline, { height, width, orientation, samples: channels })
        : [];
    const placed = kernel.place(tables, pipeline.once);

    const room = kernel.room();
    // The kernel reads, with weights of zero, up to one row and a vector past the pixels, and a few columns past a row.
    const take = (h: number, stride: number) => room.take((h + 1) * stride + pixelSlack);
    this.rows = take(stored.height, stored.width * channels + gap);
    const stride = width * channels + (turned ? 0 : gap);
    const source = turned ? take(height, stride) : this.rows + gap;
    let size = { height, width, inside: { top: 0, bottom: height, left: 0, right: width } };
    if (this.#sampling === undefined) {
      const [rows, columns] = placed as [rows: PlacedTable, columns: PlacedTable];
      const line = room.take(2 * channels * (columns.to - columns.from) + 32 * columns.pairs + 256);
      writePlane(kernel, Place.pixels, { source, stride, channels, line }, rows, columns);
      size = resultOf(rows, columns);
    } else writeSampling(kernel, pipeline.sampling, { source, stride, height, width });
    const pass = { pipeline, input: channels, ...size };
    this.#rendered = new Rendered(kernel, Place.pixelsOutput, room, pass, false);
    this.#counts = pipeline.steps.some(({ kind }) => kind === "late") ? room.take(2 * channels * 1024) : 0;
    kernel.reserve(room.end);

    this.end = room.end;
    this.#kernel = kernel;
    this.#tables = kernel.tables;
    this.#pipeline = pipeline;
    this.#stored = stored;
    this.#upright = source;
  }

  /** Whether it is what such pixels need, and still there. */
  isFor(pipeline: Pipeline, { height, width, channels, orientation, gap }: StoredPixels): boolean {
    const stored = this.#stored;
    return (
      pipeline === this.#pipeline &&
      height === stored.height &&
      width === stored.width &&
      channels === stored.channels &&
      orientation === stored.orientation &&
      gap === stored.gap &&
      this.#tables === this.#kernel.tables
    );
  }

  /** The result's shape. */
  get shape(): readonly [height: number, width: number, channels: number] {
    return this.#rendered.shape;
  }

  /** The memory of the pixels, until it grows. */
  get pixels(): Uint8Array {
    const { height, width, channels, gap } = this.#stored;
    return this.#kernel.bytes.subarray(this.rows, this.rows + height * (width * channels + gap));
  }

  /** Runs the pipeline over the pixels and writes the result into `out`. */
  run(out: Uint8Array | Float32Array): void {
    const { height, width, channels, orientation, gap } = this.#stored;
    const { functions } = this.#kernel;
    if (orientation >= 5) functions.transpose(this.rows + gap, gap, width, height, channels, this.#upright);
    this.#rendered.begin(this.#counts > 0 ? this.#histograms() : undefined);
    if (this.#sampling === undefined) functions.renderPixels();
    else functions.renderSampled(this.#sampling);
    this.#rendered.copyTo(out);
  }

  /** How often each byte is found in each channel. */
  #histograms(): Int32Array[] {
    const { height, width, channels } = this.#stored;
    this.#kernel.functions.countBytes(this.#upright, height * width, channels, this.#counts);
    const { buffer } = this.#kernel.bytes;
    return Array.from({ length: channels }, (_, c) => new Int32Array(buffer, this.#counts + 1024 * c, 256));
  }
}
