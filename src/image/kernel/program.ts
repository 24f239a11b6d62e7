/**
 * A pass's program in the kernel's memory: its steps, and the tables that they look up.
 *
 * It lies in the room of an image, which others use in between: unlike all else that is prepared, it is written anew for
 * each image.
 */
import type { Affine, Channels } from "../colour.ts";
import type { Pipeline } from "../pipeline.ts";
import type { LateStep, PixelStep } from "../program.ts";
import { Output, ProgramStep, ProgramStepKind } from "./assembly/layout.ts";
import type { Kernel, Room } from "./kernel.ts";

/** The kernel multiplies bytes by 2^21: 7 bits of fraction after the vertical pass, 14 more after the horizontal. */
const unit = 2 ** -21;

/** Bytes of the tables of a step: 256 f32 for each of 4 channels. */
const tableBytes = 4096;

/** The positions of a result that have an input; those beside them are filled. */
export interface Inside {
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}

/** A pass over samples of so many channels, and the size of its result. */
export interface ProgrammedPass {
  readonly pipeline: Pipeline;
  readonly input: Channels;
  readonly height: number;
  readonly width: number;
  readonly inside: Inside;
}

/** The colours of a pass: one matrix, or a program and a matrix behind it. */
export class Program {
  readonly #kernel: Kernel;
  readonly #pass: ProgrammedPass;
  /** Where it lies; 0 where the matrix is all. */
  readonly #at: number;

  /** Takes room for the program of a pass, and fills in the colours of its {@link Output}. */
  constructor(kernel: Kernel, output: number, room: Room, pass: ProgrammedPass) {
    const { cut, steps, last, colourFrom } = pass.pipeline;
    const count = cut || steps.length > 0 ? steps.length + 1 : 0;
    this.#kernel = kernel;
    this.#pass = pass;
    this.#at = count === 0 ? 0 : room.take(count * (ProgramStep.bytes + tableBytes));
    kernel.set(output + Output.steps, count);
    kernel.set(output + Output.program, this.#at);
    const [offset, matrix] = [output + Output.offset, output + Output.matrix];
    const mixes =
      count === 0
        ? this.#writeAffine(offset, matrix, colourFrom(pass.input), unit)
        : this.#writeAffine(offset, matrix, last, 1);
    kernel.set(output + Output.mixes, mixes ? 1 : 0);
  }

  /**
   * Writes the program for an image.
   *
   * @param histograms how often each byte is found in each channel, where steps depend on that
   */
  write(histograms: readonly Int32Array[] = []): void {
    if (this.#at === 0) return;
    const { pipeline, input } = this.#pass;
    this.#writeMap(0, pipeline.colourFrom(input), pipeline.cut, unit);
    for (const [i, step] of pipeline.steps.entries())
      this.#writeStep(i + 1, step.kind === "late" ? step.of(histograms, input) : step);
  }

  #writeStep(i: number, step: Exclude<PixelStep, LateStep>): void {
    const at = this.#at + i * ProgramStep.bytes;
    switch (step.kind) {
      case "affine":
        this.#writeMap(i, step.affine, step.cut, 1);
        break;
      case "table": {
        const tables = this.#at + (this.#pass.pipeline.steps.length + 1) * ProgramStep.bytes + i * tableBytes;
        for (const [c, table] of step.tables.entries())
          this.#kernel.floats.set(table, (tables >> 2) + 256 * c);
        this.#writeHead(i, ProgramStepKind.table, tables, step.tables.length, step.between ? 1 : 0, 0);
        break;
      }
      case "hue":
        this.#writeHead(i, ProgramStepKind.hue, 0, 0, 0, 0);
        this.#kernel.floats[(at + ProgramStep.a) >> 2] = step.turn;
        break;
      case "fill": {
        const { top, bottom, left, right } = this.#pass.inside;
        this.#writeHead(i, ProgramStepKind.fill, left, right, top, bottom);
        this.#writeValues(at + ProgramStep.values, step.values);
        break;
      }
      case "erase": {
        const { height, width } = this.#pass;
        const part = step.rectangle(height, width);
        const [left, right] = [part.left, part.left + part.width].map((x) =>
          Math.min(width, Math.max(0, x)),
        ) as [number, number];
        this.#writeHead(i, ProgramStepKind.erase, left, right, part.top, part.top + part.height);
        this.#writeValues(at + ProgramStep.values, step.values);
      }
    }
  }

  #writeMap(i: number, affine: Affine, cut: boolean, factor: number): void {
    const at = this.#at + i * ProgramStep.bytes;
    const mixes = this.#writeAffine(at + ProgramStep.values, at + ProgramStep.matrix, affine, factor);
    this.#writeHead(i, ProgramStepKind.affine, cut ? 1 : 0, mixes ? 1 : 0, 0, 0);
  }

  #writeHead(i: number, kind: ProgramStepKind, a: number, b: number, c: number, d: number): void {
    const at = this.#at + i * ProgramStep.bytes;
    this.#kernel.set(at + ProgramStep.kind, kind);
    this.#kernel.set(at + ProgramStep.a, a);
    this.#kernel.set(at + ProgramStep.b, b);
    this.#kernel.set(at + ProgramStep.c, c);
    this.#kernel.set(at + ProgramStep.d, d);
  }

  #writeValues(at: number, values: readonly number[]): void {
    for (let c = 0; c < 4; c++) this.#kernel.floats[(at >> 2) + c] = values[c] ?? 0;
  }

  /** Writes offset and matrix, whose values are taken times `factor`; returns whether channels are mixed. */
  #writeAffine(offsetAt: number, matrixAt: number, { matrix, offset }: Affine, factor: number): boolean {
    const { floats } = this.#kernel;
    this.#writeValues(offsetAt, offset);
    // What is there of an image with more channels must not stay.
    floats.fill(0, matrixAt >> 2, (matrixAt >> 2) + 16);
    let mixes = false;
    for (let o = 0; o < matrix.length; o++) {
      const row = matrix[o]!;
      for (let k = 0; k < row.length; k++) {
        floats[(matrixAt >> 2) + 4 * k + o] = row[k]! * factor;
        mixes ||= o !== k && row[k] !== 0;
      }
    }
    return mixes;
  }
}
